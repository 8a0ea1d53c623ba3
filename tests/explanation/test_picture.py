"""The picture of an explanation."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.explanation.picture import (
    BLUE,
    RED,
    WHITE,
    draw,
    fitting,
    in_colour,
    outline,
    plain,
    signed,
    smooth,
)
from tests.explanation.making import recognizer, training_letters
from tests.images.making import letter


def test_what_is_written() -> None:
    r = recognizer((16,), act_type="tanh", classes=("很长的类别名称与更多的字", "b", "a$b"))
    of = r.explain(letter(), training=training_letters(r.model))
    texts = draw(of).texts
    written = "\n".join(texts)
    assert f"read as {of.guess}. Why {of.guess} and not {of.other}?" in texts[0]
    assert "an approximation with the remainder" in texts[1]
    for words in (
        "what the network sees", "guesses", f"pixels for {of.guess}", "bias (a flat picture)",
        "6 of 16 units of the first hidden layer", "training letters most like it (in the last hidden layer)",
        "20×16 grey; black −1, white 1", *(each.name for each in of.neighbours or ()),
    ):  # fmt: skip
        assert words in written, words
    assert "-" not in "".join(text for text in texts[2:] if text[:1] in "-+−")  # minus signs, not hyphens


def test_without_training_letters_and_hidden_layer() -> None:
    exact, texts = (draw(recognizer(()).explain(letter())) for _ in range(2))
    written = "\n".join(texts.texts)
    assert "training letters" not in written and "no hidden layer: the weights" in written
    assert "the sum is exact" in written
    r = recognizer()
    assert draw(r.explain(letter(), training=training_letters(r.model))).picture.height > exact.picture.height


@pytest.mark.parametrize("shape", [(32, 32), (9, 40), (1, 7), (2, 3), (100, 3)])
def test_smoothing_keeps_the_sum(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(1).normal(size=shape)
    assert smooth(values).sum() == pytest.approx(values.sum())
    one = np.zeros((32, 32))
    one[10, 0] = 1.0
    spread = smooth(one)
    assert spread.max() == spread[10, 0] < 0.5 and (spread >= 0).all()


def test_colours() -> None:
    colours = in_colour(np.array([2.0, 1.0, 0.0, -1.0, -2.0]), 1.0)
    assert [tuple(map(int, each)) for each in colours] == [
        tuple(map(int, each)) for each in (RED, RED, WHITE, BLUE, BLUE)
    ]
    half = in_colour(np.array([0.5]), 1.0)[0]
    assert ((half > RED) & (half < WHITE)).all()


def test_the_outline_lies_between_ink_and_ground() -> None:
    grey = np.full((16, 16), 200, np.uint8)
    grey[:, 8:] = 20
    line = np.asarray(outline(grey, (160, 160)))
    columns = np.flatnonzero(line.any(axis=0))
    assert columns.min() >= 76 and columns.max() <= 84 and line.any(axis=1).all()
    assert outline(np.full((16, 16), 200, np.uint8), (160, 160)).getbbox() is None


def test_sizes_and_numbers() -> None:
    assert fitting(32, 32, 280) == (280, 280) and fitting(60, 24, 280) == (280, 112)
    assert fitting(1, 4000, 100) == (1, 100)
    assert [plain(x) for x in (1.234, -1.234, -0.001, 0.0)] == ["1.23", "−1.23", "0.00", "0.00"]
    assert [signed(x) for x in (1.234, -1.234, 0.001)] == ["+1.23", "−1.23", "0.00"]
