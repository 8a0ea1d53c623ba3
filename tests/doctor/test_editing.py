"""Slips in code of no known kind, each found by undoing it."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from charmlp.doctor import examine
from charmlp.doctor.editing.edits import edits
from charmlp.doctor.editing.places import Function
from charmlp.doctor.editing.search import Search
from charmlp.doctor.editing.slip import Slip
from charmlp.doctor.mistake import Mistake
from charmlp.doctor.operation.code import code_of

NETWORK = '''"""Two layers with a leaky slope of my own, and squares."""
import numpy as np

def bent(z):
    return np.where(z > 0, z, z / 5)

def bent_prime(z):
    return np.where(z > 0, 1, 1 / 5)

def loss(x, t, W1, b1, W2, b2):
    z = x @ W1 + b1
    h = bent(z)
    y = np.tanh(h @ W2 + b2)
    e = y - t
    cost = np.sum(e ** 2) / len(x)
    d = 2 * e / len(x) * (1 - y ** 2)
    dW2 = h.T @ d
    db2 = d.sum(axis=0)
    dh = d @ W2.T
    dz = dh * bent_prime(z)
    dW1 = x.T @ dz
    db1 = dz.sum(axis=0)
    return cost, (dW1, db1, dW2, db2)
'''
# What is slipped into the network: what stands there, what is written instead, the mistake, its line
SLIPS = [
    ("* (1 - y ** 2)", "", "path-forgotten", 16),
    ("1 - y ** 2", "1 - e ** 2", "wrong-variable", 16),
    ("dh * bent_prime(z)", "dh", "path-forgotten", 19),
    ("dh * bent_prime(z)", "dh * bent_prime(z - 1)", "wrong-formula", 20),
    ("db1 = dz", "db1 = dh", "path-forgotten", 22),
    ("2 * e / len(x)", "2 * e", "missing-mean", 16),
    ("2 * e / len(x)", "e / len(x)", "factor-two", 16),
    ("e = y - t", "e = t - y", "sign-flipped", 14),
    ("dW1 = x.T @ dz", "dW1 = -x.T @ dz", "sign-flipped", 21),
    ("np.where(z > 0, 1, 1 / 5)", "np.where(z < 0, 1, 1 / 5)", "relu-mask", 8),
    ("db2 = d.sum(axis=0)", "db2 = d.mean(axis=0)", "bias-averaged", 18),
    ("dh = d @ W2.T", "dh = np.clip(d @ W2.T, -0.01, 0.01)", "cotangent-distorted", 19),
]


def network(folder: Path, source: str) -> ModuleType:
    """The source as a module of its own."""
    file = folder / "net.py"
    file.write_text(source)
    spec = importlib.util.spec_from_file_location(f"net_{abs(hash(source))}", file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_network_is_right(tmp_path: Path) -> None:
    diagnosis = examine(network(tmp_path, NETWORK).loss)
    assert diagnosis, diagnosis


@pytest.mark.parametrize(("right", "wrong", "name", "line"), SLIPS)
def test_a_slip_is_named_with_its_line(tmp_path: Path, right: str, wrong: str, name: str, line: int) -> None:
    module = network(tmp_path, NETWORK.replace(right, wrong))
    own = module.loss.__code__
    (mistake,) = examine(module.loss).mistakes
    assert (mistake.name, mistake.values.get("line")) == (name, line), mistake.fix("en")
    assert module.loss.__code__ is own
    assert f"line {line}" in mistake.evidence_text("en")
    assert f"line {line}" not in mistake.hint("en")
    assert f"第 {line} 行" in mistake.fix("zh")


def test_two_slips_are_two_mistakes(tmp_path: Path) -> None:
    source = NETWORK.replace("db1 = dz", "db1 = dh").replace("db2 = d.sum", "db2 = e.sum")
    mistakes = examine(network(tmp_path, source).loss).mistakes
    assert {mistake.values["line"] for mistake in mistakes} == {18, 22}


@pytest.mark.full
def test_what_no_slip_explains_stays_unknown(tmp_path: Path) -> None:
    source = NETWORK.replace("dW1 = x.T @ dz", "dW1 = np.cos(x.T @ dz) + x.T @ np.sin(3 * dz)")
    (mistake,) = examine(network(tmp_path, source).loss).mistakes
    assert mistake.name == "unrecognised"


def test_a_search_leaves_the_code_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its trees too: what is looked for next must not find a slip undone already."""
    searches: list[Search] = []
    slips = Search.slips
    monkeypatch.setattr(Search, "slips", lambda self: searches.append(self) or slips(self))
    examine(network(tmp_path, NETWORK.replace("db1 = dz", "db1 = dh")).loss)
    assert searches
    for search in searches:
        for code in search.codes:
            assert ast.dump(code.tree) == ast.dump(code_of(code.function).tree)  # type: ignore[union-attr]


def test_a_fix_of_its_own_words_tells_the_line_as_well() -> None:
    at_line = {"line": 7, "before": "g > 0", "after": "x > 0", "right": "x > 0"}
    slip = Mistake("wrong-mask", "formula", {**at_line, "found": "g > 0"})
    assert slip.fix("en") == "In line 7, write x > 0 for g > 0."
    assert (
        Mistake("wrong-mask", "formula", {**at_line, "found": "[g > 0]"}).fix("en").endswith(slip.fix("en"))
    )
    moved = Mistake("saved-edited", "order", {**at_line, "found": "g > 0"})
    assert moved.fix("en").startswith("Move line 7, ")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_change_has_all_its_words(tmp_path: Path, language: str) -> None:
    """For all that may be changed in a function with one statement of each kind."""
    code = code_of(network(tmp_path, EVERYTHING).f)
    assert code is not None
    function = Function(code, lambda: code.function(np.ones((5, 3)), np.ones((5, 3)) / 2), 5)
    found = {edit.name: edit for _, edit in edits([function])}
    assert len(found) > 20
    for edit in found.values():
        (one,) = Slip(edit, code, frozenset({0})).findings()
        mistake = Mistake(
            one.name, one.variant, {**one.values, "inputs": "x", "all": True}, 1.0, one.evidence
        )
        for words in (mistake.first_text(language), *mistake.hints(language)):
            assert words and not set(words) & set("{}"), (edit.name, words)


EVERYTHING = """
import numpy as np
def softmax(z):
    return z
def sigmoid_prime(z):
    return z
def f(g, y):
    N = len(g)
    a = np.clip(g, -1, 1) * sigmoid_prime(y) * (y > 0.5) / N
    a *= 2
    a[a > 3] = 0
    b = np.mean(a, axis=0, keepdims=True)
    b = b + softmax(b) - y ** 2
    b += y
    c = -(g - y) * y * (1 - y)
    d = a.T @ g
    e = np.dot(g.T, y)
    e = e + d.T @ e
    return a, b, c, d, e
"""


ENDLESS = """
import numpy as np

def summed(value, ndim):
    while value.ndim > ndim:
        value = value.sum(axis=0)
    return value

def bent(x, slope):
    def grad(dy):
        return {
            "x": lambda: np.where(x > 0, dy, dy * slope),
            "slope": lambda: summed(np.where(x > 0, dy, dy * x), slope.ndim),
        }

    return np.where(x > 0, x, x * slope), grad
"""


def test_nothing_is_tried_that_may_never_end(tmp_path: Path) -> None:
    """A slope's gradient is wrong where x > 0; a change in the loop would go on for ever."""
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("endless", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    code = code_of(module.summed)
    assert code is not None
    lines = {
        edit.slot[3].lineno
        for _, edit in edits([Function(code, lambda: module.summed(np.ones((2, 3)), 1), 2)])
    }  # type: ignore[union-attr]
    assert not {5, 6} & lines
