"""A capture device as a source: the record as it plays."""

import atexit
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from runout.errors import RunoutError
from runout.source.block import Block, Samples
from runout.source.devices import (
    Device,
    capture_devices,
    default_device,
    find_device,
    import_pyaudio,
    open_port_audio,
)
from runout.source.rate import check_rate
from runout.source.ring import Ring

if TYPE_CHECKING:
    from pyaudio import PyAudio, Stream

# Seconds that the ring holds: the rest of the box may be busy for so long before sound is lost.
_RING_S = 10.0

# Seconds that a device brings at a time. PortAudio asks it to keep four of these, which is how
# long a weak board may leave the callback waiting.
_PERIOD_S = 0.04

# Seconds without a sample, silence included, after which the device counts as gone.
_GONE_S = 5.0

# Seconds that a device may take to close; a sound one takes one period.
_CLOSE_S = 2.0


class CaptureSource:
    """A capture device, heard through a ring that PortAudio's callback fills."""

    def __init__(
        self, device: str | None = None, block_s: float = 0.1, sample_rate: int | None = None
    ) -> None:
        """Open a device; raise RunoutError where that can't be done.

        `device` is a name, a part of one, or an index; None is the default input. `block_s` is
        the length of a block in seconds, `sample_rate` in hertz, None for the device's default.
        """
        self._pyaudio = import_pyaudio()
        self._audio = open_port_audio()
        atexit.register(self._let_go_at_exit)
        self._overflows = 0
        self._begun = False
        self._gone = False
        try:
            self._device = _choose(self._audio, device)
            self._sample_rate = sample_rate or self._device.sample_rate
            check_rate(self.name, self._sample_rate)
            self._channels = min(2, self._device.channels)
            self._block_frames = max(1, round(block_s * self._sample_rate))
            self._ring = Ring(max(2 * self._block_frames, round(_RING_S * self._sample_rate)))
            self._stream = self._open_stream()
        except RunoutError:
            self._let_go()
            raise

    @property
    def name(self) -> str:
        """The device's name."""
        return self._device.name

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        return self._sample_rate

    @property
    def duration_s(self) -> None:
        """None: nobody knows how long a record will play."""
        return None

    @property
    def overruns(self) -> int:
        """Frames lost because the ring was full, the box being too slow."""
        return self._ring.lost

    @property
    def overflows(self) -> int:
        """How often PortAudio said that it had lost input before the callback."""
        return self._overflows

    def blocks(self) -> Iterator[Block]:
        """Yield blocks in order, once, until close().

        Lost frames leave no gap in the count of frames; `overruns` tells of them. Raises
        RunoutError when the device brings no more samples.
        """
        self._begun = True
        try:
            if self._ring.closed:
                return
            self._start()
            start = 0
            while len(samples := self._read()):
                yield Block(samples, start)
                start += len(samples)
        finally:
            self._ring.close()
            self._let_go()

    def close(self) -> None:
        """Stop listening; blocks() then ends and lets go of the device. Safe in a signal handler.

        Stopping a device waits for its callback, and the callback may be waiting for what a
        signal handler has interrupted; so blocks() does that, if it has begun.
        """
        self._ring.close()
        if not self._begun:
            self._let_go()

    def _open_stream(self) -> "Stream":
        try:
            return self._audio.open(
                # The best that there is: PortAudio hands on 16, 24 or 32 bits as floats, unchanged.
                format=self._pyaudio.paFloat32,
                channels=self._channels,
                rate=self._sample_rate,
                input=True,
                input_device_index=self._device.index,
                frames_per_buffer=round(_PERIOD_S * self._sample_rate),
                stream_callback=self._hear,
                start=False,
            )
        except OSError as error:
            raise self._unusable(error) from error

    def _start(self) -> None:
        try:
            self._stream.start_stream()
        except OSError as error:
            raise self._unusable(error) from error

    def _hear(
        self, data: bytes, _frames: int, _times: Mapping[str, float], status: int
    ) -> tuple[None, int]:
        """Copy what PortAudio brings, in its own thread, and go back to it at once."""
        if status & self._pyaudio.paInputOverflow:
            self._overflows += 1
        self._ring.write(np.frombuffer(data, np.float32).reshape(-1, self._channels))
        state = self._pyaudio.paComplete if self._ring.closed else self._pyaudio.paContinue
        return None, state

    def _read(self) -> Samples:
        try:
            return self._ring.read(self._block_frames, _GONE_S)
        except TimeoutError as error:
            raise RunoutError(
                f"no sound arrives from {self.name} any more, not even silence; is it unplugged?"
            ) from error

    def _unusable(self, error: OSError) -> RunoutError:
        return RunoutError(
            f"{self.name}: can't be opened at {self._sample_rate} Hz ({error.strerror}); "
            "is another program using it?"
        )

    def _let_go(self) -> None:
        """Close the device, once."""
        if not self._gone:
            self._gone = True
            atexit.unregister(self._let_go_at_exit)
            # PortAudio waits for a device that hangs for as long as it hangs; the user shouldn't.
            closing = threading.Thread(target=self._audio.terminate, daemon=True)
            closing.start()
            closing.join(_CLOSE_S)

    def _let_go_at_exit(self) -> None:
        """Close the device of a program that ends in an error, while its blocks() still waits.

        Without this, PortAudio would wait for ever for a callback that the ending interpreter no
        longer runs. No thread helps here: from Python 3.12 on none can be started at exit.
        """
        self._gone = True
        self._audio.terminate()


def _choose(audio: "PyAudio", wanted: str | None) -> Device:
    if wanted is None:
        return default_device(audio)
    return find_device(capture_devices(audio), wanted)
