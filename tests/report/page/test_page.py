import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from report.page.made import EMPTY, GRADE, MADE, RATE, SIDE, dense, scanned
from runout.opinion.opinion import Opinion
from runout.report.page.excerpts import excerpts_of, worst
from runout.report.page.page import confidence_words, page
from runout.report.page.scan import Cut
from sounds import noise


class Tags(HTMLParser):
    """Every element and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, tag):
        return "".join(data for name, data in self.texts if name == tag)


def excerpts(side):
    events = worst(side)
    sounds = [noise(2.0, seed=n) for n, _ in enumerate(events)]
    return excerpts_of(events, [Cut(0, 2 * RATE)] * len(events), sounds, RATE)


def made(side=SIDE, file="side.flac", heard=()):
    return page(file, side, scanned(), heard, MADE).decode("utf-8")


def test_the_grade_its_reason_and_what_it_stands_on():
    html = made()
    assert re.search(r'<div class="badge g2">VG</div>', html)
    assert '<p class="reason">Ticks every turn for 9 s in track 1</p>' in html
    assert "Fairly sure (80%)" in html
    assert "Scratched, by loudness" in html
    assert "Brand new" in html
    assert "2025-03-09 20:15" in html


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.flac",
        '"><img src=x onerror=alert(1)>.flac',
        "</title></style><svg onload=alert(1)>.flac",
        "{{ view.side }}{% raw %}.flac",
        "\udcff\u202egpj.flac",
        "a" * 5000,
    ],
)
def test_a_hostile_name_does_nothing(name):
    plain, hostile = Tags(made()), Tags(made(file=name))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert hostile.text("h1").startswith(name[:1].replace("\udcff", "?"))
    assert "\u202e" not in hostile.text("h1")


def test_hostile_words_of_a_shops_own_table_do_nothing():
    words = "<script>alert(1)</script>"
    grade = replace(GRADE, scale=words, reason=f"VG: {words}", name=words, table_version=words)
    html = made(replace(SIDE, grade=grade, measurements={words: 1.0}))
    assert len(Tags(html).named("script")) == 1
    assert words.lower() not in html.lower()


def test_nothing_is_fetched_and_the_policy_allows_just_what_is_inside():
    html = made(heard=excerpts(SIDE))
    tags = Tags(html)
    (policy,) = (
        one["content"] for one in tags.named("meta") if "content" in one and "http-equiv" in one
    )
    style, script = (
        re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1] for tag in ("style", "script")
    )
    for kind, text in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    for _, attributes in tags.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith(("data:", "#excerpt-"))
    assert "@import" not in style
    assert "url(" not in style


def test_each_excerpt_can_be_played_and_is_pinned():
    heard = excerpts(SIDE)
    tags = Tags(made(heard=heard))
    assert len(tags.named("audio")) == len(heard) == 4
    assert all("controls" in one and one["aria-label"] for one in tags.named("audio"))
    links = {one["href"] for one in tags.named("a")}
    assert links == {f"#excerpt-{n}" for n in (1, 2, 3, 4)}
    assert {one["id"] for one in tags.named("li") if "id" in one} == {link[1:] for link in links}


def test_each_kind_that_was_heard_can_be_hidden():
    html = made()
    shown = [one["id"] for one in Tags(html).named("input")]
    assert shown == ["show-scratch", "show-click"]
    for name in shown:
        assert f"main:has(#{name}:not(:checked)) .of-{name[5:]}{{display:none}}" in html


def test_pictures_have_words_and_headings_have_their_order():
    tags = Tags(made(heard=excerpts(SIDE)))
    for attributes in tags.named("svg"):
        assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"
    levels = [int(tag[1]) for tag, _ in tags.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_each_track_has_what_was_measured_of_it():
    (table,) = re.findall(r'<table class="parts">.*?</table>', made(), re.DOTALL)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
    cells = {
        row[0]: dict(zip(heads, row, strict=True))
        for row in (
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)
            for line in table.splitlines()
            if 'scope="row"' in line
        )
    }
    assert list(cells) == ["lead-in", "track 1", "run-out"]
    track = cells["track 1"]
    assert (track["clicks and pops"], track["a minute"], track["by loudness"]) == (
        "7",
        "8.4",
        "1.2",
    )
    assert (track["noise before"], track["loudness"]) == ("-48 dB", "-18.0 LUFS")
    assert cells["run-out"]["loudness"] == cells["run-out"]["by loudness"] == ""
    assert ">by loudness<" not in made(replace(SIDE, tracks=()))


def test_a_second_opinion_stands_by_the_grade():
    opinion = Opinion("VG+", 1.3, {"VG+": 0.7, "VG": 0.3}, "mine", 1234, 600)
    words = "Second opinion: VG+ (trained on 1,234 sides of yours)"
    assert words in made(replace(SIDE, opinion=opinion))
    assert "econd opinion" not in made()


def test_a_withheld_grade_says_why_and_sells_nothing():
    tags = Tags(made(EMPTY))
    assert tags.text("div").strip().startswith("not graded")
    assert "No music was heard" in tags.text("p")
    assert tags.named("pre") == tags.named("audio") == tags.named("input") == []


def test_a_needle_that_goes_down_late_is_said():
    assert "needle down" not in made()
    facts = Tags(made(replace(SIDE, time_s=7.4))).text("dd")
    assert "at 0:07; the reason counts from there" in facts


def test_no_speed_is_said():
    assert "drawn as if at 33 1/3 rpm" in made(replace(SIDE, rpm=None))
    assert "There is nothing to show on it" in made(EMPTY)
    assert "Drawn at 33.33 rpm, as measured" in made()


def test_twenty_thousand_ticks_are_a_page_still():
    html = made(dense())
    assert len(html) < 2_500_000
    assert len(Tags(html).tags) < 4_000


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (None, ""),
        (0.951, "Sure (95%)."),
        (0.6, "Likelier than not (60%)."),
        (0.3, "A close call (30%)."),
    ],
)
def test_confidence(confidence, words):
    assert confidence_words(confidence) == words
