"""The multi-class hinge loss (SVM): Σ max(0, zⱼ − z_y + m) over the wrong classes j of a row, margin m = 1.

The derivative counts: 1 in each wrong class inside the margin, and minus their number in the right class.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import LABEL, LOGITS, Role, arrange, random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Text, Variables, named, wrong_form
from charmlp.doctor.parameters import is_short, only_number, output_at
from charmlp.doctor.reductions import by_row, joined, times_upstream


def wide(shape: Sequence[int], generator: Any) -> Array:
    """Scores on both sides of the margin."""
    return 2 * random_numbers(shape, generator)


SCORES = Role("logits", "NC", LOGITS.called, values=wide)


def differences(z: Array, t: Array) -> Array:
    """zⱼ − z_y, with 0 in the right class."""
    return z - (z * t).sum(1, keepdims=True)


def inside(z: Array, t: Array, margin: float) -> Array:
    """1 for each wrong class inside the margin."""
    return (differences(z, t) + margin > 0) * (1 - t)


def violations(v: Variables) -> Array:
    z, t, margin = v["logits"], v["label"], v["margin"]
    return np.maximum(0, differences(z, t) + margin) * (1 - t)


def forms(margin: float) -> tuple[Form, ...]:
    suffix = "" if margin == 1 else ", m = {margin:.6g}"
    over_elements: Text = {"en": "the mean over N·C elements", "zh": "对 N·C 个元素取平均"}
    return (
        *by_row(lambda v: violations(v).sum(1), suffix, margin=margin),
        Form(joined(over_elements, suffix), lambda v: violations(v).mean(), parameters={"margin": margin}),
    )


def with_own_margin(trial: Any) -> Iterator[Form]:
    """m from the loss of scores that are all 0: (C − 1) m a row, or that divided by C."""
    zero = 0 * trial.variables["logits"]
    loss, classes = output_at(trial, "logits", zero), zero.shape[1]
    for divisor in () if loss is None else (classes - 1, (classes - 1) / classes):
        margin = only_number(loss / divisor)
        if margin is not None and 0 < margin != 1 and is_short(margin):
            yield from forms(margin)


def counted(mask: Array, t: Array) -> Array:
    """The mask, with minus each row's count in the right class."""
    others = mask * (1 - t)
    return others - t * others.sum(1, keepdims=True)


def largest(z: Array, t: Array, m: float) -> Array:
    """Only the wrong class with the largest score, and the right one."""
    rivals = np.where(t > 0, -np.inf, z)
    return counted((rivals == rivals.max(1, keepdims=True)) * inside(z, t, m), t)


Derivative = Callable[[Array, Array, float], Array]  # of scores z, labels t and m
WRONG: dict[str, dict[str, Derivative]] = {
    "ties.count": {
        "v": inside,
        "v − y*": lambda z, t, m: inside(z, t, m) - t,
        "v − (k − 1) y*": lambda z, t, m: counted(inside(z, t, m), t) + t,
        "v − (k + 1) y*": lambda z, t, m: counted(inside(z, t, m), t) - t,
        "v + k y*": lambda z, t, m: 2 * inside(z, t, m) - counted(inside(z, t, m), t),
        "v − (C − 1) y*": lambda z, t, m: inside(z, t, m) - t * (t.shape[1] - 1),
        "v − y* Σₙ kₙ": lambda z, t, m: inside(z, t, m) - t * inside(z, t, m).sum(),
        "−k y*": lambda z, t, m: t * counted(inside(z, t, m), t),
        "v − k y*, v = [z = max (1 − y*) z]": largest,
    },
    "wrong-threshold": {
        "v − k y*, v = [z − z_y > 0] (1 − y*)": lambda z, t, m: counted(inside(z, t, 0.0), t),
        "v − k y*, v = [z > 0] (1 − y*)": lambda z, t, m: counted(z > 0, t),
        "v − k y*, v = [z + 1 > 0] (1 − y*)": lambda z, t, m: counted(z + m > 0, t),
    },
    "wrong-mask.formula": {
        "v − k y*, v = 1 − y*": lambda z, t, m: counted(1 - t, t),
        "v − k y*, v = [z − z_y + 1 < 0] (1 − y*)": lambda z, t, m: counted(1 - inside(z, t, m), t),
    },
    "wrong-formula": {
        "v − k y*, v = max(0, z − z_y + 1) (1 − y*)": lambda z, t, m: counted(
            np.maximum(0, differences(z, t) + m), t
        ),
        "max(0, z − z_y + 1) (1 − y*)": lambda z, t, m: np.maximum(0, differences(z, t) + m) * (1 - t),
        "z (v − k y*)": lambda z, t, m: z * counted(inside(z, t, m), t),
    },
}


def formula(function: Derivative) -> Formula:
    return times_upstream(lambda v: function(v["logits"], v["label"], v["margin"]))


KIND = Kind(
    aliases=(
        "svm",
        "svmloss",
        "multiclasssvm",
        "multiclasshinge",
        "multiclasshingeloss",
        "multisvm",
        "crammersinger",
    ),
    arrangements=(
        *(arrange(SCORES, (LABEL, form)) for form in ("index", "plain", "index column", "index onehot")),
        *(arrange((LABEL, form), SCORES) for form in ("index", "plain")),
        *(arrange((SCORES, "single"), (LABEL, form), N=1) for form in ("index single", "single")),
    ),
    forms=(
        *forms(1.0),
        *by_row(lambda v: (violations(v) ** 2).sum(1), {"en": ", squared", "zh": "（平方）"}, margin=1.0),
        *by_row(
            lambda v: violations(v).max(1),
            {"en": ", of the largest violation only", "zh": "（只取违反最大的一类）"},
            margin=1.0,
        ),
        wrong_form(
            {"en": "with the right class counted as well", "zh": "把正确的类也算了进去"},
            lambda v: np.maximum(0, differences(v["logits"], v["label"]) + 1).sum(1).mean(),
        ),
        wrong_form(
            {"en": "without the margin", "zh": "没有间隔"},
            lambda v: np.maximum(0, differences(v["logits"], v["label"])).sum(1).mean(),
        ),
        wrong_form(
            {"en": "without the maximum", "zh": "没有取最大值"},
            lambda v: ((differences(v["logits"], v["label"]) + 1) * (1 - v["label"])).sum(1).mean(),
        ),
    ),
    more_forms=with_own_margin,
    gradients={
        "logits": Gradient(
            "v − k y*, v = [z − z_y + {margin:.6g} > 0] (1 − y*), k = Σ v",
            named(WRONG, formula),
            core=times_upstream(lambda v: counted(inside(v["logits"], v["label"], v["margin"]), v["label"])),
        )
    },
    page="losses",
    is_loss=True,
    try_all=True,
)
