"""What is said of answers: planted mistakes are named, what follows rightly is right, nobody is accused.

The mistakes come from a student with plain lists, benchmarks/exercise_plants.py; in full: exercises.py there.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from charmlp.course.exercises import judging
from charmlp.course.exercises.kind import Options, Verdict
from charmlp.course.exercises.kinds import kind_of
from charmlp.errors import DataError

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    import exercises as benchmark
finally:
    sys.path.remove(str(BENCHMARKS))

COUNT = 21  # answers of each sort


def judged(
    kind: str, seed: int, language: str = "en", flags: dict[str, Any] | None = None, **changed: Any
) -> dict[str, Verdict]:
    problem = kind_of(kind).make(Options(seed=seed, **(flags or {})))
    return {verdict.name: verdict for verdict in problem.judge({**problem.answers(), **changed}, language)}


def answer(kind: str, seed: int, name: str, flags: dict[str, Any] | None = None) -> Any:
    return kind_of(kind).make(Options(seed=seed, **(flags or {}))).answers()[name]


def test_planted_mistakes_are_named_and_nobody_is_accused() -> None:
    counted, missed = benchmark.measure(COUNT)
    assert counted["planted"] == counted["right"] == counted["changed"] / 2 == COUNT
    assert counted["named"] >= 0.95 * COUNT, missed
    assert counted["accused"] == counted["twice"] == 0
    assert counted["noticed"] == 2 * COUNT
    assert counted["imagined"] <= 0.05 * COUNT


def test_a_judge_without_slips_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "explanations", lambda *values: iter(()))
    counted, missed = benchmark.measure(7)
    assert counted["named"] == 0 and sum(missed.values()) >= 7


def test_the_mask_of_the_wrong_example() -> None:
    """Computed here, and named with the names of the exercise."""
    problem = kind_of("backprop").make(Options(seed=1))
    z1, dh1 = problem.answers()["z1"], problem.answers()["dh1"]
    wrong = [
        [g * (z > 0) for g, z in zip(*rows, strict=True)] for rows in zip(dh1, reversed(z1), strict=True)
    ]
    verdict = judged("backprop", 1, dz1=wrong)["dz1"]
    assert not verdict.right and verdict.mistake == "wrong-sample.slope"
    assert verdict.text == (
        "This is what comes out if the slope (for relu: the mask) is taken from z1 of the wrong example."
    )


def test_the_doctors_words_with_the_names_of_the_exercise() -> None:
    transposed = [list(column) for column in zip(*answer("linear", 1, "dW"), strict=True)]
    assert judged("linear", 1, dW=transposed)["dW"].text == "The gradient of W is transposed."
    assert judged("linear", 1, "zh", dW=transposed)["dW"].text == "W 的梯度转置了。"
    logits = kind_of("softmax").make(Options(seed=1))
    q = logits.answers()["q"]
    verdict = judged("softmax", 1, dz=[[p / 2 for p in row] for row in q])["dz"]
    assert verdict.mistake == "target-forgotten"
    assert verdict.text == "The gradient of z is q: the target is not subtracted."


def test_what_follows_from_a_wrong_value_is_right_and_says_from_which() -> None:
    """dz2 is called wrong; dW2 follows from it; dh1 was computed with the right dz2, and is right as well."""
    problem = kind_of("backprop").make(Options(seed=1))
    right = problem.answers()
    wrong = [[2 * g for g in row] for row in right["dz2"]]
    followed = [[2 * g for g in row] for row in right["dW2"]]
    verdicts = judged("backprop", 1, dz2=wrong, dW2=followed)
    assert verdicts["dz2"].mistake == "missing-mean"
    assert verdicts["dW2"].right and verdicts["dW2"].text == "Follows rightly from your dz2."
    assert verdicts["dh1"].right and verdicts["dh1"].text == ""
    assert [name for name, verdict in verdicts.items() if not verdict.right] == ["dz2"]


def test_what_follows_from_what_follows_names_where_it_began() -> None:
    wrong = {"theta1": [9.0, 9.0]}
    problem = kind_of("optimizer").make(Options(seed=1, optim_type="adagrad"))
    right = problem.answers()
    eta, g2 = problem.data("en")["given"]["eta"], problem.data("en")["given"]["g2"]
    theta2 = [9.0 - eta * g / s**0.5 for g, s in zip(g2, right["s2"], strict=True)]
    verdicts = judged("optimizer", 1, flags={"optim_type": "adagrad"}, **wrong, theta2=theta2)
    assert not verdicts["theta1"].right
    assert verdicts["theta2"].right and verdicts["theta2"].text == "Follows rightly from your theta1."


def test_single_elements() -> None:
    z = answer("linear", 1, "z")
    wrong = [[-z[0][0], *z[0][1:]], *z[1:]]
    assert judged("linear", 1, z=wrong)["z"].text == "Element (1, 1): The sign is wrong."
    coarse = [[round(p, 2) for p in row] for row in answer("softmax", 1, "q")]
    assert judged("softmax", 1, q=coarse)["q"].mistake == "rounding"
    assert judged("softmax", 1, L=answer("softmax", 1, "L") + 0.0009)["L"].right
    assert judged("softmax", 1, L=answer("softmax", 1, "L") + 0.4321)["L"].mistake is None


def test_brackets_around_a_row_or_a_column_may_differ() -> None:
    verdicts = judged("backprop", 1, flags={"worked": True}, h1=[2, 0], L=[2.1269])
    assert all(verdict.right for verdict in verdicts.values())
    column = [[number] for number in answer("linear", 1, "db")]
    assert judged("linear", 1, db=column)["db"].right


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dx": [1, 2, 3]}, "dx: expected 2×3 numbers, not 3 numbers"),
        ({"db": 1}, "db: expected 2 numbers, not 1 number"),
        ({"z": [[1, 2], [3]]}, "z: its lists have different lengths"),
        ({"z": [[1, "two"], [3, 4]]}, "z: a number is expected, not 'two'"),
        ({"z": []}, "z: expected 2×2 numbers, not 0 numbers"),
    ],
)
def test_what_cannot_be_judged(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        judged("linear", 1, **changed)


@pytest.mark.parametrize("number", [0, -1, 1e300, -1e-300])
def test_any_numbers_are_judged(number: float) -> None:
    """Without a warning, whatever has no logarithm and no root."""
    for kind, flags in (("backprop", {"lr": 0.1}), ("softmax", {}), ("optimizer", {"optim_type": "adam"})):
        problem = kind_of(kind).make(Options(seed=1, **flags))
        given = {name: replaced(value, number) for name, value in problem.answers().items()}
        assert [verdict.name for verdict in problem.judge(given, "zh")] == list(given)


def replaced(value: Any, number: float) -> Any:
    return [replaced(each, number) for each in value] if isinstance(value, list) else number
