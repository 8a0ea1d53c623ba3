"""Font families that are held out for validation and test."""

from __future__ import annotations

import doctest

import pytest

from charmlp.errors import DataError
from charmlp.rendering import renderer
from charmlp.rendering.fonts import Font, find_fonts
from charmlp.rendering.source import split_families


@pytest.fixture(scope="module")
def fonts() -> list[Font]:
    return find_fonts()


def test_no_family_is_in_two_splits_and_none_is_lost(fonts: list[Font]) -> None:
    split = split_families(fonts)
    families = [{font.family for font in split[name]} for name in ("train", "val", "test")]
    assert not (families[0] & families[1] or families[0] & families[2] or families[1] & families[2])
    assert sorted(font for part in split.values() for font in part) == fonts
    assert len(families[1]) == len(families[2]) == round(0.1 * len({font.family for font in fonts}))


def test_the_seed_decides_the_split(fonts: list[Font]) -> None:
    assert split_families(fonts, 1) == split_families(fonts, 1) != split_families(fonts, 2)


def test_a_font_more_does_not_shuffle_the_others(fonts: list[Font]) -> None:
    more = [*fonts, Font("Zzz", "Regular", "zzz.ttf")]
    before, after = split_families(fonts), split_families(more)
    moved = [font for name in before for font in before[name] if font not in after[name]]
    assert len({font.family for font in moved}) <= 2


def test_too_few_families_are_an_error() -> None:
    with pytest.raises(DataError, match="2 font families"):
        split_families([Font("A", "Regular", "a.ttf"), Font("B", "Regular", "b.ttf")])


def test_the_forms_of_a_class() -> None:
    assert doctest.testmod(renderer).attempted == 1 and doctest.testmod(renderer).failed == 0
