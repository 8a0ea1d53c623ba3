"""A file is healthy where each of its gradients was examined; what was not is listed, with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from charmlp.cli import main
from charmlp.doctor.diagnosis import Diagnosis, unpacked
from charmlp.doctor.isolation.targets import Target
from charmlp.doctor.isolation.worker import examine_all
from tests.doctor.half_read_sources import LAYER, NUMPY, RAMP, RIGHT, SQUASH, WRONG
from tests.sampling import one_in


def examined(folder: Path, source: str, name: str = "half", own_run: bool = True) -> list[Diagnosis]:
    """The diagnoses of a file, in this process."""
    path = folder / f"{name}_{abs(hash(source))}.py"
    path.write_text(source, encoding="utf-8")
    answers: list[dict[str, Any]] = []
    job = {"leave_out": [], "known": {}, "own_run": own_run}
    examine_all(Target(str(path), None), None, job, lambda **message: answers.append(message))
    return [unpacked(answer["done"]) for answer in answers if "done" in answer]


@pytest.mark.parametrize("name", one_in(4, WRONG))
def test_no_wrong_file_is_healthy(tmp_path: Path, name: str) -> None:
    assert not all(examined(tmp_path, WRONG[name]))


@pytest.mark.parametrize("name", one_in(4, RIGHT))
def test_right_files_are_healthy(tmp_path: Path, name: str) -> None:
    diagnoses = examined(tmp_path, RIGHT[name])
    assert diagnoses and all(diagnoses), [diagnosis.text("en") for diagnosis in diagnoses]


# What is said of it

BESIDE = (
    SQUASH
    + """

def unused_error_term(error, activation):
    return error * activation
"""
)


WITH_BLAME = LAYER.replace(
    "        return dout @", "        self.blame = 2 * dout.sum()\n        return dout @"
)


def left(folder: Path, source: str) -> list[tuple[str, int, str]]:
    (of_file,) = [diagnosis for diagnosis in examined(folder, source) if diagnosis.not_examined]
    return [(one.name, one.line, one.reason.key) for one in of_file.not_examined]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (NUMPY + BESIDE, [("unused_error_term", 14, "left-alone")]),
        (WRONG["one step of a network, without a loop"], [("", 18, "left-top")]),
        (WRONG["a branch that is not taken"], [("Soft.backward", 14, "left-line")]),
        (NUMPY + WITH_BLAME, [("Dense.backward", 16, "left-unread")]),
        (WRONG["a layer that adjusts itself"], [("SelfMade.adjust", 15, "left-alone")]),
    ],
)
def test_what_was_not_examined_and_why(
    tmp_path: Path, source: str, expected: list[tuple[str, int, str]]
) -> None:
    assert left(tmp_path, source) == expected


def test_what_a_diagnosis_says_is_not_said_again(tmp_path: Path) -> None:
    """What is not written yet, or belongs to nothing, is told by its own diagnosis."""
    empty = NUMPY + RAMP.replace("return dout * (cache > 0)", "dx = None\n    return dx")
    (diagnosis,) = examined(tmp_path, empty)
    assert diagnosis.verdict == "unwritten" and not diagnosis.not_examined
    alone = NUMPY + RAMP + "\n\ndef bell_backward(dout, cache):\n    return -2 * cache * dout\n"
    right, other = examined(tmp_path, alone)
    assert right.verdict == "healthy" and not other.not_examined
    assert other.reason is not None and other.reason.key == "backward-alone"


def test_a_mistake_is_not_listed_as_well(tmp_path: Path) -> None:
    wrong = NUMPY + LAYER.replace("self.x.T @ dout", "self.x.T @ dout / len(dout)")
    (diagnosis,) = examined(tmp_path, wrong)
    assert diagnosis.verdict == "mistaken"


def test_a_file_in_which_nothing_can_be_examined(tmp_path: Path) -> None:
    """It used to be one that defines nothing of the kind."""
    (diagnosis,) = examined(tmp_path, NUMPY + BESIDE.replace(SQUASH, ""))
    assert (diagnosis.verdict, diagnosis.right) == ("unknown", ())


@pytest.mark.full
def test_status_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "half.py"
    path.write_text(NUMPY + BESIDE, encoding="utf-8")
    assert main(["doctor", str(path)]) == 2
    said = " ".join(capsys.readouterr().out.split())
    assert (
        f"{path}: not everything was examined right squash not examined unused_error_term (line 14)" in said
    )
    assert main(["doctor", str(path), "--format", "json"]) == 2
    squash, of_file = json.loads(capsys.readouterr().out)
    assert (squash["verdict"], squash["not_examined"]) == ("healthy", [])
    assert (of_file["target"], of_file["verdict"], of_file["framework"]) == (str(path), "unknown", "numpy")
    (one,) = of_file["not_examined"]
    assert (one["name"], one["line"], one["cell"]) == ("unused_error_term", 14, None)
    assert "forward" in one["reason"]
    assert main(["doctor", f"{path}:squash"]) == 0  # who asks for one thing is told of it alone


def test_of_one_thing_its_own_functions_are_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "half.py"
    path.write_text(NUMPY + WITH_BLAME + RAMP + BESIDE, encoding="utf-8")
    assert main(["doctor", f"{path}:ramp_forward"]) == 0
    capsys.readouterr()
    assert main(["doctor", f"{path}:Dense", "--format", "json"]) == 2
    layer, rest = json.loads(capsys.readouterr().out)
    assert (layer["verdict"], rest["target"], rest["verdict"]) == ("healthy", f"{path}:Dense", "unknown")
    assert [one["line"] for one in rest["not_examined"]] == [16]


@pytest.mark.full
def test_a_notebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [NUMPY + SQUASH, "X = np.ones((3, 2))\nw_grad = X.T @ (squash(X @ w) - 1)\nw -= 0.1 * w_grad"]
    content = {"cells": [{"cell_type": "code", "source": source} for source in cells], "nbformat": 4}
    path = tmp_path / "homework.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert main(["doctor", str(path), "--lang", "en"]) == 2
    assert "the top of the file (cell 2, line 2)" in " ".join(capsys.readouterr().out.split())
    assert main(["doctor", str(path), "--lang", "zh"]) == 2
    assert "第 2 个单元格第 2 行" in capsys.readouterr().out


def test_what_one_process_saw_the_next_one_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A thing that ends its process does not make those before it unexamined."""
    ends = """

def bang_forward(x):
    __import__("os")._exit(3)


def bang_backward(dout, cache):
    return 2 * dout
"""
    path = tmp_path / "half.py"
    path.write_text(NUMPY + SQUASH + ends + RAMP, encoding="utf-8")
    assert main(["doctor", str(path), "--format", "json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert [entry["verdict"] for entry in found] == ["healthy", "unknown", "healthy"]
