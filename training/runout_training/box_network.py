"""The trained network as the box runs it: windows of one size, its norms folded away.

Only convolutions, slices and sums are left. TFLite's kernels for these give the same int8 answers
on every processor but for one step now and then; left to itself, the converter keeps the norm
behind a dilated convolution as a product, whose kernels for x86-64 and for arm64 are up to three
steps apart (docs/arm64.md), and cuts each window up and joins it again on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from runout_training.network import NetworkParams

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Convolution:
    weights: Array
    """Shape (1, kernel, inputs, outputs)"""
    bias: Array
    dilation: int = 1
    rectified: bool = True
    residual: bool = False
    """Whether what came in is added to what goes out"""


def converter(model: keras.Model, params: NetworkParams, cells: int) -> tf.lite.TFLiteConverter:
    """A converter of `model`, as network.py builds it, for windows of `cells`."""
    convolutions = list(_convolutions(model, params))
    n_features = convolutions[0].weights.shape[2]

    @tf.function(input_signature=[tf.TensorSpec((1, cells, n_features), name="features")])
    def run(rows: tf.Tensor) -> tf.Tensor:
        hidden = tf.reshape(rows, (1, 1, cells, n_features))
        for one in convolutions:
            hidden = _convolved(hidden, one)
        return tf.reshape(hidden, hidden.shape[1:])

    return tf.lite.TFLiteConverter.from_concrete_functions([run.get_concrete_function()])


def _convolved(rows: tf.Tensor, one: _Convolution) -> tf.Tensor:
    result = tf.nn.conv2d(rows, one.weights, 1, "VALID", dilations=(1, one.dilation)) + one.bias
    if one.rectified:
        result = tf.nn.relu(result)
    if one.residual:
        lost = rows.shape[2] - result.shape[2]
        result = result + tf.slice(rows, (0, 0, lost // 2, 0), result.shape)
    return result


def _convolutions(model: keras.Model, params: NetworkParams) -> Iterator[_Convolution]:
    yield _Convolution(*_folded(model, "cell", "normcell"))
    for index, dilation in enumerate(params.dilations):
        weights, bias = _folded(model, f"conv{index}", f"norm{index}")
        yield _Convolution(weights, bias, dilation, residual=True)
    for name in ("head", "logits"):
        weights, bias = model.get_layer(name).get_weights()
        yield _Convolution(weights[None], bias, rectified=name == "head")


def _folded(model: keras.Model, convolution: str, norm: str) -> tuple[Array, Array]:
    """Weights and bias of a convolution with the norm that follows it."""
    (weights,) = model.get_layer(convolution).get_weights()
    layer = model.get_layer(norm)
    gain, shift, mean, variance = layer.get_weights()
    scale = gain / np.sqrt(variance + layer.epsilon)
    return (weights * scale)[None], shift - mean * scale
