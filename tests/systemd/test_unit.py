"""What systemd and udev read."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from needs import needs
from report.brokers import Iotcore, wait_until
from runout.config import Settings, load
from runout.errors import SetupError, UsageError
from sounds import CLEAN

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "runout.service"
MOST_EXPOSED = 1.5
"""Of systemd-analyze's scale from 0 to 10"""

NEEDS_ANALYZE = needs("systemd-analyze", "systemd")


def analyzed(*arguments):
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@NEEDS_ANALYZE
def test_the_service_is_hardly_exposed():
    limit = f"--threshold={round(10 * MOST_EXPOSED)}"
    done = analyzed("security", "--no-pager", "--offline=true", limit, str(UNIT))
    score = re.search(r"exposure level for runout.service: ([\d.]+)", done.stdout)
    assert score is not None, done.stderr
    assert float(score[1]) <= MOST_EXPOSED
    assert done.returncode == 0


@NEEDS_ANALYZE
def test_systemd_knows_all_that_the_unit_says(tmp_path):
    # The command isn't installed where the tests run.
    text = UNIT.read_text().replace("/opt/runout/bin/runout", "/bin/true")
    unit = tmp_path / "runout.service"
    unit.write_text(text)
    # Of systemd 254; Debian 12 has 252 and goes on without.
    known = ("RestartSteps", "RestartMaxDelaySec")
    said = analyzed("verify", "--man=no", str(unit)).stderr.splitlines()
    assert [line for line in said if "runout" in line and not any(k in line for k in known)] == []


def test_what_no_restart_mends_ends_the_restarts():
    (line,) = re.findall(r"^RestartPreventExitStatus=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert set(map(int, line.split())) == {UsageError.exit_status, SetupError.exit_status}


def test_the_settings_that_are_installed_are_the_defaults():
    assert load(SYSTEMD / "runout.toml") == Settings()


def test_each_package_of_a_lock_is_pinned_by_its_hash():
    for lock in (SYSTEMD / "locks").glob("*.txt"):
        entries = re.split(r"\n(?=\S)", lock.read_text().strip())[1:]
        assert entries, lock.name
        for entry in entries:
            assert re.fullmatch(r"[\w.-]+==[\w.]+( \\\n    --hash=sha256:[0-9a-f]{64})+", entry)


def listens(pid):
    """Whether a process has a socket that listens."""
    held = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return any(row[3] == "0A" and f"socket:[{row[9]}]" in held for row in rows)


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_service_listens_on_no_port_with_a_broker_or_without(tmp_path, by_hand):
    """By hand and without a broker it does: this shows that the test could fail."""
    running = Iotcore()
    running.start()
    settings = tmp_path / "runout.toml"
    outbox = tmp_path / "outbox.db"
    settings.write_text(f'[mqtt]\nhost = "127.0.0.1"\nport = {running.port}\noutbox = "{outbox}"\n')
    command = [
        sys.executable,
        "-m",
        "runout",
        "listen",
        "--file",
        str(CLEAN),
        "--pace",
        "--verbose",
    ]
    configured = [] if by_hand else ["--service", "--config", str(settings)]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen([*command, *configured], stderr=out)
    try:
        wait_until(lambda: "connected to broker" in log.read_text(), 30.0)
        time.sleep(0.5)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert any(map(listens, [process.pid, *children])) == by_hand
    finally:
        process.kill()
        process.wait()
        running.stop()
