"""The network or its names are away while a side plays: the record is heard, and told later."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from sounds import real_music, with_clicks

# While the file $AWAY is there, one process finds no host of this name, slowly, as a resolver does
# that waits for an answer; or it finds no way to it.
AWAY = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int away(const char *what) {
    const char *mode = getenv("MODE");
    return !strcmp(mode, what) && access(getenv("AWAY"), F_OK) == 0;
}
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!real) real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!node || strcmp(node, "broker.test")) return real(node, service, hints, found);
    if (away("names")) { sleep(2); return EAI_AGAIN; }
    return real("127.0.0.1", service, hints, found);
}
int connect(int made, const struct sockaddr *to, socklen_t length) {
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (!real) real = dlsym(RTLD_NEXT, "connect");
    if (to->sa_family == AF_INET && away("network")) { errno = ENETUNREACH; return -1; }
    return real(made, to, length);
}
"""
PLACES = [0.5, 1.55, 2.6, 3.3, 4.0, 4.35]


@needs("mosquitto", "mosquitto")
@needs("cc", "gcc libc6-dev")
@pytest.mark.parametrize("mode", ["names", "network"])
def test_what_is_heard_meanwhile_is_told_when_they_are_back(
    broker: Mosquitto, tmp_path: Path, mode: str
) -> None:
    (tmp_path / "away.c").write_text(AWAY)
    shim = str(tmp_path / "away.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, tmp_path / "away.c", "-ldl"], check=True)
    # One click is heard while they are away; the music after it leaves time for the way back.
    sound = with_clicks(real_music(10.0), PLACES, over=16, channel="left")
    soundfile.write(tmp_path / "side.wav", sound, 44_100)
    away = tmp_path / "away"
    away.touch()
    outbox = tmp_path / "outbox.db"
    (tmp_path / "runout.toml").write_text(
        f'[mqtt]\nhost = "broker.test"\nport = {broker.port}\noutbox = "{outbox}"\n'
        'device_id = "box"\n'
    )
    with Recorder(broker.port) as recorder:
        daemon = subprocess.Popen(
            [
                *(sys.executable, "-m", "runout", "listen", "--pace", "--verbose"),
                *("--config", str(tmp_path / "runout.toml"), "--file", str(tmp_path / "side.wav")),
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "STATE_DIRECTORY": str(tmp_path),
                "LD_PRELOAD": shim,
                "AWAY": str(away),
                "MODE": mode,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            # An event has been kept: it was heard, and nobody could be told.
            wait_until(lambda: (tmp_path / "outbox.db-wal").exists(), 30.0)
            wait_until(
                lambda: b"runout/box/event" in (tmp_path / "outbox.db-wal").read_bytes(), 30.0
            )
            assert recorder.of("event") == []
            away.unlink()
            _, said = daemon.communicate(timeout=60)
        finally:
            daemon.kill()
        wait_until(lambda: bool(recorder.of("side")))
        events = [json.loads(event) for event in recorder.said("event")]
        sides = len(recorder.of("side"))
    assert daemon.returncode == 0, said
    assert said.count("can't be reached") == 1, said
    assert "Traceback" not in said
    assert [event["time_s"] for event in events] == pytest.approx(PLACES, abs=0.003)
    assert sides == 1
