"""The program as it is installed, away from its source."""

import json
import subprocess
import sys
from pathlib import Path

from sounds import CLEAN

REPOSITORY = Path(__file__).resolve().parents[1]


def run(command, **options):
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_wheel_in_an_empty_venv_grades_a_file_from_another_folder(tmp_path):
    wheels, venv, elsewhere = tmp_path / "wheels", tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run([sys.executable, "-m", "build", "--wheel", "--outdir", wheels, REPOSITORY])
    (wheel,) = wheels.glob("runout-*.whl")
    assert wheel.stat().st_size < 1_000_000
    run([sys.executable, "-m", "venv", venv])
    run([venv / "bin" / "pip", "install", "--quiet", wheel])
    packages = run([venv / "bin" / "pip", "list", "--format", "json"])
    names = {package["name"].lower().replace("_", "-") for package in json.loads(packages)}
    assert not names & {"tensorflow", "tensorflow-cpu", "keras", "librosa"}
    line = run([venv / "bin" / "runout", "grade", "--json", CLEAN], cwd=elsewhere)
    graded = json.loads(line)
    assert graded["grade"]["label"] == "NM"
    where = run([venv / "bin" / "python", "-c", "import runout; print(runout.__file__)"])
    assert str(venv) in where
