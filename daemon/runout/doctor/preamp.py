"""The preamp: is it there, does it bring sound, at what rate and level?"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from runout.doctor.finding import Finding
from runout.errors import RunoutError
from runout.source.block import Samples, Source

LISTEN_S = 2.0
"""Seconds that are listened to"""
_RATE_OFF = 0.05
"""Share by which a rate measured over two seconds may be off: blocks come up to 0.05 s late"""
_FULL_DB = -0.1
"""dBFS of a peak that is cut off"""
_DEAD_DB = 40.0
"""Decibels that one channel is below the other when its cable is off; records have less than 30"""
_PLUG = (
    "plug the preamp in; 'arecord -l' must list it, and the user be in group audio "
    "(sudo adduser runout audio)"
)


@dataclass(frozen=True, slots=True)
class Caught:
    """What was listened to."""

    samples: Samples
    """Float32, shape (frames, 2)"""
    rate_hz: float
    """Frames a second of the monotonic clock"""


def preamp(open_source: Callable[[], Source], service: str | None) -> Finding:
    """Listen to the preamp; `service` is the status of a service that has it, None where none has.

    A sound card serves one program at a time.
    """
    if service is not None:
        if service.startswith("waiting"):
            return Finding("preamp", "wrong", f"runout.service is {service}", _PLUG)
        return Finding(
            "preamp",
            "ok",
            f"runout.service listens to it ({service})",
            "to have rate and levels measured: sudo systemctl stop runout; sudo runout doctor",
        )
    try:
        with closing(open_source()) as source:
            caught = catch(source)
            name, said_hz = source.name, source.sample_rate
    except RunoutError as error:
        return Finding("preamp", "wrong", str(error), _PLUG)
    if caught is None:
        return Finding("preamp", "wrong", f"{name}: brings no sound, not even silence", _PLUG)
    return judged(name, said_hz, caught)


def catch(source: Source, seconds: float = LISTEN_S) -> Caught | None:
    """Listen for so long; None where less than half of that comes in twice the time."""
    pieces: list[Samples] = []
    began_s = first_s = last_s = time.monotonic()
    for block in source.blocks():
        last_s = time.monotonic()
        if not pieces:
            first_s = last_s
        pieces.append(block.samples)
        if last_s - first_s >= seconds or last_s - began_s >= 2.0 * seconds:
            break
    # The first block may have lain ready for long.
    frames = sum(len(piece) for piece in pieces[1:])
    if last_s - first_s < 0.5 * seconds or frames == 0:
        return None
    return Caught(np.concatenate(pieces), frames / (last_s - first_s))


def judged(name: str, said_hz: int, caught: Caught) -> Finding:
    """Judge rate and levels."""
    peak = np.abs(caught.samples).max(axis=0)
    with np.errstate(divide="ignore"):
        peak_db = 20.0 * np.log10(peak)
        rms_db = 10.0 * np.log10(np.mean(np.square(caught.samples, dtype=np.float64), axis=0))
    words = (
        f"{name}, {said_hz} Hz (measured {caught.rate_hz:.0f}); level left {rms_db[0]:.0f}, "
        f"right {rms_db[1]:.0f} dBFS, peak {peak_db.max():.1f} dBFS"
    )
    if abs(caught.rate_hz / said_hz - 1.0) > _RATE_OFF:
        advice = "it samples at another rate than it says; try another USB port, cable or preamp"
        return Finding("preamp", "wrong", words, advice)
    if peak.max() == 0.0:
        advice = "digital silence: is the right input chosen, and the preamp's switch on phono?"
        return Finding("preamp", "look", words, advice)
    if peak_db.max() >= _FULL_DB:
        return Finding("preamp", "look", words, "it clips: turn the preamp's gain down")
    if abs(rms_db[0] - rms_db[1]) > _DEAD_DB:
        silent = "left" if rms_db[0] < rms_db[1] else "right"
        return Finding("preamp", "look", words, f"the {silent} channel is dead: see to its cable")
    return Finding("preamp", "ok", words)
