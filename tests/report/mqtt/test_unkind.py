"""Brokers that are full, confirm nothing, or hang up: nothing is lost, one line is said."""

import dataclasses
import json
import logging
import threading
import time
from pathlib import Path

import iotcore
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from needs import needs
from report.brokers import Mosquitto, Recorder, free_port, wait_until
from report.examples import SIDE, click
from report.moody import HangUpError, Moody
from runout.config import MqttSettings
from runout.report.mqtt import delivery, outage
from runout.report.mqtt.delivery import IN_FLIGHT
from runout.report.mqtt.outbox import Outbox
from runout.report.mqtt.publisher import Publisher

WITH_MOSQUITTO = needs("mosquitto", "mosquitto")


pytestmark = pytest.mark.usefixtures("impatient")


def settings(port: int) -> MqttSettings:
    return MqttSettings(host="127.0.0.1", port=port, device_id="box", discovery_prefix="")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def events(got: list[tuple[str, str]]) -> list[str]:
    return [json.loads(payload)["id"] for topic, payload in got if topic.endswith("/event")]


@pytest.mark.parametrize("reason", [128, 131, 151])
def test_a_broker_without_room_is_asked_again_and_nothing_is_lost(
    reason: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "AGAIN_AFTER_S", 0.3)
    refusals = [0]

    def answer(topic: str, _payload: str) -> int:
        if not topic.endswith(("/event", "/side")) or refusals[0] >= 12:
            return 0
        refusals[0] += 1
        return reason

    with Moody(answer) as broker:
        publisher = Publisher(settings(broker.port))
        publisher._rate.allows = lambda *_: True  # type: ignore[method-assign]
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        for number in range(30):
            publisher.heard(click(number))
        publisher.heard(SIDE)
        wait_until(lambda: publisher.voice.depth == 0)
        # What was under way behind the first that was refused came before it.
        assert sorted(events(broker.got)) == sorted(f"e{number}" for number in range(30))
        again = [int(name[1:]) for name in events(broker.got)[IN_FLIGHT - 12 :]]
        assert again == sorted(again)
        assert sum(topic.endswith("/side") for topic, _ in broker.got) == 1
        assert publisher.voice.refused == 0
        publisher.stop()
    assert sum("no room" in line for line in warnings(caplog)) == 1


def test_a_slow_broker_gets_all_in_order_and_holds_up_nobody() -> None:
    """It confirms nothing until all is heard; then each takes 20 ms, or 50 a second."""
    heard = threading.Event()

    def answer(topic: str, _payload: str) -> int:
        if topic.endswith(("/event", "/side")):
            assert heard.wait(30.0)
            time.sleep(0.02)
        return 0

    with Moody(answer) as broker:
        publisher = Publisher(settings(broker.port))
        publisher._rate.allows = lambda *_: True  # type: ignore[method-assign]
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        for number in range(150):
            publisher.heard(click(number))
        publisher.heard(SIDE)
        # It is with the thread that speaks, or kept, though the broker has no part of it.
        assert events(broker.got) == []
        heard.set()
        wait_until(lambda: publisher.voice.depth == 0, 30.0)
        assert events(broker.got) == [f"e{number}" for number in range(150)]
        assert sum(topic.endswith("/side") for topic, _ in broker.got) == 1
        assert broker.connections == 1
        publisher.stop()


@WITH_MOSQUITTO
def test_a_queue_that_is_full_at_the_broker_costs_only_who_left_it_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A subscriber that is away has Mosquitto keep ten messages, and no more."""
    broker = Mosquitto(tmp_path, "allow_anonymous true", "max_queued_messages 10")
    broker.start()
    away = Client(CallbackAPIVersion.VERSION2, client_id="away", clean_session=False)
    away.on_subscribe = lambda client, *_: client.disconnect()
    away.connect("127.0.0.1", broker.port)
    away.subscribe("runout/box/#", qos=1)
    away.loop_forever()
    publisher = Publisher(settings(broker.port))
    publisher._rate.allows = lambda *_: True  # type: ignore[method-assign]
    with Recorder(broker.port) as recorder:
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        for number in range(60):
            publisher.heard(click(number))
            # No more at once than the Recorder's own queue takes.
            wait_until(lambda least=number: len(recorder.of("event")) > least)
        publisher.heard(SIDE)
        wait_until(lambda: publisher.voice.depth == 0)
        wait_until(lambda: len(recorder.of("side")) == 1)
        assert [json.loads(said)["id"] for said in recorder.said("event")] == [
            f"e{number}" for number in range(60)
        ]
    kept: list[str] = []
    away.on_message = lambda _client, _data, message: kept.append(message.topic)
    away.reconnect()
    away.loop_start()
    wait_until(lambda: kept.count("runout/box/event") > 0)
    publisher.stop()
    wait_until(lambda: "runout/box/availability" in kept[-3:])
    away.disconnect()
    away.loop_stop()
    # So it was full, and that was no trouble of ours.
    assert 0 < kept.count("runout/box/event") <= 10
    assert publisher.voice.refused == 0
    assert warnings(caplog) == []
    broker.stop()


def test_a_broker_that_confirms_nothing_is_left_and_told_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "UNANSWERED_S", 0.5)
    with Moody(lambda topic, _: None if topic.endswith("/event") and deaf else 0) as broker:
        deaf = True
        publisher = Publisher(settings(broker.port))
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        publisher.heard(click(1))
        wait_until(lambda: bool(warnings(caplog)))
        deaf = False
        publisher.heard(click(2))
        wait_until(lambda: publisher.voice.depth == 0)
        assert events(broker.got) == ["e1", "e2"]
        publisher.stop()
    assert "the connection was lost (it confirms nothing)" in warnings(caplog)[0]


def test_what_a_broker_hangs_up_at_holds_up_nothing_else_and_stays(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage.random, "randint", lambda *_: 0)

    def answer(_topic: str, payload: str) -> int:
        if "poison" in payload:
            raise HangUpError
        return 0

    with Moody(answer) as broker:
        publisher = Publisher(settings(broker.port))
        publisher.heard(click(1))
        publisher.heard(dataclasses.replace(SIDE, side_id="poison"))
        publisher.heard(click(2))
        publisher.start()
        # A confirmation can be lost with the connection; what was confirmed may come again.
        wait_until(lambda: "e2" in events(broker.got) and publisher.voice.depth == 1)
        assert list(dict.fromkeys(events(broker.got))) == ["e1", "e2"]
        assert broker.connections <= delivery._HANG_UPS + 4
        publisher.stop()
    assert (
        sum("hangs up at what is said on runout/box/side" in line for line in warnings(caplog)) == 1
    )
    outbox = Outbox(settings(0))
    (left,) = outbox.after(0, 10)
    assert "poison" in left.payload
    outbox.close()


def test_no_more_is_sent_at_once_than_a_broker_says() -> None:
    heard: list[str] = []

    def answer(topic: str, payload: str) -> int | None:
        if broker.connections == 1:
            raise HangUpError  # as one does that was sent too much at once
        if topic.endswith("/event"):
            heard.append(payload)
            return None
        return 0

    # Property 33, Receive Maximum, of 3
    with Moody(answer, bytes((33, 0, 3))) as broker:
        publisher = Publisher(settings(broker.port))
        publisher._rate.allows = lambda *_: True  # type: ignore[method-assign]
        publisher.start()
        wait_until(lambda: broker.connections == 2)
        assert publisher.wait_until_connected(5.0)
        for number in range(10):
            publisher.heard(click(number))
        wait_until(lambda: len(heard) == 3)
        time.sleep(0.5)
        assert len(heard) == 3
        publisher.stop()


@WITH_MOSQUITTO
def test_a_side_that_is_too_large_for_the_broker_stays_and_holds_up_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Mosquitto(tmp_path, "allow_anonymous true", "max_packet_size 1000")
    broker.start()
    publisher = Publisher(settings(broker.port))
    with Recorder(broker.port) as recorder:
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        publisher.heard(click(1))
        publisher.heard(SIDE)
        publisher.heard(click(2))
        wait_until(lambda: len(recorder.of("event")) == 2)
        assert publisher._link.up
        wait_until(lambda: publisher.voice.depth == 1)
        publisher.stop()
        wait_until(lambda: recorder.said("availability") == ["online", "offline"])
    assert warnings(caplog) == [
        "MQTT: the broker takes no more than 1000 bytes, too few for runout/box/side; "
        "going on without"
    ]
    broker.stop()
    # Where there is a broker that takes it, it arrives.
    generous = iotcore.Broker(port=(port := free_port()), listen="127.0.0.1")
    generous.start()
    with Recorder(port) as recorder:
        again = Publisher(settings(port))
        again.start()
        wait_until(lambda: len(recorder.of("side")) == 1)
        again.stop()
    generous.stop()


@WITH_MOSQUITTO
def test_a_word_that_is_too_large_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What Home Assistant is told, at a broker that takes no more than a side."""
    broker = Mosquitto(tmp_path, "allow_anonymous true", "max_packet_size 10000")
    broker.start()
    talkative = dataclasses.replace(settings(broker.port), discovery_prefix="homeassistant")
    publisher = Publisher(talkative)
    with Recorder(broker.port) as recorder:
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        wait_until(lambda: bool(warnings(caplog)))
        recorder.publish("homeassistant/status", "online")
        publisher.heard(SIDE)
        wait_until(lambda: len(recorder.of("side")) == 1)
        publisher.stop()
    broker.stop()
    assert warnings(caplog) == [
        "MQTT: the broker takes no more than 10000 bytes, too few for "
        "homeassistant/device/box/config; going on without"
    ]
