"""Networks and regressions written as classes: a loss of the weights of an object. Data are no inputs here.

Which data an object takes is found out by trying: samples as rows or columns or one alone, labels as numbers
or one-hot. Where the class computes no loss, its gradients may be those of any of the usual ones.
"""

import ast
import copy
import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.constructing import OPTIMIZER, PlainDescent
from charmlp.doctor.operation.constructor_arguments import parameters_of
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place, is_array, weights
from charmlp.doctor.operation.numpy_code.function import copied
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.layers.gathering import gather, sorted_by_input
from charmlp.doctor.operation.numpy_code.layers.instances import Method, bound_to, instance, output_of
from charmlp.doctor.operation.numpy_code.losses.implied import LOSSES
from charmlp.doctor.operation.numpy_code.losses.object_problems import (
    ObjectProblem,
    given_weights,
    random_parameters,
)
from charmlp.doctor.operation.numpy_code.losses.problems import (
    CLASSES,
    COUNT,
    all_truths,
    class_numbers,
    ends,
    implied_loss,
    truths,
)
from charmlp.doctor.operation.numpy_code.losses.with_gradient import Loss
from charmlp.doctor.operation.numpy_code.names import (
    DATA,
    OUTPUT,
    PREDICTION,
    is_cache,
    is_truth,
    is_upstream,
)
from charmlp.doctor.operation.numpy_code.rates import rates_in
from charmlp.doctor.operation.options import is_flag, is_option, is_strength, usual_option
from charmlp.doctor.operation.source import averages, definition
from charmlp.doctor.words import one_line

Fitting = tuple[ObjectProblem, str | None]  # data, and the loss where the class computes none


@dataclass(frozen=True)
class Model:
    """A class whose backward is the gradient of a loss; `backward` is `cost` where one method is both."""

    kind: type
    backward: Method
    forward: Method | None = None
    cost: Method | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    strength: float | None = None  # of a penalty; None: a usual one
    no_weights: frozenset[str] = frozenset()  # the names of arrays on the object that are none
    # What was found out for each size, and the other losses for all sizes
    fitted: dict[Any, Fitting] = field(default_factory=dict, compare=False)
    others: list[str] = field(default_factory=list, compare=False)

    @property
    def is_both(self) -> bool:
        return self.cost is not None and self.backward.name == self.cost.name

    @property
    def first(self) -> Method:
        first = self.forward or self.cost
        assert first is not None
        return first

    def readings(self) -> tuple[Make, ...]:
        return (lambda sizes, dtype: self.made_of(*self.fitting_at(sizes, dtype)),)

    def fitting_at(self, sizes: Sizes, dtype: np.dtype) -> Fitting:
        """Found out once for each size: a core asks more than once. The loss is that of the first."""
        key = (*sorted(sizes.items()), dtype)
        if key not in self.fitted:
            self.fitted[key] = self.fitting(sizes, dtype, next(iter(self.fitted.values()), None))
        return self.fitted[key]

    def with_other_losses(self) -> tuple[Make, ...]:
        """As the gradient of the losses that fit next best, where it computes none itself."""
        if self.cost is not None:
            return ()
        return tuple(functools.partial(self.with_other_loss, rank) for rank in range(len(LOSSES) - 1))

    def with_other_loss(self, rank: int, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        problem, best = self.fitting_at(sizes, dtype)
        if not self.others:
            agreeing = {text: self.agreeing(problem, text) for text in LOSSES if text != best}
            self.others.extend(sorted(agreeing, key=lambda text: -agreeing[text]))
        return replace(self.made_of(problem, self.others[rank]), is_other_loss=True)

    def agreeing(self, problem: ObjectProblem, text: str) -> float:
        """How many gradients are right for a loss, −1 where it cannot be computed."""
        try:
            return agreement_of(self, problem, text)[0]
        except Exception:  # a logarithm of what is no probability
            return -1.0

    def made_of(self, problem: ObjectProblem, text: str | None) -> HandWritten:
        names = tuple(place.name for place in problem.places)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            ran = Pass(self, problem, values, text)
            return (np.asarray(ran.loss),), lambda upstream: [
                times(one, upstream[0]) for one in ran.gradients()
            ]

        return HandWritten(
            run,
            "_".join([self.kind.__name__, *map(str, self.given.values())]),
            names,
            parameters=dict(enumerate(problem.parameters)),
            note=None if text is None else phrase("network-loss", loss=text),
            is_implied=text is not None,
            sizes=problem.sizes,
            unpenalised=replace(self, strength=0.0).made_of(problem, text) if self.is_penalised else None,
        )

    @property
    def is_penalised(self) -> bool:
        """Whether it takes the strength of a penalty, which is not 0 here."""
        taken = [n for m in (self.backward, self.cost) if m is not None for n in strengths_of(m)]
        return bool(taken) and self.strength is None

    def fitting(self, sizes: Sizes, dtype: np.dtype, known: Fitting | None) -> Fitting:
        """The usual data, and the loss, with which most gradients agree with differences of losses.

        `known` are those at another size. Raises `CannotExamineError` where it takes nothing that is usual.
        What an object only remembers, its last steps say, is no weight.
        """
        best = self.best_fitting(sizes, dtype, known)
        remembered = self.remembered(*best)
        if not remembered or len(remembered) == len(best[0].places):
            return best
        return replace(self, no_weights=remembered).best_fitting(sizes, dtype, known)

    def remembered(self, problem: ObjectProblem, text: str | None) -> frozenset[str]:
        """The names of arrays of zeros on which the loss does not depend."""
        empty = [i for i, place in enumerate(problem.places) if not np.any(place.get(problem.original))]
        return frozenset(problem.places[i].name for i in empty if not self.depends_on(i, problem, text))

    def depends_on(self, position: int, problem: ObjectProblem, text: str | None) -> bool:
        """Whether the loss is another one without that array's numbers."""
        others = [0 * one if i == position else one for i, one in enumerate(problem.parameters)]
        losses = [Pass(self, problem, values, text).loss for values in (problem.parameters, others)]
        return not np.array_equal(*losses)

    def best_fitting(self, sizes: Sizes, dtype: np.dtype, known: Fitting | None) -> Fitting:
        best: Fitting | None = None
        most: tuple[float, float, bool] = (-2.0, 0.0, False)
        errors: list[Exception] = []
        losses = self.losses if known is None else [known[1]]
        for problem, text in itertools.product(self.problems(sizes, dtype), losses):
            if known is not None and problem.sizes["N"] == 1 < min(known[0].sizes["N"], sizes["N"]):
                continue
            if problem.sizes["N"] == 1 and best is not None and best[0].sizes["N"] > 1 and most[0] >= 0:
                continue  # of one sample a sum and a mean are the same: only for what takes no more
            try:
                agreement = agreement_of(self, problem, text)
            except Exception as error:
                errors.append(error)
                continue
            if agreement > most:
                best, most = (problem, text), agreement
            if most[0] == len(problem.places):
                break
        if best is None:
            raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")
        return best

    @property
    def losses(self) -> list[str | None]:
        """Those that its gradients may be of, where it computes none itself."""
        return [None] if self.cost is not None else list(LOSSES)

    # Data that it may take

    def problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator[ObjectProblem]:
        if (held := self.held_data) is not None:
            yield from self.with_held_data(held, sizes, dtype)
            return
        original = instance(self.kind, sizes, self.given)
        if places := weights(original):
            yield from self.with_data(original, places, sizes, dtype)
            if any(np.ndim(place.get(original)) for place in places):
                return
        d, k = sizes["D"], sizes["K"]
        for shape, bias in (((d, k), np.ones(k)), ((d,), 1.0), ((d, 1), np.ones(1)), ((d, 1), 1.0)):
            original = instance(self.kind, sizes, self.given)
            places = given_weights(original, np.ones(shape), bias)
            yield from self.with_data(original, places, sizes, dtype)

    @property
    def held_data(self) -> tuple[str, str] | None:
        """The constructor's arguments that are data and what should come of them, where it takes them."""
        names = [name for name, _ in parameters_of(self.kind)]
        data, truth = [n for n in names if DATA.fullmatch(n)], [n for n in names if is_truth(n)]
        return (data[0], truth[0]) if data and truth and not self.first.arrays else None

    def with_held_data(self, held: tuple[str, str], sizes: Sizes, dtype: np.dtype) -> Iterator[ObjectProblem]:
        generator = np.random.default_rng(5)
        n, d = sizes["N"], sizes["D"]
        x = random_numbers((n, d), generator).astype(dtype)
        for outputs in (1, sizes["K"]):
            for truth in truths(n, outputs, dtype, generator):
                try:
                    original = instance(
                        self.kind, sizes, {**self.given, **dict(zip(held, (x, truth), strict=True))}
                    )
                except Exception:
                    continue
                places = [
                    p for p in weights(original) if not any(p.get(original) is one for one in (x, truth))
                ]
                parameters = random_parameters(original, places, dtype)
                yield ObjectProblem(original, places, parameters, x, truth, {"N": n, "C": outputs})

    def with_data(
        self, original: Any, places: Sequence[Place], sizes: Sizes, dtype: np.dtype
    ) -> Iterator[ObjectProblem]:
        places = [place for place in places if place.name not in self.no_weights]
        parameters = random_parameters(original, places, dtype)
        generator = np.random.default_rng(5)
        found = ends(parameters)
        less_one = [(inputs - 1, outputs) for inputs, outputs in found]  # it adds a 1 for the bias itself
        for n, (inputs, outputs) in itertools.product((sizes["N"], 1), [*found, *less_one]):
            if inputs > 0:
                x = random_numbers((n, inputs), generator).astype(dtype)
                datas = [x, x.T, class_numbers(n, inputs)] if n > 1 else [x, x.T, x[0]]
                for data, truth in itertools.product(datas, all_truths(n, outputs, dtype, generator)):
                    yield ObjectProblem(original, places, parameters, data, truth, {"N": n, "C": outputs})


def is_rate_of(method: Method, name: str) -> bool:
    """Whether all that a method adds to weights is a multiple of it."""
    tree = definition(method.call)
    return tree is not None and name in rates_in(tree)


def options_in_calls(caller: Method, called: Method) -> dict[str, Any]:
    """The constants that one method hands another as options: self.loss(x, t, train_flg=True)."""
    tree = definition(caller.call)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree is not None else []
    of_method = [one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == called.name]
    names = called.required + called.signature.optional
    given = {
        name: value
        for one in of_method
        for name, value in (*zip(names, one.args, strict=False), *((k.arg, k.value) for k in one.keywords))
    }
    constants = {name: value.value for name, value in given.items() if isinstance(value, ast.Constant)}
    return {name: value for name, value in constants.items() if name in called.signature.optional}


def strengths_of(method: Method) -> list[str]:
    return [name for name in (*method.required, *method.signature.optional) if is_strength(name)]


class Pass:
    """One run of a model at given weights."""

    def __init__(self, model: Model, problem: ObjectProblem, values: Sequence[Any], text: str | None) -> None:
        self.model, self.problem = model, problem
        self.found: dict[str, Any] = {}  # what forward returned, by its names
        self.output: Any = None
        self.cache: Any = None
        self.returned: Any = None
        own = self.own = copy.deepcopy(problem.original)
        for place, value in zip(problem.places, values, strict=False):
            place.put(own, np.asarray(value))
        if model.forward is not None:
            self.keep(model.forward, output_of(own, self.call(model.forward)))
        if model.cost is None:
            assert text is not None
            self.loss: Any = implied_loss(text, self.output, problem.truth, problem.sizes["N"])
        elif model.is_both:
            self.loss, self.returned = Loss(model.cost).split(self.call(model.cost))
        else:
            result = output_of(own, self.call(model.cost))
            self.loss = result[0] if isinstance(result, tuple) else result

    def keep(self, forward: Method, result: Any) -> None:
        parts = result if isinstance(result, tuple) else (result,)
        if len(forward.returns) == len(parts):
            self.found = {name: value for name, value in zip(forward.returns, parts, strict=True) if name}
        meant = [v for n, v in self.found.items() if OUTPUT.fullmatch(n) or PREDICTION.fullmatch(n)]
        self.output = last_of(meant[-1] if meant else parts[0])
        self.cache = parts[1] if len(parts) == 2 else parts[1:]

    def call(self, method: Method, own: Any = None) -> Any:
        return bound_to(method, self.own if own is None else own)(self.arguments(method))

    def arguments(self, method: Method) -> dict[str, Any]:
        rates = [name for name in method.signature.optional if RATE.fullmatch(name)]
        names = dict.fromkeys([*method.required, *method.inputs, *rates, *strengths_of(method)])
        given: dict[str, Any] = {}
        for name in names:
            given[name] = self.argument(name, method, given)
        as_in_training = options_in_calls(self.model.backward, method) if method is self.model.cost else {}
        return as_in_training | given

    def argument(self, name: str, method: Method, given: Mapping[str, Any]) -> Any:
        problem, has_output = self.problem, self.output is not None
        others = [other for other in method.inputs if other != name and is_truth(other)]
        if RATE.fullmatch(name) or is_rate_of(method, name):
            return 1.0
        if is_strength(name) and self.model.strength is not None:
            return self.model.strength
        if OPTIMIZER.fullmatch(name):
            return PlainDescent()
        if DATA.fullmatch(name) or (method is self.model.forward and method.arrays == (name,)):
            return problem.data.copy()
        if name in self.found and not (is_truth(name) and not others):
            return self.found[name]
        if is_truth(name) and not (has_output and others and is_prediction_of(name, others)):
            return problem.truth.copy()
        if is_flag(name):
            return usual_option(name)
        if is_cache(name) and has_output:
            return self.cache
        if COUNT.fullmatch(name) and not PREDICTION.fullmatch(name):
            return problem.sizes["N"]
        if CLASSES.fullmatch(name):
            return problem.sizes["C"]
        if has_output and (OUTPUT.fullmatch(name) or PREDICTION.fullmatch(name) or is_truth(name)):
            return self.output
        if name in method.settled:
            return copied(method.settled[name])
        if is_upstream(name):
            return 1.0
        if is_option(name):
            return usual_option(name)
        raise TypeError(f"{method.name} takes {name}")

    def gradients(self) -> list[Any]:
        """Those of the weights, in their order."""
        problem, backward = self.problem, self.model.backward
        own = copy.deepcopy(self.own)
        if self.model.is_both:
            return sorted_by_input(self.returned, Loss(backward).gradient_names, {}, problem.places)
        return gather(own, problem.places, {}, backward, self.arguments(backward)).weights


def last_of(output: Any) -> Any:
    """Of what all layers come to, in a list or by their numbers, what the last one does."""
    layers = list(output.values()) if isinstance(output, dict) else output
    is_several = isinstance(layers, list) and bool(layers) and all(map(is_array, layers))
    return layers[-1] if is_several else output


def is_prediction_of(name: str, others: Sequence[str]) -> bool:
    """Whether of two names of targets this is the prediction: y beside t, y beside y_true."""
    return len(name) == 1 and any(len(other) > 1 or other == "t" for other in others) and name != "t"


def agreement_of(model: Model, problem: ObjectProblem, text: str | None) -> tuple[float, float, bool]:
    """How many gradients of weights are right, how alike all are, and whether but for signs they are right.

    −1 where shapes do not fit.

    Raises what the methods raise.
    """
    parameters = problem.parameters
    ran = Pass(model, problem, parameters, text)
    loss = float(np.squeeze(np.asarray(ran.loss, float)))
    if not np.isfinite(loss):
        raise ValueError(f"the loss is {loss}")
    try:
        gradients = [np.asarray(one, float) for one in ran.gradients()]
    except Exception:
        return -1.0, 0.0, False
    pairs = list(zip(gradients, parameters, strict=True))
    fits = np.array([g.shape == p.shape for g, p in pairs])
    is_of_batch = averages(model.backward.call) and fits.any()  # else it is meant for one sample
    if not (fits.all() or is_of_batch) or not any(g.any() for g in gradients):
        return -1.0, 0.0, False
    gradients = [g if fit else np.zeros(p.shape) for (g, p), fit in zip(pairs, fits, strict=True)]
    generator = np.random.default_rng(1)
    directions = [generator.standard_normal(p.shape) for p in parameters]
    analytic = np.array([float((g * d).sum()) for g, d in zip(gradients, directions, strict=True)])
    numeric = np.zeros(len(parameters))
    for i, direction in enumerate(directions):
        losses = []
        for h in (1e-5, -1e-5):
            moved = [p + h * direction if j == i else p for j, p in enumerate(parameters)]
            losses.append(float(np.squeeze(Pass(model, problem, moved, text).loss)))
        numeric[i] = (losses[0] - losses[1]) / 2e-5
    right = fits & (abs(numeric - analytic) <= 1e-4 * np.maximum(abs(numeric), 1e-3))
    norms = float(np.linalg.norm(numeric) * np.linalg.norm(analytic))
    alike = abs(float(numeric @ analytic)) / norms if norms else 0.0
    return float(right.sum()), round(alike, 6), np.allclose(abs(analytic), abs(numeric), rtol=1e-4, atol=1e-9)
