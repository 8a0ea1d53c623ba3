"""Which layout is this? Whatever the user has, opened as one kind of thing: a `Source`.

A layout is recognised by a function here that returns what it found, a `Layout`, or None; they are tried in
the order of `_recognise_folder`.
"""

import hashlib
import os
import re
import weakref
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from charmlp.config import STYLES, Reading
from charmlp.data.archives import is_archive, unpack
from charmlp.data.cache import Files
from charmlp.data.labels import check_count, class_indices, classes_of, given_classes, notes_on
from charmlp.data.listlayouts import (
    FORMS,
    Asked,
    Layout,
    given_lists,
    lists_in,
    name_of,
    named_lists,
    one_list,
    one_table,
    tables_in_folders,
)
from charmlp.data.pack import is_pack, open_pack
from charmlp.data.readers.entries import MAX_ENTRIES
from charmlp.data.readers.folders import is_class_name, read_folders
from charmlp.data.readers.idx import idx_files, is_idx_name, read_idx, set_of
from charmlp.data.readers.namepattern import read_names
from charmlp.data.readers.pixels import PixelEntries, name_numbers
from charmlp.data.source import Part, PictureSource
from charmlp.data.unknown_layout import expected_and_found
from charmlp.errors import DataError, UsageError
from charmlp.images.folders import Listing
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLIT_OF, hold_out
from charmlp.system.files import alike, is_file, is_folder
from charmlp.text import quote, shown_path

DEFAULT_SEED = 2021
_MOST_WRAPPERS = 10  # folders that hold nothing but another one
_SYNTHETIC = "synth:"
_Path = str | os.PathLike[str]


def open_source(
    data: _Path | None = None,
    *,
    im_dir: _Path | None = None,
    lists: Mapping[str, _Path] | None = None,
    classes: str | os.PathLike[str] | Sequence[str] | None = None,
    n_classes: int | None = None,
    seed: int = DEFAULT_SEED,
    cache: bool = True,
    reading: Reading = Reading(),  # noqa: B008  # frozen
    whole: str = "train",
    faults: list[str] | None = None,
) -> Source:
    """Open and check everything about a data set except the pixels.

    data       a folder in any known layout, or a zip archive of one; one list, table or archive of arrays,
               an IDX file; a pack, whose splits are as they were packed; or `synth:`, `synth:COUNT`,
               `synth:hand:COUNT`
    lists      instead: a list for 'train', 'val' and 'test', or for some of them
    im_dir     the folder of the lists' images; by default `images/` beside the lists, or their own folder
    classes    see `charmlp.data.labels`, which also says what the classes are without it
    n_classes  the number of classes that must come out
    seed       of the validation set that is held out of the training images where there is none
    cache      decoded images are stored for later runs (`charmlp.data.cache`)
    reading    which columns hold what, and the like (`charmlp.config`)
    whole      the split that one list is for where it does not say
    faults     gets what is wrong with single entries, with labels and classes, one line each; entries that
               have no class are left out, all others are there. Without it, that raises DataError

    Raises UsageError where the arguments contradict each other, and DataError naming list and entry where
    something is wrong with the data: all problems of a list are counted, the first five shown.
    """
    given = given_classes(classes)
    if given is not None:
        check_count(given, n_classes)
    if reading.label_pattern and (data is None or not (is_folder(Path(data)) or is_archive(Path(data)))):
        raise UsageError("--label_pattern goes with a folder of images behind --data")
    if data is not None and lists is not None:
        raise UsageError("give either --data or the lists of images, not both")
    if data is not None and os.fspath(data).startswith(_SYNTHETIC):
        return _rendered(os.fspath(data), given, n_classes, seed, cache)
    asked = Asked(None if im_dir is None else Path(im_dir), reading, whole)
    if data is not None and is_file(Path(data)) and is_pack(Path(data)):
        asked.refuse_flags(f"{shown_path(data)} is a pack")
        return open_pack(Path(data), given, n_classes)
    with ExitStack() as temporary:  # what is in a zip archive goes when nobody has the source any more
        files = Files()
        if lists is not None:
            layout = given_lists({split: Path(path) for split, path in lists.items()}, asked)
        elif data is None:
            raise UsageError("no data: give --data, or lists of images")
        elif is_archive(Path(data)):
            files = Files(Path(data), unpack(Path(data), temporary))
            layout = _recognise_folder(files.unpacked, asked)
        else:
            layout = _recognise(Path(data), asked)
        source = _source(layout, given, n_classes, seed, faults)
        in_files = all(entries.folder is not None for entries in layout[0].values())
        source = replace(source, place=_place(data, lists), files=files, cache=cache and in_files)
        weakref.finalize(source, temporary.pop_all().close)
        return source


def _rendered(
    data: str, given: tuple[str, ...] | None, n_classes: int | None, seed: int, cache: bool
) -> Source:
    """`synth:`, with a style of writing, a number of letters, or both: `synth:hand:5000`."""
    from charmlp.rendering import open_rendered

    styles = ", ".join(STYLES)
    asked = re.fullmatch(rf"{_SYNTHETIC}(?:({'|'.join(STYLES)})(?::|$))?([0-9]{{1,9}})?", data.strip())
    if asked is None or not 0 < int(asked[2] or 1) <= MAX_ENTRIES:
        raise UsageError(
            f"{quote(data)}: a style ({styles}), a number of letters up to {MAX_ENTRIES:,}, "
            "or both, such as synth:hand:5000, is expected behind synth:, or nothing"
        )
    opened = partial(open_rendered, classes=given, seed=seed, style=asked[1] or "print", cache=cache)
    source = opened(int(asked[2])) if asked[2] else opened()
    check_count(source.classes, n_classes)
    return source


def _source(
    layout: Layout,
    given: tuple[str, ...] | None,
    n_classes: int | None,
    seed: int,
    faults: list[str] | None,
) -> PictureSource:
    """Labels become classes, and a validation set is held out where there is none."""
    splits, words = layout
    name_numbers([entries for entries in splits.values() if isinstance(entries, PixelEntries)], given)
    classes, odd = given, list[str]()
    if classes is None:
        first = splits.get("train") or next(iter(splits.values()))
        if faults is None:
            first.problems.raise_if_any()
        classes = classes_of(first, n_classes, faults)
        odd = notes_on(first, classes)
    parts = {}
    for split, entries in splits.items():
        indices = class_indices(entries, classes)
        parts[split] = Part(entries.names, indices, entries.pictures, entries.files)
        entries.labels = []  # of millions they take memory, and the indices say as much
    if faults is None:
        for entries in splits.values():
            entries.problems.raise_if_any(*odd)
    else:  # the parts of a table share theirs
        faults += dict.fromkeys(line for entries in splits.values() for line in entries.problems.each())
        parts = {split: part.take(part.labels >= 0) for split, part in parts.items()}
    if "train" in parts and "val" not in parts:
        whole = parts["train"]
        validates = hold_out(whole.names, whole.labels, seed)
        if validates.any():
            parts |= {"train": whole.take(~validates), "val": whole.take(validates)}
            words += f", split by seed {seed}"
    notes = tuple(dict.fromkeys(note for entries in splits.values() for note in entries.notes))
    left_out = tuple(line for entries in splits.values() for line in entries.left_out)
    return PictureSource(classes, words, parts, notes=notes + tuple(odd), left_out=left_out)


def _place(data: _Path | None, lists: Mapping[str, _Path] | None) -> str:
    """Sixteen hexadecimal digits that stand for where the letters lie, which is nobody else's business."""
    places = [data] if data is not None else [path for _, path in sorted((lists or {}).items())]
    paths = "\0".join(os.path.abspath(os.fspath(place)) for place in places)  # noqa: PTH100  # no link
    return hashlib.sha256(paths.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _recognise(data: Path, asked: Asked) -> Layout:
    """The layout of `data` itself, or DataError."""
    if is_folder(data):
        return _recognise_folder(data, asked)
    if not os.path.lexists(data):
        raise DataError(
            f"{shown_path(data)}: no such file or folder; a folder of images or a list is expected"
            f"{alike(data)}"
        )
    if is_idx_name(data.name) and (layout := _idx_files(set_of(data), asked)):
        return layout
    if data.suffix.lower() not in FORMS:
        raise DataError(
            f"{shown_path(data)}: not a list that is known here; expected is a folder, or a file that ends in"
            f" {', '.join(FORMS)}, .zip or is named as MNIST's and EMNIST's are"
        )
    return one_list(data, asked)


def _recognise_folder(data: Path, asked: Asked) -> Layout:
    """The first layout that fits, or DataError with the trees expected and found."""
    if fault := Listing.of(data).fault:
        raise DataError(f"{shown_path(data)}: cannot be listed: {fault.lower()}")
    folders = _unwrapped(data, asked)
    if asked.reading.label_pattern:
        asked.refuse_flags("--label_pattern reads names")
        words = f"labels in the names of {name_of(folders[-1])}/"
        return read_names(folders[-1], asked.reading.label_pattern), words
    layout = next(filter(None, (_layout_in(folder, asked) for folder in reversed(folders))), None)
    if layout is None:
        raise DataError(f"{shown_path(data)}: unknown layout; {expected_and_found(data)}")
    return layout


def _unwrapped(data: Path, asked: Asked) -> list[Path]:
    """`data`; where it holds nothing but one folder, that one too, and so on."""
    folders = [data]
    while len(folders) < _MOST_WRAPPERS:
        listing = Listing.of(folders[-1])
        inside = listing.subfolders()
        if len(inside) != 1 or inside[0].name.lower() in SPLIT_OF:
            break
        if any(lists_in(folders[-1], asked.reading)) or any(listing.pictures()):
            break
        folders += inside
    return folders


def _layout_in(data: Path, asked: Asked) -> Layout | None:
    lists, tables = lists_in(data, asked.reading)
    return (
        named_lists(lists, tables, asked)
        or _idx_files(idx_files(data), asked)
        or (one_table(tables, asked) if len(tables) == 1 else None)
        or tables_in_folders(data, asked)
        or _class_folders(data, asked, alone=not lists)
        or one_table(tables, asked)
        or (one_list(lists[0], asked) if len(lists) == 1 else None)
    )


def _idx_files(paths: Sequence[Path], asked: Asked) -> Layout | None:
    """MNIST's or EMNIST's files, among others perhaps."""
    if not (splits := read_idx(paths)):
        return None
    folder = paths[0].parent
    asked.refuse_flags(f"the IDX files in {shown_path(folder)} hold their images themselves")
    return dict(splits), f"IDX files in {name_of(folder)}/"


def _class_folders(data: Path, asked: Asked, *, alone: bool) -> Layout | None:
    """A folder per class; a single one is that only where it is a letter's, or stands alone."""
    splits = read_folders(data)
    labels = {label for entries in splits.values() for label in entries.labels}
    if not labels or (
        list(splits) == ["train"] and len(labels) == 1 and not alone and not all(map(is_class_name, labels))
    ):
        return None
    asked.refuse_flags(f"{shown_path(data)} has a folder per class")
    return splits, f"a folder per class in {name_of(data)}/"
