import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from report.page.made import EMPTY, GRADE, MADE, SCRATCH, SIDE, dense, scanned
from runout.report.page import colours
from runout.report.page.picture import picture


def pixels(side=SIDE, file="side.flac"):
    return np.asarray(Image.open(io.BytesIO(picture(file, side, scanned(), MADE))).convert("RGB"))


def share(image, colour):
    """Share of pixels of about a colour."""
    wanted = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])
    return float(np.mean(np.abs(image.astype(int) - wanted).max(axis=2) <= 3))


def test_the_grade_has_its_colour_and_the_scratch_is_seen():
    image = pixels()
    assert image.shape == (1210, 1430, 3)
    assert share(image, colours.GRADES["VG"]) > 0.005
    assert share(image, colours.KINDS["scratch"]) > 0.001
    assert share(image, colours.KINDS["skip"]) == 0.0


def test_a_skip_is_flagged():
    skip = replace(SCRATCH, kind="skip", turns=-1)
    grade = replace(GRADE, label="F", reason="F: a skip in track 1 at 0:20")
    image = pixels(replace(SIDE, events=(skip,), grade=grade))
    assert share(image, colours.KINDS["skip"]) > 0.0002
    assert share(image, colours.GRADES["F"]) > 0.005


@pytest.mark.parametrize("side", [EMPTY, dense()], ids=["withheld", "dense"])
def test_extremes_are_drawn(side):
    colour = colours.WITHHELD if side is EMPTY else colours.KINDS["crackle"]
    assert share(pixels(side), colour) > 0.005


@pytest.mark.parametrize("file", ["$\\frac{1}$.flac", "\udcff\n<b>.flac", "x" * 3000])
def test_any_name_can_be_drawn(file):
    assert pixels(file=file).shape == (1210, 1430, 3)
