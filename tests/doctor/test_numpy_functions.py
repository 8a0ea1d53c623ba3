"""NumPy functions are found in the styles that people write them in, and called as they are meant."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import charmlp
from charmlp.doctor.examination import examine_operation
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.handwritten import HandWritten, Written
from charmlp.doctor.operation.numpy_code.functions import found
from tests.doctor.numpy_sources import SOURCES
from tests.sampling import in_full, one_in

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


WRONG = {
    "a pair": (
        "def relu_forward(x): return np.maximum(x, 0), x\ndef relu_backward(dout, cache): return dout",
        "5x7",
    ),
    "the wrong variable": ("def tanh(x): return np.tanh(x)\ndef tanh_prime(x): return 1 - x", "5x7"),
    "a flag": ("def f(x, deriv=False): return 2 * x if deriv else x ** 3", "5x7"),
    "a loss": (
        "def loss(x, y):\n    loss = ((x - y) ** 2).mean()\n    dx = x - y\n    return loss, dx",
        "5x7 5x7",
    ),
    "order": (
        "def mul_forward(x, w): return x * w, (x, w)\n"
        "def mul_backward(dout, cache):\n    x, w = cache\n    return dout * x, dout * w",
        "5x7 5x7",
    ),
    "an order that nobody means": (
        "def fc_forward(x, w, b): return x @ w + b, (x, w)\n"
        "def fc_backward(dout, cache):\n    x, w = cache\n"
        "    dx, dw, db = dout @ w.T, x.T @ dout, dout.sum(0)\n    return dw, dx, db",
        "5x7 7x3 3",
    ),
    "a bias alone that is averaged": (
        "def fc_forward(x, w, b): return x @ w + b, (x, w)\n"
        "def fc_backward(dout, cache):\n    x, w = cache\n    return dout @ w.T, x.T @ dout, dout.mean(0)",
        "5x7 7x3 3",
    ),
    "a network": (
        "def loss(W, X, y):\n    r = X @ W - y\n    loss = 0.5 * (r ** 2).sum()\n    dW = X.T @ r / len(X)\n"
        "    return loss, dW",
        "net",
    ),
    "a cost and its gradient": (
        "def compute_cost(X, y, w, b): return ((X @ w + b - y) ** 2).mean() / 2\n"
        "def compute_gradient(X, y, w, b):\n    r = X @ w + b - y\n    return X.T @ r, r.mean()",
        "net",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_code_is_wrong_in_every_reading(name: str, tmp_path: Path) -> None:
    source, inputs = WRONG[name]
    (one,) = found(module_of(source, tmp_path))
    assert least_error(one, inputs) > 0.01


def test_a_network_without_a_loss_is_judged_by_that_of_its_outputs(tmp_path: Path) -> None:
    source, _ = SOURCES["a network without its loss"]
    wrong = source.replace("dZ1.dot(X.T)", "-dZ1.dot(X.T)")
    (one,) = [one for one in found(module_of(wrong, tmp_path)) if one.name == "forward_prop"]
    made = one.readings[0](SIZES, FLOAT64)
    assert made.note == phrase("network-loss", loss="−Σ y* log y / N")
    assert made.sizes == {"N": 5, "C": 10}
    assert error(made, list(made.parameters.values())) == pytest.approx(2, rel=1e-4)


def test_backward_may_be_called_twice(tmp_path: Path) -> None:
    source, _ = SOURCES["cs231n layers"]
    one = found(module_of(source, tmp_path))[0]
    _, backward = one.readings[0](SIZES, FLOAT64).run(values_of("5x7 7x3 3"))
    g = np.ones((5, 3))
    first, second = backward((g,)), backward((2 * g,))
    assert all(np.allclose(2 * np.asarray(a), b) for a, b in zip(first, second, strict=True))


def test_two_conventions_are_each_there_once(tmp_path: Path) -> None:
    source = """
def sigmoid(x): return 1 / (1 + np.exp(-x))
def sigmoid_derivative(x): return sigmoid(x) * (1 - sigmoid(x))
def sigmoid_forward(x): return sigmoid(x), x
def sigmoid_backward(dout, cache): return dout * sigmoid_derivative(cache)
"""
    names = [(one.name, one.others) for one in found(module_of(source, tmp_path))]
    assert names == [("sigmoid", ("sigmoid_derivative",)), ("sigmoid_forward", ("sigmoid_backward",))]


def test_half_a_pair_says_what_is_missing(tmp_path: Path) -> None:
    source = (
        "def tanh_backward(dout, cache): return dout\n"
        "def conv_forward(x, w): return x\ndef forward(x): return x"
    )
    both = found(module_of(source, tmp_path))
    assert [one.name for one in both] == ["tanh_backward", "conv_forward"]
    for one, key in zip(both, ("backward-alone", "forward-alone"), strict=True):
        with pytest.raises(CannotExamineError) as caught:
            one.readings[0](SIZES, FLOAT64)
        assert caught.value.reason == phrase(key, name=one.name)


def test_in_a_torch_file_half_a_pair_is_nothing(tmp_path: Path) -> None:
    source = "import torch\ndef conv_forward(x, w): return x\n"
    assert found(module_of(source, tmp_path)) == []


def test_a_note_says_of_which_variable_a_derivative_is(tmp_path: Path) -> None:
    def notes(parameter: str) -> list[str]:
        source = f"def tanh(x): return np.tanh(x)\ndef dtanh({parameter}): return 1 - {parameter} ** 2"
        (one,) = found(module_of(source, tmp_path))
        return [str(make(SIZES, FLOAT64).note.key) for make in one.readings]  # type: ignore[union-attr]

    assert notes("x") == ["derivative-of-input", "derivative-of-output"]
    assert notes("y") == ["derivative-of-output", "derivative-of-input"]


ODD = """
import functools, contextlib, dataclasses, enum

def main(): raise SystemExit
def forward(*args, **kwargs): raise SystemExit
def backward(*args, **kwargs): raise SystemExit
def relu_forward(): raise SystemExit
def relu_backward(): raise SystemExit
def gen_forward(x):
    yield x
def gen_backward(dout):
    yield dout
async def io_forward(x): return x
async def io_backward(dout): return dout
def only_forward(x, /, *, y): return x
def only_backward(dout, /, *, y): return dout
def default_forward(x=np.ones(3)): return x
def default_backward(dout=None, cache=None): return dout
d = 3
grad = None
dX = np.ones((2, 2))
X = lambda: 0
sigmoid = functools.partial(np.maximum, 0)
sigmoid_derivative = functools.partial(lambda y, x: x, 2)
tanh = np.tanh
def tanh_prime(x): return 1 - np.tanh(x) ** 2
exp, d_exp = (lambda x: np.exp(x)), (lambda x: np.exp(x))
class square_backward:
    def __call__(self, x): return x
def square(x): return x
cube = square_backward()
@contextlib.contextmanager
def scale_forward(x):
    yield x
def scale_backward(dout, scale): return dout
@functools.lru_cache
def cached(x): return x
@functools.lru_cache
def cached_grad(x): return 1
class Value:
    def __getattr__(self, name): return self
    def __call__(self, *args): return self
value, dvalue = Value(), Value()
class Raises:
    def __getattribute__(self, name): raise RuntimeError(name)
raises, raises_grad = Raises(), Raises()
def loss(): return 1, 2
def cost(W, X, y): return
def loss_and_grad(*, x): return 1, 2
def recursive_forward(x): return recursive_forward(x), recursive_backward
def recursive_backward(dout): return recursive_backward(dout)
def _(x): return x
def __(x): return x
def d_(x): return x
def ﬁ_forward(x): return x
def ﬁ_backward(dout): return dout
relu = relu_forward
drelu = relu_backward
exec("def hidden_forward(x): return x\\ndef hidden_backward(dout, cache): return dout", globals())
a = b = c = functools.reduce
f = g = df = dg = lambda *a, **k: 1
pair = (relu_forward, relu_backward)
Color = enum.Enum("Color", "red green")
"""


def test_odd_modules_are_read_without_being_called(tmp_path: Path) -> None:
    for one in found(module_of(ODD, tmp_path)):
        assert one.readings and one.name


WORDS = [
    "forward",
    "backward",
    "relu",
    "grad",
    "d",
    "loss",
    "cost",
    "prime",
    "init",
    "network",
    "sigmoid",
    "compute",
    "f",
]
PARAMETERS = [
    "x", "dout", "cache", "params", "X", "Y", "y", "W1", "b1", "activation", "*rest", "conv_param", "z=None",
    "deriv=False", "*, key", "**more", "grads", "A_prev", "lr=0.1", "n, /",
]  # fmt: skip
BODIES = [
    "return x", "return loss, grads", "return", "pass", "return {'dW1': dW1}", "yield 1", "global x; x = 3",
    "return (lambda q: q)(1), x[0]", "return [x for x in y], *z", "raise ValueError",
    "return -x.T.sum() / 2, cache['a']",
]  # fmt: skip


def test_random_modules_are_read_without_an_error(tmp_path: Path) -> None:
    """Whatever is found in them can be built, or says in one line why not."""
    draw = random.Random(0)
    for _ in range(60):
        functions = []
        for _ in range(8):
            name = draw.choice(["_", ""]).join(draw.sample(WORDS, draw.randint(1, 3)))
            parameters = ", ".join(draw.sample(PARAMETERS, draw.randint(0, 5)))
            source = f"def {name}({parameters}):\n    {draw.choice(BODIES)}\n"
            try:
                compile(source, "drawn", "exec")
            except SyntaxError:
                continue
            functions.append(source)
        for one in found(module_of("".join(functions), tmp_path)):
            for make in one.readings:
                with contextlib.suppress(CannotExamineError):
                    make(SIZES, FLOAT64)


def test_torch_is_not_imported(tmp_path: Path) -> None:
    path = tmp_path / "layers.py"
    path.write_text("import numpy as np\n" + SOURCES["cs231n layers"][0], encoding="utf-8")
    code = (
        "import sys; from charmlp.doctor.isolation.targets import Target, defined, load\n"
        f"names = [name for name, _ in defined(load(Target({str(path)!r}, None)).module)]\n"
        "print(names); sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert done.stdout.strip() == "['affine_forward', 'relu_forward', 'affine_relu_forward']", done.stderr
    assert done.returncode == 0


def environment() -> dict[str, str]:
    paths = [str(Path(charmlp.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


LAYERS = [name for name, (_, inputs) in SOURCES.items() if "net" not in inputs.values()]


@pytest.mark.parametrize("name", one_in(2, [*LAYERS, "coursera two layers", "a network without its loss"]))
def test_no_gradient_of_right_code_is_called_wrong(name: str, tmp_path: Path) -> None:
    """By the whole doctor. What else it says is true: they overflow, or do not divide where values tie."""
    source, inputs = SOURCES[name]
    all_found = found(module_of(source, tmp_path))
    diagnoses = [examine_operation(one, None, None, one.name, one.name) for one in all_found]
    assert len(diagnoses) == len(inputs)
    for diagnosis in diagnoses:
        assert diagnosis.reason is None, diagnosis
        assert {mistake.name for mistake in diagnosis.mistakes} <= {"unstable", "ties"}, diagnosis


CHARACTERS = """
import numpy as np
Wx, Wh, Wy = np.random.randn(4, 7), np.random.randn(4, 4), np.random.randn(7, 4)
bh, by = np.zeros((4, 1)), np.zeros((7, 1))

def recurrent(inputs, targets, before):
    xs, hs, ps, loss = {}, {-1: before}, {}, 0
    for t, i in enumerate(inputs):
        xs[t] = np.zeros((7, 1))
        xs[t][i] = 1
        hs[t] = np.tanh(Wx @ xs[t] + Wh @ hs[t - 1] + bh)
        e = np.exp(Wy @ hs[t] + by)
        ps[t] = e / e.sum()
        loss += -np.log(ps[t][targets[t], 0])
    dWx, dWh, dWy, dbh, dby = (np.zeros_like(a) for a in (Wx, Wh, Wy, bh, by))
    dnext = np.zeros_like(before)
    for t in reversed(range(len(inputs))):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dh = Wy.T @ dy + dnext
        da = dh * (1 - hs[t] ** 2)
        dWx, dWh, dWy = dWx + da @ xs[t].T, dWh + da @ hs[t - 1].T, dWy + dy @ hs[t].T
        dbh, dby = dbh + da, dby + dy
        dnext = Wh.T @ da
    return loss, dWx, dWh, dWy, dbh, dby, hs[len(inputs) - 1]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "names"),
    [
        ("+ dnext", "", ["path-forgotten"]),
        in_full(("dbh + da", "dbh + dh", ["path-forgotten"])),
        in_full(("dnext = Wh.T @ da", "dnext = Wh @ da", ["wrong-transpose-for-input"])),
        ("", "", []),
    ],
)
def test_a_script_whose_weights_are_its_own_arrays(
    tmp_path: Path, right: str, wrong: str, names: list[str]
) -> None:
    module = module_of(CHARACTERS.replace(right, wrong) if right else CHARACTERS, tmp_path)
    before = module.Wx.copy()
    (whole,) = found(module)
    diagnosis = examine_operation(whole, None, None, whole.name, whole.name)
    assert [mistake.name for mistake in diagnosis.mistakes] == names, diagnosis
    assert np.array_equal(module.Wx, before)


WORDS = """
def word_loss_and_gradient(centerVector, outsideIdx, outsideVectors):
    s = outsideVectors @ centerVector
    p = np.exp(s - s.max())
    p = p / p.sum()
    d = p.copy()
    d[outsideIdx] -= 1
    loss = -np.log(p[outsideIdx])
    gradCenter = outsideVectors.T @ d
    gradOutside = np.outer(d, centerVector)
    return loss, gradCenter, gradOutside

def line_loss(X, y, theta):
    return ((X @ theta - y) ** 2).sum() / (2 * len(y))

def line_gradient(X, y, theta):
    return X.T @ (X @ theta - y) / len(y)
"""


@pytest.mark.parametrize(
    ("right", "wrong", "mistaken"),
    [
        ("np.outer(d, centerVector)", "np.outer(p, centerVector)", "word_loss_and_gradient"),
        ("y) / len(y)", "y)", "line_loss"),
        ("", "", None),
    ],
)
def test_a_word_among_words_and_a_line(tmp_path: Path, right: str, wrong: str, mistaken: str | None) -> None:
    each = found(module_of(WORDS.replace(right, wrong) if right else WORDS, tmp_path))
    assert [one.name for one in each] == ["word_loss_and_gradient", "line_loss"]
    healthy = {one.name: bool(examine_operation(one, None, None, one.name, one.name)) for one in each}
    assert [name for name in healthy if not healthy[name]] == ([] if mistaken is None else [mistaken])


CELL = """
import numpy as np


def cell_forward(x, before, parameters):
    W, U, V = parameters["W"], parameters["U"], parameters["V"]
    after = np.tanh(W @ x + U @ before + parameters["b"])
    return after, V @ after, (after, before, x, parameters)


def cell_backward(dafter, cache):
    after, before, x, parameters = cache
    W, U = parameters["W"], parameters["U"]
    slope = (1 - after**2) * dafter
    return {
        "dx": W.T @ slope, "dbefore": U.T @ slope, "dW": slope @ x.T, "dU": slope @ before.T,
        "db": slope.sum(axis=1, keepdims=True),
    }
"""


@pytest.mark.parametrize(
    ("source", "names"),
    one_in(2, [(CELL, []), (CELL.replace("U.T @ slope", "U @ slope"), ["wrong-transpose-for-input"])]),
)
def test_a_cache_without_a_name_beside_a_second_output(source: str, names: list[str], tmp_path: Path) -> None:
    (one,) = found(module_of(source, tmp_path))
    diagnosis = examine_operation(one, None, None, "cell", "cell_forward")
    assert [mistake.name for mistake in diagnosis.mistakes] == names
