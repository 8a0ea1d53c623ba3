"""Gradients that must add up: where a value is used twice, each use has its share."""

import numpy as np

from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial


def gradients_add_up(setup: SetUp) -> list[Finding]:
    """One value in two places, where the gradients of two values are right."""
    reused = setup.first.subject.reused
    right = setup.observations and all(
        setup.observations[0].is_right(i) for i, wants in enumerate(setup.first.wants) if wants
    )
    if reused is None or not right:
        return []
    try:
        observed = observe(Trial(reused, [np.array(setup.first.values[0])]))
    except Exception:  # an engine without the sum that this takes
        return []
    if observed is None or observed.is_right(0):
        return []
    a, n = observed.analytic[0], observed.right[0]
    assert a is not None and n is not None
    worst = int(abs(a - n).argmax())
    words = phrase("used-twice", found=f"{a[worst]:.4g}", right=f"{n[worst]:.4g}")
    return [finding("not-accumulated.use", words, at=0)]
