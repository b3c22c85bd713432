"""Which label belongs to which side, and what the last side was: over restarts, too.

A side that is cut off, by a kill or a preamp that is unplugged, goes on as another side when sound
comes back; it is the same record, so it keeps its label. After a lift the next record has none.
"""

import json
import logging
from dataclasses import asdict
from pathlib import Path

from runout.report.messages import Fields
from runout.report.mqtt.commands import Label, label_in
from runout.report.payload import LARGEST_PAYLOAD, Payload, PayloadError
from runout.whole_file import write_whole

SAME_RECORD_S = 10.0
"""A side that begins this soon after the sound came is the one that was cut off: the needle is in
its groove, in a gap at the most. Nobody turns a record that fast"""

_log = logging.getLogger(__name__)


class Labels:
    """The labels of a box; for one thread."""

    def __init__(self, path: Path | None) -> None:
        """`path` is of a small JSON file, which needn't exist; None keeps nothing."""
        self._path = path
        self.side: Fields | None = None
        """The `side` of the last side that ended, with its label; None while there was none"""
        self.playing = False
        """Whether a side is on"""
        self._last = Label()
        self._open: Label | None = None
        """Of the side that plays, or was cut off; None where it has none"""
        self._cut = False
        self._warned = False
        if path is not None:
            self._read(path)

    @property
    def label(self) -> Label:
        """Of the side that plays, or else of the last one."""
        return (self._open or Label()) if self.playing else self._last

    def begins(self, at_s: float) -> None:
        """A side has begun `at_s` seconds after the sound did."""
        self.playing, self._cut = True, False
        if self._open is not None and at_s > SAME_RECORD_S:
            self._open = None
            self._write()

    def sound_ends(self) -> None:
        """No more sound comes: the side that ends now is cut off, and may go on as another."""
        self._cut = True

    def ends(self, side: Fields) -> None:
        """The side has ended; `side` is what is told of it, but for the label."""
        self._last = self._open or Label()
        self._told(side)
        self.playing = False
        if not self._cut:
            self._open = None
        self._write()

    def none(self) -> None:
        """What began as a side was none."""
        self.playing = False

    def give(self, label: Label) -> bool:
        """Label the side that plays, or else the last one; False where there is neither.

        What the label doesn't tell stays as it was; an empty text takes it away.
        """
        if not self.playing and self.side is None:
            return False
        before = self.label
        told = {key: value for key, value in asdict(label).items() if value is not None}
        merged = {key: value or None for key, value in (asdict(before) | told).items()}
        # One that was cut off is the last side, and may be the next.
        if self.playing or self._open == before:
            self._open = Label(**merged)
        if not self.playing and self.side is not None:
            self._last = Label(**merged)
            self._told(self.side)
        self._write()
        return True

    def _told(self, side: Fields) -> None:
        label: Fields = dict(asdict(self._last))
        self.side = side | {"label": label}

    def _write(self) -> None:
        if self._path is None:
            return
        going_on = None if self._open is None else asdict(self._open)
        try:
            write_whole(self._path, json.dumps({"side": self.side, "label": going_on}))
            self._warned = False
        except OSError as error:
            level = logging.DEBUG if self._warned else logging.WARNING
            self._warned = True
            _log.log(level, "%s: can't be written (%s); kept until the end", self._path, error)

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                raw = file.read(LARGEST_PAYLOAD + 1)
            kept = Payload.from_json(raw)
            going_on = kept.table_or_none("label")
            side = kept.table_or_none("side")
            cut_off = None if going_on is None else label_in(going_on)
            last = None if side is None else label_in(side.table("label"))
            if side is not None:
                side.text("side_id")
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, PayloadError) as error:
            _log.warning("%s: can't be read (%s); passed over", path, error)
            return
        self._open = cut_off
        if last is not None:
            self._last = last
            self.side = json.loads(raw)["side"]
