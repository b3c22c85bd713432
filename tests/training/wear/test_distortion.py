import numpy as np
import pytest

from runout_training.corpus.tracks import RATE
from runout_training.wear.distortion import HEARD_DB, groove_wear, tracing
from runout_training.wear.velocity import cut
from worn_sounds import programme, tone

FAINT = {"tip_m": 7.6e-6, "peak_m_s": 0.02}


def spectrum(sound):
    return np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) * 4 / len(sound)


def second_harmonic(worn, hertz, radius_m, tip_m, peak_m_s):
    after = tracing(np.random.default_rng(0), worn, radius_m, tip_m, peak_m_s)
    velocity = cut(after.sound)[0, RATE // 2 :]
    lines = spectrum(velocity)
    bin_hz = RATE / len(velocity)
    return lines[round(2 * hertz / bin_hz)] / lines[round(hertz / bin_hz)]


@pytest.mark.parametrize("hertz", [1000, 3000])
@pytest.mark.parametrize("radius_m", [0.06, 0.14])
def test_the_second_harmonic_is_what_lewis_and_hunt_have(hertz, radius_m):
    # Velocity v sin(wt) gains r v^2 w / (2 V^2) at 2 w; differences lose 3 % of it at 3 kHz.
    speed = 2 * np.pi * radius_m * (100 / 3) / 60
    expected = 7.6e-6 * 0.02 * 2 * np.pi * hertz / (2 * speed**2)
    found = second_harmonic(tone(hertz, 2.0), hertz, radius_m, **FAINT)
    assert found == pytest.approx(expected, rel=0.1)


def test_a_lateral_cut_s_distortion_is_vertical():
    worn = tone(2000)
    damage = tracing(np.random.default_rng(0), worn, 0.06, 18e-6, 0.1).sound - worn.sound
    lateral, vertical = damage[0] + damage[1], damage[0] - damage[1]
    assert np.abs(lateral).max() < 1e-12
    assert np.abs(vertical).max() > 0.01 * np.abs(worn.sound).max()


def test_inner_grooves_are_worse_and_elliptical_tips_better():
    inner, outer = (second_harmonic(tone(2000), 2000, at, 18e-6, 0.05) for at in (0.06, 0.14))
    fine = second_harmonic(tone(2000), 2000, 0.06, 6e-6, 0.05)
    assert inner > 3 * outer
    assert inner > 2 * fine


@pytest.mark.parametrize("wear", [tracing, groove_wear])
def test_the_truth_is_where_it_can_be_heard(wear):
    worn = programme(1.0, level=0.01)
    sound = worn.sound.copy()
    # Loud in the middle: only there does the groove bend too much.
    sound[:, RATE // 3 : RATE // 2] *= 20.0
    worn = worn.with_truth(sound)
    for seed in range(20):
        after = wear(np.random.default_rng(seed), worn)
        if after.truth:
            break
    assert after.truth
    for truth in after.truth:
        assert truth.kind == "distortion"
        assert truth.start > RATE // 3 - 2000
        assert truth.end < RATE // 2 + 2000
        damage = (after.sound - sound)[:, truth.start : truth.end]
        ratio = np.mean(damage**2, axis=1) / np.mean(sound[:, truth.start : truth.end] ** 2, axis=1)
        assert 10 * np.log10(ratio.max()) == pytest.approx(truth.over_db, abs=0.01)
    assert max(truth.over_db for truth in after.truth) > HEARD_DB - 3.0


def test_groove_wear_is_rough():
    worn = tone(3000)
    smooth, rough = (
        groove_wear(np.random.default_rng(3), worn, roughness).sound for roughness in (0.0, 1.0)
    )
    # Between the harmonics there is nothing but noise.
    between = slice(3300, 5700)
    assert spectrum(rough[0])[between].mean() > 10 * spectrum(smooth[0])[between].mean()


@pytest.mark.parametrize("wear", [tracing, groove_wear])
def test_the_same_rng_gives_the_same(wear):
    first, second = (wear(np.random.default_rng(4), programme()) for _ in range(2))
    assert first.truth == second.truth
    assert np.array_equal(first.sound, second.sound)
