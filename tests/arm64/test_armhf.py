"""There is no package for 32 bits, and what is asked for one says so."""

import subprocess
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[2] / "systemd/deb/build"


@pytest.mark.parametrize(
    ("arch", "status", "words"),
    [("armhf", 1, "no package for armhf"), ("vax", 2, "for amd64 and arm64, not vax")],
)
def test_it_is_said_in_a_line_at_once(arch, status, words):
    done = subprocess.run([BUILD, "12", arch], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith(words)
    assert done.stderr.count("\n") == 1
