"""The figures of the derivations are what the code draws, small, and readable on a phone, light or dark."""

from __future__ import annotations

import importlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from charmlp.calculus import ACTIVATIONS
from tests.docs.pages import CHINESE, DOCS, read

FOLDER = DOCS / "derivations" / "figures"
FIGURES = sorted(FOLDER.glob("*.svg"))
SMALLEST, PHONE = 11, 358  # pixels: of letters, and what a phone of 390 leaves for a figure
COLOUR = re.compile(r'(fill|stroke)="(#[0-9a-f]{6})"')
each_figure = pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/derivation_figures.py, beside which its package lies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        return importlib.import_module("derivation_figures")


def test_figures_are_up_to_date(script: ModuleType) -> None:
    assert script.outdated() == [], "run make docs"
    assert {path.stem for path in FIGURES} >= set(ACTIVATIONS)


@each_figure
def test_a_figure_is_small_and_its_letters_are_not(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    scale = min(1, PHONE / float(root.attrib["width"]))
    sizes = [float(size) * scale for size in re.findall(r'font-size="([\d.]+)"', text)]
    assert sizes and min(sizes) >= SMALLEST
    assert len(text) < 25_000


@each_figure
def test_every_colour_has_one_for_dark_pages(path: Path) -> None:
    style, _, drawing = path.read_text(encoding="utf-8").partition("</style>")
    assert "prefers-color-scheme: dark" in style
    for part, colour in set(COLOUR.findall(drawing)):
        assert f'[{part}="{colour}"]' in style


@each_figure
def test_a_page_of_its_language_shows_it(path: Path) -> None:
    pages = [read(page).text for page in (DOCS / "derivations").glob("*.md")]
    assert sum(f"](figures/{path.name})" in text for text in pages) >= 1


def test_a_chinese_page_shows_the_chinese_figure() -> None:
    for page in (DOCS / "derivations").glob(f"*{CHINESE}"):
        for name in re.findall(r"\]\(figures/([\w-]+)\.svg\)", read(page).text):
            assert not (FOLDER / f"{name}.zh-CN.svg").exists(), f"{page.name} shows {name} in English"


def test_another_number_is_seen(script: ModuleType) -> None:
    """Negative control: another curve, another written number, another word."""
    right = (FOLDER / "tanh.svg").read_text(encoding="utf-8")
    point = re.search(r"L\d+ (\d+\.\d+)", right)
    assert point is not None
    assert script.is_current(right, right)
    nearly = right.replace(point[1], f"{float(point[1]) + 0.01}")
    assert script.is_current(nearly, right) and nearly != right
    for wrong in (
        right.replace(point[1], f"{float(point[1]) + 1}"),
        right.replace("f′(1) = 0.42", "f′(1) = 0.43"),
        right.replace("#0072b2", "#0072b3"),
    ):
        assert wrong != right and not script.is_current(wrong, right)
