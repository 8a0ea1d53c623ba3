"""Pools: one number for each window of each picture. x: N×C×H×W, windows of 2×2."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Variables
from charmlp.doctor.windows import PICTURES, spread, strides_and_pads, windows

Share = Callable[[Array], Array]  # of each element of a window in the window's gradient

SIZE = 2
ARRANGEMENTS = (
    arrange(PICTURES, N=2, C=3),
    arrange((PICTURES, "image"), output="image", N=1, C=1),
    arrange((PICTURES, "channels last"), output="channels last", N=2, C=3),
    arrange((PICTURES, "single"), output="single", N=1, C=3),
    arrange((PICTURES, "single, channels last"), output="single, channels last", N=1, C=3),
)


def pooled(reduce: Callable[[Array], Array]) -> Callable[[Variables], Array]:
    return lambda v: reduce(windows(v["x"], v["size"], v["stride"]))


def form(text: str, reduce: Callable[[Array], Array], size: int = SIZE, stride: int = SIZE) -> Form:
    parameters = {"size": size, "stride": stride}
    return Form(text + ", window {size}×{size}, stride {stride}", pooled(reduce), parameters=parameters)


def own_forms(text: str, reduce: Callable[[Array], Array]) -> Callable[[Any], Iterator[Form]]:
    """With the stride and the size of the window as the shapes show them."""

    def found(trial: Any) -> Iterator[Form]:
        x, y = trial.variables["x"], trial.canonical_output
        for size in (2, 3) if y.ndim == 4 else ():
            for known in strides_and_pads(size, y, x):
                if not known["pad"]:
                    yield form(text, reduce, size, known["stride"])

    return found


def shared(share: Share) -> Formula:
    """A gradient that gives each element of a window this share of the window's g."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        each = windows(v["x"], v["size"], v["stride"])
        return spread(share(each) * g[..., None, None], v["x"], v["stride"])

    return formula


def is_largest(each: Array) -> Array:
    return (each == each.max((-2, -1), keepdims=True)).astype(float)


def at(position: int) -> Share:
    """The whole share for one place of each window."""

    def share(each: Array) -> Array:
        flat = np.zeros((*each.shape[:-2], each.shape[-2] * each.shape[-1]))
        flat[..., position] = 1
        return flat.reshape(each.shape)

    return share


def overwritten(v: Variables, y: Array, g: Array) -> Array:
    """The last of overlapping windows alone, where the shares of all must be added up."""
    each = windows(v["x"], v["size"], v["stride"])
    gradient = np.zeros_like(v["x"])
    for n, c, i, j in np.ndindex(*g.shape):
        row, column = np.unravel_index(each[n, c, i, j].argmax(), each.shape[-2:])
        gradient[n, c, i * v["stride"] + row, j * v["stride"] + column] = g[n, c, i, j]
    return gradient
