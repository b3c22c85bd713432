"""The same grade of the same side, whatever it was captured with."""

from functools import cache

import numpy as np
import pytest
import soundfile
import soxr

from runout.grading.table import load_table
from runout.model.card import load_model
from runout_training.corpus.tracks import RATE
from runout_training.sides.captures import CAPTURES, lowered
from runout_training.sides.listen import listen
from simulated_sides import simulated
from sounds import SHELLAC

TRACKS_S = (20.0, 17.0)
WORN = {
    "clicks": {"seed": 4, "clicks_per_min": 12.0, "noise_db": -52.0},
    "scratch": {"seed": 2, "scratched_percent": 60.0, "noise_db": -50.0},
    "crackle and noise": {"seed": 3, "crackle_percent": 25.0, "noise_db": -31.0},
}


@cache
def sound_of(name):
    """The sound at 44.1 kHz, (2, samples), and so low that it clips nowhere when turned up."""
    if name == "shellac":
        sound, rate = soundfile.read(SHELLAC, dtype="float32")
        return np.ascontiguousarray(soxr.resample(sound, rate, RATE).T)
    return lowered(simulated(tracks=TRACKS_S, fade_s=2.0, **WORN[name]).sound)


def graded(sound, rate):
    return listen(sound, rate, load_model(), load_table()).grade


@cache
def plain(name):
    return graded(sound_of(name), RATE)


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)
@pytest.mark.parametrize("name", ["shellac", *WORN])
def test_the_same_grade_however_it_is_captured(name, capture):
    sound = capture.of(sound_of(name))
    assert np.abs(sound).max() <= 1.0
    found = graded(sound, capture.rate)
    assert found.label == plain(name).label
    assert found.index == pytest.approx(plain(name).index, abs=0.3)


def test_the_sides_are_of_several_grades():
    assert [plain(name).label for name in (*WORN, "shellac")] == ["VG+", "VG", "G+", "G"]
