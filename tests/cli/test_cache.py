"""`charmlp cache`: what is kept, and that nothing else goes with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.system.files import cache_folder
from tests.cli.conftest import Result

Run = Callable[..., Result]

IMAGES, LETTERS, CODE = "images", "rendering", "charmlp-code"
OWN = {
    f"{IMAGES}/{'a' * 40}.pixels": 5,
    f"{IMAGES}/images-{'a' * 40}.kept": 1,
    f"{LETTERS}/letters-{'d' * 40}.kept": 4,
    f"{CODE}/charmlp.training.steps.loops.run-{'f' * 40}.kept": 7,
    f"{CODE}/.{'b' * 16}.part": 2,
}
OTHERS = (
    f"{IMAGES}/art.pixels",
    f"{LETTERS}/mine.kept",
    f"{IMAGES}/film.part",
    f"{CODE}/mine.code",
    f"{CODE}/a",
    "a.txt",
)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    for name, size in (OWN | dict.fromkeys(OTHERS, 3)).items():
        path = cache_folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))


def names() -> set[str]:
    top = cache_folder()
    return {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}


def test_what_is_kept_where_and_how_large(run: Run) -> None:
    answer = run("cache", "--format", "json")
    folder = cache_folder()
    assert json.loads(answer.out) == {
        "caches": [
            {"name": "decoded images", "folder": str(folder / "images"), "entries": 2, "bytes": 6},
            {"name": "rendered letters", "folder": str(folder / "rendering"), "entries": 1, "bytes": 4},
            {"name": "compiled code", "folder": str(folder / CODE), "entries": 2, "bytes": 9},
        ],
        "cleared": False,
    }
    assert names() == {*OWN, *OTHERS}
    assert [line.split()[:3] for line in run("cache").out.splitlines()] == [
        ["decoded", "images", "2"],
        ["rendered", "letters", "1"],
        ["compiled", "code", "2"],
    ]


def test_clearing_removes_what_charmlp_wrote(run: Run) -> None:
    answer = run("cache", "--clear")
    assert answer.status == 0 and answer.out.count("removed") == 3
    assert names() == set(OTHERS)


def test_no_cache_is_an_empty_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARMLP_CACHE", str(tmp_path / "nowhere"))
    answer = run("cache", "--clear", "--format", "json")
    assert answer.status == 0 and not (tmp_path / "nowhere").exists()
    assert [cache["entries"] for cache in json.loads(answer.out)["caches"]] == [0, 0, 0]


def test_what_cannot_be_removed_is_one_line(run: Run) -> None:
    (cache_folder() / IMAGES / f"{'c' * 40}.pixels").mkdir()
    answer = run("cache", "--clear")
    assert answer.status == 1 and answer.err.count("\n") == 1 and "cannot be removed" in answer.err
    assert names() == set(OTHERS)
