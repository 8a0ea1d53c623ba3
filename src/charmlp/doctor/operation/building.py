"""A subject made of what people hand over: a Function, a function, a module or its class.

A Function is called by `apply`, a function as it is; a module takes its forward's inputs and then its
parameters, so that the gradients of both are examined alike.
"""

import copy
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.subject import Subject
from charmlp.doctor.operation.watch import FunctionClass, is_function, missing_halves, signature, signature_of

Build = Callable[[Mapping[str, int], torch.dtype], Subject]


def builder(thing: Any) -> Build:
    """How to make a subject of `thing` at given sizes; raises `CannotExamineError` for what is none."""
    if is_function(thing):
        return of_function(thing)
    if isinstance(thing, nn.Module):
        return of_module(thing)
    if isinstance(thing, type) and issubclass(thing, nn.Module):
        return of_module_class(thing)
    owner = getattr(thing, "__self__", None)
    if isinstance(owner, type) and is_function(owner) and getattr(thing, "__name__", "") == "apply":
        return of_function(owner)
    if callable(thing) and not isinstance(thing, type):
        return of_callable(thing)
    raise CannotExamineError("not-a-target", thing=type(thing).__name__)


# Options that people give a forward without a default, and what they are here.
OPTIONS: dict[str, Any] = {
    "dim": -1, "axis": -1, "reduction": "mean", "inplace": False, "training": True, "keepdim": False,
    "n_classes": None, "num_classes": None, "alpha": 0.3, "slope": 0.3, "negative_slope": 0.3, "scale": 0.7,
    "factor": 0.7, "eps": 1e-12, "epsilon": 1e-12, "lam": 0.3, "temperature": 1.5, "power": 2, "exponent": 2,
    "n": 2, "p": 0.5, "margin": 0.5, "delta": 0.5, "threshold": 0.0,
}  # fmt: skip


# Arguments of a module's constructor by their names, and what they are here; K and D are sizes.
ARGUMENTS: dict[str, Any] = {
    "(acttype|activation|act)$": "relu",
    "(dim|axis)$": -1,
    ".*bias": True,
    ".*layer": 2,
    ".*hidden|(hsize|h)$": 4,
    "n?out|dout|fanout|.*class|[km]$": "K",
    "": "D",
}


def of_function(function: FunctionClass) -> Build:
    for name in missing_halves(function):
        raise CannotExamineError("no-method", method=name)
    subject = Subject(lambda values: function.apply(*values), *signature_of(function), function=function)
    return lambda sizes, dtype: subject


def of_callable(function: Callable[..., Any]) -> Build:
    required, optional = signature(function, 0)
    options = {"dim": -1} if "dim" in optional else {}  # left out, torch's softmax warns
    subject = Subject(lambda values: function(*values, **options), required, optional)
    return lambda sizes, dtype: subject


def of_module(module: nn.Module) -> Build:
    """An instance: its own parameters' shapes, whatever the sizes; the instance itself is not touched."""

    def build(sizes: Mapping[str, int], dtype: torch.dtype) -> Subject:
        own = copy.deepcopy(module).to(dtype)
        parameters = dict(own.named_parameters())
        names = tuple(parameters)
        required, optional = signature(own.forward, 0)
        inputs = ("input",) if required is None else required
        n = len(inputs)

        def call(values: Sequence[Any]) -> Any:
            given = dict(zip(names, values[n:], strict=True))
            return torch.func.functional_call(own, given, tuple(values[:n]))

        by_position = {n + i: p.detach() for i, p in enumerate(parameters.values())}
        return Subject(call, inputs + names, () if names else optional, by_position)

    return build


def of_module_class(kind: type[nn.Module]) -> Build:
    """A class: an instance is made for each size, its arguments guessed from their names."""

    def build(sizes: Mapping[str, int], dtype: torch.dtype) -> Subject:
        try:
            module = make_module(kind, sizes)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise CannotExamineError("cannot-build", name=kind.__name__, reason=reason) from error
        return of_module(module)(sizes, dtype)

    return build


def make_module(kind: type[nn.Module], sizes: Mapping[str, int]) -> nn.Module:
    """An instance; arguments without a default, and `dim`, are guessed."""
    arguments: dict[str, Any] = {}
    positional: list[Any] = []
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty and name != "dim":
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(guess_argument(name, sizes))
        else:
            arguments[name] = guess_argument(name, sizes)
    return kind(*positional, **arguments)


def guess_argument(name: str, sizes: Mapping[str, int]) -> Any:
    """An argument of a module's constructor, from its name.

    >>> guess_argument("in_features", {"D": 7, "K": 3}), guess_argument("act_type", {})
    (7, 'relu')
    """
    plain = name.lower().replace("_", "")
    meant = next(value for pattern, value in ARGUMENTS.items() if re.match(pattern, plain))
    return sizes.get(meant, meant)


def fill_options(subject: Subject, n_values: int) -> list[Any] | None:
    """What to give the inputs without a default that follow the first `n_values`; None where it cannot be.

    An argument of a name that is not known becomes None, which mostly means the default.
    """
    if subject.required is None:
        return []
    if n_values > len(subject.required) + len(subject.optional):
        return None
    return [OPTIONS.get(name) for name in subject.required[n_values:]]
