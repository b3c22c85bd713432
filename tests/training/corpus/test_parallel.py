import json
import math
import os
import subprocess
import sys
import time

import pytest

from runout.errors import RunoutError
from runout_training.corpus.parallel import run

SQUARES = [(number, 2) for number in range(8)]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Address of a real scheduler with one worker, each in a process of its own."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    common = ["--scheduler-file", str(file), "--dashboard-address", ":0"]
    begin = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    join = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1"]
    with (
        subprocess.Popen([*begin, *common, "--host", "127.0.0.1", "--port", "0"], **quiet) as one,
        subprocess.Popen([*join, *common], **quiet) as other,
    ):
        try:
            deadline = time.monotonic() + 15
            while not (file.exists() and file.stat().st_size):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield json.loads(file.read_text())["address"]
        finally:
            # Ended politely at once, each would wait for the other.
            other.kill()
            one.kill()


def test_every_job_is_done_on_a_cluster_that_is_started_here():
    done = list(run(divmod, SQUARES, None, "dividing"))
    assert sorted(done) == [divmod(number, 2) for number in range(8)]


def test_a_scheduler_elsewhere_is_used_and_left_running(scheduler):
    assert os.getpid() not in set(run(os.getpid, [()], scheduler, "asking"))
    done = sorted(run(math.pow, SQUARES, scheduler, "squaring"))
    assert done == [float(number**2) for number in range(8)]


def test_a_failing_job_raises_its_error(scheduler):
    with pytest.raises(ValueError, match="math domain"):
        list(run(math.sqrt, [(4.0,), (-1.0,)], scheduler, "rooting"))


def test_an_address_where_none_answers_is_one_clear_line(monkeypatch):
    monkeypatch.setattr("runout_training.corpus.parallel._CONNECT_S", 0.5)
    with pytest.raises(RunoutError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(run(math.sqrt, [(4.0,)], "tcp://127.0.0.1:9", "rooting"))


def test_no_jobs_start_no_cluster(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert list(run(math.sqrt, [], None, "rooting")) == []
