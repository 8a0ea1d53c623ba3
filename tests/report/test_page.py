"""report.html: what is in it, whatever the names hold, and how large it is."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from charmlp.report.page import MOST_RIGHT, digest, html
from charmlp.report.sections import MOST_CLASSES
from tests.report.making import EVIL, Made

COMMAND = ["report", "runs/first"]


def page_of(made: Made, language: str = "en") -> str:
    return html(made.contents, language, COMMAND)


def data_in(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(Made())


def test_the_figures_are_those_of_the_evaluation(page: str) -> None:
    contents = Made().contents
    text = " ".join(Elements(page).texts)
    right = int(contents.evaluation.is_right.sum())
    assert f"Of 130 test letters, {right} are read right." in text
    assert f"{100 * right / 130:.1f}\u00a0%" in text
    low, high = contents.evaluation.interval
    assert f"{100 * low:.1f}\u00a0% to {100 * high:.1f}\u00a0%" in text
    assert "charmlp train photos --recipe slides" in text
    pair = contents.evaluation.scores.confusions[0]
    buttons = re.findall(r'<button [^>]*class="pair"[^>]*>(.*?)</button>', page)
    classes = contents.evaluation.classes
    most = f"<b>{classes[pair.label]}</b> → <b>{classes[pair.prediction]}</b>"
    assert buttons[0] == f"{most} <span>{pair.images}</span>"


def test_every_misread_letter_has_a_picture_and_some_of_the_right_ones() -> None:
    made = Made(classes=("A", "B"), count=200)
    data, evaluation = data_in(page_of(made)), made.contents.evaluation
    letters = data["letters"]
    tiles = np.array(letters["tile"])
    assert (tiles[~evaluation.is_right] >= 0).all()
    assert len(set(tiles[tiles >= 0])) == (tiles >= 0).sum()
    assert letters["guess"] == evaluation.predictions.tolist()
    assert data["sheet"]["rows"] * data["sheet"]["columns"] >= (tiles >= 0).sum()


def test_twenty_of_a_cell_of_the_diagonal() -> None:
    contents = dataclasses.replace(Made(classes=("A", "B"), count=200).contents, map=None)
    data, is_right = data_in(html(contents, "en", COMMAND)), contents.evaluation.is_right
    tiles = np.array(data["letters"]["tile"])
    assert (tiles[is_right] >= 0).sum() == 2 * MOST_RIGHT and (tiles[~is_right] >= 0).all()
    least = contents.evaluation.confidences[is_right & (tiles >= 0)].max()
    assert (contents.evaluation.confidences[is_right & (tiles < 0)] >= least - 1e-9).sum() > 100


def test_near_twins_stand_beside_their_training_letters() -> None:
    made = Made(classes=("A", "B"), count=40, misread=0.3)
    twin = np.flatnonzero(made.contents.evaluation.is_right)[0]
    seen = dataclasses.replace(made, training=made.letters.take(np.array([3, twin])))
    contents = seen.contents
    assert contents.leaks is not None and len(contents.leaks) == 2
    page = html(contents, "en", COMMAND)
    data = data_in(page)
    assert {each["letter"] for each in data["twins"]} == {3, twin}
    assert all(each["name"] == data["letters"]["names"][each["letter"]] for each in data["twins"])
    assert (
        f"{100 * contents.leaks.accuracy:.1f}\u00a0%" in page and "2 of 40 letters look almost like" in page
    )
    assert "Near-twins were not looked for: the data has no training letters" in page_of(made)


def test_names_are_text_and_nothing_else() -> None:
    names = [f"<img src=x onerror=alert(1)>{number}\n\x1b]0;\u2028" for number in range(36)]
    made = Made(classes=EVIL, count=36, misread=0.5, names=names)
    for language in ("en", "zh"):
        page = page_of(made, language)
        found = Elements(page)
        assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
        assert "img" not in {tag for tag, _ in found.tags}
        assert [tag for tag, _ in found.tags].count("script") == 2
        assert data_in(page)["classes"][0] == EVIL[0]
        assert "49" not in data_in(page)["classes"][4] and "\u202e" not in page
        assert "\n" not in data_in(page)["letters"]["names"][0] and "\x1b" not in page


def test_nothing_is_fetched_and_only_its_own_script_runs(page: str) -> None:
    found = Elements(page)
    for tag, attributes in found.tags:
        for name in ("src", "href", "action", "data", "srcset"):
            if (value := attributes.get(name)) is not None:
                assert value.startswith(("#", "data:")), (tag, value)
    (policy,) = (each["content"] for tag, each in found.tags if tag == "meta" and "http-equiv" in each)
    assert policy is not None and policy.startswith("default-src 'none';")
    script, style = (re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("script", "style"))
    assert script is not None and f"script-src '{digest(script[1])}'" in policy
    assert style is not None and f"style-src '{digest(style[1])}'" in policy
    assert not re.findall(r"url\((?!\"data:)", style[1]) and "unsafe" not in policy
    assert not any("style" in attributes for _, attributes in found.tags)  # which the policy would not allow


def test_both_languages_say_the_same() -> None:
    made = Made()
    english, chinese = (Elements(page_of(made, language)) for language in ("en", "zh"))
    assert [tag for tag, _ in english.tags] == [tag for tag, _ in chinese.tags]
    words = " ".join(text for text in chinese.texts if "{" not in text)
    assert "准确率" in words and "Accuracy" not in words


def test_many_classes_show_the_most_confused() -> None:
    made = Made(classes=tuple(f"K{number}" for number in range(62)), count=600)
    confused = data_in(page_of(made))["confused"]
    assert len(confused) == MOST_CLASSES and confused == sorted(confused)


@pytest.mark.parametrize(
    "made",
    [
        Made(misread=0.0),
        Made(misread=1.0),
        Made(classes=("0", "1"), count=2),
        Made(config=None, given=None, epochs=0),
        Made(epochs=1),
        Made(classes=("cat", "dog", "a very long name of a class that goes on")),
    ],
    ids=["perfect", "useless", "two letters", "model alone", "one epoch", "words"],
)
def test_whatever_the_run_is_there_is_a_page(made: Made) -> None:
    page = page_of(made)
    assert page.endswith("</html>")
    assert ("<p>Not one letter is misread.</p>" in page) == (made.misread == 0 or made.count == 2)
    assert ("no command can repeat it" in page) == (made.given is None)


def test_sizes() -> None:
    """The bounds of a page with real letters are measured (docs/report.md); noise is larger than letters."""
    assert len(page_of(Made(count=400)).encode()) < 400_000
