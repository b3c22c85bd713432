"""Tells what the USB path did to the sound from what is on the record, to the sample.

Where samples are lost, the sound on either side is whole up to the very seam: predicted from the
left it is right until the seam, predicted from the right it is right down to it, and at the seam
both fail, in both channels at once. A click of only a few samples spoils the prediction from both
sides over a stretch. (Linear prediction forwards and backwards, as in Godsill and Rayner, Digital
Audio Restoration, 1998.) Packets that were played twice or left empty are told by packet.py.

Seams are looked for where an impulse was found, and where both walls could not be foretold in the
same instant. The samples must be the source's own: resampling smears the seam.
"""

from collections import deque
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from runout.defects.impulse import Impulse
from runout.defects.packet import Packet, PacketFinder
from runout.features.prediction import predictor
from runout.kept import Kept
from runout.model.scorer import Scored

Array = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
Errors = npt.NDArray[np.floating[Any]]

_KEPT_S = 2.5
"""Longer than an impulse waits to be told"""
_ORDER = 24
_FIT = 1024
"""Samples on either side that the predictions are fitted to"""
_REACH = 32
"""Samples around where an impulse was foretold worst in which the seam is sought"""
_FLANK = 7
"""Samples on either side of a seam that are predicted well"""
_SEAM = 3.0
"""Logarithm of the error at the seam over that of its flanks, both channels together"""
_SEAM_HEARD = 2.8
"""Likewise where an impulse was found, fewer places in music. Of 207 mixes of the training
and validation splits, 568 of 603 glitches were told, 13 of 1967 clicks were called glitches, and
three places in 34 minutes that were neither; at 2.6 569, 17 and 3, at 3.0 565, 11 and 3"""
_SEAM_SURE = 4.0
"""Likewise where the music itself has seams: sampled notes that are cut off and struck anew. In 149
minutes of clean music (training split) 7 were told as glitches, all in two pieces, and 2 with this
limit; of 431 glitches as many were told, 409"""
_OF_MUSIC = 2.2
"""Seams from here on, where no impulse was found, may be the music's"""
_MOST_OF_MUSIC = 2
"""Of them in a minute; after these, they are held for the music's"""
_OF_MUSIC_S = 60.0
_BOTH_LEAST = 6.0
"""Both walls' error over their local scale where a seam may be that is no impulse"""
_LEAP = 2.0
"""Logarithm of that error over those just before it, both walls together: in music, 0.9 places a
second reach it"""
_LASTS = 14
"""Samples that an error of the features' linear prediction may grow for: its order and two"""
_MOST_PER_S = 5
"""Impulses a second that are looked at: among more, a glitch more or less is nothing"""
_MOST_PER_STEP = 2
"""Other places that are looked at in a step of scored cells (0.19 s)"""
_NEAR_S = 0.002
"""What was found so near to a glitch is the glitch: resampling and features smear it"""
_SETTLED_S = 0.05
"""Impulses so long before the last scored cell have all been found"""
_PROGRAMME_S = 0.05
"""On either side, whose RMS is the programme that a step is told over"""
_LEAST_RATIO = 0.1
"""Smaller errors are not told apart"""
_FAINT = 1e-5
"""-100 dBFS: below that there is no programme"""
_RIDGE = 1e-6
_STEP_16_BITS = 2.0**-15


class CaptureJudge:
    """Keeps the last seconds of the source as it came, and judges what was found in it."""

    def __init__(self, sample_rate: int) -> None:
        """`sample_rate` hertz is the source's."""
        self._rate = sample_rate
        self._kept = Kept(round(_KEPT_S * sample_rate))
        self._finder = PacketFinder(sample_rate)
        self._near = round(_NEAR_S * sample_rate)
        self._packets: deque[Packet] = deque()
        self._told: set[Packet] = set()
        self._heard: deque[Packet] = deque()
        """Where impulses were found"""
        self._places: deque[int] = deque()
        """Where both walls leapt at once"""
        self._judged: deque[int] = deque()
        self._of_music: deque[int] = deque(maxlen=_MOST_OF_MUSIC)
        """Where seams were that may be the music's"""

    def feed(self, samples: Array) -> None:
        """Take samples of shape (frames, 2)."""
        self._kept.feed(samples.T)
        self._packets.extend(self._finder.feed(samples))
        for spans in (self._packets, self._heard):
            while spans and spans[0].start < self._kept.start:
                self._told.discard(spans.popleft())

    def judge(self, impulse: Impulse, rate: int) -> Impulse | None:
        """The impulse, as a capture glitch if it is one; its sample count is at `rate` hertz.

        None where it is the rest of a glitch that was told, and where the model took it for a
        glitch, for nothing else, and it is none.
        """
        scale = self._rate / rate
        heard = Packet(round(impulse.start * scale), round(impulse.length * scale))
        self._heard.append(heard)
        packet = self._close(self._packets, heard)
        if packet is not None:
            if packet in self._told:
                return None
            self._told.add(packet)
            start, length = round(packet.start / scale), max(1, round(packet.length / scale))
            return replace(
                impulse, start=start, length=length, kind="capture_glitch", channel="both"
            )
        at = impulse.start if impulse.peak is None else impulse.peak
        place = round(at * scale)
        if self._allowed(place) and self._seam(place) >= _SEAM_HEARD:
            return replace(impulse, start=at, length=1, kind="capture_glitch", channel="both")
        return None if impulse.kind == "capture_glitch" else impulse

    def unheard(self, scored: Scored, rate: int) -> list[Impulse]:
        """Capture glitches where no impulse was found, each told once, in order of time.

        To be asked after every impulse in the cells of `scored` was judged.
        """
        scale = self._rate / rate
        hop = scored.audio.shape[1] // len(scored.scores)
        begin = scored.start * hop
        self._places.extend(round((begin + place) * scale) for place in _leaps(scored.ratio, rate))
        until = round((begin + scored.audio.shape[1]) * scale - _SETTLED_S * self._rate)
        found = []
        for packet in self._packets:
            if packet.start < until and packet not in self._told:
                self._told.add(packet)
                found.append(packet)
        while self._places and self._places[0] < until:
            one = Packet(self._places.popleft(), 1)
            if self._close(self._packets, one) or self._close(self._heard, one):
                continue
            if not self._crowded(one.start) and self._stands_out(one.start):
                found.append(one)
        return [self._glitch(one, scale) for one in sorted(found, key=lambda one: one.start)]

    def _close(self, spans: deque[Packet], one: Packet) -> Packet | None:
        """The first of `spans` that `one` touches, or nearly."""
        low, high = one.start - self._near, one.start + one.length + self._near
        near = (span for span in spans if span.start < high and span.start + span.length > low)
        return next(near, None)

    def _allowed(self, at: int) -> bool:
        """Whether few enough impulses were looked at in the second before; notes this one."""
        while self._judged and self._judged[0] < at - self._rate:
            self._judged.popleft()
        if len(self._judged) >= _MOST_PER_S:
            return False
        self._judged.append(at)
        return True

    def _crowded(self, at: int) -> bool:
        """Whether so many impulses were found in the second before that it crackles.

        Ticks that lie close together look like seams now and then, those unfound too.
        """
        near = (one for one in self._heard if at - self._rate <= one.start < at)
        return sum(1 for _ in near) >= _MOST_PER_S

    def _stands_out(self, at: int) -> bool:
        """Whether there is a seam where no impulse was found, and not one of many in the music."""
        while self._of_music and self._of_music[0] < at - _OF_MUSIC_S * self._rate:
            self._of_music.popleft()
        height = self._seam(at)
        least = _SEAM_SURE if len(self._of_music) >= _MOST_OF_MUSIC else _SEAM
        if height >= _OF_MUSIC:
            self._of_music.append(at)
        return height >= least

    def _seam(self, at: int) -> float:
        """How much of a seam there is near a sample of the source; none where it isn't kept."""
        reach = _FIT + 2 * _REACH
        if at - reach < self._kept.start or at + reach > self._kept.end:
            return 0.0
        return seam(self._kept.between(at - reach, at + reach).astype(np.float64), reach)

    def _glitch(self, packet: Packet, scale: float) -> Impulse:
        """What no impulse was found at: no score of the model's, its samples alone tell it."""
        around = round(_PROGRAMME_S * self._rate)
        low = max(self._kept.start, packet.start - around)
        sound = self._kept.between(low, min(self._kept.end, packet.start + packet.length + around))
        edges = np.array((packet.start, packet.start + packet.length)) - low
        steps = np.abs(sound[:, edges] - sound[:, edges - 1]).max(axis=1)
        over = steps / np.maximum(np.sqrt(np.square(sound).mean(axis=1)), _FAINT)
        return Impulse(
            start=round(packet.start / scale),
            length=max(1, round(packet.length / scale)),
            kind="capture_glitch",
            channel="both",
            peak_db=float(20.0 * np.log10(max(float(over.max()), 1e-3))),
            confidence=1.0,
        )


def seam(sound: Wide, at: int) -> float:
    """How much two unbroken halves seem to be joined near `at`; about 0 where they aren't.

    `sound` is (2, samples) with at least 1024 samples and twice 32 on either side.
    """
    left = sound[:, at - _FIT - _REACH : at - _REACH]
    right = sound[:, at + _REACH : at + _REACH + _FIT][:, ::-1]
    halves = np.concatenate((left, right)) * _taper()
    weights = predictor(_correlation(halves), _RIDGE)
    margin = _REACH + _FLANK + 1
    around = sound[:, at - margin - _ORDER : at + margin + _ORDER]
    windows = np.lib.stride_tricks.sliding_window_view(around, _ORDER + 1, axis=1)
    # Window n ends with the sample that is predicted forwards, and begins with that backwards.
    forward = np.abs(windows[..., -1] - np.einsum("cnk,ck->cn", windows[..., -2::-1], weights[:2]))
    backward = np.abs(windows[..., 0] - np.einsum("cnk,ck->cn", windows[..., 1:], weights[2:]))
    backward = backward[:, _ORDER:]
    places = slice(margin - _REACH, margin + _REACH + 1)
    before = slice(places.start - 1, places.stop - 1)
    jumps = np.maximum(forward[:, places], backward[:, before])
    # The flank before a place ends with the sample before it, the one after begins with it.
    flanks = np.maximum(
        _highest(forward[:, places.start - _FLANK : places.stop - 1]),
        _highest(backward[:, places.start : places.stop + _FLANK - 1]),
    )
    floor = 0.1 * _STEP_16_BITS
    return float(np.log((jumps + floor) / (flanks + floor)).sum(axis=0).max())


def _correlation(halves: Wide) -> Wide:
    """Sums of products of samples 0 to `_ORDER` apart: (halves, samples) to (halves, lags)."""
    longer = np.zeros((len(halves), halves.shape[1] + _ORDER))
    longer[:, : halves.shape[1]] = halves
    return np.array([np.correlate(whole, half) for whole, half in zip(longer, halves, strict=True)])


def _highest(errors: Errors) -> Errors:
    """The largest in each flank's length of errors, along the last axis."""
    last = errors.shape[-1] - _FLANK
    highest: Errors = np.maximum.reduce([errors[..., n : last + n + 1] for n in range(_FLANK)])
    return highest


@lru_cache
def _taper() -> Wide:
    taper: Wide = np.hanning(_FIT)
    taper.setflags(write=False)
    return taper


def _leaps(ratio: Array, rate: int) -> list[int]:
    """Samples from which on both walls, of a sudden, could not be foretold any more.

    The few in a step that are likest to be seams: `ratio` is `Scored.ratio`.
    """
    both = np.minimum(ratio[0], ratio[1])
    both[: _LASTS + _FLANK] = 0.0
    places = (both > _BOTH_LEAST).nonzero()[0]
    if len(places) == 0:
        return []
    apart = np.flatnonzero(places[1:] - places[:-1] > _NEAR_S * rate) + 1
    edges = [0, *apart.tolist(), len(places)]
    groups = (places[first:last] for first, last in pairwise(edges))
    worst = np.array([some[both[some].argmax()] for some in groups])
    span = np.arange(-_LASTS - _FLANK, 1)
    errors = np.log(ratio[:2, worst[:, None] + span] + _LEAST_RATIO)
    leaps = (errors[..., _FLANK:] - _highest(errors[..., :-1])).sum(axis=0)
    begun = worst - _LASTS + leaps.argmax(axis=1)
    highest = leaps.max(axis=1)
    likest = np.argsort(highest)[-_MOST_PER_STEP:]
    return sorted(begun[likest[highest[likest] >= _LEAP]].tolist())
