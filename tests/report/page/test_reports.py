"""`runout grade --report --plot`, from sound to files."""

import json
import re

import numpy as np
import soundfile

from runout.cli import main
from runout.report.page import outputs
from sounds import CLEAN, SHELLAC, real_music


def grade(capsys, *arguments):
    status = main(["grade", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_worn_shellac_as_page_and_picture(tmp_path, capsys):
    page, picture = tmp_path / "out.html", tmp_path / "out.png"
    status, out, errors = grade(capsys, SHELLAC, "--json", "--report", page, "--plot", picture)
    assert (status, errors) == (0, "")
    side = json.loads(out)
    label, clicks = side["grade"]["label"], side["counts"]["click"]
    assert clicks > 300
    html = page.read_text("utf-8")
    assert f"<title>{label} · excerpt78.flac · Runout</title>" in html
    assert f"{clicks} clicks" in html
    assert 1 <= html.count("data:audio/flac;base64,") <= 8
    assert page.stat().st_size < 4_000_000
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "out.png"]


def test_several_files_go_into_a_folder(tmp_path, capsys):
    short = tmp_path / "short.wav"
    soundfile.write(short, real_music(6.0)[:, 0], 44_100)
    folder = tmp_path / "reports"
    status, _, errors = grade(capsys, CLEAN, short, "--report", folder)
    assert (status, errors) == (0, "")
    pages = sorted(folder.iterdir())
    assert [page.name for page in pages] == ["clean_excerpt.html", "short.html"]
    assert all(">NM</div>" in page.read_text("utf-8") for page in pages)


def test_a_withheld_grade_has_its_report_too(tmp_path, capsys):
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros((6 * 44_100, 2), np.float32), 44_100)
    page, picture = tmp_path / "out.html", tmp_path / "out.png"
    status, _, errors = grade(capsys, silent, "--report", page, "--plot", picture)
    assert status == 1
    assert errors.count("\n") == 1
    assert "not graded" in page.read_text("utf-8")
    assert picture.exists()


def test_what_cannot_be_written_is_told_before_the_sound_is_heard(tmp_path, capsys):
    missing = tmp_path / "missing" / "out.html"
    status, out, errors = grade(capsys, SHELLAC, "--report", missing)
    assert (status, out) == (1, "")
    assert re.fullmatch(r"runout: .*missing: can't be written to \(.*\)\n", errors)


def test_what_is_missing_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(outputs, "find_spec", lambda _: None)
    status, out, errors = grade(capsys, SHELLAC, "--report", tmp_path / "out.html")
    assert (status, out) == (1, "")
    assert errors == (
        "runout: the report needs jinja2 and matplotlib: "
        ".venv/bin/pip install -e '.[report]' in the checkout\n"
    )


def test_a_bad_file_has_no_report_and_the_others_have(tmp_path, capsys):
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    status, _, errors = grade(capsys, bad, CLEAN, "--plot", tmp_path / "pictures")
    assert status == 1
    assert errors.count("\n") == 1
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["clean_excerpt.png"]
