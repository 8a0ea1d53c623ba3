"""Gradients that must add up where a value is used twice, and must not from one backward to the next."""

from collections.abc import Iterator

import numpy as np

from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.subject import Subject
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial


def gradients_add_up(setup: SetUp) -> Iterator[Finding | Phrase]:
    """One value in two places, and a second backward, where the gradients of two values are right.

    A second one over the same graph is a mistake only after the code's own function that sets gradients to 0.
    """
    subject = setup.first.subject
    if not setup.is_right:
        return
    used = worst_of(setup, subject.reused)
    if used is not None:
        yield finding("not-accumulated.use", phrase("used-twice", **used), at=0)
        return
    again = worst_of(setup, subject.again)
    if again is not None and subject.again is not None and subject.again.meant:
        words = phrase("called-twice", function=subject.again.meant, **again)
        yield finding("not-accumulated.call", words, at=0)
    elif again is not None:
        yield phrase("keeps-between")


def worst_of(setup: SetUp, other: Subject | None) -> dict[str, str] | None:
    """The worst element of the gradient and the right one there; None where it is right, or does not run."""
    if other is None:
        return None
    try:
        observed = observe(Trial(other, [np.array(setup.first.values[0])]))
    except Exception:  # an engine without the sum that this takes
        return None
    if observed is None or observed.is_right(0):
        return None
    a, n = observed.analytic[0], observed.right[0]
    assert a is not None and n is not None
    worst = int(abs(a - n).argmax())
    return {"found": f"{a[worst]:.4g}", "right": f"{n[worst]:.4g}"}
