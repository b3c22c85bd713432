import numpy as np
import pytest
import soxr

from runout.grading.table import grade, load_table
from runout.model.card import load_model
from runout_training.corpus.tracks import RATE
from runout_training.evaluation import side_steady
from runout_training.evaluation.side_steady import apart, as_markdown, score_steadiness, steadiness
from runout_training.sides.albums import Album
from runout_training.sides.captures import CAPTURES, GAIN_DB, lowered
from runout_training.sides.make import Numbered
from simulated_sides import simulated

MEASURED = {"channel_balance_db": 0.0, "clipped_percent": 0.0, "capture_glitches_per_min": 0.0}


def graded(clicks_per_min, heard_s=600.0):
    measured = MEASURED | {"audible_clicks_per_min": clicks_per_min}
    return grade(measured, heard_s, RATE, load_table())


def grades(plain, **others):
    return {capture.name: plain for capture in CAPTURES} | {"plain": plain} | others


def test_shares_and_the_worst_by_hand():
    worn, less = graded(12.0), graded(11.0)
    much = graded(40.0)
    sides = [grades(worn), grades(worn, **{"96 kHz": less}), grades(worn, **{"48 kHz": much})]
    rows = {row.capture: row for row in steadiness(sides)}
    assert (rows["polarity turned"].same, rows["polarity turned"].worst) == (3, 0.0)
    assert (rows["96 kHz"].same, rows["96 kHz"].worst) == (3, worn.index - less.index)
    assert (rows["48 kHz"].same, rows["48 kHz"].worst) == (2, pytest.approx(1.0))
    assert "| 48 kHz | 2 of 3 | 1.00 |" in as_markdown([*rows.values()])


def test_a_grade_that_only_one_has_is_as_far_as_can_be():
    assert apart(graded(1.0), None) == apart(graded(1.0, heard_s=1.0), graded(1.0)) == 6.0
    assert apart(None, graded(1.0, heard_s=1.0)) == 0.0


def test_captures_are_the_same_sound_but_for_what_they_say():
    time = np.arange(RATE) / RATE
    ramp = np.linspace(0.1, 1.0, RATE)
    tones = (np.sin(2 * np.pi * hertz * time) for hertz in (440.0, 1000.0))
    sound = lowered(np.stack([ramp * tone for tone in tones]).astype(np.float32))
    made = {capture.name: capture.of(sound) for capture in CAPTURES}
    assert all(np.abs(one).max() <= 1.0 for one in made.values())
    for capture in CAPTURES:
        assert made[capture.name].shape == (2, capture.rate)
        assert made[capture.name].dtype == np.float32
    gain = np.float32(10 ** (GAIN_DB / 20))
    assert made["12 dB louder"] == pytest.approx(sound * gain)
    assert made["12 dB softer"] == pytest.approx(sound / gain)
    assert np.array_equal(made["polarity turned"], -sound)
    assert np.array_equal(made["channels swapped"][0], sound[1])
    middle = slice(RATE // 4, -RATE // 4)
    for rate in (48_000, 96_000):
        back = soxr.resample(made[f"{rate // 1000} kHz"].T, rate, RATE).T
        assert back[:, middle] == pytest.approx(sound[:, middle], abs=1e-4)
    lost = made["MP3 at 256 kb/s"][:, middle] - sound[:, middle]
    assert 0.0 < np.std(lost) < 0.01 * np.std(sound)


def test_sides_are_heard_once_for_each_capture_and_kept(tmp_path, monkeypatch):
    side = simulated(tracks=(6.0,), clicks_per_min=40.0)
    made = []

    def numbered(_cache, _split, _seed, number):
        made.append(number)
        return Numbered(number, Album("a", ()), side)

    def here(job, jobs, _address, _description):
        return [job(*one) for one in jobs]

    monkeypatch.setattr(side_steady, "numbered", numbered)
    monkeypatch.setattr(side_steady, "run", here)
    first, again = (score_steadiness(tmp_path, load_model(), "train", 1, 1) for _ in range(2))
    assert made == [0]
    assert again == first
    assert [row.capture for row in first] == [capture.name for capture in CAPTURES]
    assert all(row.sides == 1 for row in first)
    assert all(row.worst <= 0.3 for row in first)
