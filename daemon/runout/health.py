"""How the box itself is: what it lost of the sound, how busy and how hot it is."""

from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from runout.report.messages import Fields, rounded
from runout.source.signal_path import SignalState

RATE_OVER_S = 60.0
"""Seconds over which the sample rate is measured; blocks come up to 0.05 s late, which is 0.1 %"""
_RATE_LEAST_S = 20.0
_MARK_S = 1.0
_THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")
_THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
_NOW_BITS = 0xF
"""Of get_throttled: under-voltage, frequency capped, throttled, soft temperature limit, each as it
is now; the bits from 16 on tell whether it ever was (Raspberry Pi documentation, vcgencmd)"""


@runtime_checkable
class Captures(Protocol):
    """A source that can lose sound."""

    @property
    def name(self) -> str:
        """The device's name."""

    @property
    def signal(self) -> SignalState:
        """Whether what comes can be the sound of a preamp."""

    @property
    def overruns(self) -> int:
        """Frames lost because the box was too slow."""

    @property
    def overflows(self) -> int:
        """How often the system said that it had lost input."""


@dataclass(frozen=True, slots=True)
class Health:
    """One look; None where there is no telling."""

    capture_glitches: int
    """Places where the USB path lost or repeated samples, since the start"""
    overruns: int | None
    """Frames that were lost because the box was too slow, since the start"""
    overflows: int | None
    """How often the system said that it had lost input, since the start"""
    sample_rate_hz: float | None
    """Frames a second of the monotonic clock, over the last minute"""
    inference_p95_ms: float | None
    """Milliseconds that 95 of 100 runs of the network stay below"""
    temperature_c: float | None
    """Of the processor, degrees Celsius"""
    throttled: bool | None
    """Whether a Raspberry Pi runs slower now than it could, from heat or lack of power"""
    device: str | None = None
    """Name of what is captured from; None while it isn't there"""
    signal: SignalState | None = None
    """Whether what it brings can be the sound of a preamp"""


def health_fields(health: Health) -> Fields:
    """Return what the MQTT `health` says of it."""
    fields: Fields = dict(asdict(health))
    for key, digits in (("sample_rate_hz", 1), ("inference_p95_ms", 3), ("temperature_c", 1)):
        value = getattr(health, key)
        fields[key] = None if value is None else rounded(value, digits)
    return fields


class ArrivalRate:
    """The sample rate by the monotonic clock: some preamps say one and have another."""

    def __init__(self) -> None:
        self._frames = 0
        self._marks: deque[tuple[float, int]] = deque()

    def arrived(self, frames: int, now_s: float) -> None:
        """Count frames that are there at `now_s`."""
        self._frames += frames
        if not self._marks or now_s - self._marks[-1][0] >= _MARK_S:
            self._marks.append((now_s, self._frames))
            while now_s - self._marks[0][0] > RATE_OVER_S:
                self._marks.popleft()

    @property
    def hertz(self) -> float | None:
        """Frames a second, or None while it is too soon to say."""
        if not self._marks:
            return None
        (from_s, before), (to_s, after) = self._marks[0], self._marks[-1]
        return (after - before) / (to_s - from_s) if to_s - from_s >= _RATE_LEAST_S else None


def temperature_c(path: Path = _THERMAL) -> float | None:
    """The processor's temperature in degrees Celsius, where Linux tells it (in thousandths)."""
    try:
        return int(path.read_text(encoding="ascii")) / 1000.0
    except (OSError, ValueError):
        return None


def throttled(path: Path = _THROTTLED) -> bool | None:
    """Whether a Raspberry Pi is throttled now; None on other machines."""
    try:
        return bool(int(path.read_text(encoding="ascii"), 16) & _NOW_BITS)
    except (OSError, ValueError):
        return None
