"""Everything that is said over MQTT keeps to its schema, and the schemas tell of everything."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from report.examples import CRACKLE, HEALTH, IDLE, PLAYING, SIDE, click
from runout.config import MqttSettings
from runout.defects.event import Event
from runout.report.home_assistant.triggers import TRIGGERS
from runout.report.mqtt.commands import COMMANDS, Label, Request, parse
from runout.report.mqtt.publisher import Publisher
from runout.report.payload import PayloadError
from runout.side.side import DefectHeard, SideStarted

FOLDER = Path(__file__).parents[2] / "docs/schemas"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
WORDS = {"availability", "audio/availability", "trigger"}
"""Topics on which a plain word is said"""
FIELDS = {"state", "event", "side", "health", "cmd/result"}
"""... and JSON"""
SKIP = Event("k1", 20.0, 0.1, "skip", "both", float("nan"), 0.9, rpm=33.3, turns=-1)
SCRATCH = Event(
    "s9", 20.0, 5.4, "scratch", "left", 12.0, 0.9, rpm=33.3, turns=4, angle_deg=90.0,
    drift_deg_per_turn=0.3, track=1, audible_db=7.0,
)  # fmt: skip


def check(leaf: str, payload: str) -> None:
    """A payload is as its schema says, and holds nothing that the schema doesn't tell of."""
    schema = SCHEMAS[leaf.replace("/", "-")]
    if leaf in WORDS:
        Draft202012Validator(schema).validate(payload)
        return
    fields = json.loads(payload)
    Draft202012Validator(schema).validate(fields)
    assert set(fields) <= set(schema["properties"])


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"{name}.json"


def test_there_is_one_for_everything_that_is_said_and_every_command() -> None:
    topics = FIELDS | WORDS | {f"cmd/{name}" for name in COMMANDS}
    assert {topic.replace("/", "-") for topic in topics} == set(SCHEMAS)


def test_every_trigger_is_one_of_its_words() -> None:
    assert SCHEMAS["trigger"]["enum"] == list(TRIGGERS)


@pytest.mark.parametrize("topic", sorted(WORDS))
def test_another_word_is_none(topic: str) -> None:
    with pytest.raises(ValidationError):
        check(topic, "rubbish")


@pytest.fixture
def said(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Recorder]:
    """What a publisher said that was made to say everything."""
    mosquitto.start()
    outbox = str(tmp_path / "o.db")
    publisher = Publisher(MqttSettings("127.0.0.1", mosquitto.port, device_id="box", outbox=outbox))
    with Recorder(mosquitto.port) as recorder:
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        publisher.audio(True)
        publisher.state(IDLE)
        publisher.heard(SideStarted("s1", 0.3))
        publisher.label(Label(artist="Nico", side="A"))
        publisher.state(PLAYING)
        for heard in (
            click(1),
            DefectHeard("s1", "begin", CRACKLE),
            DefectHeard("s1", "end", CRACKLE),
            DefectHeard("s1", "single", SKIP),
            DefectHeard("s1", "begin", SCRATCH),
            DefectHeard("s1", "end", SCRATCH),
        ):
            publisher.heard(heard)
        publisher.identify("s1")
        publisher.identify(None)
        publisher.heard(SIDE)
        publisher.health(lambda: HEALTH)
        recorder.publish("runout/box/cmd/calibrate", '{"id": "c"}')
        recorder.publish("runout/box/cmd/label", "rubbish")
        wait_until(lambda: publisher.reception._waiting.qsize() == 1)
        (request,) = publisher.reception.waiting()
        publisher.reception.answer(request, None, {"noise_468_needle_up_dbfs": -80.0})
        publisher.label(Label(title="Chelsea Girl"))
        wait_until(lambda: len(recorder.of("cmd/result")) == 2 and len(recorder.of("side")) == 2)
        publisher.stop()
        yield recorder


@needs("mosquitto", "mosquitto")
def test_every_message_keeps_to_its_schema(said: Recorder) -> None:
    said_to_us = {f"runout/box/cmd/{name}" for name in COMMANDS}
    leaves = {
        message.topic.removeprefix("runout/box/")
        for message in said.messages
        if message.topic.startswith("runout/box/") and message.topic not in said_to_us
    }
    assert leaves == FIELDS | WORDS
    for message in said.messages:
        leaf = message.topic.removeprefix("runout/box/")
        if leaf in leaves:
            check(leaf, message.payload)
    labels = [json.loads(payload)["label"] for payload in said.said("side")]
    assert [(label["artist"], label["title"]) for label in labels] == [
        ("Nico", None),
        ("Nico", "Chelsea Girl"),
    ]


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("low")


@given(
    st.sampled_from(COMMANDS),
    st.dictionaries(
        st.sampled_from(["id", "artist", "title", "side", "note", "sensitivity", "x"]), anything
    ),
)
def test_a_command_is_taken_where_its_schema_takes_it(name: str, fields: dict[str, object]) -> None:
    valid = Draft202012Validator(SCHEMAS[f"cmd-{name}"]).is_valid(fields)
    try:
        taken = isinstance(parse(name, json.dumps(fields).encode()), Request)
    except PayloadError:
        taken = False
    assert taken == valid
