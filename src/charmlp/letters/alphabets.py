"""Alphabets by name, and capital and small letters that are one class.

Where all classes are capitals, each stands for its small letters as well: a picture labelled g is a G, and
rendered letters show both. So it is with A to Z, which are the classes where nothing else is said.
"""

import re
from collections.abc import Collection

ALPHABETS = {
    "digits": "0123456789",
    "letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "alphanumeric": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
    "cyrillic": "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    # The most frequent of modern Chinese, the most frequent first.
    "chinese": "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因"
    "只从想实",
}

_CAPITAL = re.compile("[A-ZΑ-ΡΣ-ΩЀ-ЯҐ]")


def small_letters(name: str) -> tuple[str, ...]:
    """The small letters of a capital of the Latin, Greek or Cyrillic alphabet; none of any other class.

    >>> small_letters("G"), small_letters("Σ"), small_letters("g"), small_letters("É")
    (('g',), ('σ', 'ς'), (), ())
    """
    if not _CAPITAL.fullmatch(name):
        return ()
    return ("σ", "ς") if name == "Σ" else (name.lower(),)


def other_cases(classes: tuple[str, ...]) -> dict[str, str]:
    """By letter the class that it is in the other case: where all classes are capitals, or all small letters.

    >>> other_cases(("A", "Σ")), other_cases(("a", "b")), other_cases(("A", "b"))
    ({'a': 'A', 'σ': 'Σ', 'ς': 'Σ'}, {'A': 'a', 'B': 'b'}, {})
    """
    if all(small_letters(name) for name in classes):
        return {small: name for name in classes for small in small_letters(name)}
    if all(name in small_letters(name.upper()) for name in classes):
        return {name.upper(): name for name in reversed(classes)}
    return {}


def cases_apart(classes: Collection[str]) -> bool:
    """Whether a capital and one of its small letters are classes of their own.

    >>> cases_apart(("A", "B")), cases_apart(("A", "a", "B"))
    (False, True)
    """
    return any(small in classes for name in classes for small in small_letters(name))


def spelled_out(text: str) -> tuple[str, ...] | None:
    """The classes that names and ranges make, such as `digits`, `0-9,A-F` or `greek,?`; None for other texts.

    A text without a name and a range is one class a character, which the caller knows how to read. No name
    is such a text: each has a letter twice.

    >>> spelled_out("0-3,A,B"), spelled_out("0-9") == spelled_out("digits"), spelled_out("A,B")
    (('0', '1', '2', '3', 'A', 'B'), True, None)
    """
    parts = text.split(",")
    found = [_part(part) for part in parts]
    if any(classes is None for classes in found) or all(len(part) == 1 for part in parts):
        return None
    return tuple(name for classes in found if classes for name in classes)


def _part(part: str) -> str | None:
    """The characters of a name, a range of letters or digits, or one character."""
    if part in ALPHABETS:
        return ALPHABETS[part]
    if len(part) == 3 and part[1] == "-":
        between = "".join(map(chr, range(ord(part[0]), ord(part[2]) + 1)))
        return between if between.isalnum() else None
    return part if len(part) == 1 else None
