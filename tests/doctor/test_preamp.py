import time

import numpy as np
import pytest

from runout.doctor.preamp import Caught, catch, judged, preamp
from runout.errors import RunoutError
from runout.source.block import Block

RATE = 48_000


class Preamp:
    """Brings blocks of 50 ms at its true rate, but says that it has another."""

    name = "phono"
    duration_s = None

    def __init__(self, said_hz=RATE, true_hz=RATE, blocks=10_000):
        self.sample_rate = said_hz
        self._true_hz = true_hz
        self._blocks = blocks
        self.closed = False

    def blocks(self):
        start, began_s = 0, time.monotonic()
        frames = self._true_hz // 20
        for number in range(self._blocks):
            time.sleep(max(0.0, began_s + 0.05 * (number + 1) - time.monotonic()))
            yield Block(np.full((frames, 2), 0.1, np.float32), start)
            start += frames

    def close(self):
        self.closed = True


def sine(left, right):
    wave = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)[:, None]
    return Caught((wave * [left, right]).astype(np.float32), RATE)


def test_a_true_rate_is_measured():
    caught = catch(Preamp(), seconds=0.6)
    assert caught.rate_hz == pytest.approx(RATE, rel=0.05)


def test_a_preamp_that_lies_about_its_rate_is_found_out():
    source = Preamp(said_hz=44_100, true_hz=32_000)
    finding = preamp(lambda: source, None)
    assert finding.verdict == "wrong"
    assert "another rate" in finding.advice
    assert source.closed


def test_a_preamp_that_brings_nothing_is_wrong():
    finding = preamp(lambda: Preamp(blocks=0), None)
    assert finding.verdict == "wrong"
    assert "no sound" in finding.words


def test_a_preamp_that_is_not_there_is_wrong_in_the_source_s_own_words():
    def nothing():
        raise RunoutError("no capture device")

    assert preamp(nothing, None).words == "no capture device"


@pytest.mark.parametrize(
    ("left", "right", "verdict", "advice"),
    [
        (0.1, 0.1, "ok", ""),
        (1.0, 0.5, "look", "clips"),
        (0.0, 0.0, "look", "digital silence"),
        (0.5, 0.001, "look", "right channel is dead"),
        (0.001, 0.5, "look", "left channel is dead"),
    ],
)
def test_levels_are_judged(left, right, verdict, advice):
    finding = judged("phono", RATE, sine(left, right))
    assert finding.verdict == verdict
    assert advice in finding.advice


def test_levels_are_told_in_dbfs():
    words = judged("phono", RATE, sine(0.1, 0.01)).words
    assert "left -23, right -43 dBFS, peak -20.0 dBFS" in words


def test_a_service_that_has_the_preamp_is_not_disturbed():
    def never():
        pytest.fail("a sound card serves one program at a time")

    assert preamp(never, "side 1, track 2").verdict == "ok"
    assert preamp(never, "waiting for the preamp: none").verdict == "wrong"
