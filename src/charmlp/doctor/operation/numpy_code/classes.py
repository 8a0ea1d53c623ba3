"""Gradients written as NumPy classes: layers, activations and losses, and networks with their weights."""

import contextlib
import functools
import inspect
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.constructing import choices_of
from charmlp.doctor.operation.constructor_arguments import telling_settings
from charmlp.doctor.operation.handwritten import HandWritten, Make, Sizes, Written
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.class_methods import (
    BOTH,
    COST,
    FORWARD,
    costs_called,
    costs_of,
    costs_of_variables,
    has_weights,
    is_cost_method,
    passes_of,
    takes_truth,
)
from charmlp.doctor.operation.numpy_code.descent.step_takers import step_of
from charmlp.doctor.operation.numpy_code.functions import cannot
from charmlp.doctor.operation.numpy_code.layers.attached import is_attached, of_attached
from charmlp.doctor.operation.numpy_code.layers.instances import (
    Method,
    bound_to,
    instance,
    method_of,
    methods_of,
)
from charmlp.doctor.operation.numpy_code.layers.layer import Layer
from charmlp.doctor.operation.numpy_code.layers.nodes import is_node, of_node
from charmlp.doctor.operation.numpy_code.losses.costs import is_of_parameters, likeliest
from charmlp.doctor.operation.numpy_code.losses.deltas import delta_of
from charmlp.doctor.operation.numpy_code.losses.models import Model
from charmlp.doctor.operation.numpy_code.losses.networks import PRODUCT, Network
from charmlp.doctor.operation.numpy_code.losses.objectives import objective_of
from charmlp.doctor.operation.numpy_code.losses.with_gradient import Loss
from charmlp.doctor.operation.numpy_code.names import is_derivative, is_truth, is_upstream, stem_of
from charmlp.doctor.operation.source import source_of

FRAMEWORKS = {"torch", "tensorflow", "keras", "jax", "flax", "mxnet", "paddle", "mindspore"}


def found(module: ModuleType) -> list[Written]:
    """The classes of a module that have a forward and a backward method, in its order.

    After them, what other methods they have with a derivative: `sigmoid` and `sigmoid_prime`.
    """
    own = [thing for name, thing in list(vars(module).items()) if is_own(name, thing, module)]
    bases = {base for kind in own for base in kind.__mro__[1:]}
    each = []
    for kind in own:
        with contextlib.suppress(Exception):  # a class may be anything at all, with whatever signatures
            each += [] if kind in bases and is_abstract(kind) else written(kind)
    return each


def is_own(name: str, thing: Any, module: ModuleType) -> bool:
    if not isinstance(thing, type) or thing.__module__ != module.__name__ or issubclass(thing, BaseException):
        return False
    if inspect.isabstract(thing) or getattr(thing, "_is_protocol", False):
        return False
    foreign = any(base.__module__.split(".")[0] in FRAMEWORKS for base in thing.__mro__)
    is_alias = thing.__name__ != name and vars(module).get(thing.__name__) is thing
    return not foreign and not is_alias and not {"__add__", "__mul__"} & set(vars(thing))  # that is an engine


def is_abstract(kind: type) -> bool:
    """Whether it leaves its methods to the classes that are derived from it."""
    pair = passes_of(kind)
    if pair is None or any(method_of(kind, name).is_unwritten for name in pair):
        return True
    called = re.findall(r"self\.(\w+)\(", "\n".join(source_of(method_of(kind, name).call) for name in pair))
    return any(not hasattr(kind, name) and f"self.{name} =" not in source_of(kind) for name in called)


def written(kind: type) -> list[Written]:
    """All that one class is examined as."""
    pair = passes_of(kind)
    if is_node(kind):
        return of_node(kind)
    if objectives := of_objectives(kind):
        return objectives
    whole = of_skeleton(kind) or of_steps(kind) if pair is None else of_passes(kind, *pair)
    return [*whole, *of_derivatives(kind, set(pair or ()))]


def of_objectives(kind: type) -> list[Written]:
    """Methods that return a gradient and a second derivative, by row, as boosting takes them."""
    methods = {name: method_of(kind, name) for name in methods_of(kind)}
    names = [name for name, method in methods.items() if objective_of(method, methods) is not None]
    return [
        Written(
            kind.__name__ if len(names) == 1 else f"{kind.__name__}.{name}",
            (functools.partial(of_objective, kind, name),), others=(kind.__name__, f"{kind.__name__}.{name}"),
            code=(methods[name].call,),
        )
        for name in names
    ]  # fmt: skip


def of_objective(kind: type, name: str, sizes: Sizes, dtype: np.dtype) -> HandWritten:
    own = instance(kind, sizes)
    methods = {each: bound_to(method_of(kind, each), own) for each in methods_of(kind)}
    objective = objective_of(methods[name], methods)
    if objective is None:
        raise CannotExamineError("no-loss", name=name)
    return objective.make(sizes, dtype)


def of_skeleton(kind: type) -> list[Written]:
    """A class whose loss, which is to return its gradient as well, is not written yet."""
    own = [name for name in methods_of(kind) if name in BOTH and takes_truth(kind, name)]
    empty = [name for name in own if method_of(kind, name).is_unwritten]
    if not empty or not has_weights(kind):
        return []
    return [Written(kind.__name__, (), phrase("unwritten", method=f"{kind.__name__}.{empty[0]}"))]


def of_steps(kind: type) -> list[Written]:
    """A class that learns, and shows none of its gradients."""
    own = list(methods_of(kind))
    methods = [method_of(kind, name) for name in own]
    costs = [one for one in methods if is_cost_method(kind, one)]
    found = [
        (
            method.name,
            step_of(
                method, [*costs, *costs_of_variables(kind, method, methods), *costs_called(method)], kind
            ),
        )
        for method in methods
    ]
    steps = [(name, step) for name, step in found if step is not None]
    if not steps:
        return []
    name, step = steps[0]
    others = (kind.__name__, f"{kind.__name__}.{name}")
    return [
        Written(
            kind.__name__, step.readings(), others=others, code=(step.code.function,),
            other_losses=step.with_other_losses(),
        )
    ]  # fmt: skip


def of_passes(kind: type, forward: str, backward: str) -> list[Written]:
    """A class by its passes; once for each activation that its constructor can be asked for."""
    first, second = method_of(kind, forward), method_of(kind, backward)
    if any(method.required is None for method in (first, second)):
        return []
    empty = next((m.name for m in (first, second) if m.is_unwritten), None)
    others = tuple(f"{kind.__name__}.{name}" for name in dict.fromkeys((forward, backward)))
    if empty is not None:
        missing = phrase("unwritten", method=f"{kind.__name__}.{empty}")
        return [Written(kind.__name__, (), missing, others)]
    if hands_on_delta(first, second):
        return [cannot(kind.__name__, phrase("hands-on-delta", name=kind.__name__), *others)]
    code = (second.call, first.call)
    if is_attached(kind, second):
        attached = functools.partial(of_attached, kind, first, second)
        return [Written(kind.__name__, (attached,), others=others, code=code)]
    choices = choices_of(kind)
    if choices is None:
        model = model_of(kind, first, second, {})
        telling = telling_settings(kind) if model is None else {}
        return [
            Written(
                kind.__name__, readings(kind, first, second, {}) if model is None else model.readings(),
                others=others, code=code, other_losses=() if model is None else model.with_other_losses(),
                otherwise=readings(kind, first, second, telling) if telling else (),
            )
        ]  # fmt: skip
    name, words = choices
    return [
        Written(
            f"{kind.__name__}[{word}]", readings(kind, first, second, {name: word}),
            others=(kind.__name__, *others), code=code,
        )
        for word in words
    ]  # fmt: skip


def hands_on_delta(first: Method, second: Method) -> bool:
    """Whether a layer's backward makes the error of the layer before of its own: Wᵀ δ times σ′ of its input.

    δ is that of the layer's weighted input there, so that backward is the gradient of no layer alone.
    """
    forward, backward = source_of(first.call), source_of(second.call)
    names = "|".join(map(re.escape, first.arrays))
    kept = re.findall(rf"self\.(\w+) = (?:{names})$", forward, re.MULTILINE)
    derivative = r"(backward|derivative|deriv|prime|gradient|grad|df|\w+_(derivative|prime|deriv))"
    of_input = any(re.search(rf"\b{derivative}\(self\.{name}\)", backward) for name in kept)
    return of_input and bool(PRODUCT.search(forward)) and bool(PRODUCT.search(backward))


def readings(kind: type, first: Method, second: Method, given: Mapping[str, Any]) -> tuple[Make, ...]:
    if not has_weights(kind) and is_of_parameters(first) and not any(map(is_upstream, second.required)):
        return (functools.partial(of_parameters, kind, first, second),)
    if first.name == second.name and not has_weights(kind):
        return (functools.partial(of_both, kind, first),)
    if (model := model_of(kind, first, second, given)) is not None:
        return model.readings()
    of_inputs = Layer(first.taken_apart, second, kind, given).readings()
    if second.name != "delta" or (of_logits := delta_of(kind, first, second)) is None:
        return of_inputs
    takes_logits = set(second.required) > set(first.arrays)
    return of_logits.readings() if takes_logits else (*of_inputs, *of_logits.readings())


def of_parameters(kind: type, first: Method, second: Method, sizes: Sizes, dtype: np.dtype) -> HandWritten:
    """A loss of weights that its methods are given: `loss(w, b, X, y)` and `grad(w, b, X, y)`."""
    own = instance(kind, sizes)
    cost, gradient = bound_to(first, own), None if first.name == second.name else bound_to(second, own)
    return replace(likeliest([Network(cost, None, gradient)])(sizes, dtype), meant=kind.__name__)


def of_both(kind: type, method: Method, sizes: Sizes, dtype: np.dtype) -> HandWritten:
    """A loss that returns its gradient with it."""
    loss = Loss(bound_to(method, instance(kind, sizes)))
    return replace(loss.written(), meant=kind.__name__)


def model_of(kind: type, first: Method, second: Method, given: Mapping[str, Any]) -> Model | None:
    """A network: its backward is given what should come of the data, and there are weights."""
    if not has_weights(kind):
        return None
    if first.name == second.name:
        return Model(kind, second, cost=first, given=given)
    own = set(methods_of(kind))
    costs = [method_of(kind, name) for name in costs_of(kind) if name != second.name]
    costs = [cost for cost in costs if not cost.is_unwritten]
    forwards = [method_of(kind, n) for n in FORWARD if n in own and n not in (*COST, *BOTH[2:])]
    forwards = [f for f in forwards or [first] if not any(map(is_truth, f.inputs))]
    takes = [name for name in second.inputs if not is_upstream(name) and not RATE.fullmatch(name)]
    targets = [name for name in takes if is_truth(name)]
    if targets and not (any(map(is_truth, first.inputs)) and len(first.arrays) == 2 and not costs):
        return Model(kind, second, forwards[0] if forwards else None, costs[0] if costs else None, given)
    if any(map(is_truth, first.inputs)) and len(first.arrays) == 2 and not second.required:
        return Model(kind, second, None, first, given)
    if not second.arrays and (costs or not first.arrays):  # it goes back from what was left on the object
        return Model(kind, second, first, costs[0] if costs else None, given)
    return None


def of_derivatives(kind: type, used: Set[str]) -> list[Written]:
    """Methods beside the passes that have a derivative among the methods."""
    own = [name for name in methods_of(kind) if not name.startswith("__")]
    each = []
    for name in own:
        if name in used or not (is_derivative(name) or is_named_after(name, own)) or not stem_of(name):
            continue
        others = [n for n in own if n != name and n not in used and not is_derivative(n)]
        whose = [n for n in others if stem_of(n) == stem_of(name)]
        if not whose:
            continue
        first, second = method_of(kind, whose[0]), method_of(kind, name)
        is_loss = set(first.arrays) == set(second.arrays) and any(map(is_truth, first.arrays))
        if len(first.arrays) != len(second.arrays) or not (len(first.arrays) == 1 or is_loss):
            continue
        if first.is_unwritten or second.is_unwritten:
            continue
        title = f"{kind.__name__}.{whose[0]}"
        of_weights = is_loss and has_weights(kind)
        made = Model(kind, second, cost=first) if of_weights else Layer(first, second, kind, {}, whose[0])
        each.append(
            Written(
                title,
                made.readings(),
                others=(f"{kind.__name__}.{name}",),
                code=(second.call, first.call),
            )
        )
    return each


def is_named_after(name: str, methods: Sequence[str]) -> bool:
    """Whether it is called the derivative of another method, whatever word is in that one's name.

    >>> is_named_after("apply_activation_derivative", ["_apply_activation"])
    True
    """
    whose = re.fullmatch(r"_*(\w+)_(derivative|deriv|prime)", name)
    return whose is not None and whose[1] in {method.strip("_") for method in methods}
