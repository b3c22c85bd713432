from pathlib import Path
from typing import Any

from runout.web.records.records import Records
from runout.web.records.selling import Listing, listing_of
from web.sides import graded, side_json


def listed(folder: Path, sleeve: str = "VG", **changes: Any) -> Listing:
    records = Records(folder / "records.db")
    records.add(side_json(**changes), "ear", None)
    records.write_on("s1", {"sleeve": sleeve})
    # All that was told is never read for it: it may be tens of thousands of events.
    with records.database.write() as db:
        db.execute("DROP TABLE told")
    offer = records.offer("s1")
    assert offer is not None
    return listing_of(offer)


def test_it_says_what_was_heard_and_what_was_not(tmp_path: Path) -> None:
    told = listed(tmp_path)
    assert told.discogs == (
        "Very Good Plus (VG+), play graded. Crackle in the lead-in. Heard 19:40 min of music: "
        "12 clicks, 1 pop. No jump back and no locked groove was heard. Graded by listening only: "
        "not a visual grade, and the other side is not covered. Sleeve, graded by eye: VG."
    )
    assert "Play grade (this side): Very Good Plus (VG+), Goldmine scale\n" in told.ebay
    assert told.ebay.endswith(
        "Looks, labels and the other side are not part of this grade: please see the photographs, "
        "or ask.\nSleeve, graded by eye: VG."
    )


def test_a_sleeve_that_nobody_graded_is_said_to_be_left_out(tmp_path: Path) -> None:
    told = listed(tmp_path, sleeve="")
    assert told.discogs.endswith("the other side and the sleeve are not covered.")
    assert "Looks, labels, sleeve and the other side are not part" in told.ebay
    assert "by eye" not in told.discogs + told.ebay


def test_the_scale_is_named(tmp_path: Path) -> None:
    told = listed(tmp_path, grade=graded("VG", 2.0) | {"scale": "discogs"})
    assert "Very Good (VG), Discogs scale\n" in told.ebay


def test_a_side_without_a_grade_is_not_praised(tmp_path: Path) -> None:
    told = listed(tmp_path, grade=graded(None))
    assert told.discogs == "Not play graded: so it is. Sleeve, graded by eye: VG."
