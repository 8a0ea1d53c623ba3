"""Which layout is this? Whatever the user has, opened as one kind of thing: a `Source`.

A layout is recognised by a function here that returns what it found, a `Layout`, or None; they are tried in
the order of `_recognise_folder`.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from charmlp.data.cache import ImageCache
from charmlp.data.labels import check_count, class_indices, classes_of, given_classes
from charmlp.data.readers.entries import MAX_ENTRIES, Entries, by_split
from charmlp.data.readers.folders import read_folders
from charmlp.data.readers.idx import is_idx_name, read_idx, set_of
from charmlp.data.readers.imagefiles import ImageFolder, Listing
from charmlp.data.readers.lists import read_list
from charmlp.data.readers.tables import is_table, read_csv, read_parquet
from charmlp.data.source import Part, PictureSource
from charmlp.data.unknown_layout import expected_and_found
from charmlp.errors import DataError, UsageError
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLIT_OF, SPLITS, hold_out
from charmlp.system.files import is_folder
from charmlp.text import printable, quote, shown_path

DEFAULT_SEED = 2021
IMAGES = "images"  # the folder of images that is looked for beside lists
Layout = tuple[
    dict[str, Entries], str
]  # entries of each split, and words for people: "lists in scene-letters/"
_SYNTHETIC = "synth:"
_Path = str | os.PathLike[str]
_READERS: dict[str, Callable[[Path], dict[str, Entries]]] = {
    ".json": lambda path: {"train": read_list(path)},
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
}


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
    cache      decoded images are stored for later runs (`charmlp.data.cache`)

    Raises UsageError where the arguments contradict each other, and DataError naming list and entry where
    something is wrong with the data: all problems of a list are counted, the first five shown.
    """
    given = given_classes(classes)
    if given is not None:
        check_count(given, n_classes)
    folder = None if im_dir is None else Path(im_dir)
    if data is None:
        if lists is None:
            raise UsageError("no data: give --data, or lists of images")
        layout = _given_lists({split: Path(path) for split, path in lists.items()}, folder)
    elif lists is not None:
        raise UsageError("give either --data or the lists of images, not both")
    elif os.fspath(data).startswith(_SYNTHETIC):
        return _rendered(os.fspath(data), given, n_classes, seed, cache)
    else:
        layout = _recognise(Path(data), folder)
    return _source(layout, given, n_classes, seed, cache)


def _rendered(
    data: str, given: tuple[str, ...] | None, n_classes: int | None, seed: int, cache: bool
) -> Source:
    """`synth:` or `synth:COUNT`."""
    from charmlp.rendering import open_rendered

    count = data.removeprefix(_SYNTHETIC).strip()
    if count and not (re.fullmatch("[0-9]{1,9}", count) and 0 < int(count) <= MAX_ENTRIES):
        raise UsageError(
            f"{quote(data)}: a number of letters up to {MAX_ENTRIES:,} is expected behind synth:, or nothing"
        )
    opened = partial(open_rendered, classes=given, seed=seed, cache=cache)
    source = opened(int(count)) if count else opened()
    check_count(source.classes, n_classes)
    return source


def _source(
    layout: Layout, given: tuple[str, ...] | None, n_classes: int | None, seed: int, cache: bool
) -> Source:
    """Labels become classes, and a validation set is held out where there is none."""
    splits, words = layout
    classes = given
    if classes is None:
        first = splits.get("train") or next(iter(splits.values()))
        first.problems.raise_if_any()
        classes = classes_of(first, n_classes)
    parts = {
        split: Part(tuple(entries.names), class_indices(entries, classes), entries.pictures)
        for split, entries in splits.items()
    }
    for entries in splits.values():
        entries.problems.raise_if_any()
    if "train" in parts and "val" not in parts:
        whole = parts["train"]
        validates = hold_out(whole.names, whole.labels, seed)
        if validates.any():
            parts |= {"train": whole.take(~validates), "val": whole.take(validates)}
            words += f", split by seed {seed}"
    in_files = all(entries.folder is not None for entries in splits.values())
    return PictureSource(classes, words, parts, ImageCache() if cache and in_files else None)


def _recognise(data: Path, im_dir: Path | None) -> Layout:
    """The layout of `data` itself, or DataError."""
    if is_folder(data):
        return _recognise_folder(data, im_dir)
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


def _recognise_folder(data: Path, im_dir: Path | None) -> Layout:
    """The first layout that fits, or DataError with the trees expected and found."""
    listing = Listing.of(data)
    if listing.fault:
        raise DataError(f"{shown_path(data)}: cannot be listed: {listing.fault.lower()}")
    files = [data / name for name in sorted(listing.files)]
    lists = [path for path in files if path.suffix.lower() in _READERS]
    tables = [path for path in lists if path.suffix.lower() != ".json" and is_table(path)]
    layout = (
        _named_lists(lists, im_dir)
        or _idx_files(files, im_dir)
        or (_one_list(tables[0], im_dir) if len(tables) == 1 else None)
        or _class_folders(data, im_dir)
        or (_one_list(lists[0], im_dir) if len(lists) == 1 else None)
    )
    if layout is None:
        raise DataError(f"{shown_path(data)}: unknown layout; {expected_and_found(data)}")
    return layout


def _named_lists(lists: Sequence[Path], im_dir: Path | None) -> Layout | None:
    """train.json, validation.json (or val.json) and test.json, or some of them; tables likewise."""
    if not (paths := by_split(lists, "list")):
        return None
    folder = lists[0].parent
    return _with_images(_read_each(paths), folder, im_dir, f"lists in {_name(folder)}/")


def _one_list(path: Path, im_dir: Path | None) -> Layout:
    """A list or table; without a column `split` all of it is for training."""
    words = f"{path.name} in {_name(path.parent)}/"
    return _with_images(_READERS[path.suffix.lower()](path), path.parent, im_dir, words)


def _idx_files(paths: Sequence[Path], im_dir: Path | None) -> Layout | None:
    """MNIST's or EMNIST's files, among others perhaps."""
    if not (splits := read_idx(paths)):
        return None
    folder = paths[0].parent
    _refuse_im_dir(im_dir, f"the IDX files in {shown_path(folder)} hold their images themselves")
    return splits, f"IDX files in {_name(folder)}/"


def _class_folders(data: Path, im_dir: Path | None) -> Layout | None:
    if not (splits := read_folders(data)):
        return None
    _refuse_im_dir(im_dir, f"{shown_path(data)} has a folder per class")
    return splits, f"a folder per class in {_name(data)}/"


def _refuse_im_dir(im_dir: Path | None, found: str) -> None:
    if im_dir is not None:
        raise UsageError(f"--im_dir goes with lists, but {found}")


def _given_lists(paths: Mapping[str, Path], im_dir: Path | None) -> Layout:
    """One list for each split, wherever they lie."""
    if not paths or not set(paths) <= set(SPLITS):
        raise UsageError(f"lists for {', '.join(paths) or 'no split'}; possible are {', '.join(SPLITS)}")
    beside = next(iter(paths.values())).parent
    paths = {split: paths[split] for split in SPLITS if split in paths}
    folders = {_name(path.parent) for path in paths.values()}
    if len(folders) > 1:
        words = "lists " + ", ".join(f"{_name(path.parent)}/{path.name}" for path in paths.values())
    else:  # names that say nothing new are left out
        usual = all(SPLIT_OF.get(path.stem.lower()) == split for split, path in paths.items())
        names = "" if usual else ", ".join(path.name for path in paths.values()) + " "
        words = f"{'lists' if usual or len(paths) > 1 else 'list'} {names}in {min(folders)}/"
    return _with_images(_read_each(paths), beside, im_dir, words)


def _with_images(splits: dict[str, Entries], beside: Path, im_dir: Path | None, words: str) -> Layout:
    """Lists whose images lie in `im_dir`, or in `images/` beside them, or beside them."""
    folder = im_dir or beside
    if im_dir is None and (beside / IMAGES).is_dir():  # the one of both where more of the first names are
        names = [name for entries in splits.values() for name in entries.names[:100]]
        folder = min((beside / IMAGES, beside), key=lambda folder: ImageFolder(folder).missing(names))
    images = ImageFolder(folder)
    for entries in splits.values():
        images.check(entries)
        entries.folder = folder
    if _same(folder, beside):
        words += ", images in the same folder"
    elif not _same(folder, beside / IMAGES):
        words += f", images in {_name(folder)}/"
    return splits, words


def _read_each(paths: Mapping[str, Path]) -> dict[str, Entries]:
    """Lists that are all for one split each, JSON where a suffix does not say otherwise."""
    found: dict[str, Entries] = {}
    for split, path in paths.items():
        splits = _READERS.get(path.suffix.lower(), _READERS[".json"])(path)
        if len(splits) > 1:
            raise DataError(
                f"{printable(path)}: has images of several splits ({', '.join(splits)}), but is given as the"
                " list of one; give it as --data"
            )
        (found[split],) = splits.values()
    return found


def _same(one: Path, other: Path) -> bool:
    """Whether two folders are spelled as one place."""
    return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100


def _name(folder: Path) -> str:
    """A folder's own name, also where it is given as `.` or `..`; of a drive its letter."""
    return Path(os.path.abspath(folder)).name or str(folder)  # noqa: PTH100  # Path.resolve would follow links
