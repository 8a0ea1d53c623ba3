"""Engines as people write them: each operation is run alone, with one value in two places, and in a graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor import Diagnosis
from charmlp.doctor.isolation.targets import defined
from charmlp.doctor.isolation.worker import examine_one
from charmlp.doctor.operation.handwritten import HandWritten
from charmlp.doctor.operation.numpy_code.autograd.duals import found as found_duals
from charmlp.doctor.operation.numpy_code.autograd.engines import found
from tests.doctor.numpy_engine_sources import MICROGRAD, SOURCES, WRONG
from tests.doctor.test_numpy_functions import FLOAT64, SIZES, error, module_of, values_of
from tests.doctor.test_survey import examined


def operations(source: str, folder: Path) -> dict[str, HandWritten]:
    every = found(module_of("import math\n" + source, folder))
    return {one.name.rpartition(".")[2]: one.readings[0](SIZES, FLOAT64) for one in every if one.readings}


def errors(made: HandWritten, inputs: str) -> tuple[float, float]:
    """Those of an operation, and of the same where a value is used twice."""
    values = [values_of(text)[0] + 0.1 * i for i, text in enumerate(inputs.split("|"))]
    if made.reused is None:
        return error(made, values), 0.0
    alike = values[0].shape == values[-1].shape
    return error(made, values), error(made.reused, values[:1]) if alike else 0.0


@pytest.mark.parametrize("name", SOURCES)
def test_right_engines(name: str, tmp_path: Path) -> None:
    source, inputs = SOURCES[name]
    every = operations(source, tmp_path)
    assert sorted(every) == sorted(inputs)
    assert max(max(errors(every[key], inputs[key])) for key in inputs) < 1e-5


@pytest.mark.parametrize("name", WRONG)
def test_wrong_engines(name: str, tmp_path: Path) -> None:
    source, right, wrong, operation, where = WRONG[name]
    assert right in source
    key = next(key for key, (known, _) in SOURCES.items() if known is source)
    made = operations(source.replace(right, wrong), tmp_path)
    once, twice = errors(made[operation], SOURCES[key][1][operation])
    assert {"once": once > 1e-2, "twice": once < 1e-5 < 1e-2 < twice, "any": max(once, twice) > 1e-2}[where]


def test_a_wrong_operation_is_not_the_walks(tmp_path: Path) -> None:
    wrong = MICROGRAD.replace("self.grad += out.grad", "self.grad = out.grad")
    assert "backward" not in operations(wrong, tmp_path)
    others = {
        key: errors(made, "|" if "other" in made.required else "")
        for key, made in operations(wrong, tmp_path).items()
    }
    assert {key for key, (once, _) in others.items() if once > 1e-5} == set()
    assert {key for key, (_, twice) in others.items() if twice > 1e-5} == {"__add__"}


def test_what_is_not_written_yet(tmp_path: Path) -> None:
    start, end = MICROGRAD.index("    def __mul__"), MICROGRAD.index("    def __pow__")
    empty = "    def __mul__(self, other):\n        raise NotImplementedError\n\n"
    module = module_of("import math\n" + MICROGRAD[:start] + empty + MICROGRAD[end:], tmp_path)
    one = next(one for one in found(module) if one.name == "Value.__mul__")
    assert one.unwritten is not None
    assert one.unwritten.values == {"method": "Value.__mul__"}


SQUARING = """
class Cell:
    def __init__(self, value, parents=()):
        self.value, self.grad, self.parents = value, 0.0, parents
        self._backward = lambda: None

    def __mul__(self, other):
        out = Cell(self.value * other.value, (self, other))

        def _backward():
            self.grad += other.value * out.grad
            other.grad += self.value * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order = []

        def visit(cell):
            if cell not in order:
                for parent in cell.parents:
                    visit(parent)
                order.append(cell)

        visit(self)
        self.grad = 1.0
        for cell in reversed(order):
            cell._backward()
"""
OF_LEAVES = """

def reset_grads(cells):
    for cell in cells:
        cell.grad = 0.0
"""
OF_GRAPH = """

def reset_grads(cells):
    for cell in Cell.every:
        cell.grad = 0.0
"""


def said_of_backward(source: str, folder: Path) -> Diagnosis:
    one = next(one for one in found(module_of(source, folder)) if one.name == "Cell.backward")
    return examine_one(one, None, one.name, one.name)


def test_a_second_backward_after_the_codes_own_reset(tmp_path: Path) -> None:
    (mistake,) = said_of_backward(SQUARING + OF_LEAVES, tmp_path).mistakes
    assert (mistake.name, mistake.variant) == ("not-accumulated", "call")
    made = "        self._backward = lambda: None\n"
    remembering = SQUARING.replace("class Cell:\n", "class Cell:\n    every = []\n\n")
    remembering = remembering.replace(made, f"{made}        Cell.every.append(self)\n")
    assert said_of_backward(remembering + OF_GRAPH, tmp_path).verdict == "healthy"


def test_a_second_backward_is_only_a_note_where_nothing_resets(tmp_path: Path) -> None:
    module = module_of("import math\n" + MICROGRAD, tmp_path)
    one = next(one for one in found(module) if one.name == "Value.backward")
    diagnosis = examine_one(one, None, one.name, one.name)
    assert diagnosis.verdict == "healthy"
    assert [note.key for note in diagnosis.notes] == ["keeps-between"]


FREE_FUNCTIONS = """
import numpy as np


class Tensor:
    def __init__(self, data, parents=(), flow=None):
        self.data = np.asarray(data, float)
        self.grad = np.zeros_like(self.data)
        self.parents, self.flow = parents, flow


def add(a, b):
    def flow(g):
        a.grad += g
        b.grad += g

    return Tensor(a.data + b.data, (a, b), flow)


def subtract(a, b):
    def flow(g):
        a.grad += g
        b.grad -= g

    return Tensor(a.data - b.data, (a, b), flow)


def relu(a):
    def flow(g):
        a.grad += g * (a.data > 0)

    return Tensor(np.maximum(a.data, 0), (a,), flow)


def backprop(end):
    order = []

    def visit(tensor):
        if not any(tensor is known for known in order):
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)

    visit(end)
    end.grad = np.ones_like(end.data)
    for tensor in reversed(order):
        if tensor.flow:
            tensor.flow(tensor.grad)
"""
SLIPS = {
    "": set(),
    "b.grad -= g|b.grad += g": {5},
    "a.grad += g * (a.data > 0)|a.grad = g * (a.data > 0)": {32},
    "a.grad += g * (a.data > 0)|a.grad += g": {15},
    "a.grad += g * (a.data > 0)|a.grad += a.data > 0": {12},
}


def with_slip(source: str, slip: str) -> str:
    right, _, wrong = slip.partition("|")
    assert right in source
    return source.replace(right, wrong) if slip else source


@pytest.mark.parametrize(
    "slip",
    [pytest.param(s, marks=pytest.mark.full if 15 in SLIPS[s] or 32 in SLIPS[s] else []) for s in SLIPS],
)
def test_operations_that_are_free_functions(slip: str, tmp_path: Path) -> None:
    """The upstream gradient stands for the ones with which their way back begins."""
    module = module_of(with_slip(FREE_FUNCTIONS, slip), tmp_path)
    each = [examine_one(thing, None, name, name) for name, thing in defined(module)]
    assert {"add", "subtract", "relu"} <= {one.target for one in each if one.reason is None}
    assert {mistake.row for one in each for mistake in one.mistakes} == SLIPS[slip]


DUALS = """
import math


class Dual:
    def __init__(self, real, eps=0.0):
        self.real, self.eps = real, eps

    def __add__(self, other):
        return Dual(self.real + other.real, self.eps + other.eps)

    def __mul__(self, other):
        return Dual(self.real * other.real, self.real * other.eps + self.eps * other.real)

    def __pow__(self, n):
        return Dual(self.real**n, n * self.real ** (n - 1) * self.eps)


def cos(x):
    return Dual(math.cos(x.real), -math.sin(x.real) * x.eps)


def derivative(f, x):
    return f(Dual(x, 1.0)).eps
"""
DUAL_SLIPS = {
    "": set(),
    "-math.sin(x.real) * x.eps|math.sin(x.real) * x.eps": {5},
    "(n - 1) * self.eps|(n - 1)": {12},
}


@pytest.mark.parametrize("slip", DUAL_SLIPS)
def test_dual_numbers(slip: str, tmp_path: Path) -> None:
    module = module_of(with_slip(DUALS, slip), tmp_path)
    each = [examine_one(thing, None, name, name) for name, thing in defined(module)]
    assert all(one.reason is None for one in each)
    assert {mistake.row for one in each for mistake in one.mistakes} == DUAL_SLIPS[slip]


def test_complex_numbers_are_no_dual_ones(tmp_path: Path) -> None:
    product = "self.real * other.real, self.real * other.eps + self.eps * other.real"
    of_complex = (
        "self.real * other.real - self.eps * other.eps"
        + product.partition(",")[1]
        + product.partition(",")[2]
    )
    assert found_duals(module_of(DUALS.replace(product, of_complex), tmp_path)) == []


SQUARE_ROOT = """
class Value:
    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self.children, self._backward = children, lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def sqrt(self):
        out = Value(math.sqrt(self.data), (self,))
        def _backward():
            self.grad += 0.5 / out.data * out.grad
        out._backward = _backward
        return out

    def backward(self):
        self.grad = 1.0
        waiting = [self]
        while waiting:
            value = waiting.pop()
            value._backward()
            waiting += value.children
"""


@pytest.mark.parametrize(("slip", "is_healthy"), [("0.5 / out.data", True), ("0.5 / self.data", False)])
def test_a_number_for_which_alone_forward_runs(slip: str, is_healthy: bool, tmp_path: Path) -> None:
    """A square root runs for positive numbers only: those too are numbers to differentiate by."""
    source = SQUARE_ROOT.replace("0.5 / out.data", slip)
    things = dict(defined(module_of("import math\n" + source, tmp_path)))
    said = examine_one(things["Value.sqrt"], None, "sqrt", "sqrt")
    assert said.reason is None and bool(said.mistakes) is not is_healthy


STATIC_DUALS = """
class D:
    def __init__(self, p, t=0.0):
        self.p, self.t = float(p), float(t)

    def __add__(self, other):
        return D(self.p + other.p, self.t + other.t)

    def __mul__(self, other):
        return D(self.p * other.p, self.t * other.p + self.p * other.t)

    @staticmethod
    def op(a, f, df):
        c = f(a.p)
        return D(c, df(c, a.p, a.t))

    @staticmethod
    def exp(a):
        return D.op(a, math.exp, lambda c, p, t: t * c)

    @staticmethod
    def atan2(a, b):
        r = a.p * a.p + b.p * b.p
        return D(math.atan2(a.p, b.p), (a.t * b.p - a.p * b.t) / r)
"""


@pytest.mark.parametrize(
    ("slip", "row"),
    [("|", None), ("t: t * c|t: c", 12), ("a.t * b.p - a.p * b.t|a.t * b.p + a.p * b.t", 5)],
)
def test_operations_that_are_static_methods(slip: str, row: int | None, tmp_path: Path) -> None:
    module = module_of("import math\n" + with_slip(STATIC_DUALS, slip), tmp_path)
    each = {name: examine_one(thing, None, name, name) for name, thing in defined(module)}
    assert {"D.exp", "D.atan2"} <= set(each) and all(one.reason is None for one in each.values())
    assert [mistake.row for one in each.values() for mistake in one.mistakes] == ([row] if row else [])


TAPE = """
tape = []

class Var:
    def __init__(self, value):
        self.value, self.grad = np.asarray(value, float), np.zeros(np.shape(value))

def add(a, b):
    out = Var(a.value + b.value)
    def back():
        a.grad = a.grad + out.grad
        b.grad = b.grad + out.grad
    tape.append(back)
    return out

def mul(a, b):
    out = Var(a.value * b.value)
    def back():
        a.grad = a.grad + out.grad * b.value
        b.grad = b.grad + out.grad * a.value
    tape.append(back)
    return out

def tanh(a):
    out = Var(np.tanh(a.value))
    def back():
        a.grad = a.grad + out.grad * (1 - out.value ** 2)
    tape.append(back)
    return out

def backward(loss):
    loss.grad = np.ones_like(loss.value)
    for back in reversed(tape):
        back()
    tape.clear()
"""


@pytest.mark.parametrize(("slip", "rows"), [("", []), ("a.grad + out.grad * (1|out.grad * (1", [32])])
def test_a_value_used_twice_on_a_tape(slip: str, rows: list[int], tmp_path: Path) -> None:
    """One way back uses up the tape, so both uses have to lie on it."""
    module = module_of(with_slip(TAPE, slip), tmp_path)
    each = {name: examine_one(thing, None, name, name) for name, thing in defined(module)}
    assert "tanh" in each
    assert [mistake.row for one in each.values() for mistake in one.mistakes] == rows


OF_DICTS = """
import math
from collections import defaultdict


class Variable:
    def __init__(self, value, local_gradients=()):
        self.value, self.local_gradients = value, local_gradients

    def __add__(self, other):
        return Variable(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Variable(self.value * other.value, ((self, other.value), (other, self.value)))

    def __truediv__(self, other):
        return self * inverse(other)


def inverse(a):
    return Variable(1 / a.value, ((a, -1 / a.value ** 2),))


def sine(a):
    return Variable(math.sin(a.value), ((a, math.cos(a.value)),))


def get_gradients(variable):
    gradients = defaultdict(float)

    def follow(variable, along):
        for parent, slope in variable.local_gradients:
            gradients[parent] += along * slope
            follow(parent, along * slope)

    follow(variable, 1.0)
    return gradients
"""
NODES = """
import numpy as np


class Node:
    def __init__(self, inputs=()):
        self.inputs_of, self.consumers = list(inputs), []
        for one in inputs:
            one.consumers.append(self)


class Constant(Node):
    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self):
        return self.value


class Product(Node):
    def forward(self, x, w):
        self.x, self.w = x, w
        return x @ w

    def backward(self, g):
        return g @ self.w.T, self.x.T @ g


class Sigmoid(Node):
    def forward(self, a):
        self.out = 1 / (1 + np.exp(-a))
        return self.out

    def backward(self, g):
        return (g * self.out * (1 - self.out),)


def run(node):
    return node.forward(*[run(one) for one in node.inputs_of])


if __name__ == "__main__":
    x, w = Constant(np.random.randn(4, 3)), Constant(np.random.randn(3, 2))
    out = Sigmoid([Product([x, w])])
    y = run(out)
    print(out.backward(np.ones_like(y)))
"""


@pytest.mark.parametrize(
    ("engine", "part", "slip"),
    [
        (OF_DICTS, "", ""),
        (OF_DICTS, "-1 / a.value ** 2", "1 / a.value ** 2"),
        (OF_DICTS, "math.cos(a.value)", "-math.cos(a.value)"),
        (NODES, "", ""),
        (NODES, "self.out * (1 - self.out)", "(1 - self.out)"),
        pytest.param(NODES, "self.x.T @ g", "(self.x.T @ g) / len(g)", marks=pytest.mark.full),
    ],
)
def test_ways_back_in_dicts_and_nodes_of_graphs(engine: str, part: str, slip: str, tmp_path: Path) -> None:
    assert part in engine
    found = examined(tmp_path, engine.replace(part, slip) if part else engine)
    mistaken = [one for one in found if one.mistakes]
    assert found and bool(mistaken) is bool(part) and (part or all(found))
