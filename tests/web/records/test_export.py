import csv
import io
import json
from dataclasses import asdict
from pathlib import Path

from runout.web.records.export import COLUMNS, csv_of, json_of
from runout.web.records.records import Records
from runout.web.records.search import Wanted
from web.sides import side_json


def kept(folder: Path, artist: str, count: int = 1) -> Records:
    records = Records(folder / "records.db")
    for number in range(count):
        records.add(side_json(f"s{number}", label={"artist": artist}), "ear", None)
    return records


def rows(records: Records) -> list[dict[str, str]]:
    text = "".join(csv_of(records.each(Wanted())))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_a_row_has_all_columns(tmp_path: Path) -> None:
    (row,) = rows(kept(tmp_path, 'Can "live", 1972'))
    assert tuple(row) == COLUMNS
    assert row["artist"] == 'Can "live", 1972'
    assert (row["grade"], row["index"], row["click"], row["scratch"]) == ("VG+", "1.2", "12", "0")


def test_no_text_is_a_formula(tmp_path: Path) -> None:
    for number, text in enumerate(('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (row,) = rows(kept(folder, text))
        assert row["artist"] == f"'{text}"


def test_all_sides_are_in_it_however_many(tmp_path: Path) -> None:
    records = kept(tmp_path, "Can", 250)
    assert len(rows(records)) == 250
    told = json.loads("".join(json_of(records.each(Wanted()))))
    assert told["sides"] == [asdict(side) for side in records.each(Wanted())]


def test_no_sides_make_a_whole_file_too(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.db")
    assert rows(records) == []
    assert json.loads("".join(json_of(records.each(Wanted())))) == {"sides": []}
