import numpy as np
import pytest
from scipy import fft

from runout.defects.again import FINE_PART, FINE_REACH, Past
from sounds import noise

RATE = 44_100
SAMPLES = 64 * 1400
LAG = 60_000


def heard(sound):
    past = Past(RATE)
    past.feed(sound)
    return past


def later(sound, samples):
    """The sound, turned round, `samples` later, of which a part may be a fraction."""
    hertz = fft.rfftfreq(sound.shape[1])
    shift = np.exp(-2j * np.pi * hertz * samples)
    return fft.irfft(fft.rfft(sound, axis=1) * shift, sound.shape[1], axis=1).astype(np.float32)


@pytest.mark.parametrize("off", [-40, 0, 0.5, 40])
def test_what_is_heard_again_is_alike_at_its_lag_alone(off):
    hiss = noise(SAMPLES / RATE).T
    sound = np.concatenate((hiss[:, :LAG], later(hiss, off)[:, : SAMPLES - LAG]), axis=1)
    alike = heard(sound).finely_alike(LAG + 4000, LAG + 4000 + 20 * FINE_PART, LAG)
    assert alike.shape == (20, 2 * FINE_REACH + 1)
    # Columns count down from the longest lag.
    assert alike.argmax(axis=1) == pytest.approx(FINE_REACH - off, abs=0.5)
    assert alike.max(axis=1).min() > 0.95
    assert np.median(np.abs(alike)) < 0.1


def test_other_sound_is_not_alike():
    alike = heard(noise(SAMPLES / RATE).T).finely_alike(70_000, 75_000, LAG)
    assert np.median(alike.max(axis=1)) < 0.3


def test_a_loud_part_is_no_more_alike_than_a_soft_one():
    hiss = noise(SAMPLES / RATE).T
    sound = np.concatenate((hiss[:, :LAG], 0.01 * hiss[:, : SAMPLES - LAG]), axis=1)
    alike = heard(sound).finely_alike(LAG + 4000, LAG + 9000, LAG)
    assert alike.max() == pytest.approx(1.0, abs=0.02)


def test_what_is_no_more_held_has_no_parts():
    past = heard(noise(SAMPLES / RATE).T)
    assert len(past.finely_alike(LAG, LAG + 5000, LAG)) == 0
    assert len(past.finely_alike(SAMPLES, SAMPLES + 5000, LAG)) == 0
