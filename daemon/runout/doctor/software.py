"""Python, the packages and the model: is all there, and does it run?"""

import platform
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from runout.doctor.finding import Finding
from runout.errors import RunoutError
from runout.model.card import Model
from runout.model.interpreter import Interpreter, installed_runtimes
from runout.source.devices import import_pyaudio

PACKAGES = ("numpy", "scipy", "soundfile", "soxr", "paho")
"""As they are imported"""
_REINSTALL = "install Runout again: sudo make upgrade, or sudo apt-get install --reinstall runout"


def packages() -> Finding:
    """Is everything there that is imported?"""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if not installed_runtimes():
        missing.append("a TFLite runtime")
    python = f"Python {platform.python_version()} on {platform.machine()}"
    if missing:
        return Finding("software", "wrong", f"missing: {', '.join(missing)}", _REINSTALL)
    try:
        import_pyaudio()
    except RunoutError as error:
        return Finding("software", "wrong", str(error), "sudo apt-get install python3-pyaudio")
    return Finding("software", "ok", f"{python}, with {installed_runtimes()[0]}")


def model(load: Callable[[], Model]) -> Finding:
    """Is the model the one that its card describes, and does it answer?"""
    try:
        loaded = load()
        interpreter = Interpreter(loaded.content)
        answer = interpreter.run(np.zeros(interpreter.input_shape, np.float32))
    except (RunoutError, ValueError, RuntimeError) as error:
        # What a runtime says of a file or a processor that it can't do with.
        return Finding("model", "wrong", str(error), _REINSTALL)
    card = loaded.card
    words = f"{card.name} {card.version}, sha256 {card.sha256[:12]}"
    if not np.isfinite(answer).all():
        return Finding("model", "wrong", f"{words}: its answers are no numbers", _REINSTALL)
    return Finding("model", "ok", words)
