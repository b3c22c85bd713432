"""What a test record shows, in words and as a line of JSON."""

from collections.abc import Iterator

from runout.measure.eccentricity import INNER_MM, OUTER_MM, Eccentricity
from runout.measure.speed import ALLOWED_PERCENT, Speed
from runout.measure.test_record import MeasuredTone, TestRecord
from runout.measure.wow import LEAST_S
from runout.report.messages import Fields, rounded, to_json
from runout.report.terminal.lines import BOLD, DIM, clock
from runout.report.terminal.style import Style

_HEARD_IN = {
    "left": "in the left channel",
    "right": "in the right channel",
    "both": "in both channels",
}


def measured_line(file: str, record: TestRecord, radius_mm: float | None) -> str:
    """Return the line that `runout measure --json` prints for a file.

    `radius_mm` is where on the record the tone was heard, None where that isn't known.
    """
    return to_json(
        {
            "file": file,
            "duration_s": round(record.duration_s, 3),
            "sample_rate": record.sample_rate,
            "tones": [_tone_fields(tone) for tone in record.tones],
            "measurements": _measurements(record, radius_mm),
        }
    )


def measured_lines(record: TestRecord, radius_mm: float | None, style: Style) -> list[str]:
    """Return what the record shows in words, and as a small table."""
    lines = [
        style.paint(
            f"  {tone.nominal_hz:g} Hz tone {_HEARD_IN[tone.channel]}, "
            f"{clock(tone.start_s, 1)} to {clock(tone.start_s + tone.duration_s, 1)}, "
            f"heard at {tone.hertz:.2f} Hz",
            BOLD,
        )
        for tone in record.tones
    ]
    if record.clips:
        lines.append("  the input clips: turn the gain down, as the levels below are wrong")
    head = f"    {'measure':<26} {'value':>8}  {'unit':<5}"
    lines += ["", style.paint(head, DIM)]
    lines += [
        f"    {measure:<26} {value:>8}  {unit:<5} {note}".rstrip()
        for measure, value, unit, note in _rows(record, radius_mm)
    ]
    return [*lines, ""]


def _rows(record: TestRecord, radius_mm: float | None) -> Iterator[tuple[str, str, str, str]]:
    """Measure, value, unit and what to say about it."""
    tone = record.speed_tone
    # Adding zero turns -0.0 into 0.0.
    error = round(tone.speed.error_percent, 3) + 0.0
    yield "speed error", f"{error:+.3f}", "%", _speed_words(tone.speed, error)
    if tone.wow is None:
        yield "wow and flutter", "-", "", f"takes {LEAST_S:g} s of a tone"
    else:
        over = f"2 sigma over {tone.wow.seconds:.0f} s"
        yield "wow and flutter, weighted", f"{tone.wow.weighted_percent:.3f}", "%", f"AES6, {over}"
        yield "unweighted", f"{tone.wow.unweighted_percent:.3f}", "%", f"0.2 to 100 Hz, {over}"
        yield "wow", f"{tone.wow.wow_percent:.3f}", "%", "0.2 to 6 Hz"
        yield "flutter", f"{tone.wow.flutter_percent:.3f}", "%", "6 to 100 Hz"
    if tone.eccentricity is None:
        yield "once a turn", "-", "", "takes three turns, and more of it than of other wow"
    else:
        once = tone.eccentricity
        words = f"at {once.rpm:.2f} rpm, highest at {once.angle_deg:.0f} degrees"
        yield "once a turn", f"{once.size_percent:.3f}", "%", words
        yield "off centre", *_off_centre(once, radius_mm)
    for separation in record.separations:
        other = "right" if separation.driven == "left" else "left"
        measure = f"separation, {separation.driven} to {other}"
        yield measure, f"{separation.separation_db:.1f}", "dB", ""
    if record.polarity is not None:
        same = "both channels alike" if record.polarity.same else "one channel is turned about"
        yield "polarity", f"{round(record.polarity.phase_deg)}", "deg", same
        balance = round(record.polarity.balance_db, 2) + 0.0
        yield "balance", f"{balance:+.2f}", "dB", "left over right"


def _speed_words(speed: Speed, shown: float) -> str:
    way = "too fast" if shown > 0 else "too slow" if shown < 0 else "right"
    return f"{way}; IEC 60098 {'allows' if speed.allowed else 'allows only'} {ALLOWED_PERCENT:g} %"


def _off_centre(once: Eccentricity, radius_mm: float | None) -> tuple[str, str, str]:
    if radius_mm is not None:
        return f"{once.offset_mm(radius_mm):.3f}", "mm", f"heard at a radius of {radius_mm:g} mm"
    inner, outer = once.offset_mm(INNER_MM), once.offset_mm(OUTER_MM)
    words = f"from the last groove ({INNER_MM:g} mm) to the first ({OUTER_MM:g} mm)"
    return f"{inner:.2f}-{outer:.2f}", "mm", words


def _tone_fields(tone: MeasuredTone) -> Fields:
    return {
        "start_s": rounded(tone.start_s, 2),
        "duration_s": rounded(tone.duration_s, 2),
        "nominal_hz": tone.nominal_hz,
        "hertz": rounded(tone.hertz, 3),
        "channel": tone.channel,
        "left_dbfs": rounded(tone.left_dbfs, 2),
        "right_dbfs": rounded(tone.right_dbfs, 2),
    }


def _measurements(record: TestRecord, radius_mm: float | None) -> Fields:
    """The figures by name; one that the record doesn't allow is left out."""
    tone = record.speed_tone
    fields: Fields = {
        "speed_error_percent": rounded(tone.speed.error_percent, 4),
        "clipped": record.clips,
    }
    if tone.wow is not None:
        fields["wow_flutter_weighted_percent"] = rounded(tone.wow.weighted_percent, 4)
        fields["wow_flutter_unweighted_percent"] = rounded(tone.wow.unweighted_percent, 4)
        fields["wow_percent"] = rounded(tone.wow.wow_percent, 4)
        fields["flutter_percent"] = rounded(tone.wow.flutter_percent, 4)
    if tone.eccentricity is not None:
        fields["eccentricity_percent"] = rounded(tone.eccentricity.size_percent, 4)
        fields["eccentricity_rpm"] = rounded(tone.eccentricity.rpm, 3)
        fields["eccentricity_angle_deg"] = rounded(tone.eccentricity.angle_deg, 1)
        if radius_mm is not None:
            fields["off_centre_mm"] = rounded(tone.eccentricity.offset_mm(radius_mm), 4)
    for one in record.separations:
        fields[f"separation_from_{one.driven}_db"] = rounded(one.separation_db, 2)
    if record.polarity is not None:
        fields["polarity_same"] = record.polarity.same
        fields["phase_deg"] = rounded(record.polarity.phase_deg, 1)
        fields["balance_db"] = rounded(record.polarity.balance_db, 2)
    return fields
