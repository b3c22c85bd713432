"""What a record in ruins makes the box say in a second, through the real daemon and Mosquitto.

`pytest -s tests/report/mqtt/test_worst_record.py` prints the figures of docs/mqtt.md.
"""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from needs import needs
from report.brokers import Mosquitto
from runout.report.mqtt.rate import EVENTS_PER_S
from sounds import Sound, real_music, with_clicks

RATE = 44_100
JITTER_S = 0.1
"""Between the moment that counts for the rate and the one that an event tells, on a busy machine"""


def ruin() -> Sound:
    """6 s of 16 clicks a second, just too few for crackle, then 5 s with 300 every other second."""
    music = real_music(6.2)
    random = np.random.default_rng(5)
    single = list((np.arange(1, 97) + random.uniform(-0.2, 0.2, 96)) / 16.0)
    bursts = [at + random.uniform(0.0, 1.0, 300) for at in (1.0, 3.0)]
    clicked = with_clicks(music, single, over=16)[: 6 * RATE]
    crackling = with_clicks(music, list(np.concatenate(bursts)), over=16)[: 5 * RATE]
    return np.concatenate((clicked, crackling))


class Stopwatch:
    """Writes down when each message comes."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[float, str, bytes]] = []
        self.over = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._note
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("runout/box/#", qos=1)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _note(self, _client: object, _data: object, message: MQTTMessage) -> None:
        leaf = message.topic.removeprefix("runout/box/")
        self.heard.append((time.monotonic(), leaf, message.payload))
        if (leaf, message.payload) == ("availability", b"offline"):
            self.over.set()


def most_within(times: list[float], seconds: float) -> int:
    """Of sorted times, the most that any such span holds."""
    return max(int(np.searchsorted(times, at + seconds)) - n for n, at in enumerate(times))


@needs("mosquitto", "mosquitto")
def test_no_record_makes_more_than_ten_events_a_second(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    mosquitto.start()
    path = tmp_path / "ruin.wav"
    sound = ruin()
    soundfile.write(path, sound, RATE)
    stopwatch = Stopwatch(mosquitto.port)
    broker = f"127.0.0.1:{mosquitto.port}"
    command = [sys.executable, "-m", "runout", "listen", "--device-id", "box", "--broker", broker]
    with subprocess.Popen([*command, "--file", path, "--pace"]) as daemon:
        assert stopwatch.over.wait(120.0)
        assert daemon.wait(30.0) == 0
    stopwatch.close()
    events = [json.loads(payload) for _, leaf, payload in stopwatch.heard if leaf == "event"]
    (side,) = [json.loads(payload) for _, leaf, payload in stopwatch.heard if leaf == "side"]
    said = [datetime.fromisoformat(event["time"]).timestamp() for event in events]
    kinds = Counter((event["event_type"], event["phase"]) for event in events)
    seconds = len(sound) / RATE
    found = sum(side["counts"].values())
    arrived = [at for at, _, _ in stopwatch.heard]
    came = [at for at, leaf, _ in stopwatch.heard if leaf == "event"]
    late = np.subtract(came, said)
    # By how much a busy machine brought some later than others
    unsteady_s = float(late.max() - late.min())
    print(
        f"\n{found} defects found in {seconds:.1f} s; {len(events)} events told, at most "
        f"{most_within(came, 1.0)} come in a second, some by {unsteady_s:.2f} s later than others; "
        f"{len(arrived)} messages of all kinds, at most "
        f"{most_within(arrived, 1.0)} in a second; {dict(kinds)}"
    )
    # It was a record in ruins, and heard as such.
    assert found > 10 * EVENTS_PER_S
    assert len(events) > 2 * EVENTS_PER_S
    assert most_within(said, 1.0 - JITTER_S) <= EVENTS_PER_S
    # ... and as they come: what comes within a span was said within one that is longer by so much.
    for spans in (1, 2, 4, 8):
        assert most_within(came, spans * (1.0 - JITTER_S) - unsteady_s) <= spans * EVENTS_PER_S
    assert len(events) <= EVENTS_PER_S * (seconds + 1.0)
    # Whatever is left out, what begins ends.
    for kind in ("crackle", "scratch", "locked_groove"):
        assert kinds[kind, "begin"] == kinds[kind, "end"]
