"""Which label belongs to which side, and what the last side was: over restarts, too.

A side that is cut off, by a kill or a preamp that is unplugged, goes on as another side when sound
comes back; it is the same record, so it keeps its label. After a lift the next record has none.
"""

import json
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from runout.report.messages import Fields
from runout.report.mqtt.commands import Label, label_in
from runout.report.payload import LARGEST_PAYLOAD, Payload, PayloadError
from runout.whole_file import write_whole

SAME_RECORD_S = 10.0
"""A side that begins this soon after the sound came is the one that was cut off: the needle is in
its groove, in a gap at the most. Nobody turns a record that fast"""
SAME_RECORD_WITHIN_S = 1800.0
"""... unless so much time has passed since anything was known of it: about as long as a side plays.
Switched off in the run-out, the box hears another record when it is switched on the next day"""

_log = logging.getLogger(__name__)


class Labels:
    """The labels of a box; for one thread, but for `write`."""

    def __init__(self, path: Path | None, now: Callable[[], float] = time.time) -> None:
        """`path` is of a small JSON file, which needn't exist; None keeps nothing.

        `now` gives seconds of a clock that goes on while the box is off.
        """
        self._path = path
        self._now = now
        self.side: Fields | None = None
        """The `side` of the last side that ended, with its label; None while there was none"""
        self.playing = False
        """Whether a side is on"""
        self._last = Label()
        self._open: Label | None = None
        """Of the side that plays, or was cut off; None where it has none"""
        self._open_s = 0.0
        """When that was last known to be so"""
        self._before: tuple[Label | None, float] = (None, 0.0)
        """Both, as the side began that plays"""
        self._cut = False
        self._to_write: deque[str] = deque(maxlen=1)
        self._warned = False
        if path is not None:
            self._read(path)
        self._kept = self._text()

    @property
    def label(self) -> Label:
        """Of the side that plays, or else of the last one."""
        return (self._open or Label()) if self.playing else self._last

    def begins(self, at_s: float) -> None:
        """A side has begun `at_s` seconds after the sound did."""
        self.playing, self._cut = True, False
        self._before = self._open, self._open_s
        if at_s > SAME_RECORD_S or self._now() - self._open_s > SAME_RECORD_WITHIN_S:
            self._open = None
        self._open_s = self._now()

    def sound_ends(self) -> None:
        """No more sound comes: the side that ends now is cut off, and may go on as another."""
        self._cut = True

    def ends(self, side: Fields) -> None:
        """The side has ended; `side` is what is told of it, but for the label."""
        self._last = self._open or Label()
        self._told(side)
        self.playing = False
        if not self._cut:
            self._open = None
        self._open_s = self._now()

    def none(self) -> None:
        """What began as a side was none: one that was cut off before may still go on."""
        self.playing = False
        self._open, self._open_s = self._before

    def give(self, label: Label) -> bool:
        """Label the side that plays, or else the last one; False where there is neither.

        What the label doesn't tell stays as it was; an empty text takes it away.
        """
        if not self.playing and self.side is None:
            return False
        before = self.label
        told = {key: value for key, value in asdict(label).items() if value is not None}
        merged = Label(**{key: value or None for key, value in (asdict(before) | told).items()})
        if merged == before:
            return True
        if self.playing:
            self._open, self._open_s = merged, self._now()
            return True
        # One that was cut off is the last side, and may be the next.
        if self._open == before:
            self._open = merged
        assert self.side is not None
        self._last = merged
        self._told(self.side)
        return True

    def keep(self) -> bool:
        """Take down how things stand, for `write`; False where that is as it was."""
        text = self._text()
        if self._path is None or text == self._kept:
            return False
        self._kept = text
        self._to_write.append(text)
        return True

    def write(self) -> None:
        """Write what was taken down last, and wait for the disk; for one thread, any."""
        if self._path is None or not self._to_write:
            return
        try:
            write_whole(self._path, self._to_write.pop())
            self._warned = False
        except OSError as error:
            level = logging.DEBUG if self._warned else logging.WARNING
            self._warned = True
            _log.log(level, "%s: can't be written (%s); kept until the end", self._path, error)

    def _told(self, side: Fields) -> None:
        label: Fields = dict(asdict(self._last))
        self.side = side | {"label": label}

    def _text(self) -> str:
        label = None if self._open is None else asdict(self._open)
        since_s = None if self._open is None else round(self._open_s)
        return json.dumps({"side": self.side, "label": label, "label_s": since_s})

    def _read(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                raw = file.read(LARGEST_PAYLOAD + 1)
            kept = Payload.from_json(raw)
            going_on = kept.table_or_none("label")
            since_s = kept.number_or_none("label_s")
            side = kept.table_or_none("side")
            cut_off = None if going_on is None else label_in(going_on)
            last = None if side is None else label_in(side.table("label"))
            if side is not None:
                side.text("side_id")
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, PayloadError) as error:
            _log.warning("%s: can't be read (%s); passed over", path, error)
            return
        if cut_off is not None and since_s is not None:
            self._open, self._open_s = cut_off, since_s
        if last is not None:
            self._last = last
            self.side = json.loads(raw)["side"]
