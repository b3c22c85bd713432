"""Where such models are installed. Light: the page's own process looks here."""

from pathlib import Path
from typing import Literal

Kind = Literal["rf", "svm"]

CALLED: dict[Kind, str] = {"rf": "Random Forest", "svm": "SVM"}


def path_of(folder: Path, kind: Kind) -> Path:
    """Where the model of a kind lies in the folder of models, if it is installed."""
    return folder / f"{kind}.npz"


def is_installed(folder: Path, kind: Kind) -> bool:
    """Tell whether there is a model of a kind, in whatever state."""
    try:
        return path_of(folder, kind).is_file()
    except PermissionError:
        return True  # reading it then says what is wrong
