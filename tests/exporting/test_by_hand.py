"""The page's small net to do by hand: its numbers, the mistakes that give other ones, and doing it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp import calculus
from charmlp.exporting.page import page as page_of
from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.lesson import lesson
from charmlp.exporting.page.packing import packed
from charmlp.exporting.page.worked import B1, B2, RATE, TARGET, W1, W2, X
from tests.browsing import Opened, faults_of, launched
from tests.exporting.models import make_model

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
STEPS = {step["name"]: step for step in lesson()["worked"]["steps"]}


def value(name: str) -> Any:
    return np.array(STEPS[name]["value"])


def loss(weights: Any, biases: Any) -> float:
    return float(-np.log(calculus.softmax(calculus.mlp(X, weights, biases, "relu")))[0, 1])


def test_every_number_is_that_of_the_calculus() -> None:
    weights, biases = [W1, W2], [B1, B2]
    layers = calculus.mlp_layers(X, weights, biases, "relu")
    error = calculus.softmax(layers[-1].y) - TARGET
    deltas = calculus.mlp_gradients(error, layers, weights, "relu")
    wanted = {"z1": layers[0].z, "y1": layers[0].y, "z2": layers[1].y, "dz2": error, "dz1": deltas[0]}
    wanted |= {"q": calculus.softmax(layers[-1].y), "dy1": error @ W2}
    inputs = [X, layers[0].y]
    for number, (delta, x) in enumerate(zip(deltas, inputs, strict=True), 1):
        wanted |= {f"dW{number}": delta.T @ x, f"db{number}": delta}
    moved = [w - RATE * wanted[f"dW{n}"] for n, w in enumerate(weights, 1)]
    shifted = [b - RATE * wanted[f"db{n}"] for n, b in enumerate(biases, 1)]
    for number in (1, 2):
        wanted |= {f"W{number}_new": moved[number - 1], f"b{number}_new": shifted[number - 1]}
    assert set(STEPS) == {*wanted, "L", "L_new"}
    assert all(np.abs(value(name) - right).max() < 1e-4 for name, right in wanted.items())
    assert value("L").item() == 2.1269 == round(loss(weights, biases), 4)
    assert value("L_new").item() == 1.1552 == round(loss(moved, [b[0] for b in shifted]), 4)


def test_every_mistake_gives_another_number_and_has_words() -> None:
    words = lesson()
    for name, step in STEPS.items():
        values = [step["value"], *(slip[2] for slip in step["slips"])]
        assert all(np.shape(each) == np.shape(values[0]) for each in values), name
        apart = [np.abs(np.subtract(a, b)).max() for i, a in enumerate(values) for b in values[:i]]
        assert min(apart, default=1) > 5e-3, name
        for mistake, told, _ in step["slips"]:
            for language, sentences in words["sentences"].items():
                text = sentences[words["mistakes"][mistake][2]].replace("{whose}", "")
                assert "{" not in text.format_map(told) and text, (language, mistake)
    assert sum(len(step["slips"]) for step in STEPS.values()) > 100


SCRIPT = """import { readFileSync } from "node:fs";
import { slipsOf } from "./judging.js";
const { steps, asked } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([name, numbers]) => slipsOf(steps[name], numbers))));
"""

# What is typed (None: nothing yet), which of it is wrong, and the mistakes that it is taken for
TYPED = [
    ("z1", [2, -1], [], []),
    ("z1", [3, None], [0], []),
    ("y1", [2, 1], [1], ["forward-wrong.form"]),
    ("L", [-2.13], [0], ["forward-wrong.form"]),
    ("dz2", [0.88, 0.12], [1], ["target-forgotten"]),
    ("dz2", [-0.8808, 0.8808], [0, 1], ["sign-flipped"]),
    ("dW2", [1.76, -1.76, 0, 0], [1, 2], ["weight-transposed"]),
    ("dW2", [1.76, None, None, None], [], []),
    ("dz1", [0.88, 1.76], [1], ["relu-mask.missing"]),
    ("dy1", [0, 0.88], [0, 1], ["wrong-transpose-for-input"]),
    ("W1_new", [1.09, 0.68, 1, -1], [0, 1], ["sign-flipped"]),
    ("b2_new", [-0.88, 0.88], [0, 1], ["constant-factor"]),
    ("L_new", [1.16], [], []),
]


def judged(asked: list[Any], folder: Path, steps: Any = STEPS) -> Any:
    script = bundle("judged.js", lambda name: SCRIPT if name == "judged.js" else source(name))
    (folder / "judged.mjs").write_text(script, "utf-8")
    given = json.dumps({"steps": steps, "asked": asked}).encode()
    command = ["node", str(folder / "judged.mjs")]
    return json.loads(subprocess.run(command, input=given, capture_output=True, check=True).stdout)


@needs_node
def test_a_wrong_number_is_told_its_mistake(tmp_path: Path) -> None:
    found = judged([case[:2] for case in TYPED], tmp_path)
    for (name, numbers, wrong, mistakes), answer in zip(TYPED, found, strict=True):
        assert answer["wrong"] == wrong, (name, numbers)
        assert [slip[0].split("@")[0] for slip in answer["slips"]] == mistakes, (name, numbers)


@needs_node
def test_the_numbers_of_another_step_are_wrong(tmp_path: Path) -> None:
    (found,) = judged([["dz1", value("dy1").ravel().tolist()]], tmp_path)
    assert found["wrong"] == [1]


# In a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    yield from launched()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(page_of(packed(make_model("relu", (5,)), 16), "en"), "utf-8")
    return file


def type_numbers(page: Any, *numbers: str) -> str:
    for place, number in enumerate(numbers):
        page.locator("#hand-cells input").nth(place).fill(number)
    page.keyboard.press("Enter")
    return str(page.locator("#hand-verdict").inner_text())


def test_the_small_net_is_done_by_hand(browser: Any, file: Path) -> None:
    opened = Opened(browser, file, 320)
    page = opened.page
    page.locator("#hand-cells input").first.wait_for()
    assert type_numbers(page, "1 + 2/2", "−1") == "Right: this is z₁."
    assert page.locator("#hand-cells input").first.evaluate("each => each === document.activeElement")
    assert "|z₁|" in type_numbers(page, "2", "1")
    assert page.locator("#hand-cells [aria-invalid=true]").count() == 1
    assert type_numbers(page, "2", "2 0") == "Between 2 and 0 a sign such as * is missing."
    assert type_numbers(page, "2", "0") == "Right: this is y₁."
    page.locator("#hand-show").evaluate(f"each => {{ for (let i = 2; i < {len(STEPS)}; i++) each.click() }}")
    assert "from 2.1269 to 1.1552" in page.locator("#hand-end").inner_text()
    assert page.locator("#hand-done li").count() == len(STEPS) and not page.locator("#hand-form").is_visible()
    page.locator("#typed-operation").select_option(label="linear: y = x @ W.T + b")
    page.locator("#typed-input").select_option(label="W")
    page.locator("#typed-formula").fill("x.T @ g")
    page.keyboard.press("Enter")
    verdict = page.locator("#typed-verdict")
    assert verdict.inner_text().startswith("The gradient of W is transposed.")
    page.locator("#language").click()
    assert "转置" in verdict.inner_text() and "2.1269" in page.locator("#hand-end").inner_text()
    page.locator("#typed-formula").fill("g.T @ x")
    page.keyboard.press("Enter")
    assert verdict.inner_text().startswith("对")
    page.locator("#hand-again").click()
    assert page.locator("#hand-done li").count() == 0 and page.locator("#hand-form").is_visible()
    opened.close()


@pytest.mark.full
def test_an_old_browser_is_told_so(browser: Any, file: Path) -> None:
    context = browser.new_context()
    context.add_init_script("delete globalThis.DecompressionStream")
    page = context.new_page()
    page.goto(file.as_uri())
    page.get_by_text("This browser is too old for this part").wait_for()
    assert not page.locator("#hand-form").is_visible() and page.locator("#pad").is_visible()
    context.close()


@pytest.mark.full
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_axe_finds_nothing_where_mistakes_are_told(browser: Any, file: Path, width: int, scheme: str) -> None:
    def done(page: Any) -> None:
        page.locator("#hand-cells input").first.wait_for()
        type_numbers(page, "2", "-1")
        type_numbers(page, "2", "1")
        page.locator("#typed-formula").fill("g * x")
        page.keyboard.press("Enter")

    assert faults_of(browser, file, width, scheme, done) == []
