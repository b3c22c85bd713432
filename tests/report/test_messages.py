import dataclasses
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.examples import CLICK, CRACKLE, GRADE, IDLE, OPINION, PLAYING, SIDE, TICK
from runout.report import messages
from runout.report.instant import iso_utc
from runout.side.side import DefectHeard

NOON = datetime(2025, 1, 31, 12, 0, 0, 123456, UTC)


def test_an_event_has_the_fields_of_the_contract_rounded() -> None:
    assert messages.event_fields(CLICK) == {
        "id": "e1",
        "time_s": 12.3457,
        "duration_s": 0.00112,
        "kind": "click",
        "channel": "left",
        "peak_db": 14.2,
        "confidence": 0.988,
        "part_of": None,
    }


def test_how_loudly_it_is_heard_is_told_where_it_is_known() -> None:
    assert messages.event_fields(replace(CLICK, audible_db=-3.4567))["audible_db"] == -3.5
    assert "audible_db" not in messages.event_fields(CLICK)


def test_only_crackle_has_a_rate() -> None:
    assert messages.event_fields(CRACKLE)["rate_per_s"] == 41.24
    assert messages.event_fields(TICK)["part_of"] == "c1"
    assert "rate_per_s" not in messages.event_fields(TICK)


def test_a_scratch_has_its_speed_turns_angle_and_drift() -> None:
    scratch = replace(
        CRACKLE,
        kind="scratch",
        rate_per_s=None,
        rpm=33.3412,
        turns=7,
        angle_deg=123.456,
        drift_deg_per_turn=-1.2345,
    )
    told = messages.event_fields(scratch)
    assert (told["rpm"], told["turns"]) == (33.34, 7)
    assert (told["angle_deg"], told["drift_deg_per_turn"]) == (123.5, -1.23)
    assert "rate_per_s" not in told
    assert "rpm" not in messages.event_fields(CRACKLE)


def test_a_graded_file_is_one_line_with_the_fields_of_the_contract_in_order() -> None:
    line = messages.grade_line("side ä\n.flac", SIDE)
    assert "\n" not in line
    assert line.isascii()
    told = json.loads(line)
    assert list(told) == [
        "file",
        "duration_s",
        "sample_rate",
        "rpm",
        "grade",
        "counts",
        "measurements",
        "events",
        "model",
        "parts",
        "tracks",
    ]
    assert told["file"] == "side ä\n.flac"
    assert told["rpm"] == 33.33
    assert told["grade"] == {
        "scale": "goldmine",
        "label": "VG+",
        "name": "Very Good Plus (VG+)",
        "index": 1.23,
        "confidence": 0.71,
        "probabilities": {"NM": 0.04, "VG+": 0.71, "VG": 0.2, "G+": 0.05},
        "limited_by": "crackle in the lead-in",
        "reason": "VG+: crackle in the lead-in; now and then a click",
        "table_version": "1",
        "evidence": [
            {
                "measure": "audible_clicks_per_min",
                "value": 1.1234,
                "unit": "1/min",
                "grade": "VG+",
                "index": 1.23,
            },
            {
                "measure": "surface_noise_db",
                "value": -52.135,
                "unit": "dB",
                "grade": "NM",
                "index": 0.35,
            },
        ],
    }
    assert told["counts"] == {"click": 1184, "pop": 1, "crackle": 2, "skip": 0}
    assert told["measurements"] == {"surface_noise_db": -52.135, "hum_db": 0.0}
    assert "-0.0" not in line
    assert [event["id"] for event in told["events"]] == ["e1", "c1", "e2"]
    assert told["model"] == {"name": "wear", "version": "1.0", "sha256": "ab" * 32}
    assert told["parts"] == [
        {"part": "lead_in", "start_s": 0.3, "end_s": 7.55, "track": None},
        {"part": "track", "start_s": 7.55, "end_s": 1190.5, "track": 1},
    ]


def test_an_event_in_a_track_names_it() -> None:
    assert messages.event_fields(replace(CLICK, track=3))["track"] == 3
    assert "track" not in messages.event_fields(CLICK)


def test_a_withheld_grade_is_null_and_says_why() -> None:
    withheld = dataclasses.replace(
        GRADE, label=None, index=None, confidence=None, limited_by="too short"
    )
    told = messages.side_fields(dataclasses.replace(SIDE, grade=withheld, rpm=None))
    assert told["rpm"] is None
    assert told["grade"]["label"] is None
    assert told["grade"]["index"] is None
    assert told["grade"]["confidence"] is None
    assert told["grade"]["limited_by"] == "too short"


def test_a_heard_defect_is_an_event_with_type_phase_side_and_time() -> None:
    payload = messages.event_payload(DefectHeard("s1", "begin", CRACKLE), NOON)
    assert list(payload)[:4] == ["event_type", "phase", "side_id", "time"]
    assert payload["event_type"] == "crackle"
    assert payload["phase"] == "begin"
    assert payload["side_id"] == "s1"
    assert payload["time"] == "2025-01-31T12:00:00.123Z"
    assert payload.items() >= messages.event_fields(CRACKLE).items()


def test_a_side_over_mqtt_has_no_list_of_events() -> None:
    payload = messages.side_payload(SIDE, NOON)
    assert list(payload) == [
        "side_id",
        "started_at",
        "duration_s",
        "rpm",
        "grade",
        "counts",
        "measurements",
        "model",
        "parts",
        "tracks",
    ]
    assert payload["started_at"] == "2025-01-31T12:00:00.123Z"


def test_state_names_both_channels_and_silence_is_null() -> None:
    assert messages.state_payload(PLAYING) == {
        "phase": "playing",
        "side_id": "s1",
        "elapsed_s": 12.3,
        "level_db": {"left": -23.4, "right": None},
        "counts": {"click": 3},
        "clicks_per_min": 7.0,
        "part": "track",
        "track": 2,
        "outlook": {
            "label": "VG+",
            "index": 1.23,
            "confidence": 0.712,
            "may_become": ["NM", "VG+", "VG"],
            "limited_by": "a click now and then",
        },
        "sensitivity": "normal",
        "clipped_percent": 0.0,
        "measurements": {},
    }
    assert messages.state_payload(IDLE)["side_id"] is None
    assert messages.state_payload(IDLE)["outlook"] is None


def test_each_track_is_told_and_a_second_opinion_where_there_is_one() -> None:
    fields = messages.side_fields(SIDE)
    assert fields["tracks"] == [
        {
            "track": 1,
            "start_s": 7.55,
            "end_s": 1190.5,
            "counts": {"click": 2},
            "measurements": {"clicks_per_min": 1.0235},
        }
    ]
    assert "second_opinion" not in fields
    asked = messages.side_fields(dataclasses.replace(SIDE, opinion=OPINION))
    assert asked["second_opinion"] == {
        "label": "VG",
        "index": 1.88,
        "probabilities": {"VG+": 0.2, "VG": 0.8},
        "name": "ours",
        "sides": 120,
        "records": 75,
    }


def test_times_are_told_in_utc() -> None:
    summer = timezone(timedelta(hours=2))
    assert iso_utc(datetime(2025, 7, 1, 1, 30, tzinfo=summer)) == "2025-06-30T23:30:00.000Z"


@given(st.floats(), st.floats(), st.floats())
def test_whatever_the_numbers_are_it_is_json(time_s: float, peak_db: float, value: float) -> None:
    event = dataclasses.replace(CLICK, time_s=time_s, peak_db=peak_db, rate_per_s=value)
    side = dataclasses.replace(SIDE, events=(event,), measurements={"hum_db": value}, rpm=value)

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    json.loads(messages.grade_line("f", side), parse_constant=refuse)


def test_numpy_numbers_go_through() -> None:
    event = dataclasses.replace(CLICK, time_s=np.float64(1.5), peak_db=np.float32(2.25))
    counts = {"click": np.int64(3)}
    side = dataclasses.replace(
        SIDE, events=(event,), counts=counts, measurements={"hum_db": np.float32(-60.5)}
    )
    told = json.loads(messages.grade_line("f", side))
    assert told["events"][0]["time_s"] == 1.5
    assert told["counts"] == {"click": 3}
    assert told["measurements"] == {"hum_db": -60.5}
