"""Every row of the list of mistakes is named, and nothing besides."""

from __future__ import annotations

import pytest

from charmlp.doctor import Diagnosis, Mistake, examine
from charmlp.doctor.catalogue import NUMBERS, ROWS
from tests.doctor.test_kinds_losses import WRONG as WRONG_LOSSES
from tests.doctor.wrong_ones import WRONG, Wrong
from tests.sampling import one_in


@pytest.mark.parametrize("wrong", one_in(2, WRONG), ids=str)
def test_the_mistake_is_named(wrong: Wrong) -> None:
    diagnosis = examine(wrong.function, kind=wrong.kind)
    assert said(diagnosis) == sorted(wrong.names), diagnosis
    assert all(0 < mistake.confidence <= 1 for mistake in diagnosis.mistakes)


def said(diagnosis: Diagnosis) -> list[str]:
    return sorted(mistake.name for mistake in diagnosis.mistakes)


def test_every_row_has_a_fixture() -> None:
    """Row 17, the choice at relu's kink, is no mistake: it is told as a note (test_healthy.py)."""
    tried = {NUMBERS[name] for wrong in (*WRONG, *WRONG_LOSSES) for name in wrong.names}
    assert set(ROWS) - tried == {17, 29, 32}  # of convolutions, and of engines


def test_a_doctor_that_always_says_the_same_is_seen_through() -> None:
    stub = Diagnosis("stub", None, (Mistake("missing-mean"),))
    right = [wrong for wrong in WRONG if said(stub) == sorted(wrong.names)]
    assert 0 < len(right) < len(WRONG) / 10


def test_what_the_evidence_says_is_measured() -> None:
    by_title = {
        wrong.title: examine(wrong.function)
        for wrong in WRONG
        if wrong.title in ("1 no mean", "7 bias averaged")
    }
    assert "ratio 5.000 for N = 5, 7.000 for N = 7" in by_title["1 no mean"].mistakes[0].evidence_text()
    assert "ratio 0.200 for N = 5, 0.143 for N = 7" in by_title["7 bias averaged"].mistakes[0].evidence_text()
