"""A folder of images whose names hold their labels, as A_0001.png: a regular expression says where."""

from pathlib import Path

from charmlp.data.readers.entries import Entries, by_split
from charmlp.errors import DataError
from charmlp.images.folders import Listing
from charmlp.system.patterns import compiled, search
from charmlp.text import quote, shown_path

FLAG = "--label_pattern"


def read_names(data: Path, pattern: str) -> dict[str, Entries]:
    """The images in `data`, all for training, or else those in its folders train/, val/ and test/.

    Images whose names do not match are in `left_out`. Raises DataError where none does.
    """
    compiled(pattern, FLAG)
    if images := list(Listing.of(data).pictures()):
        return {"train": _matched(data, images, pattern)}
    found = {
        split: _matched(data, images, pattern)
        for split, folder in by_split(Listing.of(data).subfolders(), "folder").items()
        if (images := [f"{folder.name}/{name}" for name in Listing.of(folder).pictures()])
    }
    if not found:
        raise DataError(f"{shown_path(data)}: no images in it, which {FLAG} is for")
    return found


def _matched(data: Path, names: list[str], pattern: str) -> Entries:
    entries = Entries(f"{data.as_posix()}/")
    entries.folder = data
    labels = search(pattern, [name.rpartition("/")[2] for name in names], FLAG)
    for name, label in zip(names, labels, strict=True):
        if label is not None:
            entries.add(name, label)
    others = [name for name, label in zip(names, labels, strict=True) if label is None]
    if len(others) == len(names):
        raise DataError(
            f"{shown_path(data)}: {FLAG} {quote(pattern)} matches none of {len(names):,} names, such as"
            f" {quote(names[0])}"
        )
    if others:
        count = f"{len(others):,} of {len(names):,} names"
        entries.left_out.append(f"{quote(others[0])}: {count} do not match {FLAG}")
    return entries
