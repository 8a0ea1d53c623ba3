"""Lists in JSON lines: an object a line, {"file_name": "0001.jpg", "label": "A"}, as of Hugging Face."""

import json
from collections.abc import Iterator
from pathlib import Path

from charmlp.config import Reading
from charmlp.data.readers.columns import Row, entries_by_split, find_columns
from charmlp.data.readers.entries import Entries, Problems, kind_of
from charmlp.data.readers.textfiles import decode, first_line, read_bytes
from charmlp.errors import DataError
from charmlp.text import printable

EXPECTED = 'JSON lines such as {"path": "0001.jpg", "label": "A"}'


def read_json_lines(path: Path, reading: Reading) -> dict[str, Entries]:
    """As `read_csv`; the first line says which entries the others have. Whole numbers are labels too."""
    return parse_json_lines(read_bytes(path, EXPECTED), str(path), reading)


def is_json_lines(path: Path, reading: Reading) -> bool:
    """Whether the first line names a path and a label."""
    try:
        return bool(find_columns(list(_object(first_line(path, EXPECTED))), str(path), reading))
    except (DataError, ValueError):
        return False


def parse_json_lines(data: bytes, where: str, reading: Reading) -> dict[str, Entries]:
    """As `read_json_lines`, from bytes; `where` names them in messages."""
    lines = [(number, line) for number, line in enumerate(decode(data, where).split("\n"), 1) if line.strip()]
    if not lines:
        raise DataError(f"{printable(where)}: the file is empty; {EXPECTED} is expected")
    problems = Problems(where)

    def objects() -> Iterator[tuple[str, dict[str, object]]]:
        for number, line in lines:
            try:
                yield f"line {number:,}: ", _object(line)
            except ValueError as error:
                problems.add(f"line {number:,}: {error}; {EXPECTED} is expected")

    def rows() -> Iterator[Row]:
        for place, entry in objects():
            yield place, [entry.get(name) for name in names]

    _, first = next(objects(), ("", {}))
    problems.raise_if_any()
    header = list(first)
    names = [header[column] for column in find_columns(header, where, reading)]
    return entries_by_split(rows(), problems, reading)


def _object(line: str) -> dict[str, object]:
    """The object in a line; ValueError says in plain words what else it is."""
    try:
        value = json.loads(line, parse_int=_whole, parse_float=float, parse_constant=float)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON from column {error.pos + 1:,} on") from None
    except RecursionError:
        raise ValueError("brackets are nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError(kind_of(value))
    return value


def _whole(written: str) -> object:
    """A number with so many digits that Python reads it slowly, or not at all, is no label."""
    return int(written) if len(written) < 20 else float("inf")
