"""Learning, editing, switching off and back, in a browser: one page for it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from charmlp import calculus
from charmlp.cli import main
from charmlp.exporting.page import page as page_of
from charmlp.exporting.page.packing import packed
from charmlp.exporting.pictures import pictures
from charmlp.modelfile import read_model, write_model
from charmlp.recognizer import Recognizer
from tests.browsing import Opened, faults_of, launched, opening
from tests.exporting.models import make_model
from tests.exporting.test_html import A, answer, asked, draw, expected

GELU = make_model("gelu", (20, 15), preprocessing="standardize", norm_size=(12, 17))
SMALL = make_model("relu", (9,), preprocessing="scale", norm_size=(9, 9))


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


@pytest.mark.full
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


TICK = [[(0.1, 0.6), (0.35, 0.9), (0.9, 0.1)]]


def exact(recognizer: Recognizer, some: list[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """What the Recognizer answers, computed in float64 as the page does."""
    model = recognizer.model
    weights, biases = ([each.astype(np.float64) for each in some] for some in (model.weights, model.biases))
    greys = np.stack([recognizer.grey(each).ravel() for each in some]).astype(np.float64)
    assert model.preprocessing == "standardize"
    xs = (greys - greys.mean(axis=1, keepdims=True)) / np.maximum(1, greys.std(axis=1, keepdims=True))
    return recognizer.probabilities(calculus.mlp(xs, weights, biases, model.act_type))


def taught(page: Any, name: str) -> None:
    """Teach a tick, by five drawings."""
    for number in range(5):
        draw(page, TICK, 0.02 * number, 0.01 * number, 0.9, pad="#sign-pad")
        page.locator("#sign-add").click()
    page.locator("#sign-name").fill(name)
    page.locator("#sign-teach").click()
    page.locator("#sign-done", has_text="It has learned").wait_for(timeout=60_000)


def test_it_learns_a_sign_which_is_kept_and_loaded(open_page: Callable[..., Opened], tmp_path: Path) -> None:
    page = open_page("gelu").page
    some = [each for each in pictures() if each.size < 3000]
    draw(page, TICK)
    assert page.locator("#sign-teach").is_disabled()
    first = answer(page)
    taught(page, "✓")
    words = page.locator("#sign-done").inner_text().split()
    before, after = (float(words[words.index(word) + 1].rstrip(".")) for word in ("from", "to"))
    assert before > after and changes(page) == "1 change."
    assert page.locator(".classes b").last.inner_text() == "✓" and answer(page) != first
    page.locator("#act").select_option("silu")
    learned, probabilities = answer(page), asked(page, some)
    with page.expect_download() as download:
        page.locator("#keep").click()
    kept = tmp_path / "model.safetensors"
    download.value.save_as(kept)
    recognizer = Recognizer.load(kept)
    assert np.abs(exact(recognizer, some) - probabilities).max() < 1e-6
    assert np.abs(expected(recognizer.model, some) - probabilities).max() < 1e-5  # in float32
    assert recognizer.classes == (*GELU.classes, "✓") and recognizer.model.act_type == "silu"
    told = recognizer.model.provenance["page_changes"]
    assert "Taught ✓ by 5 drawings" in told and "gelu → silu" in told
    page.locator("#change-back").click()
    assert answer(page) == first and page.locator(".classes li").count() == len(GELU.classes)
    page.locator("#model-file").set_input_files(kept)
    page.locator("#kept", has_text="is the network now").wait_for()
    assert answer(page) == learned and page.locator(".classes li").count() == len(GELU.classes) + 1
    page.locator("#act").select_option("tanh")
    with page.expect_download() as download:
        page.locator("#keep").click()
    download.value.save_as(kept)
    told = str(read_model(kept).provenance["page_changes"])
    assert told.startswith("Taught ✓") and told.endswith("gelu → silu; Activation silu → tanh")
    page.locator("#change-undo").click()
    kept.write_bytes(kept.read_bytes()[:-4])
    page.locator("#model-file").set_input_files(kept)
    page.locator("#kept", has_text="damaged").wait_for()
    assert answer(page) == learned
    write_model(SMALL, kept)
    page.locator("#model-file").set_input_files(kept)
    page.locator("#kept", has_text="is the network now").wait_for()
    assert np.abs(asked(page, some) - expected(SMALL, some)).max() < 1e-5
    page.locator("#change-undo").click()
    assert answer(page) == learned


@pytest.mark.full
def test_the_command_line_reads_what_the_page_kept(
    open_page: Callable[..., Opened], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = open_page("gelu").page
    taught(page, "✓")
    with page.expect_download() as download:
        page.locator("#keep").click()
    kept = tmp_path / "model.safetensors"
    download.value.save_as(kept)
    for number, picture in enumerate(pictures()[10:14]):
        (tmp_path / "letters" / "ABCD"[number]).mkdir(parents=True)
        Image.fromarray(picture).save(tmp_path / "letters" / "ABCD"[number] / "1.png")
    assert main(["info", str(kept)]) == 0
    assert "✓" in capsys.readouterr().out
    classes = "".join(Recognizer.load(kept).classes)
    letters = [str(tmp_path / "letters"), "--classes", classes]
    out = ["--tsne", "off", "--out", str(tmp_path / "out")]
    command = ["test", *letters, "--model", str(kept), "--split", "train", *out]
    assert main(command) == 0
    assert "accuracy" in capsys.readouterr().out


def changed(page: Any) -> None:
    draw(page, A)
    page.locator("#learn").click()
    page.locator("#whole").click()
    draw(page, A, pad="#sign-pad")
    page.locator("#sign-add").click()
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
