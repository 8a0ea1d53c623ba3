"""The first layer's weights as images."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from charmlp.drawing.marks import Pixels
from charmlp.evaluation.pictures.weights import MOST, first_layer
from charmlp.modelfile import Model


def model(hidden: int, classes: str = "AB") -> Model:
    rng = np.random.default_rng(0)
    sizes = (16, hidden, len(classes)) if hidden else (16, len(classes))
    weights = tuple(rng.normal(size=(out, wide)).astype(np.float32) for wide, out in pairwise(sizes))
    biases = tuple(np.zeros(out, np.float32) for out in sizes[1:])
    return Model(tuple(classes), (2, 8), "scale", "relu", weights, biases)


def test_the_units_that_weigh_most_come_first() -> None:
    of = model(60)
    of.weights[0][41] *= 20
    of.weights[1][:, 7] *= 30  # a unit weighs by what is made of it, too
    canvas = first_layer(of)
    assert set(canvas.texts[1:3]) == {"42", "8"}
    assert sum(isinstance(mark, Pixels) for mark in canvas.marks) == MOST
    assert any(line.startswith(f"{MOST} of 60 hidden units") for line in canvas.texts)


def test_colours_are_signs_on_one_scale() -> None:
    of = model(2)
    of.weights[0][:] = 0
    of.weights[0][0, :4], of.weights[0][0, 4], of.weights[0][1, 0] = 1, -1, 0.5
    of.weights[1][:, 0] = 100  # so that it comes first
    first, second = [mark.pixels for mark in first_layer(of).marks if isinstance(mark, Pixels)]
    assert first.shape == (2, 8, 3) and first[1, 7].tolist() == [255, 255, 255]
    red, _, blue = first[0, 0].astype(int)
    assert red > blue and first[0, 4][2] > first[0, 4][0]
    assert first[0, 0].astype(int).sum() < second[0, 0].astype(int).sum() < 3 * 255


def test_without_a_hidden_layer_each_class_has_its_image() -> None:
    canvas = first_layer(model(0, "XYZ"))
    assert canvas.texts[1:4] == ["X", "Y", "Z"] and any("no hidden layer" in line for line in canvas.texts)


def test_weights_that_are_all_zero() -> None:
    of = model(3)
    of.weights[0][:] = 0
    assert first_layer(of).picture.width > 100
