import io

import numpy as np
import pytest
import soundfile
import soxr

from runout.errors import RunoutError
from runout_training.corpus import fingerprint
from runout_training.corpus.fingerprint import alike, check, duplicates, landmarks, shared
from runout_training.corpus.manifest import Entry

RATE = 11_025


def melody(seed, seconds):
    """Notes drawn at random, three at a time, with their harmonics."""
    rng = np.random.default_rng(seed)
    time = np.arange(RATE // 4) / RATE
    bars = []
    for _ in range(round(seconds * 4)):
        pitches = 110 * 2 ** (rng.integers(0, 36, 3) / 12)
        tones = [np.sin(2 * np.pi * p * n * time) / n for p in pitches for n in (1, 2, 3, 4)]
        bars.append(np.sum(tones, axis=0) * np.exp(-time / 0.15))
    sound = 0.1 * np.concatenate(bars) + 0.001 * rng.standard_normal(len(bars) * len(time))
    return sound.astype(np.float32)


def through_vorbis(sound):
    """The sound after a lossy codec, at another rate."""
    file = io.BytesIO()
    soundfile.write(file, soxr.resample(sound, RATE, 32_000), 32_000, "VORBIS", format="OGG")
    file.seek(0)
    decoded, rate = soundfile.read(file, dtype="float32")
    return soxr.resample(decoded, rate, RATE)


def test_a_copy_is_found_through_a_codec_at_another_level_and_offset():
    pieces = [melody(seed, 40) for seed in range(4)]
    copy = through_vorbis(0.2 * pieces[2][7 * RATE + 100 : 32 * RATE])
    found = list(shared([landmarks(sound) for sound in (*pieces, copy)]))
    assert [(one, other) for one, other, _ in found] == [(2, 4)]


def test_a_hit_is_found_at_another_level_and_offset_and_others_are_not():
    rng = np.random.default_rng(1)
    decay = np.exp(-np.arange(3000) / 500).astype(np.float32)
    hits = [rng.standard_normal(3000).astype(np.float32) * decay for _ in range(5)]
    moved = np.concatenate((np.zeros(700, np.float32), 0.3 * hits[3]))
    found = list(alike([*hits, moved]))
    assert [(one, other) for one, other, _ in found] == [(3, 5)]
    assert found[0][2] == pytest.approx(1.0, abs=1e-3)


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus of which every file can be chosen; jobs run in this process."""

    def make(*files):
        listed = []
        for number, (split, name, sound) in enumerate(files):
            path = tmp_path / "packages" / "music" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, sound, RATE, format="FLAC" if name.endswith("flac") else None)
            seconds = len(sound) / RATE
            sha256 = f"{number:064d}"
            listed.append(Entry("music", "music", "1", name, sha256, "CC0", split, seconds))
        monkeypatch.setattr(fingerprint, "entries", lambda _: iter(listed))
        monkeypatch.setattr(
            fingerprint, "run", lambda function, jobs, *_: [function(*job) for job in jobs]
        )
        return tmp_path

    return make


def test_a_recording_in_two_splits_is_refused_by_the_names_of_both_files(corpus):
    sound = melody(0, 30)
    cache = corpus(
        ("train", "one.flac", sound),
        ("train", "other.flac", melody(1, 30)),
        ("test", "copy.ogg", 0.5 * sound[5 * RATE :]),
    )
    with pytest.raises(RunoutError, match=r"one\.flac \(train\) and music/copy\.ogg \(test\)"):
        check(cache)


def test_a_recording_twice_in_one_split_is_found_but_let_be(corpus):
    hit = melody(3, 1)
    cache = corpus(
        ("train", "one.flac", hit), ("train", "two.flac", hit), ("test", "a.flac", melody(4, 1))
    )
    check(cache)
    (pair,) = duplicates(cache)
    assert (pair.one.file, pair.other.file) == ("one.flac", "two.flac")


def test_what_was_fingerprinted_once_is_not_again(corpus, monkeypatch):
    cache = corpus(("train", "one.flac", melody(5, 20)), ("test", "two.flac", melody(6, 20)))
    check(cache)
    monkeypatch.setattr(fingerprint, "_write", None)
    check(cache)
