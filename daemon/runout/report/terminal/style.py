"""What a terminal can show: colour, block letters, how many columns."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Self, TextIO

from runout.report.terminal.lettering import HALF_BLOCKS

COLUMNS = 76
"""Width of what is drawn; less where the terminal is narrower"""
FEWEST_COLUMNS = 50
"""Below this the terminal may wrap: a table can't be squeezed for ever"""


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs to draw with."""

    needle_down: str
    needle_up: str
    bar: str
    rest: str
    """What a bar could still fill"""
    corners: tuple[str, str, str, str]
    """Top left, top right, bottom left, bottom right"""
    tees: tuple[str, str]
    """Left and right end of a line across a frame"""
    across: str
    upright: str


BLOCK_MARKS = Marks("▼", "▲", "▇", "·", ("╭", "╮", "╰", "╯"), ("├", "┤"), "─", "│")
ASCII_MARKS = Marks("v", "^", "#", ".", ("+",) * 4, ("+",) * 2, "-", "|")
_ALL_BLOCKS = str(astuple(BLOCK_MARKS)) + HALF_BLOCKS


@dataclass(frozen=True, slots=True)
class Style:
    """How to draw on one output."""

    marks: Marks = ASCII_MARKS
    colour: bool = False
    columns: int = COLUMNS

    @classmethod
    def of(cls, out: TextIO, environ: Mapping[str, str] = os.environ) -> Self:
        """Return the style that suits `out`: colour on a terminal only, and never with NO_COLOR."""
        terminal = out.isatty()
        plain = environ.get("NO_COLOR", "") != "" or environ.get("TERM") == "dumb"
        columns = shutil.get_terminal_size((COLUMNS, 24)).columns if terminal else COLUMNS
        return cls(
            marks=BLOCK_MARKS if _takes_blocks(out) else ASCII_MARKS,
            colour=terminal and not plain,
            columns=max(FEWEST_COLUMNS, min(COLUMNS, columns)),
        )

    @property
    def blocks(self) -> bool:
        """Whether half blocks can be shown."""
        return self.marks is BLOCK_MARKS

    def paint(self, text: str, code: str | None) -> str:
        """Return the text in an ANSI colour, where there is colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


def _takes_blocks(out: TextIO) -> bool:
    try:
        _ALL_BLOCKS.encode(out.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
