"""y[n] = table[index[n]]: rows of a table; a row's gradient is the sum over all places where it is used."""

from collections.abc import Callable, Sequence

import numpy as np

from charmlp.doctor.arrangement import Role, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named

TABLE = Role("table", "VD", ("table", "w", "weight", "weights", "embedding", "embeddings", "emb"))


def indices(shape: Sequence[int], generator: np.random.Generator) -> Array:
    """Numbers of rows, one of them more than once."""
    found = generator.integers(3, size=shape).astype(float)
    found.flat[-1] = found.flat[0]
    return found


INDEX = Role("index", "N", ("index", "indices", "idx", "ids", "x", "tokens"), constant=True, values=indices)


def rows(v: Variables) -> Array:
    return v["index"].astype(int)


def overwritten(v: Variables, g: Array) -> Array:
    """The last use alone."""
    gradient = np.zeros_like(v["table"])
    gradient[rows(v)] = g
    return gradient


def added(v: Variables, g: Array) -> Array:
    gradient = np.zeros_like(v["table"])
    np.add.at(gradient, rows(v), g)
    return gradient


def first_use(v: Variables, g: Array) -> Array:
    return overwritten({**v, "index": v["index"][::-1]}, g[::-1])


def counts(v: Variables) -> Array:
    return np.maximum(np.bincount(rows(v), minlength=len(v["table"])), 1)[:, None]


WRONG: dict[str, dict[str, Callable[[Variables, Array], Array]]] = {
    "not-accumulated.use": {
        "the gradient of the last use alone": overwritten,
        "the gradient of the first use alone": first_use,
    },
    "wrong-formula": {"the mean over the uses of a row": lambda v, g: added(v, g) / counts(v)},
}


def of_table(part: Callable[[Variables, Array], Array]) -> Formula:
    return lambda v, y, g: part(v, g)


KIND = Kind(
    aliases=("embedding", "embed", "lookup", "wordembedding", "lookuptable", "gather", "takerows"),
    arrangements=(arrange((INDEX, "number"), TABLE), arrange(TABLE, (INDEX, "number"))),
    forms=(Form("table[index]", lambda v: v["table"][rows(v)]),),
    gradients={"table": Gradient("Σ g over all places where the row is used", named(WRONG, of_table))},
    page="layers",
    try_all=True,
)  # fmt: skip
