"""What a worker draws of a side: its report, and the pictures that a player shows."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from runout.report.page.excerpts import cut_of, excerpts_of, worst
from runout.report.page.page import page
from runout.report.page.scan import scan
from runout.report.page.stored import name_of, side_of
from runout.report.page.timeline import spectrogram
from runout.side.side import SideEnded
from runout.web.uploads.peaks import Peaks

_REPORT = "report.html"
_READ = 0.8
"""Share of the work that is behind when the sound was read"""


def draw(
    sound: Path, folder: Path, name: str, side: SideEnded, progress: Callable[[float, str], None]
) -> float:
    """Draw a side whose sound is there into a folder; return the sound's largest magnitude."""
    rate = side.sample_rate
    frames = round(side.duration_s * rate)
    events = worst(side)
    cuts = [cut_of(event, rate, frames) for event in events]
    peaks = Peaks(frames, rate)
    scanned = scan(
        sound, frames, cuts, lambda share: progress(_READ * share, "draws it"), peaks.feed
    )
    progress(_READ, "writes the report")
    excerpts = excerpts_of(events, cuts, scanned.cuts, rate)
    made = datetime.now().astimezone()
    (folder / _REPORT).write_bytes(page(name, side, scanned, excerpts, made))
    (folder / "spectrogram.png").write_bytes(spectrogram(scanned.spectrum_db))
    (folder / "peaks.json").write_text(json.dumps(peaks.fields()), encoding="ascii")
    return float(scanned.peak.max())


def report_of(side: Path, folder: Path) -> None:
    """Write the report of a side whose sound isn't there, from what is stored of it."""
    fields = json.loads(side.read_bytes())
    made = datetime.now().astimezone()
    html = page(name_of(fields), side_of(fields), None, (), made)
    (folder / _REPORT).write_bytes(html)
