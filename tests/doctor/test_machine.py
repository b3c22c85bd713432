import os
import shutil
from collections import namedtuple

import pytest

from runout.doctor.machine import clock, disk, power

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(("free_mb", "verdict"), [(5000, "ok"), (100, "look"), (10, "wrong")])
def test_a_full_disk_is_told(monkeypatch, tmp_path, free_mb, verdict):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**10, 0, free_mb * 1_000_000))
    finding = disk(tmp_path, None)
    assert finding.verdict == verdict
    assert f"{free_mb} MB" in finding.words


def test_a_state_folder_of_another_s_is_told(tmp_path):
    mine = os.geteuid()
    assert disk(tmp_path, mine).verdict == "ok"
    assert disk(tmp_path, mine + 1).verdict == "look"


def test_a_state_folder_that_is_not_there_yet_is_no_fault_for_whoever_may_make_it(tmp_path):
    assert disk(tmp_path / "a/b", None).verdict == "ok"
    assert disk(tmp_path / "a/b", os.geteuid()).verdict == "look"


@pytest.mark.parametrize(("answer", "verdict"), [("yes", "ok"), ("no", "look"), (None, "look")])
def test_the_clock(answer, verdict):
    assert clock(lambda _: answer).verdict == verdict


@pytest.mark.parametrize(
    ("temperature_c", "throttled", "verdict"),
    [
        (None, None, "ok"),
        (55.0, False, "ok"),
        (55.0, True, "look"),
        (85.0, False, "look"),
    ],
)
def test_heat_and_power(temperature_c, throttled, verdict):
    assert power(temperature_c, throttled).verdict == verdict
