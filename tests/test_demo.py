"""What `make run` runs."""

import contextlib
import os
import re
import subprocess
import sys
import time

import numpy as np
import soundfile

from runout import demo as demo_module
from runout.config import Settings
from runout.web.beside import Beside, NoPageError
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


def brief(folder):
    path = folder / "brief.flac"
    soundfile.write(path, np.zeros((4_410, 2)), 44_100)
    return path


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


def test_a_file_as_fast_as_it_goes_says_where_it_can_be_looked_at(tmp_path):
    settings = tmp_path / "runout.toml"
    settings.write_text("[web]\nport = 8400\n")
    done, _ = demo(SHELLAC, "--config", settings)
    assert done.returncode == 0, done.stderr
    assert f"page:   http://127.0.0.1:8400/ once `make station FILE={SHELLAC}`" in done.stdout
    assert "Runout is offline" in done.stdout


def test_a_page_that_can_not_start_is_said_and_the_record_is_heard(tmp_path, capsys, monkeypatch):
    @contextlib.contextmanager
    def no_page():
        raise NoPageError("none, as it ended at its start with status 1")
        yield

    monkeypatch.setattr(demo_module, "page_beside", no_page)
    assert demo_module.demo(brief(tmp_path), Settings(), None, True, sys.stdout) == 0
    assert "page:   none, as it ended at its start with status 1" in capsys.readouterr().out


def test_a_page_that_died_is_said_at_the_end(tmp_path, capsys, monkeypatch):
    @contextlib.contextmanager
    def dead():
        yield Beside("http://127.0.0.1:1/", os.environ, lambda: False)

    monkeypatch.setattr(demo_module, "page_beside", dead)
    demo_module.demo(brief(tmp_path), Settings(), None, True, sys.stdout)
    assert "page:   it ended early" in capsys.readouterr().out


def test_a_missing_file_is_said_before_anything_else_and_ends_with_status_1(tmp_path):
    missing = tmp_path / "nothing.flac"
    done, _ = demo(missing, "--pace")
    assert done.returncode == 1
    assert done.stderr == f"runout: {missing}: there is no such file\n"
    assert done.stdout == ""


def test_a_file_that_is_no_sound_is_said_before_anything_else(tmp_path):
    bad = tmp_path / "bad.flac"
    bad.write_text("no sound")
    done, _ = demo(bad, "--pace")
    assert done.returncode == 1
    assert done.stderr.startswith(f"runout: {bad}: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
