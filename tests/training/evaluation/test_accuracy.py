from dataclasses import replace

import numpy as np
import pytest

from runout.defects.passage import Passage
from runout.errors import RunoutError
from runout.model.card import load_model
from runout_training.corpus.tracks import RATE
from runout_training.evaluation.accuracy import write
from runout_training.evaluation.evaluate import as_markdown, every_second, score
from runout_training.evaluation.invariance import score_invariance
from runout_training.evaluation.passages import found_regions, score_passages
from runout_training.evaluation.real import score_real
from runout_training.evaluation.sets import Case
from runout_training.mix import Mix
from runout_training.wear.worn import Truth
from sounds import CLEAN, faded_out, real_music, with_clicks

PLACES = [0.5, 1.1, 1.9, 2.6]
MODEL = load_model()


def case(name, places=(), over=20.0):
    sound = with_clicks(faded_out(real_music(3.0)), list(places), over=over).T.copy()
    truth = tuple(
        Truth(
            "click", int(place * RATE) - 4, int(place * RATE), int(place * RATE) + 4, "both", 20.0
        )
        for place in places
    )
    return Case(name, "x", Mix(sound, truth, truth, "music"))


CASES = [case("sparse", PLACES), case("busy", PLACES[:2]), case("faint", PLACES[:1])]
CASES += [case("clean"), case("drums"), case("negatives")]


def test_loud_clicks_are_all_found_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr("runout_training.evaluation.evaluate._PEERS", {})
    (row,) = score(tmp_path, {"ours": MODEL}, CASES)
    assert row.f1["worn"].value == row.strict_f1.value == 1.0
    assert row.recall_by_wear == {"click": 1.0}
    assert all(figure.value == 0.0 for figure in row.false_per_min.values())


def test_the_tables_have_a_line_for_each_and_a_dash_for_what_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr("runout_training.evaluation.evaluate._PEERS", {})
    (row,) = score(tmp_path, {"ours": MODEL}, CASES)
    dusty = replace(row, recall_by_wear={"click": 1.0, "dust": 0.5})
    tables = as_markdown([dusty, replace(row, detector="half")])
    assert "| half | 1.000 | - |" in tables
    assert tables.count("| ours |") == tables.count("| half |") == 4


def test_every_second_file_of_each_set_is_kept():
    files = [Case(name, str(n), None) for n in range(3) for name in ("sparse", "clean")]
    assert [(one.set, one.name) for one in every_second(files)] == [
        ("sparse", "0"),
        ("clean", "0"),
        ("sparse", "2"),
        ("clean", "2"),
    ]


def test_a_capture_changes_no_loud_click():
    rows = {row.capture: row for row in score_invariance(MODEL, [case("busy", PLACES, 30.0)])}
    for name in ("48 kHz", "96 kHz", "polarity turned", "channels swapped", "10 dB louder"):
        assert rows[name].events.value == 1.0, name


def test_regions_are_found_by_what_overlaps_them():
    truth = [Truth("dropout", s, s, s + 100, "both", -20.0) for s in (1000, 5000)]
    heard = [Passage("dropout", 1090, 50, 0.9), Passage("dropout", 9000, 10, 0.9)]
    assert found_regions(truth, heard) == [True, False]


def test_passages_of_sound_without_any():
    row = score_passages(MODEL, [case("capture glitch", PLACES)], [case("long clean")])
    assert row.clicks_called_glitches.value == 0.0
    assert row.clean_per_min["normal"].value == 0.0
    assert row.onset_error_ms[0] < 1.0


def test_the_clean_recording_is_clean(monkeypatch):
    monkeypatch.setattr("runout_training.evaluation.evaluate._PEERS", {})
    (row,) = score_real(MODEL, [CLEAN])
    assert (row.found, row.detector) == (0, "Runout")
    assert np.isnan(row.shared)


def test_the_page_keeps_its_words_and_gets_new_tables(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n<!-- measured -->\nold\n<!-- end of measured -->\n\nEnd.\n")
    write(page, "| new |")
    text = page.read_text()
    assert text == ("# Title\n\n<!-- measured -->\n\n| new |\n\n<!-- end of measured -->\n\nEnd.\n")
    write(page, "| new |")
    assert page.read_text() == text


def test_a_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    with pytest.raises(RunoutError, match=r"the marks .* are missing"):
        write(page, "x")
    assert page.read_text() == "nothing\n"
