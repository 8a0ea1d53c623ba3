"""What a submission is worth, and what a rubric is told that is wrong in itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.course.grading.results import FAILED, TaskResult
from charmlp.course.grading.rubric import Rubric, as_points, as_toml, read_rubric
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS
from charmlp.errors import CharmlpError

DEFAULT = Rubric({"linear": 10.0, "relu": 5.0, "tanh": 5.0})


def points(rubric: Rubric, *results: TaskResult) -> list[float]:
    return [score.points for score in rubric.scores(results).values()]


def mistaken(task: str, *causes: str) -> TaskResult:
    return TaskResult(task, MISTAKEN, causes)


def test_a_task_keeps_what_its_status_keeps() -> None:
    rubric = Rubric(DEFAULT.points, kept={RUNS: 0.5, MISTAKEN: 0.2})
    statuses = {RIGHT: 10, RUNS: 5, MISTAKEN: 2, NOT_BEGUN: 0, FAILED: 0}
    for status, expected in statuses.items():
        assert points(rubric, TaskResult("linear", status)) == [expected]


def test_a_mistake_costs_what_it_costs_and_any_other_the_whole_task() -> None:
    rubric = Rubric(DEFAULT.points, costs={"missing-mean": 3.0, "kink-choice": 0.0, "sign-flipped": 30.0})
    assert points(rubric, mistaken("linear", "missing-mean")) == [7]
    assert points(rubric, mistaken("linear", "missing-mean", "kink-choice")) == [7]
    assert points(rubric, mistaken("linear", "sign-flipped")) == [0]
    assert points(rubric, mistaken("linear", "relu-mask")) == [0]
    assert points(rubric, mistaken("linear")) == [0]


def test_one_cause_costs_once() -> None:
    scores = DEFAULT.scores([mistaken("relu", "cotangent-ignored"), mistaken("tanh", "cotangent-ignored")])
    assert [(score.points, score.cause) for score in scores.values()] == [(0, None), (5, "relu")]
    assert points(DEFAULT, mistaken("relu", "sign-flipped"), mistaken("tanh", "cotangent-ignored")) == [0, 0]
    assert points(DEFAULT, mistaken("relu"), mistaken("tanh")) == [0, 0]  # two causes without a name


def test_a_backward_that_fits_a_wrong_forward_costs_nothing_more() -> None:
    fitting = TaskResult("tanh", RUNS, follows="relu")
    scores = DEFAULT.scores([mistaken("relu", "forward-wrong"), fitting])
    assert [(score.points, score.cause) for score in scores.values()] == [(0, None), (5, "relu")]


def test_a_file_says_what_is_other_than_usual(tmp_path: Path) -> None:
    file = tmp_path / "rubric.toml"
    file.write_text('[points]\nlinear = 20\n[costs]\n"1" = 2\nunstable = 0.5\n[kept]\n"not begun" = 0.1\n')
    rubric = read_rubric(file, DEFAULT)
    assert rubric.points == {"linear": 20, "relu": 5, "tanh": 5} and rubric.total == 30
    assert rubric.costs == {"missing-mean": 2, "unstable": 0.5} and rubric.kept == {"not begun": 0.1}
    file.write_text(as_toml(rubric))
    assert read_rubric(file, DEFAULT) == rubric
    assert read_rubric(None, DEFAULT) is DEFAULT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[points", "rubric.toml: is not TOML"),
        ("[point]\nlinear = 1", 'unknown section "point"; did you mean \'points\'?'),
        ("points = 3", "points: a section [points] is expected, not 3"),
        ("[points]\nlinaer = 1", "points: unknown entry \"linaer\"; did you mean 'linear'?"),
        ("[points]\nlinear = -1", "points.linear: expected a number from 0 to 1000, not -1"),
        ("[points]\nlinear = nan", "points.linear: expected a number"),
        ("[points]\nlinear = true", "points.linear: expected a number"),
        ('[points]\nlinear = "10"', "points.linear: expected a number"),
        ("[points]\nlinear = 0\nrelu = 0\ntanh = 0", "every task is worth 0"),
        ("[costs]\nmissing-maen = 1", "costs: unknown entry \"missing-maen\"; did you mean 'missing-mean'?"),
        ("[costs]\n99 = 1", 'costs: no mistake has row "99"'),
        ("[costs]\n1 = 1\nmissing-mean = 2", 'costs: "missing-mean" is there twice'),
        ("[kept]\nruns = 2", "kept.runs: expected a number from 0 to 1, not 2"),
        ("[kept]\nright = 1", 'kept: unknown entry "right"'),
    ],
)  # fmt: skip
def test_what_is_wrong_names_the_entry(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "rubric.toml").write_text(text)
    with pytest.raises(CharmlpError) as error:
        read_rubric(tmp_path / "rubric.toml", DEFAULT)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_bytes("# 评分".encode("gbk"))
    (tmp_path / "large.toml").write_bytes(b"#" * 2**21)
    for name, words in (
        ("gbk.toml", "not UTF-8"),
        ("large.toml", "larger than"),
        ("none.toml", "no such file"),
    ):
        with pytest.raises(CharmlpError, match=words):
            read_rubric(tmp_path / name, DEFAULT)


def test_points_as_people_write_them() -> None:
    assert [as_points(value) for value in (7.0, 7.5, 0.125, 100.0)] == ["7", "7.5", "0.13", "100"]


def test_what_fails_with_others_costs_nothing_more_but_is_no_present() -> None:
    rubric = Rubric({"linear-forward": 10.0, "relu": 10.0, "program": 5.0})
    program = TaskResult("program", RUNS)
    right, wrong = TaskResult("linear-forward", RIGHT), mistaken("relu", "relu-mask")
    assert points(rubric, right, wrong, program) == [10, 0, 5]
    assert points(rubric, right, TaskResult("relu", NOT_BEGUN), program) == [10, 0, 0]
    assert points(rubric, mistaken("linear-forward", "forward-wrong"), wrong, program) == [0, 0, 0]
    assert points(rubric, right, wrong, TaskResult("program", MISTAKEN)) == [10, 0, 0]
