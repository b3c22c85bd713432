"""The picture: a side on one PNG, grade and reason on top."""

import io
import textwrap
from datetime import datetime
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from runout.grading.grade import LABELS
from runout.report.page import colours, measures
from runout.report.page.disc import INNER, RADIUS, disc_of
from runout.report.page.marks import WIDTH, lanes
from runout.report.page.page import confidence_words, reason_words
from runout.report.page.scan import HIGHEST_HZ, LOWEST_HZ, Scan
from runout.report.page.timeline import COLOURS, shades, time_ticks
from runout.report.page.words import found_words
from runout.report.payload import printable
from runout.report.terminal.lines import clock
from runout.side.side import SideEnded

_INCHES = (13.0, 11.0)
_DOTS_PER_INCH = 110
_SIZES = (7.0, 16.0, 34.0)
"""Area of soft, middling and loud dots, points squared"""
_MOST_BARS = 14
_LONGEST_NAME = 80
_SOFT = "#5c5952"
_LOOK: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    # A file may be called $x$: it is a name, no formula.
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
}


def picture(file: str, side: SideEnded, scan: Scan, made: datetime) -> bytes:
    """Return a PNG; `file` is the sound file's name, `made` an aware time."""
    with mpl.rc_context(_LOOK):
        figure = Figure(figsize=_INCHES, facecolor="white")
        grid = figure.add_gridspec(
            3, 1, height_ratios=(1.1, 4.3, 4.3), hspace=0.17,
            left=0.115, right=0.975, top=0.98, bottom=0.05,
        )  # fmt: skip
        _head(figure.add_subplot(grid[0]), file, side, made)
        above = grid[1].subgridspec(3, 1, height_ratios=(1.0, 1.7, 1.2), hspace=0.06)
        wave = figure.add_subplot(above[0])
        spectrum = figure.add_subplot(above[1], sharex=wave)
        _waveform(wave, side, scan)
        _spectrogram(spectrum, side, scan)
        _lanes(figure.add_subplot(above[2], sharex=wave), side)
        below = grid[2].subgridspec(1, 2, wspace=0.5)
        _disc(figure.add_subplot(below[0]), side)
        _evidence(figure.add_subplot(below[1]), side)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=_DOTS_PER_INCH)
    return out.getvalue()


def _head(axes: Axes, file: str, side: SideEnded, made: datetime) -> None:
    grade = side.grade
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    colour = colours.WITHHELD if grade.label is None else colours.GRADES[grade.label]
    axes.text(
        -0.045, 0.5, grade.label or "not\ngraded", color="white", weight="bold",
        size=40 if grade.label else 20, va="center", ha="center",
        bbox={"boxstyle": "round,pad=0.35", "facecolor": colour, "edgecolor": "none"},
    )  # fmt: skip
    name = textwrap.shorten(printable(file), _LONGEST_NAME, placeholder=" ...")
    rpm = "" if side.rpm is None else f", {side.rpm:.2f} rpm"
    facts = f"{clock(side.duration_s, 0)}{rpm}, graded {made:%Y-%m-%d}"
    said = "" if grade.label is None else f"{grade.name or grade.label}, a play grade. "
    reason = "\n".join(textwrap.wrap(reason_words(side), 74)[:2])
    axes.text(0.045, 0.93, f"{name[:_LONGEST_NAME]}  ({facts})", color=_SOFT, va="top", size=10.5)
    axes.text(0.045, 0.70, reason, va="top", size=14.5, weight="bold", linespacing=1.25)
    heard = f"{said}{confidence_words(grade.confidence)} Heard: {found_words(side.counts)}."
    heard = textwrap.shorten(heard, 130)
    axes.text(0.045, 0.02, heard, color=_SOFT, va="bottom", size=10.5)


def _waveform(axes: Axes, side: SideEnded, scan: Scan) -> None:
    time = (np.arange(len(scan.peak)) + 0.5) * side.duration_s / len(scan.peak)
    full = max(float(np.percentile(scan.peak, 99.8)), 1e-6)
    axes.fill_between(time, -scan.peak, scan.peak, color="#a79f90", linewidth=0)
    axes.fill_between(time, -scan.rms, scan.rms, color="#4d483f", linewidth=0)
    axes.set(xlim=(0, side.duration_s), ylim=(-full, full), yticks=[])
    axes.set_ylabel("waveform", rotation=0, ha="right", va="center", color=_SOFT)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False)
    for part in side.parts:
        if part.name == "track":
            axes.axvspan(part.start_s, part.end_s, ymin=0.98, ymax=1.0, color=_SOFT, linewidth=0)
            if part.end_s - part.start_s > side.duration_s / 40:
                middle = (part.start_s + part.end_s) / 2
                axes.text(middle, full, str(part.track), ha="center", va="bottom", color=_SOFT)
    _flags(axes, side, colours.KINDS["skip"])


def _spectrogram(axes: Axes, side: SideEnded, scan: Scan) -> None:
    axes.imshow(
        shades(scan.spectrum_db), origin="lower", aspect="auto", cmap=COLOURS, vmin=0, vmax=1,
        extent=(0.0, side.duration_s, 0.0, 1.0), interpolation="nearest",
    )  # fmt: skip
    hertz = np.array((100, 1_000, 10_000))
    axes.set_yticks(
        np.log(hertz / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ), [f"{one:,} Hz" for one in hertz]
    )
    axes.tick_params(bottom=False, labelbottom=False, left=False, labelcolor=_SOFT)
    axes.spines[["left", "bottom"]].set_visible(False)
    _flags(axes, side, "white")


def _flags(axes: Axes, side: SideEnded, colour: str) -> None:
    for event in side.events:
        if event.kind in ("skip", "locked_groove"):
            axes.axvline(event.time_s, color=colour, linewidth=1.5, linestyle="--")


def _lanes(axes: Axes, side: SideEnded) -> None:
    found = lanes(side.events, side.duration_s)
    scale = side.duration_s / WIDTH
    for row, lane in enumerate(found):
        foot = len(found) - 1 - row
        axes.axhspan(foot + 0.08, foot + 0.92, color="#f0eee9", linewidth=0)
        axes.bar(
            [mark.x * scale for mark in lane.marks],
            [0.84 * mark.height for mark in lane.marks],
            [mark.width * scale for mark in lane.marks],
            bottom=foot + 0.08,
            align="edge",
            color=colours.KINDS[lane.kind],
        )
    names = [f"{lane.kind.replace('_', ' ')} {lane.count:,}" for lane in reversed(found)]
    axes.set_yticks(np.arange(len(found)) + 0.5, names)
    axes.set_ylim(0, max(1, len(found)))
    times = time_ticks(side.duration_s)
    axes.set_xticks([time for time, _ in times], [words for _, words in times])
    axes.tick_params(left=False, labelcolor=_SOFT)
    axes.spines[["left", "bottom"]].set_visible(False)
    if not found:
        axes.text(0.5, 0.5, "no defects", transform=axes.transAxes, ha="center", color=_SOFT)


def _disc(axes: Axes, side: SideEnded) -> None:
    disc = disc_of(side)
    axes.set_axis_off()
    axes.set(xlim=(-RADIUS - 6, RADIUS + 6), ylim=(RADIUS + 6, -RADIUS - 6), aspect="equal")
    axes.add_patch(Circle((0, 0), RADIUS + 4, color="#191817"))
    for ring in disc.rings:
        width = max(0.8, ring.outer - ring.inner)
        axes.add_patch(Circle((0, 0), ring.outer, color="#4a4642"))
        axes.add_patch(Circle((0, 0), ring.outer - width, color="#191817"))
    for line in disc.scratches:
        axes.plot(*line.places.T, color=colours.KINDS["scratch"], linewidth=1.2)
    for dots in disc.dots:
        x, y = dots.places.T
        area, alpha = _SIZES[dots.size], 1.0
        if disc.crowded:
            area, alpha = area / 8, 0.5
        axes.scatter(x, y, area, colours.KINDS[dots.kind], alpha=alpha, linewidth=0)
    for line in disc.jumps:
        x, y = line.places.T
        axes.scatter(x, y, 110.0, colours.KINDS[line.event.kind], marker="D")
    label = side.grade.label
    colour = colours.WITHHELD if label is None else colours.GRADES[label]
    axes.add_patch(Circle((0, 0), INNER * 0.8, color=colour))
    axes.add_patch(Circle((0, 0), 4, color="#191817"))
    axes.plot((0, 0), (-RADIUS - 4, -RADIUS + 14), color="#d9d3c7", linewidth=1.5)
    axes.text(0, -16, label or "", color="white", weight="bold", size=19, ha="center")
    speed = f"as if at {disc.rpm:.1f} rpm (not told)" if disc.assumed else f"at {disc.rpm:.2f} rpm"
    axes.set_title(f"On the record, from above, {speed}")


def _evidence(axes: Axes, side: SideEnded) -> None:
    rows = sorted(side.grade.evidence, key=lambda one: one.index, reverse=True)[:_MOST_BARS]
    place = np.arange(len(rows))[::-1]
    axes.barh(
        place,
        [0.5 + row.index for row in rows],
        color=[colours.GRADES[row.grade] for row in rows],
        height=0.72,
    )
    for at, row in zip(place, rows, strict=True):
        value = f"{measures.value_words(row.measure, row.value)} {row.unit}".strip()
        axes.text(0.6 + row.index, at, value, va="center", color=_SOFT, size=9.5)
    axes.set_yticks(place, [measures.measure_words(row.measure) for row in rows])
    axes.set_xticks(np.arange(len(LABELS)) + 0.5, LABELS)
    axes.set(xlim=(0, len(LABELS) + 1.2), ylim=(-0.6, max(len(rows), 6) - 0.4))
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    axes.set_title("What each measure alone would allow")
    if not rows:
        axes.text(0.5, 0.5, "nothing", transform=axes.transAxes, ha="center", color=_SOFT)
