"""The disk is full, or has damaged what was on it: that is said, and the box goes on."""

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from faults.damage import damaged
from faults.scale import times
from report.brokers import free_port
from runout.config import MqttSettings
from runout.report.mqtt.outbox import Letter, Outbox
from sounds import SHELLAC

DAMAGES = times(400, 20)
LETTERS = 300


def letters(first: int, count: int) -> list[Letter]:
    numbers = range(first, first + count)
    return [Letter(number, "runout/box/event", f'{{"n": {number}}}', True) for number in numbers]


def test_a_damaged_database_is_set_aside_or_read_and_the_box_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = MqttSettings(outbox=str(tmp_path / "outbox.db"))
    whole = Outbox(settings)
    whole.keep(letters(1, LETTERS))
    whole.close()
    content = (tmp_path / "outbox.db").read_bytes()
    aside = kept = 0
    for seed in range(DAMAGES):
        for path in tmp_path.iterdir():
            path.unlink()
        made = bytearray(damaged(content, seed))
        if seed % 2 and made:
            # Deep in a page, where the header tells nothing of it.
            place = random.Random(seed).randrange(len(made))
            made[place : place + 64] = os.urandom(len(made[place : place + 64]))
        (tmp_path / "outbox.db").write_bytes(made)
        outbox = Outbox(settings)
        before = len(outbox.after(0, 10 * LETTERS))
        outbox.keep(letters(outbox.last + 1, 5))
        after = outbox.after(0, 10 * LETTERS)
        assert [letter.payload for letter in after[-5:]]
        assert len(after) >= 5
        outbox.delete({letter.number: len(letter.payload) for letter in after})
        outbox.close()
        aside += (tmp_path / "outbox.db.broken").exists()
        kept += before == LETTERS
        verdict = sqlite3.connect(tmp_path / "outbox.db").execute("PRAGMA integrity_check")
        assert verdict.fetchone() == ("ok",)
    print(f"{DAMAGES} damaged databases: {aside} set aside, {kept} read in whole")
    assert aside > DAMAGES // 3
    assert not [record for record in caplog.records if "\n" in record.getMessage()]
    assert not [record for record in caplog.records if "in memory" in record.getMessage()]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with 16 kB left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", disk]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("needs root, to mount a disk")
    try:
        (disk / "ballast").write_bytes(bytes(112 * 1024))
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_said_once_and_the_side_is_heard_to_its_end(
    tmp_path: Path, full_disk: Path
) -> None:
    sound, rate = soundfile.read(SHELLAC, dtype="float32")
    soundfile.write(tmp_path / "side.wav", sound, rate)
    config = tmp_path / "runout.toml"
    config.write_text(f'[mqtt]\noutbox = "{full_disk / "outbox.db"}"\n')
    # Nobody takes what is told, so that all of it has to be kept.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "runout", "listen", "--config", str(config), "--pace"),
            *("--file", str(tmp_path / "side.wav"), "--broker", f"127.0.0.1:{free_port()}"),
        ],
        env={
            **os.environ,
            "STATE_DIRECTORY": str(full_disk),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if "outbox" in line]
    assert len(said) == 1, done.stderr
    assert "memory" in said[0]
