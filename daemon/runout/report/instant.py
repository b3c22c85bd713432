"""A moment, as it is written in everything that is told."""

from datetime import UTC, datetime


def iso_utc(time: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC, to the millisecond: 2025-01-31T20:15:00.123Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
