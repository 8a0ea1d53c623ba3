"""`charmlp exercise`: the sheet, its solution, the judgement, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from charmlp.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["exercise", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def solution(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(capsys, *arguments, "--solution", "--format", "json")[1])[
        "answers"
    ]
    return found


def test_the_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    answers = solution(capsys, "--worked")
    assert round(answers["L"], 4) == 2.1269 and round(answers["L_new"], 4) == 1.1552
    assert answers["h1"] == [[2, 0]] and answers["dz1"][0][1] == 0  # the dead unit


def test_right_answers_are_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = solution(capsys, "--seed", 3)
    (tmp_path / "mine.json").write_text(json.dumps({"answers": answers}))
    status, out, _ = run(capsys, "--seed", 3, "--answers", tmp_path / "mine.json", "--format", "json")
    assert status == 0 and [entry["name"] for entry in json.loads(out)] == list(answers)
    assert all(entry["right"] and entry["mistake"] is None for entry in json.loads(out))


def test_a_mistake_is_named_and_what_follows_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = solution(capsys, "--seed", 3)
    answers["dz1"] = answers["dh1"]  # the mask forgotten; the weights' gradients are those of the right one
    (tmp_path / "mine.json").write_text(json.dumps(answers))
    status, out, _ = run(capsys, "--seed", 3, "--answers", tmp_path / "mine.json", "--lang", "en")
    assert status == 1 and "11 of 12 right" in out
    assert "the mask of the ReLU is missing" in out


def test_neither_torch_nor_an_extra_is_needed(tmp_path: Path) -> None:
    """What it imports is in the small installation."""
    code = (
        "import sys; from charmlp.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "exercise", "--solution", "--format", "md"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "$$" in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "numpy" in loaded and not loaded & {"torch", "numba", "matplotlib", "jinja2", "markdown_it"}


@pytest.mark.parametrize(
    ("flags", "status", "message"),
    [
        (["--kind", "backprob"], 2, "did you mean 'backprop'"),
        (["--layers", "2,2"], 2, "--layers: expected inputs, at least one hidden size"),
        (["--layers", "2,9,2"], 2, "--layers: expected sizes"),
        (["--optim_type", "adam"], 2, "--optim_type goes with"),
        (["--worked", "--batch", "2"], 2, "--batch does not go with it"),
        (["--answers", "a", "--solution"], 2, "--answers and --solution"),
        (["--answers", "a", "--format", "md"], 2, "--format md"),
        (["--answers", "nothing.json"], 1, "nothing.json: no such file"),
        (["--lr", "2"], 2, "--lr: expected a number from 0.001 to 1"),
        (["--out", "no/such/../../\0"], 1, "cannot be written"),
    ],
)
def test_what_is_refused(
    flags: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(capsys, *flags)
    assert (found, out) == (status, "") and message in err and err.count("\n") == 1
