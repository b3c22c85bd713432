from dataclasses import replace

import pytest

from grading.test_places import PARTS
from grading.test_table import CLEAN
from runout.defects.event import Event
from runout.grading.table import Told, grade, load_table
from runout.side.tracks import Part

TABLE = load_table()


def event(kind, time_s, duration_s=0.001, audible_db=15.0, part_of=None):
    return Event(
        f"{kind}{time_s}", time_s, duration_s, kind, "both", 12.0, 1.0, part_of=part_of,
        audible_db=audible_db, rate_per_s=40.0 if kind == "crackle" else None,
    )  # fmt: skip


def reason(*events, parts=PARTS, **measured):
    side = grade({**CLEAN, **measured}, 785.0, 48_000, TABLE, Told(events, parts))
    assert side.limited_by == side.reason.split(": ", 1)[1].split("; ")[0]
    return side.reason


def test_the_reason_of_the_issue():
    events = [event("scratch", 250.0, 39.0)]
    assert reason(*events, audible_scratched_percent=5.0, noise_468_db=-39.9) == (
        "VG: ticks every turn for 40 s in track 2; "
        "noise heard in the lead-in and between the tracks"
    )


@pytest.mark.parametrize(
    ("events", "measured", "words"),
    [
        ([event("skip", 724.9)], {"skips": 1.0}, "F: a skip in track 3 at 12:04"),
        ([event("skip", 724.9), event("skip", 100.0)], {"skips": 2.0},
         "F: two skips, the first in track 1 at 1:40"),
        ([event("locked_groove", 724.9, 20.0)], {"locked_grooves": 1.0},
         "P: a locked groove in track 3 at 12:04"),
        ([event("crackle", 9.0, 27.0)], {"audible_crackle_percent": 4.0},
         "VG: crackle in the first 30 s of track 1"),
        ([event("crackle", 300.0, 30.0)], {"audible_crackle_percent": 4.0},
         "VG: crackle for 30 s in track 2"),
        ([event("crackle", t, 100.0) for t in (20.0, 300.0, 600.0)],
         {"audible_crackle_percent": 38.0}, "G: crackle throughout"),
        ([event("pop", 300.0, audible_db=28.0)], {"audible_pops_per_min": 0.3},
         "VG+: one loud pop in track 2"),
        ([event("pop", 300.0), event("pop", 310.0)], {"audible_pops_per_min": 0.3},
         "VG+: two pops in track 2"),
        ([event("click", float(t), audible_db=5.0) for t in range(20, 780)],
         {"audible_clicks_per_min": 8.0}, "VG: soft clicks throughout, about 60 a minute"),
        ([event("click", float(t)) for t in range(20, 780, 80)],
         {"audible_clicks_per_min": 0.4}, "VG+: now and then a click"),
        ([event("click", float(t)) for t in range(300, 400)],
         {"audible_clicks_per_min": 3.0, "worst_minute_loudness": 13.0}, "VG: clicks in track 2"),
        ([event("click", float(t)) for t in range(300, 362)], {"worst_minute_loudness": 13.0},
         "VG: about 60 clicks within a minute in track 2"),
        ([event("distortion", t, 40.0) for t in (640.0, 700.0)], {"distorted_percent": 10.0},
         "VG: distortion for 80 s in track 3"),
        ([event("dropout", 200.0, audible_db=None)], {"dropouts_per_min": 0.3},
         "VG+: one dropout in track 2"),
        ([event("scratch", t, 20.0) for t in (210.0, 600.0)], {"audible_scratched_percent": 5.0},
         "VG: ticks every turn in tracks 2 and 3, 40 s in all"),
        ([], {"surface_noise_db": -45.0}, "VG+: light noise in quiet passages"),
    ],
)  # fmt: skip
def test_reasons_name_what_and_where(events, measured, words):
    assert reason(*events, **measured) == words


def test_what_cannot_be_heard_or_is_in_the_run_out_is_no_reason():
    heard = [event("pop", 300.0), event("pop", 100.0, audible_db=-3.0), event("pop", 800.0)]
    assert reason(*heard, audible_pops_per_min=0.3) == "VG+: one pop in track 2"


def test_members_of_an_episode_are_told_by_it():
    heard = [event("click", 300.0), event("click", 100.0, part_of="s1")]
    assert reason(*heard, audible_clicks_per_min=0.5) == "VG+: one click in track 2"


def test_a_box_tells_times_from_the_needle_down():
    later = [replace(part, start_s=part.start_s + 5e3, end_s=part.end_s + 5e3) for part in PARTS]
    said = reason(event("skip", 5724.9), parts=later, skips=1.0)
    assert said == "F: a skip in track 3 at 12:04"


def test_one_pop_that_makes_a_bad_minute_is_one_pop():
    one = [event("pop", 300.0, audible_db=40.0)]
    assert reason(*one, worst_minute_loudness=4.0) == "VG+: one loud pop in track 2"
    two = [*one, event("click", 301.0, audible_db=40.0)]
    assert reason(*two, worst_minute_loudness=8.0) == (
        "VG+: two loud clicks within a minute in track 2"
    )


def test_the_worst_minute_is_one_of_a_track():
    lead_in = [event("click", 1.0 + n / 2, audible_db=40.0) for n in range(8)]
    track = [event("click", 300.0 + n) for n in range(5)]
    assert reason(*lead_in, *track, worst_minute_loudness=4.0) == (
        "VG+: about five clicks within a minute in track 2"
    )


def test_many_in_a_short_place_are_not_now_and_then():
    told = [event("click", 8.5 + 2.0 * n) for n in range(12)]
    assert reason(*told, audible_clicks_per_min=0.9) == ("VG+: clicks in the first 30 s of track 1")


def test_crackle_is_heard_where_its_ticks_are_heard_together():
    def crackled(audible_db):
        ticks = [event("click", 20.0 + n / 40, audible_db=audible_db, part_of="crackle20.0")
                 for n in range(800)]  # fmt: skip
        crackle = event("crackle", 20.0, 20.0, audible_db=audible_db)
        return reason(*ticks, crackle, audible_crackle_percent=2.0)

    # Each by itself lies 1 dB under its threshold, at 40 a second 1.7 dB over it.
    assert crackled(-1.0) == "VG: crackle in the first 40 s of track 1"
    assert crackled(-9.0) == "VG: crackle for 2.0 % of the time"


def test_crackle_that_goes_on_in_the_run_out_is_told_as_far_as_it_counts():
    crackle = event("crackle", 600.0, 240.0, audible_db=None)
    assert reason(crackle, audible_crackle_percent=30.0) == "G+: crackle for 3 min in track 3"


def test_a_little_in_every_track_is_here_and_there():
    told = [event("crackle", t, 15.0) for t in (20.0, 300.0, 600.0)]
    assert reason(*told, audible_crackle_percent=4.0) == "VG: crackle here and there, 45 s in all"
    told = [event("scratch", t, 15.0) for t in (20.0, 300.0, 600.0)]
    assert reason(*told, audible_scratched_percent=4.0) == (
        "VG: ticks every turn here and there, 45 s in all"
    )


def test_noise_is_not_said_of_a_lead_in_that_is_none():
    short = (Part("lead_in", 0.0, 0.3), Part("track", 0.3, 200.0, 1), Part("run_out", 200.0, 220.0))
    assert reason(parts=short, noise_468_db=-45.0) == "VG+: light noise in the run-out"


def test_without_places_the_tables_own_words_serve():
    heard = [event("scratch", 250.0, 39.0)]
    assert reason(*heard, parts=(), audible_scratched_percent=5.0) == (
        "VG: scratches for 5.0 % of the time"
    )
    assert reason(audible_scratched_percent=5.0) == "VG: scratches for 5.0 % of the time"
    assert reason(inner_groove_distorted_percent=10.0) == "VG+: distortion towards the label"


def test_at_most_three_reasons_and_only_of_the_same_label():
    said = reason(
        event("pop", 300.0), audible_pops_per_min=0.9, distorted_percent=5.0, dropouts_per_min=0.5,
        audible_clicks_per_min=0.4, noise_468_db=-60.0,
    )  # fmt: skip
    assert said == "VG+: one pop in track 2; 0.5 dropouts a minute; distortion for 5 % of the time"
