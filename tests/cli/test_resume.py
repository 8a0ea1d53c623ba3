"""`charmlp train --resume`: a run that was cut off ends as if it had not been, and only that run goes on."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charmlp.cli.progress import LineReporter
from charmlp.training import feed
from charmlp.training.runfiles import CHECKPOINT
from charmlp.training.runfolder import RunFolder
from tests.cli.conftest import Result

Run = Callable[..., Result]
BRIEF = ("--norm_size", "8,8", "--hsize", "9", "--pictures", "off")
EPOCHS = ("--epoch", "3", "--valInterval", "1")
WAYS = {
    "slides": ("--recipe", "slides"),
    "autograd": ("--recipe", "slides", "--step", "autograd", "--optim_type", "adam", "--dropout", "0.2"),
    "best": ("--recipe", "best", "--synth_ratio", "0", "--batchsize", "16", "--patience", "9"),
    "drawn": ("--recipe", "slides", "--pictures", "on", "--figure_format", "svg"),
}


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHUNK_BYTES", "LARGE_CHUNK_BYTES"):
        monkeypatch.setattr(feed, name, 2 * 8 * 64 * 4)


@pytest.fixture
def cut(run: Run, course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Train, and press Ctrl-C after so many updates."""

    def train(update: int, *flags: Any, data: Path = course) -> Result:
        def press(self: LineReporter, training: Any) -> None:
            if training.updates >= update:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(LineReporter, "updates_done", press)
            return run("train", "--data", data, *BRIEF, *EPOCHS, *flags)

    return train


def files(folder: str) -> dict[str, bytes | list[str]]:
    """What is in a folder, but for times, and for what only the log of a run that was cut off tells."""
    found: dict[str, bytes | list[str]] = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }
    for name in ("log.txt", "metrics.csv"):
        lines = Path(folder, name).read_text("utf-8").splitlines()
        if name == "log.txt":
            found[name] = [re.sub(r"^.{19}  ", "", line) for line in lines if "  epoch " in line]
        else:
            found[name] = [line.rpartition(",")[0] for line in lines]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_the_folder_is_in_the_end_as_without_interruption(
    run: Run, course: Path, cut: Callable[..., Result], way: str
) -> None:
    assert run("train", "--data", course, *BRIEF, *EPOCHS, *WAYS[way], "--out", "whole/a").status == 0
    for update in (5, 17) if way == "slides" else (17,):
        answer = cut(update, *WAYS[way], "--out", "cut/a", "--overwrite")
        assert answer.status == 130
        assert f"go on with: charmlp train --resume {Path('cut/a')}" in answer.err
        answer = run("train", "--resume", "cut/a")
        assert answer.status == 0, answer.err
        assert files("cut/a") == files("whole/a")


def test_it_goes_on_from_anywhere_and_remembers_the_other_model(
    run: Run, course: Path, cut: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cut(5, "--recipe", "slides", "--out", "a", "--model", "m.safetensors").status == 130
    Path("a").rename("b")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    answer = run("train", "--resume", tmp_path / "b")
    assert answer.status == 0 and "pictures" not in answer.out
    assert (tmp_path / "m.safetensors").read_bytes() == (tmp_path / "b" / "model.safetensors").read_bytes()
    assert not (tmp_path / "b" / "figures").exists()


def refused(run: Run, *flags: Any) -> str:
    before = {path: path.read_bytes() for path in Path("a").rglob("*") if path.is_file()}
    answer = run("train", "--resume", "a", *flags)
    assert answer.status in (1, 2) and answer.err.count("charmlp: error: ") == 1
    assert {path: path.read_bytes() for path in Path("a").rglob("*") if path.is_file()} == before
    return answer.err.splitlines()[-1]


def test_other_settings_are_refused_by_name(run: Run, course: Path, cut: Callable[..., Result]) -> None:
    cut(5, "--recipe", "slides", "--out", "a")
    words = "other settings than at its beginning: --lr 0.0005 → 0.1, --seed 2021 → 3; take that back"
    assert words in refused(run, "--seed", "3", "--lr", "0.1")
    settings = Path("a/config.toml").read_text("utf-8")
    Path("a/config.toml").write_text(settings.replace("momentum = 0.9", "momentum = 0.5"), "utf-8")
    assert "--momentum 0.9 → 0.5" in refused(run)
    assert run("train", "--resume", "a", "--resume_anyway", "--epoch", "4").status == 0
    assert "momentum = 0.5" in Path("a/config.toml").read_text("utf-8")
    assert len(Path("a/metrics.csv").read_text("utf-8").splitlines()) == 5


def test_a_setting_that_the_state_does_not_fit_is_refused_anyway(
    run: Run, course: Path, cut: Callable[..., Result]
) -> None:
    cut(5, "--recipe", "slides", "--out", "a")
    answer = run("train", "--resume", "a", "--resume_anyway", "--hsize", "10")
    assert answer.status == 1 and "the state is another training's: parameters is float32" in answer.err


def test_other_letters_are_refused_by_name(
    run: Run, course: Path, cut: Callable[..., Result], tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(course, own)
    assert cut(5, "--recipe", "slides", "--out", "a", data=own).status == 130
    first, second = own / "images" / "0000.png", own / "images" / "0001.png"
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    assert "--resume: other data than at its beginning: training images; give --data" in refused(run)
    assert run("train", "--resume", "a", "--resume_anyway").status == 0
    first.write_bytes(content)
    cut(5, "--recipe", "slides", "--out", "a", "--overwrite", data=own)
    own.rename(tmp_path / "moved")
    assert "own" in refused(run)
    assert run("train", "--resume", "a", "--data", tmp_path / "moved").status == 0
    assert "moved" in Path("a/data.json").read_text("utf-8")


def test_what_cannot_go_on(run: Run, course: Path, cut: Callable[..., Result]) -> None:
    answer = run("train", "--resume", "nothing")
    assert answer.status == 1 and "--resume: nothing: no such folder; that of a run is expected" in answer.err
    Path("a").mkdir()
    assert "a is no run folder: there is no checkpoint.safetensors in it" in refused(run)
    Path("a/config.toml").write_text('recipe = "slides"\n', "utf-8")
    assert "a has no checkpoint: the run ended before its first one; start it again" in refused(run)
    assert (
        run(
            "train", "--data", course, *BRIEF, *EPOCHS, "--recipe", "slides", "--out", "a", "--overwrite"
        ).status
        == 0
    )
    assert "a has its model and no checkpoint, as a finished run has: nothing is left to do" in refused(run)


@pytest.mark.parametrize("flags", [("--out", "b"), ("--recipe", "best"), ("--config", "x"), ("--overwrite",)])
def test_what_says_another_run_contradicts(run: Run, course: Path, flags: tuple[str, ...]) -> None:
    answer = run("train", "--resume", "a", *flags)
    assert answer.status == 2 and f"--resume and {flags[0]}: give one or the other" in answer.err
    answer = run("train", "--data", course, "--resume_anyway")
    assert answer.status == 2 and "--resume_anyway: --resume says with which run" in answer.err


def test_one_run_at_a_time(run: Run, course: Path, cut: Callable[..., Result]) -> None:
    cut(5, "--recipe", "slides", "--out", "a")
    with RunFolder(Path("a"), goes_on=True):
        answer = run("train", "--resume", "a")
        assert answer.status == 2 and "--resume: another run writes to a; wait for its end" in answer.err
    answer = run("train", "--data", course, "--out", "a")
    assert answer.status == 2 and "--resume goes on with the run in it" in answer.err


def test_what_a_killed_run_left_half_is_swept(run: Run, course: Path, cut: Callable[..., Result]) -> None:
    cut(5, "--recipe", "slides", "--out", "a")
    Path("a/.0123456789abcdef.part").write_bytes(b"half a checkpoint")
    Path("a/.mine.part").touch()
    assert run("train", "--resume", "a").status == 0
    assert {path.name for path in Path("a").iterdir() if path.name.startswith(".")} == {".mine.part"}


def test_a_damaged_checkpoint_is_one_line(run: Run, course: Path, cut: Callable[..., Result]) -> None:
    cut(5, "--recipe", "slides", "--out", "a")
    os.truncate(Path("a", CHECKPOINT), 1000)
    message = refused(run)
    assert "checkpoint.safetensors: damaged, or no checkpoint" in message
    assert "start the run again, with --out and --overwrite" in message


def test_the_courses_form(
    run: Run, course_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charmlp.cli.progress import CourseReporter

    def press(self: CourseReporter, training: Any) -> None:
        if training.updates >= 17:
            raise KeyboardInterrupt

    shutil.copytree(course_data, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    with monkeypatch.context() as patch:
        patch.setattr(CourseReporter, "updates_done", press)
        assert run("--mode", "train", *BRIEF, *EPOCHS, "--out", "a").status == 130
    answer = run("--mode", "train", "--resume", "a")
    assert answer.status == 0, answer.err
    assert [line[:8] for line in answer.out.splitlines() if "loss" in line] == ["Epoch 02", "Epoch 03"]
    assert "Model saved in saved_models/recognition.pth" in answer.out
