"""Which functions of a module may be a value and its gradient."""

import ast
from collections.abc import Mapping

from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.descent.statements import applies_given, follows_given
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.layers.instances import Method
from charmlp.doctor.operation.numpy_code.losses.with_gradient import comes_last, returns_gradient
from charmlp.doctor.operation.numpy_code.names import (
    BACKWARD,
    DERIVATIVE,
    is_gradient,
    is_loss,
    is_to_grow,
    stem_of,
    words_of,
)
from charmlp.doctor.operation.numpy_code.trying.choices import taken
from charmlp.doctor.operation.numpy_code.trying.judging import AS_ASCENT, AS_CHANGE, AS_GRADIENT, AS_UPDATE
from charmlp.doctor.operation.numpy_code.trying.readings import COST, Candidate, Tried
from charmlp.doctor.operation.numpy_code.trying.scenes import Scene
from charmlp.doctor.operation.source import definition, returned_parts

STEPS = {
    "update", "updates", "train", "fit", "step", "epoch", "sgd", "gd", "descent", "descend", "ascend",
    "ascent", "learn", "optimize", "optimise", "iteration",
}  # fmt: skip
NOTHING = {
    "check", "checking", "checker", "numerical", "numeric", "numerically", "plot", "test", "print", "clip",
    "zero", "show", "main", "verify", "compare", "demo", "init", "initialize", "load", "save", "read",
    "get_batch", "accuracy",
}  # fmt: skip
PASSES = {
    "forward", "predict", "propagation", "feedforward", "fprop", "model", "hypothesis", "net", "pass",
}  # fmt: skip
MOST_VALUES, MOST_OTHERS = 4, 3


def tried(
    own: Mapping[str, Function],
    name: str,
    kind: type | None = None,
    around: Mapping[str, Function] | None = None,
) -> Tried | None:
    """The scenes in which a function is the gradient; None where it is none."""
    gradient = own[name]
    tree = definition(gradient.call)
    is_led = isinstance(tree, ast.FunctionDef) and (follows_given(tree) or applies_given(tree))
    if is_led or not is_gradient_of_something(gradient):
        return None
    readings = readings_of(gradient)
    both: list[Candidate] = (
        [(Scene(gradient, gradient, {}, kind), (AS_GRADIENT,), True)] if returns_gradient(gradient) else []
    )
    names = gradient.returns
    if both and not is_step(gradient) and (is_loss(names[0]) or comes_last(names)):
        return Tried(both)
    scenes: list[Candidate] = [
        (Scene(value, gradient, others, kind), with_ascent(readings, value, gradient), likely)
        for value, likely in values_for(own, gradient)
        for others in [others_for({**(around or {}), **own}, value, gradient)]
        if kind is None or others or not is_delta(value, gradient)
    ]
    return Tried(scenes + both) if scenes or both else None


def is_gradient_of_something(function: Function) -> bool:
    words = set(words_of(function.name))
    if NOTHING & words or (not function.required and not isinstance(function, Method)):
        return False
    spoken = [name for name in function.returns if name]
    says = (BACKWARD | DERIVATIVE | STEPS | {"bw", "pullback", "bptt"}) & words
    return (
        bool(says)
        or (bool(spoken) and all(is_gradient(n) and n not in ("d", "g") for n in spoken))
        or returns_gradient(function)
    )


def is_delta(value: Function, gradient: Function) -> bool:
    """Whether it is the gradient of what goes into an activation that is not in the class: delta(z, a, y)."""
    return "delta" in words_of(gradient.name) and not set(taken(gradient)) <= set(taken(value))


def is_step(function: Function) -> bool:
    """Whether it gives new parameters, or what is to be added to them."""
    return bool(STEPS & set(words_of(function.name))) or any(RATE.fullmatch(name) for name in taken(function))


def with_ascent(readings: tuple[str, ...], value: Function, gradient: Function) -> tuple[str, ...]:
    if AS_UPDATE not in readings or not climbs(value, gradient):
        return readings
    return (AS_ASCENT, *(one for one in readings if one != AS_UPDATE))


def climbs(value: Function, gradient: Function) -> bool:
    """Whether a step is to make the value larger: a likelihood, a reward."""
    is_climb = bool({"ascend", "ascent", "maximize", "maximise", "climb"} & set(words_of(gradient.name)))
    return is_climb or is_to_grow(value.name)


def readings_of(gradient: Function) -> tuple[str, ...]:
    if not is_step(gradient):
        return (AS_GRADIENT,)
    parts = returned_parts(gradient.call)
    spoken = [name for name in gradient.returns if name]
    if parts and all(is_gradient(name) for name in spoken) and len(spoken) == len(parts):
        return (AS_GRADIENT, AS_CHANGE)
    return (AS_UPDATE, AS_GRADIENT, AS_CHANGE)


def values_for(own: Mapping[str, Function], gradient: Function) -> list[tuple[Function, bool]]:
    """What it may be the gradient of, the likeliest first; whether names and parameters say so."""
    ranked = []
    for place, (name, function) in enumerate(own.items()):
        words = set(words_of(name))
        if (
            function is gradient
            or NOTHING & words
            or not function.inputs
            or is_gradient_of_something(function)
        ):
            continue
        if not returned_parts(function.call):
            continue
        common = len(set(taken(function)) & set(taken(gradient)))
        gives = any(n in taken(gradient) for n in function.returns if n)
        alike = bool(stem_of(name)) and stem_of(name) == stem_of(gradient.name)
        is_cost = bool(COST.search(name))
        is_same = common > 1 and taken(function) == taken(gradient)
        fits = is_same or (is_cost and bool(common or gives))
        rank = (not alike, not fits, not is_cost, not gives, -common, place)
        ranked.append((rank, function, alike or fits))
    return [(function, likely) for _, function, likely in sorted(ranked, key=lambda one: one[0])][
        :MOST_VALUES
    ]


def others_for(own: Mapping[str, Function], value: Function, gradient: Function) -> dict[str, Function]:
    """The functions whose results the two may be given: those of forward passes."""
    found: dict[str, Function] = {}
    wanted = {*taken(value), *taken(gradient)}
    for name, function in own.items():
        if function in (value, gradient) or is_gradient_of_something(function) or COST.search(name):
            continue
        if NOTHING & set(words_of(name)) or not function.required or not returned_parts(function.call):
            continue
        gives = [n for n in function.returns if n and n in wanted and n not in taken(function)]
        is_forward = bool((PASSES | wanted - set(taken(function))) & set(words_of(name)))  # or named after it
        of_one = list(function.required)
        is_before = len(of_one) == 1 and of_one[0] in taken(gradient) and of_one[0] not in taken(value)
        if gives or is_forward or is_before:
            found[name] = function
    return dict(list(found.items())[:MOST_OTHERS])
