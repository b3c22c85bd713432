import json
import math
from dataclasses import replace

import pytest

from report.page.made import EMPTY, MADE, SIDE, dense
from runout.opinion.opinion import Opinion
from runout.report.messages import side_fields, to_json
from runout.report.page.page import page
from runout.report.page.stored import name_of, side_of

OPINION = Opinion("VG", 2.1, {"VG": 0.9, "G+": 0.1}, "shop", 120, 60)


def stored(side):
    return json.loads(to_json({**side_fields(side), "heard_s": side.heard_s}))


@pytest.mark.parametrize("side", [SIDE, EMPTY, dense(300), replace(SIDE, opinion=OPINION)])
def test_what_was_stored_comes_back(side):
    back = side_of(stored(side))
    assert to_json(side_fields(back)) == to_json(side_fields(side))
    assert back.heard_s == side.heard_s


def test_what_is_no_number_comes_back_as_none():
    event = replace(SIDE.events[0], peak_db=math.nan)
    back = side_of(stored(replace(SIDE, events=(event,), measurements={"hum_db": math.nan})))
    assert math.isnan(back.events[0].peak_db)
    assert math.isnan(back.measurements["hum_db"])


def test_a_side_without_its_seconds_of_music_has_those_of_its_tracks():
    fields = stored(SIDE)
    del fields["heard_s"]
    assert side_of(fields).heard_s == 50.0


def test_a_report_without_sound():
    html = page("a side", side_of(stored(SIDE)), None, (), MADE).decode()
    for words in ("waveform", "Spectrogram", "data:image/png", "1,000 Hz", "<audio"):
        assert words not in html
    for words in ("Ticks every turn for 9 s", "scratch", "On the record", "Track by track"):
        assert words in html


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"label": {"artist": "Can", "title": "Soon", "side": "B"}}, "Can – Soon, side B"),
        ({"label": {"artist": "Can", "title": None, "side": None}, "name": "x.flac"}, "Can"),
        ({"label": {"artist": "", "title": "", "side": "B"}, "name": "x.flac"}, "x.flac"),
        ({"label": None, "started_at": "2025-03-09T20:15:00.000Z"},
         "Side played on 2025-03-09 at 20:15 UTC"),
    ],
)  # fmt: skip
def test_what_a_side_is_called(fields, name):
    assert name_of(fields) == name
