"""Reading a text that somebody else wrote: bounded, UTF-8, and plain words where it is not."""

import codecs
import contextlib
from pathlib import Path

from charmlp.errors import DataError
from charmlp.system.files import open_regular, reason_of
from charmlp.text import printable

MAX_LIST_BYTES = 64 * 2**20  # a list of a million entries has some 25 MB, and takes ten times as much to read
MAX_TABLE_BYTES = 512 * 2**20  # what is read line by line
_LONGEST_LINE = 2**20  # bytes; one of 256×256 pixels has up to that
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HOW_TO_SAVE = "save it as UTF-8"


def read_bytes(path: Path, what: str, limit: int = MAX_LIST_BYTES) -> bytes:
    """All bytes of a regular file of at most `limit` bytes; DataError says what else it is.

    what  the kind of file expected, for messages: 'a JSON list {"0001.jpg": "A", …}'
    """
    data = _beginning(path, what, limit + 1)
    if len(data) > limit:
        raise DataError(f"{printable(path)}: more than {limit // 2**20} MB; {what} is expected")
    return data


def first_line(path: Path, what: str) -> str:
    """The first line of a text that is not empty; of a very long one the beginning."""
    start = _beginning(path, what, _LONGEST_LINE)
    return start.decode("utf-8-sig", "replace").lstrip("\r\n").partition("\n")[0].rstrip("\r")


def _beginning(path: Path, what: str, most: int) -> bytes:
    with open_regular(path, what, DataError) as file:
        try:
            return file.read(most)
        except OSError as error:
            raise DataError(f"{printable(path)}: cannot be read: {reason_of(error)}") from None


def decode(data: bytes, where: str) -> str:
    """UTF-8 with or without a byte-order mark to text; DataError names the encoding it looks like."""
    shown = printable(where)
    start = data[:64]  # ASCII as UTF-16: every other byte is zero
    zeros = len(start) >= 4 and any(start) and not (any(start[0::2]) and any(start[1::2]))
    if data.startswith(_UTF16_MARKS) or zeros:
        raise DataError(f"{shown}: is UTF-16, not UTF-8; {_HOW_TO_SAVE}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if b"\0" in data[:1024]:
            raise DataError(f"{shown}: no text but binary data; a UTF-8 text is expected") from None
        found = f"byte 0x{data[error.start]:02X} in line {line:,} is not UTF-8"
    try:
        data.decode("gbk")
    except UnicodeDecodeError:
        raise DataError(f"{shown}: {found}; {_HOW_TO_SAVE}") from None
    raise DataError(f"{shown}: {found}; it looks like GBK, the encoding of a Chinese Windows: {_HOW_TO_SAVE}")


def as_gbk(name: str) -> str | None:
    """What a file's name that is not UTF-8 says in GBK, the encoding of a Chinese Windows; or None."""
    with contextlib.suppress(UnicodeError):
        return name.encode("utf-8", "surrogateescape").decode("gbk")
    return None
