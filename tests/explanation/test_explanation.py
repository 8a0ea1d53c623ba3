"""Explanations: pixels and bias add up to the logits, whatever the network is."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp import calculus
from charmlp.config import PREPROCESSINGS, View
from charmlp.errors import DataError, ImageError, UsageError
from charmlp.explanation import Explanation, TrainingLetters, explain
from charmlp.images import to_inputs
from charmlp.recognizer import Recognizer
from tests.explanation.making import calm, recognizer, training_letters
from tests.images.making import letter

HANZI = tuple(chr(0x4E00 + number) for number in range(500))


def check_sums(of: Explanation, r: Recognizer) -> None:
    """What every explanation holds."""
    logits = dict(zip(r.classes, r.logits(of.grey[np.newaxis])[0].tolist(), strict=True))
    exact = of.model.act_type in calculus.PIECEWISE_LINEAR
    assert of.exact is exact
    for name, part in ((of.guess, of.of_guess), (of.other, of.of_other)):
        assert part.inputs.sum() + part.bias == pytest.approx(logits[name], abs=1e-5)
        assert abs(part.remainder) < (1e-9 if exact else 1e-5)
    assert of.pixels.shape == of.grey.shape == of.inputs.shape == r.model.norm_size
    assert of.pixels.sum() + of.bias + of.remainder == pytest.approx(of.difference, abs=1e-9)
    assert of.difference == pytest.approx(logits[of.guess] - logits[of.other], abs=1e-5)
    assert of.flat == pytest.approx(of.inputs.mean())


@pytest.mark.parametrize("act_type", calculus.ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (16,), (16, 12, 8)])
@pytest.mark.parametrize("preprocessing", PREPROCESSINGS)
def test_pixels_and_bias_add_up_to_the_logits(
    act_type: str, hidden: tuple[int, ...], preprocessing: str
) -> None:
    r = recognizer(hidden, act_type=act_type, preprocessing=preprocessing)
    of = r.explain(letter())
    check_sums(of, r)
    assert (of.guess, of.other) == tuple(name for name, _ in r.predict(letter(), 2).top)
    assert bool(of.units) == bool(hidden)
    text = f"Explanation({of.guess!r} and not {of.other!r}, logits differ by {of.difference:.2f})"
    assert repr(of) == text


@pytest.mark.parametrize("classes", [("0", "1"), HANZI])
@pytest.mark.parametrize("norm_size", [(20, 16), (9, 40), (1, 7), (2, 3)])
def test_any_number_of_classes_and_any_size(classes: tuple[str, ...], norm_size: tuple[int, int]) -> None:
    r = Recognizer(calm((8,), norm_size, classes=classes, view=View("auto")))
    of = r.explain(letter(), training=training_letters(r.model))
    check_sums(of, r)
    assert of.picture().width == 1200


def test_control_a_network_that_bends_in_between_does_not_add_up_as_a_straight_one() -> None:
    """The formula of relu for a tanh network, whose logits it misses."""
    m = calm((16,), act_type="tanh")
    x = to_inputs(Recognizer(m).grey(letter())[np.newaxis], "scale")[0].astype(float)
    c = np.eye(26)[0]
    of = calculus.input_times_gradient(x, np.full_like(x, x.mean()), c, m.weights, m.biases, "tanh")
    assert abs(of.remainder) > 1e-2


def test_the_flat_picture_is_what_pixels_are_measured_from() -> None:
    """Of a network with one layer it can be computed by hand: (x − mean x) (w_A − w_R)."""
    r = recognizer(())
    r = Recognizer(replace(r.model, act_type="none"))
    of, m = r.explain(letter()), r.model
    guess, other = m.classes.index(of.guess), m.classes.index(of.other)
    weights = (m.weights[0][guess] - m.weights[0][other]).reshape(m.norm_size).astype(float)
    assert np.allclose(of.pixels, (of.inputs - of.inputs.mean()) * weights, atol=1e-12)
    flat = np.full(r.model.input_size, of.inputs.mean(), np.float32)
    says = calculus.mlp(flat[np.newaxis], m.weights, m.biases, "none")[0]
    assert of.bias == pytest.approx(says[guess] - says[other], abs=1e-5)


def test_the_units_that_count_most() -> None:
    r = recognizer((40, 12))
    of, m = r.explain(letter()), r.model
    sizes = [abs(unit.contribution) for unit in of.units]
    assert len(sizes) == 6 and sizes == sorted(sizes, reverse=True) and sizes[-1] > 0
    through = of.of_guess.units - of.of_other.units
    assert sizes[0] == np.abs(through).max() and through.sum() == pytest.approx(of.pixels.sum())
    unit = of.units[0]
    x = to_inputs(of.grey[np.newaxis], "scale")
    assert unit.activity == pytest.approx(
        float(np.maximum(x @ m.weights[0].T + m.biases[0], 0)[0, unit.number - 1]), abs=1e-5
    )
    assert np.array_equal(unit.weights.ravel(), m.weights[0][unit.number - 1])
    assert unit.activity > 0  # what is off passes nothing on


def test_against_another_class() -> None:
    r = recognizer()
    usual = r.explain(letter())
    third = r.predict(letter(), 3).top[2][0]
    assert r.explain(letter(), against=third).other == third
    assert r.explain(letter(), against=usual.guess).other == usual.other
    with pytest.raises(UsageError, match=r'^--against: the model has no class "a"; did you mean \'A\'\?$'):
        r.explain(letter(), against="a")


def test_an_image_of_any_sort_is_read_once() -> None:
    r, content = recognizer(), io.BytesIO()
    letter().save(content, "PNG")
    content.seek(0)
    assert r.explain(content).difference == r.explain(letter()).difference
    with pytest.raises(ImageError, match="blank"):
        r.explain(Image.new("L", (9, 9)))
    with pytest.raises(ImageError, match=r"^gone\.png: no such file"):
        r.explain("gone.png")
    page = Image.new("L", (150, 150), 255)
    page.paste(letter(), (50, 40))
    with pytest.warns(UserWarning, match="the letter takes up"):
        r.explain(page)


def test_versions_of_the_image_are_told() -> None:
    m = calm()
    of = Recognizer(m, tta=4).explain(letter())
    assert of.top == Recognizer(m, tta=4).predict(letter(), 5).top
    (note,) = of.notes()
    assert note.startswith("The guesses are the mean over 4 versions") and "alone" not in note
    alone = of.guess
    other = explain(m, of.grey, (of.top[1], of.top[0]), versions=4)
    assert other.guess != alone and f"which alone would be read as {alone}." in other.notes()[0]
    assert not Recognizer(m).explain(letter()).notes()


def test_a_network_that_says_nothing() -> None:
    """The course's single layer has relu behind it: where all of it is off, all logits are 0."""
    m = calm(())
    r = Recognizer(replace(m, biases=(m.biases[0] - 50,)))
    of = r.explain(letter())
    check_sums(of, r)
    assert of.difference == 0 and not of.pixels.any()
    assert of.sentences() == [
        "No pixel speaks for A or for B: the network answers with its bias terms alone."
    ]
    assert of.picture() is not None


class TestNeighbours:
    def test_the_nearest_in_the_last_hidden_layer(self) -> None:
        r = recognizer((16, 8))
        letters = training_letters(r.model)
        of = r.explain(letters.images[7], training=letters)
        assert of.neighbours is not None
        first, *rest = of.neighbours
        assert (first.name, first.label, first.distance) == ("07.png", "H", pytest.approx(0, abs=1e-4))
        assert of.notes() == ["07.png among the training letters is the very same picture."]
        assert r.explain(letters.images[7] // 2, training=letters).notes() == []
        assert len(rest) == 7 and [n.distance for n in rest] == sorted(n.distance for n in rest)
        m, inputs = r.model, to_inputs(np.stack([letters.images[7], rest[0].grey]), "scale")
        hidden = inputs
        for weight, bias in zip(m.weights[:-1], m.biases[:-1], strict=True):
            hidden = np.maximum(hidden @ weight.T + bias, 0)
        assert rest[0].distance == pytest.approx(float(np.linalg.norm(hidden[0] - hidden[1])), rel=1e-4)

    def test_without_a_hidden_layer_by_pixels(self) -> None:
        r = recognizer(())
        letters = training_letters(r.model)
        of = r.explain(letters.images[3], training=TrainingLetters(r.model, letters))
        assert of.neighbours is not None and of.neighbours[0].name == "03.png"
        inputs = to_inputs(letters.images, "scale")
        distances = np.sort(np.linalg.norm(inputs - inputs[3], axis=1))[:8]
        assert [n.distance for n in of.neighbours] == pytest.approx(distances.tolist(), rel=1e-5)

    def test_letters_of_another_size_and_none(self) -> None:
        m, other = calm(), calm((16,), (8, 8))
        with pytest.raises(DataError, match="training letters of 20×16 are expected"):
            TrainingLetters(m, training_letters(other))
        with pytest.raises(DataError, match="training letters of 20×16 are expected"):
            TrainingLetters(m, training_letters(m, 0))

    def test_they_are_none_where_there_are_none(self) -> None:
        of = recognizer().explain(letter())
        assert of.neighbours is None and of.to_dict()["neighbours"] is None


def test_the_facts_are_json_and_add_up() -> None:
    r = recognizer((16,), act_type="sigmoid", classes=HANZI)
    of = r.explain(letter(), training=training_letters(r.model))
    facts = json.loads(json.dumps(of.to_dict(), allow_nan=False))
    assert facts["method"] == "integrated gradients"
    assert np.sum(facts["pixels"]) + facts["bias"] == pytest.approx(facts["difference"], abs=1e-5)
    for name in (facts["guess"], facts["other"]):
        part = facts["logits"][name]
        assert part["pixels"] + part["bias"] + part["remainder"] == pytest.approx(part["logit"], abs=1e-9)
    assert [set(unit) for unit in facts["units"]] == [{"unit", "activity", "contribution"}] * 6
    assert [set(each) for each in facts["neighbours"]] == [{"file", "class", "distance"}] * 8
    assert facts["sentences"] == of.sentences() and len(facts["sentences"]) == 3


def test_it_is_saved_whole(tmp_path: Path) -> None:
    of = recognizer().explain(letter())
    assert of.save(str(tmp_path / "new" / "why.png")) == tmp_path / "new" / "why.png"
    with Image.open(tmp_path / "new" / "why.png") as picture:
        assert picture.format == "PNG" and picture.size == of.picture().size
        shown, drawn = (np.asarray(each.convert("RGB")).astype(int) for each in (picture, of.picture()))
    assert np.abs(shown - drawn).mean() < 1  # 256 colours are enough of them
    assert (shown[drawn.min(axis=2) == 255] == 255).all()
    written = of.save(tmp_path / "why.svg").read_text("utf-8")
    assert written.startswith("<svg") and f"Why {of.guess} and not {of.other}?" in written
