"""The bounded ring between the thread that brings sound in and the one that listens to it."""

import math
import mmap
import threading
import time
from types import TracebackType

import numpy as np

from runout.source.block import Samples

# How long a wait goes on before it looks again whether the ring was closed. close() may run in a
# signal handler, where taking the lock could wait for the very thread that was interrupted, so it
# only sets a flag and wakes nobody.
_LOOK_S = 0.1


class Ring:
    """First in, first out, for one producer thread and one consumer thread.

    The producer may use it as a context manager: leaving it ends the stream, and an error that
    leaves it is raised at the consumer, once that has read what came before.
    """

    def __init__(self, frames: int) -> None:
        """Hold at most `frames` frames."""
        self._capacity = frames
        self._buffer = _mapped(frames)
        self._written = 0
        self._read = 0
        self._lost = 0
        self._ended = False
        self._closed = False
        self._error: BaseException | None = None
        lock = threading.Lock()
        self._sound = threading.Condition(lock)
        self._room = threading.Condition(lock)

    @property
    def capacity(self) -> int:
        """Frames that it holds at most."""
        return self._capacity

    @property
    def lost(self) -> int:
        """Frames that write() had no room for."""
        return self._lost

    @property
    def filled(self) -> int:
        """Frames that read() could take now."""
        return self._written - self._read

    @property
    def closed(self) -> bool:
        """Whether the consumer wants no more."""
        return self._closed

    def write(self, samples: Samples) -> int:
        """Take what there is room for, count the rest as lost and never wait.

        `samples` has the shape (frames, 2), or (frames, 1) to be copied to both channels.
        Returns the frames taken.
        """
        with self._sound:
            if self._closed:
                return 0
            taken = min(len(samples), self._free)
            self._lost += len(samples) - taken
            self._store(samples[:taken])
        return taken

    def put(self, samples: Samples) -> bool:
        """Take everything, waiting for room; False when the ring was closed meanwhile.

        `samples` is shaped as for write().
        """
        while len(samples):
            with self._room:
                while not self._free and not self._closed:
                    self._room.wait(_LOOK_S)
                if self._closed:
                    return False
                fitting = min(len(samples), self._free)
                self._store(samples[:fitting])
            samples = samples[fitting:]
        return not self._closed

    def read(self, frames: int, timeout_s: float = math.inf) -> Samples:
        """Take exactly `frames` frames, shape (frames, 2), waiting for them.

        Fewer, then none, once the producer has ended; none at once when the ring is closed.
        Raises what the producer ended with in place of the first empty answer, and TimeoutError
        when the frames aren't there within `timeout_s` seconds.
        """
        if frames > self.capacity:
            raise ValueError(f"{frames} frames asked of a ring of {self.capacity}")
        deadline = time.monotonic() + timeout_s
        with self._sound:
            while self.filled < frames and not self._ended and not self._closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"no {frames} frames within {timeout_s} s")
                self._room.notify()
                self._sound.wait(min(left, _LOOK_S))
            if self._closed:
                return np.empty((0, 2), dtype=np.float32)
            if self._error is not None and not self.filled:
                raise self._error
            return self._take(min(frames, self.filled))

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing more will come, because of `error` if there was one."""
        with self._sound:
            self._ended = True
            self._error = error
            self._sound.notify()

    def close(self) -> None:
        """Throw away what is left and let both sides go. Safe from a signal handler."""
        self._closed = True

    def release(self) -> None:
        """Close it and give its memory back; for the consumer, who reads no more."""
        self.close()
        with self._sound:
            self._buffer = np.empty((0, 2), dtype=np.float32)

    def __enter__(self) -> None:
        """Begin to produce."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """End the stream and hand an error over to the consumer."""
        self.end(error)
        return True

    @property
    def _free(self) -> int:
        return self.capacity - self.filled

    def _store(self, samples: Samples) -> None:
        """Append samples that fit; the lock is held."""
        start = self._written % self.capacity
        before_wrap = min(len(samples), self.capacity - start)
        self._buffer[start : start + before_wrap] = samples[:before_wrap]
        self._buffer[: len(samples) - before_wrap] = samples[before_wrap:]
        self._written += len(samples)
        self._sound.notify()

    def _take(self, frames: int) -> Samples:
        """Remove frames that are there; the lock is held."""
        start = self._read % self.capacity
        before_wrap = min(frames, self.capacity - start)
        samples = np.empty((frames, 2), dtype=np.float32)
        samples[:before_wrap] = self._buffer[start : start + before_wrap]
        samples[before_wrap:] = self._buffer[: frames - before_wrap]
        self._read += frames
        # Half a ring of room lets the threads take turns seldom; a read that must wait asks sooner.
        if self._free >= self.capacity // 2:
            self._room.notify()
        return samples


def _mapped(frames: int) -> Samples:
    """Zeros of shape (frames, 2), in memory that goes back to the kernel as they go.

    In the heap, what is taken while one ring is there keeps the next from having its place, and
    with each that comes and goes it grows by a few of them.
    """
    size = frames * 2 * np.dtype(np.float32).itemsize
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.frombuffer(memory, np.float32).reshape(frames, 2)
