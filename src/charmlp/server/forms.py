"""Files in a form, multipart/form-data, as they come: nothing is written anywhere."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from charmlp.server.limits import HEAD_BYTES
from charmlp.server.problems import Problem

MULTIPART = b"multipart/form-data"
UNNAMED = b"-"  # an image that comes without a name, as on standard input


class Form:
    """Collects at most `most` files; raises `Problem` for what is no such form."""

    def __init__(self, content_type: bytes, most: int) -> None:
        self.most = most
        self.files: list[tuple[str, bytearray]] = []
        self.is_whole = False
        _, options = parse_options_header(content_type)
        try:
            self.parser = MultipartParser(
                options.get(b"boundary", b""),
                {
                    "on_part_begin": self.begin,
                    "on_header_field": self.add_name,
                    "on_header_value": self.add_value,
                    "on_header_end": self.end_header,
                    "on_headers_finished": self.name_file,
                    "on_part_data": self.add_data,
                    "on_end": self.end,
                },
            )
        except FormParserError:
            raise wrong("its Content-Type names no boundary") from None

    def write(self, chunk: bytes) -> None:
        try:
            self.parser.write(chunk)
        except FormParserError:
            raise wrong("it cannot be read as such") from None

    def finished(self) -> list[tuple[str, bytes]]:
        """Names and bytes of the files."""
        if not self.is_whole:
            raise wrong("it is cut off")
        if not self.files:
            raise Problem(422, "multipart/form-data: no image in it")
        return [(name, bytes(content)) for name, content in self.files]

    # What the parser calls, in this order.

    def begin(self) -> None:
        if len(self.files) == self.most:
            raise Problem(422, f"more than {self.most} images in one request")
        self.name = self.value = self.disposition = b""

    def add_name(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]
        self.check_head()

    def add_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]
        self.check_head()

    def check_head(self) -> None:
        if len(self.name) + len(self.value) > HEAD_BYTES:
            raise wrong("the head of a part is too long")

    def end_header(self) -> None:
        if self.name.lower() == b"content-disposition":
            self.disposition = self.value
        self.name = self.value = b""

    def name_file(self) -> None:
        _, options = parse_options_header(self.disposition)
        name = options.get(b"filename") or options.get(b"name") or UNNAMED
        self.files.append((name.decode("utf-8", "replace"), bytearray()))

    def add_data(self, data: bytes, start: int, end: int) -> None:
        self.files[-1][1].extend(memoryview(data)[start:end])

    def end(self) -> None:
        self.is_whole = True


def wrong(what: str) -> Problem:
    return Problem(400, f"multipart/form-data: {what}")
