"""Which functions and methods take a gradient step of their own."""

from collections.abc import Iterable

from charmlp.doctor.operation.code import code_of
from charmlp.doctor.operation.numpy_code.descent.expressions import is_optimizer
from charmlp.doctor.operation.numpy_code.descent.statements import follows_given, spots_in
from charmlp.doctor.operation.numpy_code.descent.steps import Step
from charmlp.doctor.operation.numpy_code.descent.taking import steps_in
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.layers.instances import Method, method_of, methods_of
from charmlp.doctor.operation.numpy_code.losses.problems import is_data
from charmlp.doctor.operation.numpy_code.names import is_gradient, is_truth
from charmlp.doctor.operation.source import source_of


def learns_from_data(function: Function) -> bool:
    """Whether it takes data, and no gradients alone."""
    return any(map(is_data, function.required)) and not any(map(is_gradient, function.required))


def step_of(function: Function, costs: Iterable[Function], kind: type | None = None) -> Step | None:
    """None for what takes no step of its own."""
    code = code_of(function.call)
    if code is None or steps_in(code.tree) is None or follows_given(code.tree):
        return None
    entry = None if kind is None or takes_data(function) else entry_of(kind, function)
    if not function.required and entry is None:
        return None
    if (kind is not None and is_optimizer(kind.__name__)) or not (
        spots_in(code.tree) or learns_from_data(function)
    ):
        return None  # it applies gradients that it is given
    return Step(function, code, kind, tuple(costs), entry=entry)


def takes_data(function: Function) -> bool:
    return any(is_data(name) or is_truth(name) for name in function.required)


def entry_of(kind: type, step: Function) -> Method | None:
    """The constructor, or the method that calls a step, if it takes data and what should come of them."""
    methods = [method_of(kind, name) for name in methods_of(kind)]
    calling = [one for one in methods if f"self.{step.name}(" in source_of(one.call)]
    for one in (method_of(kind, "__init__"), *calling):
        required = one.required or ()
        if any(map(is_data, required)) and any(map(is_truth, required)):
            return one
    return None
