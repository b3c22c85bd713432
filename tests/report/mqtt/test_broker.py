import os
import signal
import socket
import subprocess
import sys
import textwrap
import time

import pytest

from report.brokers import Recorder, wait_until
from runout.errors import RunoutError
from runout.report.mqtt import broker
from runout.report.mqtt.broker import EmbeddedBroker


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_it_listens_on_loopback_until_it_is_left() -> None:
    with EmbeddedBroker() as embedded:
        assert listens(embedded.port)
        with Recorder(embedded.port) as recorder:
            # Larger than iotcore takes by itself.
            recorder.publish("runout/box/side", "x" * 60_000)
            wait_until(lambda: len(recorder.messages) == 1)
    assert not listens(embedded.port)


def test_two_do_not_meet() -> None:
    with EmbeddedBroker() as one, EmbeddedBroker() as other:
        assert one.port != other.port


def test_one_that_cannot_start_is_a_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_CHILD", [sys.executable, "-c", "raise SystemExit(3)"])
    with (
        pytest.raises(RunoutError, match=r"embedded MQTT broker ended with status 3 on 127\.0"),
        EmbeddedBroker(),
    ):
        pass


PARENT = textwrap.dedent(
    """
    import signal, sys, time
    from runout.report.mqtt.broker import EmbeddedBroker
    signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
    with EmbeddedBroker() as embedded:
        print(embedded.port, flush=True)
        time.sleep(60)
    """
)


def test_ctrl_c_passes_it_by_and_the_death_of_the_parent_ends_it() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that the signal is for its group alone
    )
    assert parent.stdout is not None
    port = int(parent.stdout.readline())
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.stdout.readline() == "interrupted\n"
    time.sleep(0.2)
    assert listens(port)
    parent.kill()
    assert parent.communicate() == ("", "")
    wait_until(lambda: not listens(port))
