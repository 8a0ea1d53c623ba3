"""Parquet tables (extra `parquet`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.config import Reading
from charmlp.data.readers.columns import EXPECTED, entries_by_split, find_columns
from charmlp.data.readers.entries import MAX_ENTRIES, Entries, Problems
from charmlp.data.readers.textfiles import MAX_LIST_BYTES
from charmlp.errors import DataError
from charmlp.system.extras import require_extra
from charmlp.system.files import check_regular
from charmlp.text import printable

if TYPE_CHECKING:
    import pyarrow

_MAX_BYTES = 512 * 2**20  # uncompressed


def read_parquet(path: Path, reading: Reading) -> dict[str, Entries]:
    """As `read_csv`, from a Parquet file; labels may be texts or whole numbers."""
    parquet = require_extra("pyarrow.parquet", "parquet", "a Parquet table")
    arrow = require_extra("pyarrow", "parquet", "a Parquet table")
    where = str(path)
    if check_regular(path, EXPECTED, DataError) > MAX_LIST_BYTES:
        raise DataError(f"{printable(path)}: more than {MAX_LIST_BYTES // 2**20} MB; {EXPECTED} is expected")
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            columns = [schema.names[column] for column in find_columns(schema.names, where, reading)]
            for name in columns:
                if arrow.types.is_nested(kind := schema.field(name).type):
                    raise DataError(f"{printable(path)}: the column {name} holds {kind}; texts are expected")
            _check_size(file.metadata, where)
        # Texts stay in dictionary form: a file of a few bytes may repeat a long one a million times.
        with parquet.ParquetFile(path, read_dictionary=columns) as file:
            table = file.read(columns=columns)
        table.validate(full=True)
        cells = zip(*(_cells(table[name]) for name in columns), strict=True)
        rows = ((f"row {number:,}: ", row) for number, row in enumerate(cells, 1))
        return entries_by_split(rows, Problems(where), reading)
    except (arrow.ArrowException, OSError, ValueError):  # ValueError: texts that are not UTF-8
        raise DataError(f"{printable(path)}: not a Parquet file, or a damaged one") from None


def _check_size(metadata: "pyarrow.parquet.FileMetaData", where: str) -> None:
    """What the file says it holds is looked at before anything is decompressed.

    Of whole row groups only: asked for a single column of a damaged file, pyarrow 26 ends the process.
    """
    size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    if metadata.num_rows > MAX_ENTRIES or size > _MAX_BYTES:
        raise DataError(
            f"{printable(where)}: {metadata.num_rows:,} rows of {size / 2**20:,.0f} MB;"
            f" at most {MAX_ENTRIES:,} rows and {_MAX_BYTES // 2**20} MB are accepted"
        )


def _cells(column: "pyarrow.ChunkedArray") -> Iterator[object]:
    for chunk in column.dictionary_encode().chunks:
        words = chunk.dictionary.to_pylist()
        for index in chunk.indices.to_pylist():
            yield None if index is None else words[index]
