"""The cross-entropy of probabilities q that are given: −log q at the right class; its derivative is −y*/q."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import LABEL, Role, arrange, random_numbers
from charmlp.doctor.functions import Array, softmax
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, named, wrong_form
from charmlp.doctor.parameters import only_number, output_at
from charmlp.doctor.reductions import Losses, by_row, times_upstream


def random_probabilities(shape: Sequence[int], generator: Any) -> Array:
    return softmax(np.asarray(random_numbers(shape, generator)))


CALLED = (
    "q",
    "p",
    "probs",
    "prob",
    "probabilities",
    "y_pred",
    "y_hat",
    "yhat",
    "pred",
    "predictions",
    "output",
)
FORMS = ("plain", "index", "index column", "index onehot")  # of the label
PROBABILITIES = Role("logits", "NC", CALLED, values=random_probabilities)


def losses(v: Variables) -> Array:
    return -(v["label"] * np.log(v["logits"] + v["epsilon"])).sum(1)


def forms(epsilon: float) -> tuple[Form, ...]:
    return by_row(losses, ", −log(q + {epsilon:.1g})" if epsilon else "", epsilon=epsilon)


def with_constant(trial: Any) -> Iterator[Form]:
    """The ε of −log(q + ε), which keeps the loss finite where q is 0; no mistake here, as q is given."""
    label = trial.variables["label"]
    at_zero = output_at(trial, "logits", (1 - label) / (label.shape[1] - 1))
    loss = None if at_zero is None else only_number(at_zero)
    if loss is not None and loss > 0:
        yield from forms(float(np.exp(-loss)))


def quotient(v: Variables) -> Array:
    return -v["label"] / (v["logits"] + v["epsilon"])


WRONG: dict[str, dict[str, Losses]] = {
    "wrong-formula": {
        "q − y*": lambda v: v["logits"] - v["label"],
        "−y* log q": lambda v: -v["label"] * np.log(v["logits"]),
        "−y* q": lambda v: -v["label"] * v["logits"],
        "−y*/q²": lambda v: -v["label"] / v["logits"] ** 2,
        "−y*/q + (1 − y*)/(1 − q)": lambda v: (v["logits"] - v["label"]) / (v["logits"] * (1 - v["logits"])),
        "−y* (1 − q)": lambda v: -v["label"] * (1 - v["logits"]),
        "−y*/log q": lambda v: -v["label"] / np.log(v["logits"]),
    },
    "path-forgotten.factor": {
        "−y*": lambda v: -v["label"],
    },
    "target-forgotten.mask": {"−1/q": lambda v: -1 / v["logits"]},
}

KIND = Kind(
    aliases=(
        "crossentropyofprobabilities", "crossentropyfromprobabilities", "crossentropyprobs",
        "crossentropyerror", "categoricalcrossentropy", "categoricalcrossentropyloss",
    ),
    arrangements=(
        *(arrange(PROBABILITIES, (LABEL, form)) for form in FORMS),
        *(arrange((LABEL, form), PROBABILITIES) for form in ("plain", "index")),
        *(arrange((PROBABILITIES, "single"), (LABEL, form), N=1) for form in ("single", "index single")),
    ),
    forms=(
        *forms(0.0),
        Form(
            {"en": "the mean over N·C elements", "zh": "对 N·C 个元素取平均"},
            lambda v: losses(v).mean() / v["logits"].shape[1],
            parameters={"epsilon": 0.0},
        ),
        wrong_form(
            {"en": "without the minus sign", "zh": "没有负号"},
            lambda v: -losses({**v, "epsilon": 0.0}).mean(),
        ),
    ),
    more_forms=with_constant,
    gradients={
        "logits": Gradient(
            "−y*/q",
            named(WRONG, times_upstream),
            core=times_upstream(quotient),
        ),
        "label": Gradient("−log q"),
    },
    page="losses",
    is_loss=True,
    try_all=True,
)  # fmt: skip
