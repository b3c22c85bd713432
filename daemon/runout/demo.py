"""Plays a file to the real daemon and prints what it says over MQTT, as any client would."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from runout.config import MqttSettings, Settings, WebSettings
from runout.errors import RunoutError
from runout.report.mqtt.broker import EmbeddedBroker
from runout.report.mqtt.identity import device_id
from runout.report.terminal.watch import Watch
from runout.source.decoder import Decoder
from runout.web.beside import Beside, NoPageError, page_beside

_EXIT_S = 10.0
"""Seconds that the daemon may take to end after its last word"""


def demo(path: Path, settings: Settings, config: Path | None, pace: bool, out: TextIO) -> int:
    """Play `path` to a daemon of its own, at the pace of the music or as fast as it goes.

    Returns the daemon's exit status; where it isn't 0, a line of its own on stderr says why.
    Raises RunoutError when there is no such file, and when the daemon dies or hangs.
    """
    # Nobody should read of a broker and a page first, only to learn that there is nothing to play.
    Decoder(path).close()
    with _broker(settings.mqtt) as (reached, where), contextlib.ExitStack() as stack:
        print(f"  broker: {where} at {reached.host}:{reached.port}", file=out)
        print(f"  record: {path}", file=out, flush=True)
        beside = None
        if pace:
            beside, words = _page(stack)
        else:
            # It is over before a page could show it.
            words = f"{_station(settings.web)} once `make station FILE={path}` plays it there"
        print(f"  page:   {words}", file=out, flush=True)
        # A name of its own: a box of the same name may be on this broker already.
        box = f"{device_id(settings.mqtt.device_id)}-demo"
        command = [sys.executable, "-m", "runout", "listen", "--file", str(path)]
        command += ["--broker", f"{reached.host}:{reached.port}", "--device-id", box]
        command += ["--config", str(config)] if config else []
        command += ["--pace"] if pace else []
        command += ["--station"] if beside is not None else []
        with Watch(reached, out, box) as watch:
            daemon = subprocess.Popen(command, env=None if beside is None else beside.environment)
            try:
                said_offline = watch.until_offline(lambda: daemon.poll() is None)
                status = daemon.wait(_EXIT_S)
            except subprocess.TimeoutExpired:
                raise RunoutError(f"the daemon doesn't end within {_EXIT_S:g} s") from None
            finally:
                if daemon.poll() is None:
                    daemon.kill()
                    daemon.wait()
        if status == 0 and watch.sides == 0:
            print("  no side: nothing was heard, or not for long enough", file=out)
        if beside is not None and not beside.runs():
            print("  page:   it ended early; its own words are on stderr", file=out)
        if status < 0 or (status == 0 and not said_offline):
            raise RunoutError("the daemon died without a word")
        return status


def _page(stack: contextlib.ExitStack) -> tuple[Beside | None, str]:
    """A page for as long as the stack lasts, if there can be one, and words on it."""
    try:
        beside = stack.enter_context(page_beside())
    except NoPageError as error:
        return None, str(error)
    return beside, f"{beside.address} (make station keeps it open)"


def _station(web: WebSettings) -> str:
    """Where a browser on this machine finds the page that stays open."""
    return f"{'https' if web.cert_file else 'http'}://{web.host}:{web.port}/"


@contextlib.contextmanager
def _broker(settings: MqttSettings) -> Iterator[tuple[MqttSettings, str]]:
    """The configured broker, or one of our own where none is."""
    if settings.host:
        yield settings, "yours"
        return
    with EmbeddedBroker() as broker:
        yield replace(settings, host=broker.host, port=broker.port), "Runout's own"
