from hypothesis import given
from hypothesis import strategies as st

from runout.web.records.label import LONGEST, Label, clean, filed, news, record_of


def test_case_spaces_and_punctuation_make_no_other_record() -> None:
    one = record_of(Label(artist="Can", title="Future Days", side="A"))
    assert one is not None
    assert record_of(Label(artist=" CAN", title="future-days", side="a")) == one
    assert record_of(Label(artist="Can", title="Future Days", side="B")) != one
    assert record_of(Label(artist="Canf", title="uture Days", side="A")) != one


def test_the_catalogue_number_goes_before_names() -> None:
    one = record_of(Label(catalogue="SPOON 023", side="A"))
    assert record_of(Label(catalogue="spoon-023", side="A", artist="Can", title="x")) == one


def test_without_a_side_there_is_no_record() -> None:
    assert record_of(Label(artist="Can", title="Future Days")) is None
    assert record_of(Label(artist="Can", side="A")) is None
    assert record_of(Label()) is None


def test_names_without_letters_are_names() -> None:
    one = record_of(Label(artist="!!!", title="Louden Up Now", side="A"))
    assert one is not None
    assert record_of(Label(artist="???", title="Louden Up Now", side="A")) != one


def test_what_is_not_said_stays_and_what_is_empty_goes() -> None:
    label = Label(artist="Can", note="warped")
    assert label.changed({"note": "", "title": None, "price": "12"}) == Label("Can", price="12")


def test_a_sleeve_has_a_grade_of_the_scale() -> None:
    assert Label().changed({"sleeve": "VG+"}).sleeve == "VG+"
    assert Label(sleeve="VG").changed({"sleeve": "superb"}).sleeve == "VG"


def test_keys_of_nobody_are_passed_over() -> None:
    assert Label().changed({"colour": "blue"}) == Label()


def test_control_characters_and_marks_of_direction_become_spaces() -> None:
    assert clean("a\x00b\r\nc\u202ed\ud800e") == "a b c d e"
    assert clean("<b>Sträuße & Söhne</b> 🎵") == "<b>Sträuße & Söhne</b> 🎵"


@given(st.text(max_size=400))
def test_any_text_becomes_one_printable_line(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= LONGEST
    assert cleaned == cleaned.strip()
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_sides_without_a_label_are_filed_last() -> None:
    labels = [filed(Label(), "a.flac"), filed(Label("Zappa"), None), filed(Label("abba"), None)]
    assert sorted(labels) == labels[::-1]


def test_what_the_ear_tells_again_is_no_news() -> None:
    told = {"artist": "Can", "title": ""}
    assert news(told, told, Label(artist="CAN")) == {}
    assert news(told | {"title": "x"}, told, Label(title="y")) == {"title": "x"}


def test_the_ear_takes_away_only_what_it_brought() -> None:
    before, told = {"artist": "Can"}, {"artist": "", "title": ""}
    assert news(told, before, Label(artist="Can", title="Future Days")) == {"artist": ""}
    assert news(told, before, Label(artist="CAN", title="Future Days")) == {}
