"""Measures the cost floors on this machine and prints one line of JSON.

Timings are CPU seconds of whole processes; Essentia's ClickDetector, the peer, hears the same
file in the same run.
"""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import soxr
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from runout.config import MqttSettings
from runout.listen import listen
from runout.model.interpreter import Runtime, installed_runtimes
from runout.report.mqtt.broker import EmbeddedBroker
from runout.source.block import Block
from runout.source.feed import Once
from runout.source.file import FileSource
from runout_training.wear.impulse import click

_MUSIC = Path(__file__).resolve().parents[2] / "tests" / "data" / "clean_excerpt.flac"
_RATE = 48_000
_LONG_S = 600
_LIVE_S = 60
_CLICKS_PER_S = 1.0
_BLOCK_S = 0.05
_SEED = 9

_ESSENTIA = """
import sys, numpy, soundfile
import essentia.standard as standard
sound, rate = soundfile.read(sys.argv[1], dtype="float32")
for channel in numpy.ascontiguousarray(sound.T):
    detector = standard.ClickDetector(frameSize=512, hopSize=256, sampleRate=rate)
    for frame in standard.FrameGenerator(channel, frameSize=512, hopSize=256, startFromZero=True):
        detector(frame)
"""


_GRADE = """
import sys
from runout.model import interpreter
interpreter.RUNTIMES = (sys.argv[1],)
from runout.cli import main
sys.exit(main(["grade", "--json", sys.argv[2]]))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        long, live = Path(folder) / "long.flac", Path(folder) / "live.flac"
        # In a process of its own: what a child is said to have used at most starts with what
        # its parent used as it was forked.
        with ProcessPoolExecutor(1) as pool:
            pool.submit(_record, long, _LONG_S).result()
            clicks_s = pool.submit(_record, live, _LIVE_S).result()
        graded = {runtime: _grade(runtime, long) for runtime in installed_runtimes()}
        essentia_s, _ = _cpu([sys.executable, "-c", _ESSENTIA, str(long)])
        start_s, daemon_rss = _daemon(live)
        latencies = _latencies(live, clicks_s)
    p50, p99 = np.percentile(latencies, (50, 99))
    figures = {
        "audio_s": _LONG_S,
        "grade_cpu_s_per_s": {
            runtime: round(cpu_s / _LONG_S, 5) for runtime, (cpu_s, _) in graded.items()
        },
        "essentia_click_detector_cpu_s_per_s": round(essentia_s / _LONG_S, 5),
        "ratio_to_essentia": {
            runtime: round(cpu_s / essentia_s, 3) for runtime, (cpu_s, _) in graded.items()
        },
        "grade_peak_rss_mb": round(max(rss for _, rss in graded.values()), 1),
        "daemon_rss_mb": round(daemon_rss, 1),
        "start_to_first_block_s": round(start_s, 3),
        "click_to_mqtt_p50_ms": round(1000 * p50),
        "click_to_mqtt_p99_ms": round(1000 * p99),
        "clicks_timed": len(latencies),
    }
    print(json.dumps(figures))


def _record(path: Path, seconds: int) -> list[float]:
    """Write music of `seconds` at 48 kHz with a click a second; return where they are."""
    music, rate = soundfile.read(_MUSIC, dtype="float64")
    music = soxr.resample(music, rate, _RATE)
    repeats = -(-seconds * _RATE // len(music))
    sound = np.tile(music, (repeats, 1))[: seconds * _RATE] * 0.5
    rng = np.random.default_rng(_SEED)
    places = np.arange(1.0, seconds - 1.0, 1.0 / _CLICKS_PER_S)
    places += rng.uniform(0.0, 0.5 / _CLICKS_PER_S, len(places))
    for place in places:
        wave, at = click(rng), int(place * _RATE)
        sound[at : at + len(wave)] += 0.4 * wave[:, None]
    soundfile.write(path, sound, _RATE, subtype="PCM_16")
    return list(places)


def _grade(runtime: Runtime, path: Path) -> tuple[float, float]:
    """CPU seconds and peak MB of grading a file with one of the TFLite runtimes."""
    return _cpu([sys.executable, "-c", _GRADE, runtime, str(path)])


def _cpu(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak MB of a command, from its start to its end."""
    # As the `runout` command has it; here numpy is imported before the command could say so.
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _daemon(path: Path) -> tuple[float, float]:
    """Seconds from a daemon's start to its first block heard, and its MB after 20 s of it."""
    said: queue.Queue[float] = queue.Queue()
    with EmbeddedBroker() as broker:
        client = _subscriber(broker, "+/audio/availability", said)
        began = time.monotonic()
        command = [sys.executable, "-m", "runout", "listen", "--file", str(path), "--pace"]
        daemon = subprocess.Popen([*command, "--broker", f"{broker.host}:{broker.port}"])
        try:
            started_s = said.get(timeout=30.0) - began
            time.sleep(20.0)
            status = Path(f"/proc/{daemon.pid}/status").read_text(encoding="ascii")
        finally:
            daemon.terminate()
            daemon.wait()
            client.loop_stop()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return started_s, int(line.split()[1]) / 1024


class _TimedSource(FileSource):
    """A paced file that notes when its first sample was played."""

    began_s = 0.0

    def blocks(self) -> Iterator[Block]:
        for block in super().blocks():
            if block.start == 0:
                # A block is handed on when the last of its samples was played.
                self.began_s = time.monotonic() - len(block.samples) / self.sample_rate
            yield block


def _latencies(path: Path, clicks_s: list[float]) -> list[float]:
    """Seconds from each click's being played to a subscriber's having its message."""
    said: queue.Queue[tuple[float, float]] = queue.Queue()
    with EmbeddedBroker() as broker:
        client = _subscriber(broker, "+/event", said)
        source = _TimedSource(path, _BLOCK_S, pace=True)
        listen(Once(source), MqttSettings(host=broker.host, port=broker.port, discovery_prefix=""))
        time.sleep(0.5)
        client.loop_stop()
    latencies = []
    while not said.empty():
        arrived, time_s = said.get()
        if min(abs(time_s - one) for one in clicks_s) < 0.005:
            latencies.append(arrived - source.began_s - time_s)
    return latencies


def _subscriber(broker: EmbeddedBroker, leaf: str, said: "queue.Queue") -> Client:
    """A client that puts when messages came, with `time_s` where they carry one."""
    ready = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)

    def took(_client: Client, _data: object, message: MQTTMessage) -> None:
        arrived = time.monotonic()
        if leaf.endswith("event"):
            said.put((arrived, json.loads(message.payload)["time_s"]))
        elif message.payload == b"online":
            said.put(arrived)

    client.on_message = took
    client.on_subscribe = lambda *_: ready.set()
    client.connect(broker.host, broker.port)
    client.subscribe(f"runout/{leaf}", qos=1)
    client.loop_start()
    if not ready.wait(10.0):
        raise RuntimeError("the embedded broker didn't take our subscription")
    return client


if __name__ == "__main__":
    main()
