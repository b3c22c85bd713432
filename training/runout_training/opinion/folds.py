"""Folds that keep whole records together: what is learnt from one side tells of the other."""

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

Places = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.int64]

FOLDS = 5


def folds(ranks: Ranks, records: npt.NDArray[np.str_], seed: int) -> list[tuple[Places, Places]]:
    """Places to train on and to hold out, fold by fold, the labels spread evenly over the folds.

    FOLDS of them, or as many as there are sides of the commonest label, or records.
    """
    splits = min(FOLDS, int(np.bincount(ranks).max()), len(set(records.tolist())))
    splitter = StratifiedGroupKFold(splits, shuffle=True, random_state=seed)
    found = splitter.split(np.zeros((len(ranks), 1)), ranks, records)
    return [(train, held) for train, held in found if len(held) > 0]
