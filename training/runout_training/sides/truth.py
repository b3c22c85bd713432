"""The true answer to a side: its events, measurements and grade, in the line's own form.

Events are the true ones (heard.py). Noise, rumble, hum and levels are measured by the line's own
code on the side without what lies on it, over the true parts. So a true grade differs from one that
is heard by what the line missed, made up or placed wrongly, and by nothing else.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from runout.features.params import FeatureParams
from runout.grading.table import Table, grade
from runout.measure.meter import heard_measurements
from runout.measure.slices import SliceStore
from runout.measure.spectrum import Slicer
from runout.side.headroom import Headroom
from runout.side.level import level_db
from runout.side.side import ModelId, SideEnded
from runout.side.tally import Tally
from runout.side.tracks import track_at
from runout_training.corpus.tracks import RATE
from runout_training.sides.grooves import Narrow
from runout_training.sides.heard import tell
from runout_training.sides.side import Side

_STEP = 32
_BLOCK = 10 * RATE


def true_side(side: Side, table: Table) -> SideEnded:
    """What a line that errs in nothing would say of a side."""
    start_s, lifted_s = side.parts[0].start_s, side.parts[-1].start_s
    tally = Tally()
    _sound(side, tally)
    tell(side, tally)
    headroom, slicer, store = Headroom(), Slicer(), SliceStore()
    for block in _blocks(side.sound, _BLOCK):
        headroom.feed(block.T)
    for block in _blocks(side.clean, _BLOCK):
        for one in slicer.feed(block):
            store.add(one)
    measured = heard_measurements(tally, headroom, store, side.parts, up_from_s=0.0)
    measured["off_centre_percent"] = side.condition.off_centre_percent
    events = sorted(tally.events, key=lambda event: event.time_s)
    return SideEnded(
        side_id="side",
        time_s=start_s,
        duration_s=lifted_s - start_s,
        heard_s=tally.heard_s,
        sample_rate=RATE,
        rpm=side.clock.rpm,
        grade=grade(measured, tally.heard_s, RATE, table),
        counts=dict(tally.counts),
        measurements=measured,
        events=tuple(replace(one, track=track_at(side.parts, one.time_s)) for one in events),
        model=ModelId("truth", "", ""),
        parts=side.parts,
    )


def _sound(side: Side, tally: Tally) -> None:
    """Tell the tally the levels of the side while the needle is down."""
    hop = FeatureParams().hop
    first, last = (round(side.parts[n].start_s * RATE) for n in (0, -1))
    music = side.parts[[part.name for part in side.parts].index("track")].start_s
    for number, block in enumerate(_blocks(side.clean[:, first:last], _STEP * hop)):
        whole = block[:, : block.shape[1] // hop * hop]
        if whole.shape[1]:
            now_s = (first + number * _STEP * hop) / RATE
            tally.sound(level_db(whole, hop), whole.shape[1] / RATE, now_s >= music)


def _blocks(sound: Narrow, samples: int) -> Iterator[Narrow]:
    for start in range(0, sound.shape[1], samples):
        yield np.ascontiguousarray(sound[:, start : start + samples])
