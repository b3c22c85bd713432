import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.defects.audibility import (
    Loudest,
    audible_db,
    audible_db_of,
    loudest_of,
    loudness,
)
from runout.defects.impulse import ImpulseFinder
from runout.features.params import FeatureParams
from runout.model.card import load_model
from runout.model.scorer import Scorer
from sounds import SHELLAC, noise, real_music, sine

RATE = 44_100
BEFORE, AFTER = 2600, 1400
"""Samples around, as the box has them"""
MUSIC = real_music(10.0).T.copy()
LOUDEST = loudest_of(MUSIC)


def burst(hertz, seconds, peak=1.0):
    """A tone that swells and dies away, in both channels: (2, samples)."""
    time = np.arange(-2 * seconds, 2 * seconds, 1 / RATE)
    wave = peak * np.exp(-0.5 * (time / (0.3 * seconds)) ** 2) * np.cos(2 * np.pi * hertz * time)
    return np.repeat(wave[None], 2, axis=0).astype(np.float32)


def click(peak=1.0):
    """0.25 ms wide, most of it at 4 kHz."""
    return burst(4000.0, 0.00025, peak)


def heard(wave, music, loudest, places=20):
    """Median of what is heard of a wave over a sound (2, samples): from the mix, and the truth."""
    rng = np.random.default_rng(3)
    length = wave.shape[1]
    told = []
    for at in rng.integers(BEFORE, music.shape[1] - AFTER - length, places):
        around = music[:, at - BEFORE : at + length + AFTER]
        impulse = np.zeros_like(around)
        impulse[:, BEFORE : BEFORE + length] = wave
        # The middle half holds all but the skirts, as an impulse's extent does.
        span = (BEFORE + length // 4, length // 2, loudest)
        told.append((audible_db(around + impulse, *span), audible_db_of(impulse, around, *span)))
    return np.median(told, axis=0)


def test_the_same_click_in_a_tutti_and_in_a_fade():
    faded = [np.float32(10 ** (-fade / 20)) * MUSIC for fade in (0, 10, 20)]
    told = [heard(click(0.005), music, LOUDEST)[0] for music in faded]
    # The less there is to mask it, the more the threshold in quiet does.
    assert told[0] + 3.0 < told[1] < told[2]
    assert loudness(told[2]) > 2.0 * loudness(told[0])
    # Turned up so far that this one is nowhere, the music alone masks.
    told = [heard(click(0.005), music, 1e-6 * LOUDEST)[0] for music in faded]
    assert np.diff(told) == pytest.approx([10.0, 10.0], abs=1.5)


def test_in_noise_ten_decibels_more_click_are_ten_decibels_more():
    masker = noise(4.0, level=0.02).T.copy()
    told = [heard(click(peak), masker, loudest_of(masker))[0] for peak in (0.3, 0.949, 3.0)]
    assert np.diff(told) == pytest.approx([10.0, 10.0], abs=1.0)


@pytest.mark.parametrize("gain_db", [-12.0, 12.0])
def test_gain_changes_nothing(gain_db):
    gain = np.float32(10 ** (gain_db / 20))
    plain = heard(click(0.01), MUSIC, LOUDEST)
    changed = heard(gain * click(0.01), gain * MUSIC, loudest_of(gain * MUSIC))
    assert changed == pytest.approx(plain, abs=0.01)


def test_swapped_channels_change_nothing():
    sound = MUSIC[:, :8000] + np.pad(click(0.1), ((0, 0), (4000, 4000)))[:, :8000]
    assert audible_db(sound, 4000, 44, LOUDEST) == pytest.approx(
        audible_db(sound[::-1].copy(), 4000, 44, LOUDEST), abs=1e-3
    )


def test_a_tone_masks_what_is_close_above_it_and_nothing_far_from_it():
    tone = sine(2.0, hertz=1000.0, level=0.3).T.copy()
    loud = loudest_of(tone)
    near, far = (heard(burst(hertz, 0.004, 0.02), tone, loud) for hertz in (1400.0, 6000.0))
    assert (near < -5.0).all()
    assert (far > 10.0).all()


def test_a_bass_note_masks_a_thump_and_no_tick():
    note = sine(2.0, hertz=80.0, level=0.3).T.copy()
    loud = loudest_of(note)
    thump, tick = (heard(burst(hertz, 0.012, 0.05), note, loud) for hertz in (120.0, 5000.0))
    assert (thump < 0.0).all()
    assert (tick > 20.0).all()


def test_a_tutti_just_before_masks_too():
    music = MUSIC[:, : 2 * RATE].copy()
    quiet = 0.01 * music
    wave = click(0.003)
    at = RATE
    fallen = quiet.copy()
    fallen[:, : at - 200] = music[:, : at - 200]
    told = []
    for sound in (quiet, fallen):
        sound = sound[:, at - BEFORE : at + AFTER].copy()
        sound[:, BEFORE : BEFORE + wave.shape[1]] += wave
        told.append(audible_db(sound, BEFORE, wave.shape[1], LOUDEST))
    assert told[1] < told[0] - 5.0


def test_impulses_next_to_it_mask_none():
    sound = noise(1.0, level=0.01).T.copy()
    alone, among = sound.copy(), sound.copy()
    wave = click(0.5)
    for shift in range(-2400, 1200, 600):
        place = slice(20_000 + shift, 20_000 + shift + wave.shape[1])
        among[:, place] += wave
        if shift == 0:
            alone[:, place] += wave
    window = slice(20_000 - BEFORE, 20_000 + AFTER)
    told = [audible_db(one[:, window], BEFORE, 44, loudest_of(sound)) for one in (alone, among)]
    assert told[1] == pytest.approx(told[0], abs=3.0)


def test_the_least_steps_of_16_bits_are_not_heard():
    told = []
    for at in np.random.default_rng(5).integers(BEFORE, MUSIC.shape[1] - AFTER, 100):
        sound = MUSIC[:, at - BEFORE : at + AFTER].copy()
        sound[:, BEFORE] += 2.0**-15
        told.append(audible_db(sound, BEFORE, 1, LOUDEST))
    assert max(told) < 0.0


def test_the_ticks_of_a_real_shellac_are_about_where_hearing_begins():
    # 92 a second lower one another's threshold by 4.3 dB: see side/weighed.py.
    sound, rate = soundfile.read(SHELLAC, dtype="float32")
    model = load_model()
    scorer, finder = Scorer(model, rate), ImpulseFinder(model.card, model.card.thresholds["normal"])
    found = [one for scored in scorer.feed(sound) for one in finder.feed(scored)]
    told = np.array([one.audible_db for one in found])
    assert len(told) > 250
    assert np.mean(told > 0.0) > 0.3
    assert np.mean(told > -4.3) > 0.6
    # Those that stand high over the music are heard.
    high = np.array([one.peak_db >= 20.0 for one in found])
    assert np.mean(told[high] > 0.0) > 0.8


def test_nothing_around_tells_nothing():
    assert audible_db(np.ones((2, 100), np.float32), 40, 10, 1.0) is None
    assert audible_db(MUSIC[:, :900], 300, 400, 1.0) is None


def test_music_on_one_side_is_enough():
    sound = noise(0.2, level=0.1).T.copy()
    for place in (3, sound.shape[1] - 40):
        one = sound.copy()
        one[:, place : place + 20] += 2.0
        assert audible_db(one, place, 20, 0.02) > 10.0


def test_the_loudest_is_kept_and_slowly_forgotten():
    known = Loudest(FeatureParams())
    cell_s = FeatureParams().cell_s
    known.feed(np.full((2, 32), 0.05, np.float32))
    assert known.power == pytest.approx(0.1)
    known.feed(np.zeros((2, round(30.0 / cell_s)), np.float32))
    assert 10 * np.log10(known.power / 0.1) == pytest.approx(-30.0 / 60.0 * 4.34, abs=0.01)
    # A click isn't music.
    spike = np.zeros((2, 32), np.float32)
    spike[:, 7] = 10.0
    known.feed(spike)
    assert known.power < 0.1


def test_loudness_doubles_with_ten_decibels_and_ends_at_the_threshold():
    assert loudness(20.0) == pytest.approx(1.0)
    assert loudness(10.0) == pytest.approx(1.0 / 3.0)
    assert [loudness(one) for one in (-40.0, -3.0, 0.0)] == [0.0, 0.0, 0.0]
    assert loudness(60.0) == 4.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4000), st.integers(1, 700))
def test_any_place_and_length_tells_a_number(start, length):
    sound = MUSIC[:, :4000]
    told = audible_db(sound, start, min(length, 4000 - start) or 1, LOUDEST)
    assert told is None or -40.0 <= told < 120.0
