"""A side from left to right: its parts, its sound and its defects over one axis of time."""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from PIL import Image

from runout.report.page.excerpts import Excerpt
from runout.report.page.marks import WIDTH, Lane, lanes
from runout.report.page.parts import part_name
from runout.report.page.scan import HIGHEST_HZ, LOWEST_HZ, Scan
from runout.report.terminal.lines import clock
from runout.side.side import SideEnded
from runout.side.tracks import Part

COLOURS = "magma"
"""Even to the eye, and in grey; by Smith and van der Walt (2015)"""
RANGE_DB = 75.0
"""From black to white"""
_LOUDEST_PERCENTILE = 99.8
"""Of the spectrogram's cells white begins, of the waveform's columns its lane ends"""
_SHADES = 64
"""More aren't told apart, and make the picture large"""
_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_MOST_TICKS = 14
_PITCHES_HZ = (100, 1_000, 10_000)
_PIN_WIDTH = 20.0
_LETTER = 7.0
"""Width of a letter in a part's name"""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and what is written there."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A part of the side."""

    x: float
    width: float
    name: str
    """Empty where there is no room for it"""
    is_track: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """Where an excerpt was taken from."""

    number: int
    x: float
    row: int
    """Pins side by side would hide each other: each goes below those before it"""


@dataclass(frozen=True, slots=True)
class Sound:
    """What is drawn of the sound itself; x from 0 to WIDTH."""

    peak: str
    """Outline of the waveform as an SVG path, -1 to 1"""
    rms: str
    spectrogram: str
    """PNG in base64"""
    pitches: tuple[Tick, ...]
    """Hertz; 0 to 1 upwards"""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn; x from 0 to WIDTH."""

    bands: tuple[Band, ...]
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    sound: Sound | None
    """None where the sound wasn't kept"""
    pins: tuple[Pin, ...]


def timeline_of(
    side: SideEnded, scan: Scan | None, duration_s: float, excerpts: Sequence[Excerpt]
) -> Timeline:
    """Lay a side out; `duration_s` is the length of its sound file."""
    return Timeline(
        tuple(_band(part, duration_s) for part in side.parts),
        lanes(side.events, duration_s),
        tuple(Tick(at / duration_s * WIDTH, words) for at, words in time_ticks(duration_s)),
        None if scan is None else _sound(scan),
        _pins(excerpts, duration_s),
    )


def time_ticks(duration_s: float) -> tuple[tuple[float, str], ...]:
    """Return round times in seconds with their words, at most _MOST_TICKS and the first."""
    step = next((one for one in _STEPS_S if duration_s / one <= _MOST_TICKS), _STEPS_S[-1])
    times = np.arange(0.0, duration_s, step)
    return tuple((float(time), clock(float(time), 0 if step >= 1 else 1)) for time in times)


def shades(spectrum_db: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the spectrogram from 0, black, to 1, white; (rows, columns)."""
    white = float(np.percentile(spectrum_db, _LOUDEST_PERCENTILE))
    return np.clip((spectrum_db - white) / RANGE_DB + 1.0, 0.0, 1.0).astype(np.float32)


def spectrogram(spectrum_db: npt.NDArray[np.float32]) -> bytes:
    """Return the spectrogram, (rows, columns), as a PNG, a dot for each value."""
    shade = shades(spectrum_db)
    levels = np.round(shade[::-1] * (_SHADES - 1)).astype(np.uint8)
    image = Image.frombytes("P", levels.shape[::-1], levels.tobytes())
    palette = mpl.colormaps[COLOURS](np.linspace(0.0, 1.0, _SHADES), bytes=True)
    image.putpalette(np.asarray(palette)[:, :3].tobytes())
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _sound(scan: Scan) -> Sound:
    full = max(float(np.percentile(scan.peak, _LOUDEST_PERCENTILE)), 1e-6)
    return Sound(
        _outline(scan.peak / full),
        _outline(scan.rms / full),
        base64.b64encode(spectrogram(scan.spectrum_db)).decode("ascii"),
        tuple(Tick(_height(hertz), f"{hertz:,} Hz") for hertz in _PITCHES_HZ),
    )


def _band(part: Part, duration_s: float) -> Band:
    x = part.start_s / duration_s * WIDTH
    width = max(0.0, min(WIDTH, part.end_s / duration_s * WIDTH) - x)
    name = part_name(part)
    if len(name) * _LETTER > width:
        name = str(part.track) if part.track is not None and width > 2 * _LETTER else ""
    return Band(x, width, name, part.name == "track")


def _height(hertz: float) -> float:
    return math.log(hertz / LOWEST_HZ) / math.log(HIGHEST_HZ / LOWEST_HZ)


def _outline(size: npt.NDArray[np.float32]) -> str:
    """There along the top and back along the bottom."""
    high = np.clip(size, 0.004, 1.0)
    x = (np.arange(len(high)) + 0.5) * WIDTH / len(high)
    there = [f"{at:.1f} {-value:.3f}" for at, value in zip(x, high, strict=True)]
    back = [f"{at:.1f} {value:.3f}" for at, value in zip(x[::-1], high[::-1], strict=True)]
    return f"M{'L'.join(there + back)}Z"


def _pins(excerpts: Sequence[Excerpt], duration_s: float) -> tuple[Pin, ...]:
    pins: list[Pin] = []
    for number, excerpt in enumerate(excerpts, 1):
        x = min(WIDTH, excerpt.event.time_s / duration_s * WIDTH)
        taken = {pin.row for pin in pins if abs(pin.x - x) < _PIN_WIDTH}
        row = next(row for row in range(len(excerpts)) if row not in taken)
        pins.append(Pin(number, x, row))
    return tuple(pins)
