"""Names with labels, as a list or a folder states them, and what is wrong with them."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from charmlp.errors import DataError
from charmlp.letters.letterset import spell_out
from charmlp.letters.names import Names
from charmlp.letters.splits import SPLIT_OF, SPLITS
from charmlp.text import forbidden_character, printable, quote

if TYPE_CHECKING:
    from PIL import Image

Picture: TypeAlias = "str | Image.Image"  # what `read_grey` reads; a million Paths take 300 MB

LONGEST_NAME = 4096  # characters; no system opens a longer path
MAX_ENTRIES = 20_000_000
MOST_KEPT = 10_000  # problems of one list; more are only counted
ABSOLUTE = "an absolute path (a path relative to the image folder is expected)"
OUTSIDE = 'leads out of the image folder (a path without ".." is expected)'


@dataclass
class Problems:
    """Everything that is wrong with one list: all counted, the first five spelled out in an error."""

    where: str
    count: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, problem: str) -> None:
        self.count += 1
        if self.count <= MOST_KEPT:
            self.lines.append(problem)

    def raise_if_any(self, *causes: str) -> None:
        """Raise one DataError, in one line, for all problems together, behind what may have caused them."""
        if self.count:
            raise DataError("; ".join((*causes, f"{printable(self.where)}: {self.summary()}")))

    def summary(self) -> str:
        several = spell_out(f"{self.count:,} problems", self.lines, self.count)
        return self.lines[0] if self.count == 1 else several

    def each(self) -> list[str]:
        """All of them, one line each, and how many there are beyond the first ten thousand."""
        more = self.count - len(self.lines)
        lines = [*self.lines, f"{more:,} problems more"] if more else self.lines
        return [f"{printable(self.where)}: {line}" for line in lines]


class Entries:
    """N (name, label) pairs in the order of their list.

    where     the list or folder, for messages
    names     paths relative to the image folder, forward slashes, each once
    labels    as written, not yet classes
    any_path  absolute paths, and those that lead out of the image folder, are entries too
    folder    the folder of the images, once it is known; None where one file holds them all
    problems  what is wrong with single entries; the parts of one table share it
    notes     what a user should know before training, one line each
    left_out  what lies there and is not read, and why, one line each
    """

    def __init__(self, where: str, problems: Problems | None = None, any_path: bool = False) -> None:
        self.where = where
        self.any_path = any_path
        self.names = Names()
        self.labels: list[str] = []
        self.folder: Path | None = None
        self.problems = Problems(where) if problems is None else problems
        self.notes: list[str] = []
        self.left_out: list[str] = []
        self._label_of: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.names)

    @property
    def pictures(self) -> Callable[[Sequence[str]], Iterable[Picture]]:
        """From some of the names to their pictures, opened when their turn comes."""
        return self.files

    @property
    def files(self) -> Callable[[Sequence[str]], Iterable[str]]:
        """From some of the names to the files that hold their pictures."""
        assert self.folder is not None
        return partial(paths_below, self.folder)

    def end(self) -> None:
        """No more are added: what repeated names are known by, a hundred bytes each, is let go."""
        self._label_of = {}

    def add(self, written_name: str, label: object, place: str = "") -> None:
        """Add one entry, or the reason why not; `place` (e.g. "line 7: ") leads the message.

        A name that occurs again counts once where the labels are equal, and is a problem where they differ.
        """
        name = normal_name(written_name)
        fault = fault_of_name(name, self.any_path) or fault_of_label(label)
        if fault is None:
            earlier = self._label_of.setdefault(name, sys.intern(str(label)))
            if earlier != label:
                fault = f"twice, with the labels {quote(earlier)} and {quote(label)}"
            elif len(self._label_of) > len(self.names):
                self.names.append(name)
                self.labels.append(earlier)
        if fault is not None:
            hint = ", or --any_path on" if fault in (ABSOLUTE, OUTSIDE) else ""
            self.problems.add(f"{place}{quote(written_name)}: {fault}{hint}")


def by_split(paths: Iterable[Path], what: str) -> dict[str, Path]:
    """The path that is named after each split, training first; other names are left out.

    What all names of folders begin with says nothing (`letters_train`, `letters_test`).
    Raises DataError where two stand for the same; `what` they are ("list") is for the message.
    """
    slash = "/" if what == "folder" else ""
    stems = {path: (path.name if slash else path.stem).lower() for path in paths}
    shared = os.path.commonprefix(list(stems.values())) if slash and len(stems) > 1 else ""  # noqa: RUF071
    shared = re.sub(r"[^ ._-]*$", "", shared)  # up to a whole word
    found: dict[str, Path] = {}
    for path, stem in stems.items():
        split = SPLIT_OF.get(stem.removeprefix(shared))
        if split in found:
            raise DataError(
                f"{printable(path.parent)}: has both {found[split].name}{slash} and {path.name}{slash};"
                f" one {what} of {SPLITS[split]} images is expected"
            )
        if split is not None:
            found[split] = path
    return {split: found[split] for split in SPLITS if split in found}


def paths_below(folder: Path, names: Iterable[str]) -> Iterable[str]:
    """The paths of files in a folder; an absolute name is one already."""
    return map(partial(os.path.join, "" if folder == Path() else folder), names)


def normal_name(name: str) -> str:
    """A path with forward slashes, `a//./b` as `a/b`; what makes it absolute stays, to be refused."""
    if len(name) > LONGEST_NAME:
        return name
    name = name.replace("\\", "/")
    if not ("//" in name or "./" in name):
        return name
    root = name[: min(2, len(name) - len(name.lstrip("/")))]  # two: of a server, on Windows
    return root + "/".join(part for part in name.split("/") if part not in ("", "."))


def fault_of_name(name: str, any_path: bool = False) -> str | None:
    """What is wrong with an entry's file name (forward slashes), or None."""
    if not name or name.endswith("/"):
        return "no file name (an image's path is expected, as 0001.jpg)"
    if len(name) > LONGEST_NAME:
        return f"a name of {len(name):,} characters (at most {LONGEST_NAME:,} are possible)"
    if not any_path and (way := way_out(name)):
        return way
    if character := forbidden_character(name):
        return f"the name has the character {character}, which no file name may have"
    return None


def way_out(name: str) -> str | None:
    """How a path (forward slashes) leads out of its folder, or None."""
    if name.startswith("/") or name[1:2] == ":":  # a drive of Windows, everywhere
        return ABSOLUTE
    return OUTSIDE if ".." in name and ".." in name.split("/") else None


def fault_of_label(label: object, what: str = "label") -> str | None:
    """What is wrong with a label as a class name, or None; `what` the label is called in messages."""
    if not isinstance(label, str):
        return f'the {what} is {kind_of(label)} (a text is expected, as "A")'
    if not label:
        return f"the {what} is empty (a class name is expected, as A)"
    if len(label) > LONGEST_NAME:
        return f"a {what} of {len(label):,} characters (at most {LONGEST_NAME:,} are accepted)"
    if label != label.strip() != "":
        return f"the {what} {quote(label)} begins or ends with a space (remove it)"
    if character := forbidden_character(label):
        return f"the {what} has the character {character}, which no class name may have"
    return None


def kind_of(value: object) -> str:
    """What a value is, in JSON's words (an object is a tuple of pairs here)."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    kinds = {str: "a text", int: "a number", float: "a number", list: "an array", tuple: "an object"}
    return kinds.get(type(value), f"of type {type(value).__name__}")
