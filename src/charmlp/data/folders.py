"""A folder per class: `DATA/train/A/*.png`, `DATA/val/A/*.png`, `DATA/test/A/*.png`, or `DATA/A/*.png`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from charmlp.data.entries import Entries, fault_of_label, quote
from charmlp.data.imagefiles import is_image_name
from charmlp.errors import DataError, printable

SPLIT_OF = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


def read_folders(data: Path) -> dict[str, Entries]:
    """The entries of each split of a folder-per-class layout; names are relative to `data`.

    Without folders named after the splits there is one split, 'train'. Images may lie at any depth below
    their class's folder; hidden files and files that are no images by their suffix are left out.
    An empty answer means that `data` has another layout.
    """
    folders = subfolders(data)
    by_split: dict[str, Path] = {}
    for folder in folders:
        split = SPLIT_OF.get(folder.name.lower())
        if split is not None:
            if split in by_split:
                raise DataError(
                    f"{printable(data)}: has both {by_split[split].name}/ and {folder.name}/;"
                    " one folder for each split is expected"
                )
            by_split[split] = folder
    found = {split: _read_classes(folder, data) for split, folder in (by_split or {"train": data}).items()}
    return {split: entries for split, entries in found.items() if entries.names or entries.problems.count}


def subfolders(folder: Path) -> list[Path]:
    """The folders in `folder`, sorted, hidden ones left out."""
    try:
        with os.scandir(folder) as found:
            names = sorted(item.name for item in found if item.is_dir())
    except OSError as error:
        raise DataError(f"{printable(folder)}: cannot be listed: {error.strerror}") from None
    return [folder / name for name in names if not name.startswith((".", "__"))]


def _read_classes(folder: Path, data: Path) -> Entries:
    entries = Entries(f"{printable(folder)}/")
    for class_folder in subfolders(folder):
        names = sorted(_images_below(class_folder, data))
        fault = fault_of_label(class_folder.name)
        if fault and names:
            entries.problems.add(f"{quote(class_folder.name)}: {fault.replace('label', 'folder name')}")
        elif names:
            entries.names += names
            entries.labels += [class_folder.name] * len(names)
    return entries


def _images_below(folder: Path, data: Path) -> Iterator[str]:
    """The image files below `folder`, relative to `data`. Links to folders are not followed: no circles."""
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        place = Path(os.path.relpath(parent, data)).as_posix()
        yield from (f"{place}/{name}" for name in files if is_image_name(name))


def _refuse(error: OSError) -> None:
    raise DataError(f"{printable(error.filename)}: cannot be listed: {error.strerror}")
