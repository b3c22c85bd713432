"""The bridge of docs/fleet.md as it stands there, between real brokers."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from report.examples import SIDE, click
from runout.config import MqttSettings
from runout.report.mqtt.publisher import Publisher

DOCS = Path(__file__).parents[3] / "docs/fleet.md"


def bridge(device_id: str, port: int) -> list[str]:
    """The lines of the page for another box and another address; and sooner back than there."""
    (block,) = re.findall(r"```conf\n(.*?)```", DOCS.read_text(), re.DOTALL)
    text = block.replace("booth-1", device_id)
    text = text.replace("broker.shop.example:1883", f"127.0.0.1:{port}")
    assert f"127.0.0.1:{port}" in text
    return ["allow_anonymous true", *text.replace("timeout 5 60", "timeout 1 1").splitlines()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Mosquitto]:
    (tmp_path / "shop").mkdir()
    made = Mosquitto(tmp_path / "shop")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def booths(tmp_path: Path, shop: Mosquitto) -> Iterator[dict[str, Publisher]]:
    """Two boxes by their names, each with a broker of its own that is bridged to the shop's."""
    brokers, boxes = [], {}
    for name in ("front", "back"):
        (tmp_path / name).mkdir()
        broker = Mosquitto(tmp_path / name, *bridge(name, shop.port))
        broker.start()
        brokers.append(broker)
        outbox = str(tmp_path / name / "outbox.db")
        boxes[name] = Publisher(
            MqttSettings("127.0.0.1", broker.port, device_id=name, outbox=outbox)
        )
        boxes[name].start()
        assert boxes[name].wait_until_connected(5.0)
    yield boxes
    for box in boxes.values():
        box.stop()
    for broker in brokers:
        broker.stop()


def said(recorder: Recorder, topic: str) -> list[str]:
    return [message.payload for message in recorder.messages if message.topic == topic]


@needs("mosquitto", "mosquitto")
def test_a_shop_hears_all_its_boxes_and_tells_each_what_it_should(
    shop: Mosquitto, booths: dict[str, Publisher]
) -> None:
    front, back = booths["front"], booths["back"]
    with Recorder(shop.port) as recorder:
        wait_until(lambda: "online" in said(recorder, "runout/front/availability"))
        wait_until(lambda: "online" in said(recorder, "runout/back/availability"))
        front.heard(click(1))
        back.heard(click(2))
        wait_until(lambda: bool(said(recorder, "runout/front/event")))
        wait_until(lambda: bool(said(recorder, "runout/back/event")))

        recorder.publish("runout/front/cmd/new_side", '{"id": "from the shop"}')
        wait_until(lambda: front.reception._waiting.qsize() == 1)
        assert back.reception._waiting.qsize() == 0
        (request,) = front.reception.waiting()
        front.reception.answer(request)
        wait_until(lambda: bool(said(recorder, "runout/front/cmd/result")))
        (answer,) = said(recorder, "runout/front/cmd/result")
        assert json.loads(answer)["id"] == "from the shop"
    shop.stop()
    front.heard(SIDE)
    for number in range(3, 9):
        front.heard(click(number))
    wait_until(lambda: front.voice.depth == 0)
    shop.start()
    with Recorder(shop.port) as recorder:
        wait_until(lambda: len(said(recorder, "runout/front/event")) == 6, 15.0)
        # Mosquitto passes on what is retained once more as it comes back.
        wait_until(lambda: len(set(said(recorder, "runout/front/side"))) == 1)
        events = [json.loads(payload)["id"] for payload in said(recorder, "runout/front/event")]
        assert events == [f"e{number}" for number in range(3, 9)]
