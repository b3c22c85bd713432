"""What the measurements of a side call for."""

import pytest

from runout.report.advice import advice
from runout.report.payload import Payload


def said(**measurements: float) -> list[str]:
    return list(advice(Payload(measurements)))


@pytest.mark.parametrize(
    ("peak", "clipped", "words"),
    [
        (-0.5, 0.1, ["Turn the preamp down by 6 dB or more: the input clips."]),
        (
            0.0,
            0.0,
            [
                "Turn the preamp down by 6 dB: peaks come to 0.0 dBTP, "
                "and a louder record would clip."
            ],
        ),
        (-6.0, 0.0, []),
        (
            -26.2,
            0.0,
            [
                "Turn the preamp up by 20 dB: peaks come to -26 dBTP, "
                "and its own noise is heard sooner."
            ],
        ),
    ],
)
def test_gain(peak: float, clipped: float, words: list[str]) -> None:
    assert said(programme_peak_dbtp=peak, clipped_percent=clipped) == words


@pytest.mark.parametrize(
    ("hum", "up", "words"),
    [
        (-50.0, {}, "30 dB below the music."),
        (-50.0, {"noise_468_needle_up_dbfs": -80.0}, "it comes with the needle"),
        (
            -50.0,
            {"noise_468_needle_up_dbfs": -80.0, "hum_needle_up_dbfs": -58.0},
            "it comes with the needle",
        ),
        (
            -50.0,
            {"noise_468_needle_up_dbfs": -80.0, "hum_needle_up_dbfs": -51.0},
            "it stays with the needle up",
        ),
    ],
)
def test_hum(hum: float, up: dict[str, float], words: str) -> None:
    (sentence,) = said(hum_dbfs=hum, hum_mains_hz=50.0, programme_dbfs=-20.0, **up)
    assert sentence.startswith("Hum of 50 Hz mains, 30 dB below the music")
    assert words in sentence


def test_hum_that_nobody_hears() -> None:
    assert said(hum_dbfs=-85.0, hum_mains_hz=50.0, programme_dbfs=-20.0) == []


@pytest.mark.parametrize(("correlation", "turned"), [(-0.8, True), (0.0, False), (0.9, False)])
def test_polarity(correlation: float, turned: bool) -> None:
    sentences = said(channel_correlation=correlation)
    assert len(sentences) == turned
    assert all("one channel's leads" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("outer", "inner", "z", "rises"),
    [(1.0, 9.0, 3.0, True), (1.0, 9.0, 1.0, False), (0.0, 0.5, 3.0, False), (9.0, 5.0, 2.0, False)],
)
def test_the_inner_groove(outer: float, inner: float, z: float, rises: bool) -> None:
    sentences = said(
        outer_groove_distorted_percent=outer,
        inner_groove_distorted_percent=inner,
        inner_groove_rise_z=z,
    )
    assert len(sentences) == rises
    assert all("towards the label" in sentence for sentence in sentences)


def test_nothing_measured() -> None:
    assert said() == []
