"""What a model is, and what a sound one looks like."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.calculus.familiarity import Familiarity
from charmlp.config import (
    CROPS,
    DEFAULT_VIEW,
    GROUNDS,
    MAX_LAYERS,
    MAX_NORM_SIZE,
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    PREPROCESSINGS,
    View,
)
from charmlp.text import forbidden_character

Array = NDArray[Any]

MAX_PARAMETERS = 10**9


class Refused(Exception):
    """What is wrong with a model or its file; in messages the text follows the file's name."""


@contextmanager
def refusing(fault: str) -> Iterator[None]:
    """Whatever a library raises on hostile bytes, which is anything at all, as `Refused`."""
    try:
        yield
    except Refused:
        raise
    except Exception:
        raise Refused(fault) from None


@dataclass(frozen=True)
class Model:
    """Everything that reading an image takes.

    classes        K names, in the order of the logits
    norm_size      height and width of the grey image
    preprocessing  what makes inputs of its pixels (`charmlp.images.to_inputs`)
    act_type       activation between layers
    weights        by layer, float32, out×in; the first has in = height · width, the last out = K
    biases         by layer, float32, out
    provenance     where it comes from: recipe, seed, data, version, …
    view           what of a picture becomes that grey image (`charmlp.images.read_grey`)
    temperature    T: the probabilities are softmax(logits / T) (`charmlp.metrics.fit_temperature`)
    familiarity    by which a picture unlike all of training is known (`charmlp.calculus.familiarity`); `None`
                   where the file does not say
    """

    classes: tuple[str, ...]
    norm_size: tuple[int, int]
    preprocessing: str
    act_type: str
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    view: View = DEFAULT_VIEW
    temperature: float = 1.0
    familiarity: Familiarity | None = None

    @property
    def arrays(self) -> list[Array]:
        """Weight and bias of the first layer, of the second, …"""
        return [array for pair in zip(self.weights, self.biases, strict=True) for array in pair]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Input size, hidden sizes, number of classes."""
        return (self.weights[0].shape[1], *(weight.shape[0] for weight in self.weights))

    @property
    def input_size(self) -> int:
        return self.sizes[0]

    @property
    def output_size(self) -> int:
        return self.sizes[-1]

    @property
    def hidden_size(self) -> tuple[int, ...]:
        return self.sizes[1:-1]

    @property
    def n_parameters(self) -> int:
        return sum(size_out * (size_in + 1) for size_in, size_out in pairwise(self.sizes))

    def __repr__(self) -> str:
        return f"Model({'-'.join(map(str, self.sizes))}, {self.act_type}, {len(self.classes)} classes)"


def array_names(count: int, weight: str, bias: str) -> list[str]:
    """What files call so many arrays: net.0.weight, net.0.bias, net.2.weight, … (net.1 is an activation)."""
    layers = count // 2
    if not 1 <= layers <= MAX_LAYERS:
        raise Refused(f"{layers:,} layers; expected 1 to {MAX_LAYERS}")
    return [f"net.{2 * layer}.{kind}" for layer in range(layers) for kind in (weight, bias)]


def check_model(model: Model) -> None:
    """Raise `Refused` where a model is not sound; none is written or handed out that has not been here."""
    check_facts(model.classes, model.norm_size, model.preprocessing, model.act_type, view=model.view)
    check_temperature(model.temperature)
    check_shapes([array.shape for array in model.arrays], model.norm_size, len(model.classes))
    for number, array in enumerate(model.arrays):
        if not np.isfinite(array).all():
            what = ("weight", "bias")[number % 2]
            raise Refused(f"layer {number // 2}: the {what} has values that are not finite (NaN, Inf)")


def check_facts(
    classes: Any, norm_size: Any, preprocessing: Any, act_type: Any, *, view: View = DEFAULT_VIEW
) -> None:
    """Raise `Refused` where what a file says about its model, in any type, cannot be."""
    check_choice("activation", act_type, tuple(calculus.ACTIVATIONS))
    check_choice("preprocessing", preprocessing, PREPROCESSINGS)
    check_choice("crop", view.crop, CROPS)
    check_choice("ground", view.ground, tuple(GROUNDS))
    sides = norm_size if are_whole(norm_size) else ()
    if len(sides) != 2 or not all(1 <= side <= MAX_NORM_SIZE for side in sides):
        raise Refused(f"norm_size is {short(norm_size)}; expected two sides from 1 to {MAX_NORM_SIZE}")
    if not isinstance(classes, list | tuple) or len(classes) < 2:
        raise Refused("the classes are not a list of at least two names")
    for name in classes:
        if not isinstance(name, str) or not name or forbidden_character(name):
            raise Refused(f"the class {short(name)} is not a name")
    if len(set(classes)) < len(classes):
        raise Refused("a class is there twice")


def check_temperature(value: Any) -> None:
    """Raise `Refused` for what is no number, or none that a training finds."""
    if type(value) not in (int, float) or not MIN_TEMPERATURE <= value <= MAX_TEMPERATURE:
        limits = f"from {MIN_TEMPERATURE:g} to {MAX_TEMPERATURE:g}"
        raise Refused(f"the temperature is {short(value)}; expected a number {limits}")


def check_shapes(shapes: Sequence[tuple[int, ...]], norm_size: Sequence[int], n_classes: int) -> None:
    """Raise `Refused` where weights (out×in) and biases (out) do not chain from pixels to classes."""
    size, parameters = norm_size[0] * norm_size[1], 0
    for layer, (weight, bias) in enumerate(zip(shapes[::2], shapes[1::2], strict=True)):
        if len(weight) != 2 or weight[1] != size or not weight[0]:
            raise Refused(f"layer {layer}: the weight is {_times(weight)}; expected out×{size}")
        if bias != (weight[0],):
            raise Refused(f"layer {layer}: the bias is {_times(bias)}; expected {weight[0]}")
        size = weight[0]
        parameters += weight[0] * (weight[1] + 1)
    if size != n_classes:
        raise Refused(f"the last layer has {size:,} outputs, but there are {n_classes:,} classes")
    if parameters > MAX_PARAMETERS:
        raise Refused(f"{parameters:,} parameters; at most 10⁹ are accepted")


def check_choice(what: str, value: Any, allowed: Sequence[str]) -> None:
    """Raise `Refused` for anything but the words that are allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise Refused(f"the {what} is {short(value)}; expected one of {', '.join(allowed)}")


def check_names(place: str, kind: str, found: Collection[Any], expected: Collection[str]) -> None:
    """Raise `Refused` for the first name of an entry or a tensor that is missing or unknown."""
    for name in expected:
        if name not in found:
            raise Refused(f"{place}: the {kind} {name} is missing")
    for name in found:
        if name not in expected:
            raise Refused(f"{place}: unknown {kind} {str(name)[:60]}")


def are_whole(value: Any) -> bool:
    """Whether a value from a file is a list of whole numbers; True and 2.0 are none."""
    return isinstance(value, list | tuple) and all(type(item) is int for item in value)


def short(value: Any) -> str:
    """A value from a file, for messages; what is long or nested is only named."""
    if are_whole(value) and len(value) <= 8:
        value = list(value)
    elif not isinstance(value, str | int | float | None):
        return f"of type {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _times(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "a single number"
