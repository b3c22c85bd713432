import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from report.page.made import SIDE, click, scanned
from runout.report.page.excerpts import Excerpt
from runout.report.page.marks import WIDTH
from runout.report.page.scan import COLUMNS, ROWS
from runout.report.page.timeline import shades, time_ticks, timeline_of


def excerpt(time_s):
    return Excerpt(click(1, time_s), time_s - 1.0, 2.0, b"", (0.5,))


def made(side=SIDE, excerpts=()):
    return timeline_of(side, scanned(), side.duration_s, excerpts)


def test_bands_are_the_parts_named_where_there_is_room():
    drop, lead_in, track, _ = made().bands
    assert (drop.name, lead_in.name, track.name) == ("", "lead-in", "track 1")
    assert (track.x, track.width) == pytest.approx((5 / 60 * WIDTH, 50 / 60 * WIDTH))


@pytest.mark.parametrize("duration_s", [0.3, 6.0, 59.0, 250.0, 1500.0, 7200.0])
def test_ticks_are_round_and_few(duration_s):
    ticks = time_ticks(duration_s)
    assert ticks[0] == (0.0, "0:00" if duration_s > 7 else "0:00.0")
    assert 1 <= len(ticks) <= 15
    assert ticks[-1][0] < duration_s


def test_minutes_of_a_side():
    assert time_ticks(1500.0)[1] == (120.0, "2:00")


def test_the_spectrogram_is_a_small_picture_loudest_brightest_pitch_upwards():
    spectrum = np.full((ROWS, COLUMNS), -120.0, np.float32)
    spectrum[:20] = -40.0
    found = timeline_of(SIDE, replace(scanned(), spectrum_db=spectrum), 60.0, ())
    data = base64.b64decode(found.sound.spectrogram)
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    assert pixels.shape == (ROWS, COLUMNS)
    assert pixels[-20:].min() > 200
    assert pixels[:-20].max() < 30
    assert len(base64.b64decode(made().sound.spectrogram)) < 200_000


def test_shades_go_from_black_to_white():
    shade = shades(np.linspace(-150, -30, 1000, dtype=np.float32)[None])
    assert shade.min() == 0.0
    assert shade.max() == 1.0
    assert np.all(np.diff(shade) >= 0)


def test_silence_has_an_outline_and_shades():
    silent = scanned()
    silent = replace(silent, peak=silent.peak * 0, rms=silent.rms * 0)
    assert timeline_of(SIDE, silent, 60.0, ()).sound.peak.startswith("M0.5 -0.004")


def test_pins_side_by_side_do_not_hide_each_other():
    first, second, third = made(excerpts=[excerpt(20.0), excerpt(20.9), excerpt(50.0)]).pins
    assert (first.row, second.row, third.row) == (0, 1, 0)
    assert first.x == pytest.approx(20 / 60 * WIDTH)
    assert [pin.number for pin in (first, second, third)] == [1, 2, 3]
