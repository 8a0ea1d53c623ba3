"""A run's folder: one run's alone, whole or recognisably gone, and nothing of others in it is touched."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from charmlp.config import SLIDES, to_toml
from charmlp.errors import CharmlpError, UsageError
from charmlp.training import runfolder
from charmlp.training.runfolder import LOG, MODEL, PICTURES, SETTINGS, TABLES, RunFolder

TRAINING: Any = SimpleNamespace(config=SLIDES)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Stopped(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> Stopped:
        return cls(2026, 1, 2, 3, 4, 5)


def files(folder: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def earlier_run(folder: str, *others: str) -> None:
    """What a run leaves, and other files."""
    for name in (MODEL, SETTINGS, LOG, *PICTURES, *TABLES, *others):
        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
        Path(folder, name).write_text(to_toml(SLIDES) if name == SETTINGS else "old", "utf-8")


def test_runs_of_one_second_have_folders_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runfolder, "datetime", Stopped)
    with RunFolder(None) as first, RunFolder(None) as second, RunFolder(None) as third:
        names = [run.path.name for run in (first, second, third)]
    assert names == ["2026-01-02_03-04-05", "2026-01-02_03-04-05-2", "2026-01-02_03-04-05-3"]
    assert list(Path().iterdir()) == []  # nothing was trained: nothing stays


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_in_use_is_refused(overwrite: bool) -> None:
    with RunFolder(Path("a/b")) as run:
        with pytest.raises(UsageError, match="another run writes to"):
            RunFolder(Path("a/b"), overwrite=overwrite)
        run.training_begins(TRAINING)
    with RunFolder(Path("a/b"), overwrite=True):
        assert files("a/b") == sorted([".lock", LOG, SETTINGS, "metrics.csv"])


def test_a_killed_runs_lock_is_nothing() -> None:
    Path("a").mkdir()
    Path("a/.lock").touch()
    with RunFolder(Path("a")) as run:
        run.training_begins(TRAINING)
    assert ".lock" not in files("a")


def test_what_is_overwritten_is_gone_before_the_new_settings_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    earlier_run("a", "notes.txt", "figures/mine.png")
    before = files("a")

    def killed(path: Path, content: bytes) -> None:
        raise SystemExit(path.name)

    with RunFolder(Path("a"), overwrite=True) as run:
        assert files("a") == sorted([".lock", *before])  # until training begins, the old run is whole
        with monkeypatch.context() as patch, pytest.raises(SystemExit, match=SETTINGS):
            patch.setattr(runfolder, "write_whole", killed)
            run.training_begins(TRAINING)
        assert files("a") == sorted([".lock", SETTINGS, "figures/mine.png", "notes.txt"])


@pytest.mark.parametrize("name", [SETTINGS, MODEL, LOG, PICTURES[0], TABLES[0]])
def test_what_no_run_has_written_is_not_overwritten(name: str) -> None:
    Path("mine", name).parent.mkdir(parents=True)
    Path("mine", name).write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="is no run folder"):
        RunFolder(Path("mine"), overwrite=True)
    assert files("mine") == [name] and Path("mine", name).read_text("utf-8") == "mine"


def test_what_cannot_be_written_beside_the_model_is_told_once() -> None:
    told: list[str] = []
    with RunFolder(Path("a"), callbacks=SimpleNamespace(message=told.append)) as run:  # type: ignore[arg-type]
        run.training_begins(TRAINING)
        Path("a", LOG).mkdir()
        run.write()
        run.write()
        Path("runs").touch()
        run.finish()
    assert [line.partition(":")[0] for line in told] == ["note", "note"]
    assert LOG in told[0] and "latest" in told[1]


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    Path("file").touch()
    with pytest.raises(CharmlpError, match="file is not a folder"):
        RunFolder(Path("file/a"))
