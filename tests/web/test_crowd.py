"""Many readers at once, while a real ear listens to a sound card."""

import gzip
import http.client
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pulse import NEEDS_PULSE, pulse_sink
from report.brokers import wait_until
from sounds import SHELLAC
from web.live.stations import Box
from web.sides import side_json

CROWD = int(os.environ.get("RUNOUT_CROWD", 0))
"""Readers; 0: few, and nothing is asked of how fast they are answered"""
READERS = CROWD or 20
SECONDS = 20.0
PAUSE_S = 1.0
"""From an answer to the same reader's next question"""
SIDES = 200
WATCHING = 5
"""One in so many follows the stream of events, with sound, the others ask"""
WITHIN_S = 0.3
"""95 of 100 answers"""
MOST_MB = 120.0
"""Of the page's service, at its largest"""
PATHS = ("/api/sides", "/api/live", "/api/sides?search=side", "/api/health")


@dataclass
class Readers:
    """What became of their questions."""

    port: int
    over: threading.Event = field(default_factory=threading.Event)
    took_s: list[float] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def read(self, number: int) -> None:
        """Ask, again and again, over one connection."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.over.wait(PAUSE_S * number / READERS)
        while not self.over.is_set():
            began = time.perf_counter()
            asked.request("GET", PATHS[number % len(PATHS)])
            answer = asked.getresponse()
            answer.read()
            self.took_s.append(time.perf_counter() - began)
            if answer.status != 200:
                self.failed.append(f"{answer.status} {PATHS[number % len(PATHS)]}")
            self.over.wait(PAUSE_S)

    def watch(self, _number: int) -> None:
        """Follow what is heard."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        asked.request("GET", "/api/events")
        answer = asked.getresponse()
        words = 0
        while not self.over.is_set():
            words += answer.readline().startswith(b"event:")
        self.words.append(words)


def filled(box: Box) -> None:
    """Put sides among the records, as the ear hands them over."""
    folder = box.folder / "state" / "finished"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(SIDES):
        side = side_json(f"side{number}", source="ear", label={"artist": f"Side {number}"})
        (folder / f"side{number}.json.gz").write_bytes(gzip.compress(side))
    wait_until(lambda: box.get("/api/sides")["total"] == SIDES, 120.0)


def peak_mb(pid: int) -> float:
    """Megabytes (10^6 bytes) that a process held at the most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """A station with a sound card that a record plays into for two minutes."""
    made = Box(tmp_path)
    record, rate = soundfile.read(SHELLAC, dtype="int16")
    soundfile.write(tmp_path / "record.wav", np.tile(record, (12, 1)), rate)
    with pulse_sink(tmp_path) as card:
        own = {name: made.env[name] for name in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY")}
        made.env = card.env | own
        player = subprocess.Popen(["paplay", tmp_path / "record.wav"], env=card.env)
        yield made
        made.close()
        player.kill()
        player.wait()


@NEEDS_PULSE
def test_a_crowd_is_answered_and_the_ear_loses_nothing(box: Box) -> None:
    page = box.start_page()
    filled(box)
    box.run("listen", "--device", "phono")
    wait_until(lambda: box.get("/api/live")["ear"]["state"] == "hears", 120.0)
    readers = Readers(box.port)
    threads = [
        threading.Thread(target=readers.read if number % WATCHING else readers.watch, args=[number])
        for number in range(READERS)
    ]
    try:
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        before = box.get("/api/live")["health"]
        wait_until(lambda: box.get("/api/live")["health"] != before, 120.0)
        health = box.get("/api/live")["health"]
    finally:
        readers.over.set()
        for thread in threads:
            thread.join(90)
    p50, p95 = np.quantile(readers.took_s, (0.5, 0.95))
    print(
        f"{READERS} readers, {len(readers.took_s)} answers: p50 {1000 * p50:.0f} ms, "
        f"p95 {1000 * p95:.0f} ms, worst {1000 * max(readers.took_s):.0f} ms; "
        f"{sum(readers.words)} words to {len(readers.words)} that watch; "
        f"page {peak_mb(page.pid):.0f} MB; load {os.getloadavg()[0]:.1f}"
    )
    assert readers.failed == []
    assert len(readers.words) == len(range(0, READERS, WATCHING))
    assert min(readers.words) > SECONDS
    assert health["overruns"] == 0
    assert health["overflows"] == 0
    assert peak_mb(page.pid) < MOST_MB
    if CROWD:
        assert p95 < WITHIN_S
