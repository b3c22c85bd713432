"""What outages, kills and restarts lose: nothing that was heard more than a second before."""

import dataclasses
import json
import logging
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from report.examples import IDLE, SIDE, click
from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt import voice
from runout.report.mqtt.commands import Label
from runout.report.mqtt.delivery import IN_FLIGHT
from runout.report.mqtt.outbox import Outbox
from runout.report.mqtt.publisher import Publisher
from runout.side.side import SideStarted

WITH_MOSQUITTO = needs("mosquitto", "mosquitto")


pytestmark = pytest.mark.usefixtures("impatient")


def settings(port: int) -> MqttSettings:
    return MqttSettings(host="127.0.0.1", port=port, device_id="box")


DOOMED = textwrap.dedent(
    """
    import sys, time
    from runout.config import MqttSettings
    from runout.report.mqtt.publisher import Publisher
    from report.examples import SIDE, click
    publisher = Publisher(MqttSettings("127.0.0.1", int(sys.argv[1]), device_id="box"))
    publisher.start()
    publisher.wait_until_connected(float(sys.argv[2]))
    publisher.heard(SIDE)
    for number in range(1000):
        publisher.heard(click(number))
        print(number, time.monotonic(), flush=True)
        time.sleep(0.13)
    """
)


CUT_DOWN = textwrap.dedent(
    """
    import os, signal, sys
    from runout.config import MqttSettings
    from runout.report.mqtt.publisher import Publisher
    from report.examples import SIDE
    publisher = Publisher(MqttSettings("127.0.0.1", int(sys.argv[1]), device_id="box"))
    publisher.start()
    publisher.heard(SIDE)
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


def test_a_side_that_has_ended_outlives_a_kill_at_once(tmp_path: Path) -> None:
    # Port 1 of the loopback: nobody listens there.
    done = subprocess.run(
        [sys.executable, "-c", CUT_DOWN, "1"],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == -signal.SIGKILL
    assert Outbox(dataclasses.replace(settings(1), outbox=str(tmp_path / "outbox.db"))).has_side


def kill_after(seconds: float, port: int, wait_s: float) -> list[str]:
    """Run the doomed, kill it, and tell the ids of what it heard over a second before."""
    daemon = subprocess.Popen(
        [sys.executable, "-c", DOOMED, str(port), str(wait_s)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert daemon.stdout is not None
    heard = [daemon.stdout.readline()]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        heard.append(daemon.stdout.readline())
    killed_s = time.monotonic()
    daemon.kill()
    daemon.wait()
    heard += daemon.stdout.read().splitlines()
    told = [line.split() for line in heard if line]
    return [f"e{number}" for number, at_s in told if float(at_s) < killed_s - 1.0]


def told_by_successor(port: int) -> tuple[list[str], int]:
    """The ids of the events that the next process tells, in order, and how many sides."""
    publisher = Publisher(settings(port))
    with Recorder(port) as recorder:
        publisher.start()
        wait_until(lambda: publisher._link.up and publisher.voice.depth == 0)
        publisher.stop()
        events = [json.loads(payload)["id"] for payload in recorder.said("event")]
        return events, len(recorder.of("side"))


@WITH_MOSQUITTO
def test_a_kill_amid_an_outage_loses_nothing_older_than_a_second(mosquitto: Mosquitto) -> None:
    old = kill_after(3.0, mosquitto.port, 0.0)
    assert len(old) > 10
    mosquitto.start()
    events, sides = told_by_successor(mosquitto.port)
    assert events[: len(old)] == old
    assert sides == 1


@WITH_MOSQUITTO
def test_a_kill_while_the_broker_hangs_loses_nothing_older_than_a_second(
    mosquitto: Mosquitto,
) -> None:
    mosquitto.start()
    mosquitto.freeze()
    old = kill_after(3.0, mosquitto.port, 0.5)
    mosquitto.kill()
    assert len(old) > 10
    mosquitto.start()
    events, _ = told_by_successor(mosquitto.port)
    assert events[: len(old)] == old


@WITH_MOSQUITTO
def test_while_all_is_well_no_event_is_written(mosquitto: Mosquitto, tmp_path: Path) -> None:
    mosquitto.start()
    publisher = Publisher(settings(mosquitto.port))
    publisher.start()
    assert publisher.wait_until_connected(5.0)
    files = [tmp_path / "outbox.db", tmp_path / "outbox.db-wal"]
    before = [(path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    for number in range(12):
        publisher.heard(click(number))
        time.sleep(0.1)
    wait_until(lambda: publisher.voice.depth == 0)
    assert before == [(path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    publisher.stop()


@WITH_MOSQUITTO
def test_an_outage_of_10_000_events_is_survived_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes hear it, one after the other, and the second is restarted while it tells."""
    # Else Mosquitto drops what is more than 1000 ahead of a slow subscriber, such as ours.
    mosquitto = Mosquitto(tmp_path, "allow_anonymous true", "max_queued_messages 0")
    monkeypatch.setattr(voice, "STOP_S", 0.05)
    first = Publisher(settings(mosquitto.port))
    start_and_hear(first, range(6000))
    first.stop()
    second = Publisher(settings(mosquitto.port), letters_per_s=math.inf)
    start_and_hear(second, range(6000, 10_000))
    second.heard(SIDE)
    mosquitto.start()
    with Recorder(mosquitto.port) as recorder:
        wait_until(lambda: len(recorder.of("event")) > 2000, 20.0)
        second.stop()
        third = Publisher(settings(mosquitto.port), letters_per_s=math.inf)
        assert third.voice.depth > 0
        third.start()
        wait_until(lambda: third._link.up and third.voice.depth == 0, 40.0)
        third.stop()
        wait_until(lambda: bool(recorder.of("side")), 20.0)
        events = [json.loads(payload) for payload in recorder.said("event")]
    once = {event["id"]: event for event in events}
    assert list(once) == [f"e{number}" for number in range(10_000)]
    times = [event["time"] for event in once.values()]
    assert times == sorted(times)
    # A consumer knows repeats by their id; these are what was under way at the stop.
    assert len(events) - len(once) <= IN_FLIGHT
    assert len(recorder.of("side")) == 1
    mosquitto.stop()


def start_and_hear(publisher: Publisher, numbers: range) -> None:
    """Hear at once what the rate allows in a quarter of an hour."""
    publisher._rate.allows = lambda *_: True
    publisher.start()
    for number in numbers:
        publisher.heard(click(number))


@WITH_MOSQUITTO
def test_the_last_side_is_told_again_after_a_power_cut_and_starts_nothing(
    mosquitto: Mosquitto,
) -> None:
    """Box and broker lose their power together, and the broker what it kept."""
    mosquitto.start()
    before = Publisher(settings(mosquitto.port))
    before.start()
    before.heard(SideStarted("s1", 0.3))
    before.label(Label(artist="Can"))
    before.heard(SIDE)
    wait_until(lambda: before.voice.depth == 0)
    before.stop()
    mosquitto.stop()
    mosquitto.start()
    after = Publisher(settings(mosquitto.port))
    with Recorder(mosquitto.port) as recorder:
        after.start()
        wait_until(lambda: len(recorder.of("side")) == 1)
        assert after.label(Label(title="Future Days"))
        after.state(IDLE)
        wait_until(lambda: len(recorder.of("side")) == 2 and bool(recorder.of("state")))
        again, labelled = [json.loads(payload) for payload in recorder.said("side")]
        assert (again["side_id"], again["label"]["artist"]) == ("s1", "Can")
        assert labelled["label"] == again["label"] | {"title": "Future Days"}
        assert json.loads(recorder.said("state")[0])["label"] == labelled["label"]
        after.stop()
        assert recorder.of("event") == recorder.of("trigger") == []


@WITH_MOSQUITTO
def test_the_last_side_is_told_again_though_events_wait(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    before = Publisher(settings(mosquitto.port))
    before.start()
    before.heard(SIDE)
    wait_until(lambda: before.voice.depth == 0)
    mosquitto.stop()  # and forgets it
    before.heard(click(1))
    before.stop()
    mosquitto.start()
    after = Publisher(settings(mosquitto.port))
    with Recorder(mosquitto.port) as recorder:
        after.start()
        wait_until(lambda: len(recorder.of("event")) == 1)
        after.stop()
        (side,) = [json.loads(payload) for payload in recorder.said("side")]
        assert side["side_id"] == SIDE.side_id


@WITH_MOSQUITTO
def test_a_side_that_waits_is_not_told_before_its_turn(mosquitto: Mosquitto) -> None:
    before = Publisher(settings(mosquitto.port))
    for name in ("older", "newer"):
        before.heard(dataclasses.replace(SIDE, side_id=name))
    before.stop()
    mosquitto.start()
    after = Publisher(settings(mosquitto.port))
    with Recorder(mosquitto.port) as recorder:
        after.start()
        wait_until(lambda: after._link.up and after.voice.depth == 0)
        after.stop()
        wait_until(lambda: len(recorder.of("side")) == 2)
        told = [json.loads(payload)["side_id"] for payload in recorder.said("side")]
        assert told == ["older", "newer"]


@WITH_MOSQUITTO
def test_a_broker_that_hangs_for_a_while_misses_nothing(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    publisher = Publisher(settings(mosquitto.port))
    publisher._rate.allows = lambda *_: True
    with Recorder(mosquitto.port) as recorder:
        publisher.start()
        assert publisher.wait_until_connected(5.0)
        publisher.heard(click(0))
        wait_until(lambda: publisher.voice.depth == 0)
        mosquitto.freeze()
        for number in range(1, 100):
            publisher.heard(click(number))
        publisher.heard(SIDE)
        wait_until(lambda: len(publisher._outbox) == 100)
        mosquitto.thaw()
        wait_until(lambda: publisher.voice.depth == 0 and len(recorder.of("event")) == 100)
        said = [json.loads(payload)["id"] for payload in recorder.said("event")]
        assert said == [f"e{number}" for number in range(100)]
        publisher.stop()


@WITH_MOSQUITTO
def test_what_the_broker_refuses_is_counted_and_holds_up_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rights = tmp_path / "rights"
    rights.write_text("topic readwrite runout/box/side\ntopic readwrite runout/box/availability\n")
    broker = Mosquitto(tmp_path, "allow_anonymous true", f"acl_file {rights}")
    broker.start()
    publisher = Publisher(settings(broker.port))
    publisher.start()
    assert publisher.wait_until_connected(5.0)
    for number in range(5):
        publisher.heard(click(number))
    publisher.heard(SIDE)
    wait_until(lambda: publisher.voice.depth == 0)
    assert publisher.voice.refused == 5
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == [
        "MQTT: the broker refuses what is said on runout/box/event: Not authorized"
    ]
    with Recorder(broker.port) as recorder:
        wait_until(lambda: len(recorder.of("side")) == 1)
    publisher.stop()
    broker.stop()


@WITH_MOSQUITTO
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_link_that_dies_takes_the_daemon_with_it(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    mosquitto.start()
    publisher = Publisher(settings(mosquitto.port))
    publisher.start()
    assert publisher.wait_until_connected(5.0)
    publisher.state(IDLE)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(publisher.voice, "step", broken)
    wait_until(lambda: publisher._link.died)
    with pytest.raises(RunoutError, match="network thread died"):
        publisher.state(IDLE)
    publisher.stop()
