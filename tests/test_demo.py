"""What `make run` runs."""

import re
import subprocess
import sys
import time

from sounds import SHELLAC


def demo(*arguments):
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "runout", "demo", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done, time.monotonic() - began


def test_a_real_record_at_the_pace_of_the_music():
    done, seconds = demo(SHELLAC, "--pace")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert 10.0 < seconds < 30.0
    story = ["is online", "needle down", "crackle began", "needle up after 0:10", "a play grade"]
    places = [done.stdout.index(words) for words in story]
    assert places == sorted(places)
    assert "G: crackle throughout" in done.stdout
    assert re.search(r"page: +http://127.0.0.1:\d+/ \(make station keeps it open\)", done.stdout)
    assert re.search(r"0:0\d\.\d{3} +click +(left|right|both) +[+-]\d", done.stdout)
    assert done.stdout.rstrip().endswith("Runout is offline")


def test_a_missing_file_is_said_and_ends_with_status_1(tmp_path):
    done, _ = demo(tmp_path / "nothing.flac")
    assert done.returncode == 1
    assert "nothing.flac" in done.stderr
    assert len(done.stderr.splitlines()) == 1
