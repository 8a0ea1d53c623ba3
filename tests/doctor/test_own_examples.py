"""What a program calls its own functions with, and convolutions whose pictures have their channels last."""

import ast
import importlib.util
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from charmlp.doctor import examine
from charmlp.doctor.operation import own_run
from charmlp.doctor.operation.code import Code
from charmlp.doctor.operation.numpy_code.held import examples

numbers = itertools.count()
STEPS = """
from collections import namedtuple

import numpy as np

State = namedtuple("State", ["h"])
Saved = namedtuple("Saved", ["x", "before", "h"])


def unroll(seq, start, param):
    state, saved = start, []
    for x in seq:
        h = np.tanh(x @ param["wx"] + state.h @ param["wh"])
        saved.append(Saved(x, state, h))
        state = State(h)
    return np.stack([one.h for one in saved]), saved


def unroll_backward(dhs, saved, param):
    grads = {name: np.zeros_like(value) for name, value in param.items()}
    dh = np.zeros_like(dhs[0])
    for t in reversed(range(len(saved))):
        s = saved[t]
        da = (dhs[t] + dh) * (1 - s.h**2)
        grads["wx"] += s.x.T @ da
        grads["wh"] += s.before.h.T @ da
        dh = da @ param["wh"].T
    return grads


if __name__ == "__main__":
    param = {"wx": np.zeros((4, 3)), "wh": 0.01 * np.ones((3, 3))}
    hs, saved = unroll(np.ones((3, 2, 4)), State(np.zeros((2, 3))), param)
    unroll_backward(np.ones_like(hs), saved, param)
"""
CONVOLUTION = """
import numpy as np


def conv_forward(A_prev, W, b, hparameters):
    (m, n_H_prev, n_W_prev, n_C_prev) = A_prev.shape
    (f, f, n_C_prev, n_C) = W.shape
    stride, pad = hparameters["stride"], hparameters["pad"]
    padded = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n_H, n_W = (n_H_prev - f + 2 * pad) // stride + 1, (n_W_prev - f + 2 * pad) // stride + 1
    Z = np.zeros((m, n_H, n_W, n_C))
    for h in range(n_H):
        for w in range(n_W):
            part = padded[:, h * stride : h * stride + f, w * stride : w * stride + f]
            Z[:, h, w] = np.tensordot(part, W, 3) + b[0, 0, 0]
    return Z, (A_prev, W, b, hparameters)


def conv_backward(dZ, cache):
    A_prev, W, b, hparameters = cache
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    padded = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    d_padded, dW, db = np.zeros_like(padded), np.zeros_like(W), np.zeros((1, 1, 1, W.shape[3]))
    for h in range(dZ.shape[1]):
        for w in range(dZ.shape[2]):
            rows, columns = h * stride, w * stride
            part = padded[:, rows : rows + f, columns : columns + f]
            d_padded[:, rows : rows + f, columns : columns + f] += np.tensordot(dZ[:, h, w], W, ([1], [3]))
            dW += np.tensordot(part, dZ[:, h, w], ([0], [0]))
            db[0, 0, 0] += dZ[:, h, w].sum(0)
    return d_padded[:, pad:-pad, pad:-pad], dW, db
"""
Write = Callable[[str], ModuleType]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(source: str) -> ModuleType:
        name = f"own_example_{next(numbers)}"
        (tmp_path / f"{name}.py").write_text(source)
        spec = importlib.util.spec_from_file_location(name, tmp_path / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        own_run.remember([(str(module.__file__), source)], module)  # as in the process that examines it
        return module

    return written


@pytest.mark.parametrize(
    ("right", "slip", "row"),
    [("", "", 0), ("(dhs[t] + dh) *", "dhs[t] *", 28), ("da = (dhs", "da = -(dhs", 5)],
)
def test_a_program_s_own_example_tells_what_goes_in(write: Write, right: str, slip: str, row: int) -> None:
    """Zeros and equal numbers of the example are others here, as they would hide mistakes."""
    diagnosis = examine(write(STEPS.replace(right, slip) if right else STEPS).unroll)
    assert [mistake.row for mistake in diagnosis.mistakes] == ([row] if row else []), diagnosis
    assert diagnosis.reason is None


def test_an_example_that_reads_or_waits_is_not_run(write: Write) -> None:
    module = write(STEPS.replace("    hs, saved", "    open('nothing')\n    hs, saved"))
    assert examine(module.unroll).reason is not None


@pytest.mark.parametrize(("slip", "row"), [("", 0), ("rows, columns = h, w", 29)])
def test_strides_and_biases_of_pictures_with_channels_last(write: Write, slip: str, row: int) -> None:
    source = CONVOLUTION.replace("rows, columns = h * stride, w * stride", slip) if slip else CONVOLUTION
    diagnosis = examine(write(source).conv_forward)
    assert diagnosis.kind == "convolution"
    assert [mistake.row for mistake in diagnosis.mistakes] == ([row] if row else []), diagnosis


def test_each_function_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constructors that all call `__init__` are no reason to follow every path among them."""
    one = "class Layer{i}(Base):\n    def __init__(self):\n        super().__init__()\n"
    source = "class Base:\n    pass\n" + "".join(one.format(i=i) for i in range(12))
    seen: list[ast.FunctionDef] = []
    monkeypatch.setattr(examples, "has_update", lambda tree: seen.append(tree))
    monkeypatch.setattr(examples, "code_of", lambda f: Code(f, ast.FunctionDef("f"), 1))
    module = ModuleType("layers")
    exec(source, vars(module))
    functions = examples.functions_of(module)
    assert len(functions) == 12 and not examples.is_step(next(iter(functions.values())), functions)
    assert len(seen) == 12
