"""A second look from outside: right code answers each probe, wrong code none; an answer may be anything."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from charmlp.course.grading import probes
from charmlp.course.grading.answers import answer
from charmlp.course.grading.probes import digest, drawn, fits
from charmlp.course.skeleton import GIVEN, files
from charmlp.course.tasks import FILES, TASKS
from tests.course.grading.students import FIT_TOGETHER, RIGHT, WRONG
from tests.course.solution import SOLUTION, filled

NAMES = [task.name for task in TASKS]
Homework = Callable[[Mapping[str, str]], None]


NOTHING = {
    "network.py: LinearFunction.forward": "return 0 * (x @ W.T) + 0 * b",
    "network.py: LinearFunction.backward": "return 0 * g @ W, 0 * g.T @ x, 0 * g.sum(0)",
}


@pytest.fixture
def homework(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Homework]:
    """Writes the homework, with other code than the solution in some places, into the current folder."""
    before = dict(sys.modules), list(sys.path)
    monkeypatch.chdir(tmp_path)

    def write(code: Mapping[str, str]) -> None:
        texts = files("en")
        for file in (*FILES, *GIVEN):
            (tmp_path / file).write_text(filled(texts[file], {**SOLUTION, **code}), "utf-8")

    yield write
    for name in set(sys.modules) - set(before[0]):
        if not getattr(sys.modules[name], "__file__", None) or str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]
    sys.path[:] = before[1]


@pytest.mark.filterwarnings("ignore::UserWarning")  # PyTorch's, of a student's float(loss)
@pytest.mark.parametrize("task", NAMES)
def test_right_code_is_right_in_every_way_and_wrong_code_is_not(task: str, homework: Homework) -> None:
    for way in RIGHT.get(task, [None]):
        homework({} if way is None else way.code)
        for own in (True, False):
            probe = drawn(task, own)
            assert probe.fault_of(answer(task, probe.inputs)) is None
    for way in WRONG.get(task, []):
        if set(way.names) & OF_THE_RAW_CALL:
            continue
        homework(way.code)
        probe = drawn(task)
        assert probe.fault_of(answer(task, probe.inputs)) is not None, way


# What a call by hand does not show: an input that is edited, a constant in a logarithm that is small here.
OF_THE_RAW_CALL = {"edited-in-place", "saved-edited"}


def test_the_whole_program_is_wrong_where_a_part_is(homework: Homework) -> None:
    homework({"network.py: LinearFunction.backward": "return g @ W, g.T @ x, g.mean(0)"})
    probe = drawn("program")
    assert probe.fault_of(answer("program", probe.inputs)) is not None


@pytest.mark.parametrize(
    "found",
    [{}, {"output": None}, {"output": "1"}, {"output": [[1.0]]}, {"output": [[1.0], [2.0, 3.0]]},
     {"error": "x\x1b"}, {"output": [[float("nan")] * 3] * 5}, {"output": [[10**400] * 3] * 5}],
)  # fmt: skip
def test_an_answer_may_be_anything(found: dict[str, Any]) -> None:
    fault = drawn("linear-forward").fault_of(found)
    assert fault is not None and fault.isprintable()


def test_numbers_are_others_each_time_unless_they_are_to_be_the_same() -> None:
    assert drawn("mlp").inputs != drawn("mlp").inputs
    assert drawn("mlp", seed=0).inputs == drawn("mlp", seed=0).inputs


def test_a_backward_that_is_the_derivative_of_a_wrong_forward(homework: Homework) -> None:
    for forward, backward in FIT_TOGETHER:
        homework({**forward.code, **backward.code})
        half = "linear" if "LinearFunction" in next(iter(forward.code)) else "cross-entropy"
        assert fits(f"{half}-forward", f"{half}-backward", answer)
        homework(forward.code)
        assert not fits(f"{half}-forward", f"{half}-backward", answer)
    homework(NOTHING)
    assert not fits("linear-forward", "linear-backward", answer)
    assert not fits("linear-forward", "linear-backward", lambda task, inputs: {"error": "none"})


def test_the_same_wrong_numbers_have_the_same_digest() -> None:
    one = {"output": [1.0, -2.5e-7]}
    assert (
        digest(one)
        == digest({"output": [1.0 + 1e-14, -2.5e-7]})
        != digest({"output": [1.0 + 1e-10, -2.5e-7]})
    )
    assert digest({"error": "none"}) is None
    assert probes.rounded({"b": [True, None], "a": "x"}) == [("a", "'x'"), ("b", ["True", "None"])]
