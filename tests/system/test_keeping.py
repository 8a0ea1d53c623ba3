"""What is kept is found again as it was, or made anew; a cache never ends a run."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from charmlp.system.keeping import FORM, Shelf, write_kept

ONE = len(FORM) + 32 + 1  # bytes of a file with one


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """One that holds two files of one byte."""
    monkeypatch.setenv("CHARMLP_CACHE", str(tmp_path))
    return Shelf("shelf", 2 * ONE)


def ask(shelf: Shelf, facts: object, answer: bytes, cache: bool = True) -> bytes:
    return shelf.kept_or_made("things", facts, lambda: answer, cache)


def test_it_is_made_once_for_the_same_facts(shelf: Shelf) -> None:
    assert [ask(shelf, *asked) for asked in (("a", b"1"), ("a", b"2"), ("b", b"3"))] == [b"1", b"1", b"3"]


def test_without_cache_nothing_is_read_or_written(shelf: Shelf) -> None:
    assert ask(shelf, "a", b"1", cache=False) == b"1" and not shelf.folder.exists()
    ask(shelf, "a", b"2")
    assert ask(shelf, "a", b"3", cache=False) == b"3"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:-1] + b"x",
        lambda content: content + b"x",
        lambda content: content.replace(b"kept 1", b"kept 2"),
        lambda _: FORM,
        lambda _: b"",
    ],
    ids=["cut", "changed", "longer", "another form", "head alone", "empty"],
)
def test_what_is_damaged_is_made_anew(shelf: Shelf, damage) -> None:  # type: ignore[no-untyped-def]
    ask(shelf, "a", b"12")
    (file,) = shelf.files()
    file.write_bytes(damage(file.read_bytes()))
    assert ask(shelf, "a", b"34") == b"34" == ask(shelf, "a", b"56")


def test_a_file_under_the_name_of_another_is_made_anew(shelf: Shelf) -> None:
    ask(shelf, "a", b"1")
    ask(shelf, "b", b"2")
    shelf.file("things", "a").replace(shelf.file("things", "b"))
    assert ask(shelf, "b", b"3") == b"3"


def test_the_longest_unused_go(shelf: Shelf) -> None:
    shelf.folder.mkdir()
    others = [shelf.folder / "things-mine.kept", shelf.folder / "film.part"]  # older and large, but not ours
    for other in others:
        other.write_bytes(bytes(5000))
        os.utime(other, ns=(0, 0))
    for number in range(2):
        ask(shelf, number, b"%d" % number)
        os.utime(shelf.file("things", number), ns=(number, number))
    ask(shelf, 0, b"x")  # used just now, so that 1 is the older one
    ask(shelf, 2, b"2")
    assert {*shelf.folder.iterdir()} == {shelf.file("things", 0), shelf.file("things", 2), *others}


def test_what_is_too_large_is_not_kept(shelf: Shelf) -> None:
    shelf.keep(shelf.file("things", "a"), np.zeros((1, 100, 10), np.uint8).data)
    assert not shelf.folder.exists()


def test_a_file_that_is_cut_while_it_is_in_use_takes_nothing_away(shelf: Shelf, tmp_path: Path) -> None:
    file, content = tmp_path / "a", b"1" * 100_000
    write_kept(file, content)
    found = shelf.find(file)
    os.truncate(file, 0)
    assert found == content  # a mapped one ends the process: SIGBUS


def test_a_disk_that_is_read_only_is_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    ask(shelf, "a", b"1")
    monkeypatch.setattr(os, "utime", refuse)
    assert ask(shelf, "a", b"2") == b"1"


@pytest.mark.parametrize("name", ["shelf", "shelf/things"])
def test_a_folder_that_cannot_be_written_ends_nothing(shelf: Shelf, tmp_path: Path, name: str) -> None:
    (tmp_path / "shelf").write_text("a file")
    assert ask(Shelf(name, 100), "a", b"1") == b"1"


def fill(file: Path) -> None:
    content = bytes(range(256)) * 2000
    for _ in range(20):
        write_kept(file, content)
        assert Shelf("", 0).find(file) == content


def test_two_runs_that_make_it_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=fill, args=(tmp_path / "a",)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
