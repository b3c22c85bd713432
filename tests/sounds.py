"""Known sounds for tests, as float32 of shape (frames, 2)."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

DATA = Path(__file__).parent / "data"
SHELLAC = DATA / "excerpt78.flac"
HISS = DATA / "vinyl_hiss.flac"
CLEAN = DATA / "clean_excerpt.flac"

Sound = npt.NDArray[np.float32]


def noise(seconds: float, rate: int = 44_100, level: float = 0.1, seed: int = 0) -> Sound:
    """White noise of RMS `level`, different in left and right."""
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((round(seconds * rate), 2))).astype(np.float32)


def sine(seconds: float, rate: int = 44_100, hertz: float = 1000.0, level: float = 0.5) -> Sound:
    """A sine of peak `level`, the same in left and right."""
    time = np.arange(round(seconds * rate)) / rate
    return np.repeat((level * np.sin(2 * np.pi * hertz * time))[:, None], 2, axis=1).astype(
        np.float32
    )


_RIGHT_SHARE = 0.6
"""Of a click on both walls, what is on the right one"""


def real_music(seconds: float = 3.0) -> Sound:
    """The beginning of the click-free recording, 44.1 kHz."""
    sound, rate = soundfile.read(CLEAN, dtype="float32", frames=round(seconds * 44_100))
    assert rate == 44_100
    return sound


def faded_out(sound: Sound, seconds: float = 0.05, rate: int = 44_100) -> Sound:
    """`sound` with a soft end: one that is cut ends with a step, which sounds like a click."""
    fade = round(seconds * rate)
    soft = sound.copy()
    soft[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None]
    return soft


def faded_in(sound: Sound, seconds: float = 0.05, rate: int = 44_100) -> Sound:
    """`sound` with a soft start: one that begins amid the music begins with a step."""
    return faded_out(sound[::-1], seconds, rate)[::-1].copy()


def with_clicks(
    sound: Sound,
    places_s: list[float],
    rate: int = 44_100,
    over: float = 8.0,
    channel: str = "both",
) -> Sound:
    """`sound` with clicks 0.25 ms wide, their peaks `over` times its RMS, put on at `places_s`.

    On "both" walls the right one has less of it, as where a stylus is struck from a side; "lateral"
    is the very same on both.
    """
    clicked = sound.copy()
    size = over * float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))
    reach = round(0.001 * rate)
    for place in places_s:
        centre = place * rate
        frames = np.arange(int(centre) - reach, int(centre) + reach)
        at = (frames - centre) / (0.25e-3 * rate / 6.2)
        wave = size * 1.65 * at * np.exp(-0.5 * at**2)
        if channel != "right":
            clicked[frames, 0] += wave.astype(np.float32)
        if channel != "left":
            share = _RIGHT_SHARE if channel == "both" else 1.0
            clicked[frames, 1] += np.float32(share) * wave.astype(np.float32)
    return clicked
