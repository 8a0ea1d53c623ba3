"""A loss of many parameters: a whole network, or one layer with its loss. Its data are no inputs here.

The cost and its gradients may come from one function, from two with the same arguments, or from a forward
pass, a cost and a backward pass. Which shapes it takes is found out by trying: samples as rows or as columns,
labels as numbers or one-hot, biases as vectors, rows or columns.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array, onehot
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.function import Function, copied
from charmlp.doctor.operation.numpy_code.gradients import base, by_input, of_one, times
from charmlp.doctor.operation.numpy_code.losses import Loss
from charmlp.doctor.operation.numpy_code.names import (
    DATA,
    DICT,
    OUTPUT,
    PREDICTION,
    is_cache,
    is_of_backward,
    is_of_forward,
    is_truth,
    meant_by,
)
from charmlp.doctor.operation.options import is_option, usual_option
from charmlp.doctor.operation.source import subscripts_of
from charmlp.doctor.words import one_line

HIDDEN = (4, 6, 2)  # units of the hidden layers
WEIGHT = re.compile(r"(w|weights?|theta|kernel|m)_?(\d*|out|o|hidden|h|[a-z]+)", re.IGNORECASE)
BIAS = re.compile(r"(b|bias|biases|intercept)_?(\d*|out|o|hidden|h|[a-z]+)", re.IGNORECASE)
COUNT = re.compile(r"m|n|n_?(samples|examples)|num_(samples|examples)|batch_size", re.IGNORECASE)
CLASSES = re.compile(r"k|c|(n|num)_?(classes|labels)|classes", re.IGNORECASE)


@dataclass(frozen=True)
class Network:
    """What computes a cost and its gradients; without `forward` and `backward` where `cost` does it all."""

    cost: Function
    forward: Function | None = None
    backward: Function | None = None
    maker: Function | None = None  # of its parameters

    @property
    def first(self) -> Function:
        return self.forward or self.cost

    @property
    def taken(self) -> list[str]:
        """What the first function is given beside options."""
        return [name for name in self.first.inputs if not is_option(name) or WEIGHT.fullmatch(name)]

    @property
    def dict_name(self) -> str | None:
        """The input that is a dict of parameters, if there is one."""
        whole = [name for name in self.taken if DICT.fullmatch(name) and self.keys_of(name)]
        return whole[0] if whole else None

    def keys_of(self, name: str) -> list[str]:
        own = [function for function in (self.first, self.backward, self.cost) if function is not None]
        return list(dict.fromkeys(key for function in own for key in subscripts_of(function.call, name)))

    @property
    def parameter_names(self) -> list[str]:
        if self.dict_name is not None:
            return self.keys_of(self.dict_name)
        return [name for name in self.taken if not is_data(name) and not is_truth(name)]

    def readings(self) -> tuple[Make, ...]:
        kept: dict[tuple[Any, ...], HandWritten] = {}

        def make(sizes: Sizes, dtype: np.dtype) -> HandWritten:
            """Found out once for each size: a core asks more than once."""
            key = (*sorted(sizes.items()), dtype)
            if key not in kept:
                kept[key] = self.make(sizes, dtype)
            return kept[key]

        return (make,)

    def make(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        """It at sizes; raises `CannotExamineError` where it takes nothing that is usual."""
        problem = self.fitting(sizes, dtype)
        names = tuple(problem.parameters)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            ran = Pass(self, problem, dict(zip(names, values, strict=False)))
            return (ran.loss,), lambda upstream: [times(one, upstream[0]) for one in ran.gradients()]

        parameters = dict(enumerate(problem.parameters.values()))
        return HandWritten(
            run, f"{meant_by(self.first.name)}_network", names, parameters=parameters, sizes=problem.sizes
        )

    def fitting(self, sizes: Sizes, dtype: np.dtype) -> "Problem":
        """The first usual inputs with which its gradients agree with a difference of losses.

        Else the first whose gradients have the parameters' shapes, else the first with which the cost runs.
        """
        kept: dict[str, Problem] = {}
        errors: list[Exception] = []
        for problem in self.problems(sizes, dtype):
            try:
                how_well = fit(self, problem)
            except Exception as error:
                errors.append(error)
                continue
            kept.setdefault(how_well, problem)
            if how_well == "right":
                break
        for how_well in ("right", "shapes", "runs"):
            if how_well in kept:
                return kept[how_well]
        raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")

    def problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator["Problem"]:
        made = self.made(sizes)
        generator = np.random.default_rng(5)
        for shapes, inputs, outputs in shapes_of(self.parameter_names, sizes, made):
            parameters = {
                name: (0.7 * random_numbers(shape, generator)).astype(dtype) for name, shape in shapes.items()
            }
            n = sizes["N"]
            x = random_numbers((n, inputs), generator).astype(dtype)
            for data, truth in itertools.product((x, x.T), truths(n, outputs, dtype, generator)):
                yield Problem(parameters, data, truth, {"N": n, "C": outputs})

    def made(self, sizes: Sizes) -> Mapping[str, Sequence[int]] | None:
        """The shapes of what the module's own function for it makes."""
        if self.maker is None:
            return None
        widths = [sizes["D"], HIDDEN[0], sizes["K"]]
        count = len(self.maker.required)
        arguments: dict[int, list[Any]] = {0: [], 1: [widths], 2: [widths[0], widths[-1]], 3: widths}
        try:
            result = self.maker.call(*arguments[count])
        except Exception:
            return None
        if isinstance(result, tuple) and len(result) == len(self.maker.returns):
            result = dict(zip(self.maker.returns, result, strict=True))
        if not isinstance(result, Mapping):
            return None
        return {str(name): np.shape(value) for name, value in result.items() if np.size(value) > 0}


@dataclass(frozen=True)
class Problem:
    """Parameters, data and what should come of them."""

    parameters: Mapping[str, Array]
    data: Array
    truth: Array
    sizes: Sizes


class Pass:
    """One run of a network."""

    def __init__(self, network: Network, problem: Problem, parameters: Mapping[str, Any]) -> None:
        self.network, self.problem, self.parameters = network, problem, parameters
        self.found: dict[str, Any] = {}  # what functions returned, by its names
        self.cache: Any = None
        self.output: Any = None
        self.gradient: Any = None
        if network.forward is not None:
            self.keep(network.forward, network.forward(self.arguments(network.forward)))
        result = network.cost(self.arguments(network.cost))
        if network.backward is None:
            self.loss, self.gradient = Loss(network.cost).split(result)
        else:
            self.loss = result[0] if isinstance(result, tuple) else result

    def keep(self, forward: Function, result: Any) -> None:
        parts = result if isinstance(result, tuple) else (result,)
        names = forward.returns
        if len(names) == len(parts):
            self.found = {name: value for name, value in zip(names, parts, strict=True) if name}
        caches = [value for name, value in self.found.items() if is_cache(name)]
        rest = [value for value in parts if not any(value is cache for cache in caches)]
        arrays = [value for value in rest if isinstance(value, np.ndarray)]
        self.output = (
            (rest[0] if caches or len(parts) == 2 else arrays[-1] if arrays else rest[0]) if rest else None
        )
        if isinstance(self.output, dict):
            self.found |= self.output
            self.output = next(
                (v for k, v in reversed(self.output.items()) if OUTPUT.fullmatch(k)), self.output
            )
        self.cache = (
            caches[0] if caches else parts[1] if len(parts) == 2 else parts[0] if len(parts) == 1 else parts
        )

    def arguments(self, function: Function) -> dict[str, Any]:
        """What a function of the network is given, by the names of its parameters."""
        names = {*function.required, *function.inputs}
        return {name: self.argument(name, function) for name in names}

    def argument(self, name: str, function: Function) -> Any:
        lower = {key.lower(): value for key, value in {**self.parameters, **self.found}.items()}
        if name == self.network.dict_name or (
            self.network.dict_name and DICT.fullmatch(name) and not DATA.fullmatch(name)
        ):
            return dict(self.parameters)
        for known in (self.found, self.parameters):
            if name in known:
                return known[name]
        if name in function.settled:
            return copied(function.settled[name])
        if is_cache(name):
            return self.cache
        if is_truth(name):
            return self.problem.truth.copy()
        if is_data(name):
            return self.problem.data.copy()
        if name.lower() in lower:
            return lower[name.lower()]
        if COUNT.fullmatch(name):
            return self.problem.sizes["N"]
        if CLASSES.fullmatch(name):
            return self.problem.sizes["C"]
        if is_option(name):
            return usual_option(name)
        if self.output is not None and (OUTPUT.fullmatch(name) or PREDICTION.fullmatch(name)):
            return self.output
        raise TypeError(f"{function.name} takes {name}")

    def gradients(self) -> list[Any]:
        """Those of the parameters, in their order."""
        backward, names = self.network.backward, list(self.parameters)
        returned = backward(self.arguments(backward)) if backward is not None else self.gradient
        spoken = backward.returns if backward is not None else Loss(self.network.cost).gradient_names
        if isinstance(returned, Mapping | tuple | list):
            return by_input(returned, names, spoken)[: len(names)]
        return of_one(returned, names, list(self.parameters.values()), spoken)


def is_data(name: str) -> bool:
    return bool(DATA.fullmatch(name))


def fit(network: Network, problem: Problem) -> str:
    """How well a network takes a problem: `right`, `shapes` or `runs`; raises what its functions raise."""
    ran = Pass(network, problem, copies_of(problem.parameters))
    loss = float(np.squeeze(np.asarray(ran.loss, float)))
    if not np.isfinite(loss):
        raise ValueError(f"the loss is {loss}")
    try:
        gradients = [np.asarray(one, float) for one in ran.gradients()]
    except Exception:
        return "runs"
    pairs = list(zip(gradients, problem.parameters.values(), strict=True))
    if any(g.shape != p.shape for g, p in pairs) or not any(g.any() for g in gradients):
        return "runs"
    generator = np.random.default_rng(1)
    direction = {name: generator.standard_normal(np.shape(p)) for name, p in problem.parameters.items()}
    losses = [
        Pass(network, problem, {n: p + h * direction[n] for n, p in problem.parameters.items()}).loss
        for h in (1e-5, -1e-5)
    ]
    numeric = float(np.squeeze(losses[0]) - np.squeeze(losses[1])) / 2e-5
    analytic = sum(float((g * d).sum()) for g, d in zip(gradients, direction.values(), strict=True))
    return "right" if abs(numeric - analytic) <= 1e-4 * max(abs(numeric), 1e-3) else "shapes"


def copies_of(parameters: Mapping[str, Array]) -> dict[str, Array]:
    return {name: value.copy() for name, value in parameters.items()}


def truths(n: int, classes: int, dtype: np.dtype, generator: np.random.Generator) -> Iterator[Array]:
    """What the outputs should be: class numbers or one-hot; for a single output 0 and 1."""
    labels = (np.arange(n) * 2 + np.arange(n) // 2) % max(classes, 2)
    if classes > 1:
        yield labels
        yield from (onehot(labels, classes).astype(dtype), onehot(labels, classes).T.astype(dtype))
        return
    column = labels.reshape(-1, 1).astype(dtype)
    yield from (column, column.T, column.ravel())


def shapes_of(
    names: Sequence[str], sizes: Sizes, made: Mapping[str, Sequence[int]] | None
) -> Iterator[tuple[dict[str, tuple[int, ...]], int, int]]:
    """Shapes of parameters, the number of inputs and that of outputs."""
    weights = [name for name in names if WEIGHT.fullmatch(name) and not BIAS.fullmatch(name)]
    biases = [name for name in names if name not in weights]
    if made is not None and set(names) <= set(made):
        kept = {name: tuple(made[name]) for name in names}
        matrices = [kept[name] for name in weights if len(kept[name]) == 2] or [(1, 1)]
        for first, last in ((1, 0), (0, 1)):
            yield kept, matrices[0][first], matrices[-1][last]
        return
    layers = max(len(weights), 1)
    for outputs in (sizes["K"], 1):
        widths = [sizes["D"], *(HIDDEN[i % len(HIDDEN)] for i in range(layers - 1)), outputs]
        for is_row in (True, False):
            matrices = [(a, b) if is_row else (b, a) for a, b in itertools.pairwise(widths)]
            for form in bias_forms() if biases else [lambda k: (k,)]:
                of_biases = {name: form(widths[1 + i % layers]) for i, name in enumerate(biases)}
                by_name = dict(zip(weights, matrices, strict=True)) | of_biases
                yield {name: by_name[name] for name in names}, widths[0], outputs
    if layers == 1 and weights:  # one vector of weights, one number of bias
        yield {name: (sizes["D"],) if name in weights else () for name in names}, sizes["D"], 1


def bias_forms() -> list[Any]:
    return [lambda k: (k,), lambda k: (1, k), lambda k: (k, 1), lambda k: ()]


def is_network(forward: Function, backward: Function) -> bool:
    """Whether a backward pass is given what forward is not: the targets."""
    if len(forward.inputs) < 2 or len(backward.inputs) < 2:
        return False
    takes = {base(name) for name in forward.inputs}
    new = [name for name in backward.inputs if base(name) not in takes and name not in forward.returns]
    return any(is_truth(name) for name in new) and not any(is_truth(name) for name in forward.inputs)


def cost_of(own: Mapping[str, Function]) -> Function | None:
    """The function of a module that computes the loss."""
    found = [f for f in own.values() if is_cost(f)]
    return found[0] if found else None


def is_cost(function: Function) -> bool:
    called = re.search(r"cost|loss|entropy|mse|error|objective|likelihood", function.name, re.IGNORECASE)
    is_other = is_of_backward(function.name) or is_of_forward(function.name)
    return bool(called) and not is_other and any(map(is_truth, function.inputs))


def maker_of(own: Mapping[str, Function]) -> Function | None:
    """The function of a module that makes its parameters."""
    return next((f for name, f in own.items() if "init" in name.lower() and len(f.required) <= 3), None)
