"""A preamp that is pulled out and put back, again and again, on a real PortAudio."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import soundfile

from faults.scale import times
from needs import needs
from pulse import NEEDS_PULSE, PulseSink, pulse_sink
from report.brokers import Mosquitto, Recorder, wait_until
from sounds import faded_out, real_music

TIMES = times(20, 3)
AGAIN_S = 5.0
"""Seconds from the plug to the first block"""
START_S = 60.0
"""Seconds that a daemon has to start, or to say what became of it, on a machine that is busy"""

# Says each source that begins, each that ends, and what the process holds by then.
HEAR = textwrap.dedent("""
    import json
    import sys
    import threading
    import time
    from pathlib import Path

    from runout.source.preamp import Preamp

    def say(**said):
        print(json.dumps(said | {"at_s": time.monotonic()}), flush=True)

    def held():
        status = Path("/proc/self/status").read_text()
        rss_kb = int(status.split("VmRSS:")[1].split()[0])
        fds = len(list(Path("/proc/self/fd").iterdir()))
        tasks = len(list(Path("/proc/self/task").iterdir()))
        return {"rss_kb": rss_kb, "fds": fds, "tasks": tasks}

    def settled(lowest):
        # A thread that was joined stays in /proc until the kernel has taken it away.
        until_s = time.monotonic() + 5.0
        seen = [held()]
        while time.monotonic() < until_s and seen[-1]["tasks"] > lowest:
            time.sleep(0.02)
            seen.append(held())
        return min(seen, key=lambda one: one["tasks"])

    beats = []
    lowest = 0
    preamp = Preamp("phono", 0.05)
    for source in preamp.sources(lambda reason: beats.append(time.monotonic())):
        for block in source.blocks():
            if block.start == 0:
                waits = [b - a for a, b in zip(beats, beats[1:])]
                say(began=source.name, longest_wait_s=max(waits, default=0))
                beats.clear()
        ended = settled(lowest)
        lowest = min(lowest or ended["tasks"], ended["tasks"])
        say(ended=source.ended, **ended)
""")


class Hearing:
    def __init__(self, sink: PulseSink, program: str = HEAR) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            env={**sink.env, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def next(self) -> dict:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> "Hearing":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


@NEEDS_PULSE
def test_a_preamp_is_found_again_each_time_and_nothing_is_left_behind(tmp_path: Path) -> None:
    pytest.importorskip("pyaudio")
    took, held = [], []
    with pulse_sink(tmp_path) as sink, Hearing(sink) as hearing:
        assert hearing.next()["began"] == "phono"
        for _ in range(TIMES):
            sink.unplug()
            ended = hearing.next()
            assert "no sound arrives" in ended["ended"]
            held.append(ended)
            time.sleep(0.5)
            sink.plug()
            plugged_s = time.monotonic()
            again = hearing.next()
            took.append(again["at_s"] - plugged_s)
            assert again["longest_wait_s"] < 4.0
    half = len(held) // 2
    early, late = (
        {key: max(one[key] for one in some) for key in ("rss_kb", "fds", "tasks")}
        for some in (held[: half + 1], held[half:])
    )
    print(f"{TIMES} times, again after {min(took):.1f} to {max(took):.1f} s; {early}, then {late}")
    assert max(took) < AGAIN_S
    assert late["fds"] == early["fds"]
    assert {one["tasks"] for one in held} == {held[0]["tasks"]}
    assert late["rss_kb"] - early["rss_kb"] < 2000


@NEEDS_PULSE
@needs("mosquitto", "mosquitto")
def test_the_daemon_says_offline_and_online_and_hears_on(broker: Mosquitto, tmp_path: Path) -> None:
    pytest.importorskip("pyaudio")
    with pulse_sink(tmp_path) as sink, Recorder(broker.port) as recorder:
        sink.unplug()
        daemon = subprocess.Popen(
            [
                *(sys.executable, "-m", "runout", "listen", "--device", "phono"),
                *("--broker", f"127.0.0.1:{broker.port}", "--device-id", "box"),
            ],
            env={
                **sink.env,
                "STATE_DIRECTORY": str(tmp_path),
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            # It starts without, and obeys.
            wait_until(lambda: "online" in recorder.said("availability"), START_S)
            recorder.publish("runout/box/cmd/identify", "{}")
            wait_until(lambda: bool(recorder.of("cmd/result")), START_S)
            assert set(recorder.said("audio/availability")) == {"offline"}
            for times_ in (1, 2):
                sink.plug()
                wait_until(lambda: recorder.said("audio/availability")[-1] == "online", START_S)
                played = tmp_path / "side.wav"
                soundfile.write(played, faded_out(real_music(4.0)), 44_100)
                sink.play(played)
                sink.unplug()
                wait_until(lambda: recorder.said("audio/availability")[-1] == "offline", START_S)
                # The side that was playing ended with its sound.
                wait_until(lambda count=times_: len(recorder.of("side")) >= count, START_S)
            daemon.send_signal(signal.SIGTERM)
            _, said = daemon.communicate(timeout=60)
        finally:
            daemon.kill()
    assert daemon.returncode == 0
    assert "Traceback" not in said
    assert said.count("is it unplugged?") == 2
    assert 1 <= said.count("waiting for the preamp") <= 3
