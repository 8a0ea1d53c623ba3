"""The page of `export --to html`: it answers as the Recognizer does, in node and in a browser."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import charmlp
from charmlp import calculus
from charmlp.errors import CharmlpError
from charmlp.exporting.page import page as page_of
from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.packing import as_packed, packed
from charmlp.exporting.page.running import node_answers
from charmlp.exporting.pictures import pictures
from charmlp.images.inputs import to_inputs
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from tests.browsing import Opened, faults_of, launched, opening
from tests.exporting.models import make_model

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
MODELS = {
    "relu": make_model("relu", (20, 15), preprocessing="light_ink"),
    "gelu": make_model("gelu", (20, 15), preprocessing="standardize", norm_size=(12, 17)),
    "crop": make_model("leaky_relu", (), crop="auto", classes="01"),
}
A = [[(0.2, 0.85), (0.5, 0.15), (0.8, 0.85)], [(0.32, 0.6), (0.68, 0.6)]]
L = [[(0.3, 0.15), (0.3, 0.85), (0.7, 0.85)]]


def expected(model: Model, some: list[NDArray[np.uint8]]) -> NDArray[np.float64]:
    recognizer = Recognizer(model)
    return np.stack([recognizer.predict_proba(recognizer.grey(each)[np.newaxis])[0] for each in some])


# The script


def test_modules_become_one_script() -> None:
    modules = {
        "a.js": 'import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n',
        "b.js": 'import { c } from "./c.js";\nexport function b(x) {}\n',
        "c.js": "export const c = 1;\n",
    }
    script = bundle("a.js", modules.__getitem__)
    assert "import" not in script and "export" not in script and script.count("const c") == 1
    assert script.index("const c") < script.index("function b") < script.index("b(c)")


def test_what_readers_need_is_left_out() -> None:
    module = """// What it is.

/** A number. @param {number} x */
export const f = (x) => {
  // it is here
  const at = "http://x/**"; // why
  return /** @type {any} */ (at) + "//";
};
"""
    wanted = '// f.js\n\nconst f = (x) => {\nconst at = "http://x/**";\nreturn (at) + "//";\n};'
    assert bundle("f.js", lambda name: module).strip() == wanted


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ('import { a } from "./a.js";\n', "a.js → b.js → a.js"),
        ("function a() {}\n", "a: is in b.js and in a.js"),
    ],
)
def test_what_cannot_be_one_script(other: str, words: str) -> None:
    modules = {"a.js": 'import { b } from "./b.js";\nexport const a = b;\n', "b.js": other}
    with pytest.raises(ValueError, match=words):
        bundle("a.js", modules.__getitem__)


@needs_node
@pytest.mark.parametrize("act_type", calculus.ACTIVATIONS)
def test_every_activation_in_node(act_type: str) -> None:
    model, some = make_model(act_type, (20, 15)), pictures()[10:20]
    answers = node_answers(packed(model, 32), some)
    assert answers is not None and np.abs(answers - expected(model, some)).max() < 1e-5


@needs_node
def test_another_formula_is_noticed() -> None:
    model, some = make_model("relu", (20, 15)), pictures()[10:20]
    answers = node_answers(packed(replace(model, act_type="gelu"), 32), some)
    assert answers is not None and np.abs(answers - expected(model, some)).max() > 1e-3


@needs_node
@pytest.mark.parametrize("bits", [32, 16, 8])
def test_an_export_says_what_was_compared(tmp_path: Path, bits: int) -> None:
    out = tmp_path / "page.html"
    done = charmlp.export(MODELS["relu"], "html", bits=bits, out=out, max_loss=100)
    assert done.difference is not None and done.difference < 1e-5 and "node" in done.compared
    assert done.size == out.stat().st_size


def test_without_node_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    done = charmlp.export(MODELS["relu"], "html", bits=32, out=tmp_path / "page.html")
    assert done.difference is None and done.compared.startswith("not compared: node")


def test_a_weight_beyond_16_bits_is_refused(tmp_path: Path) -> None:
    model = MODELS["relu"]
    large = replace(model, weights=(model.weights[0] * 1e6, *model.weights[1:]))
    with pytest.raises(CharmlpError, match="--bits 32"):
        charmlp.export(large, "html", out=tmp_path / "page.html", max_loss=100)
    assert not (tmp_path / "page.html").exists()


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from launched()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, found = tmp_path_factory.mktemp("pages"), {}
    evil = replace(MODELS["relu"], classes=("</script><img src=x onerror=alert(1)>", "<!--", *"CDEFGHIJ"))
    for name, model, bits, language in [
        *((name, model, 32, "en") for name, model in MODELS.items()),
        ("half", MODELS["relu"], 16, "en"),
        ("chinese", MODELS["gelu"], 8, "zh"),
        ("evil", evil, 16, "en"),
    ]:
        found[name] = folder / f"{name}.html"
        found[name].write_text(page_of(packed(model, bits), language), "utf-8")
    return found


@pytest.fixture
def open_page(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    yield from opening(browser, pages)


def asked(page: Any, some: list[NDArray[np.uint8]]) -> NDArray[np.float64]:
    given = [[each.ravel().tolist(), *each.shape] for each in some]
    script = "some => some.map(([grey, ...size]) => [...charmlp.predict(Uint8Array.from(grey), ...size)])"
    return np.array(page.evaluate(script, given))


def draw(
    page: Any,
    strokes: list[list[tuple[float, float]]],
    x: float = 0,
    y: float = 0,
    size: float = 1,
    pad: str = "#pad",
) -> None:
    page.locator(pad).scroll_into_view_if_needed()
    box = page.locator(pad).bounding_box()
    for stroke in strokes:
        places = [
            (box["x"] + (x + size * px) * box["width"], box["y"] + (y + size * py) * box["height"])
            for px, py in stroke
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=4)
        page.mouse.up()
    page.wait_for_timeout(250)


def answer(page: Any) -> tuple[str, str]:
    return page.locator("#sure").inner_text(), page.locator("#bars").inner_text()


@pytest.mark.parametrize("name", ["gelu", "crop", pytest.param("relu", marks=pytest.mark.full)])
def test_the_page_answers_as_the_recognizer(open_page: Callable[..., Opened], name: str) -> None:
    some = [each for each in pictures() if each.size < 5000]
    difference = np.abs(asked(open_page(name).page, some) - expected(MODELS[name], some)).max()
    assert difference < 1e-5


@pytest.mark.full
def test_16_bits_are_near(open_page: Callable[..., Opened]) -> None:
    some = [each for each in pictures() if each.size < 5000]
    answers = asked(open_page("half").page, some)
    model = MODELS["relu"]
    halves = replace(model, weights=tuple(as_packed(each, 16) for each in model.weights))
    assert (
        np.abs(answers - expected(halves, some)).max()
        < 1e-5
        < np.abs(answers - expected(model, some)).max()
        < 1e-2
    )


def test_the_same_letter_anywhere_has_one_answer(open_page: Callable[..., Opened]) -> None:
    page = open_page("gelu").page
    draw(page, A, 0.02, 0.02, 0.9)
    first = answer(page)
    for x, y, size in [(0.5, 0.5, 0.45), (0.05, 0.6, 0.3), (0.6, 0.05, 0.3)]:
        page.locator("#clear").click()
        draw(page, A, x, y, size)
        assert answer(page) == first
    page.locator("#clear").click()
    draw(page, L)
    assert answer(page) != first


def test_undo_eraser_and_clear(open_page: Callable[..., Opened]) -> None:
    page = open_page("relu").page
    assert page.locator("#undo").is_disabled() and page.locator("#prompt").is_visible()
    draw(page, A[:1])
    one = answer(page)
    draw(page, A[1:])
    assert answer(page) != one and not page.locator("#prompt").is_visible()
    page.locator("#undo").click()
    page.wait_for_timeout(100)
    assert answer(page) == one
    page.locator("#eraser").click()
    draw(page, [[(0.1, 0.5), (0.9, 0.5)]])
    assert answer(page) != one
    page.locator("#undo").click()
    page.locator("#clear").click()
    page.wait_for_timeout(100)
    assert page.locator("#guess").inner_text() == ""
    page.keyboard.press("Control+z")
    page.wait_for_timeout(100)
    assert answer(page) == one


@pytest.mark.parametrize("is_held", [True, pytest.param(False, marks=pytest.mark.full)])
def test_a_finger_draws_and_does_not_scroll(open_page: Callable[..., Opened], is_held: bool) -> None:
    """Where the pad lets a browser scroll, the same finger scrolls: so the test would see it."""
    page = open_page("relu", 390, has_touch=True, is_mobile=True).page
    if not is_held:
        page.locator("#pad").evaluate("pad => { pad.style.touchAction = 'auto'; }")
    session = page.context.new_cdp_session(page)
    box = page.locator("#pad").bounding_box()
    for step in range(20):  # slowly, as a finger: what is dispatched at once scrolls nothing
        point = {"x": box["x"] + 0.5 * box["width"], "y": box["y"] + (0.9 - 0.03 * step) * box["height"]}
        kind = "touchMove" if step else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        page.wait_for_timeout(20)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)
    assert (page.evaluate("scrollY") == 0) == is_held
    if is_held:
        assert page.locator("#drawn").inner_text() == "A drawing of one stroke."


@pytest.mark.full
def test_the_keyboard_draws(open_page: Callable[..., Opened]) -> None:
    page = open_page("relu").page
    page.locator("#pad").focus()
    for key in ("Space", *["Shift+ArrowUp"] * 5, *["Shift+ArrowRight"] * 3, "Space"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.locator("#drawn").inner_text() == "A drawing of one stroke."
    assert page.locator("#bars b").first.inner_text() != ""


def test_a_file_is_read_as_the_recognizer_does(open_page: Callable[..., Opened], tmp_path: Path) -> None:
    page = open_page("relu").page
    colours = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8).repeat(5, 0).repeat(5, 1)
    Image.fromarray(colours).save(tmp_path / "letter.png")
    page.locator("#file").set_input_files(tmp_path / "letter.png")
    page.wait_for_timeout(400)
    top = Recognizer(MODELS["relu"]).predict(tmp_path / "letter.png", topk=5).top
    assert page.locator("#bars b").all_inner_texts() == [name for name, _ in top]
    shown = [float(text.split()[0]) for text in page.locator("#bars .share").all_inner_texts()]
    assert np.allclose(shown, [100 * p for _, p in top], atol=0.51)
    (tmp_path / "none.png").write_bytes(b"no picture")
    page.locator("#file").set_input_files(tmp_path / "none.png")
    page.wait_for_timeout(200)
    assert "not a picture" in page.locator("#fault").inner_text()


@pytest.mark.parametrize("name", ["relu", pytest.param("gelu", marks=pytest.mark.full)])
def test_pixels_for_and_against_are_the_calculus(
    open_page: Callable[..., Opened], name: str, tmp_path: Path
) -> None:
    page, model = open_page(name).page, MODELS[name]
    picture = pictures()[24]
    Image.fromarray(picture).save(tmp_path / "letter.png")
    page.locator("#file").set_input_files(tmp_path / "letter.png")
    page.wait_for_timeout(500)
    recognizer = Recognizer(model)
    grey = recognizer.grey(picture)
    x = to_inputs(grey[np.newaxis], model.preprocessing)[0].astype(np.float64)
    guess = recognizer.predict_proba(grey[np.newaxis])[0].argmax()
    c = np.eye(len(model.classes))[guess]
    weights, biases = ([each.astype(np.float64) for each in some] for some in (model.weights, model.biases))
    wanted = calculus.attribute(x, np.full_like(x, x.mean()), c, weights, biases, model.act_type).inputs
    told = page.locator("#stages canvas").nth(1)
    told.focus()
    for unit in range(3):
        page.keyboard.press("ArrowRight")
        value = told.get_attribute("aria-valuetext").rpartition(" ")[2].replace("−", "-")
        assert abs(float(value) - wanted[unit + 1]) < 6e-4


@pytest.mark.full
def test_any_number_shows_where_it_comes_from(open_page: Callable[..., Opened]) -> None:
    page = open_page("relu").page
    draw(page, A)
    unit = page.locator("#unit")
    page.locator(".classes button").nth(2).click()
    assert unit.locator("h3").inner_text() == "Class C" and "p = e^(" in unit.inner_text()
    page.locator("#unit .term").first.click()
    assert unit.locator("h3").inner_text().endswith("of hidden layer 2")
    page.locator("#unit .term").first.click()
    assert unit.locator("h3").inner_text().endswith("of hidden layer 1")
    page.locator("#unit .term").first.click()
    assert unit.locator("h3").inner_text().startswith("Pixel, row") and "deviation" in unit.inner_text()
    page.locator("#close").click()
    assert unit.locator("h3").inner_text() == "Choose a number"


@pytest.mark.full
def test_both_languages(open_page: Callable[..., Opened]) -> None:
    page = open_page("chinese", locale="fr").page
    assert (
        page.evaluate("document.documentElement.lang") == "zh-CN"
        and "笔" in page.locator("#pen").inner_text()
    )
    page.locator("#language").click()
    assert (
        page.evaluate("document.documentElement.lang") == "en" and page.locator("#pen").inner_text() == "Pen"
    )


@pytest.mark.full
@pytest.mark.parametrize(
    ("locale", "query", "tag"), [("zh-TW", "", "zh-CN"), ("en-GB", "", "en"), ("en", "?lang=zh", "zh-CN")]
)
def test_the_browser_chooses_the_language(
    browser: Any, pages: dict[str, Path], locale: str, query: str, tag: str
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(pages["relu"].as_uri() + query)
    assert page.evaluate("document.documentElement.lang") == tag
    context.close()


def test_every_sentence_is_said_in_both_languages() -> None:
    english, chinese = source("words.js").split("  zh: {")
    keys = [
        [line.split(":")[0].strip(' "') for line in part.splitlines() if line.startswith("    ")]
        for part in (english, chinese.split("};")[0])
    ]
    assert keys[0] == keys[1] and len(keys[0]) > 40


@pytest.mark.full
def test_names_run_no_code(open_page: Callable[..., Opened]) -> None:
    page = open_page("evil").page
    draw(page, A)
    assert page.locator("img").count() == 0 and page.locator("script").count() == 3
    assert "<img src=x" in page.locator(".classes").inner_text()


def drawn(page: Any) -> None:
    draw(page, A)
    page.locator(".classes button").first.click()
    page.locator("#learn").click()


def drawn_in_chinese(page: Any) -> None:
    page.locator("#language").click()
    drawn(page)


@pytest.mark.parametrize(
    ("name", "width", "scheme", "before"),
    [
        ("relu", 1280, "light", drawn),
        pytest.param("chinese", 390, "dark", drawn_in_chinese, marks=pytest.mark.full),
        pytest.param("crop", 320, "light", lambda page: None, marks=pytest.mark.full),
    ],
)
def test_axe_finds_nothing(
    browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str, before: Callable[[Any], None]
) -> None:
    assert faults_of(browser, pages[name], width, scheme, before) == []


@pytest.mark.full
def test_axe_finds_what_is_wrong(browser: Any, pages: dict[str, Path]) -> None:
    def unname(page: Any) -> None:
        page.evaluate("document.getElementById('theme').removeAttribute('aria-label')")
        page.evaluate("document.getElementById('theme').textContent = ''")

    faults = faults_of(browser, pages["relu"], 1280, "light", unname)
    assert any(fault.startswith("button-name") for fault in faults)


def pad_levels(page: Any) -> tuple[float, float]:
    """Grey levels of the pad's ground, and of what differs most from it."""
    grey = np.asarray(Image.open(io.BytesIO(page.locator("#pad").screenshot())).convert("L"), float)
    ground = float(np.median(grey))
    return ground, float(grey.flat[np.abs(grey - ground).argmax()])


@pytest.mark.full
def test_it_prints(open_page: Callable[..., Opened]) -> None:
    """On white, with dark ink, also from a dark screen."""
    page = open_page("relu", color_scheme="dark").page
    draw(page, A)
    ground, ink = pad_levels(page)
    assert ground < 60 and ink > 200
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_timeout(200)
    assert not page.locator("[role=toolbar]").is_visible() and page.locator("#bars").is_visible()
    ground, ink = pad_levels(page)
    assert ground > 200 and ink < 60
