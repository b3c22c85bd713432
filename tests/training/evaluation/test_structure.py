import math
from dataclasses import replace

import numpy as np
import pytest

from runout.defects.event import Event
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.outcome import judge
from runout_training.evaluation.scenes import Scene
from runout_training.evaluation.structure import rate, share, structure
from runout_training.wear.clock import Clock
from runout_training.wear.worn import Truth, Worn

CLOCK = Clock(100 / 3)
SOUND = np.zeros((2, 60 * RATE))


def scene(damage, *truth):
    return Scene(damage, CLOCK, Worn(SOUND, CLOCK, truth))


def click(time_s, episode=None, over_db=12.0):
    at = round(time_s * RATE)
    return Truth("click", at, at, at + 9, "both", over_db, wear="scratch", episode=episode)


def jump(kind, time_s):
    at = round(time_s * RATE)
    return Truth(kind, at, at, at + RATE, "both", 0.0)


def event(kind, time_s, id="e", part_of=None, **more):
    return Event(id, time_s, 1.0, kind, "both", 12.0, 0.9, part_of, **more)


def train(turns, rpm=100 / 3):
    times = [5.0 + 1.8 * turn for turn in range(turns)]
    told = [event("click", time_s, f"c{time_s}", "s") for time_s in times]
    return [click(time_s, 0) for time_s in times], [
        *told,
        event("scratch", 5.0, "s", rpm=rpm, turns=turns),
    ]


def test_a_scratch_is_named_with_the_right_speed_or_not_at_all():
    for rpm, named in ((33.4, 1.0), (45.0, 0.0)):
        truth, told = train(6, rpm)
        assert structure([judge(scene("scratch", *truth), told)]).scratches_named.value == named


def test_a_scratch_that_is_none_is_false():
    _, told = train(6)
    assert structure([judge(scene("clean"), told)]).false_scratches_per_hour.value == pytest.approx(
        60.0
    )


def test_jumps_are_found_by_kind_and_place():
    outcomes = [
        judge(scene("skip back", jump("skip", 9.0)), [event("skip", 9.02)]),
        judge(scene("skip back", jump("skip", 9.0)), [event("locked_groove", 9.0)]),
        judge(scene("locked groove", jump("locked_groove", 9.0)), [event("locked_groove", 9.2)]),
        judge(scene("loops"), [event("skip", 3.0)]),
    ]
    row = structure(outcomes)
    assert row.skips_back.value == 0.5
    assert row.locked_grooves.value == 0.0
    assert row.jump_error_ms == pytest.approx(20.0, abs=0.1)
    assert row.false_jumps_per_hour.value == pytest.approx(60.0)
    assert row.false_jumps_clean_per_hour.high == math.inf


def test_a_dense_rate_is_that_of_the_episodes_and_the_clicks_outside_of_them():
    truth = [click(time_s) for time_s in np.arange(0.0, 60.0, 0.02)]
    # Of 3000 ticks 2500 in an episode of 50 s that was told by half; of the others, a fifth each.
    found = [event("click", one.start / RATE) for one in truth]
    crackle = replace(event("crackle", 5.0, rate_per_s=48.0), duration_s=50.0)
    told = [one for one in found[::2] if 5.0 <= one.time_s <= 55.0] + [
        one for one in found[::5] if not 5.0 <= one.time_s <= 55.0
    ]
    estimated = judge(scene("dense", *truth), [*told, crackle])
    row = structure([estimated])
    assert row.dense_ratio.value == pytest.approx(2500 / 3000, abs=1e-3)
    assert row.dense_within.value == 1.0
    counted = judge(scene("dense", *truth), told)
    assert structure([estimated, counted]).dense_within.value == 0.5


def test_exact_intervals_of_known_counts():
    # Clopper and Pearson, and Garwood: three of ten, and no event in two hours.
    three = share(3, 10)
    assert (three.low, three.high) == (
        pytest.approx(0.0667, abs=1e-4),
        pytest.approx(0.6525, abs=1e-4),
    )
    assert rate(0, 2.0).high == pytest.approx(3.689 / 2, abs=1e-3)
