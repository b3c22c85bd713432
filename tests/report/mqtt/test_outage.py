import logging

import pytest

from runout.report.mqtt.outage import LONGEST_WAIT_S, STEADY_S, Outage


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_waits_double_to_a_minute_with_jitter() -> None:
    outage = Outage("b:1")
    waits = [outage.trouble("away", "gone") for _ in range(200)]
    for attempt, wait_s in enumerate(waits):
        longest = min(LONGEST_WAIT_S, 2 ** min(attempt, 10))
        assert longest / 2 <= wait_s <= longest
    assert len(set(waits[10:])) > 10


def test_one_warning_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    clock = Clock()
    outage = Outage("b:1", clock)
    for _ in range(5):
        outage.trouble("away", "gone")
    for _ in range(100):  # it takes us and hangs up
        outage.over()
        clock.now += STEADY_S / 2
        outage.trouble("away", "gone")
    outage.over()
    clock.now += STEADY_S
    outage.trouble("away", "gone again")
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in warnings] == [
        "MQTT: broker b:1: gone; going on and trying again",
        "MQTT: broker b:1: gone again; going on and trying again",
    ]


def test_a_refusal_is_told_though_the_broker_was_away_before(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage("b:1")
    outage.trouble("away", "gone")
    outage.trouble("refused", "wrong password")
    outage.trouble("refused", "wrong password")
    assert [record.getMessage().split(": ")[2] for record in caplog.records] == [
        "gone; going on and trying again",
        "wrong password; going on and trying again",
    ]


def test_only_a_connection_that_holds_ends_the_slowing_down() -> None:
    clock = Clock()
    outage = Outage("b:1", clock)
    for _ in range(10):
        outage.over()
        clock.now += STEADY_S / 2
        wait_s = outage.trouble("away", "thrown out")
    assert wait_s >= LONGEST_WAIT_S / 2
    outage.over()
    clock.now += STEADY_S
    assert outage.trouble("away", "gone") == 1
