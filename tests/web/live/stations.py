"""A real page and a real ear, each a process of its own, and browsers that look on."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from report.brokers import free_port, wait_until


class Box:
    """The folders that page and ear share, and what runs on them."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.env = os.environ | {
            "STATE_DIRECTORY": str(folder / "state"),
            "RUNTIME_DIRECTORY": str(folder / "run"),
        }
        self._running = []
        self.page = None

    def run(self, *arguments):
        log = (self.folder / f"{arguments[0]}.log").open("a")
        command = [sys.executable, "-m", "runout", *map(str, arguments)]
        process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        self._running.append(process)
        return process

    def start_page(self, *arguments):
        self.page = self.run("web", "--port", self.port, *arguments)
        wait_until(self._answers, 60.0)
        return self.page

    def start_ear(self, sound):
        return self.run("listen", "--file", sound, "--pace", "--station")

    def _answers(self):
        assert self.page.poll() is None, self.log("web")
        try:
            self.get("/api/health")
        except OSError:
            return False
        return True

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return json.load(answer)

    def close(self):
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.wait()


class Browser:
    """Follows the stream as an EventSource does: connects again by itself."""

    def __init__(self, port):
        self._url = f"http://127.0.0.1:{port}/api/events"
        self.words = queue.Queue()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._over:
            try:
                with urllib.request.urlopen(self._url, timeout=20) as stream:
                    self._read(stream)
            except OSError:
                time.sleep(0.2)

    def _read(self, stream):
        kind = None
        for line in stream:
            if self._over:
                return
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                self.words.put((kind, json.loads(value), time.time()))

    def until(self, kind, holds=lambda _fields: True, timeout_s=60.0):
        """The next word of a kind that holds, and when it came."""
        return self.until_any(lambda said, fields: said == kind and holds(fields), timeout_s)

    def until_any(self, holds, timeout_s=60.0):
        """The next word that holds by its kind and fields, and when it came."""
        deadline = time.monotonic() + timeout_s
        while True:
            said, fields, at = self.words.get(timeout=max(0.01, deadline - time.monotonic()))
            if holds(said, fields):
                return fields, at

    def close(self):
        self._over = True


def stuck(port):
    """A viewer that asks for the stream and never reads it."""
    viewer = socket.create_connection(("127.0.0.1", port))
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    viewer.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return viewer


def rss_mb(process):
    """Megabytes (10^6 bytes) that a process has in memory."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def interrupt(process):
    process.send_signal(signal.SIGTERM)
    return process.wait(60)
