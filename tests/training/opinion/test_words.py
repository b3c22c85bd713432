import pytest
from hypothesis import given
from hypothesis import strategies as st

from runout.grading.grade import LABELS
from runout_training.opinion.words import label_of, label_of_folder


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # The scale itself, and its neighbours.
        ("NM", "NM"),
        ("M", "NM"),
        ("M-", "NM"),
        ("NM-", "NM"),
        ("Near Mint", "NM"),
        ("near-mint", "NM"),
        ("Mint", "NM"),
        ("Mint (M)", "NM"),
        ("Near Mint (NM or M-)", "NM"),
        ("VG+", "VG+"),
        ("vg +", "VG+"),
        ("VG++", "VG+"),
        ("VG Plus", "VG+"),
        ("VG-plus", "VG+"),
        ("Very Good Plus (VG+)", "VG+"),
        ("EX", "VG+"),
        ("Ex+", "VG+"),
        ("EX-", "VG+"),
        ("Excellent", "VG+"),
        ("VG", "VG"),
        ("Very Good (VG)", "VG"),
        ("VG-", "G+"),
        ("VG minus", "G+"),
        ("Good Plus (G+)", "G+"),
        ("G++", "G+"),
        ("Good (G)", "G"),
        ("G", "G"),
        ("G-", "F"),
        ("Fair (F)", "F"),
        ("Poor (P)", "P"),
        # Ranges: the lower end.
        ("VG/VG+", "VG"),
        ("VG to VG+", "VG"),
        ("VG+ to VG", "VG"),
        ("VG-VG+", "VG"),
        ("VG – VG+", "VG"),
        ("NM or VG+", "VG+"),
        ("between VG and VG+", "VG"),
        ("VG+ bis NM", "VG+"),
        ("EX/NM", "VG+"),
        # How it plays goes before how it looks.
        ("looks VG, plays VG+", "VG+"),
        ("VG+ visually, plays VG", "VG"),
        ("VG+ visually plays VG", "VG"),
        ("Visual: VG+ / Play: VG", "VG"),
        ("VG (plays NM)", "NM"),
        ("vinyl looks VG but plays VG+", "VG+"),
        ("Play graded VG+. Visually VG.", "VG+"),
        ("vis. NM, audio VG", "VG"),
        ("VG+, looks NM", "VG+"),
        ("looks VG", "VG"),
        # The sleeve is not the record.
        ("vinyl VG+ sleeve VG", "VG+"),
        ("VG sleeve, vinyl VG+", "VG+"),
        ("VG sleeve VG+ vinyl", "VG+"),
        ("VG+ (sleeve VG)", "VG+"),
        ("VG (sleeve), VG+ (vinyl)", "VG+"),
        ("Record VG+ in a VG sleeve", "VG+"),
        ("Cover: G, Disc: VG", "VG"),
        ("Media: Near Mint (NM or M-) Sleeve: Very Good (VG)", "NM"),
        ("Media Condition: Very Good Plus (VG+)\nSleeve Condition: Good (G)", "VG+"),
        ("VG+, NM labels", "VG+"),
        ("sleeve VG", None),
        ("sleeve/vinyl: VG/NM", "NM"),
        ("VG+/VG (media/sleeve)", "VG+"),
        # 'X/Y' without a word is media/sleeve, or side A and side B: the first.
        ("VG+/VG", "VG+"),
        ("NM / EX", "NM"),
        # Several that nothing decides between: the worst.
        ("NM. VG+", "VG+"),
        # Words that praise are no grades.
        ("good pressing, plays VG+", "VG+"),
        ("Plays good, looks VG", "VG"),
        ("a good copy of a poor album", None),
        ("ex-library copy", None),
        ("EX-rental, VG", "VG"),
        ("A & M Records, E.P.", None),
        ("G. Harrison", None),
        ("", None),
        ("great!", None),
        # Other languages.
        ("Platte VG+, Hülle VG", "VG+"),
        ("neuwertig", "NM"),
        ("disque VG, pochette NM", "VG"),
    ],
)
def test_known_texts(text, label):
    assert label_of(text) == label


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Side A: VG+, Side B: VG", {"A": "VG+", "B": "VG", None: "VG+"}),
        ("A: VG+, B: VG", {"A": "VG+", "B": "VG"}),
        ("Side 1 VG, side 2 NM", {"A": "VG", "B": "NM"}),
        ("VG+ (A) VG (B)", {"A": "VG+", "B": "VG"}),
        ("VG+ on side A, VG on side B", {"A": "VG+", "B": "VG"}),
        ("VG+, VG on side B", {"A": "VG+", "B": "VG"}),
        ("Side A looks VG, plays VG+; side B looks NM, plays G+", {"A": "VG+", "B": "G+"}),
        ("A-VG+ / B-VG", {"A": "VG+", "B": "VG"}),
        ("A/B: VG+/VG", {"A": "VG+", "B": "VG"}),
        ("VG+/VG (A/B)", {"A": "VG+", "B": "VG"}),
        ("VG+/VG", {"A": "VG+", "B": "VG+"}),
        ("VG+", {"A": "VG+", "B": "VG+", "D": "VG+"}),
        ("Side B: VG", {"A": None, "B": "VG", None: None}),
        ("Seite A VG+, Seite B VG", {"A": "VG+", "B": "VG"}),
    ],
)
def test_sides_that_are_told_apart(text, sides):
    assert {side: label_of(text, side) for side in sides} == sides


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("VG+", "VG+"),
        ("vg_plus", "VG+"),
        ("VG Plus", "VG+"),
        ("NM or M-", "NM"),
        ("Near Mint (NM or M-)", "NM"),
        ("02 Very Good", "VG"),
        ("good", "G"),
        ("g+", "G+"),
        ("fair", "F"),
        ("Abbey Road", None),
        ("Good Vibrations", None),
        ("Poor Cow VG", None),
        ("sleeve VG", None),
        ("side A", None),
        ("2024", None),
    ],
)
def test_folders_are_grades_only_where_that_is_all_they_say(name, label):
    assert label_of_folder(name) == label


_WORDS = st.sampled_from(
    [
        *("VG", "VG+", "VG-", "NM", "M-", "EX", "G", "G+", "good", "mint", "ex", "P"),
        *("/", "-", "(", ")", ",", ".", ";", ":", "+", "to", "or", "\n", "1"),
        *("plays", "looks", "visually", "sleeve", "vinyl", "media", "record"),
        *("side", "A", "B", "a:", "(b)", "A/B"),
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=16).map(" ".join)))
def test_any_text_has_one_answer_of_the_scale_or_none(text):
    for side in (None, "A", "B"):
        label = label_of(text, side)
        assert label is None or label in LABELS
        assert label_of(text, side) == label
        assert label_of(f"  {text}\t", side) == label
    label_of_folder(text)


@given(st.lists(_WORDS, max_size=16).map("".join))
def test_nor_does_a_text_without_spaces_confuse_it(text):
    assert label_of(text) in (None, *LABELS)


def test_a_page_of_text_is_read_at_its_beginning_only():
    assert label_of("VG+ " + "lovely " * 100_000 + "P") == "VG+"
