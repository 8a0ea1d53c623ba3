"""Answers of others, read with care: JSON, `{"answers": {NAME: value}}`, or lines `NAME = value`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from charmlp.errors import DataError
from charmlp.system.files import open_regular
from charmlp.text import did_you_mean, printable, quote, shown_path, some

EXPECTED = "a file of answers (JSON, or lines NAME = value)"
LARGEST = 2**20  # bytes
LINE = re.compile(r"\s*([\w'′*]+)\s*[=:＝：]\s*(.*?)\s*")
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
FRACTION = re.compile(rf"({NUMBER})\s*/\s*({NUMBER})")
BARE = re.compile(rf"(?<![\w.])({NUMBER})(?![\w.])")
SIGNS = str.maketrans(
    {"−": "-", "－": "-", "，": ",", "、": ",", "；": ";", "【": "[", "】": "]", "（": "(", "）": ")"}
)
NESTED = 8  # lists within lists


def read_answers(path: Path, asked: Iterable[str]) -> dict[str, Any]:
    """The value by name, of the names that are asked for: numbers, texts, or nested lists of them.

    Raises `DataError`, one line with the file and the entry, where it cannot be read or has other names.
    """
    with open_regular(path, EXPECTED, DataError) as file:
        content = file.read(LARGEST + 1)
    place = shown_path(path)
    if len(content) > LARGEST:
        raise DataError(f"{place}: larger than 1 MiB; {EXPECTED} is expected there")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{place}: not UTF-8 (byte {error.start}); {EXPECTED} is expected there") from None
    found = from_json(text, place) if text.lstrip().startswith("{") else from_lines(text, place)
    check_names(found, list(asked), place)
    for name, value in found.items():
        check_value(value, f"{place}: {name}")
    return found


def from_json(text: str, place: str) -> dict[str, Any]:
    value = loaded(text, place)
    if isinstance(value, dict) and set(value) == {"answers"}:
        value = value["answers"]
    if not isinstance(value, dict):
        raise DataError(f'{place}: expected {{"answers": {{NAME: value, …}}}}')
    return value


def from_lines(text: str, place: str) -> dict[str, Any]:
    """`NAME = value` a line; a value may have fractions and a matrix may go on in the next lines."""
    found: dict[str, Any] = {}
    for number, entry in joined(text):
        match = LINE.fullmatch(entry)
        if match is None:
            raise DataError(f"{place}, line {number}: expected NAME = value, not {quote(entry.strip())}")
        if match[1] in found:
            raise DataError(f"{place}, line {number}: {printable(match[1])} is there twice")
        found[match[1]] = value_of(match[2], f"{place}, line {number}: {printable(match[1])}")
    return found


def joined(text: str) -> Iterable[tuple[int, str]]:
    """Entries with the number of the line that each begins in; open brackets go on in the next line."""
    entry, begun = "", 0
    for number, line in enumerate(text.translate(SIGNS).splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        entry, begun = (f"{entry} {line}", begun) if entry else (line, number)
        if entry.count("[") <= entry.count("]"):
            yield begun, entry
            entry = ""
    if entry:
        yield begun, entry


def value_of(text: str, place: str) -> Any:
    """A number, a fraction, or lists of them in brackets; any other text is a text.

    >>> value_of("[1/2, -.5]", "")
    [0.5, -0.5]
    >>> value_of("B", ""), value_of("A, C", "")
    ('B', 'AC')
    """
    if "…" in text or not text:
        raise DataError(f"{place}: the answer is still to be put in place of …")
    if not text.startswith("["):
        text = text.removeprefix("+")
    plain = BARE.sub(lambda m: number_text(m[1]), FRACTION.sub(lambda m: divided(m, place), text))
    if re.fullmatch(r"[A-Za-z]+(?:[ ,]+[A-Za-z]+)*", plain):
        return re.sub("[ ,]", "", plain)
    return loaded(plain, place)


def divided(match: re.Match[str], place: str) -> str:
    try:
        return repr(float(match[1]) / float(match[2]))
    except (ZeroDivisionError, OverflowError):
        raise DataError(f"{place}: {quote(match[0])} is no number") from None


def number_text(text: str) -> str:
    """A number as JSON writes it: no bare point, no leading zeros; a larger one than there are is 1e999."""
    return repr(float(text)).replace("inf", "1e999")


def loaded(text: str, place: str) -> Any:
    try:
        return json.loads(text, parse_constant=no_number, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"at {error.colno}"
        raise DataError(f"{place}: not readable as JSON ({where}: {error.msg})") from None
    except RecursionError:
        raise DataError(f"{place}: lists within lists too deep to be answers") from None
    except ValueError as error:  # a constant, a name twice, a number of thousands of digits
        raise DataError(f"{place}: {printable(error)}") from None


def no_number(constant: str) -> Any:
    raise ValueError(f"{constant} is no answer; finite numbers are expected")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise ValueError(f"{quote(twice)} is there twice")
    return dict(pairs)


def check_names(found: dict[str, Any], asked: list[str], place: str) -> None:
    """All that is asked for, and nothing else."""
    unknown = next((name for name in found if name not in asked), None)
    if unknown is not None:
        hint = did_you_mean(unknown, asked) or f"; expected {', '.join(asked)}"
        same = "the same --kind, --seed and flags as the exercise?"
        raise DataError(f"{place}: {quote(unknown)} is not asked for{hint} ({same})")
    missing = [name for name in asked if name not in found]
    if missing:
        raise DataError(f"{place}: no answer for {some(missing)}")


def check_value(value: Any, place: str, depth: int = 0) -> None:
    """Raise `DataError` unless it is a finite number, a text, or lists of them, not too deep."""
    if isinstance(value, list) and depth < NESTED:
        for each in value:
            check_value(each, place, depth + 1)
    elif isinstance(value, bool) or not isinstance(value, int | float | str):
        kinds = {list: "lists too deep within lists", dict: "an object", bool: "true or false"}
        raise DataError(
            f"{place}: {kinds.get(type(value), 'null')}; a number, or lists of numbers, is expected"
        )
    elif not isinstance(value, str) and not (abs(value) <= 1e300 and math.isfinite(value)):
        raise DataError(f"{place}: a number too large to be an answer")
