"""A file that was handed in, and what has become of it."""

import re
from dataclasses import asdict, dataclass
from typing import Literal

from runout.report.payload import Json

Source = Literal["upload", "microphone"]
Task = Literal["upload", "grade", "analyze", "rf", "svm"]
"""Into the records; graded only; probabilities by the second, for those who ask the old way: by
our model, and by the predecessors' where they are installed"""
State = Literal["waiting", "working", "done", "failed", "cancelled"]

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
"""Of jobs and sides: an id is a name of a folder, too"""
_ID = re.compile(ID_PATTERN)


def is_id(text: str) -> bool:
    """Tell whether a text may be an id, and so a folder's name."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Job:
    """One file on its way."""

    id: str
    name: str
    """The file's, as it was given: from anybody, to be shown and never used as a path"""
    source: Source
    task: Task
    started_at: str
    """When it was handed in, ISO 8601 in UTC"""
    state: State = "waiting"
    progress: float = 0.0
    """0 to 1"""
    stage: str = "waits for its turn"
    """In words"""
    error: str | None = None
    """One sentence"""
    side_id: str | None = None
    """The side that it became"""

    @property
    def over(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in ("done", "failed", "cancelled")

    def fields(self) -> dict[str, Json]:
        """Return it as the API has it."""
        return asdict(self)
