"""CSV tables: rows that name images and labels, or that hold the pixels themselves (`pixeltables.py`)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from charmlp.config import Reading
from charmlp.data.readers.columns import EXPECTED, Row, entries_by_split, find_columns
from charmlp.data.readers.entries import Entries, Problems
from charmlp.data.readers.pixeltables import pixel_columns, read_pixels
from charmlp.data.readers.textfiles import MAX_TABLE_BYTES, decode, first_line, read_bytes
from charmlp.errors import DataError
from charmlp.text import printable

_IN_PLAIN_WORDS = {"unexpected end of data": "a double quote that is never closed"}  # the csv module's → ours


def read_csv(path: Path, reading: Reading) -> dict[str, Entries]:
    """The entries of each split that a CSV file (comma, semicolon or tab) names; 'train' where it names none.

    Raises DataError where the file as a whole is not such a table; what is wrong with rows is in `problems`.
    """
    if columns := pixel_columns(cells_of(first_line(path, EXPECTED)), str(path), reading):
        return {"train": read_pixels(path, columns)}
    return parse_csv(read_bytes(path, EXPECTED, MAX_TABLE_BYTES), str(path), reading)


def is_csv_table(path: Path, reading: Reading) -> bool:
    """Whether the first line names columns of paths and labels, or is one of pixels; of labels, that is."""
    try:
        cells = cells_of(first_line(path, EXPECTED))
        return bool(pixel_columns(cells, str(path), reading) or find_columns(cells, str(path), reading))
    except DataError:
        return False


def cells_of(line: str) -> list[str]:
    """The cells of a line that is not too odd for CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter_of(line), skipinitialspace=True), [])
    except csv.Error:
        return []


def delimiter_of(line: str) -> str:
    return max(",;\t", key=line.count)


def parse_csv(data: bytes, where: str, reading: Reading) -> dict[str, Entries]:
    """As `read_csv`, of paths, from bytes; `where` names them in messages."""
    delimiter = delimiter_of(decode(data, where).lstrip().partition("\n")[0])
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline=""),  # a StringIO has four bytes a character
        delimiter=delimiter,
        skipinitialspace=True,
        strict=True,
    )
    problems = Problems(where)

    def rows(width: int, columns: list[int]) -> Iterator[Row]:
        for row in filter(None, reader):
            if len(row) == width:
                yield f"line {reader.line_num:,}: ", [row[column] for column in columns]
            else:
                problems.add(f"line {reader.line_num:,}: {len(row):,} cells, where the header has {width:,}")

    try:
        names = next(filter(None, reader), [])
        columns = find_columns(names, where, reading)
        return entries_by_split(rows(len(names), columns), problems, reading)
    except csv.Error as error:
        fault = printable(_IN_PLAIN_WORDS.get(str(error), str(error)))
        raise DataError(f"{printable(where)}: line {reader.line_num:,}: not CSV: {fault}") from None
