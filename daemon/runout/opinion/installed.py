"""The opinion model that the settings or the command line name."""

from pathlib import Path

from runout.model.card import Model
from runout.opinion.listener import SecondOpinion
from runout.opinion.model import load_opinion


def second_opinion(path: str, ear: Model) -> SecondOpinion | None:
    """Load the opinion model at `path` to go with an ear; None where `path` is empty.

    Raises RunoutError where it can't be used.
    """
    return SecondOpinion(load_opinion(Path(path), ear.card)) if path else None
