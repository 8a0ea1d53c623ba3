"""Instances of somebody's classes: what their constructors take is guessed from the names."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.options import usual_option

# Arguments by their names, without underscores, and what they are here; K and D are sizes.
ARGUMENTS: dict[str, Any] = {
    "(acttype|activation|act|nonlinearity|activationname)$": "relu",
    "(layersizes|layerdims|layersdims|sizes|layersizelist|dims|architecture|topology|units?list)$": [
        "D",
        4,
        "K",
    ],
    "(inputshape|shape)$": ("D",),
    "(dim|axis)$": -1,
    ".*bias": True,
    ".*layer": 2,
    ".*hidden|(hsize|h)$": 4,
    "(kernelsize|filtersize|ksize|poolsize|windowsize|fh|fw)$": 2,
    "stride": 1,
    "pad": 0,
    "seed": 0,
    "(lr|learningrate|eta)$": 1.0,
    "(std|weightscale|weightinitstd|initscale|sigma)": 0.5,
    "n?out|dout|fanout|.*class|.*neurons|.*units|.*outputs?$|(outputdim|outputsize|[km])$": "K",
}
ARRAYS: dict[str, str] = {
    "w|weights?": "DK", "b|bias|biases": "K", "gamma|gain": "D", "beta|shift": "D"
}  # fmt: skip


def construct(kind: type, sizes: Mapping[str, int], *, arrays: bool = False) -> Any:
    """An instance; what has no default is guessed, and `dim`; weights as `arrays` where asked for."""
    given = inspect.signature(kind).parameters.items()
    arguments: dict[str, Any] = {}
    positional: list[Any] = []
    for name, parameter in given:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty and name != "dim":
            continue
        value: Any = guess_array(name, sizes) if arrays else None
        value = sizes["D"] if arrays and name == "dim" else value  # a layer's size, not an axis as torch's
        value = guess_argument(name, sizes) if value is None else value
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(value)
        else:
            arguments[name] = value
    return kind(*positional, **arguments)


def guess_argument(name: str, sizes: Mapping[str, int]) -> Any:
    """An argument of a constructor, from its name; a number of inputs where nothing else is known.

    >>> guess_argument("in_features", {"D": 7, "K": 3}), guess_argument("act_type", {})
    (7, 'relu')
    >>> guess_argument("layer_sizes", {"D": 7, "K": 3}), guess_argument("dropout_rate", {})
    ([7, 4, 3], 0.4)
    """
    plain = name.lower().replace("_", "")
    found = [value for pattern, value in ARGUMENTS.items() if re.match(pattern, plain)]
    if not found and (option := usual_option(name)) is not None:
        return option
    meant = found[0] if found else "D"
    if isinstance(meant, list | tuple):
        return type(meant)(sizes.get(size, size) for size in meant)
    return sizes.get(meant, meant)


def guess_array(name: str, sizes: Mapping[str, int]) -> np.ndarray | None:
    """Weights, where an argument's name is that of weights."""
    shape = next((s for pattern, s in ARRAYS.items() if re.fullmatch(pattern, name.lower())), None)
    if shape is None:
        return None
    return random_numbers([sizes[letter] for letter in shape], np.random.default_rng(3))
