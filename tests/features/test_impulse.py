import numpy as np

from runout.features.impulse import (
    cell_levels,
    cell_scale,
    impulse_features,
    local_scale,
    second_difference,
)


def test_second_difference_of_known_signals():
    samples = np.arange(40, dtype=np.float32)
    line, parabola = samples, samples**2
    for lag in (1, 4):
        difference = second_difference(np.stack((line, parabola)), lag, 1)
        assert difference.shape == (2, 40 - 2 * lag)
        assert np.allclose(difference[0], 0.0)
        assert np.allclose(difference[1], 2.0 * lag**2)


def test_stride_takes_every_so_manyth():
    sound = np.random.default_rng(1).standard_normal((2, 128)).astype(np.float32)
    assert np.allclose(second_difference(sound, 4, 2), second_difference(sound, 4, 1)[:, ::2])


def test_a_click_does_not_count_in_its_own_scale():
    steady = np.ones((2, 9, 256), np.float32)
    clicked = steady.copy()
    clicked[0, 4, 100:105] = 1000.0
    assert np.allclose(cell_scale(steady), 1.0)
    assert cell_scale(clicked)[0, 4] < 1.04


def test_local_scale_is_the_mean_of_the_neighbours_and_never_zero():
    scales = np.zeros((1, 9), np.float32)
    scales[0, 2] = 0.9
    assert np.allclose(local_scale(scales, around=4), 0.1)
    assert local_scale(np.zeros((3, 10), np.float32), around=4).shape == (3, 2)
    assert (local_scale(np.zeros((3, 10), np.float32), around=4) > 0.0).all()


def test_steady_sound_is_zero_and_a_leap_is_told_by_its_logarithm():
    difference = np.full((2, 1, 256), 0.01, np.float32)
    difference[1, 0, 7] = 0.5
    rows = impulse_features(cell_levels(difference, slots=8), np.full((2, 1), 0.01, np.float32))
    assert np.isclose(rows[1, 0, 0], np.log(50.0), atol=1e-3)
    assert np.allclose(rows[0], 0.0, atol=2e-3)
    assert np.allclose(rows[1, 0, 1:8], 0.0, atol=2e-3)


def test_digital_silence_is_as_low_as_it_goes():
    silent = cell_levels(np.zeros((2, 1, 256), np.float32), slots=8)
    assert np.allclose(impulse_features(silent, np.ones((2, 1), np.float32)), np.log(1e-3))


def test_levels_are_the_slots_maxima_then_the_mean():
    difference = np.ones((3, 2, 256), np.float32)
    difference[1, 0, 33] = 5.0
    levels = cell_levels(difference, slots=8)
    expected = np.ones((3, 2, 9))
    expected[1, 0, 1] = 5.0
    expected[1, 0, 8] = 1.0 + 4.0 / 256
    assert np.allclose(levels, expected)
