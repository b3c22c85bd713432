"""One ear and one page on one state folder."""

import errno
import os
import re
import signal
import subprocess
import sys

import pytest

from report.brokers import free_port, wait_until
from runout.alone import EAR_LOCK, PAGE_LOCK, only_ear, only_page
from runout.errors import RunoutError, SetupError
from sounds import CLEAN
from web.live.stations import Box


@pytest.mark.parametrize(
    ("only", "lock", "words"),
    [
        (only_ear, EAR_LOCK, "another ear listens on this folder"),
        (only_page, PAGE_LOCK, "another page runs on this folder's records"),
    ],
)
def test_a_second_one_is_kept_out_until_the_first_has_ended(tmp_path, only, lock, words):
    state = tmp_path / "state"
    with only(state), pytest.raises(RunoutError) as refused, only(state):
        pass
    assert str(refused.value) == f"{state / lock}: {words}: process {os.getpid()}"
    # The first may end: the unit tries again.
    assert refused.value.exit_status == 1
    with only(state):
        pass


def test_an_ear_and_a_page_share_a_folder(tmp_path):
    with only_ear(tmp_path), only_page(tmp_path):
        pass


def test_a_lock_that_names_nobody_keeps_out_all_the_same(tmp_path):
    """As a version before this one made it, or a full disk."""
    with only_ear(tmp_path):
        (tmp_path / EAR_LOCK).write_bytes(b"\xff\n" * 40)
        with pytest.raises(RunoutError, match=r"listens on this folder$"), only_ear(tmp_path):
            pass


def test_a_page_tells_of_a_folder_that_can_not_be_used_and_an_ear_goes_on(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="state: can't be used"), only_page(tmp_path / "state"):
        pass
    heard = False
    with only_ear(tmp_path / "state"):
        heard = True
    assert heard


def test_a_file_system_that_knows_no_locks_is_named(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", no_locks)
    words = f"{tmp_path / PAGE_LOCK}: can't be used: {os.strerror(errno.ENOLCK)}"
    with pytest.raises(SetupError, match=re.escape(words)), only_page(tmp_path):
        pass
    heard = False
    with only_ear(tmp_path):
        heard = True
    assert heard


def test_an_error_of_what_is_done_alone_stays_one(tmp_path):
    with pytest.raises(OSError, match="of its own"), only_ear(tmp_path):
        raise OSError("of its own")


def second(box, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "runout", *map(str, arguments)],
        env=box.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_two_pages_on_one_folder(tmp_path):
    box = Box(tmp_path)
    page = box.start_page()
    try:
        refused = second(box, "web", "--port", free_port())
        lock = tmp_path / "state" / PAGE_LOCK
        assert refused.stderr == (
            f"runout: {lock}: another page runs on this folder's records: process {page.pid}\n"
        )
        assert refused.returncode == 1
        assert page.poll() is None
    finally:
        page.terminate()
        page.wait(60)


def test_two_ears_on_one_folder_and_one_after_a_kill(tmp_path):
    box = Box(tmp_path)
    lock = tmp_path / "state" / EAR_LOCK
    try:
        first = box.start_ear(CLEAN)
        wait_until(lambda: lock.exists() and lock.read_text() == f"{first.pid}\n", 60.0)
        # So that its side isn't over before ours are, however busy the machine is.
        first.send_signal(signal.SIGSTOP)
        refused = second(box, "listen", "--file", CLEAN, "--pace", "--station")
        assert refused.stderr == (
            f"runout: {lock}: another ear listens on this folder: process {first.pid}\n"
        )
        assert refused.returncode == 1
        # What keeps nothing there is in nobody's way.
        assert second(box, "listen", "--file", CLEAN).returncode == 0
        first.kill()
        first.wait(60)
        third = box.start_ear(CLEAN)
        wait_until(lambda: lock.read_text() == f"{third.pid}\n", 60.0)
    finally:
        box.close()
