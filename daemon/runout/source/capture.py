"""A capture device as a source: the record as it plays, for as long as the device is there."""

import atexit
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from runout.errors import RunoutError
from runout.quiet import quiet_stderr
from runout.source.block import Block, Samples
from runout.source.devices import (
    capture_devices,
    default_index,
    import_pyaudio,
    open_port_audio,
)
from runout.source.rate import check_rate
from runout.source.ring import Ring
from runout.source.signal_path import SignalPath, SignalState
from runout.source.true_rate import FalseRate, RateCheck
from runout.source.wanted import choose, identity

if TYPE_CHECKING:
    from pyaudio import Stream

# Seconds that the ring holds: the rest of the box may be busy for so long before sound is lost.
_RING_S = 10.0

# Seconds that a device brings at a time. PortAudio asks it to keep four of these, which is how
# long a weak board may leave the callback waiting.
_PERIOD_S = 0.04

# Seconds without a sample, silence included, after which the device counts as gone.
_GONE_S = 5.0

# Seconds without a block after which to look whether PortAudio has given the device up.
_LOOK_S = 0.5

# Seconds that a device may take to close; a sound one takes one period.
_CLOSE_S = 2.0

TrueRates = Mapping[tuple[str, int], FalseRate]
"""What is known to be wrong with devices, by their identity and the rate that they say, in hertz"""


class CaptureSource:
    """A capture device, heard through a ring that PortAudio's callback fills."""

    def __init__(
        self,
        device: str = "",
        block_s: float = 0.1,
        sample_rate: int | None = None,
        usb_only: bool = False,
        known: TrueRates | None = None,
    ) -> None:
        """Open a device; raise RunoutError where that can't be done.

        `device` and `usb_only` are as for `choose`. `block_s` is the length of a block in
        seconds, `sample_rate` in hertz, None for the device's default. `known`: a device that
        has another rate than it says is heard at that.
        """
        self._pyaudio = import_pyaudio()
        self._audio = open_port_audio()
        atexit.register(self._let_go_at_exit)
        self._overflows = 0
        self._begun = self._started = False
        self._gone = False
        self._arrived = (0, 0.0)
        self.ended: str | None = None
        """Why blocks() ended, in words; None while it hasn't, and where close() ended it"""
        self.hangs = False
        """Whether the device can't even be closed. PortAudio finds no other in this process then"""
        self.false_rate: FalseRate | None = None
        """What was found to be wrong with the rate; blocks() has ended then"""
        try:
            audio = self._audio
            self.device = choose(capture_devices(audio), device, default_index(audio), usb_only)
            """What is captured from"""
            self.said_rate = sample_rate or self.device.sample_rate
            """Hertz that the device is asked for"""
            self._sample_rate = self._true_rate(known or {})
            check_rate(self.name, self._sample_rate)
            self._channels = min(2, self.device.channels)
            self._block_frames = max(1, round(block_s * self._sample_rate))
            self._ring = Ring(max(2 * self._block_frames, round(_RING_S * self._sample_rate)))
            self._signal = SignalPath(self._sample_rate)
            self._rate_check = RateCheck(self._sample_rate)
            self._stream = self._open_stream()
        except RunoutError:
            self._let_go()
            raise

    @property
    def name(self) -> str:
        """The device's name."""
        return self.device.name

    @property
    def sample_rate(self) -> int:
        """Hertz, as the device has it by what is known."""
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

    @property
    def signal(self) -> SignalState:
        """Whether what comes can be the sound of a preamp."""
        return self._signal.state

    @property
    def brings(self) -> bool:
        """Whether sound, silence included, has come that blocks() can give at once."""
        return self._ring.filled >= self._block_frames

    @property
    def rate_key(self) -> tuple[str, int]:
        """Under which `known` tells of this device."""
        return identity(self.device), self.said_rate

    def start(self) -> None:
        """Let the device bring sound; blocks() does so where nobody has before.

        Raises RunoutError where it can't.
        """
        if self._started:
            return
        self._started = True
        self._arrived = (0, time.monotonic())
        try:
            with quiet_stderr():
                self._stream.start_stream()
        except OSError as error:
            raise self._unusable(error) from error

    def blocks(self) -> Iterator[Block]:
        """Yield blocks in order, once, until close(), or the device is no more: see `ended`.

        Lost frames leave no gap in the count of frames; `overruns` tells of them. Raises
        RunoutError where the device can't be started.
        """
        self._begun = True
        try:
            if self._ring.closed:
                return
            self.start()
            start = 0
            while len(samples := self._read()):
                self._signal.feed(samples)
                frames, at_s = self._arrived
                lost = self._overflows + self.overruns
                self.false_rate = self._rate_check.arrived(frames, lost, at_s)
                yield Block(samples, start)
                start += len(samples)
                if self.false_rate is not None:
                    self.ended = rate_words(self.name, self._sample_rate, self.false_rate)
                    return
        finally:
            self._ring.close()
            self._let_go()
            # Whoever keeps us, for what we say of how we ended, needn't keep seconds of sound.
            self._ring.release()

    def close(self) -> None:
        """Stop listening; blocks() then ends and lets go of the device. Safe in a signal handler.

        Stopping a device waits for its callback, and the callback may be waiting for what a
        signal handler has interrupted; so blocks() does that, if it has begun.
        """
        self._ring.close()
        if not self._begun:
            self._let_go()

    def _true_rate(self, known: TrueRates) -> int:
        false = known.get(self.rate_key)
        if false is None:
            return self.said_rate
        if false.true_hz is None:
            raise RunoutError(rate_words(self.name, self.said_rate, false))
        return false.true_hz

    def _open_stream(self) -> "Stream":
        try:
            # It says at length what went wrong, and no more than the error tells.
            with quiet_stderr():
                return self._audio.open(
                    # The best that there is: PortAudio hands on 16, 24 or 32 bits as floats,
                    # unchanged.
                    format=self._pyaudio.paFloat32,
                    channels=self._channels,
                    rate=self.said_rate,
                    input=True,
                    input_device_index=self.device.index,
                    frames_per_buffer=round(_PERIOD_S * self.said_rate),
                    stream_callback=self._hear,
                    start=False,
                )
        except OSError as error:
            raise self._unusable(error) from error

    def _hear(
        self, data: bytes, frames: int, _times: Mapping[str, float], status: int
    ) -> tuple[None, int]:
        """Copy what PortAudio brings, in its own thread, and go back to it at once."""
        if status & self._pyaudio.paInputOverflow:
            self._overflows += 1
        self._ring.write(np.frombuffer(data, np.float32).reshape(-1, self._channels))
        self._arrived = self._arrived[0] + frames, time.monotonic()
        state = self._pyaudio.paComplete if self._ring.closed else self._pyaudio.paContinue
        return None, state

    def _read(self) -> Samples:
        """The next block; none where the device is closed, or gone."""
        while True:
            try:
                return self._ring.read(self._block_frames, _LOOK_S)
            except TimeoutError:
                quiet_s = time.monotonic() - self._arrived[1]
                if quiet_s < _GONE_S and self._stream.is_active():
                    continue
                self.ended = (
                    f"no sound arrives from {self.name} any more, not even silence; "
                    "is it unplugged?"
                )
                return np.empty((0, 2), np.float32)

    def _unusable(self, error: OSError) -> RunoutError:
        return RunoutError(
            f"{self.name}: can't be opened at {self.said_rate} Hz ({error.strerror}); "
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
            self.hangs = closing.is_alive()

    def _let_go_at_exit(self) -> None:
        """Close the device of a program that ends in an error, while its blocks() still waits.

        Without this, PortAudio would wait for ever for a callback that the ending interpreter no
        longer runs. No thread helps here: from Python 3.12 on none can be started at exit.
        """
        self._gone = True
        self._audio.terminate()


def rate_words(name: str, taken_for_hz: int, false: FalseRate) -> str:
    """One line on a device that has another rate than it was taken for."""
    measured = f"{name}: brings {false.measured_hz:.0f} samples a second, not {taken_for_hz}"
    if false.true_hz is None:
        return (
            f"{measured}: it loses sound, or its clock is wrong; try another port, cable or preamp"
        )
    return f"{measured}; it is taken for {false.true_hz} Hz from now on"
