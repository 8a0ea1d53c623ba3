"""CSV and Parquet tables with the columns path, label and, if there is one, split."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.data.readers.entries import MAX_ENTRIES, Entries, Problems, kind_of
from charmlp.data.readers.textfiles import MAX_LIST_BYTES, decode, read_bytes
from charmlp.errors import DataError
from charmlp.letters.splits import SPLIT_OF, SPLITS
from charmlp.system.extras import require_extra
from charmlp.system.files import check_regular
from charmlp.text import printable, quote

if TYPE_CHECKING:
    import pyarrow

COLUMNS = ("path", "label", "split")
EXPECTED = "a table with the columns path,label or path,label,split"
_MAX_PARQUET_BYTES = 512 * 2**20  # uncompressed

_IN_PLAIN_WORDS = {"unexpected end of data": "a double quote that is never closed"}  # the csv module's → ours
_LONGEST_HEADER = 10_000  # bytes

_Row = tuple[str, Sequence[object]]  # where it stands ("line 7: "), its cells in the order of COLUMNS


def read_csv(path: Path) -> dict[str, Entries]:
    """The entries of each split that a CSV file (comma, semicolon or tab) names; 'train' where it names none.

    Raises DataError where the file as a whole is not such a table; what is wrong with rows is in `problems`.
    """
    return parse_csv(read_bytes(path, EXPECTED), str(path))


def parse_csv(data: bytes, where: str) -> dict[str, Entries]:
    """As `read_csv`, from bytes; `where` names them in messages."""
    text = decode(data, where)
    header = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    problems = Problems(where)

    def rows(width: int, columns: list[int]) -> Iterator[_Row]:
        for row in filter(None, reader):
            if len(row) == width:
                yield f"line {reader.line_num:,}: ", [row[column] for column in columns]
            else:
                problems.add(f"line {reader.line_num:,}: {len(row):,} cells, where the header has {width:,}")

    try:
        names = next(filter(None, reader), [])
        columns = _find_columns(names, where)
        return _by_split(rows(len(names), columns), problems)
    except csv.Error as error:
        fault = printable(_IN_PLAIN_WORDS.get(str(error), str(error)))
        raise DataError(f"{printable(where)}: line {reader.line_num:,}: not CSV: {fault}") from None


def read_parquet(path: Path) -> dict[str, Entries]:
    """As `read_csv`, from a Parquet file (extra `parquet`); labels may be texts or whole numbers."""
    parquet = require_extra("pyarrow.parquet", "parquet", "a Parquet table")
    arrow = require_extra("pyarrow", "parquet", "a Parquet table")
    where = str(path)
    if check_regular(path, EXPECTED, DataError) > MAX_LIST_BYTES:
        raise DataError(f"{printable(path)}: more than {MAX_LIST_BYTES // 2**20} MB; {EXPECTED} is expected")
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            columns = [schema.names[column] for column in _find_columns(schema.names, where)]
            for name in columns:
                if arrow.types.is_nested(kind := schema.field(name).type):
                    raise DataError(f"{printable(path)}: the column {name} holds {kind}; texts are expected")
            _check_parquet_size(file.metadata, where)
        # Texts stay in dictionary form: a file of a few bytes may repeat a long one a million times.
        with parquet.ParquetFile(path, read_dictionary=columns) as file:
            table = file.read(columns=columns)
        table.validate(full=True)
        cells = zip(*(_cells(table[name]) for name in columns), strict=True)
        rows = ((f"row {number:,}: ", row) for number, row in enumerate(cells, 1))
        return _by_split(rows, Problems(where))
    except (arrow.ArrowException, OSError, ValueError):  # ValueError: texts that are not UTF-8
        raise DataError(f"{printable(path)}: not a Parquet file, or a damaged one") from None


def _check_parquet_size(metadata: "pyarrow.parquet.FileMetaData", where: str) -> None:
    """What the file says it holds is looked at before anything is decompressed.

    Of whole row groups only: asked for a single column of a damaged file, pyarrow 26 ends the process.
    """
    size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    if metadata.num_rows > MAX_ENTRIES or size > _MAX_PARQUET_BYTES:
        raise DataError(
            f"{printable(where)}: {metadata.num_rows:,} rows of {size / 2**20:,.0f} MB;"
            f" at most {MAX_ENTRIES:,} rows and {_MAX_PARQUET_BYTES // 2**20} MB are accepted"
        )


def _cells(column: "pyarrow.ChunkedArray") -> Iterator[object]:
    """The values of a column; whole numbers become texts, as a label column may have them."""
    for chunk in column.dictionary_encode().chunks:
        words = [str(word) if type(word) is int else word for word in chunk.dictionary.to_pylist()]
        for index in chunk.indices.to_pylist():
            yield None if index is None else words[index]


def is_table(path: Path) -> bool:
    """Whether the first line of a CSV file names the columns path and label; a Parquet file always is one."""
    if path.suffix.lower() == ".parquet":
        return True
    try:
        with path.open("rb") as file:
            header = file.readline(_LONGEST_HEADER).decode("utf-8-sig", "replace")
    except OSError:
        return False
    names = {name.strip(' "\r\n').lower() for name in re.split("[,;\t]", header)}
    return {"path", "label"} <= names


def _find_columns(header: Sequence[str], where: str) -> list[int]:
    """The places of path, label and (where there is one) split in the header."""
    names = [name.strip().lower() for name in header]
    if not {"path", "label"} <= set(names):
        found = ", ".join(map(quote, header[:8])) or "none"
        raise DataError(f"{printable(where)}: the columns are {found}; expected is {EXPECTED}")
    for name in COLUMNS:
        if names.count(name) > 1:
            raise DataError(f"{printable(where)}: the column {name} is there twice")
    return [names.index(name) for name in COLUMNS if name in names]


def _by_split(rows: Iterable[_Row], problems: Problems) -> dict[str, Entries]:
    where = problems.where
    found: dict[str, Entries] = {}
    for number, (place, (name, label, *rest)) in enumerate(rows, 1):
        if number > MAX_ENTRIES:
            raise DataError(f"{printable(where)}: more than {MAX_ENTRIES:,} rows; so many are not accepted")
        written = rest[0] if rest else "train"
        split = SPLIT_OF.get(written.strip().lower()) if isinstance(written, str) else None
        if not isinstance(name, str):
            problems.add(f"{place}the path is {kind_of(name)} (a text is expected, as 0001.jpg)")
        elif split is None:
            problems.add(
                f"{place}{quote(name)}: the split is {quote(written)} (train, val or test is expected)"
            )
        else:
            found.setdefault(split, Entries(where, problems)).add(name, label, place)
    if not found:
        problems.raise_if_any()
        raise DataError(f"{printable(where)}: the table has no rows; {EXPECTED} is expected")
    return {split: found[split] for split in SPLITS if split in found}
