"""How soon all is told after a broker's restart, with the pauses as they are.

`RUNOUT_FAULTS=1 pytest -s tests/report/mqtt/test_restart.py` prints the figures of docs/mqtt.md,
that of a long outage (five minutes) included.
"""

import os
import time
from pathlib import Path

import pytest

from needs import needs
from report.brokers import Mosquitto, wait_until
from report.examples import SIDE, click
from runout.config import MqttSettings
from runout.report.mqtt.delivery import BACKLOG_PER_S
from runout.report.mqtt.outage import LONGEST_WAIT_S
from runout.report.mqtt.publisher import Publisher

SLACK_S = 20.0
"""For a busy machine"""
OUTAGES = [(0.0, 100), (5.0, 100), (180.0, 10_000)]
"""Seconds, and events that are heard meanwhile"""


@needs("mosquitto", "mosquitto")
@pytest.mark.parametrize(
    ("away_s", "events"), OUTAGES if "RUNOUT_FAULTS" in os.environ else OUTAGES[:2]
)
def test_a_broker_that_comes_back_is_found_and_told_all(
    mosquitto: Mosquitto, tmp_path: Path, away_s: float, events: int
) -> None:
    mosquitto.start()
    settings = MqttSettings(
        "127.0.0.1", mosquitto.port, device_id="box", outbox=str(tmp_path / "outbox.db")
    )
    publisher = Publisher(settings)
    publisher._rate.allows = lambda *_: True  # type: ignore[method-assign]
    publisher.start()
    wait_until(lambda: publisher._link.up)
    mosquitto.kill()
    for number in range(events):
        publisher.heard(click(number))
    publisher.heard(SIDE)
    time.sleep(away_s)
    mosquitto.start()
    began = time.monotonic()
    wait_until(lambda: publisher._link.up, LONGEST_WAIT_S + SLACK_S)
    found_s = time.monotonic() - began
    wait_until(lambda: publisher.voice.depth == 0, 2.0 * events / BACKLOG_PER_S + SLACK_S)
    told_s = time.monotonic() - began
    publisher.stop()
    print(
        f"\naway for {away_s:.0f} s; found again {found_s:.1f} s after it came back, "
        f"{events} events and a side confirmed {told_s:.1f} s after"
    )
    # Pauses double, so none is longer than twice the outage and a second or so.
    assert found_s < min(2.0 * away_s, LONGEST_WAIT_S) + SLACK_S
