"""All wear that a mix may get beside clicks, pops and crackle, by name, in the order of a record's
life, and how often a training mix gets it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from runout_training.wear.balance import balance
from runout_training.wear.capture import capture_glitches
from runout_training.wear.codec import codec
from runout_training.wear.dead_channel import dead_channel
from runout_training.wear.distortion import groove_wear, tracing
from runout_training.wear.dropout import dropouts
from runout_training.wear.dust import dust
from runout_training.wear.gouge import gouge
from runout_training.wear.mistracking import mistracking
from runout_training.wear.overload import overload
from runout_training.wear.scratch import scratch
from runout_training.wear.static import static
from runout_training.wear.transfer import through_rate
from runout_training.wear.worn import Worn
from runout_training.wear.wow import wow

Stage = Literal["groove", "surface", "playing", "capture"]
"""What the groove has in it; what lies on it; what playing it adds; what becomes of the signal"""


@dataclass(frozen=True, slots=True)
class Extra:
    """One kind of wear."""

    name: str
    stage: Stage
    odds: float
    """Share of training mixes that get it"""
    wear: Callable[[np.random.Generator, Worn], Worn]


def _dropouts(rng: np.random.Generator, worn: Worn) -> Worn:
    return dropouts(rng, worn, int(rng.integers(1, 4)))


def _glitches(rng: np.random.Generator, worn: Worn) -> Worn:
    return capture_glitches(rng, worn, int(rng.integers(1, 6)))


def _distortion(rng: np.random.Generator, worn: Worn) -> Worn:
    kinds = (tracing, groove_wear, mistracking)
    return kinds[int(rng.integers(len(kinds)))](rng, worn)


def _dust(rng: np.random.Generator, worn: Worn) -> Worn:
    return dust(rng, worn, float(np.exp(rng.uniform(np.log(0.3), np.log(10.0)))))


EXTRAS = (
    Extra("wow", "groove", 0.12, wow),
    Extra("distortion", "groove", 0.14, _distortion),
    Extra("dropout", "groove", 0.10, _dropouts),
    Extra("static", "surface", 0.05, static),
    Extra("gouge", "surface", 0.05, gouge),
    Extra("scratch", "surface", 0.05, scratch),
    Extra("dust", "surface", 0.04, _dust),
    Extra("imbalance", "playing", 0.12, balance),
    Extra("dead channel", "playing", 0.04, dead_channel),
    Extra("overload", "playing", 0.03, overload),
    Extra("codec", "capture", 0.08, codec),
    Extra("rate", "capture", 0.10, through_rate),
    Extra("capture_glitch", "capture", 0.12, _glitches),
)
