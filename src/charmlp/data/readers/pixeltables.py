"""CSV tables of pixels: in each row a label and the values of a square picture, grey or in colour.

Known examples: A_Z Handwritten Data.csv (a label and 784 values, no header), emnist-letters-train.csv,
sign_mnist_train.csv (header label,pixel1,…,pixel784), hmnist_28_28_RGB.csv (the label last).
"""

import codecs
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from charmlp.config import Reading
from charmlp.data.readers.columns import LABELS, PATHS, SPLIT, Unlabelled, find_column
from charmlp.data.readers.emnist import name_characters, upright
from charmlp.data.readers.entries import MAX_ENTRIES
from charmlp.data.readers.pixels import MOST_BYTES, PixelEntries, as_bytes, square
from charmlp.errors import DataError
from charmlp.system.files import check_regular, open_regular, reason_of
from charmlp.text import printable, quote

EXPECTED = "a table of pixels"
_FEWEST = 64  # pixels of a picture: 8×8
_PIECE = 2**22  # bytes that are read at a time
_LONGEST_LINE = 2**24
_PLAIN = bytes.maketrans(b";\t", b",,")
_COMMA, _NEWLINE, _ZERO = b",\n0"


@dataclass(frozen=True)
class PixelColumns:
    """Which of the `width` columns hold what.

    header  whether the first line names them
    label   the place of the label
    pixels  the places of the pixels
    shape   of a picture: H×W or H×W×3
    """

    header: bool
    width: int
    label: int
    pixels: slice
    shape: tuple[int, ...]


def pixel_columns(cells: Sequence[str], where: str, reading: Reading) -> PixelColumns | None:
    """What a table's first line says; None where it is not one of pixels.

    Raises DataError where the pixels make no square, Unlabelled where there are only pixels.
    """
    if len(cells) < _FEWEST or reading.path_column:
        return None
    label: int | None
    header = not all(map(str.isdecimal, cells[1:])) or _counts(cells[1:])
    if header:
        pixels = [place for place, name in enumerate(cells) if _is_numbered(name)]
        if len(pixels) < _FEWEST or find_column(cells, PATHS[:-1], "", "path", where) is not None:
            return None
        if find_column(cells, SPLIT, "", "split", where) is not None:
            raise DataError(f"{printable(where)}: a table of pixels is of one split; make one of each")
        label = find_column(cells, LABELS, reading.label_column, "label", where)
        pixels = [place for place in pixels if place != label]
        if label is None and square(len(pixels)) is None:
            label, *pixels = pixels  # for want of names, pandas calls the columns 0, 0.1, 0.2, …
    else:
        label, *pixels = range(len(cells))
        if square(len(pixels)) is None and square(len(cells)):
            label = None
    if label is None:
        raise Unlabelled(f"{printable(where)}: {len(cells):,} columns of pixels, and none of labels")
    shape = square(len(pixels))
    if shape is None or pixels != list(range(pixels[0], pixels[-1] + 1)):
        raise DataError(
            f"{printable(where)}: {len(pixels):,} columns of pixels are no square picture, as 784 are (28×28)"
        )
    return PixelColumns(header, len(cells), label, slice(pixels[0], pixels[-1] + 1), shape)


def _is_numbered(name: str) -> bool:
    return any(map(str.isdigit, name)) and not name.lower().startswith("unnamed")


def _counts(cells: Sequence[str]) -> bool:
    """Whether cells are numbers one after the other: names of columns, then, and no pixels."""
    return max(map(len, cells)) < 7 and all(int(one) + 1 == int(other) for one, other in pairwise(cells))


def read_pixels(path: Path, columns: PixelColumns) -> PixelEntries:
    """The pictures of a whole table, in the memory that they take as bytes; a piece of the file at a time.

    Raises DataError naming line and column of the first value that is no pixel.
    """
    where = str(path)
    room = check_regular(path, EXPECTED, DataError) // (2 * columns.width - 1) + 1  # a row has no fewer bytes
    most = min(MOST_BYTES // math.prod(columns.shape), MAX_ENTRIES)
    pixels = np.empty((min(room, most), *columns.shape), np.uint8)
    labels: list[str] = []
    with open_regular(path, EXPECTED, DataError) as file:
        try:
            for line, piece in _pieces(file, where, columns.header):
                words, values = _parse(piece, columns) or _fault(piece, line, columns, where)
                if len(labels) + len(words) > len(pixels):
                    raise DataError(f"{printable(where)}: more than {most:,} rows; so many are not accepted")
                pixels[len(labels) : len(labels) + len(words)] = values
                labels += words
        except OSError as error:
            raise DataError(f"{printable(where)}: cannot be read: {reason_of(error)}") from None
    if not labels:
        raise DataError(f"{printable(where)}: the table has no rows")
    values, note = as_bytes(pixels[: len(labels)], where)
    values = upright(values, path.name)
    entries = PixelEntries(where, path.stem, labels, lambda: values, note)
    name_characters(entries, path.name)
    return entries


def _pieces(file: BinaryIO, where: str, header: bool) -> Iterator[tuple[int, bytes]]:
    """The rows, some whole lines at a time behind the number of the first."""
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    line, rest = 1, b""
    while header and (row := file.readline(_LONGEST_LINE)):
        header = not row.strip()  # lines without anything may come before it
        line += 1
    while new := file.read(_PIECE):
        piece, end, rest = (rest + new).rpartition(b"\n")
        if end:
            yield line, piece
            line += piece.count(b"\n") + 1
        if len(rest) > _LONGEST_LINE:
            raise DataError(f"{printable(where)}: line {line:,}: more than {_LONGEST_LINE // 2**20} MB long")
    yield line, rest


def _parse(piece: bytes, columns: PixelColumns) -> tuple[list[str], NDArray[np.uint8]] | None:
    """The labels and pixels of some lines, computed for all digits at once; None where something is wrong."""
    text = b"\n".join(_lines(piece)) + b"\n"
    if text == b"\n":
        return [], np.empty((0, *columns.shape), np.uint8)
    data = np.frombuffer(text, np.uint8)
    marks = np.flatnonzero((data == _COMMA) | (data == _NEWLINE))  # each ends a cell
    rows, width = text.count(b"\n"), columns.width
    if len(marks) != rows * width or (data[marks[width - 1 :: width]] != _NEWLINE).any():
        return None
    ends = marks.reshape(rows, width)
    starts = np.append(0, marks[:-1] + 1).reshape(rows, width)
    labels = [
        text[start:end].decode("utf-8", "replace")
        for start, end in zip(starts[:, columns.label], ends[:, columns.label], strict=True)
    ]
    ends, lengths = ends[:, columns.pixels], (ends - starts)[:, columns.pixels]
    values = np.zeros(ends.shape, np.uint16)
    right = (lengths >= 1) & (lengths <= 3)
    for place in range(3):  # ones, tens, hundreds
        digits = np.where(place < lengths, data[ends - 1 - place] - _ZERO, 0)
        right &= digits <= 9  # what is below "0" has gone round
        values += digits * np.uint16(10**place)
    if not (right & (values <= 255)).all():
        return None
    return labels, values.astype(np.uint8).reshape(rows, *columns.shape)


def _fault(piece: bytes, line: int, columns: PixelColumns, where: str) -> NoReturn:
    """Raise DataError for the first cell that is wrong in a piece that begins with line number `line`."""
    for number, row in enumerate(piece.split(b"\n"), line):
        cells = [cell for text in _lines(row) for cell in text.split(b",")]
        if cells and len(cells) != columns.width:
            raise DataError(
                f"{printable(where)}: line {number:,}: {len(cells):,} cells, where the first line has"
                f" {columns.width:,}"
            )
        for place, cell in list(enumerate(cells, 1))[columns.pixels]:
            if not (cell.isdigit() and len(cell) <= 3 and int(cell) <= 255):
                raise DataError(
                    f"{printable(where)}: line {number:,}, column {place:,}:"
                    f" {quote(cell.decode('utf-8', 'replace'))} is no pixel; a whole number from 0 to 255 is"
                    " expected"
                )
    raise AssertionError(f"{where}: nothing wrong from line {line} on")


def _lines(piece: bytes) -> list[bytes]:
    """The lines that have something in them, cells parted by commas alone, without quotes."""
    text = piece.translate(_PLAIN, b'"\r').replace(b", ", b",")
    return [line for line in text.split(b"\n") if line]
