"""Gradients written as NumPy functions: pairs of passes, derivatives, losses that return their gradient."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor import functions
from charmlp.doctor.mistake import CannotExamineError, Phrase, phrase
from charmlp.doctor.operation.handwritten import HandWritten, Make, Sizes, Written
from charmlp.doctor.operation.numpy_code.descent.step_takers import step_of
from charmlp.doctor.operation.numpy_code.function import Function, flattened, is_torch_alone
from charmlp.doctor.operation.numpy_code.losses.costs import (
    is_cost,
    is_network,
    is_of_parameters,
    likeliest,
    maker_of,
    with_costs,
)
from charmlp.doctor.operation.numpy_code.losses.globals import of_module
from charmlp.doctor.operation.numpy_code.losses.networks import Network
from charmlp.doctor.operation.numpy_code.losses.objectives import objective_of
from charmlp.doctor.operation.numpy_code.losses.with_gradient import (
    Flagged,
    Led,
    Loss,
    WithClosure,
    closure_in,
    flag_of,
    returns_gradient,
    upstream_asked,
)
from charmlp.doctor.operation.numpy_code.names import (
    BACKWARD,
    DERIVATIVE,
    FORWARD,
    OTHER,
    is_derivative,
    is_of_backward,
    is_of_forward,
    is_upstream,
    stem_of,
    words_of,
)
from charmlp.doctor.operation.numpy_code.passes import Pair
from charmlp.doctor.operation.options import signature
from charmlp.doctor.operation.source import behind, uses_torch

HALF = {"backward", "bwd", "bw", "bprop", "derivative", "deriv", "prime", "forward", "fwd", "fprop"}
ACTIVATION = ("activate", "activation", "act")
COSTS = {"", "cost", "loss", "objective", "costs", "parameters", "weights"}


def found(module: ModuleType) -> list[Written]:
    """Pairs, derivatives and losses that the module itself defines, in the order of its functions.

    What is only one half of a pair is in it as well, with the reason why it cannot be examined.
    """
    own = own_of(module)
    return [one for _, each in sorted(Finder(own, vars(module)).all().items()) for one in each]


def own_of(module: ModuleType) -> dict[str, Function]:
    """The functions that a module defines."""
    return {
        name: Function(name, thing) for name, thing in vars(module).items() if is_own(name, thing, module)
    }


def of_pair(forward: Any, backward: Any) -> Written:
    """Two functions that somebody says belong together."""
    both = {
        name: Function(name, call)
        for name, call in zip(names_of(forward, backward), (forward, backward), strict=True)
    }
    first, second = both
    return Finder(both).of_pair(first, first, second)[0]


def names_of(forward: Any, backward: Any) -> tuple[str, str]:
    first, second = (getattr(behind(one), "__name__", "function") for one in (forward, backward))
    return first, second if second != first else f"{second}_backward"


def is_own(name: str, thing: Any, module: ModuleType) -> bool:
    """Whether it is a function that the module defines, under its first name there."""
    if not callable(thing) or isinstance(thing, type):
        return False
    plain = behind(thing)
    if not inspect.isfunction(plain) or plain.__module__ != module.__name__:
        return False
    if inspect.isgeneratorfunction(plain) or inspect.iscoroutinefunction(plain):
        return False
    return plain.__name__ in (name, "<lambda>") or vars(module).get(plain.__name__) is not thing


@dataclass
class Finder:
    """The functions of a module, sorted into operations."""

    own: Mapping[str, Function]
    around: Mapping[str, Any] = field(default_factory=dict)  # all names of the module

    def all(self) -> dict[int, list[Written]]:
        """What is found, by the place of its first function."""
        places = {name: place for place, name in enumerate(self.own)}
        self.taken: set[str] = set()
        written: dict[int, list[Written]] = {}

        def add(name: str, each: list[Written], *taken: str) -> None:
            written.setdefault(places[name], []).extend(each)
            self.taken |= {name, *taken}

        for backward, other in self.pairs():
            name = other if other not in self.taken else backward
            add(name, self.of_pair(name, other, backward), other, backward)
        for name, function in self.own.items():
            if name in self.taken:
                continue
            if (forward := self.foreign_forward(name)) is not None:
                add(name, operation(name, Pair(forward, function).readings(), function))
            elif (flag := flag_of(function)) is not None:
                add(name, operation(name, Flagged(function, flag).readings(), function))
            elif (upstream := upstream_asked(function)) is not None and not self.is_torch_alone:
                add(name, operation(name, Led(function, upstream).readings(), function))
            elif (where := closure_in(function)) is not None:
                add(name, operation(name, WithClosure(function, where).readings(), function))
            elif (whole := of_module(function)) is not None:
                add(name, operation(name, whole.readings(), function))
            elif (objective := objective_of(function, self.own)) is not None:
                others = tuple(o for o in self.own if o in behind(function.call).__code__.co_names)
                add(name, operation(name, objective.readings(), function, others=others))
            elif returns_gradient(function):
                add(name, self.of_loss(name, function))
        costs = [function for function in self.own.values() if is_cost(function)]
        for name, function in self.own.items():
            if (
                name not in self.taken
                and not self.is_torch
                and (step := step_of(function, costs)) is not None
            ):
                add(name, operation(name, step.readings(), function))
        for name, function in self.own.items():
            if name not in self.taken and not self.is_torch and is_half(name, function):
                add(name, [cannot(name, self.missing(name))])
        return written

    @property
    def is_torch(self) -> bool:
        """Whether the module imports torch, whose engine knows the other half."""
        return uses_torch(self.around)

    @property
    def is_torch_alone(self) -> bool:
        """Whether it imports torch and not NumPy: its functions are of tensors."""
        return is_torch_alone(self.around)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each backward pass with its forward."""
        for name in self.own:
            if (forward := self.forward_of(name)) is not None:
                yield name, forward

    def forward_of(self, name: str) -> str | None:
        """The function whose backward pass or derivative has this name."""
        rest = name[1:].lstrip("_").lower()
        plain = [other for other in self.own if other.lower() == rest and not is_of_backward(other)]
        if name[0] in "dD" and plain:
            return plain[0]
        if not is_of_backward(name):
            return None
        stem = stem_of(name)
        same = [other for other in self.own if stem_of(other) == stem and is_forward(other)]
        if not same:  # elu_activate of elu_gradient
            alike = {stem + word for word in ACTIVATION} if stem else set()
            same = [other for other in self.own if stem_of(other) in alike and is_forward(other)]
        if not stem and (costs := [other for other in self.own if self.is_cost_of(other, name)]):
            return costs[0]
        same = same if stem else [other for other in same if is_of_forward(other)]
        if not same:
            same = [other for other in self.own if other != name and self.is_cost_of(other, name)]
        return min(same, key=lambda other: distance(other, name), default=None)

    def foreign_forward(self, name: str) -> Function | None:
        """The function of another module that has this derivative or backward pass: np.tanh of tanh_prime."""
        if not is_of_backward(name) or not self.own[name].inputs or self.is_torch_alone:
            return None
        stem = stem_of(name)
        for other, thing in self.around.items():
            if other not in self.own and is_called_alike(thing) and stem and stem_of(other) == stem:
                return foreign(other, thing)
        usual = well_known(stem) if is_derivative(name) else None
        return None if usual is None else foreign(stem, usual)

    def is_cost_of(self, cost: str, gradient: str) -> bool:
        """Whether `gradient` takes what a cost takes, and is called just that: compute_gradient."""
        takes = {name.lower() for name in self.own[gradient].inputs}
        same = takes == {name.lower() for name in self.own[cost].inputs}
        of_both = stem_of(gradient) in COSTS or stem_of(gradient) == without_cost(cost)
        return same and is_cost(self.own[cost]) and of_both

    # What becomes of them

    def of_pair(self, name: str, forward: str, backward: str) -> list[Written]:
        both = self.own[forward], self.own[backward]
        others = tuple(other for other in (forward, backward) if other != name)
        if is_network(*both):
            make = likeliest(with_costs(*both, self.own))
            return operation(name, (make,), *both, others=others)
        if is_of_parameters(both[0]) and not any(map(is_upstream, both[1].required)):
            network = Network(both[0], None, both[1], maker_of(self.own))
            return operation(name, (likeliest([network]),), *both, others=others)
        each = list(both[0].unbundled().choices())
        return [
            one
            for of_choice in each
            for one in operation(
                label(name, of_choice), Pair(flattened(of_choice), both[1]).readings(), *both,
                others=(*others, *([name] if len(each) > 1 else [])),
            )
        ]  # fmt: skip

    def of_loss(self, name: str, function: Function) -> list[Written]:
        if is_of_parameters(function):
            readings: tuple[Make, ...] = (likeliest([Network(function, maker=maker_of(self.own))]),)
        else:
            readings = Loss(function).readings()
        return operation(name, readings, function)

    def missing(self, name: str) -> Phrase:
        return phrase("backward-alone" if is_of_backward(name) else "forward-alone", name=name)


def is_called_alike(thing: Any) -> bool:
    """Whether something that a module imports is a function of arrays."""
    if not callable(thing):
        return False
    return inspect.isfunction(thing) or (isinstance(thing, np.ufunc) and thing.nin == 1)


def well_known(name: str) -> Any:
    """A function whose derivative people write without it: NumPy has it, or it is one expression."""
    found: Any = getattr(np, name, None) or getattr(functions, name, None)
    of_one = is_called_alike(found) and (
        isinstance(found, np.ufunc) or len(signature(found, 0).required or ()) == 1
    )
    return found if of_one else None


def foreign(name: str, thing: Any) -> Function:
    return Function(name, thing if inspect.isfunction(thing) else lambda x: thing(x))


def is_forward(name: str) -> bool:
    words = set(words_of(name))
    return not is_of_backward(name) and not OTHER & words


def distance(forward: str, backward: str) -> tuple[bool, bool, int]:
    """How little a forward's name fits to that of a backward pass: its own word for the pass comes first."""
    words = set(words_of(backward)) - BACKWARD - DERIVATIVE
    of_forward = bool(FORWARD & set(words_of(forward)))
    return (
        set(words_of(forward)) - FORWARD != words,
        of_forward == is_derivative(backward),
        abs(len(forward) - len(backward)),
    )


def without_cost(name: str) -> str:
    """What is left of a cost's name: linreg of linreg_loss."""
    return stem_of("_".join(word for word in words_of(name) if word not in COSTS))


def is_half(name: str, function: Function) -> bool:
    """Whether a name says that it is one half of a pair, and it takes what such a half takes."""
    if not HALF & set(words_of(name)) or not function.inputs:
        return False
    return is_of_backward(name) or (is_of_forward(name) and bool(stem_of(name)))


def label(name: str, function: Function) -> str:
    return "".join([name, *(f"[{value}]" for value in function.chosen.values())])


def operation(
    name: str, readings: tuple[Make, ...], *functions: Function, others: tuple[str, ...] = ()
) -> list[Written]:
    """One operation, unless one of its functions is not written yet."""
    empty = next((function.name for function in functions if function.is_unwritten), None)
    unwritten = None if empty is None else phrase("unwritten", method=empty)
    return [Written(name, readings, unwritten, others, tuple(one.call for one in reversed(functions)))]


def cannot(name: str, why: Phrase, *others: str) -> Written:
    """What is found but cannot be examined."""

    def make(sizes: Sizes, dtype: np.dtype) -> HandWritten:
        raise CannotExamineError(why.key, **why.values)

    return Written(name, (make,), others=tuple(others), is_half=True)
