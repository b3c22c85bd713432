import asyncio

import pytest
from fastapi import HTTPException, Request

from runout.web.uploads.reception import receive

PIECE = {"type": "http.request", "body": b"RIFF", "more_body": True}
END = {"type": "http.request", "body": b"", "more_body": False}


def received(path, words, most_bytes=1000):
    """What becomes of a request of which these words come, and then no more."""
    told = iter(words)

    async def hears():
        for word in told:
            return word
        return await asyncio.Event().wait()

    return asyncio.run(receive(Request({"type": "http", "headers": []}, hears), path, most_bytes))


def test_all_that_was_sent_is_written(tmp_path):
    assert received(tmp_path / "a", [PIECE, PIECE, END]) is None
    assert (tmp_path / "a").read_bytes() == b"RIFFRIFF"


@pytest.mark.parametrize(
    ("words", "most_bytes", "status"),
    [
        ([PIECE, {"type": "http.disconnect"}], 1000, 400),
        ([PIECE], 1000, 408),
        ([PIECE, PIECE, END], 7, 413),
        ([END], 1000, 422),
    ],
)
def test_what_goes_wrong_leaves_nothing(tmp_path, monkeypatch, words, most_bytes, status):
    monkeypatch.setattr("runout.web.uploads.reception.STALLED_S", 0.05)
    with pytest.raises(HTTPException) as told:
        received(tmp_path / "a", words, most_bytes)
    assert told.value.status_code == status
    assert not [*tmp_path.iterdir()]


def test_a_disk_that_cannot_be_written(tmp_path):
    (tmp_path / "a").symlink_to("/dev/full")
    with pytest.raises(HTTPException) as told:
        received(tmp_path / "a", [PIECE, END])
    assert told.value.status_code == 507
    assert told.value.detail == "the file can't be written: No space left on device"
