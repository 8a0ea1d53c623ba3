"""From labels to classes, by one rule.

1. Classes that the user gives are the classes, in the given order. Upper and lower case are one class
   ("g" is G) where all given classes are single capital letters (Latin, Greek, Cyrillic), or all small ones.
2. Otherwise, where every training label is a single ASCII letter, the classes are the 26 letters A–Z,
   also those that do not occur; upper and lower case are one class.
3. Otherwise the classes are the distinct training labels, sorted by code point, exactly as written.

Of Latin letters only the ASCII ones fold: "ı" (dotless i), "ſ" (long s) and "K" (the Kelvin sign) are none
here.
Labels are compared composed (NFC): "é" is one class, whether its accent is written apart or not.
A label of any split that is none of the classes is an error.
"""

import os
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp.data.readers.entries import Entries, fault_of_label
from charmlp.data.readers.textfiles import decode, read_bytes
from charmlp.errors import DataError, UsageError
from charmlp.letters.alphabets import other_cases, spelled_out
from charmlp.system.files import is_file
from charmlp.text import printable, quote, some

LETTERS = tuple(string.ascii_uppercase)
_MAX_CLASS_FILE_BYTES = 4 * 2**20


def given_classes(classes: str | os.PathLike[str] | Sequence[str] | None) -> tuple[str, ...] | None:
    """The classes that a user gives: a file with one class a line, names of alphabets and ranges ("greek",
    "0-9,A-Z"), a text of one-character classes ("0123456789"), or a sequence of names. None stays None.

    Raises UsageError where a class is empty, has control characters or is there twice.
    """
    if classes is None:
        return None
    where = "--classes"
    if isinstance(classes, os.PathLike) or (isinstance(classes, str) and is_file(Path(classes))):
        where += f" {quote(os.fspath(classes))}"
        data = read_bytes(Path(classes), "a file with one class a line", _MAX_CLASS_FILE_BYTES)
        lines = decode(data, os.fspath(classes)).replace("\r\n", "\n").split("\n")
        names = tuple(line for line in lines if line)
    else:
        names = (spelled_out(classes) if isinstance(classes, str) else None) or tuple(classes)
    for name in names:
        if fault := fault_of_label(name, "class"):
            raise UsageError(f"{where}: {fault}")
    if len(names) < 2:
        raise UsageError(f"{where}: at least two classes are needed, not {len(names)}")
    if twins := _twins(names):
        raise UsageError(f"{where}: {twins}")
    return names


def _twins(names: Sequence[str]) -> str | None:
    """What is wrong where two classes are, or look, the same, or None."""
    seen: dict[str, str] = {}
    for name in names:
        earlier = seen.setdefault(unicodedata.normalize("NFC", name), name)
        if earlier != name:
            points = " and ".join(" ".join(f"U+{ord(one):04X}" for one in text) for text in (earlier, name))
            return f"two classes look the same ({quote(name)}), but are different characters: {points}"
    if len(seen) < len(names):
        twice = next(name for name, count in Counter(names).items() if count > 1)
        return f"the class {quote(twice)} is there twice"
    return None


def classes_of(
    entries: Entries, n_classes: int | None = None, faults: list[str] | None = None
) -> tuple[str, ...]:
    """The classes that the labels of `entries` (the training list) make by rules 2 and 3.

    Raises DataError where they are not `n_classes`, or fewer than two; with `faults`, that is put there,
    unless there is no label at all.
    """
    labels = set(map(composed, set(entries.labels)))
    classes = LETTERS if all(map(_is_letter, labels)) else tuple(sorted(labels))
    fault = _fault_of(classes, entries, n_classes)
    if fault and (faults is None or not labels):
        raise DataError(fault)
    if fault and faults is not None:
        faults.append(fault)
    return classes


def _fault_of(classes: tuple[str, ...], entries: Entries, n_classes: int | None) -> str | None:
    """What is wrong with classes that labels make, or None."""
    where = printable(entries.where)
    if n_classes is not None and len(classes) != n_classes:
        return (
            f"{odd_label(entries) or where}: the labels make {len(classes):,} classes ({some(classes)}), not"
            f" {n_classes:,}; correct the list, or give --n_classes {len(classes)}"
        )
    if len(classes) < 2:
        return f"{where}: every label is {some(classes)}; at least two classes are needed"
    twins = _twins(classes)
    return f"{where}: {twins}" if twins else None


def composed(label: str) -> str:
    """A label with its accents composed; signs that are only held equal (Kelvin, K) stay what they are."""
    shorter = unicodedata.normalize("NFC", label)
    return shorter if len(shorter) < len(label) else label


def odd_label(entries: Entries) -> str:
    """The first label that is not a letter A–Z, where most are: probably a slip, not another alphabet."""
    odd = [number for number, label in enumerate(entries.labels) if not _is_letter(label)]
    if not 0 < len(odd) < len(entries) / 2:
        return ""
    label, name = quote(entries.labels[odd[0]]), quote(entries.names[odd[0]])
    more = f" (and {len(odd) - 1:,} more)" if len(odd) > 1 else ""
    return f"{printable(entries.where)}: {label} of {name}{more} is not a letter A–Z"


def notes_on(entries: Entries, classes: Sequence[str]) -> list[str]:
    """What a user should know about the classes that the labels of `entries` made, one line each."""
    notes = []
    if odd := odd_label(entries):
        notes.append(
            f"{odd}: the classes are the {len(classes):,} labels as written, upper and lower case apart"
        )
    labels = set(entries.labels)
    for label in sorted(labels):
        if label != composed(label) in labels:
            notes.append(
                f"{quote(label)} is written in two ways, with its accents apart and composed: one class"
            )
    return notes


def check_count(classes: Sequence[str], n_classes: int | None) -> None:
    """Raise UsageError where --classes and --n_classes contradict each other."""
    if n_classes is not None and len(classes) != n_classes:
        raise UsageError(f"--classes gives {len(classes):,} classes and --n_classes says {n_classes:,}")


def class_indices(entries: Entries, classes: Sequence[str]) -> NDArray[np.int64]:
    """int64, N: each label's index in `classes`; one that is not a class goes to `entries.problems`."""
    index_of = {composed(name): index for index, name in enumerate(classes)}
    index_of |= {letter: index_of[name] for letter, name in other_cases(tuple(classes)).items()}
    index_of |= {label: index_of.get(composed(label), -1) for label in set(entries.labels)}
    indices = np.fromiter(map(index_of.__getitem__, entries.labels), np.int64, len(entries.labels))
    for place in np.flatnonzero(indices < 0).tolist():
        entries.problems.add(
            f"{quote(entries.names[place])}: the label {quote(entries.labels[place])} is none of the"
            f" {len(classes):,} classes ({some(classes)})"
        )
    return indices


def _is_letter(label: str) -> bool:
    return len(label) == 1 and label in string.ascii_letters
