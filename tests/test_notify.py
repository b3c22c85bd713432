import socket

import pytest

from runout.errors import RunoutError
from runout.notify import Notifier


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class Systemd:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)

    def heard(self):
        said = []
        while True:
            try:
                said.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return said

    def close(self):
        self._socket.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    address = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    made = Systemd(address)
    yield made
    made.close()


def test_ready_is_said_once(systemd, clock):
    notifier = Notifier(clock)
    notifier.ready()
    notifier.ready()
    assert systemd.heard() == ["READY=1"]


def test_the_watchdog_is_fed_once_a_second_however_often_it_is_called(systemd, clock):
    notifier = Notifier(clock)
    for _ in range(100):
        notifier.alive()
        clock.now_s += 0.05
    assert systemd.heard() == ["WATCHDOG=1"] * 5


def test_a_status_is_said_when_it_is_new(systemd, clock):
    notifier = Notifier(clock)
    asked = []

    def words(text):
        asked.append(text)
        return text

    for text in ("needle up", "needle up", "side 1"):
        notifier.status(lambda text=text: words(text))
        notifier.status(lambda text=text: words(text))
        clock.now_s += 1.0
    assert systemd.heard() == ["STATUS=needle up", "STATUS=side 1"]
    assert len(asked) == 3


def test_a_status_is_one_line_whatever_a_device_is_called(systemd, clock):
    Notifier(clock).status(lambda: "waiting for x\nREADY=1\nMAINPID=1")
    assert systemd.heard() == ["STATUS=waiting for x READY=1 MAINPID=1"]


def test_stopping_is_said(systemd, clock):
    Notifier(clock).stopping()
    assert systemd.heard() == ["STOPPING=1"]


def test_an_abstract_address_is_reached(monkeypatch, clock):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("")  # Linux chooses an abstract address
        systemd.settimeout(5.0)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + systemd.getsockname()[1:].decode())
        Notifier(clock).ready()
        assert systemd.recv(100) == b"READY=1"


def test_a_full_queue_holds_nothing_up_and_loses_no_ready(systemd, clock):
    notifier = Notifier(clock)
    for _ in range(10_000):
        notifier.alive()
        clock.now_s += 1.0
    notifier.ready()
    before = systemd.heard()
    notifier.ready()
    assert 0 < len(before) < 10_000
    assert "READY=1" not in before
    assert systemd.heard() == ["READY=1"]


def test_without_systemd_nothing_is_sent_and_no_words_are_made(monkeypatch, clock):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notifier = Notifier(clock)
    notifier.ready()
    notifier.alive()
    notifier.status(lambda: pytest.fail("nobody asked for words"))
    notifier.stopping()


def test_a_socket_that_is_not_there_is_named(monkeypatch, tmp_path, clock):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "none"))
    with pytest.raises(RunoutError, match="NOTIFY_SOCKET"):
        Notifier(clock)
