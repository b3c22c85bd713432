"""The ring keeps order, loses nothing unsaid, and lets both of its threads go."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runout.errors import RunoutError
from runout.source.block import Samples
from runout.source.ring import Ring


def numbered(start: int, frames: int) -> Samples:
    """Frames that carry their own number, on the left, and its negative, on the right."""
    numbers = np.arange(start, start + frames, dtype=np.float32)
    return np.stack([numbers, -numbers], axis=1)


@given(
    capacity=st.integers(1, 20),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 25)), max_size=60),
)
def test_any_order_of_writes_and_reads_keeps_the_frames_in_order(capacity, steps):
    ring = Ring(capacity)
    kept, heard, offered, next_frame = [numbered(0, 0)], [numbered(0, 0)], 0, 0
    for is_write, frames in steps:
        filled = sum(map(len, kept)) - sum(map(len, heard))
        if is_write:
            samples = numbered(next_frame, frames)
            taken = ring.write(samples)
            assert taken == min(frames, capacity - filled)
            kept.append(samples[:taken])
            offered += frames
            next_frame += frames
        elif frames <= filled:
            heard.append(ring.read(frames))
            assert len(heard[-1]) == frames
    ring.end()
    while len(rest := ring.read(1)):
        heard.append(rest)
    np.testing.assert_array_equal(np.concatenate(heard), np.concatenate(kept))
    assert ring.lost == offered - sum(map(len, kept))


def is_mapped(address):
    """Whether this process has memory there; see proc(5)."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    ranges = [line.split()[0].split("-") for line in lines]
    return any(int(low, 16) <= address < int(high, 16) for low, high in ranges)


def test_what_is_released_has_given_its_memory_back():
    ring = Ring(4_000_000)
    ring.write(numbered(0, 3))
    # Amid it, where no other of ours reaches.
    address = ring._buffer[2_000_000:].ctypes.data
    assert is_mapped(address)
    ring.release()
    assert not is_mapped(address)
    # Whoever brings sound may not know yet.
    assert ring.write(numbered(0, 3)) == 0
    assert not ring.put(numbered(0, 3))
    assert len(ring.read(3)) == 0


# How long two threads wait for each other is the machine's to say.
@settings(deadline=None)
@given(
    capacity=st.integers(1, 50),
    pieces=st.lists(st.integers(0, 120), max_size=12),
    read_frames=st.integers(1, 50),
)
def test_two_threads_pass_on_every_frame(capacity, pieces, read_frames):
    ring = Ring(capacity)
    whole = numbered(0, sum(pieces))

    def produce():
        with ring:
            start = 0
            for frames in pieces:
                assert ring.put(whole[start : start + frames])
                start += frames

    producer = threading.Thread(target=produce)
    producer.start()
    heard = [numbered(0, 0)]
    while len(samples := ring.read(min(read_frames, capacity), timeout_s=5)):
        heard.append(samples)
    producer.join(5)
    assert not producer.is_alive()
    np.testing.assert_array_equal(np.concatenate(heard), whole)
    assert ring.lost == 0


def test_mono_goes_to_both_channels():
    ring = Ring(4)
    ring.write(np.array([[0.25], [-0.5]], dtype=np.float32))
    np.testing.assert_array_equal(ring.read(2), [[0.25, 0.25], [-0.5, -0.5]])


def test_what_was_read_is_not_overwritten():
    ring = Ring(2)
    ring.write(numbered(0, 2))
    first = ring.read(2)
    ring.write(numbered(7, 2))
    np.testing.assert_array_equal(first, numbered(0, 2))


def test_an_error_of_the_producer_comes_after_its_last_frames():
    ring = Ring(10)
    with ring:
        ring.write(numbered(0, 5))
        raise RunoutError("the cable is out")
    assert len(ring.read(4)) == 4
    assert len(ring.read(4)) == 1
    with pytest.raises(RunoutError, match="the cable is out"):
        ring.read(4)


def test_reading_an_idle_ring_times_out_and_loses_nothing():
    ring = Ring(10)
    ring.write(numbered(0, 3))
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        ring.read(4, timeout_s=0.05)
    assert time.monotonic() - began < 0.5
    np.testing.assert_array_equal(ring.read(3), numbered(0, 3))


def test_more_than_it_holds_cannot_be_read_at_once():
    with pytest.raises(ValueError, match="5 frames"):
        Ring(4).read(5)


def test_close_lets_a_waiting_consumer_go():
    ring = Ring(10)
    ring.write(numbered(0, 3))
    threading.Timer(0.05, ring.close).start()
    began = time.monotonic()
    assert len(ring.read(10)) == 0
    assert time.monotonic() - began < 0.5


def test_close_lets_a_waiting_producer_go():
    ring = Ring(10)
    threading.Timer(0.05, ring.close).start()
    began = time.monotonic()
    assert not ring.put(numbered(0, 100))
    assert time.monotonic() - began < 0.5
    assert ring.write(numbered(0, 1)) == 0
    assert ring.lost == 0
