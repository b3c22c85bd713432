"""One Home Assistant for all tests, with a real Mosquitto; `make test-ha` brings both."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from home_assistant.box import Box
from home_assistant.house import DOCS, House
from needs import needs
from report.brokers import Mosquitto

TREE = "RUNOUT_HOME_ASSISTANT"
"""The variable that names the folder that ./tree has built"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    mine = [item for item in items if here in item.path.parents]
    # A skip that nobody sees would pass for a test.
    if mine and TREE not in os.environ:
        raise pytest.UsageError("tests/home_assistant needs a Home Assistant: make test-ha")
    for item in mine:
        item.add_marker(needs("mosquitto", "mosquitto"))


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("mosquitto"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def house(mosquitto: Mosquitto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Running, with what docs/home-assistant ships for one box called `box`."""
    config = tmp_path_factory.mktemp("config")
    shipped = config / "blueprints" / "automation" / "runout"
    shutil.copytree(DOCS / "blueprints", shipped)
    made = House(Path(os.environ[TREE]) / "tree", config, mosquitto.port)
    dashboard = (DOCS / "dashboard.yaml").read_text().replace("BOX", "box")
    (config / "dashboard.yaml").write_text(dashboard)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def box(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Box]:
    """A daemon called `box`, not started yet."""
    made = Box(tmp_path, mosquitto.port)
    yield made
    made.kill()
