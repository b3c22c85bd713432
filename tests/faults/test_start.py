"""What the daemon is given and can't use: one line, and the status after which none starts it."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from faults.damage import damaged
from faults.scale import times
from runout.errors import RunoutError
from runout.grading.table import load_table
from runout.line import Line
from runout.model.card import Model, load_model
from runout.source.block import Samples
from sounds import CLEAN, noise

MODELS = Path(__file__).parents[2] / "models"
EX_CONFIG = 78
DAMAGES = times(2000, 40)


def listen(folder: Path, *arguments: str, code: str = "") -> tuple[int, str]:
    """Start the daemon on a file, after `code`; its status and what it says."""
    program = f"{code}\nimport sys\nfrom runout.cli import main\nsys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, "listen", "--file", str(CLEAN), *arguments],
        env={**os.environ, "STATE_DIRECTORY": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[mqtt]\nport = 0\n", "mqtt.port = 0: allowed is a whole number from 1 to 65535"),
        ("[mqtt\n", "not TOML"),
        ('[mqtt]\nhost = "x"\npassword_file = "/nonexistent"\nusername = "me"\n', "/nonexistent"),
        ('[mqtt]\nhost = "x"\ntls = true\nca_file = "/nonexistent"\n', "/nonexistent"),
        ('[mqtt]\nhost = "x"\n[grade]\ntable = "/nonexistent.toml"\n', "/nonexistent.toml"),
        ('[mqtt]\nhost = "x"\n[opinion]\nmodel = "/nonexistent.tflite"\n', "/nonexistent"),
    ],
)
def test_settings_that_can_t_be_used_end_it_for_good(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "runout.toml"
    path.write_text(text)
    status, said = listen(tmp_path, "--config", str(path))
    assert (status, said.count("\n")) == (EX_CONFIG, 1), said
    assert says in said


@pytest.mark.parametrize("what", ["tflite", "json", "no tflite", "no json", "empty"])
def test_a_model_that_is_damaged_or_missing_ends_it_for_good(tmp_path: Path, what: str) -> None:
    models = tmp_path / "models"
    shutil.copytree(MODELS, models, ignore=shutil.ignore_patterns("__pycache__"))
    match what:
        case "no tflite" | "no json":
            (models / f"ear.{what[3:]}").unlink()
        case "empty":
            (models / "ear.tflite").write_bytes(b"")
        case _:
            content = bytearray((models / f"ear.{what}").read_bytes())
            content[len(content) // 2 :] = b""
            (models / f"ear.{what}").write_bytes(bytes(content))
    code = (
        "from pathlib import Path\nfrom importlib import resources\n"
        "real = resources.files\n"
        f"resources.files = lambda name: Path({str(models)!r}) "
        "if name == 'runout.models' else real(name)"
    )
    status, said = listen(tmp_path, code=code)
    assert status == EX_CONFIG, said
    assert said.splitlines()[-1].startswith("runout: model 'ear'")
    assert "Traceback" not in said


def test_a_wrong_call_stays_one(tmp_path: Path) -> None:
    assert listen(tmp_path, "--broker", "nowhere")[0] == 2


def test_a_file_that_is_not_there_is_no_matter_of_settings(tmp_path: Path) -> None:
    assert listen(tmp_path, "--file", str(tmp_path / "no.wav"))[0] == 1


def test_a_flipped_bit_in_the_model_never_goes_unnoticed(tmp_path: Path) -> None:
    content = (MODELS / "ear.tflite").read_bytes()
    shutil.copy(MODELS / "ear.json", tmp_path)
    for seed in range(DAMAGES):
        made = damaged(content, seed)
        (tmp_path / "ear.tflite").write_bytes(made)
        if made != content:
            with pytest.raises(RunoutError, match="is not the file that its card describes"):
                load_model(folder=tmp_path)


def hears(model: Model, sound: Samples) -> None:
    """Let a line with this model hear a sound."""
    line = Line(model, load_table(), 44_100, lambda: "side", 4.0)
    list(line.feed(sound))
    list(line.finish())


def test_a_damaged_card_is_refused_in_one_line_or_works(tmp_path: Path) -> None:
    text = (MODELS / "ear.json").read_bytes()
    shutil.copy(MODELS / "ear.tflite", tmp_path)
    sound = noise(0.5)
    refused: list[str] = []
    for seed in range(DAMAGES):
        (tmp_path / "ear.json").write_bytes(damaged(text, seed))
        try:
            model = load_model(folder=tmp_path)
        except RunoutError as error:
            refused.append(str(error))
        else:
            if random.Random(seed).random() < 0.1:
                hears(model, sound)
    print(f"{DAMAGES} damaged cards, {len(refused)} refused, a tenth of the others heard with")
    assert len(refused) > DAMAGES // 2
    assert not [line for line in refused if "\n" in line or len(line) > 400]
