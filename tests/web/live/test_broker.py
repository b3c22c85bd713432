import asyncio
import json
import threading

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from report.brokers import Iotcore
from runout.config import MqttSettings
from runout.web.live import broker as broker_module
from runout.web.live.broker import Broker
from web.live.ears import until


@pytest.fixture
def running():
    made = Iotcore()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def settings(running):
    return MqttSettings(host="127.0.0.1", port=running.port, device_id="box")


class Box:
    """Answers commands as a box does, as `answer` words it; None: not at all."""

    def __init__(self, port, answer):
        self.told = []
        self._answer = answer
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        listens = threading.Event()
        self._client.on_subscribe = lambda *_: listens.set()
        self._client.subscribe("runout/box/cmd/label", qos=1)
        self._client.loop_start()
        assert listens.wait(30.0)

    def _on_message(self, client, _data, message):
        fields = json.loads(message.payload)
        self.told.append(fields)
        for answer in self._answer(fields):
            client.publish("runout/box/cmd/result", answer, qos=1)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


def asked(settings, box, *labels):
    """What becomes of commands that are sent at once."""

    async def run():
        broker = Broker(settings)
        broker.start()
        try:
            await until(lambda: broker.standing()["state"] == "connected")
            return await asyncio.gather(
                *(broker.send("label", label) for label in labels), return_exceptions=True
            )
        finally:
            broker.stop()

    try:
        return asyncio.run(run())
    finally:
        box.close()


def answer(fields):
    return json.dumps({"id": fields["id"], "command": "label", "ok": True, "error": None})


def test_a_command_brings_the_boxes_own_answer(running, settings):
    box = Box(running.port, lambda fields: [answer(fields)])
    (result,) = asked(settings, box, {"artist": "Can"})
    (fields,) = box.told
    assert fields["artist"] == "Can"
    assert result == {"id": fields["id"], "command": "label", "ok": True, "error": None}


def test_answers_find_who_asked_in_any_order_and_amid_others(running, settings):
    held = []

    def late(fields):
        held.append(answer(fields))
        foreign = ["", "no JSON", "[1]", '{"id": 7}', '{"id": "another", "ok": false}']
        return [*foreign, *reversed(held)] if len(held) == 3 else []

    box = Box(running.port, late)
    results = asked(settings, box, *({"title": str(number)} for number in range(3)))
    asked_as = {fields["title"]: fields["id"] for fields in box.told}
    assert [result["id"] for result in results] == [asked_as[str(number)] for number in range(3)]


def test_a_box_that_does_not_answer_is_waited_for_in_bounds(running, settings, monkeypatch):
    monkeypatch.setattr(broker_module, "ANSWER_S", 0.2)
    (result,) = asked(settings, Box(running.port, lambda _fields: []), {})
    assert isinstance(result, TimeoutError)


def test_a_broker_that_is_away_is_not_waited_for_and_found_when_it_is_back(running, settings):
    running.stop()

    async def run():
        broker = Broker(settings)
        broker.start()
        try:
            assert broker.standing() == {"state": "away", "host": "127.0.0.1"}
            with pytest.raises(TimeoutError):
                await broker.send("label", {})
            running.start()
            await until(lambda: broker.standing()["state"] == "connected")
        finally:
            broker.stop()

    asyncio.run(run())
