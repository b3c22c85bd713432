"""Models as files of arrays (.npz, no pickle), which `runout-train baselines --export` writes."""

import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout.web.predecessors.figures import FIGURES, PARAMETERS
from runout.web.predecessors.forest import Forest
from runout.web.predecessors.installed import CALLED, Kind, path_of
from runout.web.predecessors.scaling import Scaling
from runout.web.predecessors.vectors import SupportVectors

VERSION = 1
"""Of the file; another number is another contract"""
MOST_BYTES = 64_000_000
"""Of a file and of all its arrays: 2.5 million nodes, or 880,000 vectors"""

Array = npt.NDArray[Any]

_COMMON = {"version", "parameters", "mean", "scale"}
_NAMES: dict[Kind, set[str]] = {
    "rf": _COMMON | {"roots", "left", "right", "figure", "threshold", "share"},
    "svm": _COMMON | {"vectors", "weights", "gamma", "intercept", "platt"},
}


def arrays_of(model: Forest | SupportVectors) -> dict[str, Array]:
    """What a model's file holds, by name."""
    own = {name: getattr(model, name) for name in type(model).__dataclass_fields__}
    scaling: Scaling = own.pop("scaling")
    return {
        "version": np.array(VERSION, np.int64),
        "parameters": np.array(PARAMETERS),
        "mean": scaling.mean,
        "scale": scaling.scale,
    } | own


def read(folder: Path, kind: Kind) -> Forest | SupportVectors:
    """Read a model from the folder of models; RunoutError, one sentence, where it is damaged."""
    path = path_of(folder, kind)
    words = f"the {CALLED[kind]} model that is installed here can't be used: {path.name}"
    try:
        arrays = _arrays(path, _NAMES[kind])
        return _forest(arrays) if kind == "rf" else _vectors(arrays)
    except OSError as error:
        raise RunoutError(f"{words} can't be read: {error.strerror}") from error
    except MemoryError as error:
        raise RunoutError(f"{words} is damaged: it claims to hold more than it may") from error
    except (ValueError, TypeError, SyntaxError) as error:
        raise RunoutError(f"{words} is damaged: {error}") from error


def _arrays(path: Path, names: set[str]) -> dict[str, Array]:
    return {name: _array(name, content) for name, content in _members(path, names).items()}


def _members(path: Path, names: set[str]) -> dict[str, bytes]:
    try:
        with path.open("rb") as file, ZipFile(file) as archive:
            members = archive.infolist()
            if {member.filename for member in members} != {f"{name}.npy" for name in names}:
                raise ValueError("it doesn't hold what such a model is made of")
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise ValueError(f"it holds more than {MOST_BYTES // 1_000_000} MB")
            return {name: archive.read(f"{name}.npy") for name in names}
    # zipfile says by a RuntimeError, or NotImplementedError, which is one, that what it takes for
    # an archive is encrypted, or of a version or packing that it doesn't know.
    except (BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ValueError("it is no whole .npz file") from error


def _array(name: str, content: bytes) -> Array:
    """The array of a whole .npy file, whose checksum was checked as it was read."""
    array: Array = np.load(BytesIO(content), allow_pickle=False)
    _check(isinstance(array, np.ndarray), name)  # of an archive in the archive it is none
    return array


def _scaling(arrays: Mapping[str, Array]) -> Scaling:
    version = int(_of(arrays, "version", np.int64, ()))
    if version != VERSION:
        raise ValueError(f"its version is {version}, and we know {VERSION}")
    if tuple(_numbers(arrays, "parameters", (len(PARAMETERS),))) != PARAMETERS:
        raise ValueError("its figures of a sound aren't made as ours are")
    size = (len(FIGURES),)
    scaling = Scaling(_numbers(arrays, "mean", size), _numbers(arrays, "scale", size))
    _check(bool((scaling.scale > 0.0).all()), "scale")
    return scaling


def _forest(arrays: Mapping[str, Array]) -> Forest:
    scaling = _scaling(arrays)
    nodes = arrays["left"].size
    trees = arrays["roots"].size
    forest = Forest(
        scaling=scaling,
        roots=_of(arrays, "roots", np.int32, (trees,)),
        left=_of(arrays, "left", np.int32, (nodes,)),
        right=_of(arrays, "right", np.int32, (nodes,)),
        figure=_of(arrays, "figure", np.int8, (nodes,)),
        threshold=_numbers(arrays, "threshold", (nodes,)),
        share=_numbers(arrays, "share", (nodes,)),
    )
    _check(trees > 0 and _within(forest.roots, 0, nodes - 1), "roots")
    _check(_within(forest.figure, 0, len(FIGURES) - 1), "figure")
    _check(_within(forest.share, 0.0, 1.0), "share")
    # Children after their parents: so a walk always ends.
    own = np.arange(nodes)
    leaf = (forest.left == own) & (forest.right == own)
    for name, child in (("left", forest.left), ("right", forest.right)):
        _check(bool((leaf | (child > own)).all()) and _within(child, 0, nodes - 1), name)
    return forest


def _vectors(arrays: Mapping[str, Array]) -> SupportVectors:
    scaling = _scaling(arrays)
    count = arrays["weights"].size
    model = SupportVectors(
        scaling=scaling,
        vectors=_numbers(arrays, "vectors", (count, len(FIGURES))),
        weights=_numbers(arrays, "weights", (count,)),
        gamma=_numbers(arrays, "gamma", ()),
        intercept=_numbers(arrays, "intercept", ()),
        platt=_numbers(arrays, "platt", (2,)),
    )
    _check(count > 0, "weights")
    _check(bool(model.gamma > 0.0), "gamma")
    return model


def _of(arrays: Mapping[str, Array], name: str, dtype: type, shape: tuple[int, ...]) -> Array:
    array = arrays[name]
    _check(array.dtype == np.dtype(dtype) and array.shape == shape, name)
    return array


def _numbers(arrays: Mapping[str, Array], name: str, shape: tuple[int, ...]) -> Array:
    array = _of(arrays, name, np.float64, shape)
    _check(bool(np.isfinite(array).all()), name)
    return array


def _within(array: Array, low: float, high: float) -> bool:
    return bool(((array >= low) & (array <= high)).all())


def _check(good: bool, name: str) -> None:
    if not good:
        raise ValueError(f"{name!r} in it isn't what it must be")
