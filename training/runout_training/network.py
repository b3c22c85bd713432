"""The Keras network: a 1-D CNN over feature rows, a logit a cell and class."""

from dataclasses import dataclass

import keras


@dataclass(frozen=True, slots=True)
class NetworkParams:
    """Shape of the network; every convolution is valid, so windows join without a seam."""

    channels: int = 80
    kernel: int = 5
    """Cells"""
    dilations: tuple[int, ...] = (1, 1, 2, 2, 4)
    """One convolution each"""
    past: int = 24
    """Cells of context before the scored cell (139 ms)"""

    @property
    def context(self) -> int:
        """Cells that a window loses: those before and after the scored ones."""
        return (self.kernel - 1) * sum(self.dilations)

    @property
    def future(self) -> int:
        """Cells of context after the scored cell (93 ms): the model's share of the latency."""
        return self.context - self.past


def build(
    params: NetworkParams, n_features: int, n_classes: int, cells: int | None = None
) -> keras.Model:
    """Network from (batch, cells, n_features) to logits (batch, cells - context, n_classes)."""
    rows = keras.Input((cells, n_features), name="features")
    # A cell on its own first: the kernels that look along time then work on fewer columns.
    hidden = _normed_relu(
        keras.layers.Conv1D(params.channels, 1, use_bias=False, name="cell")(rows), "cell"
    )
    for index, dilation in enumerate(params.dilations):
        convolved = keras.layers.Conv1D(
            params.channels,
            params.kernel,
            dilation_rate=dilation,
            use_bias=False,
            name=f"conv{index}",
        )(hidden)
        convolved = _normed_relu(convolved, str(index))
        lost = (params.kernel - 1) * dilation
        kept = keras.layers.Cropping1D((lost // 2, lost // 2), name=f"crop{index}")(hidden)
        hidden = keras.layers.Add(name=f"add{index}")((convolved, kept))
    hidden = keras.layers.Conv1D(48, 1, activation="relu", name="head")(hidden)
    logits = keras.layers.Conv1D(n_classes, 1, name="logits")(hidden)
    return keras.Model(rows, logits, name="runout_ear")


def _normed_relu(values: keras.KerasTensor, name: str) -> keras.KerasTensor:
    normed = keras.layers.BatchNormalization(name=f"norm{name}")(values)
    return keras.layers.ReLU(name=f"relu{name}")(normed)
