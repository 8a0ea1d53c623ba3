"""The key to the examination is true: each wrong twin is wrong as documented, each right one is right.

Nothing of the doctor is used: the right gradients are central differences of a formula in float64.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.mistakes.test_manifest import GIVEAWAYS
from tests.sampling import one_in

from .examination import close, documented, faults, same, watch
from .manifest import RIGHT, SPECIMENS, WRONG
from .specimens import FOLDER, Specimen, cases
from .witnesses import WITNESSES


def name_of(specimen: Specimen) -> str:
    return f"{specimen.file}:{specimen.name}"


def matches_its_formulas(specimen: Specimen) -> bool:
    """Whether forward and backward return what is documented, at every size."""
    for case in cases(specimen):
        seen = watch(specimen, case)
        computed = np.asarray(seen.output, np.float64)
        if not specimen.random and not close(computed, np.asarray(case.value(specimen.computes))):
            return False
        if specimen.raises and not case.is_square:
            if not isinstance(seen.gradients, ValueError):
                return False
        elif not same(seen.gradients, documented(specimen, case)):
            return False
    return True


# The manifest itself


def test_the_manifest_lists_every_file_once() -> None:
    files = [path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.py")]
    assert sorted(specimen.file for specimen in SPECIMENS) == sorted(files)


def test_there_are_enough_and_every_row_is_covered() -> None:
    assert len(WRONG) >= 60 and len(RIGHT) >= 30
    named = Counter(row for specimen in WRONG for row in specimen.rows)
    assert set(named) == set(range(1, 35)) - {17}
    assert {*WITNESSES, 17} == set(range(1, 35))


def test_wrong_and_right_lie_where_they_belong() -> None:
    assert all(specimen.rows and specimen.file.startswith("wrong/") for specimen in WRONG)
    assert all(not specimen.rows and specimen.file.startswith("right/") for specimen in RIGHT)


def test_alternatives_belong_to_a_row_of_the_specimen() -> None:
    for specimen in SPECIMENS:
        assert set(specimen.accept) <= set(specimen.rows), name_of(specimen)
        assert not {row for rows in specimen.accept.values() for row in rows} & set(specimen.rows)


def test_no_file_gives_its_mistake_away() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*/*.py")}
    assert {path: GIVEAWAYS.findall(text) for path, text in texts.items() if GIVEAWAYS.search(text)} == {}


# Right ones and wrong ones


@pytest.mark.parametrize("specimen", RIGHT, ids=name_of)
def test_a_right_one_is_right(specimen: Specimen) -> None:
    assert faults(specimen) == set()


@pytest.mark.parametrize("specimen", one_in(2, WRONG), ids=name_of)
def test_a_wrong_one_is_wrong_as_documented(specimen: Specimen) -> None:
    found = faults(specimen)
    assert found
    assert matches_its_formulas(specimen)
    # each kind of fault is there exactly where a row says so
    assert ("edits" in found) == (24 in specimen.rows)
    assert ("second backward" in found) == (23 in specimen.rows or specimen.again)
    assert ("random" in found) == (25 in specimen.rows)
    assert ("not finite" in found) == (22 in specimen.rows and specimen.computes == "y")
    assert ("forward" in found) <= bool({22, 25, 27} & set(specimen.rows))


@pytest.mark.parametrize("specimen", one_in(3, [one for one in WRONG if len(one.rows) == 1]), ids=name_of)
def test_the_numbers_show_what_the_row_describes(specimen: Specimen) -> None:
    assert WITNESSES[specimen.rows[0]](specimen)


# Negative controls


@pytest.mark.parametrize("specimen", one_in(3, [one for one in WRONG if one.gives]), ids=name_of)
def test_a_wrong_backward_does_not_pass_for_right(specimen: Specimen) -> None:
    assert not matches_its_formulas(replace(specimen, gives={}))


@pytest.mark.parametrize("specimen", one_in(3, RIGHT), ids=name_of)
def test_a_right_one_does_not_pass_for_wrong(specimen: Specimen) -> None:
    name = f"d{specimen.differentiable[0]}"
    assert not matches_its_formulas(replace(specimen, gives={name: f"1.01 * {name}"}))
    assert not matches_its_formulas(replace(specimen, computes="1.01 * y"))


@pytest.mark.parametrize("row", sorted(set(WITNESSES) - {6, 9, 29}))
def test_no_witness_speaks_against_a_right_one(row: int) -> None:
    """Those of rows 6, 9 and 29 ask for what only their own specimens have."""
    kinds = {one.kind for one in WRONG if one.rows == (row,)} - {None}
    sample = [one for one in RIGHT if one.kind in kinds and not one.convention]
    if row == 8:
        sample = [one for one in RIGHT if one.kind == "linear" and not one.convention]
    assert sample or kinds <= {"silu", "hinge", "max"}, row
    assert [name_of(one) for one in sample if WITNESSES[row](one)] == []
