"""`predict` and `test` whose images several ranks read: what is said and written is one process's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.images import reading
from tests.cli.conftest import Result
from tests.system.in_threads import ranks_in_threads, watched

Run = Callable[..., Result]


def together(run: Run, patch: pytest.MonkeyPatch, *arguments: object) -> tuple[Result, set[str]]:
    """What a command of two ranks answers, and by which threads images were read."""
    who: list[str] = []
    with patch.context() as inside, ranks_in_threads(2, inside) as statuses:
        inside.setattr(reading, "grey_picture", watched(reading.grey_picture, who))
        answer = run(*arguments)
    assert statuses == [0] if answer.status < 2 else [1]
    return answer, set(who)


@pytest.fixture
def mixed(course: Path, tmp_path: Path) -> Path:
    """A folder of letters with bad images among them."""
    folder = tmp_path / "mixed"
    shutil.copytree(course / "images", folder)
    for name in ("0005.png", "0090.png", "0159.png"):
        (folder / name).write_bytes(b"no picture")
    return folder


@pytest.mark.parametrize(
    "flags", [("text",), ("csv", "--topk", "3"), ("json", "--tta", "2", "--reject", "0.9")]
)
def test_predict(
    run: Run, mixed: Path, trained: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    command = ("predict", mixed, "nowhere.png", "--model", trained, "--format", *flags)
    alone = run(*command)
    answer, readers = together(run, monkeypatch, *command)
    assert answer == alone and alone.status == 1 and alone.err.count("error") == 4
    assert len(readers) == 2


def test_test(run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ("test", course, "--model", trained, "--no_cache", "--tsne", "off", "--format", "json", "--out")
    alone = run(*command, "one")
    answer, readers = together(run, monkeypatch, *command, "two")
    assert answer.out.replace("two", "one") == alone.out and answer.status == alone.status == 0
    assert len(readers) == 2
    for table in Path("one").glob("*.csv"):
        assert table.read_bytes() == (Path("two") / table.name).read_bytes()


def test_a_wrong_command_line_is_told_once(run: Run, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, _ = together(run, monkeypatch, "predict", "x.png", "--model", trained, "--topk", "none")
    assert answer.status == 2 and answer.err.count("charmlp: error") == 1
