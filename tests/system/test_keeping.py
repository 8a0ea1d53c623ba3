"""What is kept is found again as it was, or made anew; a cache never ends a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from charmlp.system.keeping import kept_or_made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHARMLP_CACHE", str(tmp_path))
    return tmp_path / "rendering"


def ask(facts: object, answer: bytes, cache: bool = True) -> bytes:
    return kept_or_made("things", facts, lambda: answer, 2, cache)


def test_it_is_made_once_for_the_same_facts(folder: Path) -> None:
    assert [ask("a", b"1"), ask("a", b"2"), ask("b", b"3")] == [b"1", b"1", b"3"]


def test_without_cache_nothing_is_read_or_written(folder: Path) -> None:
    assert ask("a", b"1", cache=False) == b"1" and not folder.exists()
    ask("a", b"2")
    assert ask("a", b"3", cache=False) == b"3"


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: content[:-1] + b"x", lambda _: b""]
)
def test_what_is_damaged_is_made_anew(folder: Path, damage) -> None:  # type: ignore[no-untyped-def]
    ask("a", b"12")
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert ask("a", b"34") == b"34" == ask("a", b"56")


def test_the_longest_unused_go(folder: Path) -> None:
    folder.mkdir()
    (folder / "things-mine.kept").touch()  # of somebody else
    for number in range(4):
        ask(number, b"%d" % number)
        for file in folder.iterdir():  # as if a second had passed
            os.utime(file, ns=(0, file.stat().st_mtime_ns - 10**9))
    assert len(list(folder.iterdir())) == 3 and (folder / "things-mine.kept").exists()
    assert [ask(number, b"new") for number in (2, 3)] == [b"2", b"3"]


def test_a_folder_that_cannot_be_written_ends_nothing(folder: Path) -> None:
    folder.write_text("a file")
    assert ask("a", b"1") == b"1"
