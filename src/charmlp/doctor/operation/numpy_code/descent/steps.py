"""Code that takes gradient steps and never shows its gradients: `fit`, `train`, gradient descent, a loop.

A parameter p that becomes p − η g in one step has the gradient g = (p − p′)/η. The step is run once: of loops
over epochs one pass, from weights that are given. What it predicts and what loss it computes are variables of
its own, seen before the first update; it is right if it descends any of the losses that they may mean.
"""

import ast
import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.arrays import Place, is_number, is_number_like, weights
from charmlp.doctor.operation.numpy_code.descent.comparing import (
    ALIKE,
    Compared,
    compared,
    differ,
    is_usual_factor,
)
from charmlp.doctor.operation.numpy_code.descent.descents import (
    FIRST,
    OF_PASSES,
    PENALTIES,
    Descent,
    Problem,
    Ran,
)
from charmlp.doctor.operation.numpy_code.descent.expressions import is_called_gradient, is_gradient
from charmlp.doctor.operation.numpy_code.descent.saying import (
    answers_zero_or_one,
    are_of_probabilities,
    losses_of,
    shows_penalty,
)
from charmlp.doctor.operation.numpy_code.descent.taking import Taken
from charmlp.doctor.operation.numpy_code.descent.updates import change_of
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.layers.instances import Method, bound_to, instance
from charmlp.doctor.operation.numpy_code.losses.implied import LOSSES, MARGIN_LOSSES, are_signs
from charmlp.doctor.operation.numpy_code.losses.problems import all_truths, ends, shapes_of
from charmlp.doctor.operation.numpy_code.names import DATA, LOSS, is_of_backward, is_truth
from charmlp.doctor.operation.own_run import own_objects

ERROR = re.compile(r"e|e_?ij|\w*(err|error|errors|diff|difference|residuals?)", re.IGNORECASE)
SQUARED = re.compile(r"\*\* ?2|square|power\(|\blog|abs\(|norm\(")
STEP, DIRECTIONS = 1e-5, 3
COLUMNS = re.compile(r"(?<!shape)\[(:, ?)?[0-9]")
FEW = (2, 3)  # columns
MOST_OTHERS = 9  # losses that are less likely than the first
PROPORTIONAL = 0.9999  # of gradients of losses that differ by a factor, or by a small number in a logarithm
CALLED_LOSS = re.compile(r"loss|cost|objective|likelihood|nll", re.IGNORECASE)

Fitting = tuple[Problem, dict[str, Array], Descent]


@dataclass(frozen=True)
class Step(Taken):
    """Such code as an operation: its parameters are inputs, and its output is the loss that it descends."""

    # What was found out for each size, and the other losses for all sizes
    fitted: dict[Any, Fitting | CannotExamineError] = field(default_factory=dict, compare=False)
    others: list[Descent] = field(default_factory=list, compare=False)
    entry: Method | None = None  # what gives an object its data, where the step takes none

    def readings(self) -> tuple[Make, ...]:
        return (lambda sizes, dtype: self.at(*self.fitting_at(sizes, dtype)),)

    def fitting_at(self, sizes: Sizes, dtype: np.dtype) -> Fitting:
        """Found out once for each size; the loss is that of the first."""
        key = (*sorted(sizes.items()), dtype)
        if key not in self.fitted:
            known = next((found[2] for found in self.fitted.values() if isinstance(found, tuple)), None)
            try:
                self.fitted[key] = self.fitting(sizes, dtype, known)
            except CannotExamineError as error:
                self.fitted[key] = error
        found = self.fitted[key]
        if isinstance(found, CannotExamineError):
            raise found
        return found

    def with_other_losses(self) -> tuple[Make, ...]:
        """As a descent of those losses that fit next best, where the code itself computes none."""
        return tuple(functools.partial(self.with_other_loss, rank) for rank in range(MOST_OTHERS))

    def with_other_loss(self, rank: int, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        problem, parameters, best = self.fitting_at(sizes, dtype)
        if not self.others and not best.is_own:
            every = [one for one in self.agreements(problem, parameters, least=0.0) if one[0] != best]
            every.sort(key=lambda one: -one[1][1])  # by how many numbers are right
            self.others.extend(descent for descent, _ in every if not descent.is_own)
        if rank >= len(self.others):
            raise CannotExamineError("no-loss", name=self.function.name)
        return replace(self.at(problem, parameters, self.others[rank]), is_other_loss=True)

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
            is_implied=bool(descent.text) and descent.cost is None,
        )  # fmt: skip

    def with_parameters(self, problem: Problem, parameters: Mapping[str, Any]) -> Ran:
        weights = [parameters[place.name] for place in problem.places]
        return self.run(problem, parameters, weights)

    def fitting(self, sizes: Sizes, dtype: np.dtype, known: Descent | None) -> "Fitting":
        """The data and the loss with which most gradients agree; raises `CannotExamineError` for none."""
        best: Fitting | None = None
        most = (False, 0.0, 0.0, -np.inf)  # of outputs one, if as much agrees
        for problem in self.problems_of_all_widths(sizes, dtype):
            try:
                parameters = self.parameters_for(problem, dtype)
                agreements = list(self.agreements(problem, parameters))
            except Exception:  # data of another shape, or code that is no step
                continue
            size = sum(np.size(value) for value in parameters.values())
            if problem.sizes["N"] == 1 and best is not None and best[0].sizes["N"] > 1:
                break  # of one sample a sum and a mean are the same: only for what takes no more
            for descent, agreement in agreements:
                is_own, whole, alike = agreement
                ranked = (is_own, whole / size, alike, -(problem.outputs or np.inf))
                if ranked > most and known in (None, descent):
                    best, most = (problem, parameters, descent), ranked
            if most[1] == 1:
                break
        if best is None or not (best[2].is_own or most[1] == 1 or not self.calls_gradient):
            raise CannotExamineError("no-loss", name=self.function.name)  # others compute its gradients
        if self.has_another_loss(*best):
            raise CannotExamineError("other-loss", name=self.function.name, loss=best[2].title)
        problem, parameters, descent = best
        if descent.text in MARGIN_LOSSES and problem.sizes["N"] == 1:
            problem = replace(problem, truth=-problem.truth)  # of a class that is 1 a factor y* tells nothing
        return problem, parameters, descent

    @property
    def calls_gradient(self) -> bool:
        """Whether another function of the module computes its gradients, by its name."""
        code = self.code.function
        called = [name for name in code.__code__.co_names if name in code.__globals__]
        return any(is_of_backward(name) and callable(code.__globals__[name]) for name in called)

    def has_another_loss(self, problem: Problem, parameters: Mapping[str, Array], descent: Descent) -> bool:
        """Whether it computes a loss by that name, and its steps descend another one: either may be wrong."""
        if descent.is_own or descent.cost is not None or descent.penalty:
            return False  # what is printed may be the loss without its penalty
        every = self.agreements(problem, parameters, least=0.0)
        own = [alike for one, (_, _, alike) in every if one.is_own and CALLED_LOSS.search(one.variable)]
        return bool(own) and max(own) < PROPORTIONAL

    def problems_of_all_widths(self, sizes: Sizes, dtype: np.dtype) -> Iterator[Problem]:
        """Those of a few columns too, where the code names them: theta[1] -= lr * sum(error * X[:, 1])."""
        yield from self.problems(sizes, dtype)
        if self.kind is None and COLUMNS.search(ast.unparse(self.code.tree)):
            for width in FEW:
                yield from self.problems({**sizes, "D": width}, dtype)

    def problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator[Problem]:
        if self.entry is not None:
            yield from self.with_held_data(self.entry, sizes, dtype)
            return
        counts = [1] if self.updates.is_by_sample else [sizes["N"], 1]
        for n, (own, places, given, inputs, outputs) in itertools.product(
            counts, self.learners(sizes, dtype)
        ):
            generator = np.random.default_rng(5)
            x = random_numbers((n, inputs), generator).astype(dtype)
            datas = [x, x.T] if n > 1 else [x, x[0], x.T]
            datas = [x[:, 0], *datas] if n > inputs == 1 else datas  # a straight line
            if self.takes_data_alone:
                yield from (Problem(own, places, given, one, one, {"N": n, "C": inputs}) for one in datas)
                continue
            truths: list[Any] = list(all_truths(n, outputs, dtype, generator))
            truths = truths[::-1] if n == 1 else truths  # a number spreads over all outputs of one sample
            truths += [dtype.type(1)] if n == outputs == 1 else []  # of one sample a number
            for data, truth in itertools.product(datas, truths):
                yield Problem(own, places, given, data, truth, {"N": n, "C": outputs})
        yield from self.own_problems(sizes, dtype)

    def own_problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator[Problem]:
        """With what the file's own run calls it with: its data, some of its samples, and its parameters."""
        arrays = {name: np.asarray(v) for name, v in self.as_called.items() if is_number_like(v)}
        data = next((v for name, v in arrays.items() if DATA.fullmatch(name)), None)
        truth = next((v for name, v in arrays.items() if is_truth(name)), None)
        if data is None or truth is None:
            return
        if data.dtype.kind == "f" or np.isin(data, (0, 1)).all():  # of zeros a gradient tells little
            data = random_numbers(data.shape, np.random.default_rng(5))
        changed = {**dict.fromkeys(self.updates.names), **dict.fromkeys(self.updates.starts)}
        given = {name: v.astype(dtype) for name, v in arrays.items() if name in changed}
        own = None if self.kind is None else next(own_objects(self.kind), None)
        places = [] if own is None else [p for p in weights(own) if f"self.{p.attribute}" in changed]
        if data.ndim < 2:
            yield Problem(own, places, given, data.astype(dtype), truth, {"N": 1})
        if min(data.ndim, truth.ndim) == 0:
            return
        if len(data) == len(truth):
            n = min(len(data), sizes["N"])
            yield Problem(own, places, given, data[:n].astype(dtype), truth[:n], {"N": n})
        if data.shape[-1] == truth.shape[-1]:
            n = min(data.shape[-1], sizes["N"])
            yield Problem(own, places, given, data[..., :n].astype(dtype), truth[..., :n], {"N": n})

    def with_held_data(self, entry: Method, sizes: Sizes, dtype: np.dtype) -> Iterator[Problem]:
        """Those of an object that another of its methods, or its constructor, has given its data."""
        assert self.kind is not None
        generator = np.random.default_rng(5)
        changed = {name.removeprefix("self.") for name in self.updates.names}
        n = sizes["N"]
        for outputs in (1, sizes["K"]):
            data = random_numbers((n, sizes["D"]), generator).astype(dtype)
            for truth in all_truths(n, outputs, dtype, generator):
                problem = Problem(None, [], {}, data, truth, {"N": n, "C": outputs})
                names = {name: self.argument(name, problem, {}) for name in entry.required}
                given = {name: np.copy(v) if isinstance(v, np.ndarray) else v for name, v in names.items()}
                try:
                    own = instance(self.kind, sizes, given if entry.name == "__init__" else None)
                    if entry.name != "__init__":
                        bound_to(entry, own)(given)
                except Exception:  # data of another shape
                    continue
                places = [place for place in weights(own) if place.attribute in changed]
                yield replace(problem, own=own, places=places)

    def learners(
        self, sizes: Sizes, dtype: np.dtype
    ) -> Iterator[tuple[Any, list[Place], dict[str, Array], int, int]]:
        """Who learns: an object with its weights, or parameters that are arguments; inputs and outputs."""
        generator = np.random.default_rng(6)
        of = {name: name for name in self.updates.names if name in self.function.required}
        of |= self.updates.starts
        names = list(of.values())
        if self.kind is None or names:
            own = None if self.kind is None else instance(self.kind, sizes)
            for shapes, inputs, outputs in shapes_of(names, sizes, None) if names else ():
                given = {
                    argument: (0.5 * random_numbers(shapes[name], generator)).astype(dtype)
                    for argument, name in of.items()
                }
                yield own, [], given, inputs, outputs
        if self.kind is None:
            if not names:
                ends_of = ((sizes["D"], 1), (sizes["D"], sizes["K"]), (1, 1))
                yield from ((None, [], {}, d, k) for d, k in ends_of)
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
        self, problem: Problem, parameters: Mapping[str, Array], least: float = ALIKE
    ) -> Iterator[tuple[Descent, tuple[bool, float, float]]]:
        """How well gradients agree with each loss, as far as they are `least` alike.

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
        found = []
        for descent in self.descents(problem, ran):
            if descent.text and not any(
                differ(one.first.get(descent.variable), ran.first[descent.variable])
                for _, _, *both in moved
                for one in both
            ):
                continue  # what no parameter changes is no prediction
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
            found.append(compared(descent, parameters, [name for name, *_ in moved], analytic, numeric))
        # of one sample the gradients of all losses of x w are alike: multiples of x
        size = sum(value.size for value in parameters.values())
        for one in self.judged(found, problem, size):
            is_number = bool(one.descent.text) and np.size(ran.first[one.descent.variable]) == 1
            is_multiple = one.agreement[2] >= PROPORTIONAL and not is_usual_factor(one.factor, problem)
            tells = problem.sizes["N"] > 1 or not (one.descent.is_of_method or (is_number and is_multiple))
            is_alike = one.agreement[2] >= least and tells
            if one.agreement[1] or is_alike or one.descent.cost is not None:
                yield one.descent, one.agreement

    def judged(self, found: Sequence[Compared], problem: Problem, size: int) -> list[Compared]:
        """Those that may be meant: its own losses, where it is sure, or another of which all is right."""
        said = [one for one in found if self.is_sure and one.descent.is_own and one.descent.cost is None]
        meant = [one for one in said if one.is_meant(problem)]
        if meant or not said:
            return meant or list(found)
        return [one for one in found if one.agreement[1] == size or one.descent.cost is not None]

    @cached_property
    def is_sure(self) -> bool:
        """Whether a loss that it computes is what it descends: what its steps take is called a gradient."""
        changes = [change_of(node) for node in self.updates.statements]  # type: ignore[arg-type]
        names = [n for change in changes if change for n in ast.walk(change) if isinstance(n, ast.Name)]
        called = [n.id for n in names if is_called_gradient(n)]
        return bool(called) and not any("delta" in name or "err" in name for name in called)

    def descents(self, problem: Problem, ran: Ran) -> Iterator[Descent]:
        """Those of the code's own functions, and no other where one runs; else its own variables first."""
        n = problem.sizes["N"]
        like_truth = [
            name
            for name, value in ran.first.items()
            if is_number(value) and np.size(value) in (np.size(problem.truth), n * problem.outputs)
            and name not in ran.before and not name.endswith(FIRST)
            and not (name.endswith(OF_PASSES) and (self.costs or losses_of(self.code.function)))
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
        numbers = {
            name: value
            for name, value in ran.last.items()
            if is_number(value) and not self.updates.is_of_the_next(name.removesuffix(FIRST))
        }
        for penalty in penalties:
            for name, value in numbers.items() if not (penalty and shows_penalty(self.code.tree)) else ():
                if self.is_loss(name, value) and name not in ran.before:
                    yield Descent(name, penalty=penalty)
        errors = [name for name in ran.first if name in numbers and self.is_difference(name)]
        of_signs = are_signs(problem.truth) and not answers_zero_or_one(self.kind or self.code.function)
        losses = [*LOSSES, *(MARGIN_LOSSES if of_signs else ())]
        if are_of_probabilities(losses_of(self.code.function)):
            losses = [text for text in losses if "log" in text]
        for penalty, text in itertools.product(penalties, losses):
            yield from (Descent(name, text, penalty) for name in like_truth)
            yield from (Descent(name, text, penalty, is_error=True) for name in errors if "log" not in text)

    def is_loss(self, name: str, value: Any) -> bool:
        """Whether a variable of its own is the loss that it descends."""
        is_error = self.is_difference(name) or is_gradient(name)  # but no list of them is
        return np.ndim(value) == 0 and bool(LOSS.fullmatch(name.removesuffix(FIRST))) and not is_error

    def is_difference(self, name: str) -> bool:
        """Whether what is called an error is no loss: nothing in it is squared."""
        return bool(ERROR.fullmatch(name)) and name not in self.squares

    @cached_property
    def squares(self) -> frozenset[str]:
        """The variables that are computed as a loss is: with a square, a logarithm, an absolute value."""
        return frozenset(
            target.id
            for node in ast.walk(self.code.tree)
            if isinstance(node, ast.Assign | ast.AugAssign) and SQUARED.search(ast.unparse(node.value))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        )


def runs(descent: Descent, step: Step, problem: Problem, ran: Ran) -> bool:
    try:
        return bool(np.isfinite(step.loss(descent, problem, ran)))
    except Exception:
        return False
