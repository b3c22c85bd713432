import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.features.front_end import FrontEnd
from runout.features.params import FeatureParams
from sounds import noise, real_music, with_clicks

PARAMS = FeatureParams()
STEP, LEAD, TAIL = 16, 24, 16


def rows_of(sound, splits=(), rate=44_100):
    """Feature rows and sound of the whole stream, split where told."""
    front_end = FrontEnd(rate, STEP, LEAD, TAIL, PARAMS)
    steps = []
    for piece in np.split(sound, sorted(splits)):
        steps += front_end.feed(piece)
    steps += front_end.finish()
    assert [step.start for step in steps] == list(range(-LEAD, steps[-1].start + 1, STEP))
    features = np.concatenate([step.features for step in steps])
    audio = np.concatenate([step.audio for step in steps], axis=1)
    return features[LEAD : LEAD + front_end.cells], audio[:, LEAD * PARAMS.hop :].T


SOUND = with_clicks(real_music(1.0), [0.3, 0.31, 0.7])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(SOUND)), max_size=12), st.sampled_from((44_100, 48_000)))
def test_any_split_into_blocks_gives_the_same_frames(splits, rate):
    whole, _ = rows_of(SOUND, rate=rate)
    split, _ = rows_of(SOUND, splits, rate=rate)
    assert np.array_equal(whole, split)


@pytest.mark.parametrize("frames", [1, 2, 255, 256, 257, 10_000, 44_100])
def test_every_frame_of_the_sound_is_in_a_cell_once(frames):
    sound = noise(frames / 44_100)
    features, audio = rows_of(sound)
    assert len(features) == -(-frames // PARAMS.hop)
    assert np.array_equal(audio[:frames], sound)
    assert np.isfinite(features).all()


def test_no_sound_gives_no_frames():
    front_end = FrontEnd(44_100, STEP, LEAD, TAIL, PARAMS)
    assert [*front_end.feed(np.zeros((0, 2), np.float32)), *front_end.finish()] == []


@pytest.mark.parametrize("gain_db", [-12, 12])
def test_gain_changes_nothing(gain_db):
    # Full-band, so that no mel band lies at the logarithm's floor.
    sound = noise(1.0, level=0.02)
    plain, _ = rows_of(sound)
    louder, _ = rows_of(sound * np.float32(10 ** (gain_db / 20)))
    assert np.abs(plain - louder).max() < 2e-3


@pytest.mark.parametrize("rate", [22_050, 48_000, 88_200, 96_000, 192_000])
def test_other_rates_give_the_same_features_up_to_their_band(rate):
    # A band-limited sound is the same sound at every rate.
    time = np.arange(rate) / rate
    tones = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (110, 440, 2_000, 6_000))
    at_rate, _ = rows_of(np.stack((tones, 0.5 * tones), 1).astype(np.float32) * 0.1, rate=rate)
    time = np.arange(44_100) / 44_100
    tones = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (110, 440, 2_000, 6_000))
    plain, _ = rows_of(np.stack((tones, 0.5 * tones), 1).astype(np.float32) * 0.1)
    middle = slice(20, 150)
    impulse = slice(2 * PARAMS.n_mfcc, None)
    assert np.abs(at_rate[middle, impulse] - plain[middle, impulse]).max() < 0.05


def test_a_click_stands_out_in_its_own_slot_and_wall():
    place = 40 * PARAMS.hop + 3.5 * PARAMS.hop / PARAMS.slots
    sound = with_clicks(noise(0.5, level=0.01), [place / 44_100], over=40, channel="right")
    features, _ = rows_of(sound)
    slots = features[:, 2 * PARAMS.n_mfcc :][:, : 2 * PARAMS.slots].reshape(-1, PARAMS.slots, 2)
    assert np.unravel_index(slots.argmax(), slots.shape) == (40, 3, 1)
    assert slots[40, 3, 1] > slots[40, 3, 0] + 1.5


def test_one_wall_s_click_stands_out_of_the_vertical_of_music_that_both_walls_share():
    music = np.repeat(noise(0.5, level=0.1)[:, :1], 2, axis=1)
    vertical_hiss = noise(0.5, level=1e-4, seed=1)
    place = 40 * PARAMS.hop + 100
    sound = music + vertical_hiss
    sound[place, 0] += 0.1
    features, _ = rows_of(sound.astype(np.float32))
    impulse = features[:, 2 * PARAMS.n_mfcc :]
    walls = impulse[40, : 2 * PARAMS.slots].max()
    vertical = impulse[40, PARAMS.n_wall_impulse :][: PARAMS.slots].max()
    assert vertical > walls + np.log(100.0)
    assert np.delete(impulse[10:70, PARAMS.n_wall_impulse :].max(axis=1), 30).max() < 2.5


def test_memory_does_not_grow_with_the_sound():
    front_end = FrontEnd(48_000, STEP, LEAD, TAIL, PARAMS)
    block = noise(0.5, rate=48_000)

    def feed(blocks):
        for _ in range(blocks):
            for _step in front_end.feed(block):
                pass

    feed(4)
    tracemalloc.start()
    feed(4)
    first = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    feed(40)
    second = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert second < first * 1.2 + 200_000
