"""NumPy functions are found in the styles that people write them in, and called as they are meant."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from charmlp.doctor.operation.handwritten import HandWritten, Written
from charmlp.doctor.operation.numpy_code.functions import found
from tests.doctor.numpy_sources import SOURCES

SIZES = {"N": 5, "D": 7, "K": 3, "C": 3}
FLOAT64 = np.dtype(float)
NUMBERS = itertools.count()


def module_of(source: str, folder: Path) -> ModuleType:
    name = f"numpy_code_{next(NUMBERS)}"
    path = folder / f"{name}.py"
    path.write_text("import numpy as np\n" + source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def values_of(inputs: str) -> list[Any]:
    generator = np.random.default_rng(0)

    def value(text: str) -> Any:
        if text == "label":
            return np.array([0, 2, 1, 1, 0])
        shape = tuple(int(n) for n in text.lstrip("+").split("x") if n)
        numbers = generator.uniform(0.2, 0.9, shape)
        return numbers if text.startswith("+") else np.asarray(numbers * generator.choice((-2, 2), shape))

    return [value(text) for text in inputs.split(" ")]


def error(made: HandWritten, values: Sequence[Any]) -> float:
    """The largest error of its gradients beside central differences, relative to the largest entry."""

    def run(at: Sequence[Any]) -> Any:
        np.random.seed(0)  # noqa: NPY002 (what the code draws from)
        return made.run([np.array(v) for v in at])

    outputs, backward = run(values)
    generator = np.random.default_rng(1)
    upstream = tuple(generator.standard_normal(np.shape(y)) for y in outputs)
    gradients = list(backward(upstream))
    assert len(gradients) >= len(values)
    worst = 0.0
    judged = 0
    for position, value in enumerate(values):
        name = (made.required + made.optional)[position]
        if value.dtype != float or name in made.constants:
            continue
        numeric = np.zeros(np.shape(value))
        for index in np.ndindex(np.shape(value)):
            both = []
            for h in (1e-6, -1e-6):
                at = [np.array(v) for v in values]
                at[position][index] += h
                both.append(sum(float(np.sum(g * y)) for g, y in zip(upstream, run(at)[0], strict=True)))
            numeric[index] = (both[0] - both[1]) / 2e-6
        gradient = np.asarray(gradients[position], dtype=float)
        if gradient.shape != numeric.shape:
            return float("inf")
        judged += 1
        worst = max(worst, float(abs(gradient - numeric).max()) / max(float(abs(numeric).max()), 1e-3))
    assert judged
    return worst


def least_error(one: Written, inputs: str) -> float:
    errors = []
    for make in one.readings:
        made = make(SIZES, FLOAT64)
        values = list(made.parameters.values()) if inputs == "net" else values_of(inputs)
        try:
            errors.append(error(made, values))
        except (TypeError, ValueError, IndexError):
            errors.append(float("inf"))
    return min(errors)


@pytest.mark.parametrize("name", SOURCES)
def test_right_code_is_called_as_it_is_meant(name: str, tmp_path: Path) -> None:
    source, inputs = SOURCES[name]
    all_found = {one.name: one for one in found(module_of(source, tmp_path))}
    assert [one.unwritten for one in all_found.values()] == [None] * len(all_found)
    assert sorted(all_found) == sorted(inputs)
    errors = {key: least_error(all_found[key], inputs[key]) for key in inputs}
    assert {key: value for key, value in errors.items() if value > 1e-5} == {}
