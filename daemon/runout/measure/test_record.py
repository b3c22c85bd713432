"""What a recording of a test record shows: every steady tone in it, and what can be read from it.

The tones are those of AES6-2008 (3150 Hz; 3000 Hz on older records) and of DIN 45543 (1 kHz in one
channel); what is read from them is defined in wow.py, speed.py, eccentricity.py and crosstalk.py.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runout.defects.revolution import NOMINAL_RPM
from runout.errors import RunoutError
from runout.measure.crosstalk import Polarity, Separation, measure_polarity, measure_separation
from runout.measure.eccentricity import Eccentricity, measure_eccentricity
from runout.measure.speed import Speed, speed_from_tone
from runout.measure.tone import LEAST_S, NOMINAL_HZ, Channel, Tone, ToneTracker
from runout.measure.wow import WowAndFlutter, deviation_percent, measure_wow
from runout.side.headroom import Headroom
from runout.source.file import FileSource

_BLOCK_S = 0.5
_WOW_TONE_HZ = 2000.0
"""Above it a tone is one for wow and flutter; 1 kHz is for levels"""
_CLICKS_PERCENT = 0.01
"""Of the samples at full scale so many may be a click's; of a clipped tone's it is 10 and more"""
_FULL_DBFS = -0.1


@dataclass(frozen=True, slots=True)
class MeasuredTone:
    """A steady tone, and what can be read from it."""

    start_s: float
    """Seconds from the beginning of the file"""
    duration_s: float
    """Seconds"""
    nominal_hz: float
    """What the tone was most likely cut as"""
    channel: Channel
    left_dbfs: float
    """Level of the tone in left; a sine that just reaches full scale is at 0 dBFS"""
    right_dbfs: float
    speed: Speed
    wow: WowAndFlutter | None
    """None where the tone lasts less than 7 s"""
    eccentricity: Eccentricity | None
    """None where it lasts less than three turns, or has no more of it than of other wow"""
    separation: Separation | None
    """None where both channels have the tone, or the other one is digital silence"""
    polarity: Polarity | None
    """None where one channel alone has the tone, or both are the very same: mono"""

    @property
    def hertz(self) -> float:
        """The tone's mean frequency."""
        return self.nominal_hz * (1.0 + self.speed.error_percent / 100.0)


@dataclass(frozen=True, slots=True)
class TestRecord:
    """What the recording of a test record shows."""

    __test__ = False  # pytest takes what is called so for tests

    duration_s: float
    """Seconds"""
    sample_rate: int
    """Hertz"""
    clipped_percent: float
    """Share of the samples that lie in runs at full scale"""
    tones: tuple[MeasuredTone, ...]
    """In the order of the record, at least one"""

    @property
    def clips(self) -> bool:
        """Whether a tone is clipped: its level, its harmonics and what leaks are then wrong.

        Of a tone of 3150 Hz a mere sample or two in a row lie at full scale: its own level tells.
        """
        peak_dbfs = max(max(tone.left_dbfs, tone.right_dbfs) for tone in self.tones)
        return self.clipped_percent > _CLICKS_PERCENT or peak_dbfs > _FULL_DBFS

    @property
    def speed_tone(self) -> MeasuredTone:
        """The tone to read speed, wow and eccentricity from: the longest that is made for it."""
        return max(self.tones, key=lambda tone: (tone.nominal_hz >= _WOW_TONE_HZ, tone.duration_s))

    @property
    def separations(self) -> tuple[Separation, ...]:
        """Separation from left to right and from right to left, where a tone for it was heard."""
        longest = sorted(self.tones, key=lambda tone: tone.duration_s)
        found = {one.separation.driven: one.separation for one in longest if one.separation}
        return tuple(found[driven] for driven in sorted(found))

    @property
    def polarity(self) -> Polarity | None:
        """Polarity and balance, from the longest tone that both channels have."""
        both = [tone for tone in self.tones if tone.polarity is not None]
        return max(both, key=lambda tone: tone.duration_s).polarity if both else None


def measure_file(
    path: Path,
    progress: Callable[[float], None],
    nominal_hz: Sequence[float] = NOMINAL_HZ,
    nominal_rpm: Sequence[float] = NOMINAL_RPM,
) -> TestRecord:
    """Hear a file of a test record and read what its tones show.

    `progress` is told the share heard so far; tones are looked for within 8 % of `nominal_hz`, what
    comes back once a turn within 3 % of `nominal_rpm`.
    Raises RunoutError when the file can't be heard to its end, and where it has no test tone.
    """
    source = FileSource(path, _BLOCK_S)
    tracker = ToneTracker(source.sample_rate, nominal_hz)
    headroom = Headroom()
    frames = 0
    tones: list[MeasuredTone] = []
    for block in source.blocks():
        headroom.feed(block.samples)
        # A tone is measured as soon as it ends, so that its sound needn't be kept.
        tones += [measure_tone(tone, nominal_rpm) for tone in tracker.feed(block.samples.T)]
        frames = block.start + len(block.samples)
        if source.duration_s:
            progress(min(1.0, frames / source.sample_rate / source.duration_s))
    tones += [measure_tone(tone, nominal_rpm) for tone in tracker.finish()]
    if not tones:
        *others, last = (f"{hertz:g}" for hertz in sorted(nominal_hz))
        sought = f"{', '.join(others)} or {last}" if others else last
        raise RunoutError(
            f"{path}: no steady test tone of {sought} Hz is heard for {LEAST_S:g} s or longer"
        )
    return TestRecord(
        duration_s=frames / source.sample_rate,
        sample_rate=source.sample_rate,
        clipped_percent=headroom.measurements()["clipped_percent"],
        tones=tuple(tones),
    )


def measure_tone(tone: Tone, nominal_rpm: Sequence[float] = NOMINAL_RPM) -> MeasuredTone:
    """Read from a tone what can be read from it."""
    frequency = tone.frequency()
    speed = speed_from_tone(frequency, tone.nominal_hz)
    deviation = deviation_percent(frequency)
    left, right = tone.peaks
    return MeasuredTone(
        start_s=tone.start_s,
        duration_s=tone.duration_s,
        nominal_hz=tone.nominal_hz,
        channel=tone.channel,
        left_dbfs=_dbfs(left),
        right_dbfs=_dbfs(right),
        speed=speed,
        wow=measure_wow(deviation, tone.rate),
        eccentricity=measure_eccentricity(deviation, tone.rate, speed.error_percent, nominal_rpm),
        separation=measure_separation(tone),
        polarity=measure_polarity(tone),
    )


def _dbfs(peak: float) -> float:
    return 20.0 * math.log10(peak) if peak > 0.0 else -math.inf
