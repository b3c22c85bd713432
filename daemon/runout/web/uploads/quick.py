"""The warm worker: what has to be answered at once is asked of a process that is there already."""

import threading
from collections.abc import Mapping
from pathlib import Path

from runout.errors import RunoutError
from runout.web.uploads.limits import Limits
from runout.web.uploads.process import WorkerProcess

IDLE_S = 60.0
"""After which it is ended: it holds the memory of a whole ear"""
MOST_ASKING = 8


class BusyError(RunoutError):
    """Too many ask at once."""


class Quick:
    """Starts a worker on the first errand and keeps it while there are more. From any thread."""

    def __init__(self, limits: Limits, scratch: Path, idle_s: float = IDLE_S) -> None:
        self._limits = limits
        self._scratch = scratch
        self._idle_s = idle_s
        self._at_work = threading.Lock()
        self._asking = 0
        self._state = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._timer: threading.Timer | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None while there is none."""
        worker = self._worker
        return None if worker is None else worker.pid

    def ask(self, errand: Mapping[str, object]) -> None:
        """Have an errand done, see WorkerProcess.ask; BusyError where too many wait already."""
        with self._state:
            if self._asking >= MOST_ASKING:
                raise BusyError("too many ask at once; try again in a moment")
            self._asking += 1
        try:
            with self._at_work:
                self._ask(errand)
        finally:
            with self._state:
                self._asking -= 1

    def stop(self) -> None:
        """End the worker, whatever it does; no other is started."""
        with self._state:
            self._stopped = True
            if self._worker is not None:
                self._worker.kill()
        with self._at_work:
            self._drop()

    def _ask(self, errand: Mapping[str, object]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._state:
            if self._stopped:
                raise BusyError("the station is being stopped")
            if self._worker is None:
                self._worker = WorkerProcess(self._limits, self._scratch)
            worker = self._worker
        try:
            worker.ask(errand)
        finally:
            if worker.alive:
                self._timer = threading.Timer(self._idle_s, self._idle)
                self._timer.daemon = True
                self._timer.start()
            else:
                self._drop()

    def _idle(self) -> None:
        # Where somebody asks just now, it isn't idle, and a timer is set when that is over.
        if self._at_work.acquire(blocking=False):
            try:
                self._drop()
            finally:
                self._at_work.release()

    def _drop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._state:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()
