"""What does not change a loss: for a focal one, which class is called 0; for any, the order of its samples.

A focal loss looks away from what is easy, of either class: −z for the target 0 is what z is for 1.
"""

import re
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.losses.known import IGNORES, named
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.code import with_helpers
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import is_label

NAME = re.compile(r"(?!.*(tversky|dice)).*focal", re.IGNORECASE | re.DOTALL)
LOGITS = (-1.5, -0.5, 0.5, 1.5)
CONSTANT = 1e-3  # relative: a small number in a logarithm is no difference


def classes_are_weighed_alike(setup: SetUp) -> Iterator[Finding]:
    """The losses of both classes may differ by a factor, which is α, where a sigmoid makes probabilities."""
    trial = setup.first
    code = trial.subject.forward_code or trial.subject.code
    called = " ".join(getattr(function, "__qualname__", "") for function in code)
    if trial.kind is not UNKNOWN or len(trial.values) != 2 or not NAME.match(called):
        return
    source = "\n".join(map(source_of, with_helpers(code)))
    labels = [is_label(trial.subject.name_of(i)) for i in range(2)]
    alike = all(map(is_real, trial.values)) and trial.values[0].shape == trial.values[1].shape
    squashed = re.search("sigmoid", source) and not re.search("softmax", source)
    if sum(labels) != 1 or not alike or not squashed:
        return
    target = labels.index(True)

    def losses(sign: float, bit: float) -> Array:
        """The loss where all logits are one, for each of some."""
        like = np.ones_like(trial.values[0])
        pairs = ([sign * z * like, bit * like] for z in LOGITS)
        given = (pair if target == 1 else pair[::-1] for pair in pairs)
        return np.array([float(np.sum(trial.forward(values)[0])) for values in given])

    try:
        ratio = losses(-1.0, 0.0) / losses(1.0, 1.0)
    except Exception:
        return
    if np.isfinite(ratio).all() and np.ptp(ratio) > CONSTANT * float(abs(ratio).max()):
        low, high = f"{ratio.min():.3g}", f"{ratio.max():.3g}"
        yield finding("forward-wrong.classes", phrase("other-class", low=low, high=high))


def order_of_samples_does_not_matter(setup: SetUp) -> Iterator[Finding]:
    """Where a label is to be ignored, the loss is that of the others: a sum that starts anew there is not."""
    trial = setup.first
    labels = [i for i in range(len(trial.values)) if is_label(trial.subject.name_of(i))]
    if len(labels) != 1 or len(trial.values) != 2 or trial.outputs[0].size != 1:
        return
    (target,) = labels
    data, truth = trial.values[1 - target], trial.values[target]
    if not is_whole(truth) or np.shape(data)[:1] != truth.shape[:1]:
        return
    for label in named(trial.options, IGNORES):
        there = truth.copy()
        there[len(there) // 2] = label
        pair = data, there
        orders = (np.arange(len(there)), np.roll(np.arange(len(there)), 1))
        try:
            one, other = (
                trial.forward([both[order] for both in (pair if target == 1 else pair[::-1])])[0]
                for order in orders
            )
        except Exception:  # such a label is none that it takes
            return
        if np.isfinite(one).all() and not np.allclose(one, other, rtol=CONSTANT):
            values = phrase("other-order", one=f"{float(one):.4g}", other=f"{float(other):.4g}")
            yield finding("forward-wrong.order", values)


def is_whole(array: object) -> bool:
    """Whether it is an array of whole numbers, of whatever dtype."""
    return isinstance(array, np.ndarray) and array.ndim > 0 and bool((array == np.round(array)).all())
