"""Runout as a person meets it in Home Assistant."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from home_assistant.box import CLICKS_S, Box, side
from home_assistant.browser import looking_at
from home_assistant.house import House, wait_for
from pulse import NEEDS_PULSE, pulse_sink
from report.brokers import Mosquitto, Recorder
from runout.grading.grade import LABELS
from runout.report.home_assistant.discovery import config_topic, device_config
from runout.report.home_assistant.entities import EVENT_TYPES, entities
from runout.report.home_assistant.triggers import IN_WORDS
from runout.report.messages import Fields, to_json
from runout.report.mqtt.topics import Topics

TOPICS = Topics("runout", "box")
ENTITIES = entities(TOPICS)
OF_THE_SOUND = ("binary_sensor.runout_box_playing", "sensor.runout_box_clicks_per_min")
OF_THE_BOX = ("sensor.runout_box_grade", "sensor.runout_box_temperature")
PICTURES = Path(__file__).parents[2] / "build" / "home-assistant"
RESTART_S = 60.0
SUBSCRIBED_S = 3.0
"""Home Assistant gathers subscriptions for a while before it makes them"""
NOT_OURS = ("zlib_ng", "Skipping pip installation", "Updating state for ")
"""In complaints of how this Home Assistant was built, and of how slow the machine is"""
LAMP = {
    "name": "Lamp",
    "unique_id": "lamp",
    "default_entity_id": "light.lamp",
    "command_topic": "lamp/set",
}


def entity_id(key: str) -> str:
    return f"{ENTITIES[key]['platform']}.runout_box_{key}"


def device_id(house: House) -> str | None:
    devices = house.command("config/device_registry/list")
    mine = [device["id"] for device in devices if ["mqtt", "runout_box"] in device["identifiers"]]
    return mine[0] if mine else None


class History:
    """Every state that an entity had since it began to watch, with its attributes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._over = threading.Event()
        self.seen: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def states(self, key: str) -> list[str]:
        """Without repeats in a row."""
        states = [state["state"] for state in self.seen[entity_id(key)]]
        return [now for now, before in zip(states, [None, *states], strict=False) if now != before]

    def __enter__(self) -> "History":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _watch(self) -> None:
        while not self._over.is_set():
            for name, state in self._house.states().items():
                if not self.seen[name] or self.seen[name][-1] != state:
                    self.seen[name].append(state)
            time.sleep(0.25)


@contextmanager
def automations(house: House, **blueprints: dict[str, object]) -> Iterator[None]:
    """Automations made from our blueprints, by name and inputs."""
    made = [
        {
            **{"id": name, "alias": name},
            "use_blueprint": {"path": f"runout/{name}.yaml", "input": inputs},
        }
        for name, inputs in blueprints.items()
    ]
    file = house.config / "automations.yaml"
    file.write_text(json.dumps(made))  # JSON is YAML
    house.call("automation", "reload")
    try:
        wait_for(lambda: all(house.state(f"automation.{name}") == "on" for name in blueprints))
        time.sleep(SUBSCRIBED_S)
        yield
    finally:
        file.write_text("[]")
        house.call("automation", "reload")


def notifications(house: House) -> dict[str, str]:
    """Title and message of each."""
    found = house.command("persistent_notification/get")
    return {note["title"]: note["message"] for note in found}


@pytest.fixture(scope="module")
def played(house: House, mosquitto: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> History:
    """What Home Assistant showed, beside two of our automations, while the box heard a side."""
    box = Box(tmp_path_factory.mktemp("box"), mosquitto.port)
    box.play(side()[: 44_100 * 3])
    wait_for(lambda: device_id(house), what="the device")
    box.wait(60)
    needle = entity_id("lift_needle")
    with (
        automations(
            house,
            side_finished={"box": device_id(house)},
            lift_the_needle={"needle": needle, "wait": {"seconds": 1}},
        ),
        History(house) as history,
    ):
        box.play(side())
        with looking_at(house, "runout-box/record-player") as page:
            wait_for(lambda: "please lift the needle" in page.text(), 60, "the dashboard")
            page.picture(PICTURES / "run-out.png")
        box.wait(120)
        time.sleep(3.0)
    return history


def test_every_entity_is_there_with_name_unit_class_and_category(
    house: House, played: History
) -> None:
    registry = {entry["entity_id"]: entry for entry in house.command("config/entity_registry/list")}
    states = played.seen
    for key, fields in ENTITIES.items():
        name = entity_id(key)
        assert name in registry, name
        assert registry[name]["original_name"] == fields["name"]
        assert registry[name]["entity_category"] == fields.get("entity_category")
        assert registry[name]["unique_id"] == f"runout_box_{key}"
        attributes = next(s for s in states[name] if s["state"] != "unavailable")["attributes"]
        for field in ("device_class", "unit_of_measurement", "state_class", "options", "icon"):
            assert attributes.get(field) == fields.get(field), (name, field)
    mine = [entry for entry in registry.values() if entry["unique_id"].startswith("runout_box_")]
    assert len(mine) == len(ENTITIES)
    device = next(
        device
        for device in house.command("config/device_registry/list")
        if device["id"] == device_id(house)
    )
    assert (device["name"], device["manufacturer"]) == ("Runout box", "Runout")


def test_states_change_while_a_record_plays(played: History) -> None:
    playing = [state for state in played.states("playing") if state in ("on", "off")]
    assert playing[:2] == ["off", "on"]
    assert playing[-1] == "off"
    parts = played.states("part")
    order = [parts.index(part) for part in ("needle up", "track", "run out", "lifted")]
    assert order == sorted(order)
    assert {"off", "on"} <= set(played.states("lift_needle"))
    counts = [int(state) for state in played.states("click_count") if state.isdigit()]
    assert max(counts) >= len(CLICKS_S) / 2
    assert any(float(s) > 0 for s in played.states("side_time") if s[0].isdigit())
    assert {"1"} <= set(played.states("track"))


def test_the_last_side_is_told(played: History) -> None:
    last = played.seen[entity_id("grade")]
    graded = next(state for state in reversed(last) if state["state"] in LABELS)
    attributes = graded["attributes"]
    assert attributes["limited_by"]
    assert attributes["evidence"][0].keys() >= {"measure", "value", "unit", "grade"}
    assert attributes["counts"]["click"] >= len(CLICKS_S) / 2
    assert any(state in played.states("reason")[-2] for state in (attributes["limited_by"],))
    assert float(played.states("grade_index")[-2]) > 0


def test_the_event_entity_fires_with_its_attributes(played: History) -> None:
    fired = [
        state["attributes"]
        for state in played.seen[entity_id("defect")]
        if state["state"] not in ("unknown", "unavailable")
    ]
    clicks = [attributes for attributes in fired if attributes["event_type"] == "click"]
    assert len({click["id"] for click in clicks}) >= len(CLICKS_S) / 2
    assert set(clicks[0]["event_types"]) == set(EVENT_TYPES)
    for click in clicks:
        assert click["phase"] == "single"
        assert click["channel"] in ("left", "right", "both")
        assert click["peak_db"] > 3.0
        assert 0.0 < click["time_s"] < 41.0


def test_blueprints_tell_the_grade_and_remind_of_the_needle(house: House, played: History) -> None:
    notes = notifications(house)
    graded = [s for s in played.seen[entity_id("grade")] if s["state"] in LABELS][-1]
    message = notes[f"Play grade: {graded['state']}"]
    counts = graded["attributes"]["counts"]
    assert f"({counts['click']} clicks, {counts.get('pop', 0)} pops)" in message
    assert graded["attributes"]["limited_by"] in message
    assert "lift it" in notes["The side is over"]


def test_a_blueprint_flashes_a_lamp_and_leaves_it_as_it_was(
    house: House, mosquitto: Mosquitto, played: History
) -> None:
    assert played.seen
    with Recorder(mosquitto.port) as recorder:
        recorder.publish("homeassistant/light/lamp/config", json.dumps(LAMP), retain=True)
        wait_for(lambda: house.state("light.lamp") == "unknown", what="the lamp")
        house.call("light", "turn_on", entity_id="light.lamp")
        inputs = {"box": device_id(house), "lamp": "light.lamp", "times": 2}
        with automations(house, flash_on_skip=inputs):
            recorder.publish(TOPICS.trigger, "skip")

            def told() -> list[str]:
                return [m.payload for m in recorder.messages if m.topic == "lamp/set"]

            wait_for(lambda: len(told()) >= 6, what="the lamp's last word")
            assert told() == ["ON", "ON", "OFF", "ON", "OFF", "ON"]
            recorder.publish(TOPICS.trigger, "side_finished")
            time.sleep(1.0)
            assert len(told()) == 6
        recorder.publish("homeassistant/light/lamp/config", "", retain=True)


def test_device_triggers_are_offered(house: House, played: History) -> None:
    assert played.seen
    offered = house.command("device_automation/trigger/list", device_id=device_id(house))
    mine = {(t["type"], t["subtype"]) for t in offered if t["domain"] == "mqtt"}
    assert mine == {("heard", words) for words in IN_WORDS.values()}


def test_commands_arrive_from_buttons_and_fields(
    house: House, mosquitto: Mosquitto, box: Box, played: History
) -> None:
    assert played.seen
    with Recorder(mosquitto.port) as recorder:
        box.play(side()[: 44_100 * 25])
        wait_for(lambda: house.state(entity_id("part")) == "track", 60, "music")
        house.call("text", "set_value", entity_id=entity_id("artist"), value='The "Ä" Band')
        house.call("text", "set_value", entity_id=entity_id("title"), value="Title")
        house.call("button", "press", entity_id=entity_id("identify"))
        house.call("select", "select_option", entity_id=entity_id("sensitivity"), option="high")
        wait_for(lambda: house.state(entity_id("artist")) == 'The "Ä" Band', what="the artist")
        wait_for(lambda: house.state(entity_id("title")) == "Title", what="the title")
        event = entity_id("defect")
        heard = lambda: house.states()[event]["attributes"]["event_type"]  # noqa: E731
        wait_for(lambda: "identify" in recorder_types(recorder), what="the test event")
        assert heard() in EVENT_TYPES
        house.call("button", "press", entity_id=entity_id("calibrate"))
        house.call("button", "press", entity_id=entity_id("new_side"))

        def answers() -> dict[str, bool]:
            results = [json.loads(payload) for payload in recorder.said("cmd/result")]
            return {result["command"]: result["ok"] for result in results}

        wait_for(lambda: len(answers()) == 5, what="all answers")
        # With the needle down there is nothing to calibrate by.
        assert answers() == {
            **{"label": True, "identify": True, "sensitivity": True, "new_side": True},
            "calibrate": False,
        }


def recorder_types(recorder: Recorder) -> set[str]:
    return {json.loads(payload)["event_type"] for payload in recorder.said("event")}


def unavailable(house: House, names: tuple[str, ...]) -> set[bool]:
    states = house.states()
    return {states[name]["state"] == "unavailable" for name in names}


def test_availability_follows_the_box_and_its_sound(
    house: House, mosquitto: Mosquitto, box: Box, played: History
) -> None:
    assert played.seen
    box.play(side())
    wait_for(lambda: unavailable(house, OF_THE_SOUND + OF_THE_BOX) == {False}, 30, "the box")
    with Recorder(mosquitto.port) as recorder:
        recorder.publish(TOPICS.audio_availability, "offline", retain=True)
        wait_for(lambda: unavailable(house, OF_THE_SOUND) == {True}, what="the sound's end")
        assert unavailable(house, OF_THE_BOX) == {False}
        assert house.state(entity_id("preamp")) == "off"
        recorder.publish(TOPICS.audio_availability, "online", retain=True)
        wait_for(lambda: unavailable(house, OF_THE_SOUND) == {False}, what="the sound")
    box.kill()
    wait_for(lambda: unavailable(house, OF_THE_SOUND + OF_THE_BOX) == {True}, 15, "the will")


@NEEDS_PULSE
def test_availability_follows_an_unplugged_preamp(
    house: House, box: Box, played: History, tmp_path: Path
) -> None:
    pytest.importorskip("pyaudio")
    assert played.seen
    folder = tmp_path / "pulse"
    folder.mkdir()
    with pulse_sink(folder) as sink:
        box.capture("phono", sink.env)
        wait_for(lambda: unavailable(house, OF_THE_SOUND) == {False}, 30, "the capture")
        sink.server.kill()
        wait_for(lambda: unavailable(house, OF_THE_SOUND) == {True}, 30, "the unplugging")


def test_a_restart_brings_all_back(
    house: House, box: Box, played: History, capsys: pytest.CaptureFixture[str]
) -> None:
    assert played.seen
    box.play(side())
    wait_for(lambda: house.state(entity_id("part")) == "track", 60, "music")
    before = house.states()[entity_id("grade")]
    house.stop()
    began = time.monotonic()
    started_s = house.start()
    wait_for(lambda: unavailable(house, OF_THE_SOUND + OF_THE_BOX) == {False}, RESTART_S, "all")
    wait_for(lambda: house.state(entity_id("playing")) in ("on", "off"))
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\nHome Assistant is up after {started_s:.1f} s, all entities after {seconds:.1f} s")
    assert seconds < RESTART_S
    after = house.states()[entity_id("grade")]
    assert (after["state"], after["attributes"]) == (before["state"], before["attributes"])


def older_config() -> Fields:
    """What a version might have said that had one sensor more."""
    config = device_config(TOPICS)
    assert isinstance(config["components"], dict)
    config["components"]["dust"] = {
        **{"platform": "sensor", "name": "Dust", "unique_id": "runout_box_dust"},
        **{"state_topic": TOPICS.state, "value_template": "{{ 1 }}"},
        "default_entity_id": "sensor.runout_box_dust",
    }
    return config


def known(house: House, name: str) -> bool:
    return any(e["entity_id"] == name for e in house.command("config/entity_registry/list"))


@pytest.mark.parametrize("house_is_there", [True, False])
def test_an_upgrade_that_drops_an_entity_leaves_no_ghost(
    house: House, mosquitto: Mosquitto, box: Box, played: History, house_is_there: bool
) -> None:
    assert played.seen
    with Recorder(mosquitto.port) as recorder:
        recorder.publish(config_topic("homeassistant", TOPICS), to_json(older_config()), True)
    wait_for(lambda: known(house, "sensor.runout_box_dust"), what="the older entity")
    if not house_is_there:
        house.stop()
    box.play(side())
    if not house_is_there:
        time.sleep(4.0)
        house.start()
    wait_for(lambda: not known(house, "sensor.runout_box_dust"), 30, "its end")
    time.sleep(1.0)
    assert house.state("sensor.runout_box_dust") is None
    assert known(house, entity_id("grade"))


def test_the_dashboard_shows_it(house: House, box: Box, played: History) -> None:
    assert played.seen
    box.play(side())
    wait_for(lambda: house.state(entity_id("part")) == "track", 60, "music")
    with looking_at(house, "runout-box/record-player") as page:
        # The table of evidence comes last.
        wait_for(lambda: "measure" in page.text(), 60, "the dashboard")
        time.sleep(3.0)
        page.picture(PICTURES / "dashboard.png")
        text = page.text()
    for words in ("Play grade", "Surface noise", "Clicks a minute", "Test event", "measure"):
        assert words in text
    for trouble in ("Configuration error", "Entity not found", "Unavailable", "Unknown type"):
        assert trouble not in text


def test_nothing_is_to_be_repaired(house: House, played: History) -> None:
    assert played.seen
    issues = house.command("repairs/list_issues")["issues"]
    assert [issue for issue in issues if issue["domain"] in ("mqtt", "automation")] == []


def test_home_assistant_has_nothing_to_complain_of(house: House, played: History) -> None:
    assert played.seen
    lines = house.log("WARNING") + house.log("ERROR")
    ours = [line for line in lines if not any(words in line for words in NOT_OURS)]
    assert ours == []
