import numpy as np
import pytest

from runout.opinion.pooled import PooledFigures
from runout.opinion.vector import MEASURES, fingerprint, measures_for, names, vector

FIGURES = PooledFigures(np.arange(6.0).reshape(3, 2), np.full((3, 1), 0.01), 100)


def test_every_place_has_its_name():
    measures = ("clicks_per_min", "surface_noise_db", "skips")
    told = vector(FIGURES, {"clicks_per_min": np.e - 1, "surface_noise_db": -40.0}, measures)
    by_name = dict(zip(names(2, ["click"], measures), told.tolist(), strict=True))
    assert by_name == pytest.approx(
        {
            "row_0_mean": 0.0,
            "row_1_mean": 1.0,
            "row_0_deviation": 2.0,
            "row_1_deviation": 3.0,
            "row_0_high": 4.0,
            "row_1_high": 5.0,
            "log_score_click_mean": np.log10(0.0101),
            "log_score_click_deviation": np.log10(0.0101),
            "log_score_click_high": np.log10(0.0101),
            "clicks_per_min": 1.0,
            "surface_noise_db": -40.0,
            "skips": 0.0,
            "has_clicks_per_min": 1.0,
            "has_surface_noise_db": 1.0,
            "has_skips": 0.0,
        }
    )
    assert told.dtype == np.float32


def test_a_measure_of_zero_is_not_one_that_is_missing():
    zero, missing = (vector(FIGURES, told, ("skips",)) for told in ({"skips": 0.0}, {}))
    assert zero[-2:].tolist() == [0.0, 1.0]
    assert missing[-2:].tolist() == [0.0, 0.0]


def test_measures_are_the_tables_and_ours_but_for_those_that_gain_moves():
    measures = measures_for(["clicks_per_min", "hum_dbfs", "noise_468_db"])
    assert set(measures) == {*MEASURES, "clicks_per_min"}
    assert list(measures) == sorted(measures)


def test_a_fingerprint_tells_of_order_and_names():
    assert fingerprint(["a", "b"]) != fingerprint(["b", "a"])
    assert fingerprint(["a", "b"]) == fingerprint(("a", "b"))
