"""What a side's measurements say of the player, its leads and the preamp, in words."""

from collections.abc import Iterator

from runout.report.payload import Payload

_WANTED_DB = -6.0
"""Peaks of the programme, dBTP: leaves room for a hotter record, and for clicks"""
_HOT_DB = -2.0
_FAINT_DB = -14.0
_CLIPPED_PERCENT = 0.001

_HEARD_DB = -60.0
"""Hum further below the programme is nothing to speak of"""
_STAYS_DB = 6.0
"""Hum that sinks by less when the needle is lifted is there without it"""
_TURNED = -0.3
"""Correlation: no mix that mono must bear lies below this for half of a side"""
_RISES_Z = 1.645
"""One-sided 5 %"""
_MATTERS_PERCENT = 1.0
"""Less distortion of the inner third's time is nothing to speak of"""


def advice(measurements: Payload) -> Iterator[str]:
    """Yield a sentence for each thing that calls for one."""
    for sentence in (
        gain_advice(measurements),
        _hum(measurements),
        _polarity(measurements),
        _inner_groove(measurements),
    ):
        if sentence is not None:
            yield sentence


def gain_advice(measurements: Payload) -> str | None:
    """Return what to do with the preamp's gain; None to leave it as it is."""
    clipped = measurements.number_or_none("clipped_percent")
    peak = measurements.number_or_none("programme_peak_dbtp")
    if clipped is not None and clipped > _CLIPPED_PERCENT:
        return "Turn the preamp down by 6 dB or more: the input clips."
    if peak is not None and peak > _HOT_DB:
        return (
            f"Turn the preamp down by {peak - _WANTED_DB:.0f} dB: peaks come to {peak:.1f} dBTP, "
            "and a louder record would clip."
        )
    if peak is not None and peak < _FAINT_DB:
        return (
            f"Turn the preamp up by {_WANTED_DB - peak:.0f} dB: peaks come to {peak:.0f} dBTP, "
            "and its own noise is heard sooner."
        )
    return None


def _hum(measurements: Payload) -> str | None:
    hum = measurements.number_or_none("hum_dbfs")
    programme = measurements.number_or_none("programme_dbfs")
    mains = measurements.number_or_none("hum_mains_hz")
    if hum is None or programme is None or mains is None or hum < programme + _HEARD_DB:
        return None
    said = f"Hum of {mains:.0f} Hz mains, {programme - hum:.0f} dB below the music"
    # The preamp's noise tells that the needle was heard up at all.
    if measurements.number_or_none("noise_468_needle_up_dbfs") is None:
        return f"{said}."
    above = measurements.number_or_none("hum_needle_up_dbfs")
    if above is not None and above > hum - _STAYS_DB:
        return f"{said}: it stays with the needle up, so look at the wiring and the earth lead."
    return f"{said}: it comes with the needle, from the cartridge's surroundings or the record."


def _polarity(measurements: Payload) -> str | None:
    correlation = measurements.number_or_none("channel_correlation")
    if correlation is None or correlation > _TURNED:
        return None
    return "Left and right are against each other: one channel's leads are likely turned about."


def _inner_groove(measurements: Payload) -> str | None:
    names = ("outer_groove_distorted_percent", "inner_groove_distorted_percent")
    outer, inner = (measurements.number_or_none(name) for name in names)
    z = measurements.number_or_none("inner_groove_rise_z")
    if outer is None or inner is None or z is None:
        return None
    if z <= _RISES_Z or inner <= max(outer, _MATTERS_PERCENT):
        return None
    return f"It distorts towards the label: {inner:.0f} % of its third, {outer:.0f} % of the rim's."
