"""Feature rows and targets for training, made once and kept in shards on disk."""

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.features import front_end
from runout.features.front_end import FrontEnd
from runout.features.params import FeatureParams
from runout_training.corpus.parallel import run
from runout_training.corpus.tracks import RATE, Split
from runout_training.mix import Mix, Mixer, Recipe
from runout_training.programmes import Programme, programmes
from runout_training.wear.worn import Truth

CLASSES = ("click", "pop", "dropout", "distortion", "capture_glitch")
_IMPULSES = 2
"""Of the classes, the first so many are told by the cell of their peak; the others by where they
last"""
STEP = 32
"""Cells that the box works on at a time (186 ms), and the linear prediction looks at"""
SEGMENT_S = 4.0
SEGMENTS_A_SHARD = 50

_BORDER = 8
"""Samples; an impulse whose peak is this near a cell's border is asked of neither neighbour"""
_LEAST_OVER_DB = 0.0
"""Impulses below this over the programme are asked only if they are sharp"""
_LEAST_GLITCH_DB = -6.0
"""A capture glitch whose edges are softer than this in smooth music is asked of no one"""
_EDGE_S = 0.003
"""Before and after a region, nothing is asked for so long: its edges may sound like impulses"""


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
        if one.kind in CLASSES[_IMPULSES:]:
            _region(targets, one, params.hop)
    for one in mix.parts:
        if one.kind in CLASSES[:_IMPULSES]:
            _impulse(targets[:, :_IMPULSES], one, params.hop)
    return targets


def _region(targets: npt.NDArray[np.int8], one: Truth, hop: int) -> None:
    """Ask for the cells that lie in it for the most part, and nothing at its edges."""
    row = CLASSES.index(one.kind)
    edge = round(_EDGE_S * RATE)
    touched = slice(max(0, (one.start - edge) // hop), (one.end + edge) // hop + 1)
    part = targets[touched]
    part[:, :_IMPULSES] = -1
    part[:, row] = np.where(part[:, row] == 1, 1, -1)
    if one.kind == "capture_glitch" and not one.sharp and one.over_db < _LEAST_GLITCH_DB:
        return
    if one.kind == "capture_glitch":
        # As short as an impulse: the cell where it begins knows, and those that it fills.
        targets[one.start // hop : max(one.start // hop + 1, one.end // hop), row] = 1
    else:
        targets[-(-one.start // hop) : one.end // hop, row] = 1


def _impulse(targets: npt.NDArray[np.int8], one: Truth, hop: int) -> None:
    cell, inside = divmod(one.peak, hop)
    cells = len(targets)
    for near, side in ((cell - 1, inside), (cell + 1, hop - 1 - inside)):
        if side < _BORDER and 0 <= near < cells:
            targets[near] = np.where(targets[near] == 1, 1, -1)
    if cell >= cells:
        return
    if one.over_db < _LEAST_OVER_DB and not one.sharp:
        # Perhaps audible, perhaps not: nothing to learn from.
        targets[cell] = np.where(targets[cell] == 1, 1, -1)
    else:
        # Which of the two a borderline length is called is not asked; that it is one, is.
        targets[cell, CLASSES.index(one.kind)] = 1


def build(
    cache: Path,
    split: Split,
    segments: int,
    seed: int,
    without: tuple[str, ...] = (),
    scheduler: str | None = None,
) -> list[Path]:
    """Make the shards that are not there yet, on all cores; return every shard's path.

    `without` names wear that is held out; `scheduler` is the address of a Dask scheduler whose
    workers see the same cache, or None for this machine's cores.
    """
    held = "".join(f"-no-{name}" for name in without)
    folder = cache / "features" / f"{split}-{seed}-{fingerprint()}{held}"
    folder.mkdir(parents=True, exist_ok=True)
    shards = -(-segments // SEGMENTS_A_SHARD)
    paths = [folder / f"{number:04d}.npz" for number in range(shards)]
    todo = [number for number, path in enumerate(paths) if not path.exists()]
    job = partial(_build_shard, cache, split, seed, without, folder)
    for _ in run(job, [(number,) for number in todo], scheduler, f"mixing {split}"):
        pass
    return paths


def fingerprint() -> str:
    """Eight digits that change with whatever features and mixes are made by."""
    ours, features = Path(__file__).parent, Path(front_end.__file__).parent
    sources = [*features.glob("*.py"), *ours.glob("corpus/*.py"), *ours.glob("wear/*.py")]
    sources += [ours / "mix.py", ours / "programmes.py", ours / "dataset.py"]
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


def _recipe(rng: np.random.Generator, without: tuple[str, ...]) -> Recipe:
    """Two thirds with wear; what a detector stumbles over often."""
    kinds: tuple[Programme, ...] = (
        "music",
        "music and drums",
        "drums",
        "negatives",
        "music and negatives",
        "synthesizer",
        "music and synthesizer",
        "synthetic",
    )
    programme = kinds[
        int(rng.choice(len(kinds), p=(0.45, 0.14, 0.18, 0.09, 0.05, 0.02, 0.03, 0.04)))
    ]
    kind = rng.random()
    plain = Recipe(SEGMENT_S, None, programme=programme, varied=True, extras=None, without=without)
    if kind < 0.36:
        return plain
    if kind < 0.8:
        return replace(plain, rate_per_s=(0.3, 20.0), over_db=(0.0, 30.0))
    if kind < 0.9:
        return replace(plain, crackle=True)
    # Real crackle goes down into the music: much of it is heard for its sharpness alone.
    return replace(plain, rate_per_s=(10.0, 200.0), over_db=(-18.0, 22.0))


def _build_shard(
    cache: Path, split: Split, seed: int, without: tuple[str, ...], folder: Path, number: int
) -> None:
    params = FeatureParams()
    mixer = Mixer(programmes(cache, split))
    features, targets = [], []
    for index in range(SEGMENTS_A_SHARD):
        rng = np.random.default_rng((seed, number, index))
        mix = mixer.mix(rng, _recipe(rng, without))
        rows = features_of(mix.sound, params)
        features.append(rows.astype(np.float16))
        targets.append(targets_of(mix, len(rows), params))
    # Written beside its place and moved there whole, so that a cut never leaves half of it.
    unfinished = folder / f"{number:04d}.partial.npz"
    np.savez(unfinished, features=np.stack(features), targets=np.stack(targets))
    unfinished.rename(folder / f"{number:04d}.npz")
