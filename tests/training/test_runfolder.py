"""A run's folder: one run's alone, whole or recognisably gone, and nothing of others in it is touched."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from charmlp.config import SLIDES, to_toml
from charmlp.errors import CharmlpError, UsageError
from charmlp.training import runfiles, runfolder
from charmlp.training.runfiles import FIGURES, LOG, MODEL, PICTURES, SETTINGS, TABLES
from charmlp.training.runfolder import RunFolder
from charmlp.training.state import Epoch, Figures

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
    monkeypatch.setattr(runfiles, "datetime", Stopped)
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


def lines(name: str) -> list[str]:
    return Path("a", name).read_text("utf-8").splitlines()


def test_the_figures_grow_line_by_line() -> None:
    """Each epoch is there when it is over, once, and what is there is not written again."""
    with RunFolder(Path("a")) as run:
        run.message("before")
        assert files("a") == [".lock"]
        run.training_begins(TRAINING)
        header, place = lines(FIGURES), Path("a", FIGURES).stat().st_ino
        assert header == ["epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds"]
        run.epoch_ends(TRAINING, Epoch(1, 1 / 3, 0.1, 0.5, None))
        assert lines(FIGURES) == [*header, "1,0.333333,0.1,,,,0.5"]
        run.epoch_ends(TRAINING, Epoch(2, 0.25, 0.1, 0.5, Figures(1.5, 0.75, 0.5)))
        assert lines(FIGURES)[2:] == ["2,0.25,0.1,1.5,0.75,0.5,0.5"]
        assert [line[21:] for line in lines(LOG)] == [
            "before", "epoch 1: loss 0.333", "epoch 2: loss 0.250, validation loss 1.500, accuracy 75.0%",
        ]  # fmt: skip
        assert Path("a", FIGURES).stat().st_ino == place
    assert len(lines(FIGURES)) == len(lines(LOG)) == 3


KILLED = """
import os, signal, sys
from charmlp.training import Callback, train

class Kill(Callback):
    def epoch_ends(self, training, epoch):
        if epoch.epoch == 7:
            os.kill(os.getpid(), signal.SIGKILL)

train("letters.npz", recipe="slides", norm_size=(8, 8), step="analytic", out="a", callbacks=[Kill()])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no SIGKILL")
def test_a_killed_run_leaves_the_lines_of_all_its_epochs() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (20, 8, 8), np.uint8)
    np.savez("letters.npz", images=noise, labels=np.arange(20) % 2)
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    assert Path("a", FIGURES).read_bytes().endswith(b"\n")
    assert [line.partition(",")[0] for line in lines(FIGURES)] == ["epoch", *"1234567"]
    assert lines(LOG)[-1].partition("epoch ")[2].startswith("7: loss ")


def test_what_cannot_be_written_beside_the_model_is_told_once() -> None:
    told: list[str] = []
    with RunFolder(Path("a"), callbacks=SimpleNamespace(message=told.append)) as run:  # type: ignore[arg-type]
        Path("a", "elsewhere").mkdir()
        run.log.path = Path("a", "elsewhere")
        run.training_begins(TRAINING)
        run.write()
        run.write()
        Path("runs").touch()
        run.finish()
    assert [line.partition(":")[0] for line in told] == ["note", "note"]
    assert "elsewhere" in told[0] and "latest" in told[1]


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    Path("file").touch()
    with pytest.raises(CharmlpError, match="file is not a folder"):
        RunFolder(Path("file/a"))
