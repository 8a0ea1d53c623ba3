"""What the doctor knows of wrong gradients, as numbers: the page compares a typed formula with them.

For each operation of `OPERATIONS` the page gets inputs at two sizes (and a square one, where wrong shapes go
unnoticed), and of each gradient what the right formula and each wrong one come to there. Of these numbers
some sums are kept (`prints`), which two formulas share only where they agree. All formulas are the doctor's.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import ELEMENTWISE, Sizes
from charmlp.doctor.checks.explanation import DISTORTIONS, gradient, mistakes_of, words_of_meant
from charmlp.doctor.checks.factors import Factor
from charmlp.doctor.checks.masks import recovered_mask, right_slopes
from charmlp.doctor.functions import FLOAT64, Array
from charmlp.doctor.kind import Text, filled
from charmlp.doctor.kinds import kinds
from charmlp.doctor.operation.subject import Subject, Upstream
from charmlp.doctor.setups.setup import joined
from charmlp.doctor.setups.trial import Trial
from charmlp.exporting.page.sentences import Sentences

SIZES: tuple[Sizes, ...] = (
    {"N": 3, "D": 4, "K": 5, "C": 5},
    {"N": 5, "D": 3, "K": 2, "C": 4},
    {"N": 4, "D": 4, "K": 4, "C": 4},  # square: not for the factors, which need sizes that differ
)
SUMS = 2  # kept of a gradient
LETTERS = {"weight": "W", "bias": "b", "logits": "z", "logit": "z", "other": "o", "prediction": "y"}
TRUTH = "t"  # y*, which nobody can type


@dataclass(frozen=True)
class Operation:
    """A kind of the doctor's, in one of its arrangements, and its forward as the page's grammar has it."""

    kind: str
    forward: str
    arrangement: int = 0
    output: str = "y"
    also: Mapping[str, str] = field(default_factory=dict)  # names for what is made of the inputs

    @property
    def letters(self) -> list[str]:
        """What its inputs are called."""
        slots = kinds()[self.kind].arrangements[self.arrangement].slots
        return [TRUTH if s.role.constant else LETTERS.get(s.role.name, s.role.name) for s in slots]


OPERATIONS = (
    Operation("sigmoid", "1 / (1 + exp(-x))"),
    Operation("tanh", "tanh(x)"),
    Operation("relu", "maximum(0, x)"),
    Operation("leaky_relu", "where(x > 0, x, 0.01 * x)"),
    Operation("silu", "x / (1 + exp(-x))"),
    Operation("softplus", "log(1 + exp(x))"),
    Operation("exponential", "exp(x)"),
    Operation("logarithm", "log(x)"),
    Operation("multiplication", "x * o"),
    Operation("division", "x / o"),
    Operation("linear", "x @ W.T + b"),
    Operation("linear", "x @ W + b", arrangement=1),
    Operation("softmax", "exp(z) / sum(exp(z), axis=1, keepdims=True)"),
    Operation("log_softmax", "z - log(sum(exp(z), axis=1, keepdims=True))"),
    Operation("cross_entropy", "-sum(t * log(q)) / N", 1, "L", {"q": "softmax(z)"}),
    Operation("bce_with_logits", "mean(log(1 + exp(z)) - t * z)", output="L"),
    Operation("mse", "mean((y - t) ** 2)", output="L"),
    Operation("l1", "mean(abs(y - t))", output="L"),
)


@dataclass(frozen=True, kw_only=True)
class Reference(Subject):
    """A kind's right form as an operation of which nothing but its forward is asked."""

    run: Callable[[Sequence[Array]], Array]

    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Array, ...]:
        return (self.run(values),)

    def record(self, values: Any, wants: Any, upstream: Any, twice: bool) -> Any:
        raise NotImplementedError

    def gradients(self, result: Any) -> Any:
        raise NotImplementedError


def trial_of(operation: Operation, sizes: Sizes, seed: int) -> Trial:
    """The kind's right form with numbers that 32 bits hold."""
    kind = kinds()[operation.kind]
    arrangement = kind.arrangements[operation.arrangement]
    values = [v.astype("<f4").astype(float) for v in arrangement.random_values(sizes, FLOAT64, seed)]

    def run(given: Sequence[Array]) -> Array:
        y = kind.right.function({**arrangement.variables(given), **kind.right.parameters})
        return arrangement.output.actual(y) if np.ndim(y) else np.asarray(y)

    subject = Reference(tuple(operation.letters), run=run)
    return Trial(subject, values, dict(sizes), arrangement, kind, kind.right)


def library(sentences: Sentences) -> dict[str, Any]:
    """All of it, as plain lists and strings; its words are collected among `sentences`."""
    arrays = Arrays()
    return {
        "sums": SUMS,
        "distortions": [written_row(sentences, d.mistake, "", d.written) for d in DISTORTIONS],
        "operations": [packed_operation(operation, sentences, arrays) for operation in OPERATIONS],
        "arrays": arrays.packed,
    }


class Arrays:
    """Collects arrays, each once: operations that differ in nothing else are tried on the same numbers."""

    def __init__(self) -> None:
        self.packed: list[list[Any]] = []

    def of(self, array: Array) -> int:
        entry = [list(array.shape), base64_of(array)]
        if entry not in self.packed:
            self.packed.append(entry)
        return self.packed.index(entry)


def base64_of(array: Array) -> str:
    return base64.b64encode(np.asarray(array, "<f4").tobytes()).decode("ascii")


def packed_operation(operation: Operation, sentences: Sentences, arrays: Arrays) -> dict[str, Any]:
    kind = kinds()[operation.kind]
    sizes = SIZES if kind.square_sizes else SIZES[:2]
    trials = [trial_of(operation, each, seed) for seed, each in enumerate(sizes)]
    first = trials[0]
    wanted = [i for i, wants in enumerate(first.wants) if wants and first.role(i) in kind.gradients]
    for name in (*factor_mistakes(kind.is_loss), *OF_ALL):
        sentences.of(name, kind.name)
    return {
        "kind": kind.name,
        "forward": operation.forward,
        "output": operation.output,
        "also": operation.also,
        "loss": kind.is_loss,
        "elementwise": kind.arrangements is ELEMENTWISE,
        "factors": kind.factors or ("NC" if "C" in first.arrangement.letters else "N"),
        "inputs": operation.letters,
        "setups": [packed_setup(trial, arrays) for trial in trials],
        "gradients": [packed_gradient(trials, position, sentences) for position in wanted],
    }


# What the page finds by its own look at the numbers; all else are names of formulas
OF_ALL = (
    "unrecognised", "unrecognised.shape", "batch-not-summed", "batch-not-summed.keepdim", "weight-transposed",
    "cotangent-ignored", "cotangent-twice", "cotangent-distorted.other", "slope-of-upstream.alone",
    "wrong-mask.elsewhere",
)  # fmt: skip
OF_BIASES = ("bias-averaged", "batch-not-summed.axis", "batch-not-summed.all", "batch-not-summed.one-row")
OF_MASKS = ("relu-mask.slopes", "wrong-threshold", "wrong-mask.other")


def factor_mistakes(loss: bool) -> Iterator[str]:
    """The mistakes that a constant factor may stand for."""
    powers = [((letter, power),) for letter in "NCMDK" for power in (1, -1)]
    for factor in (Factor(sign=-1), Factor(twos=1), Factor(twos=-1), *(Factor(exponents=p) for p in powers)):
        yield from (name for name, _ in mistakes_of(factor, loss=loss))
    yield "constant-factor"


def packed_setup(trial: Trial, arrays: Arrays) -> dict[str, Any]:
    """Sizes, inputs, and the upstream gradients to try."""
    return {
        "sizes": {letter: trial.sizes[letter] for letter in dict.fromkeys(trial.arrangement.letters)},
        "values": [arrays.of(value) for value in trial.values],
        "upstreams": [arrays.of(g) for (g,) in upstreams_of(trial)],
    }


def upstreams_of(trial: Trial) -> list[Upstream]:
    """Some upstream gradients, as numbers of 32 bits; a loss's own is 1."""
    if trial.kind.is_loss:
        return [(np.asarray(1.0),)]
    return [(g.astype("<f4").astype(float),) for (g,) in trial.upstreams]


def packed_gradient(trials: Sequence[Trial], position: int, sentences: Sentences) -> dict[str, Any]:
    """The right gradient by one input and the wrong ones: names, words, and sums of each in turn."""
    first = trials[0]
    kind, known = first.kind, first.gradient_of_kind(position)
    distortions = () if kind.is_loss else DISTORTIONS
    pairs: list[Any] = [(None, None), *((w, None) for w in known.wrong), *((None, d) for d in distortions)]
    sums = [[sums_of(trial, position, *pair) for trial in trials] for pair in pairs]
    rows = [
        written_row(sentences, wrong.mistake, kind.name, filled(wrong.written, first.variables))
        for wrong in known.wrong
    ]
    grouped = [[name, *(text for _, text in some)] for name, some in groupby(rows, lambda row: row[0])]
    found: dict[str, Any] = {"input": position, "rows": grouped, "prints": base64_of(np.array(sums))}
    found |= {key: sentences.both(value) for key, value in words_of_meant(first, position).items()}
    if first.role(position) == "bias":
        found["bias"] = True
        for name in OF_BIASES:
            sentences.of(name, kind.name)
    if kind.unexplained is recovered_mask:
        found["slopes"] = right_slopes(first, position)
        for name in OF_MASKS:
            sentences.of(name, kind.name)
    return found


def written_row(sentences: Sentences, mistake: str, kind: str, written: Text) -> list[Any]:
    """The mistake's name, and how its formula is written where its words say that."""
    name = sentences.of(mistake, kind)
    return [name, sentences.both(written) if sentences.tell(name, "{found}") else ""]


def sums_of(trial: Trial, position: int, wrong: Any, distortion: Any) -> list[float]:
    """A few weighted sums of a formula's gradient for all upstream gradients; zeros where it is none."""
    each = (gradient(trial, position, g, wrong, distortion) for g in upstreams_of(trial))
    numbers = joined(each)
    return [0.0] * SUMS if numbers is None else (weights(numbers.size) @ numbers).tolist()


def weights(count: int) -> Array:
    """Those of the sums, which the page has from the same formula: cos(k n²)."""
    places = np.arange(1, count + 1)
    return np.cos(np.arange(1, SUMS + 1)[:, np.newaxis] * places**2)
