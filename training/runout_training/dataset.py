"""Feature rows and targets for training, made once and kept in shards on disk."""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runout.features.front_end import FrontEnd
from runout.features.params import FeatureParams
from runout_training.corpus.drums import Drums
from runout_training.corpus.tracks import RATE, Music, Split
from runout_training.mix import Mix, Mixer, Programme, Recipe

CLASSES = ("click", "pop")
STEP = 32
"""Cells that the box works on at a time (186 ms), and the linear prediction looks at"""
SEGMENT_S = 4.0
SEGMENTS_A_SHARD = 50

_BORDER = 8
"""Samples; an impulse whose peak is this near a cell's border is asked of neither neighbour"""


@dataclass(frozen=True, slots=True)
class Examples:
    """Segments of feature rows, each with its targets."""

    features: npt.NDArray[np.float16]
    """Shape (segments, cells, n_features)"""
    targets: npt.NDArray[np.int8]
    """Shape (segments, cells, classes): 1 where an impulse peaks, -1 where it isn't asked"""


def features_of(sound: npt.NDArray[np.float32], params: FeatureParams) -> npt.NDArray[np.float32]:
    """Feature rows of a whole sound of shape (2, samples): (cells, n_features)."""
    front_end = FrontEnd(RATE, step=STEP, lead=0, tail=0, params=params)
    steps = [*front_end.feed(np.ascontiguousarray(sound.T)), *front_end.finish()]
    rows: npt.NDArray[np.float32] = np.concatenate([step.features for step in steps])
    return rows[: front_end.cells]


def targets_of(mix: Mix, cells: int, params: FeatureParams) -> npt.NDArray[np.int8]:
    """Targets of a mix, shape (cells, classes)."""
    targets = np.zeros((cells, len(CLASSES)), np.int8)
    for one in mix.truth:
        cell, inside = divmod(one.peak, params.hop)
        for near, side in ((cell - 1, inside), (cell + 1, params.hop - 1 - inside)):
            if side < _BORDER and 0 <= near < cells:
                targets[near] = np.where(targets[near] == 1, 1, -1)
        # Which of the two a borderline length is called is not asked; that it is one, is.
        if cell < cells:
            targets[cell, CLASSES.index(one.kind)] = 1
    return targets


def build(cache: Path, split: Split, segments: int, seed: int) -> list[Path]:
    """Make the shards that are not there yet, on all cores; return every shard's path."""
    folder = cache / "features" / f"{split}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    shards = -(-segments // SEGMENTS_A_SHARD)
    paths = [folder / f"{number:04d}.npz" for number in range(shards)]
    todo = [number for number, path in enumerate(paths) if not path.exists()]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [
            pool.submit(_build_shard, cache, split, seed, number, paths[number])
            for number in todo
        ]
        bar = tqdm(as_completed(jobs), total=len(jobs), desc=f"mixing {split}", unit="shard")
        for job in bar:
            job.result()
    return paths


def load(paths: list[Path]) -> Examples:
    """Read shards into memory."""
    parts = []
    for path in paths:
        with np.load(path) as shard:
            parts.append((shard["features"], shard["targets"]))
    return Examples(
        np.concatenate([features for features, _ in parts]),
        np.concatenate([targets for _, targets in parts]),
    )


def _recipe(rng: np.random.Generator) -> Recipe:
    """Two thirds with wear; drums often, because they are what a detector stumbles over."""
    programmes: tuple[Programme, ...] = ("music", "music and drums", "drums", "synthetic")
    programme = programmes[int(rng.choice(4, p=(0.5, 0.19, 0.24, 0.07)))]
    kind = rng.random()
    if kind < 0.36:
        return Recipe(SEGMENT_S, None, programme=programme)
    if kind < 0.88:
        return Recipe(SEGMENT_S, (0.3, 20.0), programme=programme)
    return Recipe(SEGMENT_S, (20.0, 200.0), (3.0, 25.0), programme=programme)


def _build_shard(cache: Path, split: Split, seed: int, number: int, path: Path) -> None:
    params = FeatureParams()
    mixer = Mixer(Music(cache, split), Drums(cache, split))
    features, targets = [], []
    for index in range(SEGMENTS_A_SHARD):
        rng = np.random.default_rng((seed, number, index))
        mix = mixer.mix(rng, _recipe(rng))
        rows = features_of(mix.sound, params)
        features.append(rows.astype(np.float16))
        targets.append(targets_of(mix, len(rows), params))
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, features=np.stack(features), targets=np.stack(targets))
    partial.rename(path)
