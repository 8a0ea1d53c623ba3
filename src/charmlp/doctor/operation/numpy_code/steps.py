"""Code that takes gradient steps and never shows its gradients: `fit`, `train`, gradient descent, a loop.

A parameter p that becomes p − η g in one step has the gradient g = (p − p′)/η. The step is run once: of loops
over epochs one pass, from weights that are given. What it predicts and what loss it computes are variables of
its own, seen before the first update; it is right if it descends any of the losses that they may mean.
"""

import ast
import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place, weights
from charmlp.doctor.operation.numpy_code.descents import (
    PENALTIES,
    Descent,
    Problem,
    Ran,
    is_number,
    is_number_like,
)
from charmlp.doctor.operation.numpy_code.expressions import is_optimizer
from charmlp.doctor.operation.numpy_code.function import Function, copied
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.implied import LOSSES
from charmlp.doctor.operation.numpy_code.instances import Method, bound_to, instance
from charmlp.doctor.operation.numpy_code.names import DATA, LOSS, is_truth
from charmlp.doctor.operation.numpy_code.problems import (
    COUNT,
    all_truths,
    ends,
    implied_loss,
    shapes_of,
)
from charmlp.doctor.operation.numpy_code.statements import spots_in
from charmlp.doctor.operation.numpy_code.updates import EPOCHS, PASS, Updates, updates_in, watched
from charmlp.doctor.operation.options import is_option, is_strength, usual_option

INDEX = re.compile(r"[ijuvmn]|\w*(user|item|row|col|idx|index|movie)\w*", re.IGNORECASE)
ERROR = re.compile(r"e|e_?ij|\w*(err|error|errors|diff|difference|residuals?)", re.IGNORECASE)
STEP, DIRECTIONS = 1e-5, 3
ALIKE = 0.99  # cosine of gradients that at least have a direction in common

Fitting = tuple[Problem, dict[str, Array], Descent]


@dataclass(frozen=True)
class Step:
    """A function or a method that updates parameters by minus their gradients, times a rate."""

    function: Function
    code: Code
    kind: type | None = None
    costs: tuple[Function, ...] = ()  # those that the code itself has

    @cached_property
    def updates(self) -> Updates:
        updates = updates_in(self.code.tree)
        assert updates is not None
        return updates

    # Calling it

    def run(self, problem: Problem, starts: Mapping[str, Any], weights: Sequence[Any]) -> Ran:
        """It with parameters: those that it makes itself start from `starts`."""
        ran = Ran()
        own = copy.deepcopy(problem.own)
        for place, value in zip(problem.places, weights, strict=False):
            place.put(own, np.asarray(value))
            ran.before[place.name] = np.copy(value)
        given = {**problem.given, **{name: starts[name] for name in problem.given if name in starts}}
        given = {name: np.array(value) for name, value in given.items()}
        ran.before |= {name: np.copy(value) for name, value in given.items()}

        def start(name: str, value: Any) -> Any:
            value = np.array(starts.get(name, value), dtype=float) if is_number_like(value) else value
            value = value if np.ndim(value) else float(value)
            ran.before[name] = np.copy(value)
            return value

        with watched(self.code, start, ran.see):
            arguments = self.arguments(problem, given)
            function = self.function if own is None else bound_to(self.function, own)  # type: ignore[arg-type]
            function(arguments)
        ran.after = {place.name: place.get(own) for place in problem.places}
        for name in ran.before:
            if name not in ran.after:
                attribute = name.removeprefix("self.")
                ran.after[name] = getattr(own, attribute) if attribute != name else ran.last[name]
        if any(np.shape(ran.after[name]) != np.shape(value) for name, value in ran.before.items()):
            raise ValueError("a step changes the shape of a parameter")
        ran.rate = self.rate(own, ran)
        return ran

    def arguments(self, problem: Problem, given: Mapping[str, Array]) -> dict[str, Any]:
        names = list(self.function.required)
        found = {name: self.argument(name, problem, given) for name in names}
        unknown = [name for name in names if found[name] is None]
        handed = [array for kind, array in (("data", problem.data), ("truth", problem.truth))
                  if not any(found[name] is array for name in names) and kind]  # fmt: skip
        found |= dict(zip(unknown, handed, strict=False))
        return {
            name: np.copy(v) if v is problem.data or v is problem.truth else v for name, v in found.items()
        }

    def argument(self, name: str, problem: Problem, given: Mapping[str, Array]) -> Any:
        if name in given:
            return given[name]
        if name in self.tuples:
            return [tuple(map(entry, self.tuples[name]))]
        if RATE.fullmatch(name):
            return 1.0
        if DATA.fullmatch(name):
            return problem.data
        if is_truth(name):
            return problem.truth
        if EPOCHS.fullmatch(name) or PASS.fullmatch(name):
            return 1
        if name in self.function.settled:
            return copied(self.function.settled[name])
        if COUNT.fullmatch(name):
            return problem.sizes["N"]
        return usual_option(name) if is_option(name) else None

    @cached_property
    def tuples(self) -> dict[str, list[str]]:
        """The arguments that hold samples as tuples, and the names of what is in one."""
        return {
            loop.iter.id: [ast.unparse(part) for part in loop.target.elts]
            for loop in ast.walk(self.code.tree)
            if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Name)
            if isinstance(loop.target, ast.Tuple) and loop.iter.id in self.function.required
        }

    def cost(self, cost: Function, problem: Problem, ran: Ran, prediction: str) -> Any:
        """The code's own loss, of what a run began with; raises where it cannot be given what it takes."""
        known = {**ran.first, **{name.removeprefix("self."): value for name, value in ran.before.items()}}
        given = {}
        for name in cost.required:
            if name in known and not is_truth(name):
                given[name] = known[name]
            elif DATA.fullmatch(name):
                given[name] = problem.data
            elif is_truth(name):
                given[name] = known[name] if name in self.entries else problem.truth
            elif prediction:
                given[name] = known[prediction]
            else:
                raise TypeError(f"{cost.name} takes {name}")
        if not isinstance(cost, Method):
            return cost(given)
        own = copy.deepcopy(problem.own)
        for place in problem.places:
            place.put(own, ran.before[place.name])
        for name in set(ran.before) - {place.name for place in problem.places}:
            setattr(own, name.removeprefix("self."), ran.before[name])
        return bound_to(cost, own)(given)

    @property
    def entries(self) -> set[str]:
        return {name for names in self.tuples.values() for name in names}

    def rate(self, own: Any, ran: Ran) -> float:
        known = {**self.code.function.__globals__, **ran.first}
        for node in self.updates.rates:
            of_own = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"
            value = getattr(own, node.attr, None) if of_own else known.get(ast.unparse(node))  # type: ignore[attr-defined]
            if value is not None and is_number_like(value) and np.size(value) == 1 and value:
                return float(value)
        return 1.0

    def strength(self, problem: Problem, ran: Ran) -> float:
        """λ, 0 where there is none."""
        known = {**getattr(problem.own, "__dict__", {}), **ran.first}
        found = [value for name, value in known.items() if is_strength(name) and isinstance(value, float)]
        return found[0] if found else 0.0

    def loss(self, descent: Descent, problem: Problem, ran: Ran) -> float:
        """What a run has by that loss."""
        if descent.cost is not None:
            return float(np.squeeze(self.cost(descent.cost, problem, ran, descent.variable)))
        if not descent.text:
            loss = float(np.squeeze(ran.last[descent.variable]))
        else:
            variable, n = ran.first[descent.variable], problem.sizes["N"]
            truth = 0 * np.asarray(variable) if descent.is_error else problem.truth
            loss = float(implied_loss(descent.text, variable, truth, n))
        if descent.penalty:
            weights = [v for v in ran.before.values() if np.ndim(v) and np.size(v) > 1]
            loss += (
                PENALTIES[descent.penalty] * self.strength(problem, ran) * sum(np.sum(w**2) for w in weights)
            )
        return loss

    # What it takes and what it descends

    def readings(self) -> tuple[Make, ...]:
        kept: dict[tuple[Any, ...], tuple[Fitting, HandWritten]] = {}

        def make(sizes: Sizes, dtype: np.dtype) -> HandWritten:
            """Found out once for each size; the loss is that of the first."""
            key = (*sorted(sizes.items()), dtype)
            if key not in kept:
                known = next((descent for (_, _, descent), _ in kept.values()), None)
                fitting = self.fitting(sizes, dtype, known)
                kept[key] = fitting, self.at(*fitting)
            return kept[key][1]

        return (make,)

    def at(self, problem: Problem, parameters: Mapping[str, Array], descent: Descent) -> HandWritten:
        names = tuple(parameters)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            ran = self.with_parameters(problem, dict(zip(names, values, strict=False)))
            return (np.asarray(self.loss(descent, problem, ran)),), lambda upstream: [
                times(ran.gradient(name), upstream[0]) for name in names
            ]

        title = self.function.name if self.kind is None else self.kind.__name__
        return HandWritten(
            run, f"{title}_step", names, parameters=dict(enumerate(parameters.values())),
            note=phrase("network-loss", loss=descent.title), sizes=problem.sizes, is_step=True,
        )  # fmt: skip

    def with_parameters(self, problem: Problem, parameters: Mapping[str, Any]) -> Ran:
        weights = [parameters[place.name] for place in problem.places]
        return self.run(problem, parameters, weights)

    def fitting(self, sizes: Sizes, dtype: np.dtype, known: Descent | None) -> "Fitting":
        """The data and the loss with which most gradients agree; raises `CannotExamineError` for none."""
        best: Fitting | None = None
        most = (False, 0.0, 0.0)
        for problem in self.problems(sizes, dtype):
            try:
                parameters = self.parameters_for(problem, dtype)
                agreements = list(self.agreements(problem, parameters))
            except Exception:  # data of another shape, or code that is no step
                continue
            for descent, agreement in agreements:
                if agreement > most and known in (None, descent):
                    best, most = (problem, parameters, descent), agreement
            if best is not None and most[1] == sum(np.size(value) for value in best[1].values()):
                break
        if best is None:
            raise CannotExamineError("no-loss", name=self.function.name)
        return best

    def problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator[Problem]:
        n = 1 if self.updates.is_by_sample else sizes["N"]
        for own, places, given, inputs, outputs in self.learners(sizes, dtype):
            generator = np.random.default_rng(5)
            x = random_numbers((n, inputs), generator).astype(dtype)
            datas = [x, x.T] if n > 1 else [x, x[0], x.T]
            for data, truth in itertools.product(datas, all_truths(n, outputs, dtype, generator)):
                yield Problem(own, places, given, data, truth, {"N": n, "C": outputs})

    def learners(
        self, sizes: Sizes, dtype: np.dtype
    ) -> Iterator[tuple[Any, list[Place], dict[str, Array], int, int]]:
        """Who learns: an object with its weights, or parameters that are arguments; inputs and outputs."""
        generator = np.random.default_rng(6)
        if self.kind is None:
            names = [name for name in self.updates.names if name in self.function.required]
            for shapes, inputs, outputs in shapes_of(names, sizes, None):
                given = {
                    name: (0.5 * random_numbers(s, generator)).astype(dtype) for name, s in shapes.items()
                }
                yield None, [], given, inputs, outputs
            if not names:
                yield from ((None, [], {}, sizes["D"], outputs) for outputs in (1, sizes["K"]))
            return
        own = instance(self.kind, sizes)
        changed = {name.removeprefix("self.") for name in self.updates.names}
        places = [place for place in weights(own) if place.attribute in changed]
        if places:
            held = [np.asarray(place.get(own)) for place in places]
            yield from ((own, places, {}, d, k) for d, k in ends(held))
        yield from ((own, [], {}, sizes["D"], outputs) for outputs in (1, sizes["K"]))

    def parameters_for(self, problem: Problem, dtype: np.dtype) -> dict[str, Array]:
        """Random parameters of the shapes that the step has; raises where it does not take the data."""
        held = [place.get(problem.own) for place in problem.places]
        ran = self.run(problem, {}, held)
        changed = [name for name in ran.before if is_number_like(ran.before[name])]
        if not changed:
            raise ValueError("no parameter is updated")
        generator = np.random.default_rng(6)
        return {
            name: (0.4 * random_numbers(np.shape(ran.before[name]), generator)).astype(dtype)
            for name in changed
        }

    def agreements(
        self, problem: Problem, parameters: Mapping[str, Array]
    ) -> Iterator[tuple[Descent, tuple[bool, float, float]]]:
        """How well gradients agree with each loss.

        Whether the code itself computes it and a gradient is right; how many numbers are; how alike all are.
        """
        ran = self.with_parameters(problem, parameters)
        generator = np.random.default_rng(1)
        moved: list[tuple[str, float, Ran, Ran]] = []
        for name, value in parameters.items():
            for _ in range(DIRECTIONS):
                direction = generator.standard_normal(value.shape)
                ahead, behind = (
                    self.with_parameters(problem, {**parameters, name: value + h * direction})
                    for h in (STEP, -STEP)
                )
                moved.append((name, float(np.sum(ran.gradient(name) * direction)), ahead, behind))
        analytic = np.array([slope for _, slope, _, _ in moved])
        if not np.isfinite(analytic).all() or not analytic.any():
            return
        for descent in self.descents(problem, ran):
            try:
                numeric = np.array(
                    [
                        (self.loss(descent, problem, ahead) - self.loss(descent, problem, behind))
                        / (2 * STEP)
                        for _, _, ahead, behind in moved
                    ]
                )
            except Exception:
                continue
            if not np.isfinite(numeric).all() or not numeric.any():
                continue
            right = abs(numeric - analytic) <= 1e-4 * np.maximum(abs(numeric), 1e-3)
            whole = sum(
                value.size
                for name, value in parameters.items()
                if all(r for r, m in zip(right, moved, strict=True) if m[0] == name)
            )
            norms = float(np.linalg.norm(numeric) * np.linalg.norm(analytic))
            alike = round(abs(float(numeric @ analytic)) / norms, 6)
            if whole or alike >= ALIKE or descent.cost is not None:
                yield descent, (whole > 0 and descent.is_own, float(whole), alike)

    def descents(self, problem: Problem, ran: Ran) -> Iterator[Descent]:
        """Those of the code's own functions, and no other where one runs; else its own variables first."""
        n = problem.sizes["N"]
        like_truth = [
            name
            for name, value in ran.first.items()
            if is_number(value) and np.size(value) in (np.size(problem.truth), n * problem.sizes["C"])
            and name not in ran.before
        ]  # fmt: skip
        known = [
            Descent(name, cost=cost)
            for cost in self.costs
            for name in ("", *like_truth)
            if runs(Descent(name, cost=cost), self, problem, ran)
        ]
        if known:
            yield from known
            return
        penalties = list(PENALTIES) if self.strength(problem, ran) else [""]
        numbers = {name: value for name, value in ran.last.items() if is_number(value)}
        for penalty in penalties:
            for name, value in numbers.items():
                if self.is_loss(name, value) and name not in ran.before:
                    yield Descent(name, penalty=penalty)
        errors = [name for name in ran.first if name in numbers and ERROR.fullmatch(name)]
        for penalty, text in itertools.product(penalties, LOSSES):
            yield from (Descent(name, text, penalty) for name in like_truth)
            yield from (Descent(name, text, penalty, is_error=True) for name in errors if "log" not in text)

    def is_loss(self, name: str, value: Any) -> bool:
        """Whether a variable of its own is the loss that it descends."""
        return np.ndim(value) == 0 and bool(LOSS.fullmatch(name)) and not ERROR.fullmatch(name)


def runs(descent: Descent, step: Step, problem: Problem, ran: Ran) -> bool:
    try:
        return bool(np.isfinite(step.loss(descent, problem, ran)))
    except Exception:
        return False


def entry(name: str) -> Any:
    """What is in a sample under a name: the number of a row, or a rating."""
    return 1 if INDEX.fullmatch(name) else 0.7


def step_of(function: Function, costs: Iterable[Function], kind: type | None = None) -> Step | None:
    """None for what takes no step of its own."""
    code = code_of(function.call)
    if code is None or updates_in(code.tree) is None or not function.required:
        return None
    if (kind is not None and is_optimizer(kind.__name__)) or not spots_in(code.tree):
        return None  # it applies gradients that it is given
    return Step(function, code, kind, tuple(costs))
