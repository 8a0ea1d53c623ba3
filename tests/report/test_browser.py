"""report.html in a browser: at two widths, by mouse and keyboard, light and dark, with hostile names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.report.page import html
from tests.browsing import Opened, faults_of, launched, opening
from tests.report.making import EVIL, Made
from tests.sampling import one_in

WIDTHS = (1280, 390)
FEW = Made(classes=tuple("ABCDE"), count=30)  # axe-core looks at each element


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from launched()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Some reports, by what is special about them."""
    names = [f"<img src=x onerror=document.title='hacked'>{number}.png" for number in range(36)]
    made = {
        "letters": (Made(), "en"),
        "few": (FEW, "en"),
        "chinese": (FEW, "zh"),
        "evil": (Made(classes=EVIL, count=36, misread=0.5, names=names), "en"),
        "many": (Made(classes=tuple(f"K{number}" for number in range(62)), count=124), "en"),
        "perfect": (Made(classes=("0", "1"), count=12, misread=0, epochs=1), "en"),
    }
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for name, (each, language) in made.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(html(each.contents, language, ["report"]), "utf-8")
    return found


@pytest.fixture
def open_page(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    yield from opening(browser, pages)


def open_first(page: Any) -> None:
    """What is folded is looked at too."""
    if page.locator("summary").count():
        page.locator("summary").first.click()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("evil", 390, "dark"),
        pytest.param("few", 390, "dark", marks=pytest.mark.full),
        pytest.param("evil", 1280, "light", marks=pytest.mark.full),
        pytest.param("few", 1280, "light", marks=pytest.mark.full),
        pytest.param("evil", 390, "light", marks=pytest.mark.full),
        pytest.param("chinese", 1280, "dark", marks=pytest.mark.full),
    ],
)
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    assert faults_of(browser, pages[name], width, scheme, open_first) == []


def test_axe_finds_what_is_wrong(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    page = pages["few"].read_text("utf-8").replace("<label>", "<p>").replace("</label>", "</p>")
    (tmp_path / "wrong.html").write_text(page, "utf-8")
    assert any(
        fault.startswith("label") for fault in faults_of(browser, tmp_path / "wrong.html", 1280, "light")
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_every_cell_opens_its_letters_by_mouse_and_by_keyboard(
    open_page: Callable[..., Opened], width: int
) -> None:
    page = open_page("letters", width).page
    evaluation = Made().contents.evaluation
    cells = page.locator("[role=gridcell]")
    assert cells.count() == len(np.flatnonzero(evaluation.scores.confusion))
    page.locator('[data-truth="0"][data-guess="0"].cell').click()
    dialog = page.locator("dialog")
    count = int(evaluation.scores.confusion[0, 0])
    assert dialog.is_visible() and dialog.locator(".card").count() == count
    assert page.locator("#letters-title").inner_text() == f"A: {count} read right"
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    # By keyboard: one cell is in the tab order, arrows go on from it, and the focus comes back to it.
    assert page.evaluate("document.activeElement.dataset.guess") == "0"
    assert page.locator('[role=gridcell][tabindex="0"]').count() == 1
    page.keyboard.press("ArrowDown")
    truth, guess = page.evaluate(
        "[document.activeElement.dataset.truth, document.activeElement.dataset.guess]"
    )
    assert int(truth) > 0
    page.keyboard.press("Enter")
    assert dialog.locator(".card").count() == int(evaluation.scores.confusion[int(truth), int(guess)])
    assert dialog.locator(".card .file").first.inner_text().startswith("images/")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.truth") == truth
    page.keyboard.press("Control+Home")
    assert page.evaluate("document.activeElement.dataset.truth") == "0"
    page.keyboard.press("Control+End")
    assert page.evaluate("document.activeElement.dataset.truth") == "25"


@pytest.mark.parametrize("width", one_in(2, WIDTHS))
def test_the_map_shows_letters(open_page: Callable[..., Opened], width: int) -> None:
    page = open_page("letters", width).page
    picture, tip = page.locator("#map-picture"), page.locator(".tip")
    assert picture.locator(".point").count() == 130
    assert picture.locator(".ring").count() == len(Made().contents.evaluation.errors)
    assert not tip.is_visible()
    picture.locator(".point").nth(5).hover(force=True)
    assert tip.is_visible() and "images/" in tip.inner_text()
    page.mouse.move(0, 0)
    assert not tip.is_visible()
    page.locator("#map-title").click()
    picture.focus()
    page.keyboard.press("ArrowRight")
    said = picture.locator("[role=status]").inner_text()
    page.keyboard.press("ArrowDown")
    assert "images/" in said and picture.locator("[role=status]").inner_text() != said
    page.keyboard.press("Enter")
    assert page.locator("dialog .card").count() == 1


def test_search(open_page: Callable[..., Opened]) -> None:
    page = open_page("letters").page
    cards, count = page.locator("#search-letters .card"), page.locator("#search-count")
    page.locator("#search-words").fill("0017")
    assert cards.count() == 1 and "images/0017.png" in cards.inner_text()
    page.locator("#search-words").fill("B")
    assert cards.count() == 5 and count.inner_text() == "5 letters found"
    page.locator("#search-words").fill("nothing of the kind")
    assert cards.count() == 0 and count.inner_text() == "No letter found"
    page.locator("#search-words").fill("")
    page.locator("#search-which").select_option("wrong")
    assert cards.count() == len(Made().contents.evaluation.errors)
    page.locator("#search-which").select_option("right")
    assert cards.count() == 60 and "the first 60" in count.inner_text()
    page.keyboard.press("Enter")  # sends nothing anywhere


def test_the_table_sorts(open_page: Callable[..., Opened]) -> None:
    page = open_page("letters").page
    recall = page.locator("#class-table thead th").nth(2)
    values = (
        "[...document.querySelectorAll('#class-table tbody tr')].map(row => +row.children[2].dataset.value)"
    )
    recall.locator("button").click()
    assert recall.get_attribute("aria-sort") == "descending"
    assert (found := page.evaluate(values)) == sorted(found, reverse=True)
    recall.locator("button").press("Enter")
    assert recall.get_attribute("aria-sort") == "ascending"
    assert (found := page.evaluate(values)) == sorted(found)


def test_pairs_and_many_classes(open_page: Callable[..., Opened]) -> None:
    page = open_page("many").page
    assert page.locator("[role=rowheader]").count() == 40
    page.locator("#matrix-all").click()
    assert page.locator("[role=rowheader]").count() == 62
    page.locator("#matrix-all").click()
    assert page.locator("[role=rowheader]").count() == 40
    page.locator("button.pair").first.click()
    assert page.locator("dialog .card").count() > 0
    page.locator("#letters-close").click()
    assert not page.locator("dialog").is_visible()


@pytest.mark.parametrize("width", one_in(2, WIDTHS))
def test_names_run_no_code(open_page: Callable[..., Opened], width: int) -> None:
    page = open_page("evil", width).page
    page.locator("[role=gridcell]").first.click()
    assert "<img src=x onerror" in page.locator("dialog .card").first.inner_text()
    page.keyboard.press("Escape")
    page.locator("#search-which").select_option("wrong")
    assert page.title() == "first: report"
    assert page.locator("img").count() == 0 and page.locator("script").count() == 2


def test_what_a_page_asks_for_is_seen(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    page = pages["letters"].read_text("utf-8").replace("<main>", '<main><img src="http://127.0.0.1:9/x.png">')
    (tmp_path / "asks.html").write_text(page, "utf-8")
    opened = Opened(browser, tmp_path / "asks.html", 1280)
    opened.page.wait_for_timeout(50)
    opened.context.close()
    assert any("Content Security Policy" in line for line in opened.complaints)


def test_it_prints(open_page: Callable[..., Opened]) -> None:
    page = open_page("letters").page
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible() and not page.locator("#search").is_visible()
    assert page.locator(".card").first.is_visible()
