"""Audio fingerprints: the same recording in two splits is found, whatever its file is called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy import fft, ndimage

from runout.errors import RunoutError
from runout_training.corpus.manifest import Entry, entries
from runout_training.corpus.parallel import run

Landmarks = npt.NDArray[np.int64]
"""Shape (2, landmarks): what each is, and the frame where it is"""
Wave = npt.NDArray[np.float32]

_RATE = 11_025
_FRAME, _HOP = 2048, 512
_NEAR = (41, 21)
"""Bins and frames that a spectral peak is the highest of: some 15 peaks a second"""
_NEXT, _MOST_FRAMES = 6, 63
"""Peaks that follow, to be paired with, and how far off in frames (3 s)"""
_SHORTEST_S = 6.0
"""Below it a sound is a hit, of too few landmarks; hits are compared as waves"""
_HIT_S = 1.5
_SHARED = 0.03
"""Share of the shorter sound's landmarks at one offset. Of 24 held-out tracks, excerpts at another
rate, offset and level, through Vorbis of low quality, shared 0.06 at least and 0.24 in the
median; unrelated ones 0.011 at most"""
_LEAST = 40
_COMMON = 200
"""Landmarks that come more often than this are of a drum machine, and tell nothing"""
_ALIKE = 0.98
"""Correlation of two hits at their best offset"""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two files that hold the same recording."""

    one: Entry
    other: Entry
    likeness: float
    """Share of landmarks, or the correlation of hits"""


def check(cache: Path, address: str | None = None) -> None:
    """Refuse, naming the files, if a recording is in two splits."""
    found = [pair for pair in duplicates(cache, address) if pair.one.split != pair.other.split]
    if found:
        pairs = "; ".join(
            f"{_name(pair.one)} ({pair.one.split}) and {_name(pair.other)} ({pair.other.split})"
            for pair in found
        )
        raise RunoutError(f"the same recording is in two splits: {pairs}")


def duplicates(cache: Path, address: str | None = None) -> list[Duplicate]:
    """Every two files of the corpus that hold the same recording."""
    # Other parameters make other fingerprints.
    made = (_RATE, _FRAME, _HOP, *_NEAR, _NEXT, _MOST_FRAMES)
    folder = cache / "fingerprints" / "-".join(map(str, made))
    folder.mkdir(parents=True, exist_ok=True)
    known = list(entries(cache))
    jobs = [
        (cache / "packages" / entry.package / entry.file, folder / f"{entry.sha256}.npy")
        for entry in known
    ]
    wanted = [job for job in dict.fromkeys(jobs) if not job[1].exists()]
    for _ in run(_write, wanted, address, "fingerprinting"):
        pass
    prints = [np.load(path) for _, path in jobs]
    long = [index for index, entry in enumerate(known) if entry.seconds >= _SHORTEST_S]
    short = [index for index, entry in enumerate(known) if entry.seconds < _SHORTEST_S]
    pairs = [(long[a], long[b], share) for a, b, share in shared([prints[index] for index in long])]
    pairs += [(short[a], short[b], r) for a, b, r in alike([prints[index] for index in short])]
    same = dict.fromkeys(_same(entry.sha256 for entry in known), 1.0)
    same.update({(one, other): likeness for one, other, likeness in pairs})
    return [Duplicate(known[a], known[b], likeness) for (a, b), likeness in sorted(same.items())]


def landmarks(sound: Wave) -> Landmarks:
    """Pairs of spectral peaks of a mono sound at 11,025 Hz: what is left of a recording by codecs,
    levels and noise (A. Wang, An industrial-strength audio search algorithm, ISMIR 2003)."""
    if len(sound) < _FRAME:
        return np.zeros((2, 0), np.int64)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    window = np.hanning(_FRAME).astype(np.float32)
    level = np.log(np.abs(fft.rfft(frames * window, axis=1)).T + 1e-6)
    highest = (level == ndimage.maximum_filter(level, _NEAR)) & (level > level.max() - 8.0)
    frame, band = np.nonzero(highest.T)
    marks, places = [], []
    for step in range(1, _NEXT + 1):
        apart = frame[step:] - frame[:-step]
        kept = (apart > 0) & (apart <= _MOST_FRAMES)
        mark = (band[:-step] * (_FRAME // 2 + 1) + band[step:]) * (_MOST_FRAMES + 1) + apart
        marks.append(mark[kept])
        places.append(frame[:-step][kept])
    return np.asarray((np.concatenate(marks), np.concatenate(places)), np.int64)


def shared(prints: list[Landmarks]) -> Iterator[tuple[int, int, float]]:
    """Indices of sounds that share landmarks in the same order, and the share of them."""
    if not prints:
        return
    counts = np.array([one.shape[1] for one in prints])
    owner = np.repeat(np.arange(len(prints)), counts)
    mark, place = np.concatenate(prints, axis=1)
    order = np.argsort(mark, kind="stable")
    mark, place, owner = mark[order], place[order], owner[order]
    for index, one in enumerate(prints):
        first = np.searchsorted(mark, one[0])
        many = np.searchsorted(mark, one[0], side="right") - first
        many = np.where(many > _COMMON, 0, many)
        total = int(many.sum())
        starts = np.repeat(first - (np.cumsum(many) - many), many)
        hit = starts + np.arange(total)
        later = owner[hit] > index
        offset = place[hit] - np.repeat(one[1], many)
        # Of landmarks that are shared, those count that lie apart by the same time.
        votes = owner[hit][later] * (1 << 24) + (offset[later] + (1 << 22))
        keys, times = np.unique(votes, return_counts=True)
        others = keys >> 24
        for other in np.unique(others[times >= _LEAST]):
            share = times[others == other].max() / min(counts[index], counts[other])
            if share >= _SHARED:
                yield index, int(other), float(share)


def alike(waves: list[Wave]) -> Iterator[tuple[int, int, float]]:
    """Indices of hits that are the same at their best offset, and how well they correlate."""
    samples = 2 * fft.next_fast_len(round(_HIT_S * _RATE), real=True)
    spectra = np.zeros((len(waves), samples // 2 + 1), np.complex64)
    for index, wave in enumerate(waves):
        spectra[index] = fft.rfft(wave, samples)
    size = np.abs(spectra)
    size /= np.maximum(np.linalg.norm(size, axis=1, keepdims=True), 1e-12)
    # No offset makes two sounds more alike than their spectra's magnitudes are.
    near = np.argwhere(np.triu(size @ size.T >= _ALIKE, 1))
    for a, b in near:
        across = fft.irfft(spectra[a] * np.conj(spectra[b]), samples)
        norm = np.linalg.norm(waves[a]) * np.linalg.norm(waves[b])
        likeness = float(np.abs(across).max() / max(norm, 1e-12))
        if likeness >= _ALIKE:
            yield int(a), int(b), likeness


def _write(path: Path, to: Path) -> None:
    """Fingerprint a file: landmarks of a long sound, the wave itself of a short one."""
    with soundfile.SoundFile(path) as file:
        long = file.frames / file.samplerate >= _SHORTEST_S
        frames = -1 if long else round(_HIT_S * file.samplerate)
        sound = file.read(frames, dtype="float32", always_2d=True).mean(axis=1)
        sound = soxr.resample(sound, file.samplerate, _RATE, quality="MQ")
    partial = to.with_suffix(".partial.npy")
    np.save(partial, landmarks(sound) if long else sound)
    partial.rename(to)


def _same(digests: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Indices of files of the very same content."""
    places: dict[str, list[int]] = {}
    for index, digest in enumerate(digests):
        places.setdefault(digest, []).append(index)
    for together in places.values():
        yield from combinations(together, 2)


def _name(entry: Entry) -> str:
    return f"{entry.package}/{entry.file}"
