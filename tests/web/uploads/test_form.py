import asyncio

import pytest
from fastapi import HTTPException
from hypothesis import given
from hypothesis import strategies as st

from runout.web.uploads.form import FormFile

TYPE = 'multipart/form-data; boundary="xyz"'


def part(headers, content):
    return b"--xyz\r\n" + headers + b"\r\n\r\n" + content + b"\r\n"


def disposition(name, filename=b""):
    end = b'; filename="' + filename + b'"' if filename else b""
    return b'Content-Disposition: form-data; name="' + name + b'"' + end


def taken(body, size=7):
    async def sent():
        for start in range(0, len(body), size):
            yield body[start : start + size]

    async def take():
        form = FormFile(TYPE)
        return b"".join([piece async for piece in form.pieces(sent())]), form.name

    return asyncio.run(take())


@given(st.binary(max_size=300), st.integers(1, 200))
def test_a_file_in_any_pieces(content, size):
    if b"\r\n--xyz" in content:
        return
    body = (
        part(disposition(b"model"), b"cnn")
        + part(disposition(b"file", b"a b.wav") + b"\r\nContent-Type: audio/wav", content)
        + part(disposition(b"file", b"other.wav"), b"not this one")
        + b"--xyz--\r\n"
    )
    assert taken(body, size) == (content, "a b.wav")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (part(disposition(b"sound", b"a.wav"), b"1") + b"--xyz--\r\n", "no file in a field"),
        (b"hello", "damaged"),
        (b"", "no file"),
        (b"--xyz\r\nA: " + b"x" * 10_000, "damaged"),
        (b"--xyz\r\n" + b"x" * 10_000, "damaged"),
        (b"--xyz\r\n" + b"A: b\r\n" * 1_000, "damaged"),
    ],
)
def test_what_is_no_form_with_a_file(body, words):
    with pytest.raises(HTTPException, match=words) as told:
        taken(body)
    assert told.value.status_code == 422


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/x; boundary=a", "multipart/"])
def test_no_boundary(kind):
    with pytest.raises(HTTPException, match="boundary"):
        FormFile(kind)


def test_a_boundary_without_end():
    with pytest.raises(HTTPException, match="boundary"):
        FormFile("multipart/form-data; boundary=" + "a" * 1000)
