import pytest

from runout.errors import RunoutError
from runout_training.corpus.licences import licence_of

MACHINE_READABLE = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: someone
License: GPL-2+
 as published
 .
 by

Files:
 base/music/one.ogg
 base/music/two.ogg
Copyright: another
License: CC-BY-3.0

Files: drumkits/The?Black?Pearl?1.0.h2drumkit
License: GPL-2

License: GPL-2+
 Its words.
"""


def package(tmp_path, name, text):
    path = tmp_path / name / "usr" / "share" / "doc" / name / "copyright"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return tmp_path / name


@pytest.mark.parametrize(
    ("file", "licence"),
    [
        ("usr/share/games/x/0music/two.ogg", "CC-BY-3.0"),
        ("usr/share/games/x/0music/three.ogg", "GPL-2+"),
        ("usr/share/drumkits/The Black Pearl 1.0/kick.wav", "GPL-2"),
    ],
)
def test_the_last_paragraph_that_names_a_file_holds(tmp_path, file, licence):
    assert licence_of(package(tmp_path, "game", MACHINE_READABLE), file) == licence


def test_free_words_are_looked_for(tmp_path):
    words = "xx Permission is hereby granted, free of charge xx"
    found = package(tmp_path, "fretsonfire-songs-sectoid", words)
    assert licence_of(found, "song.ogg") == "MIT"


def test_words_that_are_gone_are_an_error(tmp_path):
    found = package(tmp_path, "nexuiz-music", "All rights reserved")
    with pytest.raises(RunoutError, match="no longer says"):
        licence_of(found, "song.ogg")


def test_a_file_without_a_licence_is_an_error(tmp_path):
    text = MACHINE_READABLE.replace("Files: *", "Files: src/*")
    with pytest.raises(RunoutError, match=r"names no licence for a/three\.ogg"):
        licence_of(package(tmp_path, "game", text), "a/three.ogg")
    with pytest.raises(RunoutError, match="missing"):
        licence_of(tmp_path / "none", "a/three.ogg")
