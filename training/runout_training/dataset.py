"""Feature rows and targets for training, made once and kept in shards on disk."""

import hashlib
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runout.features import front_end
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

_LEAST_OVER_DB = 3.0
"""Impulses below this over the programme are asked only if they are sharp"""


@dataclass(frozen=True, slots=True)
class Examples:
    """Segments of feature rows, each with its targets."""

    features: npt.NDArray[np.float16]
    """Shape (segments, cells, n_features)"""
    targets: npt.NDArray[np.int8]
    """Shape (segments, cells, classes): 1 where an impulse peaks, -1 where it isn't asked"""


def features_of(sound: npt.NDArray[np.float32], params: FeatureParams) -> npt.NDArray[np.float32]:
    """Feature rows of a whole sound of shape (2, samples): (cells, n_features)."""
    rows_of = FrontEnd(RATE, step=STEP, lead=0, tail=0, params=params)
    steps = [*rows_of.feed(np.ascontiguousarray(sound.T)), *rows_of.finish()]
    rows: npt.NDArray[np.float32] = np.concatenate([step.features for step in steps])
    return rows[: rows_of.cells]


def targets_of(mix: Mix, cells: int, params: FeatureParams) -> npt.NDArray[np.int8]:
    """Targets of a mix, shape (cells, classes)."""
    targets = np.zeros((cells, len(CLASSES)), np.int8)
    for one in mix.parts:
        cell, inside = divmod(one.peak, params.hop)
        for near, side in ((cell - 1, inside), (cell + 1, params.hop - 1 - inside)):
            if side < _BORDER and 0 <= near < cells:
                targets[near] = np.where(targets[near] == 1, 1, -1)
        if one.over_db < _LEAST_OVER_DB and not one.sharp:
            # Perhaps audible, perhaps not: nothing to learn from.
            if cell < cells:
                targets[cell] = np.where(targets[cell] == 1, 1, -1)
            continue
        # Which of the two a borderline length is called is not asked; that it is one, is.
        if cell < cells:
            targets[cell, CLASSES.index(one.kind)] = 1
    return targets


def build(cache: Path, split: Split, segments: int, seed: int) -> list[Path]:
    """Make the shards that are not there yet, on all cores; return every shard's path."""
    folder = cache / "features" / f"{split}-{seed}-{fingerprint()}"
    folder.mkdir(parents=True, exist_ok=True)
    shards = -(-segments // SEGMENTS_A_SHARD)
    paths = [folder / f"{number:04d}.npz" for number in range(shards)]
    todo = [number for number, path in enumerate(paths) if not path.exists()]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [
            pool.submit(_build_shard, cache, split, seed, number, paths[number]) for number in todo
        ]
        bar = tqdm(as_completed(jobs), total=len(jobs), desc=f"mixing {split}", unit="shard")
        for job in bar:
            job.result()
    return paths


def fingerprint() -> str:
    """Eight digits that change with whatever features and mixes are made by."""
    ours, features = Path(__file__).parent, Path(front_end.__file__).parent
    sources = [*features.glob("*.py"), *ours.glob("corpus/*.py"), *ours.glob("wear/*.py")]
    sources += [ours / "mix.py", ours / "dataset.py"]
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


def load(paths: list[Path]) -> Examples:
    """Read shards into memory, with no second copy on the way."""
    with np.load(paths[0]) as first:
        shapes = first["features"].shape, first["targets"].shape
    features = np.empty((len(paths) * shapes[0][0], *shapes[0][1:]), np.float16)
    targets = np.empty((len(paths) * shapes[1][0], *shapes[1][1:]), np.int8)
    for number, path in enumerate(paths):
        place = slice(number * shapes[0][0], (number + 1) * shapes[0][0])
        with np.load(path) as shard:
            features[place], targets[place] = shard["features"], shard["targets"]
    return Examples(features, targets)


def _recipe(rng: np.random.Generator) -> Recipe:
    """Two thirds with wear; drums often, because they are what a detector stumbles over."""
    programmes: tuple[Programme, ...] = ("music", "music and drums", "drums", "synthetic")
    programme = programmes[int(rng.choice(4, p=(0.5, 0.19, 0.24, 0.07)))]
    kind = rng.random()
    plain = Recipe(SEGMENT_S, None, programme=programme, varied=True)
    if kind < 0.36:
        return plain
    if kind < 0.8:
        return replace(plain, rate_per_s=(0.3, 20.0))
    if kind < 0.9:
        return replace(plain, crackle=True)
    # Real crackle goes down into the music: much of it is heard for its sharpness alone.
    return replace(plain, rate_per_s=(10.0, 200.0), over_db=(-18.0, 22.0))


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
