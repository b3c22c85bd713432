"""The ordinal network over a side's vector, and its training.

CORAL (Cao, Mirjalili and Raschka, "Rank consistent ordinal regression for neural networks with
application to age estimation", Pattern Recognition Letters 140, 2020): for K labels there are
K - 1 binary questions, 'is it worse than label k?', which share all weights and have a bias each.
The loss is the sum of their binary cross-entropies, here weighted so that each label counts
alike however many sides bear it.

People have tens or hundreds of records, and a side gives hundreds of figures. So scores and
measurements are weighed as they are, and the many features, which tell of the music as much as of
the record, only get a say through a few units that most of them are dropped before; and the
answer is the mean of several networks, each of which holds other records out to know when to stop
(after Breiman, "Bagging predictors", Machine Learning 24, 1996).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from runout.model.card import Normalization
from runout_training.opinion.folds import Places, Ranks, folds

Array = npt.NDArray[np.float32]

CLIP = 4.0
"""Standardized figures beyond so many deviations are cut: a shop's next record may be anything"""
MOST_STEPS = 800
_LEAST_STEPS = 100
"""The held-out loss of the first is chance"""
_PATIENCE = 100
"""Steps without a better held-out loss after which training ends"""
_UNITS = 4
"""That the features are brought down to"""
_FEATURE_DROPOUT = 0.8
_FEATURE_L2 = 0.3
_L2 = 1e-3
_RATE = 1e-2
_THRESHOLD_GAIN = 3.0
"""Adam moves every weight as fast; one threshold must keep up with hundreds that move the side"""


@dataclass(frozen=True, slots=True)
class Examples:
    """Sides to train on or to hold out."""

    vectors: Array
    """Shape (sides, figures)"""
    ranks: Ranks
    """Which of the classes, 0 the best, shape (sides,)"""
    records: npt.NDArray[np.str_]
    """Whose side, shape (sides,)"""

    def at(self, places: Places) -> "Examples":
        """Those at some places."""
        return Examples(self.vectors[places], self.ranks[places], self.records[places])


@keras.saving.register_keras_serializable("runout")
class Thresholds(keras.layers.Layer):
    """Adds a bias for each step of the scale to one figure: (batch, 1) to (batch, steps)."""

    def __init__(self, priors: tuple[float, ...], **options: object) -> None:
        """`priors` are the logits to begin with, falling."""
        super().__init__(**options)
        self.priors = priors

    def build(self, _input_shape: object) -> None:
        """Make the biases."""
        self.steps = self.add_weight(shape=(len(self.priors),), initializer="zeros", name="steps")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Logits of 'worse than label k'."""
        return inputs + tf.constant(self.priors) + _THRESHOLD_GAIN * self.steps


def standardization(vectors: Array) -> Normalization:
    """Mean and deviation of each figure; one that never changes is left as it is."""
    scale = vectors.std(axis=0, dtype=np.float64)
    scale = np.where(scale > 1e-6, scale, 1.0)
    mean = vectors.mean(axis=0, dtype=np.float64)
    return Normalization(tuple(mean.tolist()), tuple(scale.tolist()), CLIP)


def build(blocks: Sequence[int], classes: int) -> keras.Model:
    """Network from a standardized vector (batch, figures) to (batch, classes - 1) logits.

    `blocks` are the numbers of figures of each kind of evidence, in order.
    """
    vector = keras.Input((sum(blocks),), name="side")
    features = keras.layers.Dropout(_FEATURE_DROPOUT)(vector[:, : blocks[0]])
    features = keras.layers.Dense(
        _UNITS, activation="relu", kernel_regularizer=keras.regularizers.L2(_FEATURE_L2)
    )(features)
    worse = keras.layers.Dense(
        1, use_bias=False, kernel_regularizer=keras.regularizers.L2(_L2), name="worse"
    )(keras.layers.Concatenate()((vector[:, blocks[0] :], features)))
    # As if all labels were equally common, which the loss makes them.
    shares = 1.0 - np.arange(1, classes) / classes
    priors = tuple(np.log(shares / (1.0 - shares)).tolist())
    return keras.Model(vector, Thresholds(priors, name="thresholds")(worse))


def steps_of(ranks: Ranks, classes: int) -> Array:
    """The answers to 'is it worse than label k?': shape (sides, classes - 1), 0 or 1."""
    return (ranks[:, None] > np.arange(classes - 1)).astype(np.float32)


def balance(ranks: Ranks, classes: int) -> Array:
    """A weight a side, 1 on average: each label that occurs weighs the same in all."""
    counts = np.bincount(ranks, minlength=classes)
    return (len(ranks) / (np.count_nonzero(counts) * counts[ranks])).astype(np.float32)


def loss(steps: tf.Tensor, told: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """CORAL's: the sum over the steps of the binary cross-entropy, weighted mean over the sides."""
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(steps, told)
    return tf.reduce_mean(weights * tf.reduce_sum(entropy, axis=-1))


def fit(examples: Examples, blocks: Sequence[int], classes: int, seed: int) -> keras.Model:
    """Train on standardized vectors: the mean of a network for each fold that is held out."""
    members = [
        _fit(examples.at(train), examples.at(held), blocks, classes, seed + number)
        for number, (train, held) in enumerate(folds(examples.ranks, examples.records, seed))
    ]
    if len(members) == 1:
        return members[0]
    vector = keras.Input((sum(blocks),), name="side")
    mean = keras.layers.Average(name="mean")([member(vector) for member in members])
    return keras.Model(vector, mean, name="opinion")


def _fit(
    examples: Examples, held: Examples, blocks: Sequence[int], classes: int, seed: int
) -> keras.Model:
    """One network, of the step with the least loss on the sides `held` out.

    A step takes all sides at once: they are few, and `keras.Model.fit` would spend most of its
    time between the epochs.
    """
    keras.utils.set_random_seed(seed)
    model = build(blocks, classes)
    optimizer = keras.optimizers.Adam(_RATE)
    known, unknown = (_tensors(one, classes) for one in (examples, held))

    @tf.function
    def step() -> tf.Tensor:
        vectors, steps, weights = known
        with tf.GradientTape() as tape:
            value = loss(steps, model(vectors, training=True), weights) + sum(model.losses)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        vectors, steps, weights = unknown
        return loss(steps, model(vectors, training=False), weights)

    optimizer.build(model.trainable_variables)
    best, best_step, kept = np.inf, 0, model.get_weights()
    for number in range(MOST_STEPS):
        reached = float(step())
        if reached < best:
            best, best_step, kept = reached, number, model.get_weights()
        elif number - max(best_step, _LEAST_STEPS) >= _PATIENCE:
            break
    model.set_weights(kept)
    return model


def logits(model: keras.Model, vectors: Array) -> Array:
    """Its answers to standardized vectors, shape (sides, classes - 1)."""
    return np.asarray(model(vectors, training=False), np.float32)


def _tensors(examples: Examples, classes: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Vectors, steps and weights."""
    return (
        tf.constant(examples.vectors),
        tf.constant(steps_of(examples.ranks, classes)),
        tf.constant(balance(examples.ranks, classes)),
    )
