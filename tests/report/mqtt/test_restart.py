"""How soon all is told after a broker's restart, with the pauses as they are.

`RUNOUT_FAULTS=1 pytest -s tests/report/mqtt/test_restart.py` prints the figures of docs/mqtt.md,
that of a long outage (three minutes) included.
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
from runout.report.mqtt.outage import LONGEST_WAIT_S, Trouble
from runout.report.mqtt.publisher import Publisher

BUSY_S = 60.0
"""A test that waits for longer than it should by this has failed; no figure hangs on it"""
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
    waits: list[int] = []
    trouble = publisher._link._outage.trouble

    def writing_down(kind: Trouble, reason: str) -> int:
        waits.append(trouble(kind, reason))
        return waits[-1]

    publisher._link._outage.trouble = writing_down  # type: ignore[method-assign]
    publisher.start()
    wait_until(lambda: publisher._link.up)
    killed_s = time.monotonic()
    mosquitto.kill()
    for number in range(events):
        publisher.heard(click(number))
    publisher.heard(SIDE)
    time.sleep(away_s)
    mosquitto.start()
    began = time.monotonic()
    wait_until(lambda: publisher._link.up, LONGEST_WAIT_S + BUSY_S)
    found_s = time.monotonic() - began
    wait_until(lambda: publisher.voice.depth == 0, 2.0 * events / BACKLOG_PER_S + BUSY_S)
    told_s = time.monotonic() - began
    publisher.stop()
    print(
        f"\naway for {away_s:.0f} s; found again {found_s:.1f} s after it came back, "
        f"{events} events and a side confirmed {told_s:.1f} s after"
    )
    # Pauses double, and however busy the machine is, they were planned so.
    assert waits
    for number, wait_s in enumerate(waits):
        assert 1 <= wait_s <= min(2**number, LONGEST_WAIT_S)
    # All but the last were over before it came back: the first attempt that could find it did.
    assert sum(waits[:-1]) <= began - killed_s
