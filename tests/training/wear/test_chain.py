import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout_training.wear.balance import balance
from runout_training.wear.capture import capture_glitches
from runout_training.wear.distortion import groove_wear, tracing
from runout_training.wear.dropout import dropouts
from runout_training.wear.gouge import gouge
from runout_training.wear.hum import hum
from runout_training.wear.mistracking import mistracking
from runout_training.wear.noise import surface_noise
from runout_training.wear.overload import overload
from runout_training.wear.rumble import rumble
from runout_training.wear.static import static
from runout_training.wear.transfer import low_pass, sixteen_bits, through_rate
from runout_training.wear.wow import wow
from worn_sounds import programme

IN_ORDER = (
    tracing,
    groove_wear,
    mistracking,
    dropouts,
    gouge,
    wow,
    lambda rng, worn: surface_noise(rng, worn, 40.0),
    lambda rng, worn: rumble(rng, worn, 20.0),
    static,
    balance,
    lambda rng, worn: hum(rng, worn, 40.0),
    overload,
    low_pass,
    through_rate,
    sixteen_bits,
    lambda rng, worn: capture_glitches(rng, worn, 2),
)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), seconds=st.sampled_from([0.5, 1.0, 2.0]))
def test_truth_stays_in_order_and_inside_the_sound_through_all_wear(seed, seconds):
    rng = np.random.default_rng(seed)
    worn = programme(seconds, seed % 7)
    untouched = worn.sound.copy()
    first = worn
    for wear in IN_ORDER:
        if rng.random() < 0.7:
            worn = wear(rng, worn)
            assert np.isfinite(worn.sound).all()
            for one in worn.truth:
                assert 0 <= one.start <= one.peak < one.end <= worn.sound.shape[1]
                assert np.isfinite(one.over_db)
    assert np.array_equal(first.sound, untouched)


@pytest.mark.parametrize("wear", IN_ORDER)
def test_digital_silence_survives(wear):
    worn = programme(0.5)
    silent = worn.with_truth(np.zeros_like(worn.sound))
    after = wear(np.random.default_rng(1), silent)
    assert np.isfinite(after.sound).all()
    assert all(one.kind in ("click", "pop") for one in after.truth)
