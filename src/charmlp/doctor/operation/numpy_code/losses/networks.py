"""A loss of many parameters: a whole network, or one layer with its loss. Its data are no inputs here.

The cost and its gradients may come from one function, from two with the same arguments, or from a forward
pass, a cost and a backward pass. Which shapes it takes is found out by trying: samples as rows or as columns,
labels as numbers or one-hot, biases as vectors, rows or columns.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError, Phrase
from charmlp.doctor.operation.code import with_helpers
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.function import Function, as_number, copied
from charmlp.doctor.operation.numpy_code.gradients import base, by_input, of_one, times
from charmlp.doctor.operation.numpy_code.losses.own_data import handed_over
from charmlp.doctor.operation.numpy_code.losses.problems import (
    CLASSES,
    COUNT,
    HIDDEN,
    Problem,
    implied_loss,
    is_data,
    shapes_of,
    truths,
)
from charmlp.doctor.operation.numpy_code.losses.scores import of_scores
from charmlp.doctor.operation.numpy_code.losses.with_gradient import Loss
from charmlp.doctor.operation.numpy_code.names import (
    DATA,
    DICT,
    OUTPUT,
    PREDICTION,
    is_cache,
    is_mask,
    is_truth,
    is_weight,
    meant_by,
    of_gradient,
)
from charmlp.doctor.operation.options import is_option, usual_option
from charmlp.doctor.operation.source import prefixes_of, source_of, subscripts_of, unpacked_from
from charmlp.doctor.words import one_line

OWN_DRAWS = 8  # of weights, for data that are the file's own
LAYERS = (1, 2, 3)  # of a network that counts its own: W1, b1, W2, b2, W3, b3
PRODUCT = re.compile(r" @ |\b(dot|matmul|einsum|outer|inner|tensordot)\(|\.T\b")
# What a forward pass returns last, after its hidden layers
LAST = re.compile(r"y|y_?hat|y_?pred|outputs?|out|o|probs?|logits|scores|pred\w*|a\d", re.IGNORECASE)
RUNS, SHAPES, BUT_FOR_PENALTY, RIGHT = range(4)  # how well a network takes data


@dataclass(frozen=True)
class Network:
    """What computes a cost and its gradients; without `forward` and `backward` where `cost` does it all.

    Where there is no cost, it is one of those that are usual (`implied`).
    """

    cost: Function | None
    forward: Function | None = None
    backward: Function | None = None
    maker: Function | None = None  # of its parameters
    implied: str = ""
    note: Phrase | None = None

    @property
    def first(self) -> Function:
        first = self.forward or self.cost
        assert first is not None
        return first

    @cached_property
    def taken(self) -> list[str]:
        """What the first function is given beside options."""
        own = self.first
        return [n for n in own.inputs if not is_option(n) or is_weight(n) or subscripts_of(own.call, n)]

    @cached_property
    def dict_name(self) -> str | None:
        """The input that is a dict of parameters, if there is one."""
        whole = [name for name in self.taken if DICT.fullmatch(name) and self.keys_of(name)]
        return whole[0] if whole else None

    def keys_of(self, name: str) -> list[str]:
        own = [one.call for one in (self.first, self.backward, self.cost) if one is not None]
        calls: list[Any] = [*own, *with_helpers(own)]  # a forward pass that both call
        keys = dict.fromkeys(key for call in calls for key in subscripts_of(call, name))
        prefixes = dict.fromkeys(key for call in calls for key in prefixes_of(call, name))
        numbered = [f"{prefix}{layer}" for layer in LAYERS for prefix in prefixes]
        return list(keys) or numbered or self.entries_of(name)

    def entries_of(self, name: str) -> list[str]:
        """What a tuple of parameters is unpacked into."""
        own = [function for function in (self.first, self.backward, self.cost) if function is not None]
        return next((names for one in own if (names := unpacked_from(one.call, name))), [])

    @property
    def parameter_names(self) -> list[str]:
        if self.dict_name is not None:
            return self.keys_of(self.dict_name)
        others = [n for n in self.taken if not is_data(n) and not is_truth(n) and not is_mask(n)]
        return [name for name in others if name == "c" or not CLASSES.fullmatch(name)]

    @cached_property
    def data_led_back(self) -> list[str]:
        """The data whose gradient is returned as well, by its name: then it is an input like others."""
        spoken: list[str] = []
        if self.backward is not None:
            spoken = self.backward.returns
        elif self.cost is not None:
            spoken = Loss(self.cost).gradient_names
        meant = {base(of_gradient(name)) for name in spoken if of_gradient(name) != name.lower()}
        return [name for name in self.first.inputs if is_data(name) and base(name) in meant]

    def made_of(self, problem: "Problem") -> HandWritten:
        """It with these data; its parameters are its inputs."""
        names = tuple(problem.parameters)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            ran = Pass(self, problem, dict(zip(names, values, strict=False)))
            return (ran.loss,), lambda upstream: [times(one, upstream[0]) for one in ran.gradients()]

        parameters = dict(enumerate(problem.parameters.values()))
        meant = f"{meant_by(self.first.name)}_network"
        other = self.unpenalised
        return HandWritten(
            run,
            meant,
            names,
            parameters=parameters,
            note=self.note,
            is_implied=bool(self.implied),
            sizes=problem.sizes,
            unpenalised=None if other == self else other.made_of(problem),
            scores=other.of_scores(problem),
            own_losses=self.own_losses if self.takes_own_data else None,
        )

    @property
    def takes_own_data(self) -> bool:
        """Whether it is one function of a layer's weights and of data, with a logarithm in it."""
        is_one = self.cost is not None and self.forward is None and self.dict_name is None
        return is_one and len(self.parameter_names) <= 2 and "log(" in source_of(self.first.call)

    def own_losses(self) -> tuple[list[float], float]:
        """What it is for the data that the file hands over, with weights of size 1; how large they are.

        Nothing where the file hands over none.
        """
        functions = [one for one in (self.cost, self.backward) if one is not None]
        given = handed_over(functions)
        data = [np.asarray(value) for name, value in given.items() if is_data(name)]
        names = self.parameter_names
        if not data or not set(names) <= set(given):
            return [], 0.0
        truth = [np.asarray(value) for name, value in given.items() if is_truth(name)]
        generator, found = np.random.default_rng(7), []
        for _ in range(OWN_DRAWS):
            weights = {name: generator.standard_normal(np.shape(given[name])) for name in names}
            sizes = {"N": len(data[0]), "C": 1}
            ran = Pass(self, Problem(weights, data[0], (truth or data)[0], sizes), weights)
            found.append(float(np.sum(ran.loss)))
        return found, float(abs(data[0]).max())

    def of_scores(self, problem: "Problem") -> Make | None:
        """It as a loss of x W, where it is one function of weights that are arguments."""
        if self.forward is not None or self.dict_name is not None:
            return None

        def run(parameters: Mapping[str, Array], data: Array, truth: Array) -> tuple[Any, Sequence[Any]]:
            ran = Pass(self, replace(problem, parameters=parameters, data=data, truth=truth), parameters)
            return ran.loss, ran.gradients()

        return of_scores(run, problem.parameters, problem.data, problem.sizes)

    @property
    def unpenalised(self) -> "Network":
        """It with a penalty's strength of 0."""
        names = ("cost", "forward", "backward")
        own = {name: function.unpenalised for name in names if (function := getattr(self, name)) is not None}
        return replace(self, **own)

    def fitting(self, sizes: Sizes, dtype: np.dtype) -> tuple[int, "Problem"]:
        """The first usual data with which gradients agree with a difference of losses, and how well they fit.

        Else the first whose gradients have the parameters' shapes, else the first with which the cost runs.
        Raises `CannotExamineError` where it runs with none.
        """
        kept: dict[int, Problem] = {}
        errors: list[Exception] = []
        for problem in self.problems(sizes, dtype):
            are_numbers = not any(map(np.ndim, problem.parameters.values()))
            if SHAPES in kept and are_numbers and self.multiplies_matrices:
                break  # numbers alone hide mistakes: only for what takes nothing else
            try:
                how_well = self.fit(problem)
            except Exception as error:
                errors.append(error)
                continue
            kept.setdefault(how_well, problem)
            if how_well == RIGHT:
                break
        if not kept:
            raise CannotExamineError("does-not-run", reason=one_line(errors[0]) if errors else "")
        return max(kept), kept[max(kept)]

    def fit(self, problem: "Problem") -> int:
        how_well, other = fit(self, problem), self.unpenalised
        if how_well == SHAPES and other != self and fit(other, problem) == RIGHT:
            return BUT_FOR_PENALTY
        return how_well

    def problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator["Problem"]:
        made = self.made(sizes)
        generator = np.random.default_rng(5)
        every = list(shapes_of(self.parameter_names, sizes, made))
        if not self.multiplies_matrices:  # w x + b is meant for numbers: a straight line
            every.sort(key=lambda one: max(map(len, one[0].values()), default=0))
        for shapes, inputs, outputs in every:
            parameters = {
                name: (scale_of(shape) * random_numbers(shape, generator)).astype(dtype)
                for name, shape in shapes.items()
            }
            n = sizes["N"]
            x = random_numbers((n, inputs), generator).astype(dtype)
            datas = (x, x.T) if any(shapes.values()) else (x[:, 0],)
            for data, truth in itertools.product(datas, truths(n, outputs, dtype, generator)):
                if data.ndim < truth.ndim and not any(shapes.values()):
                    continue  # N numbers less a column of N would be N × N
                led_back = {name: data.copy() for name in self.data_led_back}
                yield Problem({**led_back, **parameters}, data, truth, {"N": n, "C": outputs})
            if any(shapes.values()):  # one sample at a time
                one = random_numbers((outputs,), generator).astype(dtype)
                led_back = {name: x[0].copy() for name in self.data_led_back}
                for truth in (one[0:1].reshape(()), one) if outputs == 1 else (one,):
                    yield Problem({**led_back, **parameters}, x[0], truth, {"N": 1, "C": outputs})

    @property
    def multiplies_matrices(self) -> bool:
        own = [function for function in (self.first, self.backward, self.cost) if function is not None]
        return any(PRODUCT.search(source_of(function.call)) for function in own)

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


class Pass:
    """One run of a network."""

    def __init__(self, network: Network, problem: Problem, parameters: Mapping[str, Any]) -> None:
        self.network, self.problem, self.parameters = network, problem, parameters
        self.found: dict[str, Any] = {}  # what functions returned, by its names
        self.cache: Any = None
        self.output: Any = None
        self.gradient: Any = None
        self.spoken: list[str] = []  # the names of gradients that come with the cost
        if network.forward is not None:
            self.keep(network.forward, network.forward(self.arguments(network.forward)))
        if network.cost is None:
            self.loss = implied_loss(network.implied, self.output, problem.truth, problem.sizes["N"])
            return
        result = network.cost(self.arguments(network.cost))
        if network.backward is None:
            loss = Loss(network.cost)
            (self.loss, self.gradient), self.spoken = loss.split(result), loss.gradient_names
        else:
            self.loss = result[0] if isinstance(result, tuple) else result
            if self.cache is None and isinstance(result, tuple) and len(result) > 1:
                self.cache = result[1] if len(result) == 2 else result[1:]

    def keep(self, forward: Function, result: Any) -> None:
        """What forward returned: the output, and what is kept for backward, by its names where it has any."""
        parts = list(result) if isinstance(result, tuple) else [result]
        names = forward.returns if len(forward.returns) == len(parts) else [""] * len(parts)
        self.found = {name: value for name, value in zip(names, parts, strict=True) if name}
        is_last = len(parts) == 2 and LAST.fullmatch(names[1]) and not LAST.fullmatch(names[0])
        pair = [1] if len(parts) == 2 and not is_last else []
        kept = [i for i, name in enumerate(names) if is_cache(name)] or pair
        self.cache = parts[kept[0]] if kept else result
        outputs = [part for i, part in enumerate(parts) if i not in kept]
        self.output = outputs[0] if kept else outputs[-1]  # z1, a1, z2, a2: the last is the network's
        if isinstance(self.output, dict):
            self.found |= self.output
            named = [value for name, value in self.output.items() if OUTPUT.fullmatch(name)]
            self.output = named[-1] if named else self.output

    def arguments(self, function: Function) -> dict[str, Any]:
        """What a function of the network is given, by the names of its parameters."""
        names = {*function.required, *function.inputs, *function.settled}
        return {name: self.argument(name, function) for name in names}

    def argument(self, name: str, function: Function) -> Any:
        lower = {key.lower(): value for key, value in {**self.parameters, **self.found}.items()}
        if name == self.network.dict_name or (
            self.network.dict_name and DICT.fullmatch(name) and not DATA.fullmatch(name)
        ):
            values = dict(self.parameters)
            return tuple(values.values()) if self.network.entries_of(self.network.dict_name) else values
        for known in (self.found, self.parameters):
            if name in known:
                return as_number(known[name])
        if name in function.settled:
            return copied(function.settled[name])
        if is_cache(name):
            return self.cache
        if is_mask(name):
            return 1.0  # nothing is dropped
        if is_truth(name):
            return as_number(self.problem.truth.copy())
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
        returned, spoken = self.gradient, self.spoken
        if backward is not None:
            returned, spoken = backward(self.arguments(backward)), backward.returns
        if self.is_of_entries(returned):
            return list(returned)
        if isinstance(returned, Mapping | tuple | list):
            return by_input(returned, names, spoken)[: len(names)]
        return of_one(returned, names, list(self.parameters.values()), spoken)

    def is_of_entries(self, returned: Any) -> bool:
        """Whether it is one array with a number for each entry of a tuple of parameters: `A, k = params`."""
        whole = self.network.dict_name
        is_tuple = whole is not None and bool(self.network.entries_of(whole))
        shapes = {np.shape(value) for value in self.parameters.values()}
        return is_tuple and shapes == {()} and np.shape(returned) == (len(self.parameters),)


def fit(network: Network, problem: Problem) -> int:
    """How well a network takes a problem: `RIGHT`, `SHAPES` or `RUNS`; raises what its functions raise."""
    ran = Pass(network, problem, copies_of(problem.parameters))
    loss = float(np.squeeze(np.asarray(ran.loss, float)))
    if not np.isfinite(loss):
        raise ValueError(f"the loss is {loss}")
    try:
        gradients = [np.asarray(one, float) for one in ran.gradients()]
    except Exception:
        return RUNS
    pairs = list(zip(gradients, problem.parameters.values(), strict=True))
    if any(p.shape not in (g.shape, g.shape[::-1]) for g, p in pairs) or not any(g.any() for g in gradients):
        return RUNS
    if any(g.shape != p.shape for g, p in pairs):
        return SHAPES  # the gradient of a weight may be its transpose
    generator = np.random.default_rng(1)
    direction = {name: generator.standard_normal(np.shape(p)) for name, p in problem.parameters.items()}
    losses = [
        Pass(network, problem, {n: p + h * direction[n] for n, p in problem.parameters.items()}).loss
        for h in (1e-5, -1e-5)
    ]
    numeric = float(np.squeeze(losses[0]) - np.squeeze(losses[1])) / 2e-5
    analytic = sum(float((g * d).sum()) for g, d in zip(gradients, direction.values(), strict=True))
    return RIGHT if abs(numeric - analytic) <= 1e-4 * max(abs(numeric), 1e-3) else SHAPES


def scale_of(shape: Sequence[int]) -> float:
    """How large parameters are: less where there are hundreds of inputs, so that no probability is 0."""
    return 0.7 * min(1.0, float(np.sqrt(16 / max(shape, default=1))))


def copies_of(parameters: Mapping[str, Array]) -> dict[str, Array]:
    return {name: value.copy() for name, value in parameters.items()}
