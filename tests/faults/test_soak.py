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
CLICK_EVERY_S = 61.0

# Feeds records to the real daemon: sides of music with a click every minute, the needle up between.
# Says, every quarter of an hour of sound, what the process holds.
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

    port, hours, every_s = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    RATE, BLOCK, SIDE_S, UP_S = 44_100, 2205, 19 * 60, 40
    music = faded_out(real_music(9.0))
    floor = noise(10.0, level=3e-5)

    class Records:
        name, sample_rate, duration_s = "records", RATE, None

        def blocks(self):
            for start in range(0, int(hours * 3600 * RATE), BLOCK):
                place = start // RATE % (SIDE_S + UP_S)
                sound = music if place < SIDE_S else floor
                samples = sound[np.arange(start, start + BLOCK) % len(sound)]
                click = -(-start // int(every_s * RATE)) * int(every_s * RATE)
                if click + 12 < start + BLOCK and 10 < place < SIDE_S - 5:
                    samples = samples.copy()
                    samples[click - start : click - start + 12, 0] += 0.7 * (-1) ** np.arange(12)
                yield Block(samples, start)
                if start % (900 * RATE) < BLOCK:
                    held = {
                        "hours": start / RATE / 3600,
                        "rss_kb": rss_kb(),
                        "fds": len(list(Path("/proc/self/fd").iterdir())),
                        "threads": threading.active_count(),
                    }
                    print(json.dumps(held), flush=True)

        def close(self):
            pass

    listen(Once(Records()), MqttSettings("127.0.0.1", port, device_id="box"), live=False)
    print(json.dumps({"hours": hours, "rss_kb": rss_kb(), "fds": 0, "threads": 0}))
""")


@needs("mosquitto", "mosquitto")
def test_hours_of_records_leave_nothing_behind(broker: Mosquitto, tmp_path: Path) -> None:
    with Recorder(broker.port) as recorder:
        daemon = subprocess.run(
            [sys.executable, "-c", SOAK, str(broker.port), str(HOURS), str(CLICK_EVERY_S)],
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
    held = [json.loads(line) for line in daemon.stdout.splitlines()]
    settled = [one for one in held if one["hours"] >= min(1.0, HOURS / 2)]
    growth_kb = max(one["rss_kb"] for one in settled) - settled[0]["rss_kb"]
    running = settled[:-1] or settled
    heard = np.array([one["time_s"] for one in events if one["kind"] in ("click", "pop")])
    # Every click of ours stands where its sample does, after hours as in the first minute.
    due = np.round(heard / CLICK_EVERY_S) * CLICK_EVERY_S
    ours = np.abs(heard - due) < 0.1
    drift_s = np.abs(heard - due)[ours]
    print(
        f"{HOURS} hours, {sides} sides, {ours.sum()} clicks at most {1000 * drift_s.max():.2f} ms "
        f"off, RSS {settled[0]['rss_kb']} kB, grew {growth_kb} kB, "
        f"fds {running[0]['fds']} to {running[-1]['fds']}, "
        f"threads {running[0]['threads']} to {running[-1]['threads']}"
    )
    # Some fall between sides, or under a loud moment.
    assert ours.sum() >= 0.6 * int(HOURS * 3600 / CLICK_EVERY_S)
    assert drift_s.max() < 0.003
    assert {one["threads"] for one in running} == {running[0]["threads"]}
    assert running[-1]["fds"] <= running[0]["fds"]
    if HOURS > 1.0:
        assert growth_kb < GROWTH_KB
