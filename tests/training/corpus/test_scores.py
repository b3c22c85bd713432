import struct

import pytest

from runout.errors import RunoutError
from runout_training.corpus.scores import Note, lumps, midi_of, scores_of


def wad_of(**contents):
    body, directory = b"", b""
    for name, content in contents.items():
        directory += struct.pack("<ii8s", 12 + len(body), len(content), name.encode())
        body += content
    return struct.pack("<4sii", b"PWAD", len(contents), 12 + len(body)) + body + directory


def test_a_wad_gives_its_lumps_by_name(tmp_path):
    path = tmp_path / "game.wad"
    path.write_bytes(wad_of(D_E1M1=b"MThd one", PLAYPAL=b"\0\1\2", D_INTERM=b""))
    assert list(lumps(path)) == [
        ("d_e1m1", b"MThd one"),
        ("playpal", b"\0\1\2"),
        ("d_interm", b""),
    ]


def test_what_is_no_wad_is_refused_by_name(tmp_path):
    path = tmp_path / "game.wad"
    path.write_bytes(b"RIFF0000WAVE")
    with pytest.raises(RunoutError, match=r"game\.wad is no WAD"):
        list(lumps(path))


def test_a_piece_that_is_there_twice_comes_once(tmp_path):
    (tmp_path / "b.wad").write_bytes(wad_of(D_ONE=b"MThd 1", D_TWO=b"MThd 2", MAP=b"map"))
    (tmp_path / "a.mid").write_bytes(b"MThd 2")
    assert list(scores_of(tmp_path)) == [("a", b"MThd 2"), ("d_one", b"MThd 1")]


def test_a_note_is_written_as_midi_has_it():
    midi = midi_of([Note(0.2, 0.1, 60, 100)], 105, percussion=False)
    head, track = midi[:14], midi[14:]
    assert head == b"MThd\0\0\0\6\0\0\0\1" + (500).to_bytes(2, "big")
    # Program 105; after 200 ticks (81 48 in sevens of bits) the key down, after 100 up, the end.
    events = b"\0\xc0\x69" + b"\x81\x48\x90\x3c\x64" + b"\x64\x80\x3c\0" + b"\x87\x68\xff\x2f\0"
    assert track == b"MTrk" + len(events).to_bytes(4, "big") + events


def test_percussion_is_on_the_tenth_channel():
    assert b"\x99\x27\x7f" in midi_of([Note(0.0, 0.1, 39, 127)], 25, percussion=True)
