"""The life of an arm64 box, from its first boot to an empty disk again, on Debian's own kernel.

The tests go in order. The sound card is that kernel's own (snd-aloop): what is played into one
end is captured at the other, through ALSA and PortAudio as from any card.
"""

import io
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from arm64.boot.machine import Machine
from closed import assert_closed

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ["RUNOUT_ARM64"]) / "boot"
RATE = 44_100
"""Hertz that PortAudio takes for the card's own"""
PLAYED_S = 10.0
"""Seconds that the bundled record lasts"""

PASSWORD = "correct horse"
BROKER = """\
listener 1883 127.0.0.1
allow_anonymous false
password_file /etc/mosquitto/passwd
"""
SETTINGS = """\
[audio]
device = "hw:0,1"
[mqtt]
host = "127.0.0.1"
device_id = "box"
username = "listener"
"""
HEAR = f"mosquitto_sub -h 127.0.0.1 -u listener -P '{PASSWORD}'"


def record():
    """The bundled shellac between two seconds of silence, as a WAV file."""
    sound, rate = soundfile.read(ROOT / "tests/data/excerpt78.flac", always_2d=True)
    sound = soxr.resample(sound, rate, RATE)
    silence = np.zeros((RATE, 2))
    content = io.BytesIO()
    stereo = np.broadcast_to(sound, (len(sound), 2))
    soundfile.write(content, np.concatenate((silence, stereo, silence)), RATE, format="WAV")
    return content.getvalue()


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    """A Debian that has booted, with the package and the record in root's home, and a broker."""
    work = tmp_path_factory.mktemp("boot")
    (package,) = (ROOT / "build").glob("runout_*~deb12_arm64.deb")
    brings = work / "brings"
    brings.mkdir()
    (brings / "runout.deb").write_bytes(package.read_bytes())
    (brings / "record.wav").write_bytes(record())
    (brings / "box.conf").write_text(BROKER)
    (brings / "runout.toml").write_text(SETTINGS)
    brought = work / "brought"
    make = ["mkfs.ext4", "-q", "-d", str(brings), str(brought), "200M"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    machine = Machine(FOLDER, brought, work / "console")
    try:
        machine.wait_for_boot()
        machine.run(
            "mount -o ro /dev/vdb /mnt; cp /mnt/*.* /root; umount /mnt\n"
            f"mosquitto_passwd -b -c /etc/mosquitto/passwd listener '{PASSWORD}'\n"
            "chown mosquitto /etc/mosquitto/passwd; mv /root/box.conf /etc/mosquitto/conf.d\n"
            "systemctl restart mosquitto"
        )
        yield machine
    finally:
        machine.close()


def files(box):
    """Every file but what the system itself keeps writing, and the tests in root's home."""
    folders = ("var/log", "var/tmp", "var/lib/systemd", "var/lib/mosquitto", "var/lib/alsa", "root")
    # Its own services' folders, which are others after each boot; ours would be seen.
    others = (*(f"/{folder}/*" for folder in folders), "/tmp/systemd-private-*-systemd-*")
    without = " ".join(f"-not -path '{path}'" for path in others)
    return set(box.run(f"find / -xdev {without}").splitlines())


@pytest.fixture(scope="module")
def files_before(box):
    return files(box)


def pid(box):
    return int(box.unit("MainPID"))


def cpu_s(box):
    """Processor seconds, by the machine's clock, that the daemon has used."""
    fields = box.run(f"cat /proc/{pid(box)}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def told(box, topic):
    """What the broker keeps of a topic; nothing where it has none."""
    said = box.says("sh", "-c", f"{HEAR} -C 1 -W 3 -t runout/box/{topic}")
    return json.loads(said) if said else {}


def status_is(box, words):
    return lambda: words in box.unit("StatusText")


def test_it_installs_and_waits_for_a_preamp_in_its_sandbox(box, files_before):
    assert box.says("uname", "-m") == "aarch64"
    assert box.says("systemd-detect-virt") == "qemu"
    assert "/opt/runout" not in files_before
    box.run("dpkg -i /root/runout.deb")
    box.wait_until(box.runs, 90.0, box.journal)
    assert box.unit("UnitFileState") == "enabled"
    assert "waiting for the preamp" in box.unit("StatusText")
    assert box.unit("NRestarts") == "0"


def test_it_logs_in_with_the_password_that_only_root_can_read(box):
    """By LoadCredential, in namespaces of its own."""
    box.run(
        "cp /root/runout.toml /etc/runout\n"
        f"umask 077; echo '{PASSWORD}' >/etc/credstore/runout.mqtt-password\n"
        "systemctl restart runout"
    )
    box.wait_until(box.runs, 90.0, box.journal)
    connected = "connected to broker 127.0.0.1:1883"
    box.wait_until(lambda: connected in box.journal(), 60.0, box.journal)


def test_a_card_starts_the_service_and_is_heard(box):
    """Plugged in when nothing runs: udev's rule."""
    box.run("systemctl stop runout")
    assert not box.runs()
    box.run("modprobe snd-aloop index=0")
    took_s = box.wait_until(box.runs, 90.0, box.journal)
    box.wait_until(status_is(box, "needle up"), 60.0, box.journal)
    print(f"ready {took_s:.1f} s after the card was there, by its clock")


def test_it_has_no_rights_and_opens_no_port(box):
    assert_closed(box.run, pid(box))
    for kind in ("user", "mnt", "ipc"):
        own, others = (box.run(f"readlink /proc/{one}/ns/{kind}") for one in (pid(box), 1))
        assert own != others
    exposed = box.run("systemd-analyze security runout.service").splitlines()[-1]
    print(exposed)
    assert float(exposed.split(":")[1].split()[0]) <= 1.5


def test_it_hears_a_record_in_time_and_tells_its_grade(box):
    before_s, began_s = cpu_s(box), box.clock_s()
    box.run("aplay -q -D plughw:0,0 /root/record.wav")
    box.wait_until(lambda: bool(told(box, "side")), 120.0, box.journal)
    used_s, passed_s = cpu_s(box) - before_s, box.clock_s() - began_s
    side = told(box, "side")
    assert side["counts"]["click"] > 100
    assert side["grade"]["label"] is not None
    words = f"needle up; side 1: {side['grade']['label']} after "
    box.wait_until(status_is(box, words), 60.0, box.journal)
    # The core's clock is that of its instructions: what it has no time for it has no time for on
    # any machine that emulates it, and any Pi has more.
    # The next that is told, not the one that the broker kept from before.
    health = json.loads(box.run(f"{HEAR} -R -C 1 -W 90 -t runout/box/health"))
    assert (health["overruns"], health["overflows"]) == (0, 0), health
    print(f"{used_s:.1f} s of the core in {passed_s:.1f} s, {PLAYED_S:.0f} of them the record:")
    print(f"{side['grade']['label']}, {side['counts']}, health {health}")


def test_the_doctor_finds_it_well(box):
    said = box.says("runout", "doctor")
    print(said)
    assert "  wrong " not in said, said
    assert "takes us, as listener" in said
    assert "runout.service listens to it" in said


@pytest.mark.parametrize("signal", ["STOP", "KILL"], ids=["hung", "killed"])
def test_it_comes_back(box, signal):
    """What hangs is ended by the watchdog, after 30 s."""
    was = pid(box)
    box.run(f"kill -{signal} {was}")
    took_s = box.wait_until(
        lambda: pid(box) not in (0, was) and "needle up" in box.unit("StatusText"),
        180.0,
        box.journal,
    )
    print(f"hears again {took_s:.1f} s later, by its clock")


def test_it_starts_by_itself_at_boot(box):
    box.run(
        "echo snd-aloop >/etc/modules-load.d/card.conf\n"
        "echo options snd-aloop index=0 >/etc/modprobe.d/card.conf"
    )
    box.reboot()
    box.wait_until(box.runs, 90.0, box.journal)
    box.wait_until(status_is(box, "needle up"), 60.0, box.journal)
    assert box.unit("NRestarts") == "0"
    ready_s = int(box.unit("ActiveEnterTimestampMonotonic")) / 1e6
    print(f"ready {ready_s:.1f} s after the kernel's start, by its clock")
    box.run("rm /etc/modules-load.d/card.conf /etc/modprobe.d/card.conf")


def test_removed_it_leaves_settings_and_history_alone(box, files_before):
    box.run("dpkg -r runout")
    data = ("/etc/runout", "/var/lib/runout", "/etc/credstore", "/var/lib/dpkg/info/runout.")
    left = files(box) - files_before
    assert [path for path in sorted(left) if not path.startswith(data)] == []
    assert "/etc/runout/runout.toml" in left
    assert not box.runs()


def test_purged_it_leaves_nothing(box, files_before):
    box.run("dpkg -P runout")
    # systemd's own place for secrets, empty.
    assert sorted(files(box) - files_before) in ([], ["/etc/credstore"])
