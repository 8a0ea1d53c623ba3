"""What was handed in is read, however it is packed; what is hostile in it is left out, and said."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from charmlp.course.grading import submissions
from charmlp.course.grading.submissions import find_submissions, read_submission
from charmlp.errors import DataError

CODE = b"x = 1\n"
WANTED = ("network.py", "losses.py")


def packed(files: dict[str, bytes], **changes: int) -> bytes:
    """A zip archive; `changes` are attributes of its entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            for attribute, value in changes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, data)
    return stream.getvalue()


def names(folder: Path) -> list[str]:
    return [each.student for each in find_submissions(folder, folder / "out")[0]]


def test_folders_and_archives_by_their_names(tmp_path: Path) -> None:
    for name in ("s10", "s2", "张三", "out", "__MACOSX", ".git"):
        (tmp_path / name).mkdir()
    for name in ("李四.zip", "a.rar", "b.tar.gz", "notes.pdf", ".DS_Store", "s2.zip", "alone.py", "..zip"):
        (tmp_path / name).write_bytes(b"")
    found, others = find_submissions(tmp_path, tmp_path / "out")
    expected = {"s2", "s10", "张三", "李四", "a", "b", "s2.zip", "alone"}
    assert {each.student for each in found} == expected and others == ["notes.pdf"]
    assert names(tmp_path).index("s2") < names(tmp_path).index("s10")


def test_names_are_each_one_and_safe_to_print(tmp_path: Path) -> None:
    for name in ("a", "a.zip", "a.zip.zip", "A", "b\x1b[31m"):
        (tmp_path / name).mkdir()
    for raw in ("王五".encode("gbk"), b"\xff\xfe"):
        os.mkdir(os.path.join(os.fsencode(tmp_path), raw))  # noqa: PTH102, PTH118
    found = names(tmp_path)
    assert len({name.casefold() for name in found}) == len(found) == 7
    assert "王五" in found and all(name.isprintable() for name in found)


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: p.write_bytes(b"")])
def test_a_folder_without_submissions_is_an_error(tmp_path: Path, make: object) -> None:
    make(tmp_path / "class")  # type: ignore[operator]
    with pytest.raises(DataError, match=r"class: (no such folder|no submission|a file); "):
        find_submissions(tmp_path / "class", tmp_path / "out")


def put(tmp_path: Path, form: str, files: dict[str, bytes]) -> Path:
    """The files as a folder, an archive, or an archive in a folder or an archive."""
    if form == "folder":
        for name, data in files.items():
            (tmp_path / "s" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "s" / name).write_bytes(data)
        return tmp_path / "s"
    if form == "archive in a folder":
        return put(tmp_path, "folder", {"我的作业.zip": packed(files)})
    content = packed({"in/it.zip": packed(files)}) if form == "archive in an archive" else packed(files)
    (tmp_path / "s.zip").write_bytes(content)
    return tmp_path / "s.zip"


@pytest.mark.parametrize("form", ["folder", "archive", "archive in a folder", "archive in an archive"])
def test_the_code_is_found_at_any_depth(tmp_path: Path, form: str) -> None:
    files = {
        "作业 2/hw2/network.py": CODE, "作业 2/hw2/losses.py": CODE, "作业 2/hw2/sub/x.txt": b"1",
        "作业 2/hw2/__pycache__/network.py": b"z", "__MACOSX/作业 2/hw2/._network.py": b"\0",
        "old/network.py": b"y = 2\n",
    }  # fmt: skip
    content = read_submission(put(tmp_path, form, files), WANTED)
    assert content.files == {"network.py": CODE, "losses.py": CODE, "sub/x.txt": b"1"}
    assert content.problem is None and content.notes == []


def test_names_in_gbk(tmp_path: Path) -> None:
    raw = packed({"AAAA/network.py": CODE}).replace(b"AAAA", "作业".encode("gbk"))
    (tmp_path / "s.zip").write_bytes(raw)
    assert read_submission(tmp_path / "s.zip", WANTED).files == {"network.py": CODE}


def test_of_two_copies_one_is_graded_and_the_student_is_told(tmp_path: Path) -> None:
    content = read_submission(put(tmp_path, "archive", {"a/network.py": CODE, "b/network.py": b"y"}), WANTED)
    assert content.files == {"network.py": CODE} and content.notes == [("several", {"place": "a"})]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "no-archive"),
        (b"PK\3\4 this is no archive", "no-archive"),
        (packed({"network.py": CODE})[:-30], "no-archive"),
        (b"Rar!\x1a\x07\x01\0", "other-archive"),
        (b"7z\xbc\xaf\x27\x1c", "other-archive"),
        (packed({}), "empty"),
        (packed({"essay.txt": b"none"}), "nothing-wanted"),
    ],
)
def test_what_cannot_be_graded_says_why(tmp_path: Path, data: bytes, key: str) -> None:
    (tmp_path / "s.zip").write_bytes(data)
    content = read_submission(tmp_path / "s.zip", WANTED)
    assert content.problem is not None and content.problem[0] == key and content.files == {}


def test_other_things_that_cannot_be_graded(tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_bytes(CODE)
    (tmp_path / "empty").mkdir()
    for name, key in (("alone.py", "lone-file"), ("empty", "empty")):
        problem = read_submission(tmp_path / name, WANTED).problem
        assert problem is not None and problem[0] == key


def test_an_archive_with_a_password(tmp_path: Path) -> None:
    raw = bytearray(packed({"network.py": CODE}))
    for sign, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flags of both headers
        at = raw.index(sign) + place
        raw[at : at + 2] = struct.pack("<H", 1)
    (tmp_path / "s.zip").write_bytes(raw)
    assert read_submission(tmp_path / "s.zip", WANTED).problem == ("encrypted", {})


@pytest.mark.parametrize(
    "name", ["../network.py", "/etc/network.py", "a/../../network.py", "C:/network.py", "..\\network.py"]
)
def test_names_that_lead_out_are_left_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "s.zip").write_bytes(packed({name: b"evil", "losses.py": CODE}))
    content = read_submission(tmp_path / "s.zip", WANTED)
    assert content.files == {"losses.py": CODE} and content.notes == [("left-out-name", {})]
    assert [path.name for path in tmp_path.iterdir()] == ["s.zip"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"secret")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "losses.py").write_bytes(CODE)
    (tmp_path / "s" / "network.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "s" / "all").symlink_to(tmp_path)
    content = read_submission(tmp_path / "s", WANTED)
    assert content.files == {"losses.py": CODE} and content.notes == [("left-out-link", {})]
    (tmp_path / "s.zip").write_bytes(packed({"network.py": b"/etc/passwd"}, external_attr=0o120777 << 16))
    assert read_submission(tmp_path / "s.zip", WANTED).files == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_folder_does_not_block(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "losses.py").write_bytes(CODE)
    os.mkfifo(tmp_path / "s" / "network.py")
    assert read_submission(tmp_path / "s", WANTED).files == {"losses.py": CODE}


def test_bombs_are_left_out_and_the_code_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = bytes(3 * 2**20)
    monkeypatch.setattr(submissions, "LARGEST_FILE", 2**20)
    (tmp_path / "s.zip").write_bytes(packed({"a.bin": zeros, "network.py": CODE}))
    content = read_submission(tmp_path / "s.zip", WANTED)
    assert content.files == {"network.py": CODE} and content.notes == [("left-out-large", {})]
    many = {f"data/{number}.txt": b"0" for number in range(2500)}
    content = read_submission(put(tmp_path, "archive", many | {"network.py": CODE}), WANTED)
    assert len(content.files) == submissions.MOST_FILES and "network.py" in content.files


def test_an_entry_that_is_larger_than_it_says(tmp_path: Path) -> None:
    raw = bytearray(packed({"network.py": CODE, "losses.py": bytes(2**20)}))
    true, small = struct.pack("<L", 2**20), struct.pack("<L", 10)
    (tmp_path / "s.zip").write_bytes(bytes(raw).replace(true, small))
    content = read_submission(tmp_path / "s.zip", WANTED)
    assert content.files == {"network.py": CODE} and content.notes == [("left-out-damaged", {})]


def test_chinese_sources_are_read_as_python_does_not(tmp_path: Path) -> None:
    text = "# 线性层\nx = 1\r\n"
    declared = "# -*- coding: gbk -*-\n# 线性层\n".encode("gbk")
    files = {"network.py": text.encode("gbk"), "losses.py": b"\xef\xbb\xbf" + text.encode(), "a.py": declared}
    content = read_submission(put(tmp_path, "folder", files), WANTED)
    assert content.files == {"network.py": text.encode(), "losses.py": files["losses.py"], "a.py": declared}
    assert content.notes == [("gbk", {"name": "network.py"})]
    for data in content.files.values():
        compile(data, "x.py", "exec")


def test_the_fingerprint_tells_contents_apart(tmp_path: Path) -> None:
    first = read_submission(put(tmp_path, "archive", {"network.py": CODE}), WANTED).fingerprint
    same = read_submission(put(tmp_path, "folder", {"network.py": CODE}), WANTED)
    other = read_submission(put(tmp_path, "archive", {"network.py": CODE + b"#"}), WANTED).fingerprint
    assert first == same.fingerprint != other
