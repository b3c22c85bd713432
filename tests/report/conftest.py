"""Brokers, started when a test asks for them and stopped after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from needs import needs
from report.brokers import Broker, Iotcore, Mosquitto
from runout.report.mqtt.broker import EmbeddedBroker


@pytest.fixture(
    params=[
        "iotcore",
        pytest.param("mosquitto", marks=needs("mosquitto", "mosquitto")),
    ]
)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A broker that isn't started yet: iotcore, and then the real Debian Mosquitto."""
    made: Broker = Iotcore() if request.param == "iotcore" else Mosquitto(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """Mosquitto alone, not started yet."""
    made = Mosquitto(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def embedded() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as made:
        yield made
