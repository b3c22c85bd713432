from zipfile import ZipFile

import numpy as np
import pytest

from runout.errors import RunoutError
from runout.web.predecessors import stored
from runout.web.predecessors.stored import arrays_of, read
from web.predecessors.made import forest, machine, put

MODELS = {"rf": forest(0.5), "svm": machine()}


@pytest.mark.parametrize("kind", MODELS)
def test_what_was_written_is_read(kind, tmp_path):
    put(tmp_path, kind, MODELS[kind])
    before, after = arrays_of(MODELS[kind]), arrays_of(read(tmp_path, kind))
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert array.dtype == after[name].dtype
        assert np.array_equal(array, after[name])


def refused(folder, kind, words):
    with pytest.raises(RunoutError, match=words) as caught:
        read(folder, kind)
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) not in text


@pytest.mark.parametrize(
    ("kind", "name", "array"),
    [
        ("rf", "left", np.array([0, 1, 2, 3], np.int32)),  # it would never end
        ("rf", "right", np.array([4, 1, 2, 3], np.int32)),
        ("rf", "left", np.array([-1, 1, 2, 3], np.int32)),
        ("rf", "left", np.array([1, 1, 2, 3], np.int64)),
        ("rf", "roots", np.array([0, 4], np.int32)),
        ("rf", "roots", np.array([], np.int32)),
        ("rf", "figure", np.array([8, 0, 0, 0], np.int8)),
        ("rf", "threshold", np.array([np.nan, 0.0, 0.0, 0.0])),
        ("rf", "share", np.array([0.5, 0.1, 1.1, 0.8])),
        ("rf", "share", np.array([0.5, 0.1, 0.9])),
        ("rf", "mean", np.zeros(7)),
        ("rf", "scale", np.zeros(8)),
        ("svm", "vectors", np.zeros((2, 7))),
        ("svm", "vectors", np.full((2, 8), np.inf)),
        ("svm", "weights", np.array([2.0, np.nan])),
        ("svm", "gamma", np.array(-1.0)),
        ("svm", "gamma", np.array([0.25])),
        ("svm", "platt", np.array([1.0])),
    ],
)
def test_arrays_that_are_not_what_they_must_be(kind, name, array, tmp_path):
    put(tmp_path, kind, MODELS[kind], **{name: array})
    refused(tmp_path, kind, f"{kind}.npz is damaged: '{name}' in it isn't what it must be")


def test_no_trees_and_no_vectors(tmp_path):
    none = {
        name: arrays_of(MODELS["rf"])[name][:0]
        for name in ("roots", "left", "right", "figure", "threshold", "share")
    }
    put(tmp_path, "rf", MODELS["rf"], **none)
    refused(tmp_path, "rf", "'roots' in it")
    put(tmp_path, "svm", MODELS["svm"], vectors=np.zeros((0, 8)), weights=np.zeros(0))
    refused(tmp_path, "svm", "'weights' in it")


def test_another_version_and_other_figures(tmp_path):
    put(tmp_path, "rf", MODELS["rf"], version=np.array(2))
    refused(tmp_path, "rf", "its version is 2, and we know 1")
    parameters = arrays_of(MODELS["rf"])["parameters"].copy()
    parameters[0] = 22_050.0
    put(tmp_path, "rf", MODELS["rf"], parameters=parameters)
    refused(tmp_path, "rf", "aren't made as ours are")


def test_one_kind_in_the_place_of_another(tmp_path):
    put(tmp_path, "svm", MODELS["rf"])
    refused(tmp_path, "svm", "the SVM model .* doesn't hold what such a model is made of")
    put(tmp_path, "rf", MODELS["rf"], more=np.zeros(1))
    refused(tmp_path, "rf", "doesn't hold what")


def test_pickles_are_not_opened(tmp_path):
    put(tmp_path, "svm", MODELS["svm"], weights=np.array([print, "x"], object))
    refused(tmp_path, "svm", "damaged")


def test_an_archive_in_the_place_of_an_array(tmp_path):
    inner = put(tmp_path, "rf", MODELS["rf"]).read_bytes()
    path = put(tmp_path, "svm", MODELS["svm"])
    with ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, content in (held | {"gamma.npy": inner}).items():
            archive.writestr(name, content)
    refused(tmp_path, "svm", "'gamma' in it")


def test_more_than_it_may_hold(tmp_path, monkeypatch):
    put(tmp_path, "rf", MODELS["rf"], threshold=np.zeros(1_000_000))
    monkeypatch.setattr(stored, "MOST_BYTES", 7_000_000)
    refused(tmp_path, "rf", "it holds more than 7 MB")


def test_what_is_cut_off_or_overwritten(tmp_path):
    whole = put(tmp_path, "svm", MODELS["svm"]).read_bytes()
    rng = np.random.default_rng(0)
    path = tmp_path / "svm.npz"
    for length in rng.integers(0, len(whole), 60):
        path.write_bytes(whole[:length])
        refused(tmp_path, "svm", "damaged")
    unharmed = 0
    for at in rng.integers(0, len(whole), 300):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        arrays = arrays_if_whole(tmp_path)
        if arrays is not None:
            # It was in the archive's dates or the like.
            unharmed += 1
            for name, array in arrays_of(MODELS["svm"]).items():
                assert np.array_equal(array, arrays[name])
    assert unharmed < 150


def arrays_if_whole(folder):
    """What is read of the SVM's file; None where it is said to be damaged."""
    try:
        return arrays_of(read(folder, "svm"))
    except RunoutError:
        return None


def test_what_is_not_there_or_no_file(tmp_path):
    refused(tmp_path, "rf", "rf.npz can't be read: No such file")
    (tmp_path / "rf.npz").mkdir()
    refused(tmp_path, "rf", "rf.npz can't be read: Is a directory")
