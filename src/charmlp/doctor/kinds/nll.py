"""The negative log likelihood of log-probabilities: −ℓ at the right class; its derivative is −y*, one-hot."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import LABEL, Role, arrange, random_numbers
from charmlp.doctor.functions import Array, log_softmax
from charmlp.doctor.kind import Gradient, Kind, Variables, named, wrong_form
from charmlp.doctor.reductions import Losses, by_row, times_upstream


def random_log_probabilities(shape: Sequence[int], generator: Any) -> Array:
    return log_softmax(np.asarray(random_numbers(shape, generator)))


CALLED = ("log_probs", "logprobs", "log_p", "logp", "log_q", "log_probabilities", "logs")
LOG_PROBABILITIES = Role("logits", "NC", CALLED, values=random_log_probabilities)


def losses(v: Variables) -> Array:
    return -(v["label"] * v["logits"]).sum(1)


WRONG: dict[str, dict[str, Losses]] = {
    "wrong-formula": {
        "q − y*": lambda v: np.exp(v["logits"]) - v["label"],
        "−y*/q": lambda v: -v["label"] * np.exp(-v["logits"]),
        "−y* q": lambda v: -v["label"] * np.exp(v["logits"]),
        "−y* ℓ": lambda v: -v["label"] * v["logits"],
        "−y*/ℓ": lambda v: -v["label"] / v["logits"],
        "ℓ − y*": lambda v: v["logits"] - v["label"],
        "1 − y*": lambda v: 1 - v["label"],
    },
    "target-forgotten": {"q": lambda v: np.exp(v["logits"])},
    "target-forgotten.mask": {"−1": lambda v: -np.ones_like(v["logits"])},
}

KIND = Kind(
    aliases=("nll", "nllloss", "negativeloglikelihood", "negloglikelihood", "loglikelihood"),
    arrangements=(
        *(
            arrange(LOG_PROBABILITIES, (LABEL, form))
            for form in ("index", "plain", "index column", "index onehot")
        ),
        *(arrange((LABEL, form), LOG_PROBABILITIES) for form in ("index", "plain")),
        *(arrange((LOG_PROBABILITIES, "single"), (LABEL, form), N=1) for form in ("index single", "single")),
    ),
    forms=(
        *by_row(losses),
        wrong_form({"en": "without the minus sign", "zh": "没有负号"}, lambda v: -losses(v).mean()),
        wrong_form(
            {"en": "with the logarithm taken once more", "zh": "又取了一次对数"},
            lambda v: -(v["label"] * np.log(abs(v["logits"]))).sum(1).mean(),
        ),
        wrong_form(
            {"en": "the mean over N·C elements", "zh": "对 N·C 个元素取平均"},
            lambda v: losses(v).mean() / v["logits"].shape[1],
        ),
    ),
    gradients={
        "logits": Gradient(
            "−y*",
            named(WRONG, times_upstream),
            core=times_upstream(lambda v: -v["label"]),
        ),
        "label": Gradient("−ℓ"),
    },
    page="losses",
    is_loss=True,
)
