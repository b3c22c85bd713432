"""The preamp, whenever it is there: waited for, heard, and waited for again."""

import logging
import time
from collections.abc import Iterator

from runout.errors import RunoutError
from runout.source.capture import CaptureSource
from runout.source.devices import import_pyaudio
from runout.source.feed import Waiting
from runout.source.true_rate import FalseRate
from runout.source.wanted import NoDeviceError, identity

TRY_S = 2.0
"""Seconds between two looks for the device; each costs a start of PortAudio"""
_FIRST_S = 3.0
"""Seconds in which a device that works brings its first block"""
_BEAT_S = 0.2
"""Seconds between two calls of `waiting`"""

_log = logging.getLogger(__name__)


class Preamp:
    """A feed of one source whenever the device is there, however often it goes and comes."""

    def __init__(self, wanted: str = "", block_s: float = 0.1) -> None:
        """`wanted` is as for `choose`, `block_s` the length of a block in seconds.

        Raises RunoutError where there is no PortAudio, which no waiting would mend.
        """
        import_pyaudio()
        self._wanted = wanted
        self._block_s = block_s
        self._usb_only = False
        self._known: dict[tuple[str, int], FalseRate] = {}
        self._source: CaptureSource | None = None
        self._closed = False

    def sources(self, waiting: Waiting, /) -> Iterator[CaptureSource]:
        """Yield the device, opened, each time that it has been found and brings sound.

        Its rate may be another each time. Raises RunoutError where a device hangs so that only
        another start of Runout can help.
        """
        said: str | None = None
        while not self._closed:
            source, reason = self._try(waiting)
            if source is not None:
                said = None
                yield source
                reason = self._learn(source)
            elif reason != said and not self._closed:
                said = reason
                _log.warning("waiting for the preamp: %s", reason)
            self._wait(reason, waiting)

    def close(self) -> None:
        """End the source that is on and look for no other. Safe from a signal handler."""
        self._closed = True
        if self._source is not None:
            self._source.close()

    def _try(self, waiting: Waiting) -> tuple[CaptureSource | None, str]:
        """Look for the device once; return it, or else what is wrong with it."""
        try:
            source = CaptureSource(
                self._wanted, self._block_s, usb_only=self._usb_only, known=self._known
            )
        except NoDeviceError as error:
            # Another try for what was of no use, once it has been pulled out.
            self._known = {key: false for key, false in self._known.items() if false.true_hz}
            return None, str(error)
        except RunoutError as error:
            return None, str(error)
        self._source = source
        try:
            source.start()
        except RunoutError as error:
            source.close()
            return None, str(error)
        until_s = time.monotonic() + _FIRST_S
        while not source.brings and not self._closed:
            if time.monotonic() > until_s:
                source.close()
                _give_up_if_hanging(source)
                return None, f"{source.name}: is there, but brings no sound, not even silence"
            waiting(f"{source.name}: no sound arrives yet")
            time.sleep(_BEAT_S)
        if self._closed:
            source.close()
            return None, "stopping"
        # Without a word on what to hear, a box that had a preamp isn't content with a microphone.
        self._usb_only = self._usb_only or source.device.usb is not None
        _log.info(
            "listening to %s (%s) at %d Hz",
            source.name,
            identity(source.device),
            source.sample_rate,
        )
        return source, ""

    def _learn(self, source: CaptureSource) -> str:
        """Take note of how a source ended; return it in words."""
        _give_up_if_hanging(source)
        if source.false_rate is not None:
            self._known[source.rate_key] = source.false_rate
        if source.ended is None:
            return "stopping"
        _log.warning("%s", source.ended)
        return source.ended

    def _wait(self, reason: str, waiting: Waiting) -> None:
        until_s = time.monotonic() + TRY_S
        while not self._closed and time.monotonic() < until_s:
            waiting(reason)
            time.sleep(_BEAT_S)


def _give_up_if_hanging(source: CaptureSource) -> None:
    if source.hangs:
        raise RunoutError(
            f"{source.name}: hangs and can't be closed; Runout has to be started again"
        )
