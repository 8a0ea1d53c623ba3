"""Learning, editing, switching off and back, in a browser: one page for it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from charmlp.exporting.page import page as page_of
from charmlp.exporting.page.packing import packed
from tests.browsing import Opened, faults_of, launched, opening
from tests.exporting.models import make_model
from tests.exporting.test_html import A, answer, draw

GELU = make_model("gelu", (20, 15), preprocessing="standardize", norm_size=(12, 17))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from launched()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {"gelu": tmp_path_factory.mktemp("pages") / "gelu.html"}
    found["gelu"].write_text(page_of(packed(GELU, 32), "en"), "utf-8")
    return found


@pytest.fixture
def open_page(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    yield from opening(browser, pages)


def changes(page: Any) -> str:
    text: str = page.locator("#changed").inner_text()
    return text


def panel(page: Any) -> str:
    text: str = page.locator("#unit").inner_text()
    return text


def test_it_learns_is_changed_and_comes_back(open_page: Callable[..., Opened]) -> None:
    page = open_page("gelu").page
    assert page.locator("#learn").is_disabled() and not page.locator("#changes").is_visible()
    draw(page, A)
    first = answer(page)
    page.locator("#truth").select_option(label="C")
    losses = []
    for _ in range(2):
        page.locator("#learn").click()
        words = page.locator("#losses").inner_text().replace(",", "").split()
        losses += [float(words[6]), float(words[9])]
    assert losses[0] > losses[1] == losses[2] > losses[3]
    assert page.locator("#truth").input_value() == "2" and answer(page) != first
    # its stages, one by one, and all at once
    items = page.locator("#stage-list li")
    assert items.count() == 9 and items.first.get_attribute("aria-current") == "step"
    page.locator("#after").click()
    assert not items.first.is_visible() and "δ₃ y₂ᵀ" in items.nth(1).inner_text()
    assert "docs/derivations/linear.md" in items.nth(1).inner_text()
    page.locator("#language").click()
    assert "范数" in items.nth(1).inner_text() and "linear.zh-CN.md" in items.nth(1).inner_text()
    page.locator("#language").click()
    page.locator("#whole").click()
    assert all(items.nth(number).is_visible() for number in range(9))
    page.locator("#whole").click()
    # a gradient, and what it is made of
    page.locator("#stage-list li:not([hidden]) canvas").first.focus()
    page.keyboard.press("ArrowRight")
    assert "∂L/∂w = δ₃ · y₂" in panel(page)
    page.locator("#unit-body .term").first.click()
    assert "q − y*" in panel(page) and page.evaluate("document.activeElement.id") == "unit"
    # a unit switched off, and on
    unit = page.locator("#stages canvas").nth(2)
    unit.focus()
    page.keyboard.press("ArrowRight")
    before = answer(page)
    page.locator("#unit-edit button").click()
    assert "switched off" in unit.get_attribute("aria-valuetext") and answer(page) != before
    page.locator("#unit-edit button").click()
    assert answer(page) == before and changes(page) == "4 changes."
    # a weight, typed and slid
    page.locator("#unit canvas").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#unit-title").inner_text().startswith("Weight from Pixel, row 1")
    field = page.locator("#unit input[type=number]")
    field.fill("-75")
    field.press("Tab")
    assert answer(page) != before and "w · x = −75.0" in panel(page)
    page.locator("#unit input[type=range]").press("ArrowRight")
    page.wait_for_timeout(200)
    assert changes(page) == "5 changes." and "→ −75.0" not in page.locator("#change-last").inner_text()
    field.fill("1e9")
    field.press("Tab")
    assert field.get_attribute("aria-invalid") == "true" and "from −1000" in panel(page)
    # another activation
    page.locator("#act").select_option("sigmoid")
    assert changes(page) == "6 changes." and "gelu → sigmoid" in page.locator("#change-last").inner_text()
    page.locator("#change-undo").click()
    assert page.locator("#act").input_value() == "gelu"
    for _ in range(5):
        page.locator("#change-undo").click()
    assert answer(page) == first and page.locator("#change-undo").is_disabled()
    assert not page.locator("#steps").is_visible()
    page.locator("#change-redo").click()
    assert answer(page) != first and page.locator("#steps").is_visible()
    page.locator("#change-back").click()
    assert answer(page) == first and changes(page) == "The network is as it came."


def changed(page: Any) -> None:
    draw(page, A)
    page.locator("#learn").click()
    page.locator("#whole").click()
    page.locator("#changes summary").click()
    page.locator("#stages canvas").nth(2).focus()
    page.keyboard.press("ArrowRight")
    page.locator("#unit canvas").first.focus()
    page.keyboard.press("ArrowRight")


@pytest.mark.full
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_axe_finds_nothing_where_it_was_changed(
    browser: Any, pages: dict[str, Path], width: int, scheme: str
) -> None:
    assert faults_of(browser, pages["gelu"], width, scheme, changed) == []
