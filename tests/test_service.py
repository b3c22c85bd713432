import logging
import socket
import time
from dataclasses import dataclass

import pytest

from runout.report.status import NO_BROKER
from runout.service import Service
from runout.side.side import SideStarted
from told_sides import ended, state


@dataclass
class Network:
    stuck: bool = False


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.settimeout(0.2)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield made


def heard(systemd):
    said = []
    try:
        while True:
            said.append(systemd.recv(4096).decode())
    except TimeoutError:
        return said


def test_sound_makes_it_ready_feeds_the_watchdog_and_is_told(systemd):
    service = Service(Network(), broker=True)
    service.heard(SideStarted("a", 0.0))
    service.hears(state)
    assert heard(systemd) == ["READY=1", "WATCHDOG=1", "STATUS=side 1, track 2, 12:04"]


def test_waiting_for_a_device_is_ready_and_alive_too(systemd):
    Service(Network(), broker=True).waits("waiting for the preamp")
    assert heard(systemd) == ["READY=1", "WATCHDOG=1", "STATUS=waiting for the preamp"]


def test_a_network_thread_that_hangs_leaves_the_watchdog_unfed(systemd):
    network = Network(stuck=True)
    service = Service(network, broker=True)
    service.hears(state)
    assert "WATCHDOG=1" not in heard(systemd)
    network.stuck = False
    time.sleep(1.0)
    service.hears(state)
    assert "WATCHDOG=1" in heard(systemd)


def test_without_a_broker_log_and_status_say_what_to_set(systemd, caplog):
    service = Service(Network(), broker=False)
    service.waits("waiting")
    assert NO_BROKER in caplog.text
    assert f"STATUS=waiting; {NO_BROKER}" in heard(systemd)


def test_finished_sides_are_counted_and_logged(caplog, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    caplog.set_level(logging.INFO)
    service = Service(Network(), broker=True)
    service.heard(SideStarted("a", 0.0))
    service.no_side()  # a bump
    service.heard(SideStarted("b", 0.0))
    service.heard(ended("VG+", "clicks"))
    assert "side 1: VG+ after 19:20 (clicks)" in caplog.text
