import numpy as np
import pytest

from runout.defects.again import Past
from runout.defects.shock import Shocks
from sounds import noise

RATE, HOP = 44_100, 256
CELLS = 1000
AT = 400 * HOP
LAG_S = 200 * HOP / RATE


def shocks(scores, sound=None):
    past = Past(RATE)
    hiss = noise(CELLS * HOP / RATE, level=0.01).T[:, : CELLS * HOP]
    past.feed(np.ascontiguousarray(hiss if sound is None else sound(hiss), np.float32))
    kept = Shocks(past, 0.0, HOP / RATE)
    for start in range(0, CELLS, 100):
        kept.feed(scores[start : start + 100])
    return kept


def scored(**cells):
    scores = np.zeros(CELLS, np.float32)
    for cell, score in cells.items():
        scores[int(cell[1:])] = score
    return scores


def flown(hiss):
    hiss = hiss.copy()
    hiss[:, AT : AT + 300] *= 0.01
    return hiss


@pytest.mark.parametrize(("score", "sure"), [(0.4, False), (0.9, True)])
def test_a_shock_is_where_the_model_heard_most(score, sure):
    found = shocks(scored(_400=score, _402=0.1)).struck(AT - 1000, AT + 1000)
    assert found.start == pytest.approx(AT, abs=HOP)
    assert found.sure is sure


def test_a_flight_is_a_shock_that_the_model_missed():
    found = shocks(scored(), flown).struck(AT - 1000, AT + 1000)
    assert found.start == pytest.approx(AT, abs=300)
    assert found.sure


def test_a_flight_makes_a_half_heard_shock_sure():
    assert shocks(scored(_400=0.2), flown).struck(AT - 1000, AT + 1000).sure


def test_hiss_alone_is_no_shock():
    assert shocks(scored(_400=0.05)).struck(AT - 1000, AT + 1000) is None


def test_what_the_model_half_heard_is_no_shock_without_a_flight():
    assert shocks(scored(_400=0.2)).struck(AT - 1000, AT + 1000) is None


def test_clicks_that_come_again_are_the_groove_s_and_others_are_dust():
    start_s, end_s = 450 * HOP / RATE, 550 * HOP / RATE
    same = scored(_500=1.0, _300=0.95)
    assert shocks(same).damage_repeats(start_s, end_s, LAG_S)
    assert not shocks(scored(_500=1.0, _320=0.95)).damage_repeats(start_s, end_s, LAG_S)
    assert shocks(scored()).damage_repeats(start_s, end_s, LAG_S)
