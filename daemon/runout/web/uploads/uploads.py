"""The files that were handed in, one worked on at a time, the others waiting in a bounded line."""

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from logging import getLogger
from pathlib import Path
from typing import Protocol

from runout.config import WebSettings
from runout.errors import RunoutError
from runout.report.payload import Json
from runout.web.records.told import ToldError
from runout.web.uploads.job import Job, Source, Task
from runout.web.uploads.limits import Limits
from runout.web.uploads.line import WaitingLine, cancelled, done, failed
from runout.web.uploads.process import EndedError, WorkerProcess
from runout.web.uploads.quick import Quick
from runout.web.uploads.room import has_room
from runout.web.uploads.sounds import Sounds

MOST_ARRIVING = 8
ANSWER = "answer.json"
"""What a worker writes into the folder that it is given"""

_log = getLogger(__name__)

_MEMORY_BYTES = 1_500_000_000
_CPU_PER_SOUND_S = 1.0
"""CPU seconds that a second of sound may take; the ear is built to need a tenth of that on a Pi
Zero 2 W"""
_WALL_PER_CPU = 2
_LEAST_CPU_S = 120
_QUICK = Limits(_MEMORY_BYTES, cpu_s=60, wall_s=120, file_bytes=200_000_000, nice=5)
"""Somebody waits for it, so it goes before the files"""


class Shelf(Protocol):
    """Where sides are kept."""

    def add(self, side_json: bytes, source: str, name: str) -> None:
        """Put a side there: JSON as /api/sides/{id} answers it. From any thread.

        Raises ToldError or sqlite3.Error where it can't be kept.
        """

    def summary(self, side_id: str) -> object | None:
        """Return what is told of a side in short; None where there is no such side."""


class Uploads:
    """Takes files, has them worked on, and says how that goes. All of it from any thread."""

    def __init__(
        self,
        settings: WebSettings,
        state: Path,
        shelf: Shelf,
        tell: Callable[[str, dict[str, Json]], None],
        config: Path | None = None,
    ) -> None:
        """`state` is the box's folder, `tell` is told ("upload", job) whenever one changes.

        `config` is the file of settings, so that a file is graded as `runout grade` would.
        """
        self.most_bytes = settings.upload_mb * 1_000_000
        self._most_s = settings.upload_minutes * 60.0
        self._config = config
        self.models = state / "models"
        """Folder of the predecessors' models, where any are installed"""
        self._shelf = shelf
        self._folder = state / "uploads"
        self._incoming = self._folder / "incoming"
        self._scratch = self._folder / "scratch"
        self.sounds = Sounds(state / "sounds")
        cpu_s = max(_LEAST_CPU_S, round(_CPU_PER_SOUND_S * self._most_s))
        # A sound that browsers can't play becomes a FLAC, which may be larger than a lossy file.
        file_bytes = 2 * self.most_bytes + 100_000_000
        self._limits = Limits(_MEMORY_BYTES, cpu_s, _WALL_PER_CPU * cpu_s, file_bytes, nice=10)
        self.quick = Quick(_QUICK, self._scratch)
        self._arriving = threading.BoundedSemaphore(MOST_ARRIVING)
        self._line = WaitingLine(self._folder / "jobs", tell)
        self._worker: WorkerProcess | None = None
        self._unwanted: str | None = None
        """Id of the job that was cancelled while it was worked on"""
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="runout-uploads", daemon=True)

    def start(self) -> None:
        """Take up what an earlier run left, and begin to work."""
        self.sounds.start()
        for folder in (self._incoming, self._scratch):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        (self._folder / "jobs").mkdir(exist_ok=True)
        self._line.take_up(self._became_a_side)
        self._thread.start()

    def stop(self) -> None:
        """End what is under way; what waits is taken up at the next start."""
        with self._line.changed:
            self._stopping = True
            if self._worker is not None:
                self._worker.kill()
        self._line.stop()
        self._thread.join()
        self.quick.stop()

    @contextmanager
    def arriving(self) -> Iterator[Path]:
        """Give a folder for a file that is about to arrive, and what is made of it.

        It goes afterwards with all that is still in it. Raises RunoutError where too many arrive
        at once.
        """
        if not self._arriving.acquire(blocking=False):
            raise RunoutError("too many files arrive at once; try again in a moment")
        try:
            with tempfile.TemporaryDirectory(dir=self._incoming) as folder:
                yield Path(folder)
        finally:
            self._arriving.release()

    @property
    def full(self) -> bool:
        """Whether as many wait as may."""
        return self._line.full

    def submit(self, path: Path, name: str, source: Source, task: Task = "upload") -> Job:
        """Take a file that has arrived over from `path`.

        Raises RunoutError where too many wait, OSError where the disk fails.
        """
        return self._line.add(path, name, source, task)

    def jobs(self) -> list[Job]:
        """Return the files that were handed in for the records, the oldest first."""
        return self._line.listed()

    def job(self, job_id: str) -> Job | None:
        """Return one, of whatever task."""
        return self._line.get(job_id)

    def tally(self) -> dict[str, int]:
        """Return how many wait and how many are worked on."""
        return {state: self._line.count(state) for state in ("waiting", "working")}

    def cancel(self, job_id: str) -> bool:
        """Cancel what waits or is worked on, drop what is over; tell whether it was there."""
        with self._line.changed:
            job = self._line.get(job_id)
            if job is None:
                return False
            if job.over:
                self._line.drop(job_id)
            elif job.state == "working":
                self._unwanted = job_id
                if self._worker is not None:
                    self._worker.kill()
                return True  # its folder is the worker's until it is gone
            else:
                self._line.set(cancelled(job))
        self._line.remove(job_id)
        return True

    def answer(self, job_id: str) -> Path:
        """Return where the JSON lies that came of a job with another task than "upload"."""
        return self._line.made(job_id) / ANSWER

    def errand(
        self, task: Task, sound: Path, folder: Path, name: str, longest_s: float
    ) -> dict[str, object]:
        """Return what a worker is asked about a sound; it writes ANSWER into `folder`."""
        return {
            "task": task,
            "sound": str(sound),
            "folder": str(folder),
            "name": name,
            "longest_s": longest_s,
            "config": None if self._config is None else str(self._config),
            "models": str(self.models),
        }

    def has_sound(self, side_id: str) -> bool:
        """Tell whether a side can be heard."""
        return self.sounds.has(side_id)

    def forget(self, side_id: str) -> None:
        """Delete what is kept of a side."""
        self.sounds.forget(side_id)

    def _work(self) -> None:
        try:
            while (job := self._line.next()) is not None:
                self._work_on(job)
        finally:
            if not self._stopping:
                # A page that takes files and works on none must not look healthy.
                _log.critical("the thread that works on files broke; the service ends with it")
                os._exit(1)

    def _work_on(self, job: Job) -> None:
        job = self._done(job)
        if self._stopping and job.state == "cancelled" and self._unwanted != job.id:
            return  # the next run says what became of it
        if job.state != "done" or job.task == "upload":
            self._line.remove(job.id)
        with self._line.changed:
            self._worker = None
            # Of what is a side already, nothing can be taken back here.
            unwanted = self._unwanted == job.id and job.side_id is None
            self._line.set(cancelled(job) if unwanted else job)
        if unwanted:
            self._line.remove(job.id)

    def _done(self, job: Job) -> Job:
        """Have a job done; return it as it is then."""
        heard = job

        def progress(share: float, stage: str) -> None:
            nonlocal heard
            heard = replace(job, progress=share, stage=stage)
            self._line.set(heard)

        made = self._line.made(job.id)
        try:
            # Should we be killed meanwhile, the next run must not try it again.
            self._line.write(job)
            if not has_room(made.parent, self._line.sound(job).stat().st_size):
                raise RunoutError("too little room is left on the disk to work on it")
            made.mkdir()
            with closing(self._hire(job)) as worker:
                worker.ask(self._errand(job), progress)
            if job.task == "upload":
                self._keep(job)
        except EndedError:
            return cancelled(heard)
        except (RunoutError, OSError, sqlite3.Error, ToldError) as error:
            _log.warning("a file that was handed in failed: %s: %s", job.name, error)
            return failed(heard, _words(error))
        return done(heard)

    def _hire(self, job: Job) -> WorkerProcess:
        with self._line.changed:
            if self._stopping or self._unwanted == job.id:
                raise EndedError("was cancelled")
            self._worker = WorkerProcess(self._limits, self._scratch)
            return self._worker

    def _errand(self, job: Job) -> dict[str, object]:
        sound, made = self._line.sound(job), self._line.made(job.id)
        fields = {
            "side_id": job.id,
            "source": job.source,
            "name": job.name,
            "started_at": job.started_at,
        }
        return {**self.errand(job.task, sound, made, job.name, self._most_s), "fields": fields}

    def _keep(self, job: Job) -> None:
        if self._unwanted == job.id:
            raise EndedError("was cancelled")
        made = self._line.made(job.id)
        answer = made / ANSWER
        side_json = answer.read_bytes()
        answer.unlink()
        self.sounds.keep(job.id, made)
        try:
            self._shelf.add(side_json, job.source, job.name)
        except BaseException:
            self.sounds.forget(job.id)
            raise

    def _became_a_side(self, job_id: str) -> bool:
        """Tell what became of a job amid which the run ended; none but a side has a sound."""
        if self._shelf.summary(job_id) is not None:
            return True
        self.sounds.forget(job_id)
        return False


def _words(error: Exception) -> str:
    """What is said of an error to whoever handed a file in: where it lies here is not for them."""
    if isinstance(error, OSError):
        return f"could not be worked on: {error.strerror}"
    return str(error)
