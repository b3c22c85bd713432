"""The worker process: takes errands as lines of JSON, and says how they go in lines of JSON.

What can be made to fail or to swell by what is in a file happens here, under limits that the
kernel holds, and in a process that knows no secret: decoding, hearing, drawing.
"""

import json
import os
import queue
import sys
import threading
import time
from typing import IO, Any

from runout.errors import RunoutError
from runout.web.uploads.limits import Limits, limit_process, start_clocks, stop_clocks

_BETWEEN_S = 0.3
"""Between two words of progress"""


class Teller:
    """Writes answers."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._told_s = -_BETWEEN_S
        self._stage = ""

    def progress(self, share: float, stage: str) -> None:
        """Tell the share done and the stage, now and then."""
        now_s = time.monotonic()
        if stage != self._stage or now_s - self._told_s >= _BETWEEN_S:
            self._told_s, self._stage = now_s, stage
            self.tell({"progress": round(share, 3), "stage": stage})

    def tell(self, answer: dict[str, object]) -> None:
        """Write one answer."""
        self._out.write(json.dumps(answer).encode() + b"\n")
        self._out.flush()


def _read_errands(errands: "queue.SimpleQueue[dict[str, Any]]") -> None:
    """Read them until whoever sends them closes the pipe or dies, and end with them."""
    for line in sys.stdin.buffer:
        errands.put(json.loads(line))
    # Whatever is still under way, nobody waits for it.
    os._exit(0)


def main() -> None:
    """Work on errands, one after the other, until the pipe that they come by ends."""
    limits = Limits(**json.loads(sys.argv[1]))
    limit_process(limits)
    # Decoders print what they think of a file: on stdout that would be an answer, and in the log
    # megabytes of it.
    out = os.fdopen(os.dup(1), "wb")
    sys.stderr = os.fdopen(os.dup(2), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    teller = Teller(out)
    errands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_errands, args=(errands,), daemon=True).start()
    # After the limits: reading libraries in is work as well.
    from runout.web.uploads.errands import Errands

    at_work = Errands(teller.progress)
    while True:
        errand = errands.get()
        start_clocks(limits)
        try:
            at_work.run(errand)
            answer: dict[str, object] = {"done": True}
        except RunoutError as error:
            answer = {"failed": str(error)}
        except MemoryError:
            answer = {"failed": "needs more memory than a file is allowed"}
        except OSError as error:
            answer = {"failed": f"could not be worked on: {error.strerror}"}
        stop_clocks()
        teller.tell(answer)


if __name__ == "__main__":
    main()
