"""The page of the estimators runs, in both languages."""

from __future__ import annotations

import pytest

from charmlp import MLPClassifier
from charmlp.estimator.parameters import RULES, SETTINGS
from tests.docs.pages import DOCS, read

PAGES = ("estimator.md", "estimator.zh-CN.md")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_prints_what_it_says(name: str) -> None:
    read(DOCS / name).run()


def test_both_languages_have_the_same_code() -> None:
    ours, theirs = ([block.text for block in read(DOCS / name).blocks] for name in PAGES)
    assert ours == theirs and len(ours) == 4


@pytest.mark.parametrize("name", PAGES)
def test_every_parameter_is_on_the_page(name: str) -> None:
    text = read(DOCS / name).text
    parameters = set(MLPClassifier().get_params())
    assert [each for each in parameters if f"`{each}`" not in text] == []
    assert {*SETTINGS, *RULES} <= parameters
