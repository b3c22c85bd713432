"""From the Keras model to TFLite: a float file to compare with, and the int8 one that ships."""

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from runout.errors import RunoutError
from runout.model.card import Card, Window
from runout.model.interpreter import Interpreter
from runout.model.sanity import sanity_windows
from runout_training import network
from runout_training.dataset import STEP, Examples

_REPRESENTATIVE = 600
"""Windows that the ranges of int8 are set by"""


def window_of(params: network.NetworkParams) -> Window:
    """The window that a network of these parameters is shipped with."""
    return Window(params.past, STEP, params.future)


def to_float(converter: tf.lite.TFLiteConverter) -> bytes:
    """A float32 TFLite file."""
    return bytes(converter.convert())


def to_int8(converter: tf.lite.TFLiteConverter, examples: Examples, card: Card, seed: int) -> bytes:
    """An int8 TFLite file, its ranges set by windows drawn from `examples`."""
    normalization = card.normalization

    def windows() -> Iterator[list[np.ndarray]]:
        rng = np.random.default_rng(seed)
        cells = card.window.cells
        for _ in range(_REPRESENTATIVE):
            segment = int(rng.integers(len(examples.features)))
            start = int(rng.integers(examples.features.shape[1] - cells))
            rows = examples.features[segment, start : start + cells].astype(np.float64)
            yield [normalization.apply(rows)[None].astype(np.float32)]
        for rows in sanity_windows(card).values():
            yield [rows[None].astype(np.float32)]
        # The ends of what normalization lets through, so that no input is ever cut by int8.
        for end in (-normalization.clip, normalization.clip):
            rows = np.zeros((1, cells, examples.features.shape[2]), np.float32)
            rows[:, ::8, ::8] = end
            yield [rows]

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = windows
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def answers(model: keras.Model, card: Card) -> dict[str, list[list[float]]]:
    """The Keras model's logits on the sanity sounds, for the card."""
    return {
        name: np.round(np.asarray(model(rows[None]))[0], 4).tolist()
        for name, rows in sanity_windows(card).items()
    }


def check(content: bytes, card: Card, tolerance: float) -> None:
    """Raise RunoutError unless a TFLite file answers the sanity sounds as the Keras model did.

    `tolerance` is in scores, 0 to 1: of logits far below, which mean no, int8 keeps little.
    """
    interpreter = Interpreter(content)
    for name, rows in sanity_windows(card).items():
        told, answered = (
            1.0 / (1.0 + np.exp(-np.asarray(logits, np.float64)))
            for logits in (interpreter.run(rows), card.sanity[name])
        )
        off = float(np.abs(told - answered).max())
        if off > tolerance:
            raise RunoutError(f"on {name} the exported model's scores are off by {off:.3f}")


def write(folder: Path, name: str, content: bytes) -> Path:
    """Write a TFLite file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.partial"
    partial.write_bytes(content)
    return partial.rename(folder / f"{name}.tflite")
