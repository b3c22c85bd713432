"""kill -9 at any moment of a side: what was finished arrives, and the database stays whole."""

import json
import math
import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile

from faults.scale import times
from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from runout.config import MqttSettings
from runout.report.mqtt.publisher import Publisher
from sounds import faded_out, noise, real_music

KILLS = times(200, 8)
SIDES = 3

# Forks a daemon at each line that it reads, kills it after so many seconds of its own CPU time (a
# machine that has little of it for us takes longer for the same), and says which sides the daemon
# had finished, how long before, and how much CPU time it had. A fork saves the start, so that more
# kills fall into a side.
DOOMED = textwrap.dedent("""
    import json
    import os
    import signal
    import sys
    import time

    from runout import listen as daemon
    from runout.config import MqttSettings
    from runout.report.mqtt.publisher import Publisher
    from runout.side.side import SideEnded
    from runout.source.feed import Once
    from runout.source.file import FileSource

    file, port = sys.argv[1], int(sys.argv[2])
    ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT
    hear = Publisher.heard

    def heard(self, told):
        hear(self, told)
        if isinstance(told, SideEnded):
            os.write(pipe, f"{told.side_id} {time.monotonic()}\\n".encode())

    Publisher.heard = heard
    settings = MqttSettings("127.0.0.1", port, device_id="box", discovery_prefix="")
    for line in sys.stdin:
        read, pipe = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            daemon.listen(Once(FileSource(file, 0.05)), settings)
            os._exit(0)
        os.close(pipe)
        # As clock_getcpuclockid(3) makes it of a process.
        clock, until_s, used_s = (~child << 3) | 2, float(line), 0.0
        while used_s < until_s and os.waitid(os.P_PID, child, ENDED) is None:
            time.sleep(0.002)
            used_s = time.clock_gettime(clock)
        os.kill(child, signal.SIGKILL)
        killed_s = time.monotonic()
        _, status = os.waitpid(child, 0)
        said = b""
        while piece := os.read(read, 65536):
            said += piece
        os.close(read)
        told = [line.split() for line in said.decode().splitlines()]
        finished = {name: killed_s - float(at_s) for name, at_s in told}
        print(json.dumps([finished, os.WIFSIGNALED(status), used_s]), flush=True)
""")


def sides(path: Path) -> None:
    """Three short sides with the needle up after each."""
    one = np.concatenate(
        (noise(1.0, level=1e-4), faded_out(real_music(7.0)), noise(6.0, level=1e-4))
    )
    soundfile.write(path, np.concatenate([one] * SIDES), 44_100)


def told_by(recorder: Recorder) -> list[str]:
    """The sides that a daemon told, without what the broker retained of them."""
    sides = [message for message in recorder.of("side") if not message.retained]
    return [json.loads(message.payload)["side_id"] for message in sides]


def integrity(path: Path) -> str:
    """What SQLite says of the outbox that a kill left, as the next start will find it."""
    db = sqlite3.connect(path)
    try:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        db.close()


@needs("mosquitto", "mosquitto")
def test_no_finished_side_is_lost_or_told_anew(
    broker: Mosquitto, tmp_path: Path, monkeypatch
) -> None:
    chance = random.Random(9)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    sides(tmp_path / "sides.wav")
    finished: dict[str, float] = {}
    arrived: Counter[str] = Counter()
    amid, verdicts = 0, []
    doomed = subprocess.Popen(
        [sys.executable, "-c", DOOMED, str(tmp_path / "sides.wav"), str(broker.port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert doomed.stdin is not None
    assert doomed.stdout is not None

    def kill_after(cpu_s: float) -> float:
        """Run and kill one; the CPU time that it had."""
        print(cpu_s, file=doomed.stdin, flush=True)
        told, was_killed, used_s = json.loads(doomed.stdout.readline())
        nonlocal amid
        amid += was_killed
        finished.update(told)
        verdicts.append(integrity(tmp_path / "outbox.db"))
        return float(used_s)

    try:
        # A stretch with a broker, a stretch without, in turn.
        whole_s = kill_after(math.inf)
        # Nobody listened to what that one said.
        finished.clear()
        amid = 0
        for first in range(0, KILLS, 10):
            with_broker = first // 10 % 2 == 0
            if not with_broker:
                broker.kill()
            elif first:
                broker.start()
            recorder = Recorder(broker.port) if with_broker else None
            if recorder is not None:
                recorder.__enter__()
            for _ in range(min(10, KILLS - first)):
                kill_after(chance.uniform(0.05, 1.0) * whole_s)
            if recorder is not None:
                time.sleep(0.5)
                arrived.update(told_by(recorder))
                recorder.__exit__()
        if not with_broker:
            broker.start()
        with Recorder(broker.port) as recorder:
            last = Publisher(MqttSettings("127.0.0.1", broker.port, device_id="box"))
            last.start()
            wait_until(lambda: last._link.up and last.voice.depth == 0, 60.0)
            last.stop()
            arrived.update(told_by(recorder))
    finally:
        doomed.kill()
        doomed.wait()
    lost = {name: ago_s for name, ago_s in finished.items() if name not in arrived}
    unknown = set(arrived) - set(finished)
    repeats = sum(count - 1 for count in arrived.values())
    print(
        f"{KILLS} kills, {amid} before the end; {len(finished)} sides finished, {len(lost)} lost "
        f"({lost}), {repeats} repeats by side_id, {len(unknown)} of unknown id; "
        f"{verdicts.count('ok')} of {len(verdicts)} databases whole"
    )
    assert set(verdicts) == {"ok"}
    assert amid > KILLS // 2
    assert len(finished) >= KILLS // 5
    assert not lost
