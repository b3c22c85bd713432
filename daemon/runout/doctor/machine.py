"""The machine: disk, clock, heat and power."""

import os
import shutil
from pathlib import Path

from runout.doctor.finding import Ask, Finding

_LITTLE_MB, _NOTHING_MB = 200, 20
"""Free megabytes (10^6 bytes): an outbox may take 64"""
_HOT_C = 80.0
"""Degrees Celsius from which a Raspberry Pi slows down (Raspberry Pi documentation)"""


def disk(state: Path, owner: int | None) -> Finding:
    """Is there room for history at `state`, and may user number `owner` (None: we) write there?"""
    there = state
    while not there.exists() and there != there.parent:
        there = there.parent
    free_mb = shutil.disk_usage(there).free // 1_000_000
    words = f"{state}: {free_mb} MB free"
    if free_mb < _NOTHING_MB:
        return Finding("disk", "wrong", words, "make room: sudo apt-get clean; journalctl --vacuum")
    if owner is None:
        writable = os.access(there, os.W_OK)
    else:
        writable = there == state and state.stat().st_uid == owner
    if not writable or _read_only(there):
        advice = "sides can't outlive a restart there; sudo systemd-tmpfiles --create runout.conf"
        return Finding("disk", "look", f"{words}, but Runout can't write there", advice)
    if free_mb < _LITTLE_MB:
        return Finding("disk", "look", words, "make room before it is full")
    return Finding("disk", "ok", words)


def clock(ask: Ask) -> Finding:
    """Is the clock set by the network? Events carry its time."""
    answer = ask(["timedatectl", "show", "--property=NTPSynchronized", "--value"])
    if answer == "yes":
        return Finding("clock", "ok", "set by the network")
    advice = "sudo timedatectl set-ntp true, and let the box reach a time server"
    if answer is None:
        return Finding("clock", "look", "nobody can tell whether it is set", advice)
    return Finding("clock", "look", "not set by the network: events may bear a wrong time", advice)


def power(temperature_c: float | None, throttled: bool | None) -> Finding:
    """Does the processor run as fast as it could?"""
    words = "no thermometer" if temperature_c is None else f"{temperature_c:.0f} °C"
    if throttled:
        advice = "under-voltage or heat: use a supply made for this Pi, and let air at it"
        return Finding("power", "look", f"{words}, and it is throttled", advice)
    if temperature_c is not None and temperature_c >= _HOT_C:
        return Finding("power", "look", words, "too hot: let air at it")
    return Finding("power", "ok", words + ("" if throttled is None else ", at full speed"))


def _read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
