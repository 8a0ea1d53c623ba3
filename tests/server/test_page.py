"""The page at /, in both languages, in a browser under the strict policy."""

from __future__ import annotations

import doctest
import importlib.resources
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from charmlp.exporting.page import digest
from charmlp.language.words import sentences
from charmlp.modelfile import read_model, write_model
from charmlp.recognizer import Recognizer
from charmlp.server import app, page
from tests.exporting.test_html import A, draw
from tests.images.making import letter
from tests.report.test_browser import browser
from tests.sampling import one_in
from tests.server.making import Served, client, served

__all__ = ["browser"]  # a fixture
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def secret(model_file: Path) -> Iterator[Served]:
    with served(model_file, TOKEN) as each:
        yield each


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    letter().save(folder / "one.png")
    letter((80, 90)).save(folder / "two.jpg")
    (folder / "none.png").write_bytes(b"hello")
    return [folder / name for name in ("one.png", "two.jpg", "none.png")]


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address; at the end nothing may have been complained about."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def opens(address: str, **options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        found = contexts[-1].new_page()
        found.on("console", lambda message: complaints.append(message.text))
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.goto(address)
        return found

    yield opens
    for each in contexts:
        each.close()
    # What is refused, the browser says as well.
    assert [line for line in complaints if "the server responded with a status of 4" not in line] == []


def test_both_languages_have_the_same_sentences() -> None:
    english, chinese = (sentences("charmlp.server.page", language) for language in ("en", "zh"))
    assert english.keys() == chinese.keys()
    assert not [
        key
        for key in chinese
        if key not in ("other", "other_tag", "other_name") and chinese[key] == english[key]
    ]


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(page)
    assert result.attempted and not result.failed


def test_the_browsers_language_decides_unless_the_address_does(server: Served) -> None:
    with client(server) as http:
        for accepted, query, tag in (("zh-CN,en", "", "zh-CN"), ("en", "", "en"), ("en", "?lang=zh", "zh-CN"),
                                     ("fr", "", "en"), ("fr", "?lang=xx", "en")):  # fmt: skip
            answer = http.get(f"/{query}", headers={"Accept-Language": accepted})
            assert f'<html lang="{tag}">' in answer.text and answer.headers["vary"] == "Accept-Language"


def test_only_the_pages_own_script_and_style_run(server: Served) -> None:
    with client(server) as http:
        answer = http.get("/")
    policy = answer.headers.get_list("content-security-policy")
    assert len(policy) == 1 and "unsafe" not in policy[0] and "frame-ancestors 'none'" in policy[0]
    for kind, directive in (("style", "style-src"), ('script type="module"', "script-src")):
        inside = re.findall(rf"<{kind}>(.*?)</{kind.split()[0]}>", answer.text, re.S)
        assert [f"{directive} '{digest(text)}'" in policy[0] for text in inside] == [True]
        assert f"'{digest(inside[0] + ' ')}'" not in policy[0]
    assert not re.search(r"\sstyle=|\son\w+=|javascript:|(?:href|src)=\"(?!data:)", answer.text)


def test_the_page_reads_a_drawing_and_a_picture(
    opened: Callable[..., Any], server: Served, model_file: Path, pictures: list[Path]
) -> None:
    page_ = opened(f"{server.address}/", locale="en-GB")
    draw(page_, A)
    assert page_.locator("#drawn").inner_text() == "A drawing of 2 strokes."
    assert page_.locator("#bars b").first.inner_text() != ""
    page_.locator("#file").set_input_files(pictures[0])
    page_.locator("#drawn", has_text="picture").wait_for()
    top = Recognizer.load(model_file).predict(pictures[0], topk=5).top
    assert page_.locator("#bars b").all_inner_texts()[: len(top)] == [name for name, _ in top]


def test_a_script_that_is_put_in_does_not_run(server: Served, browser: Any) -> None:
    page_ = browser.new_context().new_page()
    complaints: list[str] = []
    page_.on("console", lambda message: complaints.append(message.text))
    page_.goto(f"{server.address}/")
    page_.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.evil = 1'}))"
    )
    assert page_.evaluate("window.evil") is None and "Content Security Policy" in complaints[0]
    page_.context.close()


def test_a_model_that_no_page_holds_has_the_form(tmp_path: Path, model_file: Path) -> None:
    model = read_model(model_file)
    large = replace(model, weights=(model.weights[0] * 1e9, *model.weights[1:]))
    write_model(large, tmp_path / "large.safetensors")
    with served(tmp_path / "large.safetensors") as each, client(each) as http:
        assert '<form id="form"' in http.get("/").text


def test_nothing_is_inside_the_form_that_the_policy_forbids(secret: Served) -> None:
    with client(secret) as http:
        text = http.get("/").text
        assert not re.search(r"<style|style=| on\w+=|javascript:|<script(?![^>]* src=)", text)
        for address in re.findall(r'(?:href|src)="([^"?#]+)"', text):
            assert http.get(f"/{address}").status_code == 200


def test_the_form_holds_no_weights(secret: Served, server: Served) -> None:
    with client(secret) as closed, client(server) as open_:
        assert len(closed.get("/").content) < 10_000 < len(open_.get("/").content)


def test_pictures_are_read(opened: Callable[..., Any], secret: Served, pictures: list[Path]) -> None:
    page_ = opened(f"{secret.address}/", locale="en-GB")
    page_.locator("#token").fill(TOKEN)
    page_.locator("#image").set_input_files(pictures[:2])
    page_.locator("#token").focus()
    page_.keyboard.press("Tab")
    page_.keyboard.press("Enter")
    page_.locator("#answers li").nth(1).wait_for()
    assert page_.locator("#answers .guess").count() == 2 and page_.locator("#state").inner_text() == ""
    assert page_.locator("#answers img").first.evaluate("each => each.naturalWidth") == 48
    page_.locator("#image").set_input_files(pictures[2])
    page_.locator("button").click()
    page_.locator("#state", has_text="none.png").wait_for()
    assert page_.locator("#answers li").count() == 0


def test_a_token_is_asked_for(opened: Callable[..., Any], secret: Served, pictures: list[Path]) -> None:
    page_ = opened(f"{secret.address}/?lang=zh")
    page_.locator("#image").set_input_files(pictures[0])
    page_.locator("button").click()
    page_.locator("#state", has_text="令牌").wait_for()
    page_.locator("#token").fill(TOKEN)
    page_.locator("button").click()
    page_.locator("#answers li").wait_for()


def test_a_server_that_is_gone_is_told(
    opened: Callable[..., Any], secret: Served, pictures: list[Path]
) -> None:
    page_ = opened(f"{secret.address}/")
    page_.route("**/v1/predict*", lambda route: route.fulfill(status=429, json={"status": 429}))
    page_.locator("#image").set_input_files(pictures[0])
    page_.locator("button").click()
    page_.locator("#state", has_text="busy").wait_for()


@pytest.mark.parametrize(
    ("language", "scheme", "width"), one_in(2, [("zh", "dark", 390), ("en", "light", 1280)])
)
def test_axe_finds_nothing(browser: Any, secret: Served, language: str, scheme: str, width: int) -> None:
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    page_ = context.new_page()
    page_.goto(f"{secret.address}/?lang={language}")
    page_.add_script_tag(content=axe)
    found = page_.evaluate("axe.run()")
    scroll = page_.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    context.close()
    assert [each["id"] for each in found["violations"]] == [] and scroll[0] <= scroll[1]


def test_nobody_waits_while_a_page_is_made(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one of a model takes most of a second."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(language: str, loaded: object) -> str:
        begun.set()
        return "made" if go_on.wait(20) else "waited for"

    monkeypatch.setattr(app, "page_of", slow)
    with client(server) as one, client(server) as other, ThreadPoolExecutor(1) as pool:
        page = pool.submit(one.get, "/")
        assert begun.wait(20)
        assert other.get("/healthz").status_code == 200
        go_on.set()
        assert page.result().text == "made"
