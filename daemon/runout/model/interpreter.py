"""Runs a TFLite file, by LiteRT where it is installed, else by tflite-runtime."""

from collections import deque
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout.quiet import quiet_stderr

Array = npt.NDArray[np.float32]
Runtime = Literal["ai_edge_litert", "tflite_runtime"]

RUNTIMES: tuple[Runtime, ...] = ("ai_edge_litert", "tflite_runtime")
"""By preference: LiteRT is the maintained one, and its int8 kernels are several times faster"""

_TIMED = 320
"""Runs whose times are kept: a minute of sound, at 186 ms each"""


def installed_runtimes() -> tuple[Runtime, ...]:
    """The runtimes that can be imported, the preferred first."""
    return tuple(runtime for runtime in RUNTIMES if find_spec(runtime) is not None)


class Interpreter:
    """One TFLite network with one input and one output, float32 on the outside."""

    def __init__(self, content: bytes, runtime: Runtime | None = None) -> None:
        """Load `content`, a TFLite file, into `runtime` (the preferred one that is installed)."""
        if runtime is None:
            if not installed_runtimes():
                raise RunoutError(
                    "no TFLite runtime is installed: "
                    ".venv/bin/pip install -e '.[litert]' in the checkout"
                )
            runtime = installed_runtimes()[0]
        module = import_module(f"{runtime}.interpreter")
        # One thread: a second one costs more in waiting than it saves on networks this small.
        # Without the default delegate (XNNPACK) both runtimes give the same scores bit for bit, and
        # every processor's are within a step of each other (docs/arm64.md).
        with quiet_stderr():
            self._interpreter: Any = module.Interpreter(
                model_content=content,
                num_threads=1,
                experimental_op_resolver_type=(
                    module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
                ),
            )
            self._interpreter.allocate_tensors()
        self.took_s: deque[float] = deque(maxlen=_TIMED)
        """Seconds that the last runs of the network took"""
        (self._input,) = self._interpreter.get_input_details()
        (self._output,) = self._interpreter.get_output_details()

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the input without the batch."""
        return tuple(int(size) for size in self._input["shape"][1:])

    def run(self, values: npt.NDArray[np.floating[Any]]) -> Array:
        """Output for one input, both without the batch; quantized inside where the file is."""
        return self.run_quantized(self.quantized(values))

    def quantized(self, values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[Any]:
        """An input, or a part of it of any shape, in the numbers that the network takes."""
        return _quantized(values, self._input)

    def run_quantized(self, values: npt.NDArray[Any]) -> Array:
        """The same as `run`, for one input that `quantized` gave."""
        self._interpreter.set_tensor(self._input["index"], values[None])
        begun_s = perf_counter()
        self._interpreter.invoke()
        self.took_s.append(perf_counter() - begun_s)
        return _dequantized(self._interpreter.get_tensor(self._output["index"])[0], self._output)


def _quantized(values: npt.NDArray[np.floating[Any]], tensor: dict[str, Any]) -> npt.NDArray[Any]:
    if tensor["dtype"] == np.float32:
        return values.astype(np.float32, copy=False)
    scale, zero = tensor["quantization"]
    limits = np.iinfo(tensor["dtype"])
    steps = values * np.float32(1.0 / scale)
    np.rint(steps, out=steps)
    steps += np.float32(zero)
    np.maximum(steps, np.float32(limits.min), out=steps)
    np.minimum(steps, np.float32(limits.max), out=steps)
    quantized: npt.NDArray[Any] = steps.astype(tensor["dtype"])
    return quantized


def _dequantized(values: npt.NDArray[Any], tensor: dict[str, Any]) -> Array:
    if tensor["dtype"] == np.float32:
        return values.astype(np.float32, copy=False)
    scale, zero = tensor["quantization"]
    return (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)
