import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout_training.corpus.drums import Drums
from runout_training.corpus.packages import DRUMS, ELECTRONIC_DRUMS
from runout_training.corpus.tracks import RATE


@pytest.fixture
def cache(tmp_path):
    """Kits under names that are known to be of each split, and an electronic one."""
    rng = np.random.default_rng(0)
    hit = 0.5 * rng.standard_normal(4000) * np.exp(-np.arange(4000) / 600)
    for kit in ("GMRockKit", "TR808EmulationKit", "ForzeeStereo"):
        folder = tmp_path / "packages" / DRUMS[0] / "kits" / kit
        folder.mkdir(parents=True)
        soundfile.write(folder / "snare.wav", np.clip(hit, -1, 1), RATE)
        soundfile.write(folder / "Click 1.wav", np.clip(hit, -1, 1), RATE)
    folder = tmp_path / "packages" / ELECTRONIC_DRUMS / "samples" / "drums"
    folder.mkdir(parents=True)
    soundfile.write(folder / "kick.ogg", np.clip(hit, -1, 1), RATE)
    return tmp_path


def test_each_kit_is_in_the_split_that_it_was_always_in(cache):
    assert sorted(Drums(cache, "train").kits) == ["GMRockKit", "lmms-common-drums"]
    assert list(Drums(cache, "validation").kits) == ["ForzeeStereo"]
    assert list(Drums(cache, "test").kits) == ["TR808EmulationKit"]


def test_sounds_that_are_called_clicks_are_left_out(cache):
    names = [path.name for path in Drums(cache, "test").kits["TR808EmulationKit"]]
    assert names == ["snare.wav"]


@pytest.mark.parametrize("varied", [False, True])
def test_a_pattern_has_unit_level_and_is_the_same_again(cache, varied):
    drums = Drums(cache, "train")
    one, again = (drums.pattern(np.random.default_rng(4), 2.0, varied) for _ in range(2))
    assert one.shape == (2, 2 * RATE)
    assert np.sqrt(np.mean(one**2)) == pytest.approx(1.0)
    assert np.array_equal(one, again)


def test_a_silent_kit_is_an_error_and_no_endless_search(cache):
    for path in (cache / "packages" / DRUMS[0] / "kits" / "TR808EmulationKit").iterdir():
        soundfile.write(path, np.zeros(4000), RATE)
    with pytest.raises(RunoutError, match=r"no pattern of 2\.0 s"):
        Drums(cache, "test").pattern(np.random.default_rng(0), 2.0)
