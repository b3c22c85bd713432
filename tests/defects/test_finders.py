import numpy as np
import pytest

from runout.defects.finders import CUT_S, Finders
from runout.model.card import load_model
from runout.model.scorer import Scorer
from sounds import real_music, with_clicks

MODEL = load_model()
RATE = 44_100
PLACES = [1.0, 3.0, 4.5]


def fed(sound, sensitivity="normal"):
    """Finders that heard all of a sound, and whose impulses nobody has asked for."""
    finders = Finders(MODEL.card, RATE, sensitivity)
    finders.input(sound)
    scorer = Scorer(MODEL, RATE)
    for scored in [*scorer.feed(sound), *scorer.finish()]:
        finders.feed(scored)
    return finders


def times(finders):
    return [one.start / RATE for one in finders.impulses() if not one.doubtful]


def test_impulses_wait_and_are_handed_out_once():
    finders = fed(with_clicks(real_music(6.0), PLACES, over=12))
    finders.finish(6.0)
    assert times(finders) == pytest.approx(PLACES, abs=0.003)
    assert times(finders) == []


def test_what_was_before_the_side_is_none_of_its_defects():
    finders = fed(with_clicks(real_music(6.0), PLACES, over=12))
    finders.begin(1.8, 2.2)
    assert times(finders) == pytest.approx(PLACES[1:], abs=0.003)


def test_what_nobody_asks_for_is_forgotten():
    finders = fed(with_clicks(real_music(6.0), PLACES, over=12))
    finders.forget(6.0)
    assert times(finders) == pytest.approx(PLACES[1:], abs=0.003)
    finders = fed(with_clicks(real_music(6.0), PLACES, over=12))
    finders.forget(60.0)
    assert times(finders) == []


def test_where_the_sound_is_cut_off_is_no_defect():
    finders = fed(with_clicks(real_music(6.0), PLACES, over=12))
    finders.finish(PLACES[2] + CUT_S)
    assert times(finders) == pytest.approx(PLACES[:2], abs=0.003)


def test_the_keener_the_more_is_found():
    rng = np.random.default_rng(3)
    faint = with_clicks(real_music(8.0), sorted(rng.uniform(0.5, 7.5, 40)), over=0.8)
    finders = fed(faint, "low")
    assert finders.sensitivity == "low"
    found = {kind: len(times(fed(faint, kind))) for kind in ("low", "normal", "high")}
    assert found["low"] < found["normal"] < found["high"]
    finders.set_sensitivity("high")
    assert finders.sensitivity == "high"


def test_what_is_not_believed_is_handed_out_as_doubtful_in_order_of_time():
    faint = with_clicks(real_music(10.0), list(np.arange(0.5, 9.5, 0.1)), over=0.9)
    impulses = list(fed(faint).impulses())
    assert len({one.doubtful for one in impulses}) == 2
    starts = [one.start for one in impulses]
    assert starts == sorted(starts)
    least = MODEL.card.thresholds["normal"]
    assert all(one.doubtful or one.confidence >= least[one.kind] for one in impulses)
