"""Which layout is this? Whatever the user has, opened as one kind of thing: a `Source`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from charmlp.data.entries import MAX_ENTRIES, Entries
from charmlp.data.folders import read_folders
from charmlp.data.idx import is_idx_name, read_idx, set_of
from charmlp.data.imagecache import ImageCache
from charmlp.data.imagefiles import ImageFolder, Listing
from charmlp.data.labels import check_count, class_indices, classes_of, given_classes
from charmlp.data.lists import read_list
from charmlp.data.pictures import Part, Picture, PictureSource
from charmlp.data.tables import is_table, read_csv, read_parquet
from charmlp.data.trees import expected_and_found
from charmlp.errors import DataError, UsageError
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLIT_OF, SPLITS, hold_out
from charmlp.text import printable, quote, shown_path

DEFAULT_SEED = 2021
IMAGES = "images"  # the folder of images that is looked for beside lists
_SYNTHETIC = "synth:"
_Path = str | os.PathLike[str]
_READERS: dict[str, Callable[[Path], dict[str, Entries]]] = {
    ".json": lambda path: {"train": read_list(path)},
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
}


@dataclass(frozen=True)
class _Layout:
    """What was recognised.

    splits  the entries of each split
    open    from a split's name to the function from an entry's index to its picture
    words   for people: "lists in scene-letters/"
    """

    splits: dict[str, Entries]
    open: Callable[[str], Callable[[int], Picture]]
    words: str


def open_source(
    data: _Path | None = None,
    *,
    im_dir: _Path | None = None,
    lists: Mapping[str, _Path] | None = None,
    classes: str | os.PathLike[str] | Sequence[str] | None = None,
    n_classes: int | None = None,
    seed: int = DEFAULT_SEED,
    cache: bool = True,
) -> Source:
    """Open and check everything about a data set except the pixels.

    data       a folder in any known layout, one list or table, an IDX file, or `synth:`, `synth:COUNT`
    lists      instead: a list for 'train', 'val' and 'test', or for some of them
    im_dir     the folder of the lists' images; by default `images/` beside the lists, or their own folder
    classes    see `charmlp.data.labels`, which also says what the classes are without it
    n_classes  the number of classes that must come out
    seed       of the validation set that is held out of the training images where there is none
    cache      decoded images are kept for later runs (`charmlp.data.imagecache`)

    Raises UsageError where the arguments contradict each other, and DataError naming list and entry where
    something is wrong with the data: all problems of a list are counted, the first five shown.
    """
    given = given_classes(classes)
    if given is not None:
        check_count(given, n_classes)
    if data is None:
        if lists is None:
            raise UsageError("no data: give --data, or lists of images")
        layout = _given_lists({split: Path(path) for split, path in lists.items()}, im_dir)
    elif lists is not None:
        raise UsageError("give either --data or the lists of images, not both")
    elif os.fspath(data).startswith(_SYNTHETIC):
        return _rendered(os.fspath(data), given, n_classes, seed)
    else:
        layout = _recognise(Path(data), im_dir)
    return _source(layout, given, n_classes, seed, ImageCache() if cache else None)


def _rendered(data: str, given: tuple[str, ...] | None, n_classes: int | None, seed: int) -> Source:
    """`synth:` or `synth:COUNT`."""
    from charmlp.rendering import open_rendered

    count = data.removeprefix(_SYNTHETIC).strip()
    if count and not (re.fullmatch("[0-9]{1,9}", count) and 0 < int(count) <= MAX_ENTRIES):
        raise UsageError(
            f"{quote(data)}: a number of letters up to {MAX_ENTRIES:,} is expected behind synth:, or nothing"
        )
    source: Source
    if count:
        source = open_rendered(int(count), given, seed)
    else:
        source = open_rendered(classes=given, seed=seed)
    check_count(source.classes, n_classes)
    return source


def _source(
    layout: _Layout,
    given: tuple[str, ...] | None,
    n_classes: int | None,
    seed: int,
    cache: ImageCache | None,
) -> Source:
    """Labels become classes, and a validation set is held out where there is none."""
    classes = given
    if classes is None:
        first = layout.splits.get("train") or next(iter(layout.splits.values()))
        first.problems.raise_if_any()
        classes = classes_of(first, n_classes)
    parts = {}
    for split, entries in layout.splits.items():
        labels = class_indices(entries, classes)
        parts[split] = Part(tuple(entries.names), labels, partial(layout.open, split))
    for entries in layout.splits.values():
        entries.problems.raise_if_any()
    words = layout.words
    if "train" in parts and "val" not in parts:
        whole = parts["train"]
        validates = hold_out(whole.names, whole.labels, seed)
        if validates.any():
            parts |= {"train": whole.take(~validates), "val": whole.take(validates)}
            words += f", split by seed {seed}"
    return PictureSource(classes, words, parts, cache)


def _recognise(data: Path, im_dir: _Path | None) -> _Layout:
    """The layout of `data` itself, or DataError with the trees expected and found."""
    if os.path.isdir(data):  # noqa: PTH112  # Path.is_dir raises where a parent may not be entered
        listing = Listing.of(data)
        if listing.fault:
            raise DataError(f"{shown_path(data)}: cannot be listed: {listing.fault.lower()}")
        files = [data / name for name in sorted(listing.files)]
        lists = [path for path in files if path.suffix.lower() in _READERS]
        tables = [path for path in lists if path.suffix.lower() != ".json" and is_table(path)]
        layout = (
            _named_lists(lists, im_dir)
            or _idx_files(files, im_dir)
            or _lone_list(tables, im_dir)
            or _class_folders(data, im_dir)
            or _lone_list(lists, im_dir)
        )
        if layout is None:
            raise DataError(f"{shown_path(data)}: unknown layout; {expected_and_found(data)}")
        return layout
    if not os.path.lexists(data):
        raise DataError(
            f"{shown_path(data)}: no such file or folder; a folder of images or a list is expected"
        )
    if is_idx_name(data.name) and (layout := _idx_files(set_of(data), im_dir)):
        return layout
    if data.suffix.lower() not in _READERS:
        raise DataError(
            f"{shown_path(data)}: not a list that is known here; expected is a folder, or a file that ends in"
            f" {', '.join(_READERS)} or is named as MNIST's and EMNIST's are"
        )
    return _one_list(data, im_dir)


def _named_lists(lists: Sequence[Path], im_dir: _Path | None) -> _Layout | None:
    """train.json, validation.json (or val.json) and test.json, or some of them; tables likewise."""
    paths: dict[str, Path] = {}
    for path in lists:
        split = SPLIT_OF.get(path.stem.lower())
        if split is not None:
            if split in paths:
                raise DataError(
                    f"{printable(path.parent)}: has both {paths[split].name} and {path.name};"
                    f" one list of {SPLITS[split]} images is expected"
                )
            paths[split] = path
    if not paths:
        return None
    splits = {split: _read_one(paths[split]) for split in SPLITS if split in paths}
    folder = lists[0].parent
    return _lists(splits, folder, im_dir, f"lists in {_name(folder)}/")


def _lone_list(lists: Sequence[Path], im_dir: _Path | None) -> _Layout | None:
    """The only list or table of a folder, whatever its name."""
    return _one_list(lists[0], im_dir) if len(lists) == 1 else None


def _one_list(path: Path, im_dir: _Path | None) -> _Layout:
    """A list or table; without a column `split` all of it is for training."""
    return _lists(_read(path), path.parent, im_dir, f"{path.name} in {_name(path.parent)}/")


def _idx_files(paths: Iterable[Path], im_dir: _Path | None) -> _Layout | None:
    """MNIST's or EMNIST's files, among others perhaps."""
    splits = read_idx(paths)
    if not splits:
        return None
    first = next(iter(splits.values())).path
    if im_dir is not None:
        raise UsageError(f"--im_dir goes with lists, but {printable(first)} holds its images itself")
    return _Layout(
        {split: splits[split].entries for split in SPLITS if split in splits},
        lambda split: splits[split].open(),
        f"IDX files in {_name(first.parent)}/",
    )


def _class_folders(data: Path, im_dir: _Path | None) -> _Layout | None:
    splits = read_folders(data)
    if not splits:
        return None
    if im_dir is not None:
        raise UsageError(f"--im_dir goes with lists, but {shown_path(data)} has a folder per class")
    return _files(splits, data, f"a folder per class in {_name(data)}/")


def _given_lists(paths: Mapping[str, Path], im_dir: _Path | None) -> _Layout:
    """One list for each split, wherever they lie."""
    if not paths or not set(paths) <= set(SPLITS):
        raise UsageError(f"lists for {', '.join(paths) or 'no split'}; possible are {', '.join(SPLITS)}")
    splits = {split: _read_one(paths[split]) for split in SPLITS if split in paths}
    beside = next(iter(paths.values())).parent
    return _lists(splits, beside, im_dir, _words(paths))


def _words(paths: Mapping[str, Path]) -> str:
    """Where lists lie, for people; names that say nothing new are left out."""
    folders = {_name(path.parent) for path in paths.values()}
    in_order = [(split, paths[split]) for split in SPLITS if split in paths]
    if len(folders) > 1:
        return "lists " + ", ".join(f"{_name(path.parent)}/{path.name}" for _, path in in_order)
    usual = all(SPLIT_OF.get(path.stem.lower()) == split for split, path in in_order)
    names = "" if usual else ", ".join(path.name for _, path in in_order) + " "
    return f"{'lists' if usual or len(paths) > 1 else 'list'} {names}in {min(folders)}/"


def _lists(splits: dict[str, Entries], beside: Path, im_dir: _Path | None, words: str) -> _Layout:
    """Lists whose images lie in `im_dir`, or in `images/` beside them, or beside them."""
    if im_dir is not None:
        folder = Path(im_dir)
    else:
        folder = _image_folder(beside, splits.values())
    images = ImageFolder(folder)
    for entries in splits.values():
        images.check(entries)
    if _same(folder, beside):
        words += ", images in the same folder"
    elif not _same(folder, beside / IMAGES):
        words += f", images in {_name(folder)}/"
    return _files(splits, folder, words)


def _image_folder(beside: Path, lists: Iterable[Entries]) -> Path:
    """`images/` beside the lists, or their own folder: where more of the first names are."""
    if not (beside / IMAGES).is_dir():
        return beside
    first_names = [name for entries in lists for name in entries.names[:100]]
    return min((beside / IMAGES, beside), key=lambda folder: ImageFolder(folder).missing(first_names))


def _files(splits: dict[str, Entries], folder: Path, words: str) -> _Layout:
    """Entries whose names are files below `folder`."""

    def open_split(split: str) -> Callable[[int], Picture]:
        names = splits[split].names
        return lambda index: folder / names[index]

    return _Layout(splits, open_split, words)


def _read(path: Path) -> dict[str, Entries]:
    return _READERS[path.suffix.lower()](path)


def _read_one(path: Path) -> Entries:
    """A list that is all for one split, JSON where its suffix does not say otherwise."""
    if path.suffix.lower() not in _READERS:
        return read_list(path)
    splits = _read(path)
    if len(splits) > 1:
        raise DataError(
            f"{printable(path)}: has images of several splits ({', '.join(splits)}), but is given as the list"
            " of one; give it as --data"
        )
    return next(iter(splits.values()))


def _same(one: Path, other: Path) -> bool:
    """Whether two folders are spelled as one place."""
    return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100


def _name(folder: Path) -> str:
    """A folder's own name, also where it is given as `.` or `..`; of a drive its letter."""
    return Path(os.path.abspath(folder)).name or str(folder)  # noqa: PTH100  # Path.resolve would follow links
