import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from runout.web.uploads import line, uploads
from runout.web.uploads.job import is_id
from sounds import SHELLAC
from web.uploads.handing import (
    claims,
    silent_flac,
    station,
    wait_for,
    without_length,
    worn,
    written,
)


def gone(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_a_file_becomes_a_side_that_can_be_heard(tmp_path):
    path = written(tmp_path / "a.wav", worn())
    with station(tmp_path / "state") as made:
        job = made.over(made.hand_in(path, "Future Days.wav"))
        assert (job.state, job.error, job.progress) == ("done", None, 1.0)
        (kept,) = made.shelf.sides
        assert job.side_id == kept
        assert is_id(kept)
        side_json, source, name = made.shelf.sides[kept]
        side = json.loads(side_json)
        assert (source, name) == ("upload", "Future Days.wav")
        assert side["file"] == side["name"] == "Future Days.wav"
        assert side["started_at"] == job.started_at
        assert side["counts"]["click"] >= 2
        assert side["events_left_out"] == 0
        assert side["duration_s"] == pytest.approx(3.0)
        assert made.uploads.has_sound(kept)
        assert made.uploads.sounds.sound(kept).read_bytes() == path.read_bytes()
        report = made.uploads.sounds.file(kept, "report.html").read_text()
        assert "Future Days.wav" in report
        assert "Hear the worst of it" in report
        shares = [told["progress"] for kind, told in made.told if kind == "upload"]
        assert shares == sorted(shares)
        assert {"waiting", "working", "done"} == {told["state"] for _, told in made.told}
        made.uploads.forget(kept)
        assert not made.uploads.has_sound(kept)
        assert made.uploads.sounds.file(kept, "report.html") is None
    assert not [*(tmp_path / "state/uploads/jobs").iterdir()]


def damaged_files(tmp_path):
    flac = SHELLAC.read_bytes()
    silence = silent_flac(tmp_path / "silence.flac", 2)
    return {
        "cut.flac": (flac[: len(flac) // 2], "is cut off or damaged"),
        "movie.mp4": (b"\0\0\0\x18ftypmp42" + os.urandom(5000), "isn't a sound file"),
        "words.txt": (b"hello", "isn't a sound file"),
        "long.flac": (silence.read_bytes(), "is longer than 1 min"),
        "endless.flac": (without_length(silence).read_bytes(), "is longer than 1 min"),
        "bomb.flac": (
            claims(silence, 100 * 3600 * 44_100).read_bytes(),
            "is longer than 1 min",
        ),
    }


def test_what_cannot_be_graded_is_told_in_a_sentence_and_not_kept(tmp_path):
    with station(tmp_path / "state", upload_minutes=1) as made:
        for name, (content, words) in damaged_files(tmp_path).items():
            job = made.over(made.hand_in(content, name))
            assert job.state == "failed"
            assert job.error.startswith(f"{name}: ")
            assert words in job.error
            assert str(tmp_path) not in job.error
            assert "\n" not in job.error
        assert not made.shelf.sides
    assert not [*(tmp_path / "state/sounds").iterdir()]
    assert not [*(tmp_path / "state/uploads/jobs").iterdir()]


def test_a_hostile_name_is_only_a_name(tmp_path):
    path = written(tmp_path / "a.wav", worn(1.0))
    name = "../../../<img src=x onerror=alert(1)>\x1b[2J\n" + "x" * 500
    with station(tmp_path / "state") as made:
        job = made.over(made.hand_in(path, name))
        assert job.state == "done"
        assert job.name.isprintable()
        assert len(job.name) == 200
        report = made.uploads.sounds.file(job.side_id, "report.html").read_text()
        assert "<img" not in report
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.wav", "state"]


def test_records_that_cannot_take_it(tmp_path):
    with station(tmp_path / "state") as made:
        made.shelf.broken = sqlite3.OperationalError("database or disk is full")
        job = made.over(made.hand_in(written(tmp_path / "a.wav", worn(1.0))))
        assert job.error == "side.flac: database or disk is full"
    assert not [*(tmp_path / "state/sounds").iterdir()]


def test_cancelled_while_it_waits_and_while_it_is_worked_on(tmp_path):
    with station(tmp_path / "state") as made:
        first = made.hand_in(silent_flac(tmp_path / "a.flac", 60), "first.flac")
        second = made.hand_in(tmp_path / "a.flac", "second.flac")
        wait_for(lambda: made.uploads.job(first.id).progress > 0)
        assert made.uploads.tally() == {"waiting": 1, "working": 1}
        assert made.uploads.cancel(second.id)
        assert made.uploads.job(second.id).state == "cancelled"
        worker = made.uploads._worker.pid
        assert made.uploads.cancel(first.id)
        assert made.over(first).state == "cancelled"
        assert gone(worker)
        assert made.uploads.tally() == {"waiting": 0, "working": 0}
        assert not [*(tmp_path / "state/uploads/jobs").iterdir()]
        assert made.uploads.cancel(first.id)
        assert [job.id for job in made.uploads.jobs()] == [second.id]
        assert not made.uploads.cancel(first.id)


@pytest.mark.parametrize("task", ["upload", "grade"])
@pytest.mark.parametrize("when", ["before its worker", "after its worker"])
def test_cancelled_at_any_moment_it_stays_cancelled(tmp_path, monkeypatch, task, when):
    with station(tmp_path / "state") as made:

        def cancel():
            (job_id,) = (one.name for one in (tmp_path / "state/uploads/jobs").iterdir())
            assert made.uploads.cancel(job_id)

        if when == "before its worker":

            def room(*_):
                cancel()
                return True

            monkeypatch.setattr(uploads, "has_room", room)
        else:
            close = uploads.WorkerProcess.close

            def closed(worker):
                close(worker)
                cancel()

            monkeypatch.setattr(uploads.WorkerProcess, "close", closed)
        job = made.over(made.hand_in(written(tmp_path / "a.wav", worn(1.0)), task=task))
        monkeypatch.undo()
        made.over(made.hand_in(b"1"))  # by then, all is said of the one before
        job = made.uploads.job(job.id)
        assert (job.state, job.error, job.side_id) == ("cancelled", None, None)
        assert not [*(tmp_path / "state/uploads/jobs").iterdir()]
        assert not made.shelf.sides
        assert not [*(tmp_path / "state/sounds").iterdir()]


def test_what_is_among_the_records_cannot_be_cancelled(tmp_path):
    with station(tmp_path / "state") as made:
        add = made.shelf.add

        def added(side_json, source, name):
            add(side_json, source, name)
            assert made.uploads.cancel(json.loads(side_json)["side_id"])

        made.shelf.add = added
        job = made.over(made.hand_in(written(tmp_path / "a.wav", worn(1.0))))
        assert (job.state, [*made.shelf.sides]) == ("done", [job.side_id])
        assert made.uploads.has_sound(job.side_id)


def test_where_a_file_lies_is_not_told(tmp_path, monkeypatch):
    def hired(*_):
        raise OSError(12, "Cannot allocate memory", str(tmp_path))

    monkeypatch.setattr(uploads, "WorkerProcess", hired)
    with station(tmp_path / "state") as made:
        job = made.over(made.hand_in(b"1"))
        assert job.error == "side.flac: could not be worked on: Cannot allocate memory"


def test_a_stop_in_the_middle_is_told_and_what_waits_goes_on(tmp_path):
    with station(tmp_path / "state") as made:
        first = made.hand_in(silent_flac(tmp_path / "a.flac", 60), "first.flac")
        second = made.hand_in(written(tmp_path / "b.wav", worn(1.0)), "second.wav")
        third = made.hand_in(tmp_path / "b.wav", "third.wav", "grade")
        wait_for(lambda: made.uploads.job(first.id).progress > 0)
        worker = made.uploads._worker.pid
    assert gone(worker)
    with station(tmp_path / "state") as made:
        assert made.uploads.job(first.id).state == "failed"
        assert "first.flac: the station was stopped" in made.uploads.job(first.id).error
        assert made.over(second).state == "done"
        assert made.uploads.job(third.id) is None  # whoever asked is gone
    assert not [*(tmp_path / "state/uploads/jobs").iterdir()]


KILLED = """
import sys, time
from pathlib import Path
from runout.config import WebSettings
from runout.web.uploads.uploads import Uploads

class Shelf:
    def add(self, *side):
        pass

made = Uploads(WebSettings(), Path(sys.argv[1]), Shelf(), lambda kind, job: None)
made.start()
with made.arriving() as folder:
    (folder / "sound").write_bytes(Path(sys.argv[2]).read_bytes())
    job = made.submit(folder / "sound", "a.flac", "upload")
while not made.job(job.id).progress:
    time.sleep(0.02)
print(made._worker.pid, job.id, "numpy" in sys.modules, flush=True)
time.sleep(600)
"""


def test_a_killed_page_leaves_no_worker_and_says_so_next_time(tmp_path):
    path = silent_flac(tmp_path / "a.flac", 60)
    page = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "state"), str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with page:
        pid, job_id, numpy = page.stdout.readline().split()
        page.send_signal(signal.SIGKILL)
    assert numpy == b"False"
    wait_for(lambda: gone(int(pid)))
    with station(tmp_path / "state") as made:
        (job,) = made.uploads.jobs()
        assert (job.id, job.state) == (job_id.decode(), "failed")
        assert not [*(tmp_path / "state/uploads/jobs").iterdir()]


KILLED_AMID = """
import json, os, signal, sys, time
from pathlib import Path
from runout.config import WebSettings
from runout.web.uploads.uploads import Uploads

class Shelf:
    def add(self, side_json, source, name):
        print(json.loads(side_json)["side_id"], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

made = Uploads(WebSettings(), Path(sys.argv[1]), Shelf(), lambda kind, job: None)
made.start()
with made.arriving() as folder:
    (folder / "sound").write_bytes(Path(sys.argv[2]).read_bytes())
    made.submit(folder / "sound", "a.wav", "upload")
time.sleep(600)
"""


@pytest.mark.parametrize("added", [False, True])
def test_killed_as_it_goes_into_the_records(tmp_path, added):
    path = written(tmp_path / "a.wav", worn(1.0))
    page = subprocess.run(
        [sys.executable, "-c", KILLED_AMID, str(tmp_path / "state"), str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    side_id = page.stdout.decode().strip()
    with station(tmp_path / "state", sides=[side_id] if added else []) as made:
        (job,) = made.uploads.jobs()
        assert (job.state, job.side_id) == (("done", side_id) if added else ("failed", None))
        assert made.uploads.has_sound(side_id) == added
    assert [one.name for one in (tmp_path / "state/sounds").iterdir()] == [side_id] * added
    assert not [*(tmp_path / "state/uploads/jobs").iterdir()]


def test_a_worker_that_dies_takes_nobody_with_it(tmp_path):
    with station(tmp_path / "state") as made:
        job = made.hand_in(silent_flac(tmp_path / "a.flac", 60))
        wait_for(lambda: made.uploads.job(job.id).progress > 0)
        os.kill(made.uploads._worker.pid, signal.SIGSEGV)
        assert "broke the decoder (SIGSEGV)" in made.over(job).error
        assert made.over(made.hand_in(written(tmp_path / "b.wav", worn(1.0)))).state == "done"


def test_the_line_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(line, "MOST_WAITING", 1)
    monkeypatch.setattr(line, "MOST_KEPT", 2)
    with station(tmp_path / "state") as made:
        first = made.hand_in(silent_flac(tmp_path / "a.flac", 60))
        wait_for(lambda: made.uploads.job(first.id).state == "working")
        second = made.hand_in(b"1")
        with pytest.raises(uploads.RunoutError, match="too many files wait"):
            made.hand_in(b"2")
        made.uploads.cancel(first.id)
        made.over(second)
        third = made.over(made.hand_in(b"3"))
        assert [job.id for job in made.uploads.jobs()] == [second.id, third.id]


def test_a_full_disk_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("runout.web.uploads.room.FLOOR_BYTES", 1 << 60)
    with station(tmp_path / "state") as made:
        job = made.over(made.hand_in(written(tmp_path / "a.wav", worn(1.0))))
        assert job.error == "side.flac: too little room is left on the disk to work on it"
