"""A focal loss looks away from what is easy, of either class: −z for the target 0 is what z is for 1."""

import re
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN
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
