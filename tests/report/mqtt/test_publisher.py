"""The publisher against real brokers: iotcore and Debian's Mosquitto."""

import dataclasses
import json
import logging
import math
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from needs import needs
from report.brokers import Broker, Mosquitto, Recorder, wait_until
from report.examples import CRACKLE, HEALTH, IDLE, PLAYING, SIDE, click
from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt import outage, voice
from runout.report.mqtt.publisher import Publisher
from runout.side.side import DefectHeard, SideStarted

WITH_MOSQUITTO = needs("mosquitto", "mosquitto")
STARTED = SideStarted("s1", 0.3)


class Clock:
    """Steady, and as fast as the test wants."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(outage, "LONGEST_WAIT_S", 1)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def publisher(broker: Broker, clock: Clock) -> Iterator[Publisher]:
    """A publisher of the box 'box' that isn't started yet."""
    made = Publisher(settings(broker), clock)
    yield made
    made.stop()


def settings(broker: Broker, **others: object) -> MqttSettings:
    return MqttSettings(host="127.0.0.1", port=broker.port, device_id="box", **others)


def start(publisher: Publisher, recorder: Recorder) -> None:
    publisher.start()
    wait_until(lambda: "online" in recorder.said("availability"))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("runout") and record.levelno >= logging.WARNING
    ]


def test_a_side_is_told_on_the_topics_of_the_contract(broker: Broker, publisher: Publisher) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        start(publisher, recorder)
        publisher.audio(True)
        publisher.audio(True)
        publisher.state(IDLE)
        publisher.heard(STARTED)
        publisher.state(PLAYING)
        publisher.heard(click(1))
        publisher.heard(DefectHeard("s1", "begin", CRACKLE))
        publisher.heard(DefectHeard("s1", "end", CRACKLE))
        publisher.heard(SIDE)
        publisher.state(IDLE)
        publisher.stop()
        wait_until(lambda: "offline" in recorder.said("availability"))
        wait_until(lambda: len(recorder.of("audio/availability")) == 3)

        assert recorder.said("availability") == ["online", "offline"]
        assert recorder.said("audio/availability") == ["offline", "online", "offline"]
        states = [json.loads(payload) for payload in recorder.said("state")]
        assert [state["phase"] for state in states] == ["idle", "playing", "idle"]
        events = [json.loads(payload) for payload in recorder.said("event")]
        assert [(event["event_type"], event["phase"]) for event in events] == [
            ("click", "single"),
            ("crackle", "begin"),
            ("crackle", "end"),
        ]
        assert all(event["time"].endswith("Z") for event in events)
        (side,) = [json.loads(payload) for payload in recorder.said("side")]
        assert side["grade"]["label"] == "VG+"
        assert side["started_at"].endswith("Z")

        # iotcore hands on everything at the QoS of the subscription; Mosquitto shows ours.
        state_qos = 0 if isinstance(broker, Mosquitto) else 1
        ours = [m for m in recorder.messages if m.topic.startswith("runout/")]
        qos = {message.topic.split("box/")[1]: message.qos for message in ours}
        assert qos.pop("state") == state_qos
        expected = ("availability", "audio/availability", "event", "side", "trigger")
        assert qos == dict.fromkeys(expected, 1)

    with Recorder(broker.port) as later:
        wait_until(lambda: len(later.messages) >= 4)
        time.sleep(0.1)
        ours = [m for m in later.messages if m.topic.startswith("runout/")]
        retained = {message.topic.split("box/")[1]: message for message in ours}
        assert set(retained) == {"availability", "audio/availability", "state", "side"}
        assert retained["availability"].payload == "offline"
        assert all(message.retained for message in later.messages)


def test_states_go_out_when_due_and_as_the_phase_changes(
    broker: Broker, publisher: Publisher, clock: Clock
) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        start(publisher, recorder)
        for state, seconds, messages in ((IDLE, 130, 3), (PLAYING, 23, 5), (IDLE, 30, 1)):
            before = len(recorder.of("state"))
            for _ in range(seconds):
                publisher.state(state)
                clock.now += 1.0
            # A word of QoS 1 after those of QoS 0, so that all have arrived.
            publisher.audio(state is PLAYING)
            publisher.heard(click(0))
            wait_until(lambda: bool(recorder.of("event")))
            recorder.messages[:] = [m for m in recorder.messages if m not in recorder.of("event")]
            assert len(recorder.of("state")) - before == messages


def test_the_rate_is_bounded_and_what_is_beyond_is_counted(
    broker: Broker, publisher: Publisher
) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        start(publisher, recorder)
        for number in range(100):
            publisher.heard(click(number))
        publisher.heard(SIDE)
        wait_until(lambda: bool(recorder.of("side")))
        assert len(recorder.of("event")) == 8
        assert publisher.events_dropped == 92


DOOMED = textwrap.dedent(
    """
    import sys, time
    from runout.config import MqttSettings
    from runout.report.mqtt.publisher import Publisher
    publisher = Publisher(MqttSettings("127.0.0.1", int(sys.argv[1]), device_id="box"))
    publisher.start()
    time.sleep(30)
    """
)


def test_a_killed_daemon_is_offline_by_its_will(broker: Broker) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        daemon = subprocess.Popen([sys.executable, "-c", DOOMED, str(broker.port)])
        wait_until(lambda: recorder.said("availability") == ["online"])
        daemon.kill()
        daemon.wait()
        wait_until(lambda: recorder.said("availability") == ["online", "offline"])
    with Recorder(broker.port) as later:
        wait_until(lambda: later.said("availability") == ["offline"])
        assert later.of("availability")[0].retained


def test_it_starts_without_a_broker_and_tells_all_when_one_comes(
    broker: Broker, publisher: Publisher, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "runout")
    publisher.start()
    publisher.audio(True)
    for number in range(60):
        publisher.heard(click(number))
        publisher.state(PLAYING)
        clock.now += 1.0
    publisher.heard(SIDE)
    wait_until(lambda: len(caplog.records) >= 2)
    assert warnings(caplog) == [
        f"MQTT: broker 127.0.0.1:{broker.port}: can't be reached (Connection refused); "
        "going on and trying again"
    ]
    broker.start()
    with Recorder(broker.port) as recorder:
        wait_until(lambda: len(recorder.of("event")) == 60 and bool(recorder.of("side")))
        publisher.state(PLAYING)
        wait_until(lambda: bool(recorder.of("state")))
        heard = [json.loads(payload)["id"] for payload in recorder.said("event")]
        assert heard == [f"e{number}" for number in range(60)]
        assert recorder.said("availability") == ["online"]
        assert recorder.said("audio/availability") == ["online"]
        assert len(recorder.of("side")) == 1
    assert len(warnings(caplog)) == 1


def test_a_broker_that_restarts_in_mid_stream_is_found_again(
    broker: Broker, publisher: Publisher, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broker.start()
    with Recorder(broker.port) as recorder:
        start(publisher, recorder)
        publisher.heard(SIDE)
        wait_until(lambda: bool(recorder.of("side")))
    broker.stop()
    wait_until(lambda: len(warnings(caplog)) == 1)
    for number in range(30):
        publisher.heard(click(number))
        clock.now += 1.0
    broker.start()
    with Recorder(broker.port) as recorder:
        wait_until(lambda: len(recorder.of("event")) == 30)
        # It forgot everything, and is told again.
        wait_until(lambda: len(recorder.of("side")) == 1)
        assert recorder.said("availability") == ["online"]
        publisher.stop()
        wait_until(lambda: recorder.said("availability") == ["online", "offline"])
    assert warnings(caplog) == [
        f"MQTT: broker 127.0.0.1:{broker.port}: the connection was lost; going on and trying again"
    ]


@WITH_MOSQUITTO
def test_a_full_outbox_drops_the_oldest_events_and_no_side_and_says_so(
    mosquitto: Mosquitto, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher(settings(mosquitto, outbox_messages=100), clock, letters_per_s=math.inf)
    publisher.heard(SIDE)
    for number in range(250):
        publisher.heard(click(number))
        clock.now += 1.0
    publisher.start()
    wait_until(lambda: any("outbox is full" in warning for warning in warnings(caplog)))
    mosquitto.start()
    with Recorder(mosquitto.port) as recorder:
        wait_until(lambda: len(recorder.of("event")) == 99)
        heard = [json.loads(payload)["id"] for payload in recorder.said("event")]
        assert heard == [f"e{number}" for number in range(151, 250)]
        assert len(recorder.of("side")) == 1
        publisher.health(lambda: HEALTH)
        wait_until(lambda: bool(recorder.of("health")))
        assert json.loads(recorder.said("health")[0])["outbox_dropped"] == 151
        publisher.stop()


def test_stopping_without_a_broker_is_quick(publisher: Publisher) -> None:
    publisher.start()
    before = time.monotonic()
    publisher.stop()
    assert time.monotonic() - before < 2.0


@WITH_MOSQUITTO
def test_a_broker_that_hangs_does_not_hold_up_a_stop_and_says_the_will(
    mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "STOP_S", 0.3)
    monkeypatch.setattr(voice, "LAST_WORD_S", 0.3)
    mosquitto.start()
    publisher = Publisher(settings(mosquitto))
    with Recorder(mosquitto.port) as recorder:
        start(publisher, recorder)
        # Frozen so soon after the publish that it is the will that says it, or the message.
        mosquitto.freeze()
        before = time.monotonic()
        publisher.stop()
        assert time.monotonic() - before < 2.0
        mosquitto.thaw()
        wait_until(lambda: "offline" in recorder.said("availability"))


@WITH_MOSQUITTO
def test_what_an_old_connection_left_unsaid_does_not_overwrite_the_newer(
    mosquitto: Mosquitto,
) -> None:
    mosquitto.start()
    publisher = Publisher(settings(mosquitto))
    with Recorder(mosquitto.port) as recorder:
        start(publisher, recorder)
    mosquitto.freeze()
    publisher.audio(True)
    publisher.heard(dataclasses.replace(SIDE, side_id="older"))
    publisher.heard(click(1))
    mosquitto.kill()
    wait_until(lambda: not publisher._link.up)
    publisher.audio(False)
    publisher.heard(dataclasses.replace(SIDE, side_id="newer"))
    publisher.heard(click(2))
    mosquitto.start()
    with Recorder(mosquitto.port) as recorder:
        wait_until(lambda: len(recorder.of("event")) == 2)
        wait_until(lambda: len(recorder.of("side")) == 2)
        publisher.stop()
        wait_until(lambda: "offline" in recorder.said("availability"))
        assert [json.loads(payload)["side_id"] for payload in recorder.said("side")] == [
            "older",
            "newer",
        ]
        assert set(recorder.said("audio/availability")) == {"offline"}
        assert [json.loads(payload)["id"] for payload in recorder.said("event")] == ["e1", "e2"]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """Mosquitto that wants the name 'runout' and the password 'vinyl'."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "runout", "vinyl"], check=True)
    made = Mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}")
    made.start()
    yield made
    made.stop()


@WITH_MOSQUITTO
def test_it_logs_in_with_a_password_from_a_file(guarded: Mosquitto, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("vinyl\n")
    login = settings(guarded, username="runout", password_file=str(secret))
    publisher = Publisher(login)
    with Recorder(guarded.port, "runout", "vinyl") as recorder:
        start(publisher, recorder)
        publisher.stop()
        wait_until(lambda: recorder.said("availability") == ["online", "offline"])


@WITH_MOSQUITTO
def test_a_wrong_password_is_one_clear_warning(
    guarded: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "runout")
    secret = tmp_path / "secret"
    secret.write_text("shellac\n")
    publisher = Publisher(settings(guarded, username="runout", password_file=str(secret)))
    publisher.start()
    wait_until(lambda: len(caplog.records) >= 2)
    publisher.stop()
    assert warnings(caplog) == [
        f"MQTT: broker 127.0.0.1:{guarded.port}: refused us (Not authorized; see mqtt.username and "
        "mqtt.password_file); going on and trying again"
    ]
    assert "shellac" not in caplog.text


def test_something_that_is_no_broker_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        publisher = Publisher(MqttSettings("127.0.0.1", port, device_id="box"))
        publisher.start()
        for _ in range(4):  # MQTT 5 and 3.1.1, twice
            server.accept()[0].close()
        wait_until(lambda: bool(warnings(caplog)))
        publisher.stop()
    assert warnings(caplog) == [
        f"MQTT: broker 127.0.0.1:{port}: doesn't answer as an MQTT broker; "
        "going on and trying again"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"secret: can't be read: No such file"),
        (b"\n", r"secret: its first line is empty"),
        (b"\xff\xff", r"secret: not text in UTF-8"),
    ],
)
def test_a_bad_password_file_is_a_clear_line(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_bytes(content)
    login = MqttSettings("127.0.0.1", username="runout", password_file=str(secret))
    with pytest.raises(RunoutError, match=message):
        Publisher(login)


def test_a_password_without_a_name_is_a_clear_line(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("vinyl\n")
    with pytest.raises(RunoutError, match=r"but mqtt\.username isn't"):
        Publisher(MqttSettings("127.0.0.1", password_file=str(secret)))
