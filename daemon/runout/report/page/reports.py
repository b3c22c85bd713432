"""Writes a side's reports: its sound file is read once more for both."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from runout.report.page.excerpts import cut_of, excerpts_of, worst
from runout.report.page.outputs import Outputs, write
from runout.report.page.page import page
from runout.report.page.picture import picture
from runout.report.page.scan import scan
from runout.side.side import SideEnded


def write_reports(
    sound: Path,
    side: SideEnded,
    outputs: Outputs,
    progress: Callable[[float], None],
    made: datetime,
) -> None:
    """Write what is wanted of a side that was heard in a sound file.

    `progress` is told the share of the file that was read again; `made` is an aware time. Raises
    RunoutError where the file can't be read again, or a report can't be written.
    """
    frames = round(side.duration_s * side.sample_rate)
    events = worst(side) if outputs.page is not None else ()
    cuts = [cut_of(event, side.sample_rate, frames) for event in events]
    scanned = scan(sound, frames, cuts, progress)
    if outputs.page is not None:
        excerpts = excerpts_of(events, cuts, scanned.cuts, side.sample_rate)
        write(outputs.page, page(sound.name, side, scanned, excerpts, made))
    if outputs.picture is not None:
        write(outputs.picture, picture(sound.name, side, scanned, made))
