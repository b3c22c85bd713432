"""Searches the network's shape with Keras Tuner; can be cut short and gone on with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from runout.features.params import FeatureParams
from runout.model.card import Normalization
from runout_training import network
from runout_training.batches import Batches
from runout_training.cost import macs_per_s
from runout_training.dataset import CLASSES, STEP, Examples
from runout_training.false_alarm_limit import f1_at_limit
from runout_training.network import NetworkParams
from runout_training.train import loss, normalization_of

MOST_MACS_PER_S = 55e6
"""Of the network: a little more than the shipped one's 52 million (docs/training.md, What it
costs)"""
OBJECTIVE = "f1_at_limit"

_SHAPES = {
    "1-1-2-2-4": (1, 1, 2, 2, 4),
    "1-2-4": (1, 2, 4),
    "1-2-4-8": (1, 2, 4, 8),
    "1-1-2-4": (1, 1, 2, 4),
    "1-1-1-2-2-4": (1, 1, 1, 2, 2, 4),
}
_CHANNELS = (32, 48, 64, 96)
_KERNELS = (3, 5)
_MOST_FUTURE = 16
"""Cells after the scored one (93 ms): what the latency leaves the network"""
_FUTURE_SHARE = 0.4
"""Of the context, as the shipped network has it"""
_ASKED = ("click", "pop")


@dataclass(frozen=True, slots=True)
class Trial:
    """One network that was tried."""

    params: NetworkParams
    learning_rate: float
    macs_per_s: float
    f1: float
    """On validation segments, at the limit on false alarms"""


def tune(
    folder: Path,
    examples: Examples,
    validation: Examples,
    trials: int,
    epochs: int,
    seed: int,
    most_macs_per_s: float = MOST_MACS_PER_S,
) -> list[Trial]:
    """Random search over shape and learning rate; every trial, the best first.

    `folder` keeps what was tried: called again, the search goes on to `trials` in all. Networks
    above `most_macs_per_s` are refused before they are trained, and are no trials.
    """
    keras.utils.set_random_seed(seed)
    normalization = normalization_of(examples)
    space = Space(examples.features.shape[2], most_macs_per_s)
    tuner = _Search(
        space,
        objective=keras_tuner.Objective(OBJECTIVE, "max"),
        max_trials=trials,
        seed=seed,
        directory=str(folder),
        project_name="tune",
        overwrite=False,
        max_consecutive_failed_trials=1,
    )
    tuner.search(
        examples=examples, validation=validation, normalization=normalization, epochs=epochs
    )
    done = tuner.oracle.get_best_trials(trials)
    return [
        Trial(
            params_of(trial.hyperparameters),
            float(trial.hyperparameters.get("learning_rate")),
            cost_of(params_of(trial.hyperparameters), examples.features.shape[2]),
            float(trial.score),
        )
        for trial in done
    ]


def as_markdown(trials: Sequence[Trial]) -> str:
    """The trials as a table."""
    lines = [
        "| F1 at the limit | channels | kernel | dilations | learning rate | MMAC/s |",
        "|---|---|---|---|---|---|",
    ]
    for trial in trials:
        params = trial.params
        dilations = "-".join(str(one) for one in params.dilations)
        lines.append(
            f"| {trial.f1:.4f} | {params.channels} | {params.kernel} | {dilations} | "
            f"{trial.learning_rate:.2g} | {trial.macs_per_s / 1e6:.1f} |"
        )
    return "\n".join(lines)


def params_of(hyperparameters: Any) -> NetworkParams:
    """The network's shape that a trial's hyperparameters stand for."""
    channels, kernel, dilations = hyperparameters.get("shape").split(" ")
    sized = NetworkParams(int(channels), int(kernel), _SHAPES[dilations], past=0)
    future = min(_MOST_FUTURE, int(sized.context * _FUTURE_SHARE))
    return replace(sized, past=sized.context - future)


@cache
def cost_of(params: NetworkParams, n_features: int) -> float:
    """Multiply-accumulates a second of sound."""
    cells = params.context + STEP
    return macs_per_s(network.build(params, n_features, len(CLASSES), cells))


class Space(keras_tuner.HyperModel):  # type: ignore[misc]
    """The networks that may be tried: every shape that is within the cost floor."""

    def __init__(self, n_features: int, most_macs_per_s: float) -> None:
        super().__init__("runout_ear")
        self._n_features = n_features
        # Refused here, so that no trial is spent on what the box can't run.
        self.shapes = [
            shape
            for shape in (
                f"{channels} {kernel} {dilations}"
                for channels in _CHANNELS
                for kernel in _KERNELS
                for dilations in _SHAPES
            )
            if cost_of(params_of({"shape": shape}), n_features) <= most_macs_per_s
        ]
        if not self.shapes:
            raise ValueError(f"no network of the search costs at most {most_macs_per_s:g} MAC/s")

    def build(self, hp: Any) -> keras.Model:
        """A network for segments of any length, compiled."""
        hp.Choice("shape", self.shapes)
        rate = hp.Float("learning_rate", 5e-4, 5e-3, sampling="log")
        model = network.build(params_of(hp), self._n_features, len(CLASSES))
        model.compile(optimizer=keras.optimizers.AdamW(rate, weight_decay=1e-3), loss=loss)
        return model

    def fit(
        self,
        hp: Any,
        model: keras.Model,
        *,
        examples: Examples,
        validation: Examples,
        normalization: Normalization,
        epochs: int,
    ) -> keras.callbacks.History:
        """Train a network; each epoch's history has the objective beside the loss."""
        params = params_of(hp)
        judge = _Judge(Batches(validation, normalization, params, None))
        batches = Batches(examples, normalization, params, seed=0)
        shuffle = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, _logs: batches.begin(epoch)
        )
        return model.fit(batches, epochs=epochs, callbacks=[shuffle, judge], verbose=2)


class _Search(keras_tuner.RandomSearch):  # type: ignore[misc]
    """Random search that keeps what was found and no weights."""

    def run_trial(self, trial: Any, **wanted: Any) -> keras.callbacks.History:
        """Train one network; its best epoch counts."""
        # Keras Tuner's own would import TensorBoard, which TensorFlow no longer brings.
        keras.backend.clear_session()
        hyperparameters = trial.hyperparameters
        model = self.hypermodel.build(hyperparameters)
        return self.hypermodel.fit(hyperparameters, model, **wanted)


class _Judge(keras.callbacks.Callback):  # type: ignore[misc]
    """Puts the objective on validation segments into each epoch's logs."""

    def __init__(self, held: Batches) -> None:
        super().__init__()
        self._held = held

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        del epoch
        asked = [CLASSES.index(name) for name in _ASKED]
        batches = [self._held[index] for index in range(len(self._held))]
        logits = np.concatenate(
            [np.asarray(self.model(rows, training=False)) for rows, _ in batches]
        )
        targets = self._held.targets[..., asked]
        # An impulse of either kind is an impulse; where none is and one isn't asked, none is asked.
        either = np.where((targets == 1).any(axis=2), 1, targets.min(axis=2)).astype(np.int8)
        cell_s = FeatureParams().cell_s
        score = f1_at_limit(logits[..., asked].max(axis=2), either, cell_s)
        if logs is not None:
            logs[OBJECTIVE] = score
