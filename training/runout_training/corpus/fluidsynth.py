"""FluidSynth: MIDI and a soundfont into sound, without loss."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runout.errors import RunoutError
from runout_training.corpus.packages import SOUNDFONT
from runout_training.corpus.tracks import RATE

_GAIN = 0.3


def soundfont(cache: Path) -> Path:
    """The soundfont's file in its unpacked package."""
    found = sorted((cache / "packages" / SOUNDFONT).rglob("*.sf2"))
    if not found:
        raise RunoutError(f"no soundfont in {cache / 'packages' / SOUNDFONT}")
    return found[0]


def play(midi: bytes, bank: Path, seconds: float, effects: bool = True) -> npt.NDArray[np.float32]:
    """Up to `seconds` of a MIDI file played on the instruments of a soundfont, shape (2, samples)
    at 44.1 kHz, as floats that may pass 1; `effects` are the synthesizer's reverb and chorus."""
    if shutil.which("fluidsynth") is None:
        raise RunoutError("rendering MIDI needs fluidsynth: sudo apt-get install fluidsynth")
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder) / "score.mid"
        score.write_bytes(midi)
        on = "1" if effects else "0"
        command = ["fluidsynth", "-n", "-i", "-q", "-g", str(_GAIN), "-r", str(RATE)]
        command += ["-R", on, "-C", on, "-T", "raw", "-O", "float", "-F", "-"]
        errors = Path(folder) / "errors"
        with (
            errors.open("wb") as complaints,
            subprocess.Popen(
                [*command, str(bank), str(score)], stdout=subprocess.PIPE, stderr=complaints
            ) as running,
        ):
            assert running.stdout is not None
            raw = running.stdout.read(round(seconds * RATE) * 8)
            # A piece may be longer than is wanted: the rest isn't waited for.
            running.kill()
        if not raw:
            lines = errors.read_text(errors="replace").strip().splitlines()
            raise RunoutError(f"fluidsynth: {lines[-1] if lines else 'it played nothing'}")
    return np.frombuffer(raw, "<f4").reshape(-1, 2).T
