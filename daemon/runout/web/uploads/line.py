"""The line in which files wait: each in a folder with its job, so that a restart loses none."""

import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from runout.errors import RunoutError
from runout.report.instant import iso_utc
from runout.report.payload import Json, printable
from runout.web.uploads.job import Job, Source, Task, is_id
from runout.whole_file import write_whole

MOST_WAITING = 50
MOST_KEPT = 100
"""Jobs that are over stay on the list, up to so many"""
INTERRUPTED = "the station was stopped while it was being worked on; please hand it in again"

_SOUND = "sound"
_JOB = "job.json"
_MADE = "made"


class WaitingLine:
    """All jobs, those that are over as well, in the order in which they came. From any thread."""

    def __init__(self, folder: Path, tell: Callable[[str, dict[str, Json]], None]) -> None:
        """`folder` holds a folder a job, `tell` is told ("upload", job) when one changes."""
        self._folder = folder
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._stopping = False
        self.changed = threading.Condition()
        """Held while jobs are looked at or changed"""

    def take_up(self, became_a_side: Callable[[str], bool]) -> None:
        """Take up what an earlier run left, in the order in which it came: what waited waits again.

        What was being worked on may be what ended that run, and is said to have failed, unless
        `became_a_side` tells of its id that nothing but the end of it was missing.
        """
        left = {folder: _read(folder) for folder in self._folder.iterdir()}
        jobs = [job for job in left.values() if job is not None]
        for job in sorted(jobs, key=lambda job: job.started_at):
            if job.state == "working" and became_a_side(job.id):
                job = done(job)
            elif job.state != "waiting" or not self.sound(job).is_file():
                job = failed(job, INTERRUPTED)
            self.set(job)
        waiting = {job.id for job in self._jobs.values() if not job.over}
        for folder in left:
            if folder.name not in waiting:
                shutil.rmtree(folder, ignore_errors=True)

    def add(self, path: Path, name: str, source: Source, task: Task) -> Job:
        """Take a file over from `path`; raise RunoutError where too many wait."""
        at = iso_utc(datetime.now(UTC))
        job = Job(secrets.token_hex(8), printable(name) or "unnamed", source, task, at)
        if self.full:
            raise RunoutError("too many files wait already; try again when some are done")
        folder = self._folder / job.id
        folder.mkdir()
        try:
            if task == "upload":
                # Before its job is there to be taken up, should the power go.
                _on_the_disk(path)
            path.rename(self.sound(job))
            self.write(job)
        except OSError:
            self.remove(job.id)
            raise
        self.set(job)
        return job

    def listed(self) -> list[Job]:
        """Return those that go into the records, the oldest first."""
        with self.changed:
            return [job for job in self._jobs.values() if job.task == "upload"]

    def get(self, job_id: str) -> Job | None:
        """Return one."""
        return self._jobs.get(job_id)

    def set(self, job: Job) -> None:
        """Have a job be as it is now."""
        with self.changed:
            self._jobs[job.id] = job
            over = [one.id for one in self._jobs.values() if one.over]
            for job_id in over[:-MOST_KEPT]:
                del self._jobs[job_id]
            self.changed.notify_all()
        if job.task == "upload":
            self._tell("upload", job.fields())

    def drop(self, job_id: str) -> None:
        """Take one that is over off the list."""
        with self.changed:
            del self._jobs[job_id]

    def next(self) -> Job | None:
        """Wait for one that waits, and return it as one that is worked on; None after `stop`."""
        with self.changed:
            while not self._stopping:
                for job in self._jobs.values():
                    if job.state == "waiting":
                        job = replace(job, state="working", stage="begins")
                        self.set(job)
                        return job
                self.changed.wait()
        return None

    def stop(self) -> None:
        """Give out no more."""
        with self.changed:
            self._stopping = True
            self.changed.notify_all()

    def count(self, state: str) -> int:
        """Return how many there are of a state."""
        with self.changed:
            return sum(job.state == state for job in self._jobs.values())

    @property
    def full(self) -> bool:
        """Whether as many wait as may."""
        return self.count("waiting") >= MOST_WAITING

    def sound(self, job: Job) -> Path:
        """Where its file lies."""
        return self._folder / job.id / _SOUND

    def made(self, job_id: str) -> Path:
        """The folder of what is made of it."""
        return self._folder / job_id / _MADE

    def write(self, job: Job) -> None:
        """Note for a next run how far it is."""
        write_whole(self._folder / job.id / _JOB, json.dumps(asdict(job)))

    def remove(self, job_id: str) -> None:
        """Delete a job's folder with all that is in it."""
        shutil.rmtree(self._folder / job_id, ignore_errors=True)


def _read(folder: Path) -> Job | None:
    """The job of a folder; None where none is that could be gone on with."""
    try:
        job = Job(**json.loads((folder / _JOB).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return job if job.id == folder.name and is_id(job.id) and job.task == "upload" else None


def _on_the_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def done(job: Job) -> Job:
    """Return a job that is done, as a side where it was to become one."""
    side_id = job.id if job.task == "upload" else None
    return replace(job, state="done", progress=1.0, stage="done", side_id=side_id)


def failed(job: Job, why: str) -> Job:
    """Return a job that failed; `why` is the rest of a sentence that begins with its name."""
    return replace(job, state="failed", stage="failed", error=f"{job.name}: {why}")


def cancelled(job: Job) -> Job:
    """Return a job that was cancelled."""
    return replace(job, state="cancelled", stage="cancelled")
