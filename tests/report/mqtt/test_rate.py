import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from report.examples import CRACKLE, click
from runout.defects.event import Event
from runout.report.mqtt.rate import EVENTS_PER_S, FOR_EPISODES, EventRate
from runout.side.side import DefectHeard

BEGIN = DefectHeard("s1", "begin", CRACKLE)
END = DefectHeard("s1", "end", CRACKLE)


SINGLES_PER_S = EVENTS_PER_S - FOR_EPISODES


def test_so_many_singles_a_second_pass_and_no_more() -> None:
    rate = EventRate()
    passed = [rate.allows(click(number), number / 100) for number in range(150)]
    assert sum(passed[:100]) == SINGLES_PER_S
    assert sum(passed[100:]) == SINGLES_PER_S


def test_an_episode_gets_through_however_many_singles_went_before_it() -> None:
    rate = EventRate()
    assert sum(rate.allows(click(number), 0.0) for number in range(50)) == SINGLES_PER_S
    assert rate.allows(BEGIN, 0.1)
    assert rate.allows(END, 0.2)


def test_an_episode_that_began_may_end_however_many_clicks_there_are() -> None:
    rate = EventRate()
    assert rate.allows(BEGIN, 0.0)
    assert sum(rate.allows(click(number), 0.1) for number in range(50)) == SINGLES_PER_S - 2
    assert rate.allows(END, 0.2)


def test_an_episode_whose_begin_was_held_back_has_no_end() -> None:
    rate = EventRate()
    second = dataclasses.replace(BEGIN, event=dataclasses.replace(CRACKLE, id="c2"))
    assert all(rate.allows(click(number), 0.0) for number in range(SINGLES_PER_S))
    assert rate.allows(BEGIN, 0.5)
    assert not rate.allows(second, 0.6)
    assert not rate.allows(dataclasses.replace(second, phase="end"), 5.0)


def test_episodes_that_never_end_hold_no_place_beyond_their_side() -> None:
    rate = EventRate()
    rate.allows(BEGIN, 0.0)
    rate.forget_episodes()
    assert sum(rate.allows(click(number), 5.0) for number in range(50)) == SINGLES_PER_S


steps = st.lists(
    st.tuples(st.sampled_from(["single", "begin", "end"]), st.integers(0, 5), st.floats(0, 0.3)),
    max_size=200,
)


@given(steps)
def test_no_second_has_more_and_every_begin_that_passed_may_end(
    steps: list[tuple[str, int, float]],
) -> None:
    rate = EventRate()
    now = 0.0
    passed: list[float] = []
    begun: set[int] = set()
    for phase, number, pause_s in steps:
        now += pause_s
        if phase == "begin" and number in begun:
            continue
        event = Event(str(number), now, 0.1, "crackle", "both", 9.0, 1.0)
        allowed = rate.allows(DefectHeard("s1", phase, event), now)
        if allowed:
            passed.append(now)
        if phase == "end":
            assert allowed == (number in begun)
            begun.discard(number)
        elif phase == "begin" and allowed:
            begun.add(number)
    assert all(sum(start <= t < start + 1.0 for t in passed) <= EVENTS_PER_S for start in passed)
