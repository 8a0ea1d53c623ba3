"""How objects show themselves in a notebook: sound HTML that holds nothing of others but text."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charmlp import html
from charmlp.config import SLIDES
from charmlp.evaluation import evaluate
from charmlp.metrics import score
from charmlp.recognizer import Recognizer
from charmlp.training import Run
from charmlp.training.fit import Fit
from charmlp.training.state import Epoch, Figures
from tests.explanation.making import calm, training_letters
from tests.images.making import letter

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "it's", "字", "$x$")
PATH = Path('runs/<img src="http://example.org/x.png">\x1b[31m/"onload="x')
VOID = {"img", "br"}
ALLOWED = {"div", "b", "p", "table", "tr", "td", "th", "span", "img", "br"}


class Parsed(HTMLParser):
    """What a fragment holds; `faults` is what should not be in it."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.text = ""
        self.alts: list[str] = []
        self.pictures: list[bytes] = []
        self.feed(fragment)
        self.close()
        self.faults += [f"<{tag}> stays open" for tag in self.open]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.faults.append(f"<{tag}>")
        for name, value in attributes:
            if name not in ("style", "alt", "src", "width") or (name == "style" and "url(" in str(value)):
                self.faults.append(f"{tag} {name}={value}")
            if name == "src":
                head, _, data = str(value).partition(",")
                if head != "data:image/png;base64":
                    self.faults.append(f"{tag} from {value}")
                else:
                    self.pictures.append(base64.b64decode(data, validate=True))
            if name == "alt":
                self.alts.append(str(value))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(thing: Any) -> Parsed:
    found = Parsed(thing._repr_html_())
    assert found.faults == []
    assert "\x1b" not in found.text
    for content in found.pictures:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            assert picture.format == "PNG"
    return found


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ("<script>1</script>", "<script>"),
        ("<div><b>x</div>", "</div> closes nothing"),
        ("<p>", "<p> stays open"),
        ('<p onclick="x">y</p>', "p onclick=x"),
        ('<img src="http://example.org/x.png">', "img from http://example.org/x.png"),
        ('<p style="background:url(x)">y</p>', "p style=background:url(x)"),
    ],
)
def test_control_what_should_not_be_there_is_seen(fragment: str, fault: str) -> None:
    assert fault in Parsed(fragment).faults


def recognizer(**facts: Any) -> Recognizer:
    provenance = {"recipe": HOSTILE[0], "validation_accuracy": 0.875}
    return Recognizer(calm((16,), classes=HOSTILE, provenance=provenance, **facts), tta=2, path=PATH)


def test_a_recognizer() -> None:
    found = parsed(recognizer())
    for words in (
        "320-16-6, relu, 5,238 parameters",
        "20×16 grey",
        "87.5 %",
        "2 versions",
        "6: ",
        HOSTILE[0],
    ):
        assert words in found.text, words
    assert r"\x1b[31m" in found.text and '<img src="http' in found.text
    many = Recognizer(calm((4,), classes=tuple(f"class {number}" for number in range(500))))
    assert len(many._repr_html_()) < 3000
    odd = Recognizer(calm(provenance={"recipe": ["x"], "validation_accuracy": "high"}))
    assert "recipe" not in parsed(odd).text


def test_a_prediction() -> None:
    found = parsed(recognizer().predict(letter(), topk=6))
    for name in HOSTILE:
        assert name in found.text
    assert found.text.count("%") == 7
    assert "unsure: " in parsed(recognizer().predict(letter(), reject=1.0)).text


def test_an_explanation() -> None:
    r = recognizer()
    of = r.explain(letter(), training=training_letters(r.model))
    found = parsed(of)
    assert all(sentence in found.text for sentence in (*of.sentences(), *of.notes()))
    assert len(found.pictures) == 1 and found.alts == [f"Why {of.guess} and not {of.other}"]


def test_an_evaluation() -> None:
    r = recognizer()
    letters = training_letters(r.model, 40)
    evaluation = evaluate(r, letters)
    found = parsed(evaluation)
    wrong = round(40 * (1 - evaluation.accuracy))
    assert 24 < wrong < 40 and f"{wrong} misread, the largest losses first" in found.text
    assert f"Accuracy {100 * evaluation.accuracy:.1f} % of 40 letters" in found.text
    low, high = evaluation.interval
    assert f"{100 * low:.1f} to {100 * high:.1f} %" in found.text
    assert len(found.pictures) == 24 and "label" in found.text and "read as" in found.text
    mistakes = evaluation.errors.tolist()
    assert found.alts == [letters.names[number] for number in mistakes[:24]]
    with Image.open(io.BytesIO(found.pictures[0])) as picture:
        assert np.array_equal(np.asarray(picture), letters.images[mistakes[0]])


def test_a_perfect_evaluation_and_one_of_two_classes() -> None:
    r = Recognizer(calm((16,), classes=("0", "1")))
    letters = training_letters(r.model, 6)
    guesses = r.logits(letters.images).argmax(axis=1)
    found = parsed(evaluate(r, type(letters)(letters.images, guesses, letters.classes, letters.names)))
    assert "Accuracy 100.0 %" in found.text and "misread" not in found.text and not found.pictures
    found = parsed(evaluate(r, type(letters)(letters.images, 1 - guesses, letters.classes, letters.names)))
    assert "Accuracy 0.0 %" in found.text and len(found.pictures) == 6


@pytest.mark.parametrize(("epochs", "validated"), [(1, True), (1, False), (40, True), (40, False)])
def test_a_run(epochs: int, validated: bool) -> None:
    figures = Figures(0.75, 0.875, 0.5) if validated else None
    history = tuple(Epoch(number, 2.0 / number, 0.01, 0.25, figures) for number in range(1, epochs + 1))
    scores = score(np.eye(2)[[0, 1, 1, 0]], np.array([0, 1, 1, 1])) if validated else None
    fit = Fit(
        config=SLIDES, parameters=Any, kept_epoch=epochs, scores=scores, temperature=1.0,  # type: ignore[arg-type]
        history=history, interrupted=False,
    )  # fmt: skip
    found = parsed(Run(PATH, calm(classes=HOSTILE), fit))
    assert ("validation accuracy 75.0 %" in found.text) is validated
    assert "recipe slides, as it is" in found.text and f"{epochs} in {epochs / 4:.1f} s" in found.text
    assert "model.safetensors" in found.text and len(found.pictures) == 1
    assert len(Run(PATH, calm(), fit)._repr_html_()) < 30_000


def test_pieces() -> None:
    for piece in (
        html.card("<i>", html.line("<i>"), html.facts([("<i>", "<i>")]), colour=html.RED),
        html.table([(html.escape("<i>"), html.bar(0.5), html.muted("<i>"))], ("<i>", "", "")),
        html.row([(html.image(b"", '"<i>'), "<i>")]),
    ):
        found = Parsed(piece)
        assert found.faults == [] and "<i>" in found.text + "".join(found.alts)
    assert [html.bar(share).partition("width:")[2].split("px")[0] for share in (0, 0.5, 1)] == [
        "1",
        "60",
        "120",
    ]
    assert html.escape("a\x1b<") == "a\\x1b&lt;"


def test_nothing_is_imported_to_show_before_something_is_shown() -> None:
    code = (
        "import sys, charmlp.evaluation, charmlp.training, charmlp.recognizer;"
        "names = {'charmlp.html', 'charmlp.explanation', 'charmlp.training.showing'};"
        "sys.exit(bool(names & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
