"""`charmlp info`: a model, a data set, this installation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import charmlp
from tests.cli.conftest import Result

Run = Callable[..., Result]


def test_a_model(run: Run, trained: Path) -> None:
    answer = run("info", trained)
    assert answer.status == 0
    for line in ("layers         1024-32-26", "parameters     33,658", "recipe         slides"):
        assert f"{line}\n" in answer.out


def test_a_data_set(run: Run, course: Path) -> None:
    answer = run("info", course, "--figure", "letters.png")
    assert answer.status == 0
    assert "96 training, 32 validation, 32 test images in 26 classes" in answer.out
    assert Path("letters.png").is_file()


def test_this_installation(run: Run) -> None:
    answer = run("info")
    assert answer.status == 0
    assert answer.out.startswith(f"charmlp {charmlp.__version__}, Python ")


def test_a_figure_of_a_model_is_refused(run: Run, trained: Path) -> None:
    assert run("info", trained, "--figure", "a.png").status == 2


def test_nothing_there(run: Run, course: Path) -> None:
    answer = run("info", "nowhere")
    assert answer.status == 1
    assert answer.err.startswith("charmlp: error: nowhere: no such file or folder")
