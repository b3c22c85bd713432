"""The whole line without its surroundings."""

import math
from itertools import count

import numpy as np
import pytest
import soundfile
import soxr

from runout.grading.table import load_table
from runout.line import Line
from runout.measure.groove_noise import is_groove_noise
from runout.model.card import load_model
from runout.side.side import DefectHeard, SideEnded, SideStarted
from simulated_sides import simulated
from sounds import DATA, HISS, SHELLAC, faded_out, noise, real_music, with_clicks

MODEL, TABLE = load_model(), load_table()
RATE = 44_100


def heard(sound, rate=RATE, block=4410, lift_s=math.inf):
    numbers = count(1)
    line = Line(MODEL, TABLE, rate, lambda: f"s{next(numbers)}", lift_s)
    said = []
    for start in range(0, len(sound), block):
        said += line.feed(sound[start : start + block])
    said += line.finish()
    assert line.state.phase in ("idle", "playing", "needle_down")
    return said


def silence(seconds):
    return noise(seconds, level=10 ** (-84 / 20))


def shellac():
    sound, rate = soundfile.read(SHELLAC, dtype="float32")
    assert rate == 48_000
    return sound


def test_a_side_is_started_its_defects_told_and_ended():
    said = heard(with_clicks(real_music(8.0), [2.0, 5.0], over=12))
    assert [type(one) for one in said] == [SideStarted, DefectHeard, DefectHeard, SideEnded]
    side = said[-1]
    assert [event.time_s for event in side.events] == pytest.approx([2.0, 5.0], abs=0.003)
    assert side.duration_s == pytest.approx(8.0, abs=0.01)
    assert side.counts == {"click": 2}
    assert side.measurements["clicks_per_min"] == pytest.approx(15.0, rel=0.01)
    # Two clicks far over soft treble in 8 s, as many as 15 a minute: each counts for several.
    assert side.grade.label == "G"
    assert side.grade.limited_by == "two loud clicks in track 1"


@pytest.mark.parametrize("block", [441, 30_000])
def test_blocks_of_any_size_give_the_same(block):
    sound = np.concatenate((silence(1.0), with_clicks(real_music(6.0), [2.0, 3.0])))
    assert heard(sound, block=block) == heard(sound, block=len(sound))


def test_two_sides_do_not_know_of_each_other():
    worn, clean = with_clicks(real_music(7.0), [1.0, 2.0, 3.5], over=20), real_music(7.0)
    sound = np.concatenate((silence(2), worn, silence(6), clean, silence(6)))
    said = heard(sound, lift_s=4.0)
    sides = [one for one in said if isinstance(one, SideEnded)]
    assert [side.side_id for side in sides] == ["s1", "s2"]
    assert [side.counts for side in sides] == [{"click": 3}, {}]
    assert [side.time_s for side in sides] == pytest.approx([2.0, 15.0], abs=0.25)
    assert [side.duration_s for side in sides] == pytest.approx([7.0, 7.0], abs=0.4)
    ids = [one.event.id for one in said if isinstance(one, DefectHeard)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("extra", [0, 1, 300, 4096])
def test_the_length_of_the_last_step_does_not_matter(extra):
    sound = with_clicks(real_music(7.0), [2.0, 5.0], over=12)[: 37 * 8192 + extra]
    side = heard(sound)[-1]
    assert side.heard_s == pytest.approx(len(sound) / RATE, abs=0.5)
    assert side.measurements["clicks_per_min"] == pytest.approx(120 / (len(sound) / RATE), rel=0.01)


def test_one_dead_channel_does_not_hide_the_other():
    sound = with_clicks(real_music(7.0), [2.0, 5.0], over=12, channel="left")
    sound[:, 1] = 0.0
    side = heard(sound)[-1]
    assert side.heard_s > 6.0
    # The model hears nothing of such a record, so it must not pass for a clean one.
    assert side.grade.label is None
    assert "the right channel is all but silent" in side.grade.limited_by


def test_silence_around_the_music_is_not_its_surface_noise():
    sound = np.concatenate((np.zeros((44_100, 2), np.float32), real_music(7.0), silence(3.0)))
    assert "surface_noise_db" not in heard(sound)[-1].measurements


def test_a_click_while_no_needle_is_down_is_none():
    sound = with_clicks(silence(6.0), [1.0, 3.0], over=100)
    assert heard(sound) == []


def test_the_landing_of_the_needle_is_no_defect():
    landing = with_clicks(real_music(6.0), [0.05, 0.15, 3.3], over=24, channel="left")
    said = heard(np.concatenate((silence(2.0), landing)))
    events = [one.event.time_s for one in said if isinstance(one, DefectHeard)]
    assert events == pytest.approx([5.3], abs=0.003)


def test_crackle_stands_beside_its_ticks_and_is_told_as_begin_and_end():
    said = heard(shellac(), rate=48_000)
    phases = [one.phase for one in said if isinstance(one, DefectHeard)]
    assert phases.count("begin") == phases.count("end") >= 1
    singles = [one.event for one in said if isinstance(one, DefectHeard) and one.phase == "single"]
    side = said[-1]
    assert len(singles) < side.counts["click"] / 3
    for episode in (event for event in side.events if event.kind == "crackle"):
        ticks = [event for event in side.events if event.part_of == episode.id]
        assert len(ticks) >= 10
        assert episode.time_s == ticks[0].time_s
        # An estimate of all ticks, those that were not told one by one included.
        assert episode.rate_per_s >= 0.99 * len(ticks) / max(episode.duration_s, 1.0)


@pytest.mark.parametrize("gain_db", [-12, 12])
def test_gain_leaves_the_grade_of_a_real_record(gain_db):
    plain = heard(shellac(), rate=48_000)[-1].grade
    other = heard(shellac() * np.float32(10 ** (gain_db / 20)), rate=48_000)[-1].grade
    if gain_db > 0:
        assert np.abs(shellac()).max() * 10 ** (gain_db / 20) < 1.2
    assert other.label == plain.label
    assert other.index == pytest.approx(plain.index, abs=0.3)


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_rate_leaves_the_grade_of_a_real_record(rate):
    plain = heard(shellac(), rate=48_000)[-1].grade
    at_rate = soxr.resample(shellac(), 48_000, rate).astype(np.float32)
    other = heard(at_rate, rate=rate)[-1].grade
    assert other.label == plain.label
    assert other.index == pytest.approx(plain.index, abs=0.3)


def test_state_follows_the_side():
    line = Line(MODEL, TABLE, RATE, lambda: "s1", 4.0)
    assert line.state.phase == "idle"
    assert line.state.side_id is None
    for _said in line.feed(with_clicks(real_music(8.0), [2.0, 5.0], over=12)):
        pass
    state = line.state
    assert (state.phase, state.side_id) == ("playing", "s1")
    assert 6.5 < state.elapsed_s <= 8.0
    assert state.counts == {"click": 2}
    assert state.clicks_per_min == pytest.approx(2 * 60 / state.elapsed_s, rel=0.01)
    assert all(-30 < level < -5 for level in state.level_db)


@pytest.mark.parametrize("lead_s", [1.0, 1.6, 2.5])
def test_a_steady_lead_in_is_no_preamp_once_music_comes(lead_s):
    sound = np.concatenate((noise(lead_s, level=0.001), real_music(8.0)))
    side = heard(sound)[-1]
    assert side.measurements["programme_dbfs"] == pytest.approx(
        heard(real_music(8.0))[-1].measurements["programme_dbfs"], abs=1.0
    )


def test_time_with_the_needle_lifted_changes_no_rate():
    sound = with_clicks(faded_out(real_music(12.0)), [3.0, 7.0], over=20)
    rates = [
        heard(np.concatenate((sound, silence(seconds))))[-1].measurements["clicks_per_min"]
        for seconds in (5.0, 60.0)
    ]
    assert rates[0] == pytest.approx(rates[1], rel=0.02)
    assert rates[0] == pytest.approx(10.0, rel=0.2)


def test_where_a_file_is_cut_amid_music_is_no_defect():
    line = Line(MODEL, TABLE, RATE, lambda: "s1", 4.0)
    music = 3.0 * real_music(4.0)[22_050:]
    said = [*line.feed(music), *line.finish()]
    (side,) = [one for one in said if isinstance(one, SideEnded)]
    end_s = len(music) / RATE
    assert not [event for event in side.events if not 0.003 <= event.time_s <= end_s - 0.006]


def test_a_file_is_one_side_however_long(monkeypatch):
    monkeypatch.setattr("runout.line._LONGEST_SIDE_S", 2.0)
    line = Line(MODEL, TABLE, RATE, lambda: "s1", math.inf)
    said = [*line.feed(np.tile(real_music(4.0), (2, 1))), *line.finish()]
    (side,) = [one for one in said if isinstance(one, SideEnded)]
    assert side.duration_s == pytest.approx(8.0, abs=0.01)


def test_events_name_their_track_and_what_ticks_in_the_run_out_makes_no_rate():
    music = faded_out(faded_out(real_music(10.0)[::-1], 0.5)[::-1], 0.5)
    music = with_clicks(music, [4.0], over=12)
    groove = noise(2.5, level=10 ** (-62 / 20))
    turns = [5.0 + 1.8 * turn for turn in range(8)]
    run_out = with_clicks(noise(22.0, level=10 ** (-62 / 20), seed=1), turns, over=60)
    sound = np.concatenate((silence(3.0), groove, music, run_out, silence(6.0)))
    side = heard(sound, lift_s=4.0)[-1]
    assert side.heard_s > 0.0
    assert [part.name for part in side.parts if part.name != "needle_drop"][:3] == [
        "lead_in",
        "track",
        "run_out",
    ]
    (in_music,) = [event for event in side.events if event.time_s < 15.5]
    assert in_music.track == 1
    ticks = [event for event in side.events if event.time_s > 16.0]
    assert len(ticks) >= 6
    assert {event.track for event in ticks} == {None}
    rated_s = 12.5
    assert side.measurements["clicks_per_min"] == pytest.approx(60 / rated_s, rel=0.1)
    assert side.counts["click"] + side.counts.get("pop", 0) == 1 + len(ticks)
    assert side.parts[-1].name == "locked_run_out"


def test_a_skip_shows_in_the_outlook_at_once(monkeypatch):
    for name in ("runout.line.OUTLOOK_S", "runout.grading.outlook.LEAST_S"):
        monkeypatch.setattr(name, 5.0)
    sound = np.ascontiguousarray(simulated(tracks=(30.0,), skips=1).sound.T)
    line = Line(MODEL, TABLE, RATE, lambda: "s1", 4.0)
    labels = []
    for start in range(0, len(sound), 2205):
        jumped = [
            one
            for one in line.feed(sound[start : start + 2205])
            if isinstance(one, DefectHeard) and one.event.kind == "skip"
        ]
        if jumped:
            labels.append(line.state.outlook.label)
            assert line.state.measurements["skips"] == 1.0
    assert labels == ["F"]


def test_figures_are_told_while_the_side_plays_and_none_before_or_after():
    line = Line(MODEL, TABLE, RATE, lambda: "s1", 4.0)
    sound = np.concatenate((silence(3.0), real_music(9.0), real_music(9.0), silence(6.0)))
    told = []
    for start in range(0, len(sound), 2205):
        for _ in line.feed(sound[start : start + 2205]):
            pass
        told.append(line.state.measurements)
    playing = [one for one in told if one]
    assert not told[0]
    assert not told[-1]
    assert {"clicks_per_min", "programme_dbfs"} <= playing[-1].keys()
    # Anew every 15 s.
    assert len({id(one) for one in playing}) == 2


def test_a_groove_without_music_has_no_figures_and_is_asked_after_once_in_a_while(monkeypatch):
    asked = []

    def ask(stretch):
        asked.append(len(stretch))
        return is_groove_noise(stretch)

    monkeypatch.setattr("runout.measure.meter.is_groove_noise", ask)
    hiss, rate = soundfile.read(HISS, dtype="float32")
    hiss = soxr.resample(hiss, rate, RATE)
    groove = np.concatenate((silence(3.0), *[hiss, hiss[::-1]] * 3))
    line = Line(MODEL, TABLE, RATE, lambda: "s1", 4.0)
    for start in range(0, len(groove), 2205):
        for _ in line.feed(groove[start : start + 2205]):
            pass
    assert line.state.phase == "playing"
    assert line.state.measurements == {}
    # At once, 15 s later, and so on.
    assert 2 <= len(asked) <= 1 + line.state.elapsed_s / 15.0


def test_crackle_that_is_on_as_the_needle_lands_again_counts():
    worn = np.tile(soxr.resample(shellac(), 48_000, RATE).astype(np.float32), (2, 1))
    once = heard(np.concatenate((silence(4.0), worn, silence(3.0))))[-1]
    again = heard(np.concatenate((silence(4.0), worn, silence(5.0), worn, silence(3.0))))[-1]
    assert again.grade.label == once.grade.label
    assert again.measurements["crackle_percent"] == pytest.approx(
        once.measurements["crackle_percent"], abs=5.0
    )
    known = {event.id for event in again.events}
    assert {event.part_of for event in again.events} - {None} <= known


HUM = 10 ** (-54 / 20)


def hummed(sound):
    time = np.arange(len(sound)) / RATE
    return sound + (np.sqrt(2) * HUM * np.sin(2 * np.pi * 50.0 * time))[:, None].astype(np.float32)


def a_side(thump=0.0):
    """Lead-in, music and run-out of a groove, and the thump of the lift."""
    groove = [
        noise(seconds, level=10 ** (-58 / 20), seed=seed) for seed, seconds in ((1, 5), (2, 9))
    ]
    time = np.arange(4410) / RATE
    groove[1][-6615:-2205] += (thump * np.exp(-time / 0.03) * np.sin(80 * np.pi * time))[
        :, None
    ].astype(np.float32)
    music = faded_out(faded_out(real_music(12.0)[::-1], 0.5)[::-1], 0.5)
    return np.concatenate((groove[0], music, groove[1]))


def test_the_side_before_is_not_the_needle_up():
    # Hum that the cartridge alone picks up, on two sides 8 s apart.
    sides = [hummed(a_side()), silence(8.0), hummed(a_side()), silence(6.0)]
    said = heard(np.concatenate((silence(6.0), *sides)).astype(np.float32), lift_s=4.0)
    told = [one.measurements for one in said if isinstance(one, SideEnded)]
    assert len(told) == 2
    documented = (DATA.parent.parent / "docs" / "grading.md").read_text()
    for one in told:
        assert not [name for name in one if f"`{name}`" not in documented]
        assert one["hum_dbfs"] == pytest.approx(-54.0, abs=0.5)
        assert "hum_needle_up_dbfs" not in one
        # White noise at -84 dBFS reads 5 to 8 dB more when weighted.
        assert one["noise_468_needle_up_dbfs"] == pytest.approx(-77.5, abs=1.5)


def test_a_lifts_thump_is_no_rumble():
    told = []
    for thump in (0.0, 0.1):
        sound = np.concatenate((silence(6.0), a_side(thump), silence(6.0)))
        side = heard(sound, lift_s=4.0)[-1]
        told.append([side.measurements[f"rumble_{one}_db"] for one in "ab"])
    assert told[1] == pytest.approx(told[0], abs=0.5)


def test_music_too_soft_to_be_told_is_no_groove():
    soft = np.tile(real_music(3.0), (5, 1)) * np.float32(0.004)
    side = heard(np.concatenate((silence(5.0), soft + silence(15.0), silence(6.0))))[-1]
    assert side.heard_s == 0.0
    names = ("noise_468_left", "noise_468_db", "rumble", "bandwidth")
    assert not [name for name in side.measurements if name.startswith(names)]
