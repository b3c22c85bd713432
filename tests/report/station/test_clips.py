from dataclasses import replace

import numpy as np
import pytest
import soundfile

from report.examples import CLICK, CRACKLE
from runout.report.station import clips as clips_module
from runout.report.station.clips import AFTER_S, BEFORE_S, KEPT_BYTES, Clips
from sounds import noise

RATE = 8_000


@pytest.fixture
def clips(tmp_path):
    made = Clips(tmp_path)
    made.begin(RATE)
    yield made
    made.close()


def at(time_s, event_id, event=CLICK):
    return replace(event, time_s=time_s, id=event_id)


def fed(clips, sound, rate=RATE):
    frames = round(0.05 * rate)
    for start in range(0, len(sound), frames):
        clips.feed(sound[start : start + frames])


def test_a_clip_is_the_sound_around_the_defect(clips, tmp_path):
    sound = noise(4.0, RATE)
    fed(clips, sound[: 2 * RATE])
    assert clips.promise(at(1.5, "s-1-1"))
    fed(clips, sound[2 * RATE :])
    clips.close()
    (path,) = tmp_path.iterdir()
    assert path.name == "s-1-1.flac"
    heard, rate = soundfile.read(path, dtype="float32")
    start, end = round((1.5 - BEFORE_S) * RATE), round((1.5 + AFTER_S) * RATE)
    assert rate == RATE
    assert np.abs(heard - sound[start:end]).max() < 2 / 32_768


def test_of_clicks_that_come_fast_one_a_second_has_a_clip_and_an_episode_beside_it(clips):
    fed(clips, noise(4.0, RATE))
    times = (1.0, 1.5, 1.99, 2.0, 3.0)
    assert [clips.promise(at(time_s, f"c{time_s}")) for time_s in times] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert clips.promise(at(1.2, "episode", CRACKLE))
    # Its end has it from its begin.
    assert clips.promise(at(1.2, "episode", CRACKLE))


def test_what_is_too_long_ago_has_none(clips):
    fed(clips, noise(12.0, RATE))
    assert not clips.promise(at(1.0, "gone", CRACKLE))
    assert clips.promise(at(8.0, "there", CRACKLE))


def test_what_is_promised_late_is_cut_first(clips, tmp_path):
    sound = noise(6.0, RATE)
    fed(clips, sound[: 5 * RATE])
    assert clips.promise(at(4.9, "later"))
    assert clips.promise(at(2.0, "earlier", CRACKLE))
    fed(clips, sound[5 * RATE : 5 * RATE + 400])
    clips.finish()
    clips.close()
    assert {path.stem for path in tmp_path.iterdir()} == {"later", "earlier"}
    # The source ended before all of it had sounded.
    assert soundfile.info(tmp_path / "later.flac").duration == pytest.approx(0.55, abs=0.01)


def test_a_defect_at_the_very_beginning_has_what_there_is(clips, tmp_path):
    fed(clips, noise(2.0, RATE))
    assert clips.promise(at(0.1, "first"))
    clips.finish()
    clips.close()
    assert soundfile.info(tmp_path / "first.flac").duration == pytest.approx(0.9)


def test_what_is_passed_over_has_none(clips):
    fed(clips, noise(2.0, RATE))
    clips.skip(5 * RATE)
    fed(clips, noise(2.0, RATE))
    assert not clips.promise(at(5.1, "before", CRACKLE))
    assert clips.promise(at(5.5, "after", CRACKLE))


def test_the_ring_is_bounded_over_restarts_too(tmp_path, monkeypatch):
    monkeypatch.setattr(clips_module, "RING_BYTES", 60_000)
    for run in range(3):
        clips = Clips(tmp_path)
        clips.begin(RATE)
        fed(clips, noise(3.0, RATE, seed=run))
        for number in range(3):
            assert clips.promise(at(0.5 + number, f"{run}-{number}"))
        clips.finish()
        clips.close()
    left = sorted(path.stem for path in tmp_path.iterdir())
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 60_000
    assert left[-1] == "2-2"
    assert "0-0" not in left


@pytest.mark.parametrize("rate", [48_000, 192_000])
def test_the_sound_that_is_kept_is_bounded_at_any_rate(clips, rate):
    clips.begin(rate)
    block = noise(0.05, rate)
    for _ in range(400):
        clips.feed(block)
    kept = clips._kept
    assert (kept.end - kept.start - len(block)) * 8 <= KEPT_BYTES


def test_a_folder_that_can_not_be_written_takes_no_sound_from_the_ear(tmp_path, caplog):
    (tmp_path / "clips").write_text("a file where the folder should be")
    clips = Clips(tmp_path / "clips")
    clips.begin(RATE)
    for number in range(3):
        fed(clips, noise(1.0, RATE))
        clips.promise(at(number + 0.5, f"{number}"))
    clips.finish()
    clips.close()
    assert len(caplog.records) == 1
