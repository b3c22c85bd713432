import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.measure.slices import LATERAL, VERTICAL, SliceStore, decibels
from runout.measure.spectrum import STEP, Slicer
from sliced import both, dither, sliced, stretch_of, tone
from sounds import noise, real_music

SOUND = np.ascontiguousarray(real_music(2.5).T)
WHOLE = Slicer().feed(SOUND)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 60_000), max_size=8))
def test_however_it_comes_in_blocks(lengths: list[int]):
    slicer = Slicer()
    made = []
    for block in np.split(SOUND, np.minimum(np.cumsum(lengths), SOUND.shape[1]), axis=1):
        made += slicer.feed(block)
    assert [one.time_s for one in made] == [one.time_s for one in WHOLE]
    assert all(
        np.array_equal(one.powers, other.powers) for one, other in zip(made, WHOLE, strict=True)
    )


def test_slices_follow_each_other():
    times = [one.time_s for one in WHOLE]
    assert times == pytest.approx([0.4, 0.8, 1.2, 1.6, 2.0])


def test_every_sample_counts_once():
    # Bursts of one sample at any place have the same energy in the sum over all slices.
    levels = []
    for place in STEP + 1000 + np.arange(40) * 997:
        sound = np.zeros((2, STEP * 5), np.float32)
        sound[:, place] = 0.5
        levels.append(stretch_of(Slicer().feed(sound)).loudness.sum())
    assert np.ptp(decibels(levels)) < 0.02


def test_lateral_and_vertical():
    seconds = 4.0
    same = dither(seconds, 0.1)
    stretch = sliced(both(same))
    level = decibels(stretch.programme.mean(axis=0))
    assert level[LATERAL] == pytest.approx(level[0], abs=0.01)
    assert level[VERTICAL] < level[0] - 55.0
    turned = sliced(both(same, -same))
    assert decibels(turned.programme.mean(axis=0))[VERTICAL] == pytest.approx(level[0], abs=0.01)
    apart = sliced(both(same, dither(seconds, 0.1, seed=1)))
    four = decibels(apart.programme.mean(axis=0))
    assert four[LATERAL] == pytest.approx(four[0] - 3.01, abs=0.2)
    assert four[VERTICAL] == pytest.approx(four[0] - 3.01, abs=0.2)


def test_power_of_a_tone_is_its_mean_square():
    stretch = sliced(both(tone(3.0, 997.0, 0.1)))
    assert decibels(stretch.programme[:, :2]) == pytest.approx(-20.0, abs=0.02)


def test_a_side_is_kept_in_less_than_a_megabyte():
    store = SliceStore()
    for one in WHOLE:
        store.add(one)
    twenty_five_minutes = 25 * 60 / 0.4
    assert store.nbytes / len(store) * twenty_five_minutes < 1_000_000
    kept = store.within([(0.0, 10.0)])
    made = stretch_of(WHOLE)
    assert np.array_equal(kept.time_s, made.time_s)
    assert np.abs(decibels(kept.powers) - np.maximum(decibels(made.powers), -140.0)).max() <= 0.07


def test_spans_hold_whole_slices_only():
    store = SliceStore()
    for one in Slicer().feed(np.ascontiguousarray(noise(6.0).T)):
        store.add(one)
    chosen = store.within([(1.0, 2.5), (4.0, 4.9)])
    assert chosen.time_s == pytest.approx([1.2, 1.6, 2.0, 4.0, 4.4])
    assert store.within([(1.0, 2.5)], reach_s=0.4).time_s == pytest.approx([1.6, 2.0])
    store.forget(4.0)
    assert store.within([(0.0, 10.0)]).time_s == pytest.approx([4.0, 4.4, 4.8, 5.2])
    assert len(store.within([(0.0, 1.0)])) == 0
    assert store.within([(0.0, 1.0)]).noise.shape == (0, 4, 4)
