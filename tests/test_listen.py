"""The daemon as it runs: a process, a broker, a sound."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import numpy as np
import pytest
import soundfile
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from pulse import NEEDS_PULSE, pulse_sink
from report.brokers import wait_until
from runout.grade_file import grade_file
from runout.grading.table import load_table
from runout.model.card import load_model
from runout.report.mqtt.broker import EmbeddedBroker
from sounds import CLEAN, HISS, SHELLAC, faded_out, noise, real_music, with_clicks

# Clear ones at every shift of the sound against our steps: a capture starts anywhere.
PLACES = [0.5, 1.55, 2.6, 3.3, 4.0, 4.35]


@pytest.fixture
def broker():
    with EmbeddedBroker() as made:
        yield made


class Ear:
    """Hears all that is published, in order."""

    def __init__(self, broker):
        self.heard = queue.Queue()
        self.seen = []
        ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _client, _data, message: self.heard.put(
            (message.topic.split("/", 2)[2], message.payload)
        )
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect(broker.host, broker.port)
        self._client.subscribe("runout/#", qos=1)
        self._client.loop_start()
        assert ready.wait(5.0)

    def until(self, leaf, payload=None, timeout=30.0):
        """The payload of the next message on `leaf` (that is `payload`)."""
        deadline = time.monotonic() + timeout
        while True:
            topic, said = self.heard.get(timeout=max(0.01, deadline - time.monotonic()))
            self.seen.append((topic, said))
            if topic == leaf and payload in (None, said):
                return said

    def close(self):
        """Hear no more; without a goodbye that would take a second."""
        self._client.disconnect()
        self._client.loop_stop()

    def events(self):
        return [json.loads(said) for topic, said in self.seen if topic == "event"]

    def tell(self, device_id, name, payload, retain=False):
        """Send a command to a box."""
        topic = f"runout/{device_id}/cmd/{name}"
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)


@pytest.fixture
def ear(broker):
    made = Ear(broker)
    yield made
    made.close()


def daemon(broker, *arguments, env=None):
    command = [sys.executable, "-m", "runout", "listen", "--broker"]
    return subprocess.Popen(
        [*command, f"{broker.host}:{broker.port}", *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


@pytest.fixture
def clicked(tmp_path):
    sound = with_clicks(real_music(6.0), PLACES, over=16, channel="left")
    path = tmp_path / "side.wav"
    soundfile.write(path, sound, 44_100)
    return path


def test_a_file_is_told_from_online_to_offline(broker, ear, clicked, tmp_path):
    config = tmp_path / "runout.toml"
    config.write_text('[grade]\ntable = "discogs"\n')
    with daemon(broker, "--config", config, "--file", clicked) as process:
        side = json.loads(ear.until("side"))
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    topics = [topic for topic, _ in ear.seen]
    assert ("availability", b"online") in ear.seen
    assert ("audio/availability", b"online") in ear.seen
    assert topics.index("event") < topics.index("side")
    assert [event["time_s"] for event in ear.events()] == pytest.approx(PLACES, abs=0.003)
    assert {event["event_type"] for event in ear.events()} == {"click"}
    assert side["grade"]["label"] is not None
    assert side["grade"]["scale"] == "discogs"
    assert side["counts"]["click"] == len(PLACES)
    states = [json.loads(said) for topic, said in ear.seen if topic == "state"]
    assert "playing" in {state["phase"] for state in states}
    assert states[-1]["phase"] == "idle"


def test_crackle_is_a_begin_and_an_end_and_never_a_message_a_tick(broker, ear):
    with daemon(broker, "--file", SHELLAC) as process:
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
    phases = Counter((event["event_type"], event["phase"]) for event in ear.events())
    assert phases["crackle", "begin"] == phases["crackle", "end"] >= 1
    assert phases["click", "single"] + phases["pop", "single"] <= 8 * 10
    side = json.loads(dict(ear.seen)["side"])
    assert side["counts"]["click"] > phases["click", "single"]


@pytest.mark.parametrize(("seconds", "gain", "told"), [(8.0, 1.0, 1), (8.0, 0.2, 1), (3.0, 0.2, 0)])
def test_a_side_without_music_is_told_if_it_lasted(broker, ear, tmp_path, seconds, gain, told):
    """Its events have gone out, and name it; of a bump nobody waits to hear the end."""
    groove, rate = soundfile.read(HISS, dtype="float32", frames=round(seconds * 44_100))
    groove = gain * with_clicks(groove, [1.0, 2.0], over=40)
    preamp = [noise(secs, level=10 ** (-84 / 20), seed=round(secs)) for secs in (4.0, 6.0)]
    path = tmp_path / "groove.wav"
    soundfile.write(path, np.concatenate((preamp[0], groove, preamp[1])), rate)
    with daemon(broker, "--file", path) as process:
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    sides = [json.loads(said) for topic, said in ear.seen if topic == "side"]
    assert len(sides) == told
    named = {event["side_id"] for event in ear.events()}
    assert len(named) == 1
    for side in sides:
        assert {side["side_id"]} == named
        assert side["grade"]["label"] is None
        assert side["grade"]["limited_by"] == "no music was heard"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_daemon_says_the_side_and_offline(broker, ear, number):
    with daemon(broker, "--file", CLEAN, "--pace") as process:
        ear.until("audio/availability", b"online")
        time.sleep(1.5)
        # A second one, as from an impatient hand, cuts nothing off.
        process.send_signal(number)
        process.send_signal(number)
        side = json.loads(ear.until("side"))
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    assert side["grade"]["label"] is None
    assert "only" in side["grade"]["limited_by"]


def test_a_killed_daemon_s_will_is_offline(broker, ear):
    with daemon(broker, "--file", CLEAN, "--pace") as process:
        ear.until("availability", b"online")
        process.kill()
        ear.until("availability", b"offline")


def test_a_file_that_breaks_is_still_told_and_ends_with_status_1(broker, ear, tmp_path):
    whole = tmp_path / "whole.flac"
    soundfile.write(whole, real_music(10.0), 44_100)
    cut = tmp_path / "cut.flac"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    with daemon(broker, "--file", cut) as process:
        side = json.loads(ear.until("side"))
        ear.until("availability", b"offline")
        assert process.wait(10) == 1
        assert "cut.flac" in process.stderr.read()
    assert side["duration_s"] > 3.0


def test_without_a_configured_broker_it_brings_its_own(clicked):
    done = subprocess.run(
        [sys.executable, "-m", "runout", "listen", "--file", str(clicked)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "using our own at 127.0.0.1:" in done.stderr


def test_it_obeys_while_it_listens(broker, ear, clicked):
    with daemon(broker, "--file", clicked, "--pace", "--device-id", "box") as process:
        ear.until("audio/availability", b"online")
        time.sleep(1.5)
        ear.tell("box", "label", '{"id": "1", "artist": "Caruso", "note": "1917"}')
        assert json.loads(ear.until("cmd/result")) == {
            "id": "1",
            "command": "label",
            "ok": True,
            "error": None,
        }
        ear.tell("box", "new_side", "")
        first = json.loads(ear.until("side"))
        ear.tell("box", "identify", "{}")
        ear.until("cmd/result")
        ear.tell("box", "sensitivity", '{"sensitivity": "low"}')
        assert json.loads(ear.until("cmd/result"))["ok"]
        second = json.loads(ear.until("side"))
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    assert first["label"]["artist"] == "Caruso"
    assert second["label"]["artist"] is None
    assert first["side_id"] != second["side_id"]
    assert [e["event_type"] for e in ear.events()].count("identify") == 1
    health = json.loads(dict(ear.seen)["health"])
    assert 0.0 < health["inference_p95_ms"] < 1000.0
    assert health["events_dropped"] >= 0
    assert not health["outbox_durable"]


HOSTILE = [
    b"",
    b"\x00\xff" * 40,
    b"PRESS",
    b"null",
    b"[" * 100_000,
    b'{"id": "' + b"x" * 60_000 + b'"}',
    b'{"sensitivity": 1e999}',
    b'{"artist": {"artist": {}}}',
    b'{"title": "' + b"\\ud800" * 20 + b'"}',
    b'{"id": "\\u001b]0;owned\\u0007", "note": "\\u001b[2J"}',
    b"-" + b"9" * 4000,
    b'{"__class__": "os.system", "sensitivity": "low"}',
]


def test_hostile_commands_change_nothing_and_stop_nothing(broker, ear, tmp_path):
    """The same side, with and without somebody who sends whatever can be thought of."""
    clicked = tmp_path / "side.wav"
    places = [place for place in PLACES if place < 4.0]
    soundfile.write(clicked, with_clicks(real_music(4.4), places, over=16), 44_100)
    # What isn't paced is heard in the same blocks, and only sooner.
    with daemon(broker, "--file", clicked, "--device-id", "calm") as process:
        calm = json.loads(ear.until("side"))
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
    with daemon(broker, "--file", clicked, "--pace", "--device-id", "box") as process:
        ear.until("audio/availability", b"online")
        for payload in HOSTILE:
            for name in (
                "calibrate",
                "sensitivity",
                "result",
                "format_disk",
                "label/x",
                "identify",
            ):
                if (name, payload) != ("identify", b""):
                    ear.tell("box", name, payload)
                    ear.tell("box", name, payload, retain=True)
        side = json.loads(ear.until("side"))
        ear.until("availability", b"offline")
        assert process.wait(10) == 0
        assert process.stderr.read().count("\n") <= 1  # that there was a flood
    same = ("duration_s", "rpm", "counts", "measurements", "parts", "grade")
    assert {key: side[key] for key in same} == {key: calm[key] for key in same}
    refused = [
        json.loads(said)
        for topic, said in ear.seen
        if topic == "cmd/result" and said[:6] == b'{"id":'
    ]
    assert any(not answer.get("ok", True) for answer in refused)


def test_a_daemon_killed_amid_an_outage_loses_nothing_that_its_successor_does_not_tell(
    tmp_path, clicked
):
    config = tmp_path / "runout.toml"
    config.write_text(f'[mqtt]\noutbox = "{tmp_path / "outbox.db"}"\n')
    with EmbeddedBroker() as gone:
        pass
    arguments = ("--config", config, "--device-id", "box", "--file")
    old = [place for place in PLACES if place < 3.0]
    with daemon(gone, *arguments, clicked, "--pace") as process:
        # It listens from a moment later on; nobody is there to hear of it.
        wait_until((tmp_path / "outbox.db").exists)
        time.sleep(4.0)
        assert process.poll() is None
        process.kill()
    with EmbeddedBroker() as broker:
        ear = Ear(broker)
        with daemon(broker, *arguments, CLEAN) as process:
            ear.until("availability", b"offline")
            assert process.wait(15) == 0
        ear.close()
    told = [event["time_s"] for event in ear.events()]
    assert told[: len(old)] == pytest.approx(old, abs=0.003)


@NEEDS_PULSE
def test_what_is_captured_is_heard_as_in_the_file(broker, ear, tmp_path):
    """A record played into a sound card that PulseAudio makes, captured by PortAudio."""
    quiet = np.zeros((22_050, 2), np.float32)
    places = [place for place in PLACES if place < 3.5]
    sound = np.concatenate(
        (quiet, with_clicks(faded_out(real_music(3.8)), places, over=16, channel="left"), quiet)
    )
    path = tmp_path / "side.wav"
    soundfile.write(path, sound, 44_100)
    side = grade_file(path, load_model(), load_table(), lambda _share: None)
    expected = np.array([event.time_s for event in side.events])
    assert len(expected) == len(places)

    with pulse_sink(tmp_path) as sink:
        process = daemon(
            broker,
            "--device",
            "phono",
            env={**os.environ, **sink.env, "STATE_DIRECTORY": str(tmp_path)},
        )
        with process:
            ear.until("audio/availability", b"online")
            sink.play(path)
            time.sleep(1.0)
            process.send_signal(signal.SIGTERM)
            told = json.loads(ear.until("side"))
            ear.until("availability", b"offline")
            assert process.wait(15) == 0
    captured = np.array([event["time_s"] for event in ear.events()])
    assert len(captured) == len(expected)
    # Played at some moment of the capture: the same but for one shift.
    shift = captured - expected
    assert np.abs(shift - np.median(shift)).max() < 0.003
    assert told["counts"]["click"] == side.counts["click"]
