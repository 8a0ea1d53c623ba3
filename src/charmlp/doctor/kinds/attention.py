"""y = p v, p = softmax(q kᵀ / √d): scaled dot-product attention, T queries over S keys (arXiv:1706.03762)."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from charmlp.doctor.arrangement import Arrangement, Role, arrange
from charmlp.doctor.functions import Array, softmax
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named, unless_named, wrong_form

QUERY = Role("query", "NTD", ("q", "query", "queries"))
KEY = Role("key", "NSD", ("k", "key", "keys"))
VALUE = Role("value", "NSE", ("v", "value", "values"))


def root(v: Variables) -> float:
    return math.sqrt(v["query"].shape[-1])


def scores(v: Variables) -> Array:
    return v["query"] @ v["key"].swapaxes(1, 2)


def weights(v: Variables) -> Array:
    return softmax(scores(v) / v.get("scale", root(v)), axis=2)


def attended(v: Variables) -> Array:
    return weights(v) @ v["value"]


def causal(v: Variables) -> Array:
    later = np.triu(np.full(scores(v).shape[1:], -np.inf), 1)
    return softmax(scores(v) / root(v) + later, axis=2) @ v["value"]


Scores = Callable[[Array, Array], Array]  # the weights p and their gradient → the gradient of the scores


def of_scores(to_query: bool) -> Callable[[tuple[Scores, Callable[[float], float]]], Formula]:
    """A formula from how the gradient of the scores is made, and what it is divided by, of √d."""

    def of(part: tuple[Scores, Callable[[float], float]]) -> Formula:
        through, divisor = part

        def formula(v: Variables, y: Array, g: Array) -> Array:
            p = weights(v)
            ds = through(p, g @ v["value"].swapaxes(1, 2)) / divisor(v.get("scale", root(v)))
            return ds @ v["key"] if to_query else ds.swapaxes(1, 2) @ v["query"]

        return formula

    return of


def right(p: Array, dp: Array) -> Array:
    return p * (dp - (dp * p).sum(2, keepdims=True))


WRONG: dict[str, dict[str, tuple[Scores, Callable[[float], float]]]] = {
    "scale-forgotten": {
        "the gradient of the scores, without 1/√d": (right, lambda root: 1.0),
        "the gradient of the scores / d": (right, lambda root: root**2),
        "the gradient of the scores · √d": (right, lambda root: 1 / root),
    },
    "softmax-diagonal": {"p (1 − p) for the softmax": (lambda p, dp: p * (1 - p) * dp, lambda root: root)},
    "softmax-diagonal.product": {"p · dp for the softmax": (lambda p, dp: p * dp, lambda root: root)},
    "path-forgotten.factor": {
"dp, the softmax forgotten": (lambda p, dp: dp, lambda root: root),
},
"wrong-formula": {
"p (dp − Σ dp p) with the sum over the queries": (
            lambda p, dp: p * (dp - (dp * p).sum(1, keepdims=True)), lambda root: root,
        ),
"p (dp − Σ dp)": (lambda p, dp: p * (dp - dp.sum(2, keepdims=True)), lambda root: root),
},
}  # fmt: skip

WRONG_WEIGHTS: dict[str, dict[str, Callable[[Variables], Array]]] = {
    "wrong-variable.edit": {"(q kᵀ)ᵀ g, the softmax forgotten": scores},
    "wrong-formula": {"pᵀ g with a softmax over the queries": lambda v: softmax(scores(v) / root(v), axis=1)},
}


def of_weights(part: Callable[[Variables], Array]) -> Formula:
    return lambda v, y, g: part(v).swapaxes(1, 2) @ g


HEADS = ("heads", "heads of tokens")


def of_heads(heads: str, **sizes: int) -> Arrangement:
    return replace(
        arrange((QUERY, heads), (KEY, heads), (VALUE, heads), output=heads), sizes={"N": 4, **sizes}
    )


KIND = Kind(
    aliases=(
        "attention", "scaleddotproductattention", "dotproductattention", "selfattention", "scaledattention",
        "attn", "attentionhead", "sdpa",
    ),
    arrangements=(
        arrange(QUERY, KEY, VALUE, N=2),
        arrange((QUERY, "single"), (KEY, "single"), (VALUE, "single"), output="single", N=1),
        *(of_heads(heads) for heads in HEADS),
        *(of_heads(heads, S=5, E=7) for heads in HEADS),  # as many keys as queries, and as wide values
    ),
    forms=(
        Form("softmax(q kᵀ / √d) v", attended),
        Form("softmax(q kᵀ / √d + mask) v, no key after its query", causal),
        unless_named("softmax(q kᵀ) v, without 1/√d", lambda v: attended({**v, "scale": 1.0})),
        wrong_form("softmax(q kᵀ / d) v", lambda v: attended({**v, "scale": root(v) ** 2}), telling=True),
        wrong_form("softmax(q kᵀ · √d) v", lambda v: attended({**v, "scale": 1 / root(v)}), telling=True),
        wrong_form("q kᵀ / √d · v, without the softmax", lambda v: scores(v) / root(v) @ v["value"]),
        wrong_form(
            "the softmax over the queries, not over the keys",
            lambda v: softmax(scores(v) / root(v), axis=1) @ v["value"],
            telling=True,
        ),
    ),
    gradients={
        "query": Gradient("p (dp − Σ dp p) k / √d, dp = g vᵀ", named(WRONG, of_scores(True))),
        "key": Gradient("(p (dp − Σ dp p))ᵀ q / √d, dp = g vᵀ", named(WRONG, of_scores(False))),
        "value": Gradient("pᵀ g", named(WRONG_WEIGHTS, of_weights)),
    },
    page="attention",
    factors="NTS",
)  # fmt: skip
