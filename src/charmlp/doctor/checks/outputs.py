"""Of several outputs: through which of them the gradient of an input errs."""

import numpy as np

from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import Observed, repaired
from charmlp.doctor.setups.trial import Trial


def forgotten_output(observed: Observed, position: int) -> list[Finding]:
    """A path: nothing comes through an output that the input acts on; through the others all is right."""
    trial = observed.trial
    each = [through(trial, position, number) for number in range(len(trial.outputs))]
    forgotten = [number for number, (is_right, is_zero) in enumerate(each, 1) if is_zero and not is_right]
    if len(each) < 2 or not forgotten or not all(is_right or is_zero for is_right, is_zero in each):
        return []
    words = phrase("nothing-through", number=", ".join(map(str, forgotten)))
    return [finding("path-forgotten.output", words, at=position, number=", ".join(map(str, forgotten)))]


def through(trial: Trial, position: int, number: int) -> tuple[bool, bool]:
    """Whether the gradient is right, and whether it is 0, for an upstream gradient of one output alone."""
    upstream = tuple(g if i == number else np.zeros_like(g) for i, g in enumerate(trial.upstreams[0]))
    run, right = repaired(trial, upstream), trial.expected(position, upstream)
    gradient = None if run is None else run.gradients[position]
    if gradient is None or right is None or trial.form is not None:
        return False, False
    error = float(np.linalg.norm(trial.chosen(position, gradient) - right))
    return error <= trial.tolerance * max(float(np.linalg.norm(right)), 1e-9), not gradient.any()
