"""The arrays of an object: its weights, and the gradients that a backward pass leaves on it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.names import of_gradient

# Arrays that no forward multiplies by: gradients, an optimizer's, running statistics
NO_WEIGHT = re.compile(
    r"_?(d_?[a-zA-Z]\w*|grads?|.*grad(ient)?s?|nabla.*|delta.*|v|m|velocity.*|.*momentum.*|running.*|moving.*|cache"
    r"|mask|x|inputs?|outputs?|out|y)"
)
CONTAINERS = re.compile(
    r"_?(d?params?|parameters|grads?|gradients?|weights|biases|d?w|d?b|nabla_\w)", re.IGNORECASE
)
RATE = re.compile(r"lr|eta|learning_?rate|alpha|step(_size)?|rate")
SAME = ("weights?|kernel|w|theta", "biases|bias|b|offset")


@dataclass(frozen=True)
class Place:
    """Where an array is: an attribute, or an entry of a list or dict that is one."""

    attribute: str
    key: Any = None

    @property
    def name(self) -> str:
        if self.key is None:
            return self.attribute.lstrip("_")
        return self.key if isinstance(self.key, str) else f"{self.attribute}[{self.key}]"

    def get(self, owner: Any) -> Any:
        value = getattr(owner, self.attribute)
        return value if self.key is None else value[self.key]


def places(owner: Any) -> Iterator[tuple[Place, np.ndarray]]:
    """Every array of real numbers on an object, in the order in which it was set."""
    for name, value in vars(owner).items():
        if is_weights(value):
            yield Place(name), value
        elif isinstance(value, dict) or (isinstance(value, list) and CONTAINERS.fullmatch(name)):
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            yield from ((Place(name, key), entry) for key, entry in entries if is_weights(entry))


def is_weights(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > 0 and np.issubdtype(value.dtype, np.floating)


def weights(owner: Any) -> list[Place]:
    """The places of an object's weights; one array in two places is one."""
    found: dict[int, Place] = {}
    for place, array in places(owner):
        if not NO_WEIGHT.fullmatch(place.attribute):
            known = found.get(id(array))
            if known is None or known.key is not None:  # `self.W` rather than `self.params[0]`
                found[id(array)] = place
    return list(found.values())


def gradients_on(owner: Any, of: Sequence[Place], before: Mapping[Place, np.ndarray]) -> list[Any]:
    """The gradients that backward left on an object, one for each place, None where there is none.

    Where there is none but the array itself has changed, it was updated: by minus its gradient.
    """
    found = dict(places(owner))
    found_gradients = [gradient_of(owner, place, found) for place in of]
    rate = rate_of(owner)
    updates = [(before[place] - np.asarray(place.get(owner))) / rate for place in of]
    return [
        update if gradient is None and update.any() else gradient
        for gradient, update in zip(found_gradients, updates, strict=True)
    ]


def rate_of(owner: Any) -> float:
    """The learning rate that an object has as an attribute, else 1."""
    rates = (value for name, value in vars(owner).items() if RATE.fullmatch(name.lstrip("_")))
    return next((float(value) for value in rates if isinstance(value, int | float) and value), 1.0)


def gradient_of(owner: Any, place: Place, found: Mapping[Place, np.ndarray]) -> Any:
    """The array whose name says that it is the gradient of the one at this place."""
    for other, array in found.items():
        if other == place or not NO_WEIGHT.fullmatch(other.attribute):
            continue
        if isinstance(other.key, int) and isinstance(place.key, int):
            if other.key == place.key and same(of_container(other.attribute), of_container(place.attribute)):
                return array
        elif same(of_gradient(other.name), place.name) or other.name == place.name:
            return array
    position = in_list(owner, place)
    lists = [v for k, v in vars(owner).items() if isinstance(v, list) and re.fullmatch(r"_?grad\w*", k)]
    return lists[0][position] if lists and position is not None and position < len(lists[0]) else None


def of_container(name: str) -> str:
    plain = of_gradient(name.lstrip("_"))
    return "w" if plain in ("grads", "grad", "gradients", "params", "parameters") else plain


def same(one: str, other: str) -> bool:
    """Whether two names mean the same weights.

    >>> same("weights", "W"), same("w1", "W1"), same("w1", "W2")
    (True, True, False)
    """
    one, other = one.lower().strip("_"), other.lower().strip("_")
    return one == other or any(re.fullmatch(s, one) and re.fullmatch(s, other) for s in SAME)


def in_list(owner: Any, place: Place) -> int | None:
    """The position of an array among the object's list of parameters."""
    array = place.get(owner)
    for name, value in vars(owner).items():
        if isinstance(value, list) and re.fullmatch(r"_?(params?|parameters)", name):
            return next((i for i, entry in enumerate(value) if entry is array), None)
    return None
