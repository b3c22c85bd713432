"""What a worker process may use, so that no file can take the box from the ear."""

import os
import resource
import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """For one errand, but for the memory, which is the process's."""

    memory_bytes: int
    """Of address space, libraries included (RLIMIT_AS)"""
    cpu_s: int
    """Seconds of processor time, all threads"""
    wall_s: int
    """Seconds by the clock"""
    file_bytes: int
    """Of the largest file that it may write"""
    nice: int
    """How far it stands back behind others: 1 to 19. The ear stands at 0"""


def limit_process(limits: Limits) -> None:
    """Bind this process for good: its place, its memory, its files; it leaves no core dump."""
    os.nice(limits.nice)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        # What we were given may be narrower already, and can't be widened.
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def start_clocks(limits: Limits) -> None:
    """Give this process so long for its next errand; past it, the kernel ends the process.

    No handler is set: a decoder that hangs in C would never let one run.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_s
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_s)


def stop_clocks() -> None:
    """Its errand is done: it may rest for as long as it likes."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def death_words(signal_number: int, limits: Limits) -> str:
    """Return why a worker that a signal ended was ended, as the rest of 'it ...'."""
    if signal_number == signal.SIGXCPU:
        return f"took more than {limits.cpu_s} s of the processor, and was given up"
    if signal_number == signal.SIGALRM:
        return f"took more than {limits.wall_s} s, and was given up"
    if signal_number == signal.SIGKILL:
        return "needed more memory than the box has left, and was given up"
    name = signal.Signals(signal_number).name
    return f"broke the decoder ({name}), so it is damaged in a way that can't be told"
