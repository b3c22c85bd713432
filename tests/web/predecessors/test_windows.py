import numpy as np
import pytest

from runout.errors import RunoutError
from runout.web.predecessors.answer import answer
from runout.web.predecessors.figures import RATE
from runout.web.predecessors.windows import windows
from web.predecessors.made import CENTROID, forest
from web.uploads.handing import written

FILE_RATE = 3 * RATE


def rising(samples, rate=RATE):
    """A tone that rises by 100 Hz a second, so that no two places of it are alike."""
    time = np.arange(samples) / rate
    return 0.4 * np.sin(2 * np.pi * (200.0 + 50.0 * time) * time)


def agree(found, whole):
    """Each window is that part of the whole, but for the ringing where the file is cut off."""
    for start_s, window in found:
        start = round(start_s * RATE)
        expected = whole[start : start + len(window)]
        assert np.abs(window - expected)[200:-200].max(initial=0.0) < 1e-3


@pytest.mark.parametrize(
    ("samples", "starts_s"),
    [
        (1, [0.0]),
        (RATE, [0.0]),
        (3 * RATE - 1, [0.0]),
        (3 * RATE, [0.0]),
        (3 * RATE + 2, [0.0]),
        (3 * RATE + 8, [0.0, 8 / RATE]),
        (4 * RATE, [0.0, 1.0]),
        (5 * RATE + RATE // 2, [0.0, 1.0, 2.0, 2.5]),
        (7 * RATE - 8, [0.0, 1.0, 2.0, 3.0, 4.0 - 8 / RATE]),
    ],
)
def test_windows_begin_a_second_apart_and_reach_to_the_end(samples, starts_s, tmp_path):
    path = written(tmp_path / "a.wav", rising(3 * samples, FILE_RATE), FILE_RATE)
    found = list(windows(path, 60.0))
    assert [start_s for start_s, _ in found] == starts_s
    assert {len(window) for _, window in found} == {min(samples, 3 * RATE)}
    agree(found, rising(samples))


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
def test_other_rates_and_both_channels(rate, tmp_path):
    left = rising(round(4.5 * rate), rate)
    path = written(tmp_path / "a.wav", np.stack((left, 0.0 * left), axis=1), rate)
    found = list(windows(path, 60.0))
    assert [round(start_s, 2) for start_s, _ in found] == [0.0, 1.0, 1.5]
    agree(found, 0.5 * rising(round(4.5 * RATE)))


def test_too_long(tmp_path):
    path = written(tmp_path / "a.wav", np.zeros(FILE_RATE), FILE_RATE)
    with pytest.raises(RunoutError, match="longer than"):
        list(windows(path, 0.5))


def bright(seconds, *places_s):
    """A low tone with a high one for a tenth of a second at each place."""
    time = np.arange(round(seconds * FILE_RATE)) / FILE_RATE
    low, high = (0.3 * np.sin(2 * np.pi * hertz * time) for hertz in (200.0, 5000.0))
    for place_s in places_s:
        there = (time >= place_s) & (time < place_s + 0.1)
        low[there] = high[there]
    return low


def asked(folder, sound):
    path = written(folder / "a.wav", sound, FILE_RATE)
    return answer(path, forest(270.0, CENTROID), 60.0)


def test_an_answer_tells_every_window_that_is_likely_damaged(tmp_path):
    found = asked(tmp_path, bright(8.4, 4.5))
    assert (found["status"], found["total"]) == ("scratch_detected", 3)
    assert found["seconds"] == [
        {"second": second, "probability": 0.85} for second in (2.0, 3.0, 4.0)
    ]


def test_the_end_counts_and_so_does_a_short_file(tmp_path):
    assert [one["second"] for one in asked(tmp_path, bright(8.4, 8.2))["seconds"]] == [5.4]
    assert [one["second"] for one in asked(tmp_path, bright(0.6, 0.3))["seconds"]] == [0.0]
    assert asked(tmp_path, bright(0.6))["seconds"] == []


def test_a_clean_answer(tmp_path):
    assert asked(tmp_path, bright(8.4)) == {"status": "clean", "total": 0, "seconds": []}
