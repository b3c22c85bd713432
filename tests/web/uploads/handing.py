"""Files handed in to a station of which only the uploads are real, and their workers with them."""

import io
import json
import time
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace

import numpy as np
import soundfile
from fastapi import FastAPI
from fastapi.testclient import TestClient

from runout.config import WebSettings
from runout.web import compat
from runout.web.uploads import routes
from runout.web.uploads.uploads import Uploads
from sounds import real_music, with_clicks

PATIENCE_S = 120.0


class Shelf:
    """Records that are remembered only."""

    def __init__(self):
        self.sides = {}
        self.broken = None

    def add(self, side_json, source, name):
        if self.broken is not None:
            raise self.broken
        self.sides[json.loads(side_json)["side_id"]] = (side_json, source, name)

    def summary(self, side_id):
        return self.sides.get(side_id)

    def contract(self, side_id):
        return iter([self.sides[side_id][0]]) if side_id in self.sides else None


class Station:
    """Uploads that run, with what they told."""

    def __init__(self, state, **settings):
        self.shelf = Shelf()
        self.told = []
        self.uploads = Uploads(
            WebSettings(**settings),
            state,
            self.shelf,
            lambda kind, job: self.told.append((kind, job)),
            state / "none.toml",
        )

    def hand_in(self, content, name="side.flac", task="upload"):
        """Bytes, or the path of a file."""
        with self.uploads.arriving() as folder:
            path = folder / "sound"
            path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
            return self.uploads.submit(path, name, "upload", task)

    def over(self, job):
        wait_for(lambda: self.uploads.job(job.id).over)
        return self.uploads.job(job.id)

    def app(self):
        app = FastAPI()
        app.include_router(routes.router)
        app.include_router(compat.router)
        app.state.station = SimpleNamespace(uploads=self.uploads, records=self.shelf)
        return app


@contextmanager
def station(state, sides=(), **settings):
    """A station, started; its settings are the file that is there, or the usual ones.

    `sides` are ids of such as are among its records already.
    """
    state.mkdir(exist_ok=True)
    (state / "none.toml").touch()
    made = Station(state, **settings)
    made.shelf.sides = dict.fromkeys(sides, (b"{}", "upload", ""))
    made.uploads.start()
    try:
        yield made
    finally:
        made.uploads.stop()


@contextmanager
def client_of(made):
    with TestClient(made.app()) as client:
        yield client


def wait_for(condition):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(0.02)


def worn(seconds=3.0, places=(0.7, 1.6, 2.4)):
    return with_clicks(real_music(seconds), [one for one in places if one < seconds], over=12.0)


def written(path, sound, rate=44_100, **form):
    soundfile.write(path, sound, rate, **form)
    return path


def silent_flac(path, minutes):
    """A FLAC of digital silence: some 10 kB a minute, and much larger when it is decoded."""
    path.write_bytes(_silence(minutes))
    return path


@cache
def _silence(minutes):
    content = io.BytesIO()
    with soundfile.SoundFile(content, "w", 44_100, 2, "PCM_16", format="FLAC") as file:
        for _ in range(minutes):
            file.write(np.zeros((44_100 * 60, 2), np.int16))
    return content.getvalue()


def without_length(path):
    """Take the count of samples off a FLAC, as from a pipe: the last 36 bits before the MD5."""
    raw = bytearray(path.read_bytes())
    raw[21] &= 0xF0
    raw[22:26] = bytes(4)
    path.write_bytes(raw)
    return path


def claims(path, samples):
    """Have a FLAC's header promise so many samples."""
    raw = bytearray(path.read_bytes())
    raw[21] = (raw[21] & 0xF0) | (samples >> 32)
    raw[22:26] = (samples & 0xFFFFFFFF).to_bytes(4, "big")
    path.write_bytes(raw)
    return path
