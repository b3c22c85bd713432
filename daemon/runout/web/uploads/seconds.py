"""How sure the model is, second by second, that something is there."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.grade_file import check_length
from runout.model.card import Model
from runout.model.scorer import Scorer
from runout.source.file import FileSource

_BLOCK_S = 0.5


def by_second(
    path: Path, model: Model, classes: Sequence[str], longest_s: float
) -> npt.NDArray[np.float32]:
    """Return the highest score of each class in each second, (seconds, classes), 0 to 1.

    The last second counts too, however short it is. Raises RunoutError where the file can't be
    heard to its end, or is longer than `longest_s` seconds.
    """
    source = FileSource(path, _BLOCK_S)
    check_length(path, source.duration_s or 0.0, longest_s)
    scorer = Scorer(model, source.sample_rate)
    columns = [model.card.classes.index(name) for name in classes]
    cells: list[npt.NDArray[np.float32]] = []
    for block in source.blocks():
        check_length(path, block.start / source.sample_rate, longest_s)
        cells += [scored.scores[:, columns] for scored in scorer.feed(block.samples)]
    cells += [scored.scores[:, columns] for scored in scorer.finish()]
    scores = np.concatenate([np.zeros((0, len(columns)), np.float32), *cells])
    second = (np.arange(len(scores)) * model.card.features.cell_s).astype(np.int64)
    highest = np.zeros((int(second.max(initial=-1)) + 1, len(columns)), np.float32)
    np.maximum.at(highest, second, scores)
    return highest
