"""Lists in plain text and in JSON lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.config import Reading
from charmlp.data import open_source
from charmlp.data.readers.jsonlines import is_json_lines, parse_json_lines
from charmlp.data.readers.textlists import is_text_list, parse_text_list
from charmlp.errors import DataError
from tests.data.making import make_images


@pytest.mark.parametrize(
    "text",
    [
        "a.png A\nb c.png B\n",
        "a.png\tA\r\n\r\nb c.png\tB",
        "a.png,A\nb c.png, B\n",
        "\ufeffa.png   A\nb c.png   B\n",
    ],
)
def test_text(tmp_path: Path, text: str) -> None:
    entries = parse_text_list(text.encode(), "train.txt", Reading())
    assert entries.names == ["a.png", "b c.png"] and entries.labels == ["A", "B"]
    assert not entries.problems.count
    (tmp_path / "a.txt").write_text(text)
    assert is_text_list(tmp_path / "a.txt", Reading())


def test_a_comma_in_a_name_is_no_separator() -> None:
    entries = parse_text_list(b"a,b.png A\nc.png B\n", "a.txt", Reading())
    assert entries.names == ["a,b.png", "c.png"]


@pytest.mark.parametrize("text", ["", "A dictionary of letters\n", "A\nB\n", "a.png\n", "\n\n"])
def test_a_text_that_is_no_list(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert not is_text_list(tmp_path / "a.txt", Reading())


JSON_LINES = '{"file_name": "a.png", "label": "A"}\n\n{"label": 7, "file_name": "b.png", "size": [1]}\n'


def test_json_lines(tmp_path: Path) -> None:
    (entries,) = parse_json_lines(JSON_LINES.encode(), "a.jsonl", Reading()).values()
    assert entries.names == ["a.png", "b.png"] and entries.labels == ["A", "7"]
    (tmp_path / "a.jsonl").write_text(JSON_LINES)
    assert is_json_lines(tmp_path / "a.jsonl", Reading())
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    assert not is_json_lines(tmp_path / "a.jsonl", Reading())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "", "the file is empty; a list with lines such as"),
        ("a.txt", "a.png A\nb.png\n", 'line 2: "b.png": no label behind the path'),
        ("a.txt", "a.png A\n../b.png B\n", 'line 2: "../b.png": leads out'),
        ("a.txt", "a.png A\nb.png A\na.png B\n", 'line 3: "a.png": twice, with the labels "A" and "B"'),
        ("a.jsonl", "", "the file is empty; JSON lines such as"),
        ("a.jsonl", "[1]\n", "line 1: an array; JSON lines such as"),
        ("a.jsonl", JSON_LINES + "{\n", "line 4: not JSON from column "),
        ("a.jsonl", JSON_LINES + "[" * 100_000, "line 4: brackets are nested too deep"),
        ("a.jsonl", JSON_LINES + '{"label": "A"}', "line 4: the path is null"),
        ("a.jsonl", JSON_LINES + '{"file_name": "b.png"}', 'line 4: "b.png": the label is null'),
        ("a.jsonl", JSON_LINES + '{"file_name": "c.png", "label": 1.5}', "the label is a number"),
        (
            "a.jsonl",
            JSON_LINES + '{"file_name": "c.png", "label": ' + "1" * 6000 + "}",
            "the label is a number",
        ),
        ("a.jsonl", '{"foto": "b.png"}\n', 'the columns are "foto"; expected is'),
    ],
)
def test_wrong(tmp_path: Path, name: str, text: str, words: str) -> None:
    make_images(tmp_path, ["a.png", "b.png", "c.png"])
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError) as caught:
        open_source(tmp_path / name)
    assert words in str(caught.value) and name in str(caught.value) and str(caught.value).isprintable()
