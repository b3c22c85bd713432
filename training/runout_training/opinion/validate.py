"""Honest figures: each record is graded by a model that has heard none of its sides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from runout.grading.grade import Label
from runout.opinion.model import probabilities, rank
from runout_training.opinion import head
from runout_training.opinion.folds import folds
from runout_training.opinion.head import Examples
from runout_training.opinion.hear import Example


@dataclass(frozen=True, slots=True)
class Validated:
    """What was said of each side by those who had not heard its record."""

    said: tuple[Label, ...]
    """By the model, a label a side"""
    commonest: tuple[Label, ...]
    """By one who always says the commonest label of the other folds; of two the better"""


def examples_of(heard: Sequence[Example], classes: Sequence[Label]) -> Examples:
    """What was heard as arrays; its vectors as they are."""
    return Examples(
        np.stack([one.vector for one in heard]),
        np.array([classes.index(one.label) for one in heard]),
        np.array([one.record for one in heard]),
    )


def validate(
    heard: Sequence[Example], blocks: Sequence[int], classes: Sequence[Label], seed: int
) -> Validated:
    """Cross-validate; `classes` are the labels that occur, from the best down."""
    examples = examples_of(heard, classes)
    said = np.zeros(len(heard), np.int64)
    commonest = np.zeros(len(heard), np.int64)
    for train, test in tqdm(folds(examples.ranks, examples.records, seed), desc="folds"):
        seen, unseen = examples.at(train), examples.at(test)
        normal = head.standardization(seen.vectors)
        standard = Examples(normal.apply(seen.vectors), seen.ranks, seen.records)
        model = head.fit(standard, blocks, len(classes), seed)
        likely = probabilities(head.logits(model, normal.apply(unseen.vectors)))
        said[test] = [rank(one) for one in likely]
        counts = Counter(seen.ranks.tolist())
        commonest[test] = max(sorted(counts), key=lambda one: counts[one])
    return Validated(tuple(classes[one] for one in said), tuple(classes[one] for one in commonest))
