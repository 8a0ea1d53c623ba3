"""A folder per class: `DATA/train/A/*.png`, `DATA/val/A/*.png`, `DATA/test/A/*.png`, or `DATA/A/*.png`."""

import string
from pathlib import Path

from charmlp.data.readers.entries import Entries, by_split, fault_of_label
from charmlp.data.readers.imagefiles import Listing
from charmlp.images.filekinds import is_image_name
from charmlp.text import quote


def read_folders(data: Path) -> dict[str, Entries]:
    """The entries of each split of a folder-per-class layout; names are relative to `data`.

    Without folders named after the splits there is one split, 'train'. Images lie directly in the folder of
    their class; hidden files, and files without the suffix of an image, are left out.
    Nothing comes back where `data` has another layout.
    """
    parts = by_split(subfolders(data), "folder")
    found = {split: _read_classes(folder, data) for split, folder in (parts or {"train": data}).items()}
    labels = {label for entries in found.values() for label in entries.labels}
    if not labels or (not parts and len(labels) == 1 and not labels & set(string.ascii_letters)):
        return {}  # one folder of images alone is not a folder per class
    for entries in found.values():
        if not entries.names:
            entries.problems.add("no images in a folder per class, as A/0001.png")
    return found


def subfolders(folder: Path) -> list[Path]:
    """The folders in `folder`, sorted; without hidden ones and those of systems (@eaDir, __MACOSX)."""
    names = Listing.of(folder).folders
    return [folder / name for name in sorted(names) if not name.startswith((".", "__", "@"))]


def _read_classes(folder: Path, data: Path) -> Entries:
    entries = Entries(f"{folder.as_posix()}/")
    entries.folder = data
    for class_folder in subfolders(folder):
        listing = Listing.of(class_folder)
        images = sorted(filter(is_image_name, listing.files))
        if listing.fault:
            entries.problems.add(f"{quote(class_folder.name)}: cannot be listed: {listing.fault}")
        elif images and (fault := fault_of_label(class_folder.name, "folder name")):
            entries.problems.add(f"{quote(class_folder.name)}: {fault}")
        place = class_folder.relative_to(data).as_posix()
        entries.names += [f"{place}/{name}" for name in images]
        entries.labels += [class_folder.name] * len(images)
    return entries
