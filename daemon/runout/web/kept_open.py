"""The station kept open by hand: the page, and an ear that shows it what it hears."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TextIO

from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt.broker import EmbeddedBroker

_EXIT_S = 20.0
"""Seconds that page and ear may take to end"""
_LOOK_S = 0.2

_Process = subprocess.Popen[str]


def keep_open(
    mqtt: MqttSettings, config: Path | None, port: int | None, file: Path | None, out: TextIO
) -> int:
    """Run the page, and beside it the ear: on the preamp, or on a file as it would be played.

    Until SIGINT or SIGTERM; returns the exit status. What the file or the preamp leaves is a page
    without an ear. Raises RunoutError where there is no page, before anything is heard, and where
    the file can't be read.
    """
    with contextlib.ExitStack() as stack:
        stopped = stack.enter_context(_signals())
        if not mqtt.host:
            # The page's buttons tell the ear things by it.
            own = stack.enter_context(EmbeddedBroker())
            mqtt = replace(mqtt, host=own.host, port=own.port)
        common = ["--broker", f"{mqtt.host}:{mqtt.port}"]
        common += ["--config", str(config)] if config else []
        page = stack.enter_context(_child("web", *common, *_given("--port", port), piped=True))
        # It says where it is once it answers; what ends instead has said why on stderr.
        assert page.stdout is not None
        words = page.stdout.readline()
        if not words:
            raise RunoutError("no page, so nothing is listened to; the line above says why")
        print(words, end="", file=out, flush=True)
        played = [*_given("--file", file), "--pace", "--station"] if file else []
        ear = stack.enter_context(_child("listen", *common, *played))
        told = False
        while not stopped.wait(_LOOK_S):
            if page.poll() is not None:
                raise RunoutError(f"the page ended with status {page.returncode}")
            if ear.poll() is None or told:
                continue
            told = True
            if ear.returncode and file:
                raise RunoutError(f"{file} could not be played")
            ended = "nothing listens now" if ear.returncode else "the record has ended"
            print(f"runout: {ended}; the page stays until Ctrl-C", file=out, flush=True)
    return 0


def _given(option: str, value: object) -> list[str]:
    return [] if value is None else [option, str(value)]


@contextlib.contextmanager
def _child(*arguments: str, piped: bool = False) -> Iterator[_Process]:
    command = [sys.executable, "-m", "runout", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE if piped else None, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextlib.contextmanager
def _signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, and nothing more: the children are ended in order."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
