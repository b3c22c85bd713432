"""The worker process as the page has it: asked for an errand, heard as it goes, ended at will."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from runout.errors import RunoutError
from runout.web.uploads.limits import Limits, death_words

Progress = Callable[[float, str], None]
"""Told the share done, 0 to 1, and the stage in words"""

_PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TZ")
"""Of our environment, and no more: whatever holds a secret isn't for a process that reads what
anybody hands in"""
_OWN_ERROR = "could not be worked on, by an error of Runout's own; its log says more"


class EndedError(RunoutError):
    """The worker was ended from here: nobody waits for the answer."""


class WorkerProcess:
    """One worker, for one errand at a time; not to be shared among threads but for `kill`."""

    def __init__(self, limits: Limits, scratch: Path) -> None:
        """Start it; `scratch` is a folder for what its libraries write."""
        self._limits = limits
        self._killed = False
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            # One thread, and few arenas: both would count as memory that is never used.
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
            "MPLCONFIGDIR": str(scratch),
        }
        self._process = subprocess.Popen(
            # -P: what lies in the working directory is no module of ours.
            [sys.executable, "-P", "-m", "runout.web.uploads.worker", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            # Ctrl-C in a terminal is for the page, which ends its workers itself.
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, errand: Mapping[str, object], progress: Progress | None = None) -> None:
        """Have an errand done; what comes of it lies in the files that the errand names.

        Raises RunoutError, the rest of a sentence that begins with the file's name, where it
        couldn't be done, and EndedError where `kill` was called meanwhile.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(errand).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise self._gone() from error
        for line in stdout:
            answer = json.loads(line)
            if "progress" in answer:
                if progress is not None:
                    progress(answer["progress"], answer["stage"])
            elif "failed" in answer:
                raise RunoutError(answer["failed"])
            else:
                return
        raise self._gone()

    def kill(self) -> None:
        """End it now, whatever it does. From any thread."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """End it and forget it."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):  # what it never read of its errand
                pipe.close()

    def _gone(self) -> RunoutError:
        status = self._process.wait()
        if self._killed:
            return EndedError("was cancelled")
        return RunoutError(_OWN_ERROR if status >= 0 else death_words(-status, self._limits))
