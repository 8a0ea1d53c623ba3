"""The gradients that a backward pass gives: returned, left on the object, or in what it updates."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.operation.constructing import OPTIMIZER, PlainDescent
from charmlp.doctor.operation.numpy_code.arrays import (
    RATE,
    Place,
    by_shape,
    gradients_on,
    rate_of,
    same,
    shown,
)
from charmlp.doctor.operation.numpy_code.arrays import places as places_on
from charmlp.doctor.operation.numpy_code.gradients import as_one_array, base, by_input, of_one
from charmlp.doctor.operation.numpy_code.layers.instances import Method, bound_to, method_of
from charmlp.doctor.operation.numpy_code.names import is_gradient, of_gradient
from charmlp.doctor.operation.options import usual_option

# Methods that take the step that a backward pass has prepared
UPDATES = (
    "update", "step", "update_params", "update_weights", "update_parameters", "apply_gradients", "optimize",
    "_update", "apply_grads", "gradient_step", "updateParams",
)  # fmt: skip


@dataclass
class Gathered:
    """The gradients that one call of backward gave, however it did: by input, then by weights."""

    inputs: list[Any]
    weights: list[Any]


def gather(
    own: Any,
    places: Sequence[Place],
    arrays: Mapping[str, Any],
    backward: Method,
    arguments: Mapping[str, Any],
    *,
    prediction: int = 0,
) -> Gathered:
    """Call backward on an object; its gradients are what it returns, leaves there, or updates weights by.

    A single gradient that is returned without a name is that of the input at `prediction`.
    """
    before = {place: np.array(place.get(own), float) for place in places}
    held = {place: np.array(array) for place, array in places_on(own)}
    returned = as_one_array(bound_to(backward, own)(arguments), list(arrays.values()))
    names = [*arrays, *(place.name for place in places)]
    found: list[Any] = [None] * len(names)
    if returned is not None and returned is not own:
        found = sorted_by_input(returned, backward.returns, arrays, places, prediction)
    n = len(arrays)
    gradients = Gathered(found[:n], found[n : len(names)])
    given = any(RATE.fullmatch(name) for name in arguments)
    rate = 1.0 if given else rate_of(own, backward.call)
    kept = gradients_on(own, places, before, rate)
    if any(a is None and b is None for a, b in zip(gradients.weights, kept, strict=True)):
        kept = after_update(own, places, before, kept)
    pairs = zip(gradients.weights, kept, strict=True)
    gradients.weights = by_shape(own, places, held, [b if a is None else a for a, b in pairs])
    if arrays and all(gradient is None for gradient in gradients.inputs):
        gradients.inputs = left_on(own, arrays, prediction)
    return gradients


def after_update(
    own: Any, places: Sequence[Place], before: Mapping[Place, Any], kept: list[Any]
) -> list[Any]:
    """The gradients that a step of the object's own takes, where backward has only prepared it."""
    for name in UPDATES:
        if not callable(getattr(own, name, None)):
            continue
        with contextlib.suppress(Exception):
            method = method_of(type(own), name)
            arguments = {
                n: 1.0 if RATE.fullmatch(n) else PlainDescent() if OPTIMIZER.fullmatch(n) else usual_option(n)
                for n in method.required
            }
            bound_to(method, own)(arguments)
            given = any(RATE.fullmatch(n) for n in method.required)
            found = gradients_on(own, places, before, 1.0 if given else rate_of(own, method.call))
            return [new if old is None else old for old, new in zip(kept, found, strict=True)]
    return kept


def sorted_by_input(
    returned: Any,
    spoken: Sequence[str],
    arrays: Mapping[str, Any],
    places: Sequence[Place],
    prediction: int = 0,
) -> list[Any]:
    """What backward returned, by input and weights; `spoken` are the names in its return statement."""
    names = [*arrays, *(place.name for place in places)]
    returned, spoken = unfolded(returned, spoken, places)
    if isinstance(returned, Mapping):
        found = [of_key(returned, name) for name in names]
        if any(one is not None for one in found):
            return found
    elif not isinstance(returned, tuple | list):
        n = len(arrays)
        meant = of_gradient(spoken[0]) if len(spoken) == 1 and spoken[0] else ""
        whose = [
            i for i, name in enumerate(names) if i >= n and (same(meant, name) or base(meant) == base(name))
        ]
        found = [None] * len(names)
        position: int | None = prediction if n else 0 if len(places) == 1 else None
        if whose and not (n and base(meant) in map(base, arrays)):
            position = whose[0]
        elif n > 1:
            by_shape = of_one(returned, list(arrays), list(arrays.values()), spoken)
            position = next(i for i, one in enumerate(by_shape) if one is not None)
            shapes = [np.shape(value) for value in arrays.values()]
            if shapes[position] == shapes[prediction] and not named(spoken, arrays):
                position = prediction
        if position is not None:
            found[position] = returned
        return found
    return padded(by_input(returned, names, spoken), len(names))


def named(spoken: Sequence[str], arrays: Mapping[str, Any]) -> bool:
    return len(spoken) == 1 and base(of_gradient(spoken[0])) in map(base, arrays)


def padded(found: Sequence[Any], n: int) -> list[Any]:
    return [*found, *[None] * (n - len(found))]


def of_key(returned: Mapping[Any, Any], name: str) -> Any:
    """The entry of a dict of gradients that is of this name."""
    exact = {str(key): value for key, value in returned.items()}
    for key, value in exact.items():
        if of_gradient(key) != key.lower() and same(of_gradient(key), name):
            return value
    return next((value for key, value in exact.items() if same(key, name)), None)


def unfolded(returned: Any, names: Sequence[str], places: Sequence[Place]) -> tuple[Any, Sequence[str]]:
    """Lists of gradients, one for each layer, as `nabla_b` and `nabla_w`: each gradient with its own name."""
    if isinstance(returned, list) and len(returned) == len(places) and len(names) < 2:
        return {place.name: one for place, one in zip(places, returned, strict=True)}, ()
    if isinstance(returned, Mapping):
        lists = {str(key): value for key, value in returned.items() if isinstance(value, list)}
        return (by_lists(lists, places), ()) if lists and len(lists) == len(returned) else (returned, names)
    if not isinstance(returned, tuple | list):
        return returned, names
    lists_inside = [one for one in returned if isinstance(one, list)]
    if len(lists_inside) == 1 < len(returned) and len(lists_inside[0]) == len(places):
        rest = [one for one in returned if one is not lists_inside[0]]
        return (*rest, *lists_inside[0]), ()  # dx, and the gradients of all weights
    if len(lists_inside) < len(returned):
        return returned, names
    if len(names) != len(returned) or not all(names):
        return returned, names
    return by_lists(dict(zip(names, returned, strict=True)), places), ()


def by_lists(lists: Mapping[str, list[Any]], places: Sequence[Place]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in lists.items():
        whose = [place for place in places if alike(of_gradient(name), place.attribute)]
        found |= {place.name: gradient for place, gradient in zip(whose, one, strict=False)}
    return found


def alike(one: str, other: str) -> bool:
    """Whether two names are those of weights, or both those of biases."""
    one, other = (name.lower().strip("_") for name in (one, other))
    return same(one, other) or same(one.removesuffix("s"), other.removesuffix("s"))


def left_on(own: Any, arrays: Mapping[str, Any], prediction: int) -> list[Any]:
    """The gradients with respect to the inputs that backward left on the object, as `dinputs` or `dx`."""
    found: list[Any] = [None] * len(arrays)
    kept = {
        name: value
        for name, held in vars(own).items()
        if isinstance(value := shown(held), np.ndarray) and is_gradient(name)
    }
    for i, (name, x) in enumerate(arrays.items()):
        wanted = {base(name), *(("x", "input", "z", "pred") if i == prediction else ())}
        for other, value in kept.items():
            plain = other.lower().strip("_")
            if of_gradient(plain) != plain and base(of_gradient(plain)) in wanted:
                found[i] = value
        unnamed = [v for n, v in kept.items() if re.fullmatch(r"_?(grads?|gradient|delta|dout|d)", n)]
        if found[i] is None and i == prediction and len(unnamed) == 1 and unnamed[0].shape == np.shape(x):
            found[i] = unnamed[0]
    return found
