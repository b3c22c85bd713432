"""What a worker can be asked to do; each errand's files are named in it."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from runout import config
from runout.errors import RunoutError
from runout.grade_file import grade_file
from runout.grading.table import Table, load_table
from runout.model.card import Model, load_model
from runout.opinion.installed import second_opinion
from runout.opinion.listener import SecondOpinion
from runout.report.messages import Fields, grade_line, rounded, side_fields, to_json
from runout.side.fewer import MOST_EVENTS, with_fewer
from runout.side.side import SideEnded
from runout.web.predecessors import stored
from runout.web.predecessors.answer import answer
from runout.web.uploads.playable import put_playable
from runout.web.uploads.seconds import by_second

_HEARD = 0.8
"""Share of the work that is behind when the sound was heard"""


class Errands:
    """Does them, one after the other; what they have in common is loaded once."""

    def __init__(self, progress: Callable[[float, str], None]) -> None:
        self._progress = progress
        self._config: Path | None = None

    def run(self, errand: dict[str, Any]) -> None:
        """Do one; raise RunoutError, the rest of a sentence that begins with the file's name."""
        self._config = None if errand.get("config") is None else Path(errand["config"])
        if errand["task"] == "report":
            from runout.web.uploads.drawing import report_of

            report_of(Path(errand["side"]), Path(errand["folder"]))
            return
        if errand["task"] == "model":
            stored.read(Path(errand["models"]), errand["model"])
            return
        sound, folder = Path(errand["sound"]), Path(errand["folder"])
        longest_s = errand["longest_s"]
        try:
            if errand["task"] == "upload":
                self._upload(sound, folder, errand["name"], longest_s, errand["fields"])
            elif errand["task"] == "grade":
                side = self._heard(sound, longest_s, 1.0)
                _answer(folder, grade_line(errand["name"], side))
            elif errand["task"] == "analyze":
                self._analyze(sound, folder, longest_s)
            else:
                model = stored.read(Path(errand["models"]), errand["task"])
                _answer(folder, to_json(answer(sound, model, longest_s)))
        except RunoutError as error:
            # Where it lies here is nothing to whoever handed it in.
            raise RunoutError(str(error).removeprefix(f"{sound}: ")) from error

    @cached_property
    def _settings(self) -> config.Settings:
        return config.load(self._config)

    @cached_property
    def _model(self) -> Model:
        return load_model()

    @cached_property
    def _table(self) -> Table:
        return load_table(self._settings.grade.table)

    @cached_property
    def _opinion(self) -> SecondOpinion | None:
        return second_opinion(self._settings.opinion.model, self._model)

    def _heard(self, sound: Path, longest_s: float, share: float) -> SideEnded:
        """The side that a file holds; `share` of the work lies in that."""

        def progress(done: float) -> None:
            self._progress(share * done, "listens")

        return grade_file(sound, self._model, self._table, progress, self._opinion, longest_s)

    def _upload(
        self, sound: Path, folder: Path, name: str, longest_s: float, fields: Fields
    ) -> None:
        side = self._heard(sound, longest_s, _HEARD)
        # It takes matplotlib, which takes longer to read in than to draw with.
        from runout.web.uploads.drawing import draw

        def progress(share: float, stage: str) -> None:
            self._progress(_HEARD + (1.0 - _HEARD) * share, stage)

        peak = draw(sound, folder, name, side, progress)
        put_playable(sound, folder, peak)
        kept = with_fewer(side, MOST_EVENTS)
        told = side_fields(kept) | {
            "file": name,
            "heard_s": rounded(side.heard_s, 1),
            "events_left_out": len(side.events) - len(kept.events),
        }
        _answer(folder, to_json(told | fields))

    def _analyze(self, sound: Path, folder: Path, longest_s: float) -> None:
        card = self._model.card
        classes = ("click", "pop")
        scores = by_second(sound, self._model, classes, longest_s)
        least = [card.thresholds["normal"][name] for name in classes]
        heard = (scores >= least).any(axis=1)
        seconds: list[Any] = [
            {"second": float(second), "probability": round(float(score), 3)}
            for second, score in enumerate(scores.max(axis=1))
            if heard[second]
        ]
        status = "scratch_detected" if seconds else "clean"
        _answer(folder, to_json({"status": status, "total": len(seconds), "seconds": seconds}))


def _answer(folder: Path, text: str) -> None:
    (folder / "answer.json").write_text(text, encoding="ascii")
