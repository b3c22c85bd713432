"""What the preamp gives while the needle is up: the floor under every other measure."""

from runout.measure.hum import hum
from runout.measure.noise import surface_noise
from runout.measure.slices import REACH_S, SliceStore

LEAST_S = 5.0
"""Seconds: hum takes three slices, and noise is the median of all"""


def needle_up(store: SliceStore, from_s: float, to_s: float) -> dict[str, float] | None:
    """Noise and hum from `from_s` to `to_s` (seconds of the stream), None where that is too short.

    By name, dBFS, as in the measurements of a side (docs/grading.md); hum only where there is any.
    """
    stretch = store.within([(from_s, to_s)], reach_s=REACH_S)
    noise = surface_noise(stretch)
    if noise is None or to_s - from_s < LEAST_S:
        return None
    measured = {"noise_468_needle_up_dbfs": noise.weighted_db}
    humming = hum(stretch)
    if humming is not None:
        measured["hum_needle_up_dbfs"] = humming.level_db
    return measured
