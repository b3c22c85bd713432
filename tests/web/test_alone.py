"""One page on one state folder."""

import subprocess
import sys

import pytest

from report.brokers import free_port
from runout.errors import RunoutError, SetupError
from runout.web.alone import LOCK, alone
from web.live.stations import Box


def test_a_second_one_is_kept_out_until_the_first_has_ended(tmp_path):
    with (
        alone(tmp_path / "state"),
        pytest.raises(RunoutError, match="another page runs") as refused,
        alone(tmp_path / "state"),
    ):
        pass
    # It may end: another try is worth it.
    assert refused.value.exit_status == 1
    with alone(tmp_path / "state"):
        pass


def test_a_folder_that_can_not_be_used_is_told(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="state: can't be used"), alone(tmp_path / "state"):
        pass


def test_two_services_on_one_folder(tmp_path):
    box = Box(tmp_path)
    page = box.start_page()
    try:
        second = subprocess.run(
            [sys.executable, "-m", "runout", "web", "--port", str(free_port())],
            env=box.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert second.stderr == (
            f"runout: {tmp_path / 'state' / LOCK}: another page runs on this folder's records\n"
        )
        assert page.poll() is None
    finally:
        page.terminate()
        page.wait(60)
