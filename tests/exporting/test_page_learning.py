"""The page learns with the gradients of charmlp.calculus, of 100 images, layer by layer."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.exporting.pictures import pictures
from charmlp.images.inputs import to_inputs
from charmlp.recognizer import Recognizer
from tests.exporting.models import make_model
from tests.exporting.steps_of_page import largest_difference, needs_node, steps_in_node

MOST = 1e-5
QUICK = ("relu", "gelu")  # what is saved for the slope is y, or x; the others are seen in the full suite
ACTIVATIONS = [
    pytest.param(name, marks=[] if name in QUICK else pytest.mark.full) for name in calculus.ACTIVATIONS
]


@functools.cache
def hundred_images() -> tuple[NDArray[np.float64], list[int]]:
    """100 pictures as such a model sees them, and a class for each."""
    model = make_model("relu", (20, 15), norm_size=(8, 8))
    recognizer, generator = Recognizer(model), np.random.default_rng(1)
    some = [each for each in pictures() if each.size < 5000 and np.ptp(each)][:25]
    greys = np.stack([recognizer.grey(np.rot90(each, turn)) for each in some for turn in range(4)])
    xs = to_inputs(greys, model.preprocessing).astype(np.float64)
    assert len(xs) == 100
    return xs, generator.integers(0, len(model.classes), 100).tolist()


@needs_node
@pytest.mark.parametrize("act_type", ACTIVATIONS)
def test_gradients_are_those_of_the_calculus(act_type: str) -> None:
    model = make_model(act_type, (20, 15), norm_size=(8, 8))
    xs, truths = hundred_images()
    found = steps_in_node(model, xs, truths, 1e-3)
    assert largest_difference(model, xs, truths, found) < MOST
    for step in found[:3]:
        assert step["layers"][0][0] != [0.0] * 20  # no gradient is all 0


@needs_node
@pytest.mark.parametrize("other", ["leaky_relu", pytest.param("silu", marks=pytest.mark.full)])
def test_gradients_of_another_activation_differ(other: str) -> None:
    model = make_model("relu", (20, 15), norm_size=(8, 8))
    xs, truths = hundred_images()
    found = steps_in_node(replace(model, act_type=other), xs, truths, 1e-3)
    assert largest_difference(model, xs, truths, found) > 10 * MOST


@needs_node
def test_a_step_leads_where_the_calculus_says() -> None:
    model, rate = make_model("gelu", (20, 15), norm_size=(8, 8)), 1e-2
    xs, truths = hundred_images()
    weights, biases = ([each.astype(np.float64) for each in some] for some in (model.weights, model.biases))
    for i, step in enumerate(steps_in_node(model, xs[:10], truths[:10], rate)):
        moved = [w - rate * np.outer(d, x) for w, (d, x, _) in zip(weights, step["layers"], strict=True)]
        shifted = [b - rate * np.array(d) for b, (d, _, _) in zip(biases, step["layers"], strict=True)]
        after = calculus.softmax(calculus.mlp(xs[i : i + 1], moved, shifted, "gelu"))[0, truths[i]]
        assert abs(step["after"] + np.log(after)) < MOST


@needs_node
def test_a_unit_that_is_off_is_one_without_weights_behind_it() -> None:
    model = make_model("tanh", (20, 15), norm_size=(8, 8))
    xs, truths = hundred_images()
    off = [3, 7]
    behind = model.weights[1].copy()
    behind[:, off] = 0
    without = replace(model, weights=(model.weights[0], behind, model.weights[2]))
    found = steps_in_node(model, xs[:20], truths[:20], 1e-3, off)
    expected = steps_in_node(without, xs[:20], truths[:20], 1e-3)
    for step, other in zip(found, expected, strict=True):
        assert np.abs(np.array(step["error"]) - other["error"]).max() < 1e-12
        delta, _, _ = step["layers"][0]
        assert [delta[unit] for unit in off] == [0, 0] and np.abs(delta).max() > 0
        weight = np.outer(*step["layers"][1][:2])
        assert not weight[:, off].any()  # nothing is learned behind it
