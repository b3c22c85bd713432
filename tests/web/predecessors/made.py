"""Small models made by hand, and files of them."""

import numpy as np

from runout.web.predecessors.forest import Forest
from runout.web.predecessors.installed import path_of
from runout.web.predecessors.scaling import Scaling
from runout.web.predecessors.stored import arrays_of
from runout.web.predecessors.vectors import SupportVectors

PLAIN = Scaling(np.zeros(8), np.ones(8))
ZCR, LOUDEST, CENTROID = 0, 4, 6


def forest(threshold, figure=LOUDEST):
    """Two trees: one that says 0.9 above the threshold and 0.1 below, and one that always 0.8."""
    return Forest(
        scaling=PLAIN,
        roots=np.array([0, 3], np.int32),
        left=np.array([1, 1, 2, 3], np.int32),
        right=np.array([2, 1, 2, 3], np.int32),
        figure=np.array([figure, 0, 0, 0], np.int8),
        threshold=np.array([threshold, 0.0, 0.0, 0.0]),
        share=np.array([0.5, 0.1, 0.9, 0.8]),
    )


def machine():
    """One vector for damage, at the origin, and one against it."""
    return SupportVectors(
        scaling=PLAIN,
        vectors=np.stack((np.zeros(8), np.ones(8))),
        weights=np.array([2.0, -1.0]),
        gamma=np.array(0.25),
        intercept=np.array(0.5),
        platt=np.array([-3.0, 1.0]),
    )


def put(folder, kind, model, **other):
    """Write a model's file; arrays in `other` go in the place of its own, or beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, kind)
    np.savez_compressed(path, **arrays_of(model) | other)
    return path
