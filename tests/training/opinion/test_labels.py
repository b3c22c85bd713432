from pathlib import Path

import pytest

from runout.errors import RunoutError
from runout_training.opinion.labels import from_csv, from_folders, side_in, without_side


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def told(labels, root):
    return {str(one.path.relative_to(root)): (one.label, one.record) for one in labels.sides}


def test_folders_named_by_grade_however_they_are_spelt(tmp_path):
    touch(
        tmp_path,
        "VG+/abbey - side a.flac",
        "vg plus/abbey - side b.WAV",
        "NM or M-/Kind of Blue/A1 So What.flac",
        "NM or M-/Kind of Blue/disc 2/side b.flac",
        "shop/Good/mono.ogg",
        "VG/Good Vibrations/a.flac",
        "VG/notes.txt",
        "loose.flac",
    )
    labels = from_folders(tmp_path)
    assert told(labels, tmp_path) == {
        "VG+/abbey - side a.flac": ("VG+", "abbey"),
        "vg plus/abbey - side b.WAV": ("VG+", "abbey"),
        "NM or M-/Kind of Blue/A1 So What.flac": ("NM", "kind of blue"),
        "NM or M-/Kind of Blue/disc 2/side b.flac": ("NM", "kind of blue"),
        "shop/Good/mono.ogg": ("G", "mono"),
        "VG/Good Vibrations/a.flac": ("VG", "good vibrations"),
    }
    assert labels.problems == (f"{tmp_path}/loose.flac: in no folder that is named by a grade",)


def test_one_record_whose_sides_are_graded_apart_stays_one(tmp_path):
    touch(tmp_path, "VG/low-a.flac", "NM/low-b.flac")
    assert {one.record for one in from_folders(tmp_path).sides} == {"low"}


def test_a_folder_that_is_missing_is_one_line(tmp_path):
    with pytest.raises(RunoutError, match="no such folder"):
        from_folders(tmp_path / "none")


def write(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_of_files_and_sellers_texts(tmp_path):
    touch(tmp_path, "x_side_a.flac", "x_side_b.flac", "low/a.wav", "y.flac")
    text = (
        "File,Seller,Text,Catalogue ID\n"
        'x_side_a.flac,me,"Side A: VG+, Side B: VG",ABC 1\n'
        'x_side_b.flac,me,"Side A: VG+, Side B: VG",abc 1\n'
        "\n"
        "low/a.wav,me,plays NM,\n"
        "y.flac,me,vinyl EX sleeve G,\n"
    )
    labels = from_csv(tmp_path, write(tmp_path, text))
    assert told(labels, tmp_path) == {
        "x_side_a.flac": ("VG+", "abc 1"),
        "x_side_b.flac": ("VG", "abc 1"),
        "low/a.wav": ("NM", "low"),
        "y.flac": ("VG+", "y"),
    }
    assert labels.problems == ()


@pytest.mark.parametrize(
    "head", ["filename;media condition", "\ufeffPath\tGrade", "file,label", "Recording;Condition"]
)
def test_other_names_and_other_marks_between(tmp_path, head):
    touch(tmp_path, "a.flac")
    (between,) = {mark for mark in ",;\t" if mark in head}
    table = write(tmp_path, f"{head}\r\na.flac{between}VG+\r\n")
    assert [one.label for one in from_csv(tmp_path, table).sides] == ["VG+"]


def test_a_column_of_sides_goes_before_the_name(tmp_path):
    touch(tmp_path, "take 7.flac", "x side a.flac", "z.flac")
    text = (
        "file,text,side\n"
        '"take 7.flac","A: VG, B: NM",2\n'
        '"x side a.flac","A: VG, B: NM",b\n'
        'z.flac,"A: VG, B: NM",left\n'
    )
    labels = from_csv(tmp_path, write(tmp_path, text))
    assert [one.label for one in labels.sides] == ["NM", "NM"]
    (problem,) = labels.problems
    assert "line 4: side 'left': expected a letter" in problem


def test_a_row_that_is_wrong_is_named_and_left_out(tmp_path):
    touch(tmp_path, "a.flac", "b.flac")
    text = "file,text\nnone.flac,VG\na.flac,lovely\na.flac,VG\na.flac,NM\n,VG\nb.flac\n"
    table = write(tmp_path, text)
    labels = from_csv(tmp_path, table)
    assert [(one.path.name, one.label) for one in labels.sides] == [("a.flac", "VG")]
    assert [problem.removeprefix(f"{table}, ") for problem in labels.problems] == [
        f"line 2: {tmp_path}/none.flac: no such file",
        "line 3: 'lovely' gives no grade",
        f"line 5: {tmp_path}/a.flac stands in line 4 too",
        "line 6: no file is named",
        "line 7: no grade is given",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name,words\n", "line 1: no column 'file'"),
        (b"file,words\n", "line 1: no column 'text'"),
        (b"", "line 1: no column 'file'"),
        (b"\xff\xfe\x00", "not a text file in UTF-8"),
        (b'file,text\na.flac,"VG\n', "not CSV"),
    ],
)
def test_a_table_that_is_none_is_one_line(tmp_path, content, message):
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    with pytest.raises(RunoutError, match=message) as caught:
        from_csv(tmp_path, path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "side", "record"),
    [
        ("low_side_b", "B", "low"),
        ("Low - Side 2", "B", "Low"),
        ("B1 - Warszawa", "B", "Warszawa"),
        ("low-a", "A", "low"),
        ("low (b)", "B", "low"),
        ("low A2", "A", "low"),
        ("A Love Supreme", None, "A Love Supreme"),
        ("A Love Supreme - B", "B", "A Love Supreme"),
        ("0017", None, "0017"),
        ("a", "A", "a"),
    ],
)
def test_sides_and_records_by_a_files_name(name, side, record):
    assert side_in(name) == side
    assert without_side(name) == record
