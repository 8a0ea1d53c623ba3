"""The binary cross-entropy −y* log p − (1 − y*) log(1 − p) of probabilities, or of logits with p = σ(z).

The derivative with respect to a probability is (p − y*) / (p (1 − p)), that with respect to a logit p − y*.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Arrangement, Role, arrange, random_numbers
from charmlp.doctor.checks.stability import LARGE, alternating, loses_only_the_loss, overflow
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, named, wrong_form
from charmlp.doctor.mistake import Finding, Phrase, phrase
from charmlp.doctor.parameters import only_number, output_at
from charmlp.doctor.reductions import by_element, times_upstream
from charmlp.doctor.setups.setup import SetUp


def random_probabilities(shape: Sequence[int], generator: Any) -> Array:
    return sigmoid(np.asarray(random_numbers(shape, generator)))


def random_bits(shape: Sequence[int], generator: Any) -> Array:
    return 1.0 * (np.asarray(random_numbers(shape, generator)) > 0)


LABELS = ("y_true", "target", "targets", "label", "labels", "t", "truth", "gt")
PROBABILITY = Role(
    "probability",
    "NC",
    ("p", "q", "prob", "probs", "y_pred", "y_hat", "yhat", "pred", "preds", "output", "outputs", "a", "al"),
    values=random_probabilities,
)
LOGIT = Role(
    "logit", "NC", ("z", "logits", "logit", "scores", "x", "y_pred", "y_hat", "pred", "input", "output")
)
BIT = Role("target", "NC", LABELS, constant=True, values=random_bits)


def arrangements(role: Role) -> tuple[Arrangement, ...]:
    """Predictions and 0/1 targets, as matrices or vectors, in either order; some take whole numbers."""
    flat = (role, "flat"), (BIT, "flat")
    whole = arrange((role, "flat"), (BIT, "index bits"), C=1)
    return arrange(role, BIT), arrange(BIT, role), arrange(*flat, C=1), arrange(*reversed(flat), C=1), whole


def of_probabilities(p: Array, t: Array) -> Array:
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def losses(v: Variables) -> Array:
    if "logit" in v:
        z, t = v["logit"], v["target"]
        return np.maximum(z, 0) - t * z + np.log1p(np.exp(-abs(z)))
    p, t, e = v["probability"], v["target"], v["epsilon"]
    return -t * np.log(p + e) - (1 - t) * np.log(1 - p + e)


def forms(epsilon: float) -> tuple[Form, ...]:
    return by_element(losses, ", log(p + {epsilon:.1g})" if epsilon else "", epsilon=epsilon)


def with_constant(trial: Any) -> Iterator[Form]:
    """The ε that keeps log(p + ε) finite where p is 0; no mistake here, as p is given."""
    if "probability" not in trial.variables:
        return
    at_wrong = output_at(trial, "probability", 1 - trial.variables["target"])
    loss = None if at_wrong is None else only_number(at_wrong)
    if loss is not None and loss > 0:
        yield from forms(float(np.exp(-loss)))


def logits_stay_finite(setup: SetUp) -> Sequence[Finding | Phrase]:
    """Logits of ±1000: the loss is at most 1000. Courses write NumPy whose gradient alone is finite there."""
    logits = setup.first.variables.get("logit")
    if logits is None:
        return []
    large = LARGE * alternating(logits)
    found = overflow(setup.first, "logit", large, "log-zero")
    if found and loses_only_the_loss(setup.first, "logit", large):
        return [phrase("log-zero-note-bits")]
    return found


def probability(v: Variables) -> Array:
    return v["probability"] if "probability" in v else sigmoid(v["logit"])


WRONG_FORMS = (
    wrong_form(
        {"en": "with only −y* log p", "zh": "只有 −y* log p 一项"},
        lambda v: (-v["target"] * np.log(probability(v))).mean(),
    ),
    wrong_form(
        {"en": "without the minus sign", "zh": "没有负号"}, lambda v: -losses({**v, "epsilon": 0.0}).mean()
    ),
    wrong_form(
        "−y* log p + (1 − y*) log(1 − p)",
        lambda v: (
            -v["target"] * np.log(probability(v)) + (1 - v["target"]) * np.log(1 - probability(v))
        ).mean(),
    ),
    wrong_form(
        {"en": "with a sigmoid of the sigmoid", "zh": "对 sigmoid 又取了一次 sigmoid"},
        lambda v: of_probabilities(sigmoid(probability(v)), v["target"]).mean(),
    ),
)

Derivative = Callable[[Array, Array, Array], Array]  # of logits z, probabilities p and targets t
OF_PROBABILITY: dict[str, dict[str, Derivative]] = {
    "path-forgotten": {
        "−y*/p": lambda z, p, t: -t / p,
        "(1 − y*)/(1 − p)": lambda z, p, t: (1 - t) / (1 - p),
    },
    "path-forgotten.factor": {
        "p − y*": lambda z, p, t: p - t,
        "(p − y*) / p": lambda z, p, t: (p - t) / p,
        "(p − y*) / (1 − p)": lambda z, p, t: (p - t) / (1 - p),
    },
    "sign-flipped.term": {
        "−y*/p − (1 − y*)/(1 − p)": lambda z, p, t: -t / p - (1 - t) / (1 - p),
    },
    "wrong-variable.too-many": {
        "(p − y*) p (1 − p)": lambda z, p, t: (p - t) * p * (1 - p),
    },
    "wrong-formula": {
        "(p − y*) / (p (1 − p))²": lambda z, p, t: (p - t) / (p * (1 - p)) ** 2,
        "(p − y*) / (p (1 + p))": lambda z, p, t: (p - t) / (p * (1 + p)),
        "−y* log p": lambda z, p, t: -t * np.log(p),
        "log(1 − p) − log p": lambda z, p, t: np.log(1 - p) - np.log(p),
        "−1/p": lambda z, p, t: -1 / p,
        "σ(p) − y*": lambda z, p, t: sigmoid(p) - t,
        "1 / (p (1 − p))": lambda z, p, t: 1 / (p * (1 - p)),
    },
    "wrong-variable.edit": {
        "−y*/(1 − p) + (1 − y*)/p": lambda z, p, t: -t / (1 - p) + (1 - t) / p,
    },
}
OF_LOGIT: dict[str, dict[str, Derivative]] = {
    "target-forgotten": {"σ(z)": lambda z, p, t: p},
    "path-forgotten": {
        "−y* (1 − σ(z))": lambda z, p, t: -t * (1 - p),
        "(1 − y*) σ(z)": lambda z, p, t: (1 - t) * p,
        "(p − y*) / (p (1 − p))": lambda z, p, t: (p - t) / (p * (1 - p)),
    },
    "wrong-variable.too-many": {
        "(p − y*) p (1 − p)": lambda z, p, t: (p - t) * p * (1 - p),
    },
    "wrong-variable.edit": {
        "z − y*": lambda z, p, t: z - t,
        "σ(σ(z)) − y*": lambda z, p, t: sigmoid(p) - t,
        "[z > 0] − y*": lambda z, p, t: (z > 0) - t,
    },
    "sign-flipped.term": {
        "σ(z) + y*": lambda z, p, t: p + t,
    },
    "wrong-formula": {
        "σ(z) (1 − σ(z))": lambda z, p, t: p * (1 - p),
        "y*/p": lambda z, p, t: -t / p,
        "σ(−z) − y*": lambda z, p, t: 1 - p - t,
        "e^z/Σ e^z − y*": lambda z, p, t: np.exp(z) / np.exp(z).sum(-1, keepdims=True) - t,
    },
}


def formula(function: Derivative) -> Formula:
    return times_upstream(lambda v: function(v.get("logit", 0), probability(v), v["target"]))


def quotient(v: Variables) -> Array:
    p, t = v["probability"], v["target"]
    return -t / (p + v["epsilon"]) + (1 - t) / (1 - p + v["epsilon"])


GRADIENTS = {
    "probability": Gradient(
        "(p − y*) / (p (1 − p))", named(OF_PROBABILITY, formula), core=times_upstream(quotient)
    ),
    "logit": Gradient(
        "σ(z) − y*",
        named(OF_LOGIT, formula),
        core=times_upstream(lambda v: sigmoid(v["logit"]) - v["target"]),
    ),
}

KIND = Kind(
    aliases=(
        "bce",
        "bceloss",
        "binarycrossentropy",
        "binarycrossentropyloss",
        "logloss",
        "binaryce",
        "binaryxent",
        "xentbinary",
    ),
    arrangements=(*arrangements(PROBABILITY), *arrangements(LOGIT)),
    forms=(*forms(0.0), *WRONG_FORMS),
    more_forms=with_constant,
    gradients=GRADIENTS,
    page="losses",
    factors="NCM",
    checks=(logits_stay_finite,),
    is_loss=True,
    try_all=True,
)
