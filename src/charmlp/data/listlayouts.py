"""Layouts that are lists, tables or archives: which files are read, and where their images lie."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from charmlp.config import Reading
from charmlp.data.readers.columns import Unlabelled
from charmlp.data.readers.entries import Entries, by_split
from charmlp.data.readers.imagefiles import ImageFolder
from charmlp.data.readers.jsonlines import is_json_lines, read_json_lines
from charmlp.data.readers.lists import read_list
from charmlp.data.readers.npz import is_npz, read_arrays
from charmlp.data.readers.parquet import read_parquet
from charmlp.data.readers.pixels import PixelEntries
from charmlp.data.readers.tables import is_csv_table, read_csv
from charmlp.data.readers.textlists import is_text_list, read_text_list
from charmlp.errors import DataError, UsageError
from charmlp.images.folders import Listing
from charmlp.letters.splits import SPLIT_OF, SPLITS
from charmlp.system.files import is_folder
from charmlp.text import printable, quote, shown_path, some

IMAGES = "images"  # the folder of images that is looked for beside lists


class Form(NamedTuple):
    """What a list may be, by the suffix of its file.

    read     its entries
    fits     whether a file is one by its beginning, whatever it is called; None: by its name alone
    columns  whether it has them
    """

    read: Callable[[Path, Reading], dict[str, Entries]]
    fits: Callable[[Path, Reading], bool] | None = None
    columns: bool = False


FORMS = {
    ".json": Form(read_list),
    ".jsonl": Form(read_json_lines, is_json_lines, columns=True),
    ".txt": Form(read_text_list, is_text_list),
    ".csv": Form(read_csv, is_csv_table, columns=True),
    ".tsv": Form(read_csv, is_csv_table, columns=True),
    ".parquet": Form(read_parquet, lambda path, reading: True, columns=True),
    ".npz": Form(read_arrays, is_npz),
}
_SAMPLE = re.compile("sample_?submission", re.IGNORECASE)  # a competition's, of what to hand in
_SET_AND_SPLIT = re.compile(
    r"(?:(?P<set>.+)[ _.-])?(?P<split>train(ing)?|val(id(ation)?)?|test(ing)?)([ _.-]?(set|data|labels?))*",
    re.IGNORECASE,
)
_FIRST = 100  # names by which a folder of images is recognised

# Entries of each split, and words for people: "lists in scene-letters/"
Layout = tuple[dict[str, Entries], str]


@dataclass(frozen=True)
class Asked:
    """What a user says about lists.

    im_dir   the folder of their images
    reading  which columns hold what, and the like
    whole    the split that one list is for where it does not say
    """

    im_dir: Path | None
    reading: Reading
    whole: str = "train"

    def refuse_flags(self, found: str) -> None:
        """Raise UsageError where something was said of lists, but something else was `found`."""
        self.refuse_im_dir(found)
        self.refuse_columns(found)

    def refuse_im_dir(self, found: str) -> None:
        """Raise UsageError where a folder of a list's images was given, but something else was `found`."""
        if self.im_dir is not None:
            raise UsageError(f"--im_dir goes with lists, but {found}")

    def refuse_columns(self, found: str) -> None:
        """Raise UsageError where a table's columns were given, but something else was `found`."""
        if self.reading.path_column or self.reading.label_column:
            flag = "--path_column" if self.reading.path_column else "--label_column"
            raise UsageError(f"{flag} goes with tables, but {found}")


def lists_in(folder: Path, reading: Reading) -> tuple[list[Path], list[Path]]:
    """The files in a folder that may be lists by their names; and those that are tables by their content."""
    files = [folder / name for name in sorted(Listing.of(folder).files) if not _SAMPLE.match(name)]
    forms = {path: FORMS[path.suffix.lower()] for path in files if path.suffix.lower() in FORMS}
    tables = [path for path, form in forms.items() if form.fits and form.fits(path, reading)]
    return [path for path in forms if path in tables or path.suffix.lower() != ".txt"], tables


def named_lists(lists: Sequence[Path], tables: Sequence[Path], asked: Asked) -> Layout | None:
    """train.json, validation.json (or val.json) and test.json, or some of them; tables likewise.

    Names of tables may begin with another word, as sign_mnist_train.csv and sign_mnist_test.csv.
    """
    if not (paths := by_split(lists, "list") or _of_one_set(tables)):
        return None
    folder = lists[0].parent
    return _with_images(_read_each(paths, asked), folder, asked, f"lists in {name_of(folder)}/")


def _of_one_set(tables: Sequence[Path]) -> dict[str, Path]:
    """The tables of the only set that has one for training, by the splits in their names."""
    sets: dict[str, list[tuple[str, Path]]] = {}
    for path in tables:
        if match := _SET_AND_SPLIT.fullmatch(path.stem):
            sets.setdefault(match["set"] or "", []).append((SPLIT_OF[match["split"].lower()], path))
    sets = {name: paths for name, paths in sets.items() if any(split == "train" for split, _ in paths)}
    if len(sets) > 1 or any(len(dict(paths)) < len(paths) for paths in sets.values()):
        raise _competing(tables)
    return {split: path for paths in sets.values() for split, path in paths}


def _competing(tables: Sequence[Path]) -> DataError:
    names = some([path.name for path in tables])
    return DataError(
        f"{shown_path(tables[0].parent)}: has {len(tables)} tables ({names}); give the one that is meant as"
        " --data, or call them train, val and test"
    )


def one_list(path: Path, asked: Asked) -> Layout:
    """A list or table; where it says no split, and its paths neither, all of it is for training."""
    splits = _read(path, asked)
    if list(splits) == ["train"]:
        splits = _by_folder(splits["train"]) or {asked.whole: splits["train"]}
    return _with_images(splits, path.parent, asked, f"{path.name} in {name_of(path.parent)}/")


def _by_folder(whole: Entries) -> dict[str, Entries]:
    """The splits of a list whose every path begins with train/, val/ or test/; nothing of another."""
    splits = [SPLIT_OF.get(name.partition("/")[0].lower(), "") for name in whole.names]
    if not all(splits) or len(set(splits)) < 2:
        return {}
    found = {
        split: Entries(whole.where, whole.problems, whole.any_path) for split in SPLITS if split in splits
    }
    for split, name, label in zip(splits, whole.names, whole.labels, strict=True):
        found[split].add(name, label)
    return found


def one_table(tables: Sequence[Path], asked: Asked) -> Layout | None:
    """The only table of a folder; raises DataError where there are several."""
    if len(tables) > 1:
        raise _competing(tables)
    return one_list(tables[0], asked) if tables else None


def tables_in_folders(data: Path, asked: Asked) -> Layout | None:
    """A table in each of train/, val/ and test/, beside its images, as Hugging Face has them."""
    splits: dict[str, Entries] = {}
    for split, folder in by_split(Listing.of(data).subfolders(), "folder").items():
        _, tables = lists_in(folder, asked.reading)
        if len(tables) > 1:
            raise _competing(tables)
        for path in tables:
            found = _read_each({split: path}, asked)
            splits |= _with_images(found, folder, asked, "")[0]
    return (splits, f"a table in each folder of {name_of(data)}/") if splits else None


def given_lists(paths: Mapping[str, Path], asked: Asked) -> Layout:
    """One list for each split, wherever they lie."""
    if not paths or not set(paths) <= set(SPLITS):
        raise UsageError(f"lists for {', '.join(paths) or 'no split'}; possible are {', '.join(SPLITS)}")
    beside = next(iter(paths.values())).parent
    paths = {split: paths[split] for split in SPLITS if split in paths}
    folders = {name_of(path.parent) for path in paths.values()}
    if len(folders) > 1:
        words = "lists " + ", ".join(f"{name_of(path.parent)}/{path.name}" for path in paths.values())
    elif all(SPLIT_OF.get(path.stem.lower()) == split for split, path in paths.items()):
        words = f"lists in {min(folders)}/"  # names that say nothing new are left out
    else:
        names = ", ".join(path.name for path in paths.values())
        place = min(folders)
        words = f"lists {names} in {place}/" if len(paths) > 1 else f"list {names} in {place}/"
    return _with_images(_read_each(paths, asked), beside, asked, words)


def _read_each(paths: Mapping[str, Path], asked: Asked) -> dict[str, Entries]:
    """Lists that are all for one split each; test lists without labels are left out beside others."""
    found: dict[str, Entries] = {}
    left_out = []
    for split, path in paths.items():
        try:
            splits = _read(path, asked)
        except Unlabelled:
            if split != "test" or not found:
                raise
            left_out.append(f"{path.name}: has no column of labels")
            continue
        if len(splits) > 1:
            raise DataError(
                f"{printable(path)}: has images of several splits ({', '.join(splits)}), but is given as the"
                " list of one; give it as --data"
            )
        (found[split],) = splits.values()
    next(iter(found.values())).left_out += left_out
    return found


def _read(path: Path, asked: Asked) -> dict[str, Entries]:
    """The splits of a list, in JSON where its suffix does not say otherwise."""
    form = FORMS.get(path.suffix.lower(), FORMS[".json"])
    if not form.columns:
        asked.refuse_columns(f"{shown_path(path)} has no columns")
    return form.read(path, asked.reading)


def _with_images(splits: dict[str, Entries], beside: Path, asked: Asked, words: str) -> Layout:
    """Each split with the folder of its images, where its file does not hold them itself."""
    folders = []
    for split, entries in splits.items():
        if isinstance(entries, PixelEntries):
            asked.refuse_im_dir(f"{shown_path(entries.where)} holds its images itself")
        else:
            entries.end()
            entries.folder = asked.im_dir or _image_folder(entries.names[:_FIRST], beside, split)
            ImageFolder(entries.folder).check(entries)
            folders.append(entries.folder)
    if any(_same(folder, beside) for folder in folders):
        words += ", images in the same folder"
    elif not all(_same(folder, beside / IMAGES) for folder in folders):
        words += f", images in {' and '.join(dict.fromkeys(f'{name_of(folder)}/' for folder in folders))}"
    return splits, words


def _image_folder(names: Sequence[str], beside: Path, split: str) -> Path:
    """`images/` beside a list or its own folder, where more of the names are; or else another beside it."""

    def missing(folder: Path) -> int:
        return ImageFolder(folder).missing(names)

    folder = min(filter(is_folder, (beside / IMAGES, beside)), key=missing)
    if not names or missing(folder) < len(names):
        return folder
    others = [other for other in Listing.of(beside).subfolders() if not Listing.of(other).fault]
    others.sort(key=lambda other: SPLIT_OF.get(other.name.lower()) != split)  # of train.csv, train/ first
    folder = min((folder, *others), key=missing)
    if missing(folder) == len(names) > missing(Path()):
        raise DataError(
            f"{quote(names[0])}: no such image in {shown_path(folder)}, but in the current folder; --im_dir ."
            " reads it from there"
        )
    return folder


def _same(one: Path, other: Path) -> bool:
    """Whether two folders are spelled as one place."""
    return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100


def name_of(folder: Path) -> str:
    """A folder's own name, also where it is given as `.` or `..`; of a drive its letter."""
    return Path(os.path.abspath(folder)).name or str(folder)  # noqa: PTH100  # Path.resolve would follow links
