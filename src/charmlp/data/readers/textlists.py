"""Lists in plain text: a path and its label a line, between them a tab, a comma or spaces."""

import io
from pathlib import Path

from charmlp.config import Reading
from charmlp.data.readers.entries import MAX_ENTRIES, Entries
from charmlp.data.readers.lists import parse_list
from charmlp.data.readers.textfiles import decode, first_line, read_bytes
from charmlp.errors import DataError
from charmlp.images.filekinds import is_image_name
from charmlp.text import printable, quote

EXPECTED = 'a list with lines such as "0001.jpg A"'


def read_text_list(path: Path, reading: Reading) -> dict[str, Entries]:
    """The entries of a list, all for training; a JSON list that is called .txt is read as what it is."""
    data = read_bytes(path, EXPECTED)
    parse = parse_list if data.lstrip().startswith(b"{") else parse_text_list
    return {"train": parse(data, str(path), reading)}


def is_text_list(path: Path, reading: Reading) -> bool:
    """Whether the first line begins with the name of an image."""
    try:
        line = first_line(path, EXPECTED)
    except DataError:
        return False
    name, label = _split(line) if line.strip() else ("", "")
    return is_image_name(name) and bool(label)


def parse_text_list(data: bytes, where: str, reading: Reading) -> Entries:
    """As `read_text_list`, from bytes; `where` names them in messages."""
    entries = Entries(where, any_path=reading.any_path)
    decode(data, where)  # refuses what is no text
    lines = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="\n")
    for number, line in enumerate(lines, 1):
        if number > MAX_ENTRIES:
            raise DataError(f"{printable(where)}: more than {MAX_ENTRIES:,} lines; so many are not accepted")
        if line.strip():
            name, label = _split(line)
            if label:
                entries.add(name, label, f"line {number:,}: ")
            else:
                entries.problems.add(f"line {number:,}: {quote(name)}: no label behind the path")
    if not entries.names:
        entries.problems.raise_if_any()
        raise DataError(f"{printable(where)}: the file is empty; {EXPECTED} is expected")
    return entries


def _split(line: str) -> tuple[str, str]:
    """Path and label of a line: the last tab, comma or space parts them, whichever leaves an image's name."""
    line = line.strip()
    parts = [line.rpartition("\t")[::2], line.rpartition(",")[::2], (*line.rsplit(maxsplit=1), "")[:2]]
    pairs = [(name.strip(), label.strip()) for name, label in parts if name.strip()]
    return next((pair for pair in pairs if is_image_name(pair[0])), pairs[0])
