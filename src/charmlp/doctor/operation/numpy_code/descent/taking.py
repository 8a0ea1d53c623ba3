"""Taking a gradient step once: code that updates parameters is called, with parameters that are given."""

import ast
import contextlib
import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.code import Code
from charmlp.doctor.operation.numpy_code.arrays import RATE, is_number_like
from charmlp.doctor.operation.numpy_code.descent.descents import (
    OF_DATA,
    PENALTIES,
    Descent,
    Problem,
    Ran,
    records_on,
)
from charmlp.doctor.operation.numpy_code.descent.expressions import is_called_gradient
from charmlp.doctor.operation.numpy_code.descent.updates import (
    EPOCHS,
    PASS,
    Updates,
    base_of,
    target_of,
    updates_in,
)
from charmlp.doctor.operation.numpy_code.descent.watching import watched
from charmlp.doctor.operation.numpy_code.function import Function, copied
from charmlp.doctor.operation.numpy_code.layers.instances import (
    Method,
    bound_to,
    is_weight_name,
    method_of,
    methods_of,
)
from charmlp.doctor.operation.numpy_code.losses.problems import (
    COUNT,
    implied_loss,
)
from charmlp.doctor.operation.numpy_code.names import DATA, is_parameter, is_truth
from charmlp.doctor.operation.options import is_option, is_strength, usual_option
from charmlp.doctor.operation.own_run import own_call
from charmlp.doctor.operation.source import returned_parts

INDEX = re.compile(r"[ijuvmn]|\w*(user|item|row|col|idx|index|movie)\w*", re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """A function or a method that updates parameters by minus their gradients, times a rate."""

    function: Function
    code: Code
    kind: type | None = None
    costs: tuple[Function, ...] = ()  # those that the code itself has

    @cached_property
    def updates(self) -> Updates:
        updates = steps_in(self.code.tree)
        assert updates is not None
        return updates

    def run(self, problem: Problem, starts: Mapping[str, Any], weights: Sequence[Any]) -> Ran:
        """It with parameters: those that it makes itself start from `starts`."""
        ran = Ran()
        own = copy.deepcopy(problem.own)
        for place, value in zip(problem.places, weights, strict=False):
            place.put(own, np.asarray(value))
            ran.before[place.name] = np.copy(value)
        given = {**problem.given, **{name: starts[name] for name in problem.given if name in starts}}
        given = {name: np.array(value) for name, value in given.items()}
        ran.before |= {name: np.copy(v) for name, v in given.items() if name not in self.updates.starts}

        def start(name: str, value: Any) -> Any:
            value = np.array(starts.get(name, value), dtype=float) if is_number_like(value) else value
            value = value if np.ndim(value) else float(value)
            ran.before[name] = np.copy(value)
            return value

        def enter() -> None:
            """Weights that a method made which it called, as `fit` calls `initialize`."""
            for place, value in zip(problem.places, weights, strict=False):
                if f"self.{place.attribute}" not in ran.before:
                    place.put(own, np.array(value))
            placed = {place.attribute for place in problem.places}
            for name in self.updates.names:
                attribute = name.removeprefix("self.")
                if attribute not in (name, *placed) and name not in ran.before:
                    setattr(own, attribute, start(name, getattr(own, attribute)))

        def see(variables: Mapping[str, Any]) -> None:
            ran.see({**records_on(own), **variables})

        with watched(self.code, start, see, steps_in, enter=enter):
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
        ran.first |= self.predictions(problem, ran) | linear_scores(problem, ran)
        return ran

    def predictions(self, problem: Problem, ran: Ran) -> dict[str, Any]:
        """What the object's methods that take data alone make of it, before the step: `feedforward(x)`."""
        found = {}
        for method in self.predictors if self.kind is not None else ():
            for data in (problem.data, *(problem.data if problem.sizes["N"] == 1 else ())):
                with contextlib.suppress(Exception):  # a method of something else
                    own = self.owner(problem, ran)
                    found[method.name + OF_DATA] = bound_to(method, own)({method.required[0]: np.copy(data)})
                    break
        return found

    @cached_property
    def predictors(self) -> list[Method]:
        assert self.kind is not None
        methods = [method_of(self.kind, name) for name in methods_of(self.kind) if name[:2] != "__"]
        of_data = [m for m in methods if len(m.required or ()) == 1 and DATA.fullmatch(m.required[0])]
        return [m for m in of_data if m.name != self.function.name and returned_parts(m.call)]

    def owner(self, problem: Problem, ran: Ran) -> Any:
        """The object as it was before the step."""
        own = copy.deepcopy(problem.own)
        for place in problem.places:
            place.put(own, ran.before[place.name])
        for name in set(ran.before) - {place.name for place in problem.places}:
            setattr(own, name.removeprefix("self."), ran.before[name])
        return own

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

    @cached_property
    def takes_data_alone(self) -> bool:
        """Whether an object learns from data that are their own targets: an autoencoder."""
        taken = [
            name
            for name in self.function.required
            if not RATE.fullmatch(name) and not EPOCHS.fullmatch(name) and name not in self.function.settled
        ]
        return self.kind is not None and len(taken) == 1 and DATA.fullmatch(taken[0]) is not None

    def argument(self, name: str, problem: Problem, given: Mapping[str, Array]) -> Any:
        if name in given:
            return given[name]
        if name in self.tuples:
            return [tuple(entries_of(self.tuples[name], problem))]
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
        return usual_option(name) if is_option(name) else copied(self.as_called.get(name))

    @cached_property
    def as_called(self) -> Mapping[str, Any]:
        """Its arguments in the file's own run."""
        call = own_call(self.function.call)
        return {} if call is None else call.arguments

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
        for name, parts in self.bundles.items():
            if set(parts.values()) <= set(ran.before):
                known[name] = {key: ran.before[part] for key, part in parts.items()}
        given = {}
        of_both = len(cost.required) == 2 and not any(map(is_truth, cost.required))
        for place, name in enumerate(cost.required):
            if of_both and DATA.fullmatch(cost.required[0]):  # data, and what should come of them
                given[name] = (problem.data, problem.truth)[place]
            elif name in known and not is_truth(name):
                given[name] = known[name]
            elif DATA.fullmatch(name):
                given[name] = problem.data
            elif is_truth(name):
                given[name] = known[name] if name in self.entries else problem.truth
            elif is_weight_name(name) and len(ran.before) == 1:
                given[name] = next(iter(ran.before.values()))  # which it calls otherwise
            elif prediction:
                given[name] = known[prediction]
            else:
                raise TypeError(f"{cost.name} takes {name}")
        if not isinstance(cost, Method):
            return cost(given)
        return bound_to(cost, self.owner(problem, ran))(given)

    @cached_property
    def bundles(self) -> dict[str, dict[str, str]]:
        """The dicts that are made of the parameters, by their names: model = {"W1": W1, "b1": b1}."""
        return {
            ast.unparse(node.targets[0]): {
                ast.literal_eval(key): ast.unparse(value)
                for key, value in zip(node.value.keys, node.value.values, strict=True)
                if isinstance(key, ast.Constant)
            }
            for node in ast.walk(self.code.tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and node.value.keys
        }

    @property
    def entries(self) -> set[str]:
        """The names of one sample of all: in a tuple, or as `yi = y[i : i + 1]`."""
        parts = {
            target.id
            for node in ast.walk(self.code.tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        return parts.union(*self.tuples.values())

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
        held = getattr(problem.own, "__dict__", {})
        inner = [vars(one) for one in held.values() if hasattr(one, "__dict__")]  # self.penalty.strength
        known = {**{name: value for of in inner for name, value in of.items()}, **held, **ran.first}
        numbers = {name: value for name, value in known.items() if isinstance(value, float)}
        found = [value for name, value in numbers.items() if is_strength(name)]
        return found[0] if found else numbers.get("beta", 0.0)

    def loss(self, descent: Descent, problem: Problem, ran: Ran) -> float:
        """What a run has by that loss."""
        if descent.cost is not None:
            return descent.turned(np.squeeze(self.cost(descent.cost, problem, ran, descent.variable)))
        if not descent.text:
            # nan: a list that nothing was written into, by code that is changed for a while
            loss = descent.turned(np.squeeze(ran.last.get(descent.variable, np.nan)))
        else:
            variable, n = ran.first[descent.variable], problem.sizes["N"]
            truth = 0 * np.asarray(variable) if descent.is_error else problem.truth
            loss = float(implied_loss(descent.text, variable, truth, n))
        if descent.penalty:
            weights = [name for name, v in ran.before.items() if np.ndim(v) and np.size(v) > 1]
            squares = sum(
                np.sum(ran.before[name] ** 2, where=ran.before[name] != ran.after[name]) for name in weights
            )  # of the rows that belong to the sample
            loss += PENALTIES[descent.penalty] * self.strength(problem, ran) * squares
        return loss


def linear_scores(problem: Problem, ran: Ran) -> dict[str, Any]:
    """What a vector of weights, and a bias, make of the data: what only a comparison holds has no name."""
    ends = {np.ndim(value): value for value in ran.before.values()}
    data = np.asarray(problem.data)
    if len(ends) != len(ran.before) or not {1} <= set(ends) <= {0, 1} or data.shape[-1:] != ends[1].shape:
        return {}
    score = data @ ends[1]
    if 0 not in ends:
        return {"x w": score}
    return {"x w + b": score + ends[0], "x w − b": score - ends[0]}


def entries_of(names: Sequence[str], problem: Problem) -> list[Any]:
    """What is in a sample under its names: numbers of rows, each another one; else its data, or a rating."""
    indices = [name for name in names if INDEX.fullmatch(name)]
    return [
        1 + indices.index(name)
        if name in indices
        else np.copy(problem.data)
        if DATA.fullmatch(name)
        else np.copy(problem.truth)
        if is_truth(name) and np.ndim(problem.truth)
        else 0.7
        for name in names
    ]


def steps_in(tree: ast.FunctionDef) -> Updates | None:
    """The updates of a function; those of weights, an object's or given ones, without a rate too."""
    arguments = {argument.arg for argument in tree.args.args}

    def is_without_rate(node: ast.Assign | ast.AugAssign, change: ast.expr) -> bool:
        is_given = ast.unparse(target_of(node)) in arguments and is_weight_name(ast.unparse(target_of(node)))
        return is_of_weights(node, change) or (is_given and not isinstance(change, ast.Constant))

    return updates_in(tree, is_without_rate)


def is_of_weights(node: ast.Assign | ast.AugAssign, change: ast.expr) -> bool:
    """Whether what is added to something of `self` is added to weights: self.weights += x.T @ delta."""
    name = base_of(target_of(node)).removeprefix("self.")
    is_own = name != base_of(target_of(node)) and not isinstance(change, ast.Constant)
    return is_own and not is_called_gradient(target_of(node)) and (is_weight_name(name) or is_parameter(name))
