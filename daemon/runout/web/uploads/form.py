"""The file in a multipart form, piece by piece: never the whole in memory, nor in /tmp."""

from collections.abc import AsyncIterator

from fastapi import HTTPException
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

FIELD = "file"
"""The form's field that holds it"""


class FormFile:
    """Takes the body of a form apart; `name` is the file's, once its first piece is there."""

    def __init__(self, content_type: str) -> None:
        """Raise HTTPException where the content type names no boundary."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise HTTPException(422, "the form has no boundary; send multipart/form-data")
        self.name: str | None = None
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._inside = False
        self._pieces: list[bytes] = []
        try:
            # It holds headers to 8 of 4 kB a part by itself.
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_ends,
                },
            )
        except FormParserError as error:
            raise HTTPException(422, "the form's boundary is too long") from error

    async def pieces(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield the file; raise HTTPException where the body is no form, or holds no file."""
        async for chunk in body:
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise HTTPException(422, "the form is damaged") from error
            yield b"".join(self._pieces)
            self._pieces.clear()
        if self.name is None:
            raise HTTPException(422, f"the form has no file in a field called {FIELD!r}")

    def _part_begins(self) -> None:
        self._header = self._value = self._disposition = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        # Of several files the first is meant.
        if self.name is None and options.get(b"name") == FIELD.encode():
            self.name = options.get(b"filename", b"").decode("utf-8", "replace")
            self._inside = True

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._pieces.append(data[start:end])

    def _part_ends(self) -> None:
        self._inside = False
