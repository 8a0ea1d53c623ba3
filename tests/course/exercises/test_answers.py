"""Files of answers: JSON or lines, and one line for what cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from charmlp.course.exercises.answers import LARGEST, read_answers
from charmlp.errors import DataError


def read(folder: Path, content: str | bytes, *asked: str) -> dict[str, Any]:
    path = folder / "mine.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_answers(path, asked)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"answers": {"a": [1, -2.5]}}', [1, -2.5]),
        ('\ufeff{"a": 1e-3}', 0.001),
        ("a = 1/2", 0.5),
        ("a: −3", -3),
        ("a = .5  # a half", 0.5),
        ("# mine\n\na = [[1, 1/4],\n     [-1/2, 03]]\n", [[1, 0.25], [-0.5, 3]]),
        ("a＝[1，2]", [1, 2]),
        ("a = B", "B"),
        ("a = A、 c", "Ac"),
    ],
)
def test_forms(tmp_path: Path, content: str, expected: object) -> None:
    assert read(tmp_path, content, "a") == {"a": expected}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", 'no answer for "a"'),
        ("a = 1\nb = 2", '"b" is not asked for'),
        ("a = 1\na = 2", "line 2: a is there twice"),
        ('{"a": 1, "a": 2}', '"a" is there twice'),
        ("a = …", "line 1: a: the answer is still to be put in place of …"),
        ("a =", "the answer is still to be put"),
        ("a = 1/0", 'line 1: a: "1/0" is no number'),
        ("a = [1, 2", "line 1: a: not readable as JSON"),
        ("hello", 'line 1: expected NAME = value, not "hello"'),
        ('{"a": NaN}', "NaN is no answer"),
        ('{"a": -Infinity}', "-Infinity is no answer"),
        ('{"a": 1e999}', "a: a number too large"),
        ("a = 1e999", "a: a number too large"),
        ('{"a": ' + "9" * 5000 + "}", "mine.txt"),
        ('{"a": null}', "a: null; a number, or lists of numbers, is expected"),
        ('{"a": [true]}', "a: true or false"),
        ('{"a": {"b": 1}}', "a: an object"),
        ('{"answers": 3}', 'expected {"answers"'),
        ('{"a": 1', "not readable as JSON"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "too deep"),
        ('{"a": ' + "[" * 20 + "]" * 20 + "}", "too deep"),
        (b"\xff\xfea", "not UTF-8 (byte 0)"),
        (b" " * (LARGEST + 1), "larger than 1 MiB"),
    ],
)
def test_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, content, "a")
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "mine.txt"))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a folder"):
        read_answers(tmp_path, ["a"])
