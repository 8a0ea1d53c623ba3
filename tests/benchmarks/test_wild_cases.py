"""The verdicts of benchmarks/wild/cases.toml, proved by central differences, without the doctor."""

import copy
import functools
import json
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.sampling import one_in

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

WILD = Path(__file__).parents[2] / "benchmarks" / "wild"
CASES = tomllib.loads((WILD / "cases.toml").read_text(encoding="utf-8"))
RIGHT = [name for name, case in CASES.items() if case["verdict"] == "right"]
STEP, TOLERANCE = 1e-6, 1e-6
STANDARD = {"collections", "dataclasses", "math", "random"}  # what any case may import besides


def python_code(path: Path) -> str:
    """The code of a case; of a notebook that of its cells, without their magics."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join(re.sub(r"^%.*", "", cell, flags=re.MULTILINE) for cell in cells)


def run_case(path: Path) -> dict[str, Any]:
    """What the names of a case's file stand for once it has run."""
    if path.suffix != ".ipynb":
        return runpy.run_path(str(path))
    names: dict[str, Any] = {}
    exec(compile(python_code(path), path, "exec"), names)
    return names


def array(thing: Any) -> np.ndarray:
    """The numbers of an array or a tensor: the same memory, so that writing to it moves the input."""
    return thing.detach().numpy() if isinstance(thing, torch.Tensor) else np.asarray(thing)


class Proof:
    """One case at its inputs: its value, its gradients and the numeric ones."""

    def __init__(self, case: dict[str, Any]) -> None:
        rng = np.random.default_rng(7)

        def normal(*shape: int) -> Any:
            x = rng.normal(size=shape)
            return torch.from_numpy(x).requires_grad_() if case["framework"] == "torch" else x

        self.case = case
        helpers = {"copy": copy, "normal": normal, "np": np, "rng": rng, "torch": torch}
        self.scope = run_case(WILD / case["file"]) | helpers
        exec(case["given"], self.scope)
        self.scope["g"] = rng.normal(size=np.shape(array(self("value"))))
        if case["framework"] == "torch":
            self.scope["g"] = torch.from_numpy(np.asarray(self.scope["g"]))

    def __call__(self, entry: str) -> Any:
        return eval(self.case[entry], self.scope)

    def total(self) -> float:
        return float(np.sum(array(self("value")) * (array(self.scope["g"]) if self.takes_upstream else 1.0)))

    @property
    def takes_upstream(self) -> bool:
        return "gradients" not in self.case or re.search(r"\bg\b", self.case["gradients"]) is not None

    def analytic(self) -> list[np.ndarray | None]:
        if "gradients" in self.case:
            found = self("gradients")
        else:
            inputs = [eval(name, self.scope) for name in self.case["of"]]
            found = torch.autograd.grad(self("value"), inputs, self.scope["g"], allow_unused=True)
        found = found if isinstance(found, tuple) else (found,)
        assert len(found) == len(self.case["of"])
        return [None if x is None else array(x) for x in found]

    def numeric(self, name: str) -> np.ndarray:
        x = array(eval(name, self.scope))
        slopes = np.empty(x.shape)
        for place in np.ndindex(x.shape):
            kept = x[place]
            x[place] = kept + STEP
            above = self.total()
            x[place] = kept - STEP
            slopes[place] = (above - self.total()) / (2 * STEP)
            x[place] = kept
        return slopes


@functools.cache
def gradients(name: str) -> dict[str, tuple[np.ndarray | None, np.ndarray]]:
    """For each input of a case its code's gradient (None: it has none) and that of central differences."""
    proof = Proof(CASES[name])
    inputs = CASES[name]["of"]
    numeric = [proof.numeric(each) for each in inputs]
    try:
        analytic = proof.analytic()
    except RuntimeError:  # torch's engine refuses what backward returned
        analytic = [None] * len(inputs)
    return dict(zip(inputs, zip(analytic, numeric, strict=True), strict=True))


def wrong_gradients(name: str, factor: float = 1.0) -> set[str]:
    """The inputs of a case whose gradient, times a factor, is not that of central differences."""
    wrong = set()
    for each, (found, expected) in gradients(name).items():
        allowed = TOLERANCE * max(1e-8, np.abs(expected).max())
        fits = found is not None and found.shape == expected.shape
        if not fits or not np.abs(factor * found - expected).max() <= allowed:
            wrong.add(each)
    return wrong


def same(case: dict[str, Any]) -> bool:
    """Whether the two expressions of a case, each at fresh inputs, are equal; nothing equals nan or inf."""
    with np.errstate(all="ignore"):
        one, other = (array(eval(expression, Proof(case).scope)) for expression in case["same"])
        if one.dtype.kind in "US":
            return bool(one == other)
        finite = one.shape == other.shape and np.isfinite(one).all()
        return bool(finite and np.allclose(one, other, rtol=1e-6, atol=1e-9))


@pytest.mark.parametrize("name", one_in(4, CASES))
def test_a_verdict_is_true(name: str) -> None:
    case = CASES[name]
    named = set(case.get("gradient", []))
    assert named <= set(case["of"])
    if "same" in case:
        assert wrong_gradients(name) <= named
        assert same(case) == (case["verdict"] == "right")
    else:
        assert wrong_gradients(name) == named
        assert bool(named) == (case["verdict"] == "wrong")


@pytest.mark.parametrize("name", one_in(4, RIGHT))
def test_a_right_gradient_a_thousandth_too_large_is_wrong(name: str) -> None:
    assert wrong_gradients(name, factor=1.001) == set(CASES[name]["of"])


def test_the_table_and_the_files_agree() -> None:
    files = {f"cases/{path.name}" for path in WILD.glob("cases/*.*")}
    assert files == {case["file"] for case in CASES.values()}
    for case in CASES.values():
        code = python_code(WILD / case["file"])
        imports = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
        assert imports - STANDARD == {case["framework"]} - {"python"}, case["file"]
        text = (WILD / case["file"]).read_text(encoding="utf-8")
        assert not re.search(r"wrong|mistake|bug|correct|forgot|missing", text), f"{case['file']} tells"
        assert re.fullmatch(r"[\w.-]+/[\w.-]+#\d+|https://\S+", case["source"])
        assert case["verdict"] == "right" or 0 <= case["row"] <= 34


# of each set its number, how many cases and right ones it has at least, and without a row at most
SETS = [
    (1, 60, 15, 6),
    (2, 45, 12, 6),
    (3, 56, 20, 6),
    (4, 69, 23, 4),
    (5, 60, 20, 6),
    (6, 60, 22, 6),
    (7, 64, 22, 5),
    (8, 57, 19, 5),
    (9, 66, 22, 4),
    (10, 60, 20, 6),
    (11, 53, 17, 4),
    (12, 50, 14, 5),
    (13, 13, 6, 5),
    (14, 59, 19, 5),
    (15, 28, 9, 3),
]


@pytest.mark.parametrize(("number", "size", "right", "rowless"), SETS)
def test_a_set_is_of_its_size_and_of_its_own(number: int, size: int, right: int, rowless: int) -> None:
    cases = {name: case for name, case in CASES.items() if case.get("set", 1) == number}
    assert len(cases) >= size and len(set(cases) & set(RIGHT)) >= right
    assert sum(case.get("row") == 0 for case in cases.values()) <= rowless
    sources = {case["source"] for case in cases.values()}
    assert not sources & {case["source"] for name, case in CASES.items() if name not in cases}
    assert number == 1 or len(sources) == len(cases)


def test_there_are_no_other_sets() -> None:
    assert {case.get("set", 1) for case in CASES.values()} == {number for number, *_ in SETS}
