import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile

from runout.errors import RunoutError
from runout.model import interpreter
from runout.model.card import load_model
from runout.model.interpreter import RUNTIMES, Interpreter, installed_runtimes
from runout.model.sanity import sanity_windows
from runout.model.scorer import Scorer
from sounds import CLEAN, HISS, SHELLAC

MODELS = Path(__file__).resolve().parents[2] / "models"
INT8 = load_model()
FLOAT = load_model("ear-float", MODELS)
SANITY = ("silence", "noise", "sine")


def output_step(content):
    """One step of the int8 output, in logits."""
    return Interpreter(content)._output["quantization"][0]


def test_both_runtimes_are_installed_for_the_tests_and_litert_is_taken():
    assert installed_runtimes() == RUNTIMES
    assert type(Interpreter(INT8.content)._interpreter).__module__.startswith("ai_edge_litert")


@pytest.mark.parametrize("name", SANITY)
def test_the_runtimes_differ_by_at_most_one_step(name):
    rows = sanity_windows(INT8.card)[name]
    litert, tflite = (Interpreter(INT8.content, runtime).run(rows) for runtime in RUNTIMES)
    assert np.abs(litert - tflite).max() <= 1.001 * output_step(INT8.content)


def test_the_runtimes_differ_by_at_most_one_step_over_the_whole_range():
    rng = np.random.default_rng(3)
    both = [Interpreter(INT8.content, runtime) for runtime in RUNTIMES]
    for _ in range(20):
        rows = rng.uniform(-8, 8, both[0].input_shape).astype(np.float32)
        litert, tflite = (one.run(rows) for one in both)
        assert np.abs(litert - tflite).max() <= 1.001 * output_step(INT8.content)


def test_a_missing_runtime_is_said_with_what_installs_it(monkeypatch):
    monkeypatch.setattr(interpreter, "find_spec", lambda _: None)
    with pytest.raises(RunoutError, match=r"\.venv/bin/pip install -e '\.\[litert\]' in"):
        Interpreter(INT8.content)


@pytest.mark.parametrize("name", SANITY)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_keras_float_and_int8_agree(name, runtime):
    # The card holds what the Keras model itself answered when the files were made from it.
    rows = sanity_windows(FLOAT.card)[name]
    keras = np.array(FLOAT.card.sanity[name])
    assert np.abs(Interpreter(FLOAT.content, runtime).run(rows) - keras).max() < 5e-3
    int8 = Interpreter(INT8.content, runtime).run(rows)
    assert np.abs(int8 - keras).max() < 2.0
    assert INT8.card.sanity == FLOAT.card.sanity


@pytest.mark.parametrize("name", SANITY)
def test_sanity_sounds_hold_no_click(name):
    logits = Interpreter(INT8.content).run(sanity_windows(INT8.card)[name])
    scores = 1 / (1 + np.exp(-logits))
    assert (scores < min(INT8.card.thresholds["high"].values())).all()


def test_input_beyond_the_range_is_cut_and_not_wrapped():
    interpreter = Interpreter(INT8.content)
    shape = interpreter.input_shape
    at_the_end, beyond = np.full(shape, 16.0, np.float32), np.full(shape, 800.0, np.float32)
    assert np.array_equal(interpreter.run(at_the_end), interpreter.run(beyond))


@pytest.mark.parametrize("model", [INT8, FLOAT])
def test_rows_may_be_quantized_as_they_come(model):
    interpreter = Interpreter(model.content)
    rows = np.random.default_rng(4).uniform(-20, 20, interpreter.input_shape)
    pieces = [interpreter.quantized(some) for some in np.array_split(rows, 3)]
    told = interpreter.run_quantized(np.concatenate(pieces))
    assert np.array_equal(told, interpreter.run(rows))
    assert not np.array_equal(told, interpreter.run(rows[::-1]))


def test_the_float_and_int8_models_are_the_same_make():
    assert json.dumps(FLOAT.card.training) == json.dumps(INT8.card.training)
    assert FLOAT.card.thresholds == INT8.card.thresholds


@pytest.mark.parametrize("record", [SHELLAC, CLEAN, HISS])
def test_fast_kernels_are_within_a_step_of_those_that_define_int8(record):
    """Those of other processors are too: what a Pi hears, a PC hears (docs/arm64.md)."""
    sound, rate = soundfile.read(record, dtype="float32", always_2d=True)
    scorer = Scorer(INT8, rate)
    rows = np.concatenate([one.rows for one in (*scorer.feed(sound), *scorer.finish())])
    ours = Interpreter(INT8.content)
    runtime = import_module(f"{installed_runtimes()[0]}.interpreter")
    reference = Interpreter(INT8.content)
    reference._interpreter = runtime.Interpreter(
        model_content=INT8.content,
        experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_REF,
    )
    reference._interpreter.allocate_tensors()
    cells = ours.input_shape[0]
    steps = np.array(
        [
            (ours.run(window) - reference.run(window)) / output_step(INT8.content)
            for window in rows[: len(rows) // cells * cells].reshape(-1, *ours.input_shape)
        ]
    )
    assert np.abs(steps).max() <= 1.001
    assert (np.abs(steps) > 0.5).mean() < 0.01
