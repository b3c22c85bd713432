"""Hours of records on end, faster than they would play: nothing grows, nothing drifts."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np

from faults.scale import FULL
from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until

HOURS = float(os.environ.get("RUNOUT_SOAK_HOURS", 5 if FULL else 0.05))
GROWTH_KB = 2000
CLICK_EVERY_S = 63.0
CLICK_FROM_S = 2.0
"""Seconds; so each falls on the same moment of the loop of 9 s, amid loud music"""

# Feeds records to the real daemon: sides of music with a click every minute, the needle up between.
# Says, every quarter of an hour of sound (and four times in less than one), what the process holds;
# in the end, how many clicks it put in.
SOAK = textwrap.dedent("""
    import json
    import sys
    import threading
    from pathlib import Path

    import numpy as np

    from faults.scale import rss_kb
    from runout.config import MqttSettings
    from runout.listen import listen
    from runout.source.block import Block
    from runout.source.feed import Once
    from sounds import faded_out, noise, real_music

    port = int(sys.argv[1])
    hours, every_s, from_s = (float(argument) for argument in sys.argv[2:])
    RATE, BLOCK, SIDE_S, UP_S = 44_100, 2205, 19 * 60, 40
    music = faded_out(real_music(9.0))
    floor = noise(10.0, level=3e-5)

    class Records:
        name, sample_rate, duration_s = "records", RATE, None
        clicks = 0

        def blocks(self):
            for start in range(0, int(hours * 3600 * RATE), BLOCK):
                place = start // RATE % (SIDE_S + UP_S)
                sound = music if place < SIDE_S else floor
                samples = sound[np.arange(start, start + BLOCK) % len(sound)]
                # A click begins a block, so that it never straddles two.
                if (start - from_s * RATE) % (every_s * RATE) == 0 and 10 < place < SIDE_S - 5:
                    samples = samples.copy()
                    samples[:12, 0] += 0.7 * (-1) ** np.arange(12)
                    self.clicks += 1
                yield Block(samples, start)
                if start % int(min(900, 900 * hours) * RATE) < BLOCK:
                    held = {
                        "hours": start / RATE / 3600,
                        "rss_kb": rss_kb(),
                        "fds": len(list(Path("/proc/self/fd").iterdir())),
                        "threads": threading.active_count(),
                    }
                    print(json.dumps(held), flush=True)

        def close(self):
            pass

    records = Records()
    listen(Once(records), MqttSettings("127.0.0.1", port, device_id="box"), live=False)
    print(json.dumps({"clicks": records.clicks}))
""")


@needs("mosquitto", "mosquitto")
def test_hours_of_records_leave_nothing_behind(broker: Mosquitto, tmp_path: Path) -> None:
    with Recorder(broker.port) as recorder:
        daemon = subprocess.run(
            [
                sys.executable,
                "-c",
                SOAK,
                *map(str, (broker.port, HOURS, CLICK_EVERY_S, CLICK_FROM_S)),
            ],
            env={
                **os.environ,
                "STATE_DIRECTORY": str(tmp_path),
                "PYTHONPATH": os.pathsep.join(sys.path),
                "OPENBLAS_NUM_THREADS": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert daemon.returncode == 0, daemon.stderr[-3000:]
        wait_until(lambda: len(recorder.of("side")) > HOURS * 3600 / 1180 - 1)
        events = [json.loads(event) for event in recorder.said("event")]
        sides = len(recorder.of("side"))
    *held, put = (json.loads(line) for line in daemon.stdout.splitlines())
    settled = [one for one in held if one["hours"] >= min(1.0, HOURS / 2)]
    growth_kb = max(one["rss_kb"] for one in settled) - settled[0]["rss_kb"]
    heard = np.array([one["time_s"] for one in events if one["kind"] in ("click", "pop")])
    # Every click of ours stands where its sample does, after hours as in the first minute.
    turn = np.round((heard - CLICK_FROM_S) / CLICK_EVERY_S)
    off_s = np.abs(heard - CLICK_FROM_S - turn * CLICK_EVERY_S)
    drift_s = off_s[off_s < 0.1]
    print(
        f"{HOURS} hours, {sides} sides, {len(drift_s)} of {put['clicks']} clicks heard, at most "
        f"{1000 * drift_s.max():.2f} ms off, RSS {settled[0]['rss_kb']} kB, grew {growth_kb} kB, "
        f"fds {settled[0]['fds']} to {settled[-1]['fds']}, "
        f"threads {settled[0]['threads']} to {settled[-1]['threads']}"
    )
    assert 0.95 * put["clicks"] <= len(drift_s) <= put["clicks"]
    assert drift_s.max() < 0.003
    assert {one["threads"] for one in settled} == {settled[0]["threads"]}
    assert settled[-1]["fds"] <= settled[0]["fds"]
    if HOURS > 1.0:
        assert growth_kb < GROWTH_KB
