"""Albums: the tracks of a split in fixed sets, and their sound as it was mastered.

A split has few tracks, so that many sides are made of the same. The sets are fixed, which lets
intervals be told over sets of tracks and not over sides that share their music.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from runout_training.corpus.tracks import RATE, Track

Sound = npt.NDArray[np.float64]

_LEAST_S = 330.0
"""Music in an album, so that a side of it can be long enough"""
_LEAST_TRACKS, _MOST_TRACKS = 3, 9
_STEM = "guitar.ogg"
"""One instrument of a song: with its rests it is no track of a record"""
_SILENT = 10 ** (-50 / 20)
"""Of a track's level: softer than that at its ends it hasn't begun, or is over"""
_WINDOW_S = 0.05
_FADES_S = (0.02, 6.0)


@dataclass(frozen=True, slots=True)
class Album:
    """Tracks that come on one record."""

    name: str
    """Package of its first track, and a number"""
    tracks: tuple[Track, ...]


def albums(tracks: Sequence[Track]) -> list[Album]:
    """Cut the tracks of a split, in their order, into albums; what is left over joins the last."""
    sets: list[list[Track]] = [[]]
    for track in tracks:
        if Path(track.file).name == _STEM:
            continue
        if _is_full(sets[-1]) or len(sets[-1]) == _MOST_TRACKS:
            sets.append([])
        sets[-1].append(track)
    if len(sets) > 1 and not _is_full(sets[-1]):
        left_over = sets.pop()
        sets[-1] += left_over
    return [Album(f"{one[0].package} {n}", tuple(one)) for n, one in enumerate(sets, 1) if one]


def played(
    rng: np.random.Generator, cache: Path, album: Album, seconds: float, count: int
) -> list[Sound]:
    """Music of `count` of the album's tracks, about `seconds` in all, each (2, samples).

    More tracks where those are too short, fewer minutes where all are. A track is heard whole, or
    a part of it is, faded in and out; at the level that it was mastered.
    """
    order = [album.tracks[int(one)] for one in rng.permutation(len(album.tracks))]
    while count < len(order) and sum(one.seconds for one in order[:count]) < seconds:
        count += 1
    lengths = shared([one.seconds for one in order[:count]], seconds)
    return [
        _faded(rng, _read(rng, cache, track, length))
        for track, length in zip(order, lengths, strict=False)
    ]


def shared(lengths: Sequence[float], total: float) -> list[float]:
    """As even shares of `total` as none is longer than its length."""
    shares = [0.0] * len(lengths)
    left = total
    for rank, index in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        shares[index] = min(lengths[index], left / (len(lengths) - rank))
        left -= shares[index]
    return shares


def _is_full(tracks: Sequence[Track]) -> bool:
    return len(tracks) >= _LEAST_TRACKS and sum(one.seconds for one in tracks) >= _LEAST_S


def _read(rng: np.random.Generator, cache: Path, track: Track, seconds: float) -> Sound:
    """At most `seconds` of a track, without the silence at its ends."""
    with soundfile.SoundFile(cache / "packages" / track.package / track.file) as file:
        frames = min(file.frames, int(np.ceil(seconds * file.samplerate)))
        file.seek(int(rng.integers(file.frames - frames + 1)))
        sound = file.read(frames, dtype="float64", always_2d=True)
        rate = file.samplerate
    if rate != RATE:
        sound = soxr.resample(sound, rate, RATE)
    sound = np.repeat(sound, 2, axis=1) if sound.shape[1] == 1 else sound[:, :2]
    return _trimmed(np.ascontiguousarray(sound.T))


def _trimmed(sound: Sound) -> Sound:
    """Without what is silent at the ends, to 50 ms."""
    window = round(_WINDOW_S * RATE)
    windows = sound.shape[1] // window
    power = np.square(sound[:, : windows * window]).reshape(2, windows, window).mean(axis=(0, 2))
    loud = np.flatnonzero(power > _SILENT**2 * power.mean())
    if not len(loud):
        return sound
    return sound[:, loud[0] * window : (loud[-1] + 1) * window]


def _faded(rng: np.random.Generator, sound: Sound) -> Sound:
    """Fade in, quickly, and out, in place."""
    samples = sound.shape[1]
    rise = min(round(_FADES_S[0] * RATE), samples // 4)
    fall = min(round(np.exp(rng.uniform(*np.log(_FADES_S))) * RATE), samples // 4)
    sound[:, :rise] *= np.linspace(0.0, 1.0, rise)
    sound[:, samples - fall :] *= np.linspace(1.0, 0.0, fall) ** 2
    return sound
