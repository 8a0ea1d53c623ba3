"""The course's lists: one JSON object, {"0001.jpg": "G", "0002.jpg": "g", …}."""

import json
import re
from pathlib import Path

from charmlp.config import Reading
from charmlp.data.readers.entries import MAX_ENTRIES, Entries, kind_of
from charmlp.data.readers.textfiles import decode, read_bytes
from charmlp.errors import DataError
from charmlp.text import printable, quote

EXPECTED = 'a JSON list {"0001.jpg": "A", …}'


def read_list(path: Path, reading: Reading) -> dict[str, Entries]:
    """The entries of the list at `path`, all for training; what is wrong with one is in their `problems`.

    Raises DataError where the file as a whole is not a list: missing, too large, not UTF-8, not JSON, not one
    flat object, without entries.
    """
    return {"train": parse_list(read_bytes(path, EXPECTED), str(path), reading)}


def parse_list(data: bytes, where: str, reading: Reading) -> Entries:
    """As `read_list`, from bytes; `where` names them in messages."""
    pairs = _parse_object(decode(data, where), where)
    if len(pairs) > MAX_ENTRIES:
        raise DataError(f"{printable(where)}: {len(pairs):,} entries; at most {MAX_ENTRIES:,} are accepted")
    if not pairs:
        raise DataError(f"{printable(where)}: the list is empty; {EXPECTED} is expected")
    entries = Entries(where, any_path=reading.any_path)
    for name, label in pairs:
        entries.add(name, label)
    return entries


def _parse_object(text: str, where: str) -> tuple[tuple[str, object], ...]:
    shown = printable(where)
    if not text.strip():
        raise DataError(f"{shown}: the file is empty; {EXPECTED} is expected")

    # An object becomes a tuple of its pairs, so that repeated keys are seen; an array is a list. Nothing is
    # computed from a number: any is 0 here, and none too long to read.
    def number(written: str) -> float:
        return 0.0

    try:
        value = json.loads(
            text, object_pairs_hook=tuple, parse_int=number, parse_float=number, parse_constant=number
        )
    except json.JSONDecodeError as error:
        position, reason = _explain(error)
        line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
        raise DataError(f"{shown}: line {line:,}, column {column:,}: {reason}") from None
    except RecursionError:
        raise DataError(f"{shown}: brackets are nested too deep; {EXPECTED} is expected") from None
    if not isinstance(value, tuple):
        raise DataError(f"{shown}: the list is {kind_of(value)}; {EXPECTED} is expected")
    return value


_TRAILING_COMMA = re.compile(r",\s*[}\]]")
_IN_PLAIN_WORDS = {  # how a message of Python's json module begins → what we say
    "Expecting property name": "a name in double quotes is expected",
    "Expecting ':'": "a colon is expected",
    "Expecting ','": "a comma or a closing } is expected",
    "Expecting value": 'a label in double quotes, as "A", is expected',
    "Unterminated string": "a double quote that is never closed",
    "Invalid control character": "the line ends, or has a tab, inside double quotes",
    "Invalid \\": "a single backslash (write / or two of them)",
    "Extra data": "more follows after the closing }",
}


def _explain(error: json.JSONDecodeError) -> tuple[int, str]:
    """Where and why a text is not JSON. Python's releases point to different ends of a trailing comma."""
    text, position = error.doc, error.pos
    comma = text.rfind(",", 0, position + 1)
    if comma >= 0 and _TRAILING_COMMA.match(text, comma) and not text[comma + 1 : position].strip():
        return comma, "a comma before the closing bracket; remove it"
    if position >= len(text.rstrip()):
        return position, f"the text ends too early; {EXPECTED} is expected"
    if not text[:position].strip():
        return position, f"{EXPECTED} is expected"
    words = (words for start, words in _IN_PLAIN_WORDS.items() if error.msg.startswith(start))
    return position, f"{next(words, error.msg)} here: {quote(text[position : position + 20])[1:-1]}"
