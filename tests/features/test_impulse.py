import numpy as np

from runout.features.impulse import cell_scale, impulse_features, impulse_ratio, second_difference


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


def test_ratio_is_one_in_steady_sound_and_leaps_at_a_click():
    difference = np.full((2, 1, 256), 0.01, np.float32)
    difference[1, 0, 7] = 0.5
    ratio = impulse_ratio(difference, np.full((2, 9), 0.01, np.float32), around=4)
    assert np.allclose(ratio[0], 1.0)
    assert np.isclose(ratio[1, 0, 7], 50.0)


def test_digital_silence_has_a_ratio_of_zero():
    silent = np.zeros((2, 1, 256), np.float32)
    assert not impulse_ratio(silent, np.zeros((2, 9), np.float32), around=4).any()


def test_features_are_left_and_right_by_slot_then_the_means():
    ratio = np.ones((2, 1, 256), np.float32)
    ratio[1, 0, 33] = np.e - 1e-3
    (row,) = impulse_features(ratio, slots=8)
    expected = np.full(18, np.log(1.001), np.float32)
    expected[3] = 1.0
    assert np.allclose(row[:16], expected[:16], atol=1e-4)
