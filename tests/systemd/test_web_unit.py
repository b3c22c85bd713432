"""The unit of the page's service."""

import re
import subprocess
from pathlib import Path

import pytest

from needs import needs
from runout.errors import SetupError, UsageError

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = [SYSTEMD / "runout.service", SYSTEMD / "runout-web.service"]
WEB = UNITS[1]
MOST_EXPOSED = 1.5
"""Of systemd-analyze's scale from 0 to 10"""

NEEDS_ANALYZE = needs("systemd-analyze", "systemd")


def analyzed(*arguments):
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def said(unit, key):
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


@NEEDS_ANALYZE
def test_the_page_is_hardly_more_exposed_than_the_ear():
    done = analyzed("security", "--no-pager", "--offline=true", str(WEB))
    score = re.search(r"exposure level for runout-web.service: ([\d.]+)", done.stdout)
    assert score is not None, done.stderr
    assert float(score[1]) <= MOST_EXPOSED


@NEEDS_ANALYZE
def test_systemd_knows_all_that_the_unit_says(tmp_path):
    # The command isn't installed where the tests run.
    unit = tmp_path / "runout-web.service"
    unit.write_text(WEB.read_text().replace("/opt/runout/bin/runout", "/bin/true"))
    # Of systemd 254; Debian 12 has 252 and goes on without.
    known = ("RestartSteps", "RestartMaxDelaySec")
    lines = analyzed("verify", "--man=no", str(unit)).stderr.splitlines()
    assert [line for line in lines if "runout" in line and not any(k in line for k in known)] == []


def test_whoever_grades_sees_what_the_processor_can_do():
    # TFLite reads /proc/cpuinfo, which is hidden by ProcSubset=pid: without it, it takes slower
    # kernels, whose scores give another count of clicks.
    assert [said(unit, "ProcSubset") for unit in UNITS] == [[], []]


@pytest.mark.parametrize(
    "key",
    [
        "User",
        "Group",
        "StateDirectory",
        "StateDirectoryMode",
        "RuntimeDirectory",
        "RuntimeDirectoryMode",
        "RuntimeDirectoryPreserve",
        "UMask",
    ],
)
def test_ear_and_page_share_user_and_folders(key):
    ear, page = (said(unit, key) for unit in UNITS)
    assert ear == page
    assert len(ear) == 1


def test_neither_takes_the_shared_folder_away_when_it_stops():
    assert all(said(unit, "RuntimeDirectoryPreserve") == ["yes"] for unit in UNITS)


def test_what_no_restart_mends_ends_the_restarts():
    (line,) = said(WEB, "RestartPreventExitStatus")
    assert set(map(int, line.split())) == {UsageError.exit_status, SetupError.exit_status}


def test_only_the_page_may_bind_a_port():
    assert [said(unit, "SocketBindAllow") for unit in UNITS] == [[], ["tcp"]]
    assert [said(unit, "SocketBindDeny") for unit in UNITS] == [["any"], ["any"]]
