"""NumPy classes are found in the styles that people write them in, and called as they are meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.handwritten import HandWritten, Written
from charmlp.doctor.operation.numpy_code.classes import found
from tests.doctor.numpy_class_sources import SOURCES, WRONG
from tests.doctor.test_numpy_functions import FLOAT64, SIZES, error, module_of, values_of


def complete(made: HandWritten, inputs: str) -> list[Any]:
    """The inputs that are written down, and the object's weights after them."""
    parameters = list(made.parameters.values())
    if inputs == "net":
        return parameters
    flag = inputs.endswith(" training")
    return [*values_of(inputs.removesuffix(" training")), *parameters, *[np.array(True)] * flag]


def all_there(made: HandWritten, values: list[Any]) -> bool:
    """Whether there is a gradient of each input that is no constant."""
    outputs, backward = seeded(made, values)
    gradients = list(backward(tuple(np.ones(np.shape(y)) for y in outputs)))
    names = made.required + made.optional
    asked = [i for i, v in enumerate(values) if v.dtype == float and names[i] not in made.constants]
    return all(gradients[i] is not None for i in asked)


def least_error(one: Written, inputs: str) -> float:
    errors = []
    for make in one.readings:
        made = make(SIZES, FLOAT64)
        try:
            values = complete(made, inputs)
            errors.append(error(made, values) if all_there(made, values) else float("inf"))
        except (TypeError, ValueError, IndexError, AttributeError, CannotExamineError):
            errors.append(float("inf"))
    return min(errors)


@pytest.mark.parametrize("name", SOURCES)
def test_right_code_is_called_as_it_is_meant(name: str, tmp_path: Path) -> None:
    source, inputs = SOURCES[name]
    all_found = {one.name: one for one in found(module_of(source, tmp_path))}
    assert sorted(all_found) == sorted(inputs)
    empty = {key for key, one in all_found.items() if one.unwritten is not None}
    assert empty == {key for key, value in inputs.items() if value == "unwritten"}
    errors = {key: least_error(all_found[key], inputs[key]) for key in inputs if key not in empty}
    assert {key: value for key, value in errors.items() if value > 1e-5} == {}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_code_stays_wrong(name: str, tmp_path: Path) -> None:
    """A negative control: however it is called, its gradients are not the right ones."""
    source, right, wrong, inputs = WRONG[name]
    assert right in source
    one = next(one for one in found(module_of(source.replace(right, wrong), tmp_path)) if one.name == name)
    assert least_error(one, inputs) > 1e-2


@pytest.mark.parametrize("name", SOURCES)
def test_a_run_leaves_nothing_for_the_next(name: str, tmp_path: Path) -> None:
    """Updates, edited upstream gradients and gradients that are added up do not reach the next run."""
    source, inputs = SOURCES[name]
    for one in found(module_of(source, tmp_path)):
        if one.unwritten is not None or inputs[one.name] == "net":
            continue
        made = one.readings[0](SIZES, FLOAT64)
        values = complete(made, inputs[one.name])
        try:
            outputs, backward = seeded(made, values)
        except (TypeError, ValueError):
            continue  # a reading that is not the one
        upstream = [np.ones(np.shape(y)) for y in outputs]
        first = [np.array(g, float) for g in backward(tuple(map(np.array, upstream))) if g is not None]
        again = [np.array(g, float) for g in backward(tuple(map(np.array, upstream))) if g is not None]
        later, backward = seeded(made, values)
        new = [np.array(g, float) for g in backward(tuple(map(np.array, upstream))) if g is not None]
        assert all(np.array_equal(a, b) for a, b in zip(outputs, later, strict=True)), one.name
        for other in (again, new):
            assert all(np.array_equal(a, b) for a, b in zip(first, other, strict=True)), one.name


def test_a_cache_that_backward_damages_is_seen(tmp_path: Path) -> None:
    source = (
        "class Tanh:\n    def forward(self, x):\n        self.y = np.tanh(x)\n        return self.y.copy()\n"
    )
    source += "    def backward(self, dy):\n        self.y *= self.y\n        return dy * (1 - self.y)\n"
    (one,) = found(module_of(source, tmp_path))
    (y,), backward = seeded(one.readings[0](SIZES, FLOAT64), values_of("5x7"))
    first, again = (backward((np.ones(np.shape(y)),))[0] for _ in range(2))
    assert not np.allclose(first, again)


def seeded(made: HandWritten, values: list[Any]) -> Any:
    np.random.seed(0)  # noqa: NPY002 (what the code draws from)
    return made.run([np.array(value) for value in values])


NO_LAYERS = """
import abc
import enum
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Color(enum.Enum):
    RED = 1


class Point(NamedTuple):
    x: float

    def forward(self, x): return x


class Trainer:
    def __init__(self): raise SystemExit("not to be made")
    def fit(self, X, y): raise SystemExit
    def train(self, X, y): raise SystemExit


class Meta(type):
    def __getattribute__(cls, name):
        if name in ("forward", "backward"):
            raise RuntimeError(name)
        return super().__getattribute__(name)


class Odd(metaclass=Meta):
    def forward(self, x): return x
    def backward(self, g): return g


class Interface(Protocol):
    def forward(self, x): ...
    def backward(self, g): ...


class Abstract(abc.ABC):
    @abc.abstractmethod
    def forward(self, x): ...
    @abc.abstractmethod
    def backward(self, g): ...


class Base:
    def forward(self, x): raise NotImplementedError
    def backward(self, dout): raise NotImplementedError


class Failure(Exception):
    def forward(self, x): return x
    def backward(self, g): return g


class Real(Base):
    def __init__(self): raise SystemExit("made only when it is asked for")
    def forward(self, x): return 2 * x
    def backward(self, dout): return 2 * dout


class Empty(Base):
    def forward(self, x):
        self.x = x
        return 2 * x

    def backward(self, dout):
        dx = None
        # TODO: compute the gradient
        return dx


class Strange:
    forward = property(lambda self: 1 / 0)
    backward = 3


forward = backward = 5
"""


def test_what_is_no_layer_is_left_alone(tmp_path: Path) -> None:
    """Nothing is made or called by looking for it."""
    every = {one.name: one for one in found(module_of(NO_LAYERS, tmp_path))}
    assert set(every) <= {"Real", "Empty", "Odd"}
    assert {"Real", "Empty"} <= set(every)
    assert every["Empty"].unwritten is not None
    assert every["Empty"].unwritten.values == {"method": "Empty.backward"}
    with pytest.raises(SystemExit):
        every["Real"].readings[0](SIZES, FLOAT64)


def test_classes_of_torch_are_not_numpys(tmp_path: Path) -> None:
    source = "import torch\nclass F(torch.autograd.Function):\n    forward = backward = lambda ctx, x: x\n"
    assert found(module_of(source, tmp_path)) == []
