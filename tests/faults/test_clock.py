"""The clock is put forward or back by a year while a side plays: nothing is lost, nothing waits."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import soundfile

from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from sounds import real_music, with_clicks

# The wall clock of one process, off by the seconds in $CLOCK; the monotonic one doesn't jump.
# (libfaketime won't do: with the monotonic clock left alone, Python's time.sleep fails.)
JUMPING = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long off(void) {
    long seconds = 0;
    FILE *clock = fopen(getenv("CLOCK"), "r");
    if (clock) { if (fscanf(clock, "%ld", &seconds) != 1) seconds = 0; fclose(clock); }
    return seconds;
}
int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(which, now);
    if (!failed && which == CLOCK_REALTIME) now->tv_sec += off();
    return failed;
}
time_t time(time_t *kept) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept) *kept = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec fine;
    clock_gettime(CLOCK_REALTIME, &fine);
    now->tv_sec = fine.tv_sec;
    now->tv_usec = fine.tv_nsec / 1000;
    return 0;
}
"""
PLACES = [0.5, 1.55, 2.6, 3.3, 4.0, 4.35]


@needs("mosquitto", "mosquitto")
@needs("cc", "gcc libc6-dev")
@pytest.mark.parametrize("years", [1, -1])
def test_a_jump_of_a_year_amid_a_side_loses_nothing(
    broker: Mosquitto, tmp_path: Path, years: int
) -> None:
    (tmp_path / "jumping.c").write_text(JUMPING)
    shim = str(tmp_path / "jumping.so")
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", shim, tmp_path / "jumping.c", "-ldl"], check=True
    )
    sound = with_clicks(real_music(6.0), PLACES, over=16, channel="left")
    soundfile.write(tmp_path / "side.wav", sound, 44_100)
    clock = tmp_path / "clock"
    clock.write_text("0\n")
    with Recorder(broker.port) as recorder:
        daemon = subprocess.Popen(
            [
                *(sys.executable, "-m", "runout", "listen", "--pace", "--device-id", "box"),
                *("--file", str(tmp_path / "side.wav"), "--broker", f"127.0.0.1:{broker.port}"),
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "STATE_DIRECTORY": str(tmp_path),
                "LD_PRELOAD": shim,
                "CLOCK": str(clock),
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            wait_until(lambda: len(recorder.of("event")) >= 3, 30.0)
            clock.write_text(f"{years * 366 * 86_400}\n")
            _, said = daemon.communicate(timeout=30)
        finally:
            daemon.kill()
        wait_until(lambda: bool(recorder.of("side")))
        events = [json.loads(event) for event in recorder.said("event")]
        sides = [json.loads(side) for side in recorder.said("side")]
    assert (daemon.returncode, said) == (0, "")
    assert [event["time_s"] for event in events] == pytest.approx(PLACES, abs=0.003)
    days = {datetime.fromisoformat(event["time"]).date() for event in events}
    assert (max(days) - min(days)).days == 366
    assert [side["counts"]["click"] for side in sides] == [len(PLACES)]
    assert len({event["id"] for event in events}) == len(PLACES)
