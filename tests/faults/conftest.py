from collections.abc import Iterator
from pathlib import Path

import pytest

from report.brokers import Mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto that runs, until the test is over however it ends."""
    made = Mosquitto(tmp_path)
    made.start()
    yield made
    made.stop()
