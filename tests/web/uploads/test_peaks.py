import numpy as np
import pytest

from runout.web.uploads.peaks import MOST_HOPS, Peaks
from sounds import noise


@pytest.mark.parametrize("frames", [1, 219, 220, 221, 441, 100_000])
@pytest.mark.parametrize("block", [50, 22_050])
def test_lowest_and_highest_of_each_hop(frames, block):
    sound = noise(3.0, level=0.3)[:frames]
    peaks = Peaks(frames, 44_100)
    for start in range(0, frames, block):
        peaks.feed(sound[start : start + block], start)
    told = peaks.fields()
    hop = round(told["hop_s"] * 44_100)
    assert hop == 220
    for wall, name in enumerate(("left", "right")):
        pieces = [sound[at : at + hop, wall] for at in range(0, frames, hop)]
        clipped = [np.clip((piece.min(), piece.max()), -1, 1) for piece in pieces]
        assert told[name] == [round(float(one) * 127) for pair in clipped for one in pair]


def test_a_long_side_has_no_more_hops_than_a_screen():
    frames = 3 * 3600 * 44_100
    peaks = Peaks(frames, 44_100)
    for start in range(0, frames, 44_100 * 600):
        peaks.feed(np.zeros((min(44_100 * 600, frames - start), 2), np.float32), start)
    told = peaks.fields()
    assert len(told["left"]) // 2 <= MOST_HOPS
    assert told["hop_s"] * len(told["left"]) / 2 == pytest.approx(3 * 3600, abs=told["hop_s"])
