"""The predecessors' Keras networks: mel CNN and CRNN on 3 s, MFCC CNN on 2 s.

Layers as in Vinyl Scratch Detector at half its width, for time's sake; optimizer and stopping are
the same for all.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers
from sklearn.model_selection import GroupShuffleSplit

from runout_training.baselines.examples import Examples
from runout_training.baselines.front_ends import Features

Build = Callable[[Features], keras.Model]
"""A network for features of this shape and range"""

_EPOCHS = 30
_PATIENCE = 8
_BATCH = 32
_RATE = 1e-3
_HELD_SHARE = 0.15
"""Of the pieces of music, kept back to stop by"""


def mel_cnn(features: Features) -> keras.Model:
    """Three convolutions over a mel image, pooled over all of it."""
    image = keras.Input(features.shape[1:])
    hidden = layers.Reshape((*features.shape[1:], 1))(image)
    for channels in (16, 32):
        hidden = _block(hidden, channels)
        hidden = layers.MaxPooling2D(2)(hidden)
    hidden = layers.Conv2D(64, 3, padding="same", activation="relu")(hidden)
    return _headed(image, layers.GlobalAveragePooling2D()(hidden), 0.4, "mel_cnn")


def mel_crnn(features: Features) -> keras.Model:
    """Two convolutions over a mel image, two bidirectional LSTMs along its time."""
    image = keras.Input(features.shape[1:])
    hidden = layers.Reshape((*features.shape[1:], 1))(image)
    for channels in (16, 32):
        hidden = _block(hidden, channels)
        hidden = layers.SpatialDropout2D(0.2)(hidden)
        hidden = layers.MaxPooling2D(2)(hidden)
    bands, frames, channels = hidden.shape[1:]
    hidden = layers.Permute((2, 1, 3))(hidden)
    hidden = layers.Reshape((frames, bands * channels))(hidden)
    hidden = layers.Bidirectional(layers.LSTM(32, return_sequences=True, dropout=0.4))(hidden)
    hidden = layers.Bidirectional(layers.LSTM(16, dropout=0.4))(hidden)
    return _headed(image, hidden, 0.5, "mel_crnn")


def mfcc_cnn(features: Features) -> keras.Model:
    """Three convolutions over an MFCC image, laid flat into a dense layer."""
    image = keras.Input(features.shape[1:])
    mean, variance = features.mean(axis=(0, 2)), features.var(axis=(0, 2))
    hidden = layers.Normalization(axis=1, mean=mean, variance=variance)(image)
    hidden = layers.Reshape((*features.shape[1:], 1))(hidden)
    for channels in (32, 32, 64):
        hidden = _block(hidden, channels)
        hidden = layers.MaxPooling2D(2, padding="same")(hidden)
    return _headed(image, layers.Flatten()(hidden), 0.4, "mfcc_cnn")


def fit(build: Build, examples: Examples, seed: int) -> keras.Model:
    """A network of `build(features)`, trained; the epoch best on pieces that were kept back."""
    keras.utils.set_random_seed(seed)
    split = GroupShuffleSplit(1, test_size=_HELD_SHARE, random_state=seed)
    ((kept, held),) = split.split(examples.features, examples.labels, examples.groups)
    model = build(examples.features[kept])
    model.compile(optimizer=keras.optimizers.Adam(_RATE), loss="binary_crossentropy")
    model.fit(
        examples.features[kept],
        examples.labels[kept],
        validation_data=(examples.features[held], examples.labels[held]),
        epochs=_EPOCHS,
        batch_size=_BATCH,
        callbacks=[keras.callbacks.EarlyStopping(patience=_PATIENCE, restore_best_weights=True)],
        verbose=2,
    )
    return model


def _block(hidden: Any, channels: int) -> Any:
    convolved = layers.Conv2D(channels, 3, padding="same", activation="relu")(hidden)
    return layers.BatchNormalization()(convolved)


def _headed(image: Any, hidden: Any, dropout: float, name: str) -> keras.Model:
    hidden = layers.Dense(64, activation="relu")(hidden)
    hidden = layers.Dropout(dropout)(hidden)
    return keras.Model(image, layers.Dense(1, activation="sigmoid")(hidden), name=name)
