from dataclasses import replace

from report.page.made import EMPTY, GRADE, SIDE
from runout.report.page.listing import discogs, ebay


def test_a_discogs_text():
    assert discogs(SIDE) == (
        "Very Good (VG), play graded. Ticks every turn for 9 s in track 1. "
        "Heard 50 s of music: 7 clicks, 1 scratch. No jump back and no locked groove was heard. "
        "Graded by listening only: not a visual grade, and the other side and the sleeve are not "
        "covered."
    )


def test_an_ebay_text_is_lines():
    lines = ebay(replace(SIDE, heard_s=1263.0)).splitlines()
    assert lines[0] == "Play grade (this side): Very Good (VG), Goldmine scale"
    assert lines[2] == "Heard: 21:03 min of music, this side only"


def test_near_mint_claims_nothing_of_looks():
    grade = replace(GRADE, label="NM", reason="NM: no defect that one would notice")
    for text in (discogs(replace(SIDE, grade=grade)), ebay(replace(SIDE, grade=grade))):
        assert "Near Mint (NM or M-)" in text
        assert "No defect that one would notice." in text


def test_skips_are_owned_up_to():
    text = discogs(replace(SIDE, counts={"skip": 2, "click": 3}))
    assert "The needle jumps: 2 skips." in text
    assert "No jump" not in text


def test_what_the_capture_did_is_no_defect():
    assert "glitch" not in discogs(SIDE)


def test_without_a_grade_no_claim():
    assert discogs(EMPTY) == ebay(EMPTY) == "Not play graded: no music was heard."
