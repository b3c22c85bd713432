"""What records play to the station, with defects at known places."""

from pathlib import Path

import numpy as np
import soundfile

from sounds import Sound, with_clicks

RATE = 44_100
TURN_S = 1.8
"""Of 33 1/3 revolutions a minute"""
_PIECE_S = 30
"""The music comes back after so long; each of its frequencies does so a whole number of times, so
that there is no seam"""
_CHORD = (3300, 4944, 6609, 8313, 9897)
"""Turns a piece of the tones: 110 to 330 Hz"""
_SWELLS = (9, 8, 7, 6, 5)
_FADE_S = 1.0


def _piece() -> Sound:
    rng = np.random.default_rng(7)
    turn = 2 * np.pi * np.arange(_PIECE_S * RATE) / (_PIECE_S * RATE)
    walls = []
    for wall in (0.0, 0.4):
        tones = sum(
            np.sin(tone * turn + 3 * np.sin(turn + tone)) * (1 + np.sin(swell * turn + wall))
            for tone, swell in zip(_CHORD, _SWELLS, strict=True)
        )
        walls.append(0.03 * tones + 0.001 * rng.standard_normal(len(turn)))
    return np.stack(walls, axis=1).astype(np.float32)


def scratch(first_s: float, turns: int) -> list[float]:
    """Places of a scratch's clicks: one at every turn."""
    return [round(first_s + TURN_S * turn, 3) for turn in range(turns)]


def pressed(path: Path, seconds: float, clicks: list[float], over: float = 12.0) -> Path:
    """A file of chords that swell, faded in and out, with clicks `over` times their RMS.

    They are on the left wall, at `clicks` in seconds, none within a millisecond of a half minute.
    """
    music = _piece()
    fade = np.linspace(0, 1, round(_FADE_S * RATE), dtype=np.float32)[:, None] ** 2
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
        for start in np.arange(0, seconds, _PIECE_S):
            here = [one - start for one in clicks if start <= one < start + _PIECE_S]
            sound = with_clicks(music, here, over=over, channel="left")
            sound = sound[: round((seconds - start) * RATE)]
            if start == 0:
                sound[: len(fade)] *= fade
            if start + _PIECE_S >= seconds:
                sound[-len(fade) :] *= fade[::-1]
            file.write(sound)
    return path
