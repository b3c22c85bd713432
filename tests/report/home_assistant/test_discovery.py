"""The device's payload, and what its templates make of what the box says."""

import json
import re
from datetime import datetime

import jinja2
import pytest

from report.examples import HEALTH, IDLE, PLAYING, SIDE
from runout.grading.grade import LABELS
from runout.health import health_fields
from runout.report import messages
from runout.report.home_assistant.discovery import (
    _SHORT,
    MOST_RETIRED,
    REVIVED_AT_ONCE,
    birth_topic,
    config_topic,
    device_config,
    retired_by,
    to_payload,
)
from runout.report.home_assistant.entities import EVENT_TYPES, PARTS
from runout.report.home_assistant.triggers import TRIGGERS
from runout.report.instant import iso_utc
from runout.report.messages import Fields
from runout.report.mqtt.commands import COMMANDS, parse
from runout.report.mqtt.link import LARGEST_PACKET
from runout.report.mqtt.topics import Topics

TOPICS = Topics("runout", "Box-1")
CONFIG = device_config(TOPICS)
COMPONENTS: dict[str, Fields] = CONFIG["components"]  # type: ignore[assignment]
ENTITIES = {key: c for key, c in COMPONENTS.items() if c["platform"] != "device_automation"}
STARTED = datetime.fromisoformat("2026-01-31T20:15:00+00:00")

# As Home Assistant has them; what isn't defined is an error here, and a warning in its log there.
JINJA = jinja2.Environment(undefined=jinja2.StrictUndefined)


def shown(key: str, fields: object, which: str = "value_template") -> str:
    return JINJA.from_string(str(COMPONENTS[key][which])).render(value_json=fields)


def test_it_is_said_where_home_assistant_listens() -> None:
    assert config_topic("homeassistant", TOPICS) == "homeassistant/device/Box-1/config"
    assert birth_topic("ha/one") == "ha/one/status"


def test_the_device_says_who_it_is() -> None:
    assert CONFIG["device"]["identifiers"] == ["runout_Box-1"]
    assert CONFIG["origin"].keys() >= {"name", "sw_version"}
    assert CONFIG["availability_mode"] == "all"
    assert [row["topic"] for row in CONFIG["availability"]] == [
        "runout/Box-1/availability",
        "runout/Box-1/audio/availability",
    ]


def test_every_entity_has_an_id_a_name_and_an_icon() -> None:
    ids = [fields["unique_id"] for fields in ENTITIES.values()]
    names = [(fields["platform"], fields["name"]) for fields in ENTITIES.values()]
    assert len(set(ids)) == len(set(names)) == len(ENTITIES)
    for key, fields in ENTITIES.items():
        assert fields["default_entity_id"] == f"{fields['platform']}.runout_box_1_{key}"
        assert re.fullmatch(r"mdi:[a-z-]+", str(fields["icon"]))


def test_two_boxes_share_no_id() -> None:
    other: dict[str, Fields] = device_config(Topics("runout", "Box-2"))["components"]  # type: ignore[assignment]
    ids = [{c.get("unique_id") for c in found.values()} - {None} for found in (COMPONENTS, other)]
    assert not ids[0] & ids[1]


def test_the_last_side_and_the_boxs_health_need_no_sound() -> None:
    box_alone = [{"topic": TOPICS.availability}]
    for key, fields in ENTITIES.items():
        living = fields.get("state_topic", TOPICS.state) in (TOPICS.state, TOPICS.event)
        asked = "command_topic" in fields
        expected = None if living and not asked else box_alone
        assert fields.get("availability") == expected, key


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"grade": None, "counts": None, "measurements": None, "level_db": None, "label": None},
        {"grade": {"label": None, "limited_by": None}, "level_db": {"left": None}, "part": None},
    ],
)
def test_what_is_missing_or_null_is_unknown(fields: Fields) -> None:
    for key, component in ENTITIES.items():
        if "value_template" in component:
            assert shown(key, fields) in ("None", "OFF", "0", ""), key
        if "json_attributes_template" in component:
            assert isinstance(json.loads(shown(key, fields, "json_attributes_template")), dict)


def test_what_the_box_says_while_playing_is_shown() -> None:
    state = messages.state_payload(PLAYING) | {"skipping": True, "label": {"artist": "Ö"}}
    assert shown("playing", state) == "ON"
    assert shown("skipping", state) == "ON"
    assert shown("part", state) == PLAYING.part.replace("_", " ")
    assert shown("side_time", state) == str(round(PLAYING.elapsed_s, 1))
    assert shown("click_count", state) == str(PLAYING.counts.get("click", 0))
    assert shown("level_left", state) == str(round(PLAYING.level_db[0], 1))
    assert shown("artist", state) == "Ö"
    idle = messages.state_payload(IDLE)
    assert shown("playing", idle) == "OFF"
    assert shown("skipping", idle) == "OFF"


def test_every_part_is_an_option_in_words() -> None:
    options = COMPONENTS["part"]["options"]
    assert [shown("part", {"part": part}) for part in PARTS] == options


@pytest.mark.parametrize(
    ("part", "there"), [("track", "OFF"), ("run_out", "ON"), ("locked_run_out", "ON")]
)
def test_the_needle_is_to_be_lifted_in_the_run_out(part: str, there: str) -> None:
    assert shown("lift_needle", {"part": part}) == there


@pytest.mark.parametrize(
    ("glitches", "elapsed_s", "problem"),
    [(6, 10, "OFF"), (7, 10, "ON"), (7, 120, "OFF"), (13, 120, "ON")],
)
def test_more_than_six_capture_glitches_a_minute_are_a_problem(
    glitches: int, elapsed_s: int, problem: str
) -> None:
    state = {"counts": {"capture_glitch": glitches}, "elapsed_s": elapsed_s}
    assert shown("capture_problem", state) == problem


def test_clipping_is_a_problem() -> None:
    assert shown("clipping", {"clipped_percent": 0.01}) == "ON"
    assert shown("clipping", {"clipped_percent": 0.0}) == "OFF"


def test_a_side_shows_its_grade_with_the_evidence() -> None:
    side = messages.side_payload(SIDE, STARTED)
    assert shown("grade", side) == SIDE.grade.label
    assert COMPONENTS["grade"]["options"] == list(LABELS)
    assert shown("side_started", side) == iso_utc(STARTED)
    attributes = json.loads(shown("grade", side, "json_attributes_template"))
    assert attributes["limited_by"] == SIDE.grade.limited_by
    assert attributes["evidence"] == side["grade"]["evidence"]
    assert attributes["counts"] == side["counts"]


def test_a_long_reason_is_cut_to_what_a_state_may_have() -> None:
    assert len(shown("reason", {"grade": {"limited_by": "words " * 100}})) <= 255
    assert shown("reason", {"grade": {"reason": "VG: ticks", "limited_by": "x"}}) == "VG: ticks"


def test_health_is_shown() -> None:
    health = health_fields(HEALTH)
    assert shown("temperature", health) == str(health["temperature_c"])
    assert shown("capture_glitches", health) == str(health["capture_glitches"])
    assert shown("throttled", {"throttled": True}) == "ON"
    assert shown("throttled", {"throttled": False}) == "OFF"


def test_what_is_pressed_is_a_command_that_the_box_takes() -> None:
    for key, fields in ENTITIES.items():
        if "command_topic" not in fields:
            continue
        name = str(fields["command_topic"]).removeprefix("runout/Box-1/cmd/")
        assert name in COMMANDS, key
        values = fields.get("options", ['a "name"'])
        for value in values:
            template = str(fields.get("command_template", fields.get("payload_press")))
            sent = JINJA.from_string(template).render(value=value)
            assert parse(name, sent.encode()).name == name


def test_every_kind_of_event_has_its_type() -> None:
    assert COMPONENTS["defect"]["event_types"] == list(EVENT_TYPES)
    assert {"click", "skip", "locked_groove", "identify"} <= set(EVENT_TYPES)


def test_device_triggers_listen_to_plain_words() -> None:
    triggers = {c["payload"]: c for c in COMPONENTS.values() if c["platform"] not in PLATFORMS}
    assert set(triggers) == set(TRIGGERS)
    for fields in triggers.values():
        assert fields["topic"] == TOPICS.trigger
        assert fields["automation_type"] == "trigger"
    assert len({(c["type"], c["subtype"]) for c in triggers.values()}) == len(TRIGGERS)


PLATFORMS = {str(fields["platform"]) for fields in ENTITIES.values()}


def test_an_entity_of_another_version_is_taken_away() -> None:
    older = device_config(TOPICS)
    older["components"]["dust"] = {"platform": "sensor", "name": "Dust"}
    retired = retired_by(json.dumps(older), CONFIG)
    assert retired == {"dust": "sensor"}
    now: dict[str, Fields] = device_config(TOPICS, retired=retired)["components"]  # type: ignore[assignment]
    assert now["dust"] == {"platform": "sensor"}
    assert next(iter(now)) == "dust"
    # ... and goes on to be, when a third version reads that one.
    third = to_payload(device_config(TOPICS, retired=retired), TOPICS)
    assert retired_by(third, CONFIG) == retired


def test_what_is_revived_can_be_set_up() -> None:
    gone = {"dust": "sensor", "on_dust": "device_automation"}
    config = device_config(TOPICS, retired=gone, revive=gone)
    revived: dict[str, Fields] = config["components"]  # type: ignore[assignment]
    assert revived["dust"]["unique_id"] == "runout_Box-1_dust"
    assert "state_topic" in revived["dust"]
    assert revived["on_dust"] == {"platform": "device_automation"}


def test_what_is_still_there_is_not_taken_away() -> None:
    assert retired_by(json.dumps(CONFIG), CONFIG) == {}


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        "[]",
        "{}",
        '{"components": 1}',
        '{"components": {"dust": 1}}',
        '{"components": {"dust": {"platform": "rocket"}}}',
        '{"components": {"dust": {"platform": ["sensor"]}}}',
        '{"components": {"DUST/#": {"platform": "sensor"}}}',
    ],
)
def test_rubbish_that_the_broker_kept_takes_nothing_away(kept: str | bytes) -> None:
    assert retired_by(kept, CONFIG) == {}


def packet_of(topics: Topics, prefix: str, revive: bool) -> int:
    """Bytes of the longest PUBLISH behind its fixed header (MQTT 3.1.1, 3.3): QoS 1."""
    gone = {f"{number:_<24}": "select" for number in range(MOST_RETIRED)}
    config = device_config(topics, gone, list(gone)[:REVIVED_AT_ONCE] if revive else ())
    topic = config_topic(prefix, topics)
    assert set(retired_by(to_payload(config, topics), CONFIG)) == set(gone)
    return 2 + len(topic) + 2 + len(to_payload(config, topics).encode())


@pytest.mark.parametrize("revive", [False, True])
def test_the_whole_packet_fits_into_what_rumqttd_takes(revive: bool) -> None:
    assert packet_of(Topics("runout", "a" * 16), "homeassistant", revive) <= 20_480


def test_with_the_longest_names_it_is_no_more_than_we_take_ourselves() -> None:
    """What the broker kept of us comes back, and must not be refused."""
    assert packet_of(Topics("runout", "a" * 64), "homeassistant", revive=True) <= 28_000
    assert packet_of(Topics("b" * 128, "a" * 64), "p" * 128, revive=True) <= LARGEST_PACKET


def test_every_key_can_be_retired() -> None:
    everything = json.dumps({"components": COMPONENTS})
    nothing: Fields = {"components": {}}
    for key in COMPONENTS:
        one = json.dumps({"components": {key: COMPONENTS[key]}})
        assert set(retired_by(one, nothing)) == {key}
    assert len(retired_by(everything, nothing)) == MOST_RETIRED


def expanded(payload: str) -> Fields:
    """As Home Assistant reads it: abbreviations and the base topic in full, what all share."""
    long = {short: name for name, short in _SHORT.items()}

    def named(value: object) -> object:
        if isinstance(value, list):
            return [named(one) for one in value]
        if isinstance(value, dict):
            return {long.get(name, name): named(one) for name, one in value.items()}
        return value

    config = json.loads(payload)
    components = {}
    for key, fields in config.pop("components").items():
        base = fields.pop("~", "~")
        told = json.loads(json.dumps(named(fields)).replace('"~/', f'"{base}/'))
        components[key] = told
    config = named(config)
    assert isinstance(config, dict)
    return config | {"components": components}


def test_what_is_short_says_all_that_was_long() -> None:
    short = to_payload(CONFIG, TOPICS)
    read = expanded(short)
    for key, fields in COMPONENTS.items():
        shared = {"state_topic": CONFIG["state_topic"]} if "state_topic" in fields else {}
        assert shared | read["components"][key] == fields, key  # type: ignore[index,operator]
    assert {**read, "components": 0} == {**CONFIG, "components": 0}
    for fields in json.loads(short)["components"].values():
        assert json.dumps(fields).count("runout/Box-1") <= 1


def test_so_much_is_remembered_and_no_more() -> None:
    many = {f"old_{n}": {"platform": "sensor"} for n in range(1000)}
    assert len(retired_by(json.dumps({"components": many}), CONFIG)) == MOST_RETIRED


def test_what_goes_now_comes_before_what_went_long_ago() -> None:
    """Else an upgrade would leave ghosts where earlier ones have filled the list."""
    long_ago = {f"old_{n}": {"p": "sensor"} for n in range(MOST_RETIRED)}
    now = {f"new_{n}": {"p": "sensor", "name": "New"} for n in range(MOST_RETIRED - 1)}
    gone = retired_by(json.dumps({"components": long_ago | now}), CONFIG)
    assert list(gone) == [*now, "old_0"]
