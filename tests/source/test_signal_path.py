"""No signal path, and a preamp turned up too high, are told from music."""

import numpy as np

from runout.source.signal_path import SignalPath

RATE = 8_000
RNG = np.random.default_rng(6)


def fed(*seconds_of: np.ndarray) -> list[str]:
    """The states after each second."""
    path = SignalPath(RATE)
    states = []
    for second in seconds_of:
        for start in range(0, RATE, 400):
            path.feed(second[start : start + 400])
        states.append(path.state)
    return states


ZEROS = np.zeros((RATE, 2), np.float32)
FLOOR = (RNG.integers(-1, 2, (RATE, 2)) / 32_768).astype(np.float32)
MUSIC = RNG.normal(0, 0.2, (RATE, 2)).clip(-0.99, 0.99).astype(np.float32)
PEAK = MUSIC.copy()
PEAK[100] = 32_767 / 32_768
CUT = (3 * np.sin(np.arange(RATE) / 20)[:, None] * np.ones(2)).clip(-1, 32_767 / 32_768)
CUT = CUT.astype(np.float32)


def test_digital_zeros_for_a_minute_are_silence_until_one_sample_is_none() -> None:
    states = fed(*[ZEROS] * 62, FLOOR, ZEROS)
    assert states[:59] == ["ok"] * 59
    assert states[59:62] == ["silent"] * 3
    assert states[62:] == ["ok"] * 2


def test_a_preamp_s_own_noise_is_none_however_long() -> None:
    assert set(fed(*[FLOOR] * 200)) == {"ok"}


def test_one_dead_channel_is_not_silence() -> None:
    assert set(fed(*[MUSIC * np.float32([1, 0])] * 70)) == {"ok"}


def test_a_minute_of_cut_off_crests_is_clipping_until_it_is_over() -> None:
    states = fed(*[CUT] * 70, *[MUSIC] * 130)
    assert states[58] == "ok"
    assert states[60:120] == ["clipping"] * 60
    assert states[-1] == "ok"


def test_peaks_that_touch_full_scale_and_a_cut_off_crest_now_and_then_are_not() -> None:
    assert set(fed(*[PEAK] * 150)) == {"ok"}
    assert set(fed(*[CUT, MUSIC, MUSIC] * 50)) == {"ok"}
