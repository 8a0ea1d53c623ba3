"""A gradient that is typed into the page is diagnosed there as the doctor diagnoses it in Python."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.doctor import examine
from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.lesson import lesson
from charmlp.exporting.page.library import OPERATIONS, SIZES, Operation, trial_of

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")

SCRIPT = """import { readFileSync } from "node:fs";
import { arrayOf, namesIn } from "./library.js";
import { Complaint } from "./arrays.js";
import { diagnosed } from "./diagnosing.js";
const { library, asked } = JSON.parse(readFileSync(0, "utf8"));
const answers = asked.map(([number, place, formula]) => {
  const operation = library.operations[number];
  try {
    return { mistakes: diagnosed(library, operation, operation.gradients[place], formula) };
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    return { complaint: error.key, blanks: error.blanks };
  }
});
const outputs = library.operations.map((operation) => {
  const setup = operation.setups[0];
  const names = namesIn(library, operation, setup, arrayOf(library, setup.upstreams[0]));
  return [...names[operation.output].data];
});
process.stdout.write(JSON.stringify({ answers, outputs }));
"""

Asked = tuple[str, str, str]  # forward, input, formula

# The gradients that are right, by operation: of each input for which there is one
RIGHT = {
    "1 / (1 + exp(-x))": {"x": "g * y * (1 - y)"},
    "tanh(x)": {"x": "g * (1 - y*y)"},
    "maximum(0, x)": {"x": "g * (x > 0)"},
    "where(x > 0, x, 0.01 * x)": {"x": "where(x > 0, g, 0.01 * g)"},
    "x / (1 + exp(-x))": {"x": "g * (sigmoid(x) + y * (1 - sigmoid(x)))"},
    "log(1 + exp(x))": {"x": "g / (1 + exp(-x))"},
    "exp(x)": {"x": "g * y"},
    "log(x)": {"x": "g / x"},
    "x * o": {"x": "g * o", "o": "g * x"},
    "x / o": {"x": "g / o", "o": "-g * x / o**2"},
    "x @ W.T + b": {"x": "g @ W", "W": "g.T @ x", "b": "sum(g, axis=0)"},
    "x @ W + b": {"x": "g @ W.T", "W": "x.T @ g", "b": "g.sum(axis=0)"},
    "exp(z) / sum(exp(z), axis=1, keepdims=True)": {"z": "y * (g - sum(g * y, axis=1, keepdims=True))"},
    "z - log(sum(exp(z), axis=1, keepdims=True))": {"z": "g - exp(y) * sum(g, axis=1, keepdims=True)"},
    "-sum(t * log(q)) / N": {"z": "(q - t) / N"},
    "mean(log(1 + exp(z)) - t * z)": {"z": "(sigmoid(z) - t) / (N * C)"},
    "mean((y - t) ** 2)": {"y": "2 * (y - t) / (N * C)"},
    "mean(abs(y - t))": {"y": "sign(y - t) / (N * C)"},
}
# Ways in which the right ones are written, and mistakes, as students make them
RIGHT_TOO = [
    ("1 / (1 + exp(-x))", "x", "g * exp(-x) / (1 + exp(-x))**2"),
    ("tanh(x)", "x", "g / cosh(x)**2"),
    ("maximum(0, x)", "x", "where(y > 0, g, 0)"),
    ("x @ W + b", "W", "(g.T @ x).T"),
    ("-sum(t * log(q)) / N", "z", "softmax(z) / N - t / N"),
    ("mean((y - t) ** 2)", "y", "2 * (y - t) / N / C"),
]
MISTAKES = [
    ("1 / (1 + exp(-x))", "x", "g * x * (1 - x)"),
    ("1 / (1 + exp(-x))", "x", "y * (1 - y)"),
    ("1 / (1 + exp(-x))", "x", "g * g * y * (1 - y)"),
    ("1 / (1 + exp(-x))", "x", "-g * y * (1 - y)"),
    ("1 / (1 + exp(-x))", "x", "g * y"),
    ("1 / (1 + exp(-x))", "x", "g * sigmoid(y) * (1 - sigmoid(y))"),
    ("1 / (1 + exp(-x))", "x", "sigmoid(g) * (1 - sigmoid(g))"),
    ("1 / (1 + exp(-x))", "x", "g"),
    ("tanh(x)", "x", "g * (1 - x**2)"),
    ("tanh(x)", "x", "g * (1 - y)"),
    ("tanh(x)", "x", "2 * g * (1 - y*y)"),
    ("tanh(x)", "x", "abs(g) * (1 - y*y)"),
    ("tanh(x)", "x", "clip(g, -1, 1) * (1 - y*y)"),
    ("tanh(x)", "x", "g * (1 - y*y) / N"),
    ("tanh(x)", "x", "g * (1 + y*y)"),
    ("tanh(x)", "x", "1.7 * g * (1 - y*y)"),
    ("maximum(0, x)", "x", "g"),
    ("maximum(0, x)", "x", "g * (x < 0)"),
    ("maximum(0, x)", "x", "g * (g > 0)"),
    ("maximum(0, x)", "x", "g * y"),
    ("maximum(0, x)", "x", "(x > 0)"),
    ("maximum(0, x)", "x", "g * (x > 1)"),
    ("maximum(0, x)", "x", "where(x > 0, g, 0.1 * g)"),
    ("where(x > 0, x, 0.01 * x)", "x", "g * (x > 0)"),
    ("where(x > 0, x, 0.01 * x)", "x", "where(g > 0, g, 0.01 * g)"),
    ("x / (1 + exp(-x))", "x", "g * sigmoid(x)"),
    ("x / (1 + exp(-x))", "x", "g * sigmoid(x) * (1 - sigmoid(x))"),
    ("log(1 + exp(x))", "x", "g * sigmoid(x) * (1 - sigmoid(x))"),
    ("log(x)", "x", "g / y"),
    ("x * o", "x", "g * x"),
    ("x * o", "o", "g * o"),
    ("x / o", "o", "g * x / o**2"),
    ("x @ W.T + b", "x", "g @ W.T"),
    ("x @ W.T + b", "W", "x.T @ g"),
    ("x @ W.T + b", "W", "g.T @ x / N"),
    ("x @ W.T + b", "b", "g"),
    ("x @ W.T + b", "b", "mean(g, axis=0)"),
    ("x @ W.T + b", "b", "sum(g, axis=1)"),
    ("x @ W + b", "W", "g.T @ x"),
    ("x @ W + b", "x", "g @ W"),
    ("x @ W + b", "b", "g"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "g * y * (1 - y)"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "g * y"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "y * (g - sum(g, axis=1, keepdims=True))"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "y * (g - sum(g * y))"),
    ("z - log(sum(exp(z), axis=1, keepdims=True))", "z", "g - exp(y)"),
    ("z - log(sum(exp(z), axis=1, keepdims=True))", "z", "g"),
    ("-sum(t * log(q)) / N", "z", "q - t"),
    ("-sum(t * log(q)) / N", "z", "q / N"),
    ("-sum(t * log(q)) / N", "z", "(t - q) / N"),
    ("-sum(t * log(q)) / N", "z", "(q - t) / (N * C)"),
    ("-sum(t * log(q)) / N", "z", "(q - t) / N**2"),
    ("-sum(t * log(q)) / N", "z", "(softmax(q) - t) / N"),
    ("-sum(t * log(q)) / N", "z", "(q - t) * q * (1 - q) / N"),
    ("mean(log(1 + exp(z)) - t * z)", "z", "(sigmoid(z) - t) / N"),
    ("mean(log(1 + exp(z)) - t * z)", "z", "sigmoid(z) / (N * C)"),
    ("mean((y - t) ** 2)", "y", "(y - t) / (N * C)"),
    ("mean((y - t) ** 2)", "y", "2 * (y - t)"),
    ("mean((y - t) ** 2)", "y", "2 * (y - t) / N"),
    ("mean((y - t) ** 2)", "y", "2 * (t - y) / (N * C)"),
    ("mean((y - t) ** 2)", "y", "2 * abs(y - t) / (N * C)"),
    ("mean(abs(y - t))", "y", "(y - t) / (N * C)"),
    ("mean(abs(y - t))", "y", "sign(y - t) / N"),
    ("-sum(t * log(q)) / N", "z", "(q - t) * N"),
    # A second list, written when all of the first were named alike
    ("tanh(x)", "x", "-2 * g * (1 - y*y)"),
    ("1 / (1 + exp(-x))", "x", "x * (1 - x)"),
    ("1 / (1 + exp(-x))", "x", "g * g * x * (1 - x)"),
    ("1 / (1 + exp(-x))", "x", "g * y * (1 - y) * (x > 0)"),
    ("1 / (1 + exp(-x))", "x", "g * y * (1 - y) / 2"),
    ("tanh(x)", "x", "1 - y*y"),
    ("tanh(x)", "x", "1 - g*g"),
    ("tanh(x)", "x", "g * (1 - g*g)"),
    ("maximum(0, x)", "x", "where(x > 0, 1, 0)"),
    ("maximum(0, x)", "x", "g * (x > -1)"),
    ("maximum(0, x)", "x", "g * x * (x > 0)"),
    ("maximum(0, x)", "x", "abs(g) * (x > 0)"),
    ("maximum(0, x)", "x", "g * (abs(x) > 1)"),
    ("maximum(0, x)", "x", "g * sign(x)"),
    ("where(x > 0, x, 0.01 * x)", "x", "where(x > 0, g, 0.1 * g)"),
    ("where(x > 0, x, 0.01 * x)", "x", "g * where(x > 0, x, 0.01 * x)"),
    ("where(x > 0, x, 0.01 * x)", "x", "where(x < 0, g, 0.01 * g)"),
    ("x / (1 + exp(-x))", "x", "g * y * (1 - y)"),
    ("x / (1 + exp(-x))", "x", "g * (sigmoid(x) + x * sigmoid(x))"),
    ("x / (1 + exp(-x))", "x", "g * x * sigmoid(x) * (1 - sigmoid(x))"),
    ("log(1 + exp(x))", "x", "g * tanh(x)"),
    ("log(1 + exp(x))", "x", "g * y"),
    ("exp(x)", "x", "g * exp(y)"),
    ("exp(x)", "x", "g"),
    ("log(x)", "x", "g * x"),
    ("log(x)", "x", "-g / x"),
    ("x * o", "x", "g * y"),
    ("x * o", "o", "g"),
    ("x / o", "o", "-g * x / o"),
    ("x / o", "x", "g * o"),
    ("x / o", "x", "-g / o"),
    ("x @ W.T + b", "W", "g.T @ x * 2"),
    ("x @ W.T + b", "W", "-g.T @ x"),
    ("x @ W.T + b", "x", "-(g @ W)"),
    ("x @ W.T + b", "b", "sum(g)"),
    ("x @ W.T + b", "b", "sum(g, axis=0, keepdims=True)"),
    ("x @ W.T + b", "x", "g @ W / N"),
    ("x @ W.T + b", "x", "(g @ W).T"),
    ("x @ W.T + b", "W", "abs(g).T @ x"),
    ("x @ W.T + b", "W", "x.T @ g / N"),
    ("x @ W.T + b", "b", "2 * sum(g, axis=0)"),
    ("x @ W + b", "W", "x.T @ g / N"),
    ("x @ W + b", "b", "mean(g, axis=0)"),
    ("x @ W + b", "x", "g @ W.T * 0.5"),
    ("x @ W + b", "W", "x.T @ (g * g)"),
    ("x @ W + b", "x", "x @ W"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "y * (1 - y)"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "y * (g + sum(g * y, axis=1, keepdims=True))"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "g - y"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "-y * (g - sum(g * y, axis=1, keepdims=True))"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "y * (g - sum(g * y, axis=0))"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "y * (g - sum(g * y, axis=1))"),
    ("exp(z) / sum(exp(z), axis=1, keepdims=True)", "z", "g * exp(z)"),
    ("z - log(sum(exp(z), axis=1, keepdims=True))", "z", "g - y * sum(g, axis=1, keepdims=True)"),
    ("z - log(sum(exp(z), axis=1, keepdims=True))", "z", "g * (1 - exp(y))"),
    ("z - log(sum(exp(z), axis=1, keepdims=True))", "z", "g - exp(y) * sum(g)"),
    ("z - log(sum(exp(z), axis=1, keepdims=True))", "z", "sum(g, axis=1, keepdims=True) * exp(y) - g"),
    ("-sum(t * log(q)) / N", "z", "(q - 1) / N"),
    ("-sum(t * log(q)) / N", "z", "-t / q / N"),
    ("-sum(t * log(q)) / N", "z", "t * (q - 1) / N"),
    ("-sum(t * log(q)) / N", "z", "(z - t) / N"),
    ("-sum(t * log(q)) / N", "z", "q * (1 - q) / N"),
    ("-sum(t * log(q)) / N", "z", "2 * (q - t) / N"),
    ("-sum(t * log(q)) / N", "z", "(q + t) / N"),
    ("-sum(t * log(q)) / N", "z", "-t / N"),
    ("-sum(t * log(q)) / N", "z", "(q - t) / C"),
    ("-sum(t * log(q)) / N", "z", "(sigmoid(z) - t) / N"),
    ("-sum(t * log(q)) / N", "z", "(t - q)"),
    ("mean(log(1 + exp(z)) - t * z)", "z", "sigmoid(z) - t"),
    ("mean(log(1 + exp(z)) - t * z)", "z", "(z - t) / (N * C)"),
    ("mean(log(1 + exp(z)) - t * z)", "z", "(t - sigmoid(z)) / (N * C)"),
    ("mean(log(1 + exp(z)) - t * z)", "z", "(sigmoid(z) - t) * sigmoid(z) * (1 - sigmoid(z)) / (N * C)"),
    ("mean((y - t) ** 2)", "y", "y / (N * C)"),
    ("mean((y - t) ** 2)", "y", "2 * (y + t) / (N * C)"),
    ("mean((y - t) ** 2)", "y", "(y - t) ** 2 / (N * C)"),
    ("mean((y - t) ** 2)", "y", "y - t"),
    ("mean((y - t) ** 2)", "y", "4 * (y - t) / (N * C)"),
    ("mean((y - t) ** 2)", "y", "2 * (y - t) / C"),
    ("mean(abs(y - t))", "y", "abs(y - t) / (N * C)"),
    ("mean(abs(y - t))", "y", "sign(t - y) / (N * C)"),
    ("mean(abs(y - t))", "y", "sign(y - t)"),
    ("mean(abs(y - t))", "y", "(y > t) / (N * C)"),
]


# In Python: the same formulas as NumPy functions

NAMES = """import numpy as np
from numpy import abs, clip, cosh, exp, log, maximum, mean, sign, sum, tanh, where

def sigmoid(x):
    return 1 / (1 + exp(-x))

def softmax(z):
    return exp(z) / sum(exp(z), axis=1, keepdims=True)
"""


def operation_of(forward: str) -> Operation:
    return next(each for each in OPERATIONS if each.forward == forward)


def code_of(operation: Operation, formulas: dict[str, str]) -> str:
    """A forward and a backward function, as students write them; in the page a loss's own g is 1."""
    inputs = ", ".join(operation.letters)
    first, is_loss = operation.letters[0], operation.output == "L"
    sizes = [f"N, C = {first}.shape" if is_loss else f"N = len({first})"]
    also = [f"{name} = {text}" for name, text in operation.also.items()]
    computed = [*sizes, *also, f"{operation.output} = {operation.forward}"]
    gradients = ", ".join(f"g * ({each})" if is_loss else each for each in formulas.values())
    forward = [f"def op_forward({inputs}):", *computed, f"return {operation.output}, ({inputs},)"]
    backward = ["def op_backward(g, cache):", f"{inputs}, = cache", *computed, f"return {gradients}"]
    return NAMES + "\n    ".join(forward) + "\n\n" + "\n    ".join(backward) + "\n"


def in_python(operation: Operation, letter: str, formula: str, folder: Path, number: int) -> list[str]:
    """What the doctor says of it: names of mistakes, none where it is right; but for dtypes and stability."""
    code = code_of(operation, RIGHT[operation.forward] | {letter: formula})
    file = folder / f"typed_{number}.py"
    file.write_text(code, "utf-8")
    around: dict[str, Any] = {"__name__": file.stem}
    exec(compile(code, str(file), "exec"), around)
    diagnosis = examine((around["op_forward"], around["op_backward"]), kind=operation.kind)
    assert diagnosis.reason is None, (formula, diagnosis)
    return [m.name for m in diagnosis.mistakes if m.name not in ("unstable", "wrong-dtype")]


def in_the_page(asked: Sequence[Asked], folder: Path, library: Any = None) -> Any:
    """What the page says of each."""
    library = lesson() if library is None else library
    script = bundle("typed.js", lambda name: SCRIPT if name == "typed.js" else source(name))
    (folder / "typed.mjs").write_text(script, "utf-8")
    forwards = [each.forward for each in OPERATIONS]
    found = []
    for forward, letter, formula in asked:
        number = forwards.index(forward)
        packed = library["operations"][number]
        inputs = [packed["inputs"][gradient["input"]] for gradient in packed["gradients"]]
        found.append([number, inputs.index(letter), formula])
    given = json.dumps({"library": library, "asked": found}).encode()
    done = subprocess.run(["node", str(folder / "typed.mjs")], input=given, capture_output=True, check=True)
    return json.loads(done.stdout)


def named(answer: Any) -> list[str]:
    """The mistakes of the page's answer, by name."""
    return [mistake["name"].split("@")[0].split(".")[0] for mistake in answer["mistakes"]]


def right_ones() -> list[Asked]:
    each = [(forward, letter, text) for forward, some in RIGHT.items() for letter, text in some.items()]
    return each + RIGHT_TOO


# What the doctor reads off the code and not off the numbers
OF_CODE = {"1.7 * g * (1 - y*y)": ["scale-forgotten"], "(q - t) * N": ["wrong-formula"]}
OF_NUMBERS = {"1.7 * g * (1 - y*y)": ["constant-factor"], "(q - t) * N": ["unrecognised"]}
SOFTMAX = "exp(z) / sum(exp(z), axis=1, keepdims=True)"
TOLD_BY_A_LINE = {  # by its row, where the numbers show a known formula that has none
    (SOFTMAX, "z", "y * (g - sum(g * y))"),
    (SOFTMAX, "z", "y * (g - sum(g * y, axis=0))"),
}


def test_right_ones_are_never_flagged(tmp_path: Path) -> None:
    found = in_the_page(right_ones(), tmp_path)
    assert [answer.get("mistakes") for answer in found["answers"]] == [[]] * len(right_ones())
    for operation, output in zip(OPERATIONS, found["outputs"], strict=True):
        wanted = np.ravel(trial_of(operation, SIZES[0], 0).outputs[0])
        assert np.abs(np.array(output) - wanted).max() < 1e-12, operation.forward


@pytest.mark.parametrize(
    "some", [slice(3, None, 24), pytest.param(slice(None), marks=pytest.mark.full)], ids=["some", "all"]
)
def test_the_same_mistakes_as_in_python(some: slice, tmp_path: Path) -> None:
    asked = MISTAKES[some]
    for number, (case, answer) in enumerate(zip(asked, in_the_page(asked, tmp_path)["answers"], strict=True)):
        forward, letter, formula = case
        wanted = in_python(operation_of(forward), letter, formula, tmp_path, number)
        assert wanted == OF_CODE.get(formula, wanted) != [], case
        expected = ["wrong-formula"] if case in TOLD_BY_A_LINE else OF_NUMBERS.get(formula, wanted)
        assert named(answer) == expected, case


def test_with_the_numbers_of_another_operation_the_right_ones_are_wrong(tmp_path: Path) -> None:
    library = deepcopy(lesson())
    sigmoid, tanh = library["operations"][:2]
    sigmoid["gradients"], tanh["gradients"] = tanh["gradients"], sigmoid["gradients"]
    answers = in_the_page(right_ones()[:2], tmp_path, library)["answers"]
    assert all(answer["mistakes"] for answer in answers)


TYPED = """
x y g z t o W b N D K C q + - * / @ < > = ( ) . , ^ [ ] & ² × − ½ é 中 😀 ** == != <= >= .T 1e9 0 2 0.5 1..2
)) (( axis=0 axis=1 axis=7 keepdims=True sum( mean( max( min( exp( log( where( softmax( ones_like( sigmoid(
clip( dot( maximum( np.exp( np. True pi constructor __proto__ toString( this g* x.T@g g@W .sum() .clip(0,1)
"""
PIECES = [" ", *TYPED.split()]
ODD = ("(" * 299, "-" * 300, "x" * 301, "x**" * 99 + "x", "x.T" * 100, "", "exp + 1", "sum(x, axis=7)")


def any_inputs(count: int) -> list[Asked]:
    generator = random.Random(0)
    where = [(forward, letter) for forward, some in RIGHT.items() for letter in some]
    return [
        (
            *where[number % len(where)],
            "".join(generator.choices(PIECES, k=generator.choice((1, 2, 3, 5, 9, 80)))),
        )
        for number in range(count)
    ]


def test_any_input_ends_in_a_diagnosis_or_a_sentence(tmp_path: Path) -> None:
    odd = [("tanh(x)", "x", text) for text in ODD]
    answers = in_the_page([*any_inputs(10_000), *odd], tmp_path)["answers"]
    words = source("words.js")
    said = {
        key: set(re.findall(r"\{(\w+)\}", text))
        for key, text in re.findall(r'"(formula\.\w+)": "(.*)",', words)
    }
    complaints = {answer["complaint"] for answer in answers if "complaint" in answer}
    assert complaints == set(said)  # each sentence has an input that it is meant for
    for answer in answers:
        assert "mistakes" in answer or said[answer["complaint"]] <= set(answer["blanks"])
    assert 0.02 < np.mean(["mistakes" in answer for answer in answers]) < 0.9
