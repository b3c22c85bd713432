import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runout.errors import RunoutError
from runout.web.uploads.limits import Limits, death_words
from runout.web.uploads.process import EndedError, WorkerProcess
from runout.web.uploads.quick import BusyError, Quick
from web.uploads.handing import PATIENCE_S, silent_flac, wait_for, worn, written
from web.uploads.test_uploads import gone

ROOMY = Limits(1_500_000_000, cpu_s=100, wall_s=300, file_bytes=100_000_000, nice=1)


def errand(folder, sound, task="grade"):
    return {
        "task": task,
        "sound": str(sound),
        "folder": str(folder),
        "name": "a",
        "longest_s": 1e9,
        "config": str(written_settings(folder)),
        "fields": {},
    }


def written_settings(folder):
    path = folder / "settings.toml"
    path.touch()
    return path


@pytest.fixture
def hire(tmp_path):
    hired = []

    def hire(**limits):
        fields = {name: getattr(ROOMY, name) for name in Limits.__dataclass_fields__}
        hired.append(WorkerProcess(Limits(**{**fields, **limits}), tmp_path))
        return hired[-1]

    yield hire
    for one in hired:
        one.close()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"cpu_s": 0}, "took more than 0 s of the processor"),
        ({"wall_s": 1}, "took more than 1 s, and"),
    ],
)
def test_a_file_that_takes_too_long(tmp_path, hire, limits, words):
    path = silent_flac(tmp_path / "a.flac", 60)
    worker = hire(**limits)
    with pytest.raises(RunoutError, match=words):
        worker.ask(errand(tmp_path, path))
    assert not worker.alive


SWELLS = """
import sys
from runout.web.uploads.limits import Limits, limit_process

limit_process(Limits(300_000_000, cpu_s=100, wall_s=300, file_bytes=1000, nice=1))
try:
    bytearray(300_000_000)
except MemoryError:
    print("held")
"""


def test_memory_is_held_by_the_kernel():
    ran = subprocess.run(
        [sys.executable, "-c", SWELLS],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "held\n"


def test_it_cannot_fill_the_disk(tmp_path, hire):
    path = written(tmp_path / "a.aiff", worn(3.0), format="AIFF")
    worker = hire(file_bytes=100_000)
    with pytest.raises(RunoutError, match="could not be"):
        worker.ask(errand(tmp_path, path, "upload"))
    assert max(one.stat().st_size for one in tmp_path.glob("*.*") if one != path) <= 100_000


def test_it_is_polite_and_knows_nothing(hire, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/secret")
    worker = hire(nice=7)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    wait_for(lambda: os.getpriority(os.PRIO_PROCESS, worker.pid) >= min(ours + 7, 19))
    environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert b"CREDENTIALS" not in environment
    assert os.getsid(worker.pid) == worker.pid


def test_ended_from_elsewhere(tmp_path, hire):
    worker = hire()
    threading.Timer(0.5, worker.kill).start()
    with pytest.raises(EndedError):
        worker.ask(errand(tmp_path, silent_flac(tmp_path / "a.flac", 60)))


@pytest.mark.parametrize("number", [signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL, signal.SIGABRT])
def test_every_death_has_its_words(number):
    assert len({death_words(one, ROOMY) for one in (number, signal.SIGBUS)}) == 2


def test_the_warm_worker_is_kept_and_then_let_go(tmp_path):
    path = written(tmp_path / "a.wav", worn(1.0))
    quick = Quick(ROOMY, tmp_path, idle_s=PATIENCE_S)
    assert quick.pid is None
    quick.ask(errand(tmp_path, path))
    first = quick.pid
    quick.ask(errand(tmp_path, path))
    assert quick.pid == first
    quick._idle()
    assert quick.pid is None
    assert gone(first)
    quick.ask(errand(tmp_path, path))
    second = quick.pid
    os.kill(second, signal.SIGKILL)
    with pytest.raises(RunoutError, match="memory"):
        quick.ask(errand(tmp_path, path))
    quick.ask(errand(tmp_path, path))
    assert quick.pid not in (None, first, second)
    quick.stop()
    assert quick.pid is None
    with pytest.raises(BusyError):
        quick.ask(errand(tmp_path, path))


def test_the_warm_worker_goes_by_itself(tmp_path):
    quick = Quick(ROOMY, tmp_path, idle_s=0.2)
    quick.ask(errand(tmp_path, written(tmp_path / "a.wav", worn(1.0))))
    wait_for(lambda: quick.pid is None)
    quick.stop()


def test_no_more_wait_for_the_warm_worker_than_may(tmp_path, monkeypatch):
    monkeypatch.setattr("runout.web.uploads.quick.MOST_ASKING", 0)
    quick = Quick(ROOMY, tmp_path)
    with pytest.raises(BusyError, match="too many"):
        quick.ask({})
    assert quick.pid is None
