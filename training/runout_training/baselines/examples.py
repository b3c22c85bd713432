"""Windows of our train split for the predecessors' systems, made once and kept on disk."""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from runout_training import dataset
from runout_training.baselines import front_ends
from runout_training.baselines.front_ends import FRONT_ENDS, cut, mono
from runout_training.baselines.windows import damaged, whole_windows
from runout_training.corpus.tracks import Music, group_of
from runout_training.mix import Mix, Mixer, Recipe
from runout_training.programmes import Programme, programmes

MIX_S = 6.0
"""Two windows of 3 s, three of 2 s"""
DRUMS_GROUP = "bare drums"
"""All bare patterns are one group: several kits sound in each, and kits come back"""

_MIXES_A_SHARD = 25
_RATE_PER_S = (0.1, 20.0)
_WORN_SHARE = 0.55
"""Of mixes; at the lower rates many of their windows have no click in them"""


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows as one front end has them."""

    features: npt.NDArray[np.float32]
    """Shape (windows, ...)"""
    labels: npt.NDArray[np.int8]
    """1 where a click or pop is in the window"""
    groups: npt.NDArray[np.str_]
    """Which piece of music, which no two folds share"""


def examples_of(mixes: Iterable[tuple[str, Mix]]) -> dict[str, Examples]:
    """Every whole window of the mixes, each with its group, by the name of the front end."""
    rows: dict[str, tuple[list[Any], list[Any], list[Any]]] = {
        name: ([], [], []) for name in FRONT_ENDS
    }
    for group, mix in mixes:
        heard = mono(mix.sound)
        for name, (front_end, seconds) in FRONT_ENDS.items():
            starts = whole_windows(mix.sound.shape[1], seconds)
            features, labels, groups = rows[name]
            features += [front_end(window) for window in cut(heard, starts, seconds)]
            labels += damaged(mix.truth, starts, seconds).tolist()
            groups += [group] * len(starts)
    return {
        name: Examples(np.stack(features), np.array(labels, np.int8), np.array(groups))
        for name, (features, labels, groups) in rows.items()
    }


def build(cache: Path, mixes: int, seed: int) -> dict[str, Examples]:
    """Windows of so many mixes of 6 s, by the name of the front end; made on all cores.

    Shards that are there already are not made again.
    """
    folder = cache / "baselines" / f"windows-{seed}-{fingerprint()}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number:04d}.npz" for number in range(-(-mixes // _MIXES_A_SHARD))]
    todo = [(number, path) for number, path in enumerate(paths) if not path.exists()]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(_build_shard, cache, seed, number, path) for number, path in todo]
        for job in tqdm(as_completed(jobs), total=len(jobs), desc="mixing windows", unit="shard"):
            job.result()
    shards = [_read(path) for path in paths]
    return {
        name: Examples(
            np.concatenate([shard[name].features for shard in shards]),
            np.concatenate([shard[name].labels for shard in shards]),
            np.concatenate([shard[name].groups for shard in shards]),
        )
        for name in FRONT_ENDS
    }


def fingerprint(*more: str) -> str:
    """Eight digits that change with whatever these windows are made by, and with `more` sources."""
    digest = hashlib.sha256(dataset.fingerprint().encode())
    for source in (__file__, front_ends.__file__, *more):
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:8]


def _build_shard(cache: Path, seed: int, number: int, path: Path) -> None:
    music = Music(cache, "train")
    mixer = Mixer(programmes(cache, "train"))
    lengths = np.array([track.seconds for track in music.tracks])

    def mixes() -> Iterable[tuple[str, Mix]]:
        for index in range(_MIXES_A_SHARD):
            rng = np.random.default_rng((seed, number, index))
            recipe = _recipe(rng)
            if recipe.programme == "drums":
                yield DRUMS_GROUP, mixer.mix(rng, recipe)
                continue
            track = music.tracks[int(rng.choice(len(lengths), p=lengths / lengths.sum()))]
            yield group_of(track.package, Path(track.file)), mixer.mix(rng, recipe, track)

    made = examples_of(mixes())
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, one in made.items():
        arrays |= {
            f"{name}/features": one.features.astype(
                np.float32 if one.features.ndim == 2 else np.float16
            ),
            f"{name}/labels": one.labels,
            f"{name}/groups": one.groups,
        }
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)
    partial.rename(path)


def _read(path: Path) -> dict[str, Examples]:
    with np.load(path) as shard:
        return {
            name: Examples(
                shard[f"{name}/features"].astype(np.float32),
                shard[f"{name}/labels"],
                shard[f"{name}/groups"],
            )
            for name in FRONT_ENDS
        }


def _recipe(rng: np.random.Generator) -> Recipe:
    """About as our own are drawn: drums often, half of all with wear."""
    programmes: tuple[Programme, ...] = ("music", "music and drums", "drums")
    programme = programmes[int(rng.choice(3, p=(0.55, 0.2, 0.25)))]
    rate = _RATE_PER_S if rng.random() < _WORN_SHARE else None
    return Recipe(MIX_S, rate, programme=programme, varied=True)
