"""`charmlp course`: a new folder, what it refuses, and the report of `check`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from charmlp.course.skeleton import writing
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, TASKS
from charmlp.letters import LetterSet
from tests.cli.conftest import Result

Run = Callable[..., Result]


class Blots:
    """Stands in for rendered letters: finding all fonts takes seconds."""

    def __init__(self, count: int, seed: int, held_out: int) -> None:
        self.classes, self.seed, self.style = ("A", "B"), seed, "print"
        self.splits = {"train": count, "val": held_out, "test": held_out}

    def load(self, split: str, size: tuple[int, int]) -> LetterSet:
        labels = np.arange(self.splits[split]) % 2
        images = np.full((len(labels), *size), 7, np.uint8)
        return LetterSet(images, labels, self.classes, tuple(f"{i}" for i in range(len(labels))))


def test_new_writes_a_folder_with_letters(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "open_rendered", Blots)
    monkeypatch.setattr(writing, "TRAINING", 26)
    monkeypatch.setattr(writing, "HELD_OUT", 5)
    folder = tmp_path / "below" / "homework"
    answer = run("course", "new", folder, "--lang", "zh")
    assert (answer.status, answer.out) == (0, f"{folder / 'README.md'}\n")
    data = folder / "data" / "character_classification"
    assert len(json.loads((data / "train.json").read_text("utf-8"))) == 26
    assert sorted(path.name for path in (data / "new_images").iterdir())[0] == "predict01.png"
    assert "作业" in (folder / "README.md").read_text("utf-8")
    assert [path.name for path in folder.parent.iterdir()] == ["homework"]  # nothing is left beside it


@pytest.mark.parametrize("flags", [[], ["--project"]])
def test_new_refuses_what_is_not_empty(run: Run, tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    for place, words in ((tmp_path, "holds something already"), (tmp_path / "mine.txt", "is a file")):
        answer = run("course", "new", place, *flags)
        assert answer.status == 2 and words in answer.err and answer.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_half_written_is_left(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*asked: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "open_rendered", full)
    answer = run("course", "new", tmp_path / "homework")
    assert answer.status == 1 and "No space left" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_project_is_a_report(run: Run, tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "project"
    if there:
        folder.mkdir()
    assert run("course", "new", folder, "--project", "--lang", "en").status == 0
    assert "section{Question}" in (folder / "report" / "report.tex").read_text("utf-8")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("course", "ACTION"),
        ("course fly", "ACTION: expected one of new, check"),
        ("course new", "DIR"),
        ("course check nowhere", "nowhere: no such folder"),
        ("course check --hint 9", "--hint"),
        ("course check --timeout 0", "--timeout"),
    ],
)
def test_a_wrong_command_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*typed.split())
    assert answer.status in (1, 2) and words in answer.err and answer.err.count("\n") == 1


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of which one task is known to be mistaken, the first to be right, the others not begun."""
    pytest.importorskip("torch")
    from charmlp.course import checking
    from charmlp.course.checking.results import Result as Checked
    from charmlp.course.checking.results import fault, mistaken

    wrong = mistaken("prediction", fault("smallest-logit", "chain", "cross_entropy", "dtype", found="float"))
    results = [Checked(task.name, NOT_BEGUN) for task in TASKS]
    results = [Checked(TASKS[0].name, RIGHT), *results[1:-2], wrong, results[-1]]

    def check_folder(
        folder: Path, timeout: float, done: Callable[[Checked], None] = lambda result: None
    ) -> list[Checked]:
        for result in results:
            done(result)
        return results

    monkeypatch.setattr(checking, "check_folder", check_folder)
    return tmp_path


def test_check_says_it_in_lines(run: Run, checked: Path) -> None:
    answer = run("course", "check", checked, "--lang", "en")
    lines = answer.out.splitlines()
    assert answer.status == 1
    assert lines[0].split() == ["linear-forward", "right"]
    assert "1 of 11 right" in lines and lines[-1].startswith("next: linear-backward")
    assert "The predicted classes are wrong." not in answer.out  # without --hint, what it is
    assert "It is the class with the smallest logit." in answer.out and "argmax in place" not in answer.out


def test_check_speaks_the_folders_language(run: Run, checked: Path) -> None:
    (checked / "course.toml").write_text('language = "zh"\n', "utf-8")
    assert "11 项中 1 项正确" in run("course", "check", checked).out
    assert "1 of 11 right" in run("course", "check", checked, "--lang", "en").out


@pytest.mark.parametrize(("level", "count"), [(None, 3), (1, 1), (5, 5)])
def test_json_holds_what_the_hint_allows(run: Run, checked: Path, level: int | None, count: int) -> None:
    flags = [] if level is None else ["--hint", str(level)]
    answer = run("course", "check", checked, "--lang", "en", "--format", "json", *flags)
    entries = json.loads(answer.out)
    assert [entry["task"] for entry in entries] == [task.name for task in TASKS]
    assert [entry["status"] for entry in entries].count(MISTAKEN) == 1
    (wrong,) = next(entry["mistakes"] for entry in entries if entry["mistakes"])
    assert len(wrong["hints"]) == count
    assert ("argmax in place" in answer.out) == (level == 5)
    assert ("smallest logit" in wrong["text"]) == (level != 1)
