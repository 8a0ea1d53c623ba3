"""A folder per class: `DATA/train/A/*.png`, `DATA/val/A/*.png`, `DATA/test/A/*.png`, or `DATA/A/*.png`.

Images may lie in folders within their class's, and the folders of the classes in one of their own
(`DATA/train/images/A`) or in several (`DATA/writer1/A`, `DATA/writer2/A`).
"""

import re
from collections.abc import Sequence
from pathlib import Path

from charmlp.data.readers.entries import Entries, by_split, fault_of_label
from charmlp.data.readers.textfiles import as_gbk
from charmlp.images.folders import Listing, Walk
from charmlp.letters.splits import SPLIT_OF
from charmlp.text import quote

_DEEPEST = 6  # folders on the way to those of the classes


def read_folders(data: Path) -> dict[str, Entries]:
    """The entries of each split of a folder-per-class layout; names are relative to `data`.

    Folders beside those of the splits are classes for training where there is no `train/`. What is not read
    stands in `left_out` of the first split. Nothing comes back where `data` has another layout.
    """
    inside = Listing.of(data).subfolders()
    tops = by_split(inside, "folder")
    beside = [folder for folder in inside if folder not in tops.values()]
    left_out: list[str] = []
    if "train" in tops:
        images = [image for folder in beside for image in Walk(data).images_below(folder)]
        left_out += _left_out([*Listing.of(data).pictures(), *images], "beside train/")
    elif beside:
        tops = {"train": data} | tops
    found: dict[str, Entries] = {}
    for split, top in tops.items():
        entries = _read_classes(data, top, beside if top is data else Listing.of(top).subfolders())
        if split != "train" and _has_no_classes(entries, found.get("train")):
            images = Walk(data).images_below(top)
            left_out += _left_out(images, "in no folder of a class") or [f"{top.name}/: no images"]
        elif entries.names or top is not data:
            found[split] = entries
    if not any(entries.names for entries in found.values()):
        return {}
    if not (first := next(iter(found.values()))).names:
        first.problems.add("no images in a folder per class, as A/0001.png")
    first.left_out = left_out + first.left_out
    return found


def is_class_name(name: str) -> bool:
    """Whether a folder of this name is a class's, whatever lies in it: a letter, or as Chars74K has them."""
    return (len(name) == 1 and name.isalpha()) or re.fullmatch(r"Sample\d{3}", name) is not None


def _read_classes(data: Path, top: Path, folders: Sequence[Path]) -> Entries:
    """The entries of one split, whose folder is `top`; the classes are among or below `folders`."""
    entries = Entries(f"{top.as_posix()}/")
    entries.folder = data
    looking, walk = Walk(data), Walk(data)
    classes = list(filter(walk.is_new, _class_folders(folders, looking)))
    for folder in classes:
        images = walk.images_below(folder)
        if not images:
            walk.left_out.append(f"{walk.place(folder)}: no images")
        elif fault := _fault_of_name(folder.name):
            entries.problems.add(f"{quote(folder.name)}: {fault}")
        entries.names.extend(images)
        entries.labels += [folder.name] * len(images)
    for fault in walk.faults:
        entries.problems.add(fault)
    loose = [walk.place(top) + name for name in Listing.of(top).pictures()]
    entries.left_out = list(dict.fromkeys(looking.left_out + walk.left_out))
    entries.left_out += _left_out(loose, "beside the folders of the classes")
    parents = sorted({walk.place(folder.parent) for folder in classes})
    if len(parents) > 1:
        entries.notes.append(f"folders of one name in {', '.join(parents)} are one class")
    if classes and not any(any(Listing.of(folder).pictures()) for folder in classes) and entries.names:
        entries.notes.append(
            f"all images lie deeper than the folders of their classes, as {entries.names[0]}"
        )
    return entries


def _class_folders(folders: Sequence[Path], walk: Walk, levels: int = _DEEPEST) -> Sequence[Path]:
    """The folders of the classes: these, or where they only hold those of the classes, the ones below."""
    folders = walk.without_masks(folders)
    names = [folder.name for folder in folders]
    listings = [Listing.of(folder) for folder in folders]
    if levels < _DEEPEST and len(names) > 1 and any(name.lower() in SPLIT_OF for name in names):
        return ()
    if not levels or any(map(is_class_name, names)) or any(any(there.pictures()) for there in listings):
        return folders
    below = [
        _class_folders(list(filter(walk.is_new, there.subfolders())), walk, levels - 1) for there in listings
    ]
    if len(folders) == 1:
        return below[0] or folders
    classes = [folder for some in below for folder in some]
    return classes if all(below) and all(is_class_name(folder.name) for folder in classes) else folders


def _has_no_classes(entries: Entries, train: Entries | None) -> bool:
    """Whether the images of a split are in no folder, or in a single one that is no class of training."""
    labels = set(entries.labels)
    if len(labels) == 1 and train and train.names:
        (label,) = labels
        return len(label) > 1 and label not in train.labels
    return not labels


def _left_out(images: Sequence[str], why: str) -> list[str]:
    """One line about images that are not read, if there are any."""
    more = f" and {len(images) - 1:,} more" if len(images) > 1 else ""
    return [f"{images[0]}{more}: {why}"] if images else []


def _fault_of_name(name: str) -> str | None:
    """What is wrong with a folder's name as that of a class, or None."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        guess = as_gbk(name)
        probably = "" if guess is None else f" but probably GBK, {quote(guess)}"
        return f"the folder name is not UTF-8{probably}; rename the folder"
    return fault_of_label(name, "folder name")
