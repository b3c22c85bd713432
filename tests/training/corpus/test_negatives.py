import shutil

import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout_training.corpus import machines, notes
from runout_training.corpus.negatives import Negatives
from runout_training.corpus.packages import MUSIC
from runout_training.corpus.tracks import RATE, RENDERS

SPLITS = ("train", "validation", "test")
KINDS = ("percussion", "plucked", "machine", "chip", "scratching")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What rendering leaves: two notes an instrument, a machine a split, a piece of music each."""
    root = tmp_path_factory.mktemp("cache")
    rng = np.random.default_rng(0)
    slot = round(1.5 * RATE)
    decay = np.exp(-np.arange(slot) / 3000)
    for package in (*MUSIC, *RENDERS, notes.FOLDER, machines.FOLDER):
        (root / "packages" / package).mkdir(parents=True)
        (root / "packages" / package / "VERSION").write_text("1.0\n")
    hit = 0.3 * rng.uniform(-1, 1, slot) * decay
    slots = root / "slots.flac"
    soundfile.write(slots, np.tile(hit, 60), RATE)
    for instrument in notes.INSTRUMENTS:
        path = root / "packages" / notes.FOLDER / f"{instrument.name}.flac"
        shutil.copy(slots, path)
    for machine in ("tr909", "tr606", "tr808"):
        folder = root / "packages" / machines.FOLDER / machine
        folder.mkdir()
        soundfile.write(folder / "snare.flac", hit[:9000], RATE)
    music = 0.1 * rng.standard_normal((RATE // 4 * 32, 2))
    for letter in "abcdef":
        path = root / "packages" / RENDERS[0] / f"piece{letter}.flac"
        soundfile.write(path, music, RATE // 4)
    soundfile.write(root / "music.ogg", music, RATE // 4)
    for path in (root / "packages" / MUSIC[0] / f"{name}.ogg" for name in "abcdefghijklmnop"):
        shutil.copy(root / "music.ogg", path)
    return root


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_sounds_in_every_split_and_is_the_same_again(cache, split, kind):
    negatives = Negatives(cache, split)
    for seed in range(5):
        one, again = (
            negatives.kind(np.random.default_rng(seed), 1.5, kind, split == "train")
            for _ in range(2)
        )
        assert one.shape == (2, round(1.5 * RATE))
        assert np.isfinite(one).all()
        assert np.array_equal(one, again)


def test_a_pattern_has_unit_level(cache):
    negatives = Negatives(cache, "test")
    for seed in range(10):
        pattern = negatives.pattern(np.random.default_rng(seed), 1.0)
        assert np.sqrt(np.mean(pattern**2)) == pytest.approx(1.0)


def test_no_instrument_or_program_is_in_two_splits():
    assert len({one.name for one in notes.INSTRUMENTS}) == len(notes.INSTRUMENTS)
    sounded = [
        (one.program, key if one.program is None else None)
        for one in notes.INSTRUMENTS
        for key in (one.keys if one.program is None else (None,))
    ]
    assert len(set(sounded)) == len(sounded)
    assert {one.split for one in notes.INSTRUMENTS} == set(SPLITS)


def test_no_machine_is_in_two_splits(cache):
    kits = {split: set(machines.Machines(cache, split).kits) for split in SPLITS}
    assert kits == {"train": {"tr909"}, "validation": {"tr606"}, "test": {"tr808"}}


def test_without_what_is_rendered_it_is_one_clear_line(tmp_path):
    with pytest.raises(RunoutError, match="runout-train prepare"):
        Negatives(tmp_path, "test").kind(np.random.default_rng(0), 1.0, "machine", False)
