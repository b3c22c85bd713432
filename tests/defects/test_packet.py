import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.defects.packet import Packet, PacketFinder
from sounds import real_music

RATE = 44_100
MUSIC = np.round(real_music(4.0) * 2**15).astype(np.float32) / np.float32(2**15)
PLACE = 100_000


def found(sound, block=22_050, rate=RATE):
    finder = PacketFinder(rate)
    sound = np.ascontiguousarray(sound, np.float32)
    return [one for n in range(0, len(sound), block) for one in finder.feed(sound[n : n + block])]


def twice(sound, place, length):
    return np.concatenate((sound[:place], sound[place - length :]))


def emptied(place, length, sound=MUSIC):
    sound = sound.copy()
    sound[place : place + length] = 0.0
    return sound


def test_music_holds_none():
    assert found(MUSIC) == []


@pytest.mark.parametrize(("lengths", "least"), [((44, 240), 39), ((16, 44), 32)])
def test_packets_played_twice_are_found_to_the_sample(lengths, least):
    """One in six frames is marked: some of the shortest packets hold no mark."""
    rng = np.random.default_rng(0)
    told = 0
    for length, place in zip(
        rng.integers(*lengths, 40), rng.integers(60_000, 150_000, 40), strict=True
    ):
        one = found(twice(MUSIC[place - 2_000 : place + 2_000], 2_000, length))
        # What follows may happen to go on as the copy does.
        told += any(abs(a.start - 2_000) <= 1 and abs(a.length - length) <= 1 for a in one)
    assert told >= least


@pytest.mark.parametrize("length", [44, 100, 500])
def test_an_empty_packet_is_found_to_the_sample(length):
    (one,) = found(emptied(PLACE, length))
    assert abs(one.start - PLACE) <= 1
    assert abs(one.length - length) <= 2


@settings(max_examples=15, deadline=None)
@given(st.integers(1_000, 60_000))
def test_the_blocks_that_it_comes_in_do_not_matter(block):
    sound = twice(emptied(PLACE, 90), 150_000, 44)
    whole = found(sound, len(sound))
    assert len(whole) == 2
    assert found(sound, block) == whole


def test_too_short_zeros_and_silence_are_none():
    assert found(emptied(PLACE, 10)) == []
    assert found(emptied(PLACE, 2_000)) == []
    assert found(emptied(PLACE, len(MUSIC))) == []
    assert found(np.zeros_like(MUSIC)) == []


def test_one_silent_channel_is_none():
    sound = MUSIC.copy()
    sound[PLACE : PLACE + 400, 0] = 0.0
    assert found(sound) == []


def test_a_faint_slow_tone_that_lingers_at_zero_is_none():
    tone = 3.0 * np.sin(2 * np.pi * 50 * np.arange(2 * RATE) / RATE)
    sound = np.repeat(np.round(tone)[:, None] / 2**15, 2, axis=1)
    assert found(sound) == []


@pytest.mark.parametrize("period", [20, 100, 250])
def test_waves_that_repeat_for_ever_are_none(period):
    rng = np.random.default_rng(period)
    wave = np.round(rng.uniform(-0.5, 0.5, (period, 2)) * 2**15) / 2**15
    assert found(np.tile(wave, (RATE // period, 1))) == []


def test_faint_noise_of_a_few_steps_is_none():
    noise = np.round(np.random.default_rng(0).normal(0.0, 1.0, (2 * RATE, 2)))
    assert found(noise / 2**15) == []


def test_a_copy_is_found_in_faint_noise():
    noise = np.round(np.random.default_rng(0).normal(0.0, 1.0, (2 * RATE, 2))) / 2**15
    assert [one.length for one in found(twice(noise, 50_000, 44))] == [44]


def test_at_another_rate_times_go_with_it():
    sound = emptied(PLACE, 25)
    assert len(found(sound, rate=RATE)) == 1
    assert found(sound, rate=96_000) == []
    assert found(sound[:0]) == []


def test_memory_is_bounded():
    finder = PacketFinder(RATE)
    for _ in range(20):
        finder.feed(MUSIC[:22_050])
    assert len(finder._sound) < 0.05 * RATE


def test_a_packet_is_told_once():
    one = Packet(PLACE, 44)
    assert found(emptied(PLACE, 44), 100)[0].start in (one.start, one.start - 1)
    assert len(found(emptied(PLACE, 44), 100)) == 1
