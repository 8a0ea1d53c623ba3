"""The doctor on implementations that were written without knowing how it works (tests/mistakes)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from charmlp.doctor import Diagnosis, Mistake, examine
from tests.mistakes.manifest import RIGHT, WRONG
from tests.mistakes.specimens import Specimen, load
from tests.sampling import in_full, one_in

SHARE = 0.95


def is_named(specimen: Specimen, diagnosis: Diagnosis) -> bool:
    """Whether each documented mistake, or what the key accepts for it, is named, and no other."""
    said = [{m.row, *(other.row for other in m.alternatives)} for m in diagnosis.mistakes]
    everything = set().union(*said)
    permitted = {
        *specimen.rows,
        *specimen.information,
        *(r for rows in specimen.accept.values() for r in rows),
    }
    named = all({row, *specimen.accept.get(row, ())} & everything for row in specimen.rows)
    return named and all(rows & permitted for rows in said)


def share_named(diagnoses: dict[Specimen, Diagnosis]) -> float:
    return sum(is_named(specimen, diagnosis) for specimen, diagnosis in diagnoses.items()) / len(diagnoses)


@pytest.fixture(scope="module", params=[WRONG[::4], in_full((WRONG,))], ids=["some", "all"])
def diagnoses(request: pytest.FixtureRequest) -> dict[Specimen, Diagnosis]:
    """Each wrong one, under the name that it has in its file, no kind said."""
    return {specimen: examine(getattr(load(specimen.path), specimen.target)) for specimen in request.param}


def test_wrong_ones_are_named(diagnoses: dict[Specimen, Diagnosis]) -> None:
    missed = [f"{s.file} {s.rows} {s.says}\n{d}" for s, d in diagnoses.items() if not is_named(s, d)]
    assert share_named(diagnoses) >= SHARE, "\n".join(missed)


def test_no_wrong_one_is_called_healthy(diagnoses: dict[Specimen, Diagnosis]) -> None:
    assert [s.file for s, d in diagnoses.items() if d.verdict != "mistaken"] == []


@pytest.mark.parametrize("specimen", one_in(2, RIGHT), ids=lambda specimen: specimen.file)
def test_no_right_one_is_flagged(specimen: Specimen) -> None:
    diagnosis = examine(getattr(load(specimen.path), specimen.target))
    assert diagnosis.verdict == "healthy", diagnosis


@pytest.mark.parametrize(
    "names", [["missing-mean"], ["sign-flipped"], ["missing-mean", "unstable", "relu-mask"], []]
)
def test_a_stub_doctor_fails(names: list[str]) -> None:
    """The negative control: whoever always says the same names few."""
    stub: Callable[[Specimen], Diagnosis] = lambda specimen: Diagnosis(  # noqa: E731
        specimen.target, specimen.kind, tuple(Mistake(name) for name in names)
    )
    assert share_named({specimen: stub(specimen) for specimen in WRONG}) < 0.2
