"""The integer model answers as the model does, and no number in it is too large."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp import calculus
from charmlp.calculus import ACTIVATIONS
from charmlp.errors import CharmlpError
from charmlp.exporting.quantised import IntegerModel, quantise
from charmlp.exporting.quantised.deviation import Deviation
from charmlp.exporting.quantised.packing import packed_rows
from charmlp.exporting.quantised.rows import balanced, best_scales, rounded
from charmlp.images import to_inputs
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from tests.exporting.nets import letters, net

LETTERS = letters(200)


def error(model: Model, bits: int) -> float:
    """How far its logits are from the model's, beside how far these are from one another."""
    whole, logits = quantise(model, bits, LETTERS[:100]), Recognizer(model).logits(LETTERS)
    return float(np.std(whole.scores(LETTERS) / 2.0**whole.fraction - logits) / np.std(logits))


@pytest.mark.parametrize("act_type", ACTIVATIONS)
@pytest.mark.parametrize("preprocessing", ["scale", "standardize"])
def test_it_is_near_the_model(act_type: str, preprocessing: str) -> None:
    model = net(act_type=act_type, preprocessing=preprocessing)
    assert 2 * error(model, 8) < error(model, 4) < 0.5


def test_a_picture_and_its_negative_are_one_where_ink_is_made_light() -> None:
    model = net(preprocessing="light_ink")
    assert error(model, 8) < 0.05
    whole = quantise(model, 8, LETTERS)
    agree = whole.predict(LETTERS) == whole.predict(255 - LETTERS)
    assert agree.mean() > 0.9 and whole.inverts


@pytest.mark.parametrize("act_type", ["relu", "none", "leaky_relu"])
def test_a_single_layer_has_its_activation_behind_it(act_type: str) -> None:
    model = net((), act_type)
    assert error(model, 8) < 0.02
    scores = quantise(model, 8, LETTERS).scores(LETTERS)
    assert (scores.min() == 0) == (act_type == "relu")


def test_what_has_no_integer_form_is_refused() -> None:
    with pytest.raises(CharmlpError, match="sigmoid behind the only layer has no integer form: --bits 32"):
        quantise(net((), "sigmoid"), 8, LETTERS)
    with pytest.raises(CharmlpError, match="a layer has 65,536 inputs; with 8 or 4 bits at most 65,535"):
        quantise(net((), sides=(256, 256)), 8, letters(1, (256, 256)))
    huge = net()
    huge.weights[0][...] *= 1e12
    with pytest.raises(CharmlpError, match="so large that no integers stand for"):
        quantise(huge, 8, LETTERS)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("preprocessing", ["scale", "standardize"])
@pytest.mark.parametrize("sides", [(13, 11), (64, 64)])
def test_no_sum_is_too_large_whatever_is_read(bits: int, preprocessing: str, sides: tuple[int, int]) -> None:
    """Not even of the pictures that a row of weights likes most."""
    check_sums(quantise(net((3,), preprocessing=preprocessing, sides=sides), bits, letters(10, sides)))


@pytest.mark.parametrize("preprocessing", ["scale", "standardize"])
def test_nor_with_as_many_pixels_as_there_may_be(preprocessing: str) -> None:
    check_sums(quantise(net((2,), preprocessing=preprocessing, sides=(255, 257)), 8, letters(2, (255, 257))))


def check_sums(whole: IntegerModel) -> None:
    first = whole.layers[0]
    liked = np.concatenate([first.weights > 0, first.weights < 0]) * np.uint8(255)
    down = whole.deviation(liked)[:, np.newaxis] if whole.deviation else first.down
    assert np.abs((liked.astype(np.int64) @ first.weights.T.astype(np.int64)) * whole.up).max() < 2**31
    assert np.abs(first.sums(liked, whole.up, down)).max() < 2**31
    assert np.abs(whole.scores(liked.reshape(-1, *whole.norm_size))).max() < 2**31


@pytest.mark.parametrize("size", [(8, 8), (13, 11), (24, 24), (32, 32), (90, 91)])
def test_the_deviation(size: tuple[int, int]) -> None:
    pixels = letters(20, size).reshape(20, -1)
    deviation = Deviation.of(pixels.shape[1])
    assert 255**2 * pixels.shape[1] // 4 * deviation.numerator < 2**32
    found = deviation(pixels) / 2**deviation.bits
    true = pixels.std(axis=1)
    assert np.all((found <= true + 1e-9) & (found > true - 2.0**-deviation.bits - 1e-3))
    assert deviation(np.full((1, pixels.shape[1]), 7)) == 2**deviation.bits  # 1 at least


def test_rows_of_standardised_pixels_sum_to_0() -> None:
    weight = np.random.default_rng(5).normal(size=(20, 143))
    weight -= weight.mean(axis=1, keepdims=True)
    for bits in (8, 4):
        scale = best_scales(weight, bits)
        whole = balanced(weight, scale, bits)
        assert not whole.sum(axis=1).any() and rounded(weight, scale, bits).sum(axis=1).any()
        assert np.abs(whole - weight / scale).max() < 1.6 or bits == 4
        assert np.abs(whole).max() <= 2 ** (bits - 1) - 1


def test_few_weights_are_cut_off_where_all_others_are_closer_then() -> None:
    weight = np.append(np.random.default_rng(6).normal(size=200), 9.0)[np.newaxis]
    assert best_scales(weight, 4) < 0.8 * 9 / 7


def test_probabilities() -> None:
    model = net()
    whole = quantise(model, 8, LETTERS)
    scores = whole.scores(LETTERS)
    true = calculus.softmax(scores / 2.0**whole.fraction / model.temperature)
    assert np.abs(whole.softmax(scores) / 2**16 - true).max() < 1e-3


def test_rows_as_bytes() -> None:
    whole = quantise(net((3,)), 4, LETTERS)
    layer = whole.layers[0]
    row = packed_rows(layer, 4)[1]
    halves = np.stack([row[:-5] & 15, row[:-5] >> 4], axis=1).ravel().astype(int) - 8
    assert halves[:143].tolist() == layer.weights[1].tolist() and halves[143] == 0
    assert row[-5] == layer.multipliers[1]
    assert int.from_bytes(row[-4:].tobytes(), "big", signed=True) == layer.biases[1]
    assert packed_rows(layer, 8)[1][:143].view(np.int8).tolist() == layer.weights[1].tolist()


def test_the_integer_model_is_whole() -> None:
    """Nothing that is computed of a picture is a float."""
    whole = quantise(net(act_type="tanh"), 8, LETTERS)
    assert isinstance(whole, IntegerModel)
    for layer in whole.layers:
        assert all(array.dtype.kind == "i" for array in (layer.weights, layer.multipliers, layer.biases))
    assert whole.scores(LETTERS).dtype == np.int64 and to_inputs(LETTERS, "scale").dtype == np.float32
