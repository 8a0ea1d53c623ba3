"""The key to the examination is true: each wrong specimen is wrong as documented, each right one is right.

Nothing of the doctor is used: the reference is torch's own operation in float64, and backward is called raw.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
import torch

from tests.sampling import one_in

from .examination import close, faults, is_right, is_stable, through_engine, watch
from .manifest import COURSE, RIGHT, SPECIMENS, WRONG
from .specimens import FOLDER, Specimen, cases
from .witnesses import WITNESSES

FILES = sorted(path for folder in ("wrong", "right", "course") for path in (FOLDER / folder).glob("*.py"))
ALL_WRONG = [specimen for specimen in SPECIMENS if specimen.rows]
ALL_RIGHT = [specimen for specimen in SPECIMENS if not specimen.rows]

GIVEAWAYS = re.compile(
    r"wrong|mistak|\bbugs?\b|buggy|\bfault|missing|forg[eo]t|incorrect|\bcorrect|\bright\b|should|instead|oops|"
    r"unstable|overflow|todo|fixme|broken|healthy|doctor|gradcheck|\brow \d|错|忘|漏|不对|应该|正确",
    re.IGNORECASE,
)


def name_of(specimen: Specimen) -> str:
    return f"{specimen.file}:{specimen.target}"


def matches_its_formulas(specimen: Specimen) -> bool:
    """Whether forward and backward return what is documented, at every size."""
    for case in cases(specimen):
        seen = watch(specimen, case)
        if not specimen.random and not close(seen.output, case.value(specimen.forward)):
            return False
        if specimen.raises and not case.is_square:
            if not isinstance(seen.returned, RuntimeError):
                return False
            continue
        if specimen.returns == "" and not is_right(specimen, seen.returned, case):
            return False
        if specimen.returns not in ("", "None") and not close(seen.returned, case.value(specimen.returns)):
            return False
    return True


# The manifest itself


def test_the_manifest_lists_every_file_and_no_other() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FILES}
    assert {specimen.file for specimen in SPECIMENS} == files
    assert len({(specimen.file, specimen.target) for specimen in SPECIMENS}) == len(SPECIMENS)


def test_there_are_enough_and_every_row_is_covered() -> None:
    assert len({specimen.file for specimen in WRONG}) >= 85
    assert len({specimen.file for specimen in RIGHT}) >= 32
    assert sum(len(specimen.rows) == 2 for specimen in WRONG) >= 12
    named = Counter(row for specimen in SPECIMENS for row in (*specimen.rows, *specimen.information))
    assert set(named) == set(range(1, 28))
    assert all(named[row] >= 2 for row in named), named
    assert {*WITNESSES, 17} == set(range(1, 28))


def test_wrong_and_right_lie_where_they_belong() -> None:
    assert all(specimen.rows and specimen.file.startswith("wrong/") for specimen in WRONG)
    assert all(not specimen.rows and specimen.file.startswith("right/") for specimen in RIGHT)
    assert all(specimen.file.startswith("course/") for specimen in COURSE)
    assert {row for specimen in COURSE for row in specimen.rows} == {1, 22, 24}


def test_alternatives_belong_to_a_row_of_the_specimen() -> None:
    for specimen in SPECIMENS:
        assert set(specimen.accept) <= set(specimen.rows), name_of(specimen)
        assert not {row for rows in specimen.accept.values() for row in rows} & set(specimen.rows)


def test_no_file_gives_its_mistake_away() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    assert {path: GIVEAWAYS.findall(text) for path, text in texts.items() if GIVEAWAYS.search(text)} == {}


def test_a_giveaway_is_seen() -> None:
    assert GIVEAWAYS.search("# the 1/N is missing") and GIVEAWAYS.search("# 忘了除以 N")
    assert not GIVEAWAYS.search("return grad_output * mask  # 反向传播")


# Right ones


@pytest.mark.parametrize("specimen", ALL_RIGHT, ids=name_of)
def test_a_right_one_is_right_raw_and_through_the_engine(specimen: Specimen) -> None:
    assert faults(specimen) == set()
    for case in cases(specimen):
        seen = through_engine(specimen, case)
        assert close(seen.output, case.value("y"))
        wanted = tuple(case.names[f"d{name}"] for name in specimen.differentiable)
        assert isinstance(seen.returned, tuple)
        for got, gradient in zip(seen.returned, wanted, strict=True):
            assert (got is None and specimen.kind == "mse") or close(got, gradient)


# Wrong ones


@pytest.mark.parametrize("specimen", one_in(2, ALL_WRONG), ids=name_of)
def test_a_wrong_one_is_wrong_as_documented(specimen: Specimen) -> None:
    found = faults(specimen)
    assert found
    assert matches_its_formulas(specimen)
    # each kind of fault is there exactly where a row says so
    rows = set(specimen.rows) | {row for rows in specimen.accept.values() for row in rows}
    assert ("edits" in found) == (24 in specimen.rows) or 23 in specimen.rows
    assert ("second backward" in found) == (23 in specimen.rows)
    assert ("random" in found) == (25 in specimen.rows)
    in_the_logarithm = "torch.log(p" in specimen.forward  # a constant: finite, and row 22 too
    assert ("not finite" in found) == (22 in specimen.rows and not in_the_logarithm)
    assert ("forward" in found) <= bool(rows & {21, 22, 25, 27})


@pytest.mark.parametrize("specimen", one_in(3, [one for one in ALL_WRONG if len(one.rows) == 1]), ids=name_of)
def test_the_numbers_show_what_the_row_describes(specimen: Specimen) -> None:
    assert WITNESSES[specimen.rows[0]](specimen)


# Negative controls


@pytest.mark.parametrize(
    "specimen", one_in(3, [one for one in ALL_WRONG if one.returns not in ("", "None")]), ids=name_of
)
def test_a_wrong_backward_does_not_pass_for_right(specimen: Specimen) -> None:
    assert not matches_its_formulas(replace(specimen, returns=""))


@pytest.mark.parametrize("specimen", RIGHT, ids=name_of)
def test_a_right_one_does_not_pass_for_wrong(specimen: Specimen) -> None:
    first = specimen.right_returns.strip("(),").split(",")[0]
    assert not matches_its_formulas(
        replace(specimen, returns=specimen.right_returns.replace(first, f"1.01 * {first}"))
    )
    assert not matches_its_formulas(replace(specimen, forward="1.01 * y"))


@pytest.mark.parametrize("row", sorted(WITNESSES))
def test_no_witness_speaks_against_a_right_one(row: int) -> None:
    kinds = {one.kind for one in ALL_WRONG if one.rows == (row,) and one.target_is == "Function"}
    sample = [one for one in RIGHT if one.kind in kinds and one.target_is == "Function"]
    if row in (6, 7):
        sample = [one for one in sample if "b" in one.names]
    if row == 10:
        sample = [one for one in sample if len(one.names) > 1]
    assert sample
    assert [name_of(one) for one in sample if WITNESSES[row](one)] == []


def test_the_stability_check_sees_both() -> None:
    softmax = [one for one in SPECIMENS if one.kind == "softmax"]
    assert {is_stable(one) for one in softmax} == {True, False}
    assert all(is_stable(one) == (22 not in one.rows) for one in softmax)


def test_close_compares_shape_dtype_and_size() -> None:
    one = torch.ones(2, 3, dtype=torch.float64)
    assert close((one, None), (one.clone(), None))
    assert not close(one, one.float())
    assert not close(one[:1], one)
    assert not close(1e-12 * one, 1.001e-12 * one)  # small numbers are compared as well
    assert not close(one, one * torch.nan)
