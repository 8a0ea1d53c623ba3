"""Tables whose rows name an image and its label: which column is which, and rows as entries of each split."""

import re
from collections.abc import Iterable, Sequence

from charmlp.config import Reading
from charmlp.data.readers.entries import MAX_ENTRIES, Entries, Problems, kind_of
from charmlp.errors import DataError
from charmlp.letters.splits import SPLIT_OF, SPLITS
from charmlp.text import printable, quote, some

# What people call the columns, in small letters without spaces, _, - and plural. Where the first is there, it
# is meant; an id is meant where no other is.
PATHS = (
    *("path", "image", "imagepath", "imagename", "imagefile", "imageid", "img", "imgpath", "imgname"),
    *("file", "filename", "filepath", "picture", "photo", "id"),
)
LABELS = (
    *("label", "class", "classname", "target", "letter", "character", "char", "symbol", "category"),
    *("text", "y"),
)
SPLIT = ("split",)

EXPECTED = "a table with the columns path,label or path,label,split"
FLAGS = "--path_column and --label_column name others"

Row = tuple[str, Sequence[object]]  # where it stands ("line 7: "); its path, its label and perhaps its split


class Unlabelled(DataError):
    """A table without a column of labels, as competitions have them for testing."""


def find_columns(header: Sequence[object], where: str, reading: Reading) -> list[int]:
    """The places of path, label and (where there is one) split in the header.

    Raises DataError where they are not known, Unlabelled where there are paths without labels.
    """
    path = find_column(header, PATHS, reading.path_column, "path", where)
    label = find_column(header, LABELS, reading.label_column, "label", where)
    split = find_column(header, SPLIT, "", "split", where)
    if path is None or label is None:
        raise (DataError if path is None else Unlabelled)(
            f"{printable(where)}: the columns are {some(header, 8) or 'none'}; expected is {EXPECTED}"
            f" ({FLAGS})"
        )
    return [path, label] if split is None else [path, label, split]


def find_column(
    header: Sequence[object], usual: Sequence[str], given: str, what: str, where: str
) -> int | None:
    """The place of the column called `given`; where nothing is, of the one called as usual, or None."""
    names = [str(name).strip() if given else _plain(name) for name in header]
    wanted = {given.strip()} if given else {usual[0]} if usual[0] in names else set(usual)
    places = [place for place, name in enumerate(names) if name in wanted]
    if len(places) > 1:
        places = [place for place in places if names[place] != "id"]
    if len(places) > 1:
        one, other = (quote(header[place]) for place in places[:2])
        raise DataError(
            f"{printable(where)}: {one} and {other} may both be the column of the {what}; "
            + ("rename one" if given or what == "split" else f"--{what}_column says which it is")
        )
    if given and not places:
        raise (Unlabelled if what == "label" else DataError)(
            f"{printable(where)}: --{what}_column: no column is called {quote(given)}; there are"
            f" {some(header, 8)}"
        )
    return places[0] if places else None


def _plain(name: object) -> str:
    plain = re.sub("[ _-]", "", str(name).lower())
    return plain if plain.endswith("ss") else plain.removesuffix("s")


def entries_by_split(rows: Iterable[Row], problems: Problems, reading: Reading) -> dict[str, Entries]:
    """The entries of each split that the rows name, 'train' where they name none; whole numbers as texts."""
    where = problems.where
    found: dict[str, Entries] = {}
    for number, (place, cells) in enumerate(rows, 1):
        if number > MAX_ENTRIES:
            raise DataError(f"{printable(where)}: more than {MAX_ENTRIES:,} rows; so many are not accepted")
        name, label, *rest = (str(cell) if type(cell) is int else cell for cell in cells)
        written = rest[0] if rest else "train"
        split = SPLIT_OF.get(written.strip().lower()) if isinstance(written, str) else None
        if not isinstance(name, str):
            problems.add(f"{place}the path is {kind_of(name)} (a text is expected, as 0001.jpg)")
        elif split is None:
            problems.add(
                f"{place}{quote(name)}: the split is {quote(written)} (train, val or test is expected)"
            )
        else:
            if split not in found:
                found[split] = Entries(where, problems, reading.any_path)
            found[split].add(name, label, place)
    if not found:
        problems.raise_if_any()
        raise DataError(f"{printable(where)}: the table has no rows; {EXPECTED} is expected")
    return {split: found[split] for split in SPLITS if split in found}
