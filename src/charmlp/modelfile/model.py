"""What a model is, and what a sound one looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.config import ACTIVATIONS, MAX_LAYERS, MAX_NORM_SIZE, PREPROCESSINGS
from charmlp.errors import ModelFileError
from charmlp.text import forbidden_character, printable

Array = NDArray[Any]

MAX_PARAMETERS = 10**9


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
    """

    classes: tuple[str, ...]
    norm_size: tuple[int, int]
    preprocessing: str
    act_type: str
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

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


def check_facts(classes: Any, norm_size: Any, preprocessing: Any, act_type: Any, where: str) -> None:
    """Raise `ModelFileError` where what a file says about its model, in any type, cannot be."""
    for what, value, allowed in (
        ("activation", act_type, ACTIVATIONS),
        ("preprocessing", preprocessing, PREPROCESSINGS),
    ):
        if not isinstance(value, str) or value not in allowed:
            raise refusal(where, f"the {what} is {short(value)}; expected one of {', '.join(allowed)}")
    if (
        not isinstance(norm_size, list | tuple)
        or len(norm_size) != 2
        or not all(type(side) is int and 1 <= side <= MAX_NORM_SIZE for side in norm_size)
    ):
        raise refusal(
            where, f"norm_size is {short(norm_size)}; expected are two sides from 1 to {MAX_NORM_SIZE}"
        )
    if not isinstance(classes, list | tuple) or len(classes) < 2:
        raise refusal(where, "the classes are no list of at least two names")
    for name in classes:
        if not isinstance(name, str) or not name or forbidden_character(name):
            raise refusal(where, f"the class {short(name)} is no name")
    if len(set(classes)) < len(classes):
        raise refusal(where, "a class is there twice")


def check_layers(count: int, where: str) -> None:
    """Raise `ModelFileError` for fewer or more layers than a model has."""
    if not 1 <= count <= MAX_LAYERS:
        raise refusal(where, f"{count:,} layers; expected are 1 to {MAX_LAYERS}")


def check_shapes(
    shapes: Sequence[tuple[tuple[int, ...], tuple[int, ...]]],
    norm_size: Sequence[int],
    n_classes: int,
    where: str,
) -> None:
    """Raise `ModelFileError` where weights (out×in) and biases (out) do not chain from pixels to classes."""
    check_layers(len(shapes), where)
    size, parameters = norm_size[0] * norm_size[1], 0
    for layer, (weight, bias) in enumerate(shapes):
        if len(weight) != 2 or weight[1] != size or not weight[0]:
            raise refusal(where, f"layer {layer}: the weight is {_times(weight)}; expected out×{size}")
        if bias != (weight[0],):
            raise refusal(where, f"layer {layer}: the bias is {_times(bias)}; expected {weight[0]}")
        size = weight[0]
        parameters += weight[0] * (weight[1] + 1)
    if size != n_classes:
        raise refusal(where, f"the last layer has {size:,} outputs, but there are {n_classes:,} classes")
    if parameters > MAX_PARAMETERS:
        raise refusal(where, f"{parameters:,} parameters; at most 10⁹ are accepted")


def check_model(model: Model, where: str) -> None:
    """Raise `ModelFileError` where a model is not sound, so that no file is written which cannot be read."""
    check_facts(model.classes, model.norm_size, model.preprocessing, model.act_type, where)
    shapes = [(weight.shape, bias.shape) for weight, bias in zip(model.weights, model.biases, strict=True)]
    check_shapes(shapes, model.norm_size, len(model.classes), where)
    check_values(model.weights, model.biases, where)


def check_values(weights: Sequence[Array], biases: Sequence[Array], where: str) -> None:
    """Raise `ModelFileError` where a number is NaN or infinite."""
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        for what, array in (("weight", weight), ("bias", bias)):
            if not np.isfinite(array).all():
                raise refusal(where, f"layer {layer}: the {what} has values that are not finite (NaN, Inf)")


def _times(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape)) or "a single number"


def short(value: Any) -> str:
    """A value from a file, for messages; what is long or nested is only named."""
    if isinstance(value, list | tuple) and len(value) <= 8 and all(type(item) is int for item in value):
        value = list(value)
    elif not isinstance(value, str | int | float | None):
        return f"of type {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def refusal(where: str, fault: str) -> ModelFileError:
    """The error for a model file; `where` is its name, already printable."""
    return ModelFileError(f"{where}: {printable(fault)}")
