"""The cross-entropy of softmax: −log q at the right class, q = softmax(z), y* the one-hot label."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from numpy import exp, log, roll

from charmlp.doctor.arrangement import LABEL, LOGITS, arrange
from charmlp.doctor.checks.stability import log_stays_exact
from charmlp.doctor.functions import Array, log_softmax, sigmoid, softmax
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, unless_named, wrong_form


def losses(v: Variables) -> Array:
    """One cross-entropy a row."""
    return losses_of(log_softmax(v["logits"]), v)


def losses_of(log_probabilities: Array, v: Variables) -> Array:
    return -(v["label"] * log_probabilities).sum(1)


def with_constant(trial: Any) -> Iterator[Form]:
    """A constant inside the logarithm, −log(q + ε), or q held above it: ε read off a confident mistake.

    Its loss stops at −log ε, far below what it should be.
    """
    wrong_class = 60.0 * roll(trial.variables["label"], 1, 1)  # surer by 60: the right loss is 60
    try:
        loss = float(trial.forward(trial.values_with("logits", wrong_class))[0].mean())
    except Exception:
        return
    if 0 < loss < 59:
        epsilon = math.exp(-loss)
        yield wrong_form(
            f"with log(q + {epsilon:.1g})",
            lambda v: losses_of(log(softmax(v["logits"]) + epsilon), v).mean(),
            "unstable.log-constant",
            telling=True,
        )


def with_a_class_left_out(trial: Any) -> Iterator[Form]:
    """A class of padding, whose rows have no loss: which it is an option tells, that may be 0 by default."""
    subject = trial.subject
    given = zip((subject.required or ())[len(trial.values) :], trial.fillers, strict=False)
    for name, value in {**subject.defaults, **dict(given)}.items():
        if re.fullmatch(r"\w*(ignore|pad)\w*", name.lower()) and type(value) is int:
            yield from forms_without(value)


def forms_without(padding: int) -> Iterator[Form]:
    def kept(v: Variables) -> Array:
        return losses(v) * (v["label"].argmax(1) != padding)

    yield Form("one loss a row, 0 for padding", kept)
    yield Form("the mean over what is no padding", lambda v: kept(v).sum() / max(1, (kept(v) != 0).sum()))
    yield Form("the mean over the batch, 0 for padding", lambda v: kept(v).mean())
    yield unless_named("the sum over what is no padding", lambda v: kept(v).sum(), "forward-wrong.sum")


def more_forms(trial: Any) -> Iterator[Form]:
    yield from with_a_class_left_out(trial)
    yield from with_constant(trial)


def times_upstream(function: Callable[[Array, Array, Array], Array]) -> Formula:
    """A function of logits z, probabilities q and labels t, times g: one number, or one a row."""
    return lambda v, y, g: g.reshape(-1, 1) * function(v["logits"], softmax(v["logits"]), v["label"])


def wrong(
    written: str,
    function: Callable[[Array, Array, Array], Array],
    mistake: str = "wrong-formula",
    form: str = "",
) -> Wrong:
    return Wrong(written, times_upstream(function), mistake, form)


def with_softmax_along(axis: int | None) -> Callable[[Variables], Array]:
    return lambda v: losses_of(log_softmax(v["logits"], axis=axis), v).mean()


OVER_BATCH = "with a softmax over the batch, not over the classes"
OVER_ALL = "with a softmax over all elements"


def softmax_backward(z: Array, q: Array, t: Array) -> Array:
    """The gradient q − y* led through a softmax once more."""
    return q * (q - t - ((q - t) * q).sum(1, keepdims=True))


KIND = Kind(
    aliases=(
        "crossentropy", "softmaxcrossentropy", "crossentropywithlogits", "celoss", "ce", "softmaxloss",
        "softmaxwithloss", "crossentropysoftmax", "softmaxce", "xent", "softmaxxent",
    ),
    arrangements=(
        *(arrange(LOGITS, (LABEL, form)) for form in ("index", "plain", "index onehot", "index column")),
        *(arrange((LABEL, form), LOGITS) for form in ("index", "plain")),
        *(arrange((LOGITS, "single"), (LABEL, form), N=1) for form in ("index single", "single")),
    ),
    forms=(
        Form("the mean over the batch", lambda v: losses(v).mean()),
        Form("one loss a row", losses),
        unless_named("the sum over the batch", lambda v: losses(v).sum(), "forward-wrong.sum"),
        wrong_form("the mean over N·C elements", lambda v: losses(v).mean() / v["logits"].shape[1]),
        wrong_form(
            "of a softmax of softmax",
            lambda v: losses_of(log_softmax(softmax(v["logits"])), v).mean(),
            "softmax-twice.forward",
            telling=True,
        ),
        wrong_form("without the minus sign", lambda v: -losses(v).mean()),
        wrong_form(OVER_BATCH, with_softmax_along(0)),
        wrong_form(OVER_ALL, with_softmax_along(None)),
        wrong_form("with z for log q", lambda v: losses_of(v["logits"], v).mean()),
        wrong_form("with q for log q", lambda v: losses_of(softmax(v["logits"]), v).mean()),
        wrong_form("with a logarithm to base 2", lambda v: losses(v).mean() / math.log(2)),
        wrong_form("with a logarithm to base 10", lambda v: losses(v).mean() / math.log(10)),
        wrong_form("over the first row only", lambda v: losses(v)[0]),
        wrong_form("halved", lambda v: losses(v).mean() / 2),
    ),
    more_forms=more_forms,
    gradients={
        "logits": Gradient(
            "q − y*",
            (
                wrong("q", lambda z, q, t: q, "target-forgotten"),
                wrong("q − 1", lambda z, q, t: q - 1, "target-forgotten.everywhere"),
                wrong("softmax(q) − y*", lambda z, q, t: softmax(q) - t, "softmax-twice.backward"),
                wrong("−y* (1 − q)", lambda z, q, t: t * (q - 1), "softmax-diagonal.loss"),
                wrong("q (1 − q)", lambda z, q, t: q * (1 - q), "softmax-diagonal.loss"),
                wrong("(q − y*) q (1 − q)", lambda z, q, t: (q - t) * q * (1 - q), "wrong-variable.too-many"),
                wrong("−y*/q", lambda z, q, t: t / q, "path-forgotten"),
                wrong("−y*/z", lambda z, q, t: -t / z),
                wrong("−y*", lambda z, q, t: t, "path-forgotten"),
                wrong("z − y*", lambda z, q, t: z - t, "wrong-variable.edit"),
                wrong("q + y*", lambda z, q, t: q + t, "sign-flipped.term"),
                wrong("log q − y*", lambda z, q, t: log(q) - t, "wrong-variable.edit"),
                wrong("e^z − y*", lambda z, q, t: exp(z) - t, "wrong-variable.edit"),
                wrong("q y*", lambda z, q, t: q * t),
                wrong(
                    "q − y* with a softmax over the batch",
                    lambda z, q, t: softmax(z, axis=0) - t,
                    form=OVER_BATCH,
                ),
                wrong(
                    "q − y* with a softmax over all elements",
                    lambda z, q, t: softmax(z, axis=None) - t,
                    form=OVER_ALL,
                ),
                wrong("σ(z) − y*", lambda z, q, t: sigmoid(z) - t, "wrong-variable.edit"),
                wrong("softmax backward of q − y*", softmax_backward, "softmax-twice.jacobian"),
                wrong("q − y* with the labels of the next row", lambda z, q, t: q - roll(t, 1, 0)),
                wrong("q − y* with the labels of the next class", lambda z, q, t: q - roll(t, 1, 1)),
                wrong("q − y* with the labels of the class before", lambda z, q, t: q - roll(t, -1, 1)),
            ),
            core=times_upstream(lambda z, q, t: q - t),
        ),
        "label": Gradient("−log q"),
    },
    page="softmax-cross-entropy",
    checks=(log_stays_exact,),
    is_loss=True,
    try_all=True,
)  # fmt: skip
