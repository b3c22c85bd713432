"""The network as the box runs it, beside the one that was trained."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from runout_training import box_network, network

PARAMS = network.NetworkParams(channels=16, kernel=3, dilations=(1, 2, 4), past=8)
FEATURES, CLASSES, CELLS = 20, 5, PARAMS.context + 12


@pytest.fixture(scope="module")
def trained():
    """Weights by chance, and norms that shift, scale and have seen something."""
    model = network.build(PARAMS, FEATURES, CLASSES)
    rng = np.random.default_rng(3)
    for layer in model.layers:
        if layer.name.startswith("norm"):
            layer.set_weights([rng.uniform(0.5, 1.5, one.shape) for one in layer.get_weights()])
    return model


@pytest.fixture(scope="module")
def windows():
    return np.random.default_rng(4).standard_normal((60, CELLS, FEATURES)).astype(np.float32)


def converter(trained):
    return box_network.converter(trained, PARAMS, CELLS)


def int8(trained, windows):
    to = converter(trained)
    to.optimizations = [tf.lite.Optimize.DEFAULT]
    to.representative_dataset = lambda: ([window[None]] for window in windows)
    to.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    to.inference_input_type = to.inference_output_type = tf.int8
    return to.convert()


def interpreter(content, kernels=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
    made = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=kernels)
    made.allocate_tensors()
    return made


def answers(made, windows):
    (given,), (told,) = made.get_input_details(), made.get_output_details()
    rows = []
    for window in windows:
        made.set_tensor(given["index"], window[None])
        made.invoke()
        rows.append(made.get_tensor(told["index"])[0])
    return np.stack(rows)


def test_it_answers_as_the_trained_network_does(trained, windows):
    told = answers(interpreter(converter(trained).convert()), windows)
    expected = np.asarray(trained(windows))
    assert told.shape == (60, 12, CLASSES)
    assert np.abs(expected).max() > 1.0
    np.testing.assert_allclose(told, expected, atol=1e-4)


def test_no_norm_and_no_cutting_up_is_left_in_the_file(trained, windows):
    """A product for a norm costs time and rounds otherwise from processor to processor."""
    made = interpreter(int8(trained, windows))
    operations = [one["op_name"] for one in made._get_ops_details()]
    assert set(operations) <= {"RESHAPE", "CONV_2D", "SLICE", "ADD", "DELEGATE"}
    assert operations.count("CONV_2D") == 3 + len(PARAMS.dilations)


def test_fast_kernels_are_within_a_step_of_those_that_define_int8(trained, windows):
    content = int8(trained, windows)
    (given,) = interpreter(content).get_input_details()
    scale, zero = given["quantization"]
    rows = np.clip(np.rint(windows / scale) + zero, -128, 127).astype(np.int8)
    fast = answers(interpreter(content), rows).astype(int)
    reference = answers(interpreter(content, OpResolverType.BUILTIN_REF), rows).astype(int)
    assert len(np.unique(fast)) > 50
    assert np.abs(fast - reference).max() <= 1
    assert (fast != reference).mean() < 0.01
