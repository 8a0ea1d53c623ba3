"""Lists that somebody got wrong, or means harm with: one line each that says where and what is expected."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import pytest

from charmlp.data import open_source
from charmlp.data.readers.textfiles import MAX_LIST_BYTES
from charmlp.errors import DataError
from tests.data.making import make_image, make_list

WHOLE = {"a.png": "A", "b.png": "b", "sub/c.png": "C"}

NOT_A_LIST = [  # the bytes of train.json, and the words that must appear in the one line
    (b"", "the file is empty"),
    (b" \n\t ", "the file is empty"),
    (b"\xef\xbb\xbf", "the file is empty"),
    (b"{}", "the list is empty"),
    (b"[]", "the list is an array"),
    (b'[{"path": "a.png", "label": "A"}]', "the list is an array"),
    (b'"a.png"', "the list is a text"),
    (b"7", "the list is a number"),
    (b"NaN", "the list is a number"),
    (b"null", "the list is null"),
    (b"true", "the list is true"),
    (b'{"a.png": "A",}', "line 1, column 14: a comma before the closing bracket"),
    (b'{"a.png": "A",\n "b.png": "B" ,\n}\n', "line 2, column 15: a comma before the closing bracket"),
    (b'{"a.png": "A", \r\n}', "line 1, column 14: a comma before the closing bracket"),
    (b'{"a.png": ["A",]}', "line 1, column 15: a comma before the closing bracket"),
    (b'{"a.png": "A"\n "b.png": "B"}', "line 2, column 2: a comma or a closing } is expected"),
    (b'{"a.png" "A"}', "line 1, column 10: a colon is expected"),
    (b"{'a.png': 'A'}", "line 1, column 2: a name in double quotes is expected"),
    (b'{"a.png": A}', 'column 11: a label in double quotes, as "A", is expected'),
    (b'{"a.png": "A"', "line 1, column 14: the text ends too early"),
    (b'{"a.png": "A', "a double quote that is never closed"),
    (b'{"a.png": "A"} {"b.png": "B"}', "column 16: more follows after the closing }"),
    (b'{"a\n.png": "A"}', "inside double quotes here"),
    (rb'{"sub\c.png": "C"}', "a single backslash"),
    (b"path,label\na.png,A\n", 'a JSON list {"0001.jpg": "A", \u2026} is expected'),
    (b"\x89PNG\r\n\x1a\n" + bytes(40), "no text but binary data; a UTF-8 text is expected"),
    (bytes(100), 'a JSON list {"0001.jpg": "A", \u2026} is expected'),
    ('{"甲.png": "甲"}'.encode("gbk"), "it looks like GBK, the encoding of a Chinese Windows"),
    ('{"a.png": "A",\n "é.png": "E"}'.encode("latin-1"), "byte 0xE9 in line 2 is not UTF-8"),
    ('{"a.png": "A"}'.encode("utf-16"), "is UTF-16"),
    ('{"a.png": "A"}'.encode("utf-16-le"), "is UTF-16"),
    ('{"a.png": "A"}'.encode("utf-16-be"), "is UTF-16"),
    (b"[" * 200_000, "brackets are nested too deep"),
    (b'{"a":' * 200_000, "brackets are nested too deep"),
    (b'{"a.png": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "brackets are nested too deep"),
]

WRONG_ENTRIES = [  # an entry beside good ones, and the words that must appear
    ('"a.png": 7', '"a.png": the label is a number'),
    ('"a.png": 1e999', '"a.png": the label is a number'),
    ('"a.png": ' + "1" * 6000, '"a.png": the label is a number'),
    ('"a.png": null', '"a.png": the label is null'),
    ('"a.png": true', '"a.png": the label is true'),
    ('"a.png": ["A"]', '"a.png": the label is an array'),
    ('"train": {"a.png": "A"}', '"train": the label is an object'),
    ('"a.png": ""', '"a.png": the label is empty'),
    ('"a.png": "A "', 'the label "A " begins or ends with a space'),
    ('"a.png": "A\\u0000"', "the label has the character U+0000"),
    ('"a.png": "\\u001b[31m"', "the label has the character U+001B"),
    ('"a.png": "\\ud800"', "the label has the character U+D800"),
    ('"a.png": "A", "a.png": "B"', '"a.png": twice, with the labels "A" and "B"'),
    ('"sub/c.png": "C", "sub\\\\c.png": "D"', '"sub\\c.png": twice, with the labels "C" and "D"'),
    ('"a.png": "A", "./a.png": "B"', '"./a.png": twice'),
    ('"": "A"', '"": no file name'),
    ('"sub/": "A"', '"sub/": no file name'),
    ('"/etc/passwd": "A"', '"/etc/passwd": an absolute path'),
    ('"C:\\\\a.png": "A"', '"C:\\a.png": an absolute path'),
    ('"c:a.png": "A"', '"c:a.png": an absolute path'),
    ('"\\\\\\\\server\\\\share\\\\a.png": "A"', "an absolute path"),
    ('"../a.png": "A"', '"../a.png": leads out of the image folder'),
    ('"sub\\\\..\\\\..\\\\a.png": "A"', "leads out of the image folder"),
    ('"a\\u0000.png": "A"', '"a\\x00.png": the name has the character U+0000'),
    ('"a\\u001b[31m.png": "A"', '"a\\x1b[31m.png": the name has the character U+001B'),
    ('"\\udc80.png": "A"', "the name has the character U+DC80"),
    ('"' + "x" * 5000 + '": "A"', "a name of 5,000 characters"),
    ('"' + "x" * 300 + '": "A"', "no such image"),
    ('"nowhere.png": "A"', '"nowhere.png": no such image in '),
    ('"folder.png": "A"', '"folder.png": a folder in '),
    ('"nofolder/a.png": "A"', '"nofolder/a.png": no folder "nofolder" in '),
    ('"a.png/b.png": "A"', '"a.png/b.png": no folder "a.png" in '),
    ('"' + "d/" * 2000 + 'a.png": "A"', 'no folder "d" in '),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images beside a good list, and a folder that is named like an image."""
    for name in WHOLE:
        make_image(tmp_path / "images" / name)
    (tmp_path / "images" / "folder.png").mkdir()
    make_list(tmp_path / "train.json", WHOLE)
    return tmp_path


def refusal(folder: Path) -> str:
    """The message for train.json, which must be fit for a terminal and name its list."""
    with pytest.raises(DataError) as caught:
        open_source(lists={"train": folder / "train.json"}, im_dir=folder / "images")
    message = str(caught.value)
    assert message.isprintable() and len(message) < 2000
    assert "train.json" in message
    return message


def test_the_good_list_is_read(folder: Path) -> None:
    source = open_source(lists={"train": folder / "train.json"}, im_dir=folder / "images")
    assert sum(source.splits.values()) == 3


@pytest.mark.parametrize(("data", "words"), NOT_A_LIST, ids=lambda value: repr(value)[:40])
def test_a_file_that_is_no_list(folder: Path, data: bytes, words: str) -> None:
    (folder / "train.json").write_bytes(data)
    assert words in refusal(folder)


@pytest.mark.parametrize(("entry", "words"), WRONG_ENTRIES, ids=lambda value: repr(value)[:40])
def test_a_wrong_entry(folder: Path, entry: str, words: str) -> None:
    (folder / "train.json").write_text('{"b.png": "B", ' + entry + "}", "utf-8")
    message = refusal(folder)
    assert words in message and "problems" not in message


def test_the_bag_has_fifty_lists() -> None:
    assert len(NOT_A_LIST) + len(WRONG_ENTRIES) >= 50


def test_all_problems_are_counted_and_five_are_shown(folder: Path) -> None:
    wrong = {f"{index:02}.png": "A" for index in range(14)} | {"a.png": 1, "b.png": "", "../c.png": "C"}
    make_list(folder / "train.json", wrong)
    message = refusal(folder)
    assert "train.json: 17 problems, the first 5: " in message
    assert message.count("; ") == 4


def test_as_many_problems_as_are_shown(folder: Path) -> None:
    make_list(folder / "train.json", {f"{index:02}.png": "A" for index in range(5)})
    assert "train.json: 5 problems: " in refusal(folder)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="this disk does not tell A.PNG from a.png")
@pytest.mark.parametrize(
    ("name", "hint"), [("A.PNG", 'did you mean "a.png"?'), ("Sub/c.png", 'did you mean "sub"?')]
)
def test_wrong_case_names_the_right_one(folder: Path, name: str, hint: str) -> None:
    make_list(folder / "train.json", {name: "A"})
    assert hint in refusal(folder)


def test_a_name_in_the_other_unicode_form(folder: Path) -> None:
    make_image(folder / "images" / "e\u0301.png")
    make_list(folder / "train.json", {"\u00e9.png": "E", "a.png": "A"})
    if (folder / "images" / "\u00e9.png").exists():  # a disk that takes both forms for one name
        assert open_source(folder).splits
    else:
        assert "did you mean" in refusal(folder)


def test_no_list_there(folder: Path) -> None:
    (folder / "train.json").unlink()
    assert "train.json: no such file; a JSON list" in refusal(folder)


def test_a_folder_for_a_list(folder: Path) -> None:
    (folder / "train.json").unlink()
    (folder / "train.json").mkdir()
    assert "train.json: a folder; a JSON list" in refusal(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_for_a_list_or_an_image_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "images" / "pipe.png")
    make_list(folder / "train.json", {"pipe.png": "A"})
    assert '"pipe.png": not a file but a pipe' in refusal(folder)
    (folder / "train.json").unlink()
    os.mkfifo(folder / "train.json")
    assert "train.json: not a file but a pipe" in refusal(folder)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no sockets among files")
def test_links_to_nowhere_and_to_themselves(folder: Path) -> None:
    (folder / "images" / "lost.png").symlink_to("nowhere.png")
    (folder / "images" / "loop.png").symlink_to("loop.png")
    make_list(folder / "train.json", {"lost.png": "A", "loop.png": "A"})
    message = refusal(folder)
    assert "train.json: 2 problems" in message and "broken link" in message


def test_a_list_of_a_gigabyte_is_not_read(folder: Path) -> None:
    with (folder / "train.json").open("wb") as file:
        file.truncate(2**30)  # takes no room on the disk
    assert f"more than {MAX_LIST_BYTES // 2**20} MB" in refusal(folder)


@pytest.mark.parametrize("im_dir", ["nowhere", "train.json", "images\0"])
def test_no_folder_of_images(folder: Path, im_dir: str) -> None:
    with pytest.raises(DataError, match="no folder of images there"):
        open_source(lists={"train": folder / "train.json"}, im_dir=folder / im_dir)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ('"a.png": "A", "a.png": "A"', "a.png"),  # repeated, but in agreement
        ('"sub\\\\c.png": "A"', "sub/c.png"),
        ('"./sub//c.png": "A"', "sub/c.png"),
        ('"..a.png": "A"', "..a.png"),
        ('"\\u7532.png": "A"', "甲.png"),
    ],
)
def test_what_is_odd_but_right(folder: Path, entry: str, name: str) -> None:
    make_image(folder / "images" / name)
    (folder / "train.json").write_bytes(b"\xef\xbb\xbf{" + entry.encode() + b"}")
    source = open_source(lists={"test": folder / "train.json"}, im_dir=folder / "images")
    assert source.load("test", (4, 4)).names == (name,)


def test_a_validation_label_that_no_training_label_is(folder: Path) -> None:
    make_list(folder / "validation.json", {"a.png": "A", "b.png": "7", "sub/c.png": "ı"})
    with pytest.raises(DataError) as caught:
        open_source(folder)
    message = str(caught.value)
    assert 'validation.json: 2 problems: "b.png": the label "7" is none of the 26 classes' in message


@pytest.mark.full  # a million of them
def test_a_million_entries_are_checked_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One listing for each folder, not one question to the disk for each file."""
    asked: list[str] = []
    scandir = os.scandir

    def counting_scandir(path: str) -> object:
        asked.append(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", counting_scandir)
    monkeypatch.setattr(Path, "is_file", lambda self: pytest.fail(f"asked the disk for {self}"))
    entries = {f"sub/{index:07}.png": "A" for index in range(1_000_000)}
    (folder / "train.json").write_text(json.dumps(entries), "utf-8")
    assert "1,000,000 problems" in refusal(folder)
    assert len(asked) <= 4


def test_a_good_list_is_no_refusal(folder: Path) -> None:
    """Negative control for `refusal`."""
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        refusal(folder)
