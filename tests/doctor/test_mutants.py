"""Small changes to right implementations: what the reference calls wrong is never called healthy."""

from __future__ import annotations

from collections import Counter

import pytest

from charmlp.doctor import examine
from tests.doctor.making import relu
from tests.doctor.mutants import mutants, outcome, sample

# Not in sight of the reference, which goes through the engine, but in the doctor's: what the engine mends.
MENDED = {"batch-not-summed", "wrong-dtype", "edited-in-place", "saved-edited"}


@pytest.mark.full  # every change of it is examined: half a minute
def test_no_wrong_mutant_is_healthy_and_no_right_one_is_flagged() -> None:
    counts: Counter[str] = Counter()
    for specimen, source, found, diagnosis in sample(seed=1, each=3):
        said = outcome(found, diagnosis)
        counts[said] += 1
        assert said not in ("wrong, healthy", "right, unknown"), f"{found}\n{source}\n{diagnosis}"
        if said == "right, mistaken":
            names = {mistake.name for mistake in diagnosis.mistakes}
            assert specimen.target_is != "Function" and names <= MENDED, f"{source}\n{diagnosis}"
    assert counts["wrong, mistaken"] > 50


def test_the_sample_could_fail() -> None:
    assert len(mutants("def f(x, y):\n    return x + y.sum() if x > 2 else -y")) > 8
    assert outcome({"backward"}, examine(relu(lambda g, y, x: g * (x > 0)))) == "wrong, healthy"
