"""What the box does, in one line: for `systemctl status` and for the journal."""

from runout.side.side import LiveState, SideEnded

NO_BROKER = "no broker is set: see [mqtt] host in /etc/runout/runout.toml"
"""Said where nobody can be told what is heard"""


def status_words(state: LiveState, side: int, last: SideEnded | None) -> str:
    """Return what is playing, as 'side 3, track 2, 12:04, VG+ so far', or that nothing is.

    `side` counts the sides since the start, `last` is the one that ended last.
    """
    if state.phase == "idle":
        return "needle up" if last is None else f"needle up; {ended_words(last, side)}"
    words = [f"side {side}"]
    if state.track is not None:
        words.append(f"track {state.track}")
    elif state.part != "needle_up":  # not yet found where it is
        words.append(state.part.replace("_", " "))
    words.append(_clock(state.elapsed_s))
    outlook = state.outlook
    if outlook is not None and outlook.label is not None:
        words.append(f"{outlook.label} so far")
    return ", ".join(words)


def ended_words(side: SideEnded, number: int) -> str:
    """Return a finished side in a few words, as 'side 3: VG after 19:20 (2 skips)'."""
    label = side.grade.label or "not graded"
    return f"side {number}: {label} after {_clock(side.duration_s)} ({side.grade.limited_by})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
