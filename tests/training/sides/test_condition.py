import numpy as np
import pytest

from runout_training.sides.condition import draw_condition, severity_of


def drawn(severity, seeds=200):
    return [draw_condition(np.random.default_rng(seed), severity) for seed in range(seeds)]


def test_severities_of_a_hundred_sides_are_spread_evenly():
    severities = [severity_of(7, number) for number in range(100)]
    assert np.histogram(severities, 6, (0.0, 1.0))[0] == pytest.approx(100 / 6, abs=2)


def test_only_the_worst_jump_and_they_all_do():
    assert not any(one.skips or one.locked_grooves for one in drawn(0.82))
    for one in drawn(0.9):
        assert one.cause == "jumps"
        assert one.skips + one.locked_grooves >= 1


def test_the_cause_has_its_amount_and_the_others_less():
    for one in drawn(3 / 6):
        amounts = {
            "clicks": one.clicks_per_min / 12.0,
            "pops": one.pops_per_min / 6.0,
            "scratches": one.scratched_percent / 15.0,
            "crackle": one.crackle_percent / 10.0,
            "distortion": one.distorted_percent / 25.0,
            "dropouts": one.dropouts_per_min / 2.0,
            "off_centre": one.off_centre_percent / 1.2,
            "hum": 10 ** ((one.hum_db + 32.0) / 20),
            "noise": 10 ** ((one.noise_db + 34.0) / 20),
        }
        assert amounts.pop(one.cause) == pytest.approx(1.0)
        assert max(amounts.values()) < 0.6


def test_every_cause_is_drawn_where_it_can_make_a_record_as_bad():
    mild = {one.cause for one in drawn(0.3)}
    bad = {one.cause for one in drawn(0.75)}
    assert mild - bad == {"hum", "off_centre"}
    assert bad == {"clicks", "pops", "scratches", "crackle", "distortion", "dropouts", "noise"}
