"""Trains the network; can be cut short at any epoch and gone on with."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from runout.features.params import FeatureParams
from runout.model.card import Normalization
from runout_training import network
from runout_training.batches import Batches
from runout_training.dataset import CLASSES, Examples

_PEAK_RATE = 2e-3
_CLIP = 8.0
"""Normalized features beyond this many deviations are cut: the range that int8 must span"""


def normalization_of(examples: Examples) -> Normalization:
    """Mean and deviation of every feature; the deviation wide enough for the loudest clicks."""
    rows = examples.features.reshape(-1, examples.features.shape[-1])[::7].astype(np.float32)
    mean = rows.mean(axis=0)
    reach = np.percentile(np.abs(rows - mean), 99.99, axis=0)
    scale = np.maximum(rows.std(axis=0), reach / _CLIP)
    return Normalization(tuple(mean.tolist()), tuple(scale.tolist()), _CLIP)


def loss(targets: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Mean binary cross-entropy over the targets that are asked (those of 0 and 1)."""
    asked = tf.cast(targets >= 0, tf.float32)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(
        tf.cast(tf.maximum(targets, 0), tf.float32), logits
    )
    return tf.reduce_sum(entropy * asked) / tf.reduce_sum(asked)


def train(
    folder: Path,
    examples: Examples,
    validation: Examples,
    epochs: int,
    seed: int,
) -> tuple[keras.Model, Normalization]:
    """Train for `epochs` and keep the result as `folder/model.keras` with `history.csv`.

    Each epoch is kept too, and a run that was cut goes on after its last.
    """
    normalization = normalization_of(examples)
    finished = folder / "model.keras"
    if finished.exists():
        return keras.models.load_model(finished, compile=False), normalization
    keras.utils.set_random_seed(seed)
    params = network.NetworkParams()
    batches = Batches(examples, normalization, params, seed)
    held = Batches(validation, normalization, params, None)
    model = network.build(params, FeatureParams().n_features, len(CLASSES))
    rate = keras.optimizers.schedules.CosineDecay(
        _PEAK_RATE / 20,
        decay_steps=len(batches) * epochs,
        warmup_target=_PEAK_RATE,
        warmup_steps=len(batches) // 2,
    )
    model.compile(optimizer=keras.optimizers.AdamW(rate, weight_decay=1e-3), loss=loss)
    folder.mkdir(parents=True, exist_ok=True)
    model.fit(
        batches,
        validation_data=held,
        epochs=epochs,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, _logs: batches.begin(epoch)
            ),
            keras.callbacks.BackupAndRestore(str(folder / "backup")),
            keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True),
        ],
        verbose=1,
    )
    model.save(finished)
    return model, normalization
