"""The life of a box, from an empty Debian to one that is empty again, once for each way to install.

The tests go in order. The sound card is PulseAudio's null sink, captured by PortAudio through ALSA
as any other.
"""

import io
import os
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from closed import assert_closed
from install.box import Box, wait_until
from install.ways import MAKE, PACKAGE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ["RUNOUT_INSTALL"])
RELEASE = os.environ["RUNOUT_DEBIAN"]
NAME, PYTHON = {"12": ("bookworm", "python3.11"), "13": ("trixie", "python3.13")}[RELEASE]
SOURCES = (
    *("daemon", "training", "models", "systemd"),
    *("Makefile", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"),
)
RATE = 44_100


@pytest.fixture(scope="module", params=[PACKAGE, MAKE], ids=lambda way: way.name)
def way(request):
    return request.param


def bring(way, home):
    """Put what is installed from into a box's home of root."""
    if way is PACKAGE:
        arch = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
        (built,) = (ROOT / "build").glob(f"runout_*~deb{RELEASE}_{arch}.deb")
        shutil.copy(built, home / "runout.deb")
        return
    shutil.copytree(CACHE / f"wheels-{PYTHON.removeprefix('python')}", home / "wheels")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (home / "runout").mkdir(exist_ok=True)
        copy(ROOT / name, home / "runout" / name)


@pytest.fixture(scope="module")
def record():
    """The bundled shellac between two seconds of silence, as a WAV file."""
    sound, rate = soundfile.read(ROOT / "tests/data/excerpt78.flac", always_2d=True)
    sound = np.broadcast_to(soxr.resample(sound, rate, RATE), (len(sound) * RATE // rate, 2))
    silence = np.zeros((RATE, 2))
    content = io.BytesIO()
    soundfile.write(content, np.concatenate((silence, sound, silence)), RATE, format="WAV")
    return content.getvalue()


@pytest.fixture(scope="module")
def box(tmp_path_factory, way, record):
    work = tmp_path_factory.mktemp("box")
    for name in ("upper", "work", "tree"):
        (work / name).mkdir()
    tree = work / "tree"
    layers = f"lowerdir={CACHE / NAME},upperdir={work / 'upper'},workdir={work / 'work'}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(tree)], check=True)
    made = Box(tree, work / "nspawn.log")
    try:
        bring(way, tree / "root")
        made.boot()
        made.furnish(record)
        yield made
    finally:
        made.halt()
        subprocess.run(["umount", str(tree)], check=True)


@pytest.fixture(scope="module")
def files_before(box):
    return files(box)


def files(box):
    """Every file but what the system itself keeps writing, and the tests in root's home."""
    others = ("/var/log", "/var/tmp", "/var/lib/systemd", "/root")
    without = " ".join(f"-not -path '{folder}/*'" for folder in others)
    return set(box.run(f"find / -xdev {without}").splitlines())


def main_pid(box):
    return int(box.unit("MainPID"))


def test_it_installs_is_enabled_and_waits_for_a_preamp(box, way, files_before):
    assert "/opt/runout" not in files_before
    box.run(way.install)
    took_s = wait_until(box.runs, 20.0, box.journal())
    print(f"ready {took_s:.1f} s after the installation")
    assert box.unit("UnitFileState") == "enabled"
    wait_until(lambda: "waiting for the preamp" in box.unit("StatusText"), 5.0, "status")
    assert "no broker is set" in box.unit("StatusText")
    assert "no broker is set" in box.journal()
    assert box.unit("NRestarts") == "0"


def test_it_finds_the_preamp_when_that_comes_and_logs_in_at_the_broker(box):
    box.set_up()
    wait_until(box.runs, 20.0, box.journal())
    box.run("systemctl start phono")
    wait_until(lambda: box.unit("StatusText") == "needle up", 20.0, box.journal())
    assert "connected to broker 127.0.0.1:1883" in box.journal()
    assert box.unit("NRestarts") == "0"


def test_it_hears_a_record_and_writes_next_to_nothing(box):
    written = f"sed -n 's/^write_bytes: //p' /proc/{main_pid(box)}/io"
    before = int(box.run(written))
    began = time.monotonic()
    box.play()
    wait_until(lambda: bool(box.side()), 20.0, "a side at the broker")
    minutes = (time.monotonic() - began) / 60.0
    side = box.side()
    assert side["counts"]["click"] > 100
    assert side["grade"]["label"] is not None
    words = f"needle up; side 1: {side['grade']['label']} after "
    wait_until(lambda: box.unit("StatusText").startswith(words), 5.0, words)
    kilobytes = (int(box.run(written)) - before) / 1000.0
    print(f"{kilobytes:.0f} kB written while a side of {minutes:.1f} min played")
    # A side may be put away while the broker hasn't confirmed it: a few pages of SQLite. At two
    # sides of 20 min an hour that is far below 1 MB; by the minute it must not grow.
    assert kilobytes <= 100.0


def test_it_is_closed_to_the_network_and_has_no_rights(box):
    pid = main_pid(box)
    assert_closed(box.run, pid)
    # What it may not do: see others' homes, write anywhere but to its state.
    enter = f"nsenter -t {pid} -m --"
    assert box.run(f"{enter} ls /root /home") in ("", "/home:\n\n/root:")
    assert "read-only" in box.run(f"{enter} touch /etc/x 2>&1 || true").lower()


def test_group_audio_opens_a_sound_card_from_within_the_sandbox(box):
    """There is no sound card here: a file with a card's owner and mode stands for it."""
    box.run("install -m 0660 -g audio /dev/null /srv/card; echo sound >/srv/card")
    as_service = "systemd-run --quiet --wait --pipe -p User=runout -p SupplementaryGroups=audio"
    assert box.run(f"{as_service} -p PrivateUsers=yes cat /srv/card") == "sound"
    assert (
        box.says("systemd-run", "--wait", "--pipe", "-p", "User=nobody", "cat", "/srv/card") == ""
    )
    box.run("rm /srv/card")


def test_the_doctor_finds_it_well(box):
    told = box.says("runout", "doctor")
    assert "  wrong " not in told, told
    assert "takes us, as listener" in told
    assert "runout.service listens to it" in told


def test_it_draws_a_report_of_a_record(box):
    box.run("runout grade --report /root/side.html --plot /root/side.png /root/record.wav")
    page = (box.tree / "root/side.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "record.wav" in page
    assert (box.tree / "root/side.png").read_bytes().startswith(b"\x89PNG")


def test_the_watchdog_ends_a_daemon_that_hangs_and_it_hears_again(box):
    pid = main_pid(box)
    box.run(f"kill -STOP {pid}")
    took_s = wait_until(lambda: main_pid(box) not in (0, pid) and box.runs(), 60.0, "a restart")
    print(f"heard again {took_s:.1f} s after it hung")
    assert box.unit("NRestarts") == "1"
    wait_until(lambda: box.unit("StatusText") == "needle up", 20.0, box.journal())


def test_a_killed_daemon_comes_back(box):
    pid = main_pid(box)
    box.run(f"kill -KILL {pid}")
    took_s = wait_until(lambda: main_pid(box) not in (0, pid) and box.runs(), 20.0, "a restart")
    print(f"heard again {took_s:.1f} s after it was killed")


MODEL = f"/opt/runout/lib/{PYTHON}/site-packages/runout/models/ear.tflite"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("echo '[mqtt]\nprot = 1' >/etc/runout/runout.toml", "mqtt.prot: no such key"),
        (
            f"echo x >>{MODEL}",
            "ear.tflite is not the file that its card describes",
        ),
    ],
)
def test_what_no_restart_mends_is_said_once(box, damage, words):
    box.run("cp -a /etc/runout/runout.toml /root/kept.toml")
    box.run(f"cp -a {MODEL} /root/kept.tflite")
    box.run(damage)
    box.says("systemctl", "restart", "runout")
    time.sleep(6.0)
    assert box.unit("ActiveState") == "failed"
    assert box.unit("ExecMainStatus") == "78"
    assert box.journal().count(words) == 1
    box.run(f"cp -a /root/kept.toml /etc/runout/runout.toml; cp -a /root/kept.tflite {MODEL}")
    box.run("systemctl restart runout; rm /root/kept.*")
    wait_until(box.runs, 20.0, box.journal())


def test_an_upgrade_keeps_settings_history_and_what_was_chosen(box, way):
    box.run("systemctl disable --now runout")
    kept = "cat /etc/runout/runout.toml; ls /var/lib/runout; sha256sum /var/lib/runout/*.db"
    before = box.run(kept)
    assert "outbox.db" in before
    box.run(way.upgrade)
    assert box.run(kept) == before
    assert box.unit("UnitFileState") == "disabled"
    assert not box.runs()
    box.run("systemctl enable --now runout")
    wait_until(box.runs, 20.0, box.journal())


def test_it_starts_on_a_card_that_cannot_be_written_to(box):
    box.halt()
    box.boot("--read-only")
    wait_until(box.runs, 30.0, box.journal())
    box.run("systemctl start phono")
    wait_until(lambda: "needle up" in box.unit("StatusText"), 20.0, box.journal())
    box.halt()
    box.boot()
    wait_until(box.runs, 30.0, box.journal())


def test_removed_it_leaves_settings_and_history_alone(box, way, files_before):
    box.run(way.remove)
    left = files(box) - files_before
    assert [path for path in sorted(left) if not path.startswith(way.left)] == []
    assert "/etc/runout/runout.toml" in left
    assert not box.runs()


def test_purged_it_leaves_nothing(box, way, files_before):
    box.run(way.purge)
    left = sorted(files(box) - files_before)
    # systemd's own place for secrets, empty.
    assert left in ([], ["/etc/credstore"])
