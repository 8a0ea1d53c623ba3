"""Explanations in plain sentences."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import numpy as np
import pytest

from charmlp.calculus import ACTIVATIONS, Attribution
from charmlp.config import PREPROCESSINGS, View
from charmlp.explanation import Explanation, Neighbour, picture
from charmlp.explanation.picture import draw
from charmlp.explanation.words import CHINESE, Words, extremes, notes, sentences, thirds
from tests.explanation.making import recognizer, training_letters
from tests.images.making import letter


def explained(pixels: np.ndarray, bias: float = 0.5) -> Explanation:
    """An explanation with these contributions; the left half of the picture is dark."""
    inputs = np.where(np.arange(pixels.shape[1]) < pixels.shape[1] / 2, -1.0, 1.0) * np.ones(pixels.shape)
    nothing = Attribution(0.0, np.zeros(pixels.size), np.zeros(3), 0.0, 0.0, 1)
    some = Attribution(float(pixels.sum()) + bias, pixels.ravel(), np.zeros(3), bias, 0.0, 1)
    of = recognizer().explain(letter())
    grey = np.zeros(pixels.shape, np.uint8)
    return replace(
        of, inputs=inputs, grey=grey, flat=0.0, guess="A", other="R", of_guess=some, of_other=nothing
    )


def test_the_sum_and_where_most_of_it_lies() -> None:
    pixels = np.zeros((9, 12))
    pixels[0, 0], pixels[1, 1], pixels[8, 11], pixels[4, 6] = 2.0, 1.5, -1.25, 0.25
    of = explained(pixels)
    assert of.sentences() == [
        "A and not R: pixels add 3.75 for A and 1.25 for R, a flat picture 0.50 for A;"
        " so the logit of A is 3.00 above that of R.",
        "Strongest for A: dark pixels at the top left (3.50);"
        " for R: light pixels at the bottom right (1.25).",
    ]
    assert extremes(of) == (
        (3.5, "dark", "at the top left"),
        (-1.25, "light", "at the bottom right"),
    )


@pytest.mark.parametrize(
    ("bias", "words"),
    [
        (-0.25, "a flat picture 0.25 for R; so the logit of A is 0.75 above that of R."),
        (-3.0, "a flat picture 3.00 for R; so the logit of R is 2.00 above that of A."),
        (1e-9, "a flat picture nothing; so the logit of A is 1.00 above that of R."),
    ],
)
def test_signs_are_said_in_words(bias: float, words: str) -> None:
    pixels = np.zeros((6, 6))
    pixels[3, 3] = 1.0
    first, second = explained(pixels, bias).sentences()
    assert first.endswith(words)
    assert second == "Strongest for A: light pixels in the middle (1.00)."


def test_an_approximation_is_called_one() -> None:
    of = recognizer(act_type="tanh").explain(letter())
    assert "(an approximation, remainder " in of.sentences()[0]
    assert "approximation" not in recognizer().explain(letter()).sentences()[0]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("AAA", "All 3 training letters most like it are A; the nearest, 0.png, is A."),
        ("RAQ", "1 of the 3 training letters most like it is A; the nearest, 0.png, is R."),
        ("AAQ", "2 of the 3 training letters most like it are A; the nearest, 0.png, is A."),
        ("RQR", "None of the 3 training letters most like it are A; the nearest, 0.png, is R."),
    ],
)
def test_neighbours(labels: str, words: str) -> None:
    grey = np.zeros((2, 3), np.uint8)
    near = tuple(Neighbour(f"{at}.png", label, 0.0, grey) for at, label in enumerate(labels))
    assert sentences(replace(explained(np.ones((3, 3))), neighbours=near))[-1] == words


def test_what_a_terminal_obeys_is_escaped() -> None:
    near = (Neighbour("a\x1b[31m.png", "A", 0.0, np.zeros((2, 3), np.uint8)),)
    lines = sentences(replace(explained(np.ones((3, 3))), neighbours=near))
    assert all(line.isprintable() for line in lines) and r"\x1b[31m" in lines[-1]


@pytest.mark.parametrize("side", [1, 2, 3, 4, 32, 100])
def test_every_place_is_in_one_third(side: int) -> None:
    assert (thirds(side).sum(axis=0) == 1).all()
    assert side < 3 or (thirds(side).sum(axis=1) >= side // 3).all()


class TestChinese:
    def test_the_same_values_are_named(self) -> None:
        def names(text: str) -> list[str]:
            return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})

        for english, chinese in CHINESE.items():
            assert names(english) == names(chinese), english
            assert re.search("[\u4e00-\u9fff；]", chinese), english

    def test_all_that_is_said_is_in_the_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And all of the table is said, by explanations of every kind."""
        said = set()

        def recording(self: Words, text: str, **values: object) -> str:
            said.add(text)
            return text.format(**values)

        monkeypatch.setattr(Words, "__call__", recording)
        kinds = [{"preprocessing": p, "view": View(c)} for p in PREPROCESSINGS for c in ("none", "auto")]
        for facts in (*kinds, {"temperature": 1.5}, *({"act_type": name} for name in ACTIVATIONS)):
            for hidden in ((), (8,)):
                r = recognizer(hidden, **facts)
                of = r.explain(letter(), training=training_letters(r.model))
                draw(of)
                sentences(of)
                notes(replace(of, versions=2))
                notes(replace(of, versions=2, alone="another"))
        grey = np.zeros((2, 3), np.uint8)
        for labels in ("AAA", "RAQ", "AAQ", "RQR"):
            near = tuple(Neighbour("1.png", label, 0.0, grey) for label in labels)
            sentences(replace(explained(np.ones((3, 3))), neighbours=near))
        for place in np.ndindex(9, 9):
            for sign in (1.0, -1.0):
                pixels = np.zeros((9, 9))
                pixels[place] = sign
                sentences(explained(pixels, 0.0))
        sentences(explained(np.zeros((3, 3))))
        notes(replace(of, neighbours=(Neighbour("1.png", "A", 0.0, of.grey),)))
        assert said == CHINESE.keys()

    def test_an_explanation_in_chinese(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(picture, "has_chinese", lambda: True)  # this machine may have such a font or none
        pixels = np.zeros((9, 12))
        pixels[0, 0], pixels[8, 11] = 2.0, -1.25
        of = explained(pixels)
        assert of.sentences("zh") == [
            "是 A 而不是 R：像素为 A 贡献 2.00，为 R 贡献 1.25，均匀灰图为 A 贡献 0.50；"
            "因此 A 的 logit 比 R 的高 1.25。",
            "分量最大的：支持 A 的是左上的暗像素（2.00）；支持 R 的是右下的亮像素（1.25）。",
        ]
        drawn = recognizer().explain(letter())
        assert f"为什么是 {drawn.guess} 而不是 {drawn.other}？" in draw(drawn, "zh").texts[0]
        chinese = [text for text in draw(drawn, "zh").texts if re.search("[\u4e00-\u9fff]", text)]
        assert len(chinese) > 20 and "−" not in "".join(chinese)  # which some Chinese fonts lack
        with pytest.raises(KeyError):
            of.sentences("fr")
