"""The doctor on NumPy code that was written without knowing how it works (tests/mistakes/numpy)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from charmlp.cli import main
from charmlp.doctor import Diagnosis, Mistake
from charmlp.doctor.isolation.targets import defined, named
from charmlp.doctor.isolation.worker import examine_one
from tests.mistakes.numpy.manifest import RIGHT, WRONG
from tests.mistakes.numpy.specimens import Specimen, load
from tests.sampling import in_full, one_in

SHARE = 0.9
# What fails as yet; strict: a mark that is no longer true fails as well, and goes.


@dataclass(frozen=True)
class Report:
    """What the doctor says of one specimen: of its name, or of everything in its file."""

    diagnoses: tuple[Diagnosis, ...]

    @property
    def verdicts(self) -> set[str]:
        return {diagnosis.verdict for diagnosis in self.diagnoses}

    @property
    def said(self) -> list[set[int | None]]:
        """For each mistake its row and those that fit as well."""
        return [{m.row, *(other.row for other in m.alternatives)} for d in self.diagnoses for m in d.mistakes]

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnoses))


def examined(specimen: Specimen) -> Report:
    """As `charmlp doctor FILE:NAME` (or FILE), in this process."""
    module = load(specimen.path)
    things = named(module, specimen.name) if specimen.name else list(defined(module))
    with np.errstate(all="ignore"):
        return Report(
            tuple(examine_one(thing, None, f"{specimen.file}:{name}", name) for name, thing in things)
        )


def is_named(specimen: Specimen, report: Report) -> bool:
    """Whether each documented mistake, or what the key accepts for it, is named, and no other."""
    everything = set().union(*report.said)
    permitted = {*specimen.rows, *(r for rows in specimen.accept.values() for r in rows)}
    every = all({row, *specimen.accept.get(row, ())} & everything for row in specimen.rows)
    return every and all(rows & permitted for rows in report.said)


def share_named(reports: dict[Specimen, Report]) -> float:
    return sum(is_named(specimen, report) for specimen, report in reports.items()) / len(reports)


@pytest.mark.parametrize("wrong", [WRONG[::16], in_full((WRONG,))], ids=["some", "all"])
def test_wrong_ones_are_named_and_none_is_called_healthy(wrong: Sequence[Specimen]) -> None:
    """Each under the name that it has in its file, no kind said; examined once for both questions."""
    reports = {specimen: examined(specimen) for specimen in wrong}
    missed = [f"{s.file} {s.rows} {s.says}\n{r}" for s, r in reports.items() if not is_named(s, r)]
    assert share_named(reports) >= SHARE, "\n".join(missed)
    assert [s.file for s, r in reports.items() if r.verdicts == {"healthy"}] == []


@pytest.mark.parametrize(
    "specimen",
    one_in(2, [pytest.param(s, id=s.file) for s in RIGHT]),
)
def test_no_right_one_is_flagged(specimen: Specimen) -> None:
    report = examined(specimen)
    assert report.verdicts == {"healthy"}, report


@pytest.mark.parametrize("specimen", [WRONG[0], RIGHT[0]], ids=lambda specimen: specimen.file)
def test_the_command_line_says_the_same(
    specimen: Specimen, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    main(["doctor", f"{specimen.path}:{specimen.name}", "--format", "json", "--lang", "en"])
    (found,) = json.loads(capsys.readouterr().out)
    (diagnosis,) = examined(specimen).diagnoses
    assert (found["verdict"], [m["row"] for m in found["mistakes"]]) == (
        diagnosis.verdict,
        [m.row for m in diagnosis.mistakes],
    )


@pytest.mark.parametrize("names", [["missing-mean"], ["path-forgotten"], ["missing-mean", "unstable"], []])
def test_a_stub_doctor_fails(names: list[str]) -> None:
    """The negative control: whoever always says the same names few."""
    mistakes = tuple(Mistake(name) for name in names)
    stub = {s: Report((Diagnosis(s.name, s.kind, mistakes),)) for s in WRONG}
    assert share_named(stub) < 0.2
