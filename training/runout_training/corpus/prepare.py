"""All of the corpus's making that comes before mixing."""

from pathlib import Path

from runout_training.corpus.machines import render_machines
from runout_training.corpus.notes import render_notes
from runout_training.corpus.packages import fetch
from runout_training.corpus.renders import render


def prepare(cache: Path) -> None:
    """Fetch the packages and render what is rendered; what is there stays as it is."""
    fetch(cache)
    render(cache)
    render_notes(cache)
    render_machines(cache)
