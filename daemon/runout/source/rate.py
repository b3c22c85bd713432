"""Which sample rates Runout listens to."""

from runout.errors import RunoutError

MIN_RATE = 22_050
"""Hertz. Much of what tells a click from music lies in the treble; below this rate it is gone."""

MAX_RATE = 192_000
"""Hertz. The highest that preamps and archives use for records."""


def check_rate(name: str, rate: int) -> None:
    """Raise RunoutError where the source called `name` has a rate, in hertz, out of range."""
    if rate < MIN_RATE:
        raise RunoutError(
            f"{name}: sampled at {rate} Hz; Runout needs {MIN_RATE} Hz or more, "
            "because clicks are told from music by their treble"
        )
    if rate > MAX_RATE:
        raise RunoutError(f"{name}: sampled at {rate} Hz; Runout takes {MAX_RATE} Hz at most")
