"""Home Assistant learns of the box: with a voice that writes down, and over real brokers."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import MQTTMessage

from report.brokers import Broker, Recorder, wait_until
from report.examples import SIDE
from runout.config import MqttSettings
from runout.report.home_assistant.announcer import KEPT_WAIT_S, REVIVED_S, Announcer
from runout.report.home_assistant.discovery import (
    REVIVED_AT_ONCE,
    config_topic,
    device_config,
    to_payload,
)
from runout.report.mqtt.publisher import Publisher
from runout.report.mqtt.topics import Topics
from runout.report.mqtt.voice import Handler, Word
from runout.side.side import SideStarted

TOPICS = Topics("runout", "box")
TOPIC = config_topic("homeassistant", TOPICS)
BIRTH = "homeassistant/status"
WAIT_S = 2.5
OLD = json.dumps({"components": {"dust": {"platform": "sensor"}}})


@dataclass
class Voice:
    """Keeps what is said, and the time."""

    now: float = 0.0
    said: list[Word] = field(default_factory=list)
    greeting: Callable[[], Sequence[Word]] = tuple
    chore: Callable[[], None] = lambda: None
    handlers: dict[str, Handler] = field(default_factory=dict)

    def greet(self, greeting: Callable[[], Sequence[Word]]) -> None:
        self.greeting = greeting

    def hear(self, topic: str, handler: Handler) -> None:
        self.handlers[topic] = handler

    def often(self, chore: Callable[[], None]) -> None:
        self.chore = chore

    def say(self, word: Word) -> None:
        self.said.append(word)

    def after(self, seconds: float) -> list[Word]:
        """What is said within that time from now on."""
        self.said.clear()
        end = self.now + seconds
        while self.now < end:
            self.now += 0.1
            self.chore()
        return list(self.said)

    def arrives(self, topic: str, payload: str, retained: bool = False) -> None:
        message = MQTTMessage(topic=topic.encode())
        message.payload = payload.encode()
        message.retain = retained
        self.handlers[topic](message)


@pytest.fixture
def voice() -> Voice:
    made = Voice()
    Announcer(TOPICS, "homeassistant", made, clock=lambda: made.now, wait_s=lambda: WAIT_S)  # type: ignore[arg-type]
    return made


SHORT = {"p": "sensor"}


def dust(word: Word) -> dict[str, object] | None:
    return json.loads(word.payload)["components"].get("dust")  # type: ignore[no-any-return]


def test_nothing_is_said_without_a_connection(voice: Voice) -> None:
    assert voice.after(10.0) == []


def test_a_connection_is_told_once_and_retained(voice: Voice) -> None:
    assert list(voice.greeting()) == []
    (word,) = voice.after(10.0)
    assert (word.topic, word.qos, word.retain) == (TOPIC, 1, True)
    assert word.payload == to_payload(device_config(TOPICS), TOPICS)
    voice.greeting()
    assert len(voice.after(10.0)) == 1


def test_home_assistants_birth_is_answered_after_a_while(voice: Voice) -> None:
    voice.greeting()
    voice.after(10.0)
    voice.arrives(BIRTH, "online")
    assert voice.after(WAIT_S - 0.2) == []
    (word,) = voice.after(1.0)
    assert word.retain


@pytest.mark.parametrize("payload", ["offline", "", "ONLINE", "{}"])
def test_anything_else_is_no_birth(voice: Voice, payload: str) -> None:
    voice.greeting()
    voice.after(10.0)
    voice.arrives(BIRTH, payload)
    assert voice.after(10.0) == []


def test_what_another_version_had_is_taken_away(voice: Voice) -> None:
    voice.greeting()
    voice.arrives(TOPIC, OLD, retained=True)
    (word,) = voice.after(10.0)
    assert dust(word) == SHORT


def test_what_we_said_ourselves_takes_nothing_away(voice: Voice) -> None:
    voice.greeting()
    voice.arrives(TOPIC, OLD, retained=False)
    (word,) = voice.after(10.0)
    assert dust(word) is None


def test_a_home_assistant_that_has_started_sees_it_once_more_and_forgets_it(voice: Voice) -> None:
    voice.greeting()
    voice.arrives(TOPIC, OLD, retained=True)
    voice.after(KEPT_WAIT_S + 1.0)
    voice.arrives(BIRTH, "online")
    (revived,) = voice.after(WAIT_S + 0.2)
    assert (dust(revived) or {}).keys() >= {"uniq_id", "stat_t"}
    assert not revived.retain
    (removed,) = voice.after(REVIVED_S + 0.2)
    assert dust(removed) == SHORT
    assert removed.retain
    assert voice.after(10.0) == []


def test_many_are_revived_a_few_at_a_time(voice: Voice) -> None:
    many = {f"dust_{number}": {"platform": "sensor", "name": "Dust"} for number in range(7)}
    voice.greeting()
    voice.arrives(TOPIC, json.dumps({"components": many}), retained=True)
    voice.after(KEPT_WAIT_S + 1.0)
    voice.arrives(BIRTH, "online")
    said = voice.after(WAIT_S + 5 * REVIVED_S)
    seen: list[str] = []
    for word in said:
        components = json.loads(word.payload)["components"]
        assert all(components[name] == SHORT for name in seen)  # those before are removed
        revived = [name for name in many if components[name] != SHORT]
        assert len(revived) <= REVIVED_AT_ONCE
        assert word.retain == (not revived)
        seen += revived
    assert sorted(seen) == sorted(many)
    assert said[-1].retain


@pytest.fixture
def publisher(broker: Broker, tmp_path: Path) -> Iterator[Publisher]:
    outbox = str(tmp_path / "outbox.db")
    settings = MqttSettings("127.0.0.1", broker.port, device_id="box", outbox=outbox)
    made = Publisher(settings)
    yield made
    made.stop()


def test_over_a_real_broker(broker: Broker, publisher: Publisher) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        recorder.publish(TOPIC, OLD, retain=True)
        publisher.start()

        def configs() -> list[str]:
            return [m.payload for m in recorder.messages if m.topic == TOPIC][1:]

        wait_until(lambda: len(configs()) == 1)
        assert configs()[0] == to_payload(device_config(TOPICS, retired={"dust": "sensor"}), TOPICS)
        recorder.publish(BIRTH, "online")
        wait_until(lambda: len(configs()) == 3, 15.0)
        assert configs()[2] == configs()[0]
    with Recorder(broker.port) as later:
        wait_until(lambda: any(m.topic == TOPIC for m in later.messages))
        (kept,) = [m for m in later.messages if m.topic == TOPIC]
        assert kept.retained
        assert json.loads(kept.payload)["components"]["dust"] == SHORT


def test_with_an_empty_prefix_nobody_is_told(broker: Broker, tmp_path: Path) -> None:
    broker.start()
    outbox = str(tmp_path / "outbox.db")
    settings = MqttSettings(
        "127.0.0.1", broker.port, device_id="box", outbox=outbox, discovery_prefix=""
    )
    publisher = Publisher(settings)
    with Recorder(broker.port) as recorder:
        publisher.start()
        wait_until(lambda: "online" in recorder.said("availability"))
        assert publisher.wait_until_connected(5.0)
        publisher.stop()
        assert not [m for m in recorder.messages if not m.topic.startswith("runout/")]


def test_who_starts_on_a_finished_side_finds_its_grade(
    broker: Broker, publisher: Publisher
) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        publisher.heard(SideStarted("s1", 0.0))
        publisher.heard(SIDE)
        wait_until(lambda: len(recorder.of("trigger")) == 2)
        told = [m.topic.removeprefix("runout/box/") for m in recorder.messages]
        assert recorder.said("trigger") == ["needle_down", "side_finished"]
        assert not any(m.retained for m in recorder.of("trigger"))
        assert told.index("side") < len(told) - 1 - told[::-1].index("trigger")
