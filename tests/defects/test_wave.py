"""Steps of a sound's own wave, and clicks that are none."""

import numpy as np
import pytest

from runout.defects.finders import Finders
from runout.defects.impulse import Impulse
from runout.defects.wave import Waves
from runout.model.card import load_model
from runout.model.scorer import Scorer
from sounds import Sound, real_music, with_clicks

MODEL = load_model()
RATE = 44_100


def phases(hertz: float, seconds: float, rate: int = RATE, vibrato: float = 0.0) -> np.ndarray:
    """Phase in periods of a note whose pitch goes up and down by a share, six times a second."""
    time = np.arange(round(seconds * rate)) / rate
    return np.cumsum(hertz * (1.0 + vibrato * np.sin(2 * np.pi * 6.0 * time))) / rate


def naive_saw(phase: np.ndarray, level: float = 0.2, hiss: float = 3e-4) -> Sound:
    """A saw with a step without band limit each period, over some hiss."""
    saw = level * (2.0 * (phase % 1.0) - 1.0)
    noise = hiss * np.random.default_rng(1).standard_normal((len(phase), 2))
    return (saw[:, None] * (1.0, 0.8) + noise).astype(np.float32)


def steps_of(phase: np.ndarray) -> list[int]:
    return (np.flatnonzero(np.diff(np.floor(phase))) + 1).tolist()


def judged(sound: Sound, places: list[int]) -> list[bool]:
    """Whether each of some places is taken for a step of a wave, as the sound comes in."""
    waves, scorer, told = Waves(RATE), Scorer(MODEL, RATE), []
    left = [Impulse(place, 8, "click", "both", 0.0, 0.9) for place in places]
    for scored in [*scorer.feed(sound), *scorer.finish()]:
        waves.feed(scored)
        # As the finder tells them: with 23 ms and more of what comes after.
        end = (scored.start + len(scored.scores) - 4) * MODEL.card.features.hop
        while left and left[0].start < end:
            told.append(waves.has_step(left.pop(0)))
    return told


@pytest.mark.parametrize("hertz", [55.0, 110.3, 440.0, 1234.5])
def test_steps_of_a_saw_are_its_own(hertz: float) -> None:
    phase = phases(hertz, 1.0)
    steps = steps_of(phase)[3:]
    told = judged(naive_saw(phase), steps[:: max(1, round(hertz / 50.0))])
    assert len(told) > 30
    assert all(told)


def test_steps_of_a_note_that_wavers_are_its_own() -> None:
    phase = phases(98.0, 1.0, vibrato=0.03)
    told = judged(naive_saw(phase), steps_of(phase))
    assert len(told) > 60
    assert all(told)


def test_click_over_a_saw_is_none_of_its_steps() -> None:
    phase = phases(110.3, 3.0)
    times_s = [0.31, 0.972, 1.503, 2.255]
    sound = with_clicks(naive_saw(phase), times_s, over=8)
    assert judged(sound, [round(time_s * RATE) for time_s in times_s]) == [False] * 4


def test_click_louder_than_the_steps_just_told_is_none() -> None:
    phase = phases(110.3, 1.5)
    sound = with_clicks(naive_saw(phase), [1.003], over=24)
    steps = [step for step in steps_of(phase) if step < RATE]
    assert judged(sound, [*steps[-5:], round(1.003 * RATE)]) == [True] * 5 + [False]


def test_what_stands_no_higher_than_the_steps_just_told_is_one() -> None:
    phase = phases(110.3, 1.5)
    sound, odd = naive_saw(phase), steps_of(phase)[100] + 150
    sound[odd:] += 0.15
    assert judged(sound, [odd]) == [False]
    assert judged(sound, [*steps_of(phase)[98:101], odd]) == [True] * 4


def test_dust_keeps_no_time() -> None:
    rng = np.random.default_rng(7)
    times_s = np.sort(rng.uniform(0.2, 3.8, 360)).tolist()
    sound = with_clicks(real_music(4.0), times_s, over=6)
    told = judged(sound, [round(time_s * RATE) for time_s in times_s])
    assert len(told) == 360
    assert sum(told) <= 3


@pytest.mark.parametrize("apart_s", [0.004, 0.0101, 0.024])
def test_two_and_three_clicks_at_even_distances_are_no_wave(apart_s: float) -> None:
    for count in (2, 3):
        times_s = [1.0 + apart_s * index for index in range(count)]
        sound = with_clicks(real_music(2.0), times_s, over=8)
        assert judged(sound, [round(time_s * RATE) for time_s in times_s]) == [False] * count


def test_scratch_that_ticks_from_groove_to_groove_is_no_wave() -> None:
    times_s = [0.5 + index / 33.0 for index in range(30)]
    sound = with_clicks(real_music(2.0), times_s, over=8)
    assert not any(judged(sound, [round(time_s * RATE) for time_s in times_s]))


@pytest.mark.parametrize(
    ("places", "wave"),
    [
        ([-600, -400, -200, 200], True),
        ([300, 601, 899], True),
        ([-903, -602, -301], True),
        ([-190, 0, 210, 441, 694], True),
        ([-190, 0, 210, 441], False),
        ([-400, -200], False),
        ([-1350, -2700, 1350, 2700], False),
        ([-12, -24, 12, 24], False),
        ([-610, -170, 95, 260, 800], False),
    ],
    ids=["around", "begins", "ends", "glides", "glides, few", "few", "slow", "fast", "anyhow"],
)
def test_places_in_time(places: list[int], wave: bool) -> None:
    assert Waves(RATE).keeps_time(np.array(sorted({*places, 0}))) is wave


def buzzing(rate: int = RATE) -> Sound:
    """A pulse of a synthesizer, under it a pad: each step by itself sounds like a click."""
    phase = phases(87.3, 6.0, rate)
    pulse = np.where(phase % 1.0 < 0.25, 1.0, -1.0)
    time = np.arange(len(phase)) / rate
    pad = sum(np.sin(2 * np.pi * hertz * time) for hertz in (130.8, 164.8, 196.0))
    sound = (0.04 * pulse + 0.08 * pad)[:, None] * (1.0, 0.7)
    sound += 1e-4 * np.random.default_rng(2).standard_normal(sound.shape)
    return sound.astype(np.float32)


def found(sound: Sound, rate: int = RATE, block: int = RATE) -> list[Impulse]:
    finders, scorer = Finders(MODEL.card, rate, "high"), Scorer(MODEL, rate)
    for begin in range(0, len(sound), block):
        finders.input(sound[begin : begin + block])
        for scored in scorer.feed(sound[begin : begin + block]):
            finders.feed(scored)
    for scored in scorer.finish():
        finders.feed(scored)
    finders.finish(len(sound) / rate)
    return [one for one in finders.impulses() if not one.doubtful]


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_synthesizer_is_not_called_worn(rate: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = buzzing(rate)
    heard = len(found(sound, rate))
    monkeypatch.setattr(Waves, "has_step", lambda *_: False)
    taken_for_clicks = len(found(sound, rate))
    assert taken_for_clicks > 20
    assert heard <= 0.1 * taken_for_clicks


def test_most_clicks_over_a_synthesizer_are_told_and_nothing_else() -> None:
    """The model, which knows such steps, takes some clicks among them for steps, too."""
    rng = np.random.default_rng(1)
    times_s = list(0.5 + np.arange(24) * 0.22 + rng.uniform(0.0, 0.1, 24))
    sound = with_clicks(buzzing(), times_s, over=24)
    told_s = np.array([one.start / RATE for one in found(sound)])
    near = np.abs(told_s[:, None] - times_s) < 0.003
    assert near.any(axis=0).mean() >= 0.75
    assert near.any(axis=1).all()


def test_any_split_into_blocks_gives_the_same() -> None:
    sound = with_clicks(buzzing(), [1.303, 2.707], over=24)
    assert found(sound, block=RATE) == found(sound, block=997)
