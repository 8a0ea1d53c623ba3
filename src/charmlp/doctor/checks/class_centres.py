"""Centres of classes, which move by a rule of their own: by the mean over a class, whatever the loss is.

The paper on the center loss gives it in the place of a gradient: sums of differences, divided by 1 + the
count of the class. Code hands it to an optimizer as if it were one.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, Phrase, phrase
from charmlp.doctor.setups.setup import Observed, SetUp
from charmlp.doctor.setups.trial import Trial, is_label

# What such a rule looks like if it is taken for a gradient
LOOKS_LIKE = {
    "cotangent-ignored", "cotangent-distorted", "unrecognised", "constant-factor", "factor-two",
    "missing-mean", "extra-mean", "scale-forgotten",
}  # fmt: skip


def without_centres(setup: SetUp, found: Sequence[Finding | Phrase]) -> Iterator[Finding | Phrase]:
    """What was found, but for what is said of centres; that they move by their own rule is a note."""
    doubted = {one.position for one in found if isinstance(one, Finding) and one.name in LOOKS_LIKE}
    centres = {i for i in doubted if i is not None and moves_by_its_rule(setup, i)}
    for one in found:
        if not (isinstance(one, Finding) and one.position in centres and one.name in LOOKS_LIKE):
            yield one
    for i in centres:
        yield phrase("centres", input=setup.first.subject.name_of(i))


def moves_by_its_rule(setup: SetUp, position: int) -> bool:
    return bool(setup.observations) and all(is_mean_of_class(one, position) for one in setup.observations)


def is_mean_of_class(observed: Observed, position: int) -> bool:
    """Whether each row is the gradient's, divided by the count of its class, or by 1 + it."""
    trial = observed.trial
    counts = counts_of(trial, position)
    close = max(1e-5, observed.tolerance(position))
    if counts is None or ((counts > 0).sum() > 1 and np.unique(counts[counts > 0]).size < 2):
        return False  # one class alone tells nothing, and is asked for beside others
    for gradients, upstream in zip(observed.gradients, trial.upstreams, strict=True):
        found, right = gradients[position], trial.expected(position, upstream)
        if found is None or right is None or found.size != right.size or upstream[0].size != 1:
            return False
        rows, wanted = (np.reshape(one, (len(counts), -1))[counts > 0] for one in (found, right))
        ratio = np.sum(rows * wanted, 1) / np.sum(wanted * wanted, 1)
        if not np.allclose(rows, ratio[:, None] * wanted, rtol=close, atol=close * float(abs(rows).max())):
            return False
        # If they move by as much whatever the loss's gradient is, the ratio to the right one hides it
        strength = ratio * float(np.reshape(upstream[0], ()))
        there = counts[counts > 0]
        if not any(
            one.min() > 0 and np.ptp(scaled) <= close * abs(scaled).max()
            for one in (strength, ratio)
            for scaled in (one * there, one * (1 + there))
        ):
            return False
    return True


def counts_of(trial: Trial, position: int) -> Array | None:
    """How often the labels name each row of an input; None where there are no labels that do."""
    value, counts = trial.values[position], []
    for i, labels in enumerate(trial.values):
        if i == position or not isinstance(labels, np.ndarray) or labels.ndim != 1 or np.ndim(value) != 2:
            continue
        named = is_label(trial.subject.name_of(i)) or labels.dtype.kind == "i"
        if named and labels.size and set(labels.tolist()) <= set(range(len(value))):
            counts.append(np.bincount(labels.astype(int), minlength=len(value)))
    return counts[0] if len(counts) == 1 else None
