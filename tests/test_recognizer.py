"""A trained model that reads images: the same letter, however it is stored, is predicted the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import charmlp
from charmlp import calculus
from charmlp.config import PREPROCESSINGS, View
from charmlp.errors import ImageError, ModelFileError, UsageError
from charmlp.images import to_inputs
from charmlp.images.variants import variant
from charmlp.modelfile import write_model
from charmlp.recognizer import Prediction, Recognizer
from tests.images.making import exif, letter, lossless, lossy, saved, turned_back
from tests.modelfile.making import model

KINDS = lossless() | lossy()


@pytest.fixture(scope="module", params=PREPROCESSINGS)
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    m = model((24,), (20, 16), preprocessing=request.param)
    return Recognizer(replace(m, weights=tuple(weight / 8 for weight in m.weights)))  # not too sure of itself


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_predicted_the_same(recognizer: Recognizer, kind: str) -> None:
    expected = recognizer.predict(letter(), topk=26)
    found = recognizer.predict(KINDS[kind], topk=26)
    assert found.prediction == expected.prediction
    if kind not in lossy():
        assert dict(found.top) == pytest.approx(dict(expected.top), abs=0.02)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_predicted_the_same(recognizer: Recognizer, orientation: int) -> None:
    stored = saved(turned_back(letter(), orientation), "PNG", exif=exif(orientation))
    assert recognizer.predict(stored, topk=26) == recognizer.predict(letter(), topk=26)


def test_control_another_letter_is_not_predicted_with_the_same_numbers(recognizer: Recognizer) -> None:
    top = dict(recognizer.predict(letter().transpose(Image.Transpose.ROTATE_180), topk=26).top)
    assert top != pytest.approx(dict(recognizer.predict(letter(), topk=26).top), abs=0.02)


def test_a_path_its_bytes_and_a_pillow_image_are_one(recognizer: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "letter.png"
    path.write_bytes(KINDS["png colour"])
    with Image.open(io.BytesIO(KINDS["png colour"])) as picture:
        found = {
            repr(recognizer.predict(image, 3)) for image in (path, str(path), path.read_bytes(), picture)
        }
    assert len(found) == 1


def test_the_prediction_is_that_of_the_formulas(recognizer: Recognizer) -> None:
    m = recognizer.model
    inputs = to_inputs(recognizer.grey(letter())[np.newaxis], m.preprocessing)
    hidden = np.maximum(inputs @ m.weights[0].T + m.biases[0], 0)
    logits = (hidden @ m.weights[1].T + m.biases[1])[0].astype(np.float64)
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    found = recognizer.predict(letter(), topk=26)
    assert found.prediction == m.classes[int(shares.argmax())]
    assert [share for _, share in found.top] == pytest.approx(sorted(shares, reverse=True), rel=1e-4)
    assert sum(share for _, share in found.top) == pytest.approx(1)


def test_top_k(recognizer: Recognizer) -> None:
    found = recognizer.predict(letter(), topk=3)
    assert len(found.top) == 3 and found.top[0] == (found.prediction, found.probability)
    assert len(recognizer.predict(letter(), topk=99).top) == 26
    assert len(recognizer.predict(letter(), topk=0).top) == 1


def test_a_list_gives_a_list(recognizer: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "letter.png"
    path.write_bytes(KINDS["png colour"])
    grey = np.asarray(letter())
    images = [path, KINDS["png colour"], io.BytesIO(KINDS["png colour"]), letter(), grey, grey / 255]
    assert len({repr(found) for found in recognizer.predict(images, topk=3)}) == 1
    assert recognizer.predict(()) == [] and recognizer.predict([grey], 2) == [recognizer.predict(grey, 2)]
    with pytest.raises(TypeError, match=r"^an image is expected: .* not NoneType$"):
        recognizer.predict([grey, None])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "image", [Image.new("L", (1, 1), 128), np.full((9, 9), 0.5), Image.new("LA", (9, 9))]
)
def test_a_blank_picture_is_no_letter(recognizer: Recognizer, image: Image.Image) -> None:
    with pytest.raises(ImageError, match=r"^image: blank: "):
        recognizer.predict(image)
    first, bad = recognizer.predict_many([letter(), image], return_errors=True)
    assert isinstance(bad, ImageError) and repr(first) == repr(recognizer.predict(letter()))


class TestNotes:
    """What may make images be misread is said, once of each kind."""

    def said(self, recognizer: Recognizer, *images: Image.Image) -> list[str]:
        lines: list[str] = []
        assert len(list(recognizer.predict_many(images, note=lines.append))) == len(images)
        return lines

    def small(self) -> Image.Image:
        page = Image.new("L", (150, 150), 255)
        page.paste(letter(), (50, 40))
        return page

    def test_a_letter_that_is_smaller_than_those_of_training(self, recognizer: Recognizer) -> None:
        (line,) = self.said(recognizer, letter(), self.small(), self.small())
        assert line.startswith("image: the letter takes up 3") and "in training 100%" in line
        with pytest.warns(UserWarning, match="the letter takes up 3"):
            recognizer.predict(self.small())

    def test_but_not_where_training_saw_such_letters(self, recognizer: Recognizer) -> None:
        model = recognizer.model
        for other in (
            replace(model, view=View("auto")),
            replace(model, provenance={"letter_size": 0.4}),
        ):
            assert self.said(Recognizer(other), self.small()) == []
        odd = replace(model, provenance={"letter_size": "large"})
        assert len(self.said(Recognizer(odd), self.small())) == 1

    def test_only_the_first_images_are_looked_at(
        self, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("charmlp.recognizer.MOST_LOOKED_AT", 2)
        assert self.said(recognizer, letter(), letter(), self.small()) == []
        assert len(self.said(recognizer, letter(), self.small())) == 1

    def test_values_of_fewer_bits_than_their_file(self, recognizer: Recognizer) -> None:
        deep = Image.fromarray(np.asarray(letter()).astype(np.uint16) * 16)
        (line,) = self.said(recognizer, letter(), deep, deep)
        assert line == "image: a file of 16 bits with values of 12; white is 4,095 in it"


def test_many_at_once(recognizer: Recognizer) -> None:
    greys = np.stack([recognizer.grey(data) for data in KINDS.values()])
    together = recognizer.predict_grey(greys)
    alone = [recognizer.predict(data) for data in KINDS.values()]
    assert [p.prediction for p in together] == [p.prediction for p in alone]
    assert [p.probability for p in together] == pytest.approx([p.probability for p in alone], rel=1e-5)


def test_any_number_of_images_of_any_sort_in_their_order(recognizer: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "letter.png"
    path.write_bytes(KINDS["png colour"])
    turned = letter().transpose(Image.Transpose.ROTATE_180)
    for copies in (1, 60):  # read here, and by threads
        images = [path, str(path), path.read_bytes(), turned] * copies
        found = list(recognizer.predict_many(iter(images), topk=26))
        alone = [recognizer.predict(image, topk=26) for image in images[:4]]
        assert len(found) == len(images)
        for place, prediction in enumerate(found):
            assert isinstance(prediction, Prediction)
            assert dict(prediction.top) == pytest.approx(dict(alone[place % 4].top), rel=1e-4)
    assert list(recognizer.predict_many([])) == []


def test_images_are_taken_only_as_they_are_needed(recognizer: Recognizer) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield KINDS["png colour"]

    predictions = recognizer.predict_many(endless())
    assert all(isinstance(next(predictions), Prediction) for _ in range(10))
    assert taken < 2000
    predictions.close()


def test_a_bad_image_among_many_is_raised_or_stands_in_its_place(recognizer: Recognizer) -> None:
    images = [letter(), b"", letter()]
    with pytest.raises(ImageError, match=r"^image: the file is empty"):
        list(recognizer.predict_many(images))
    first, bad, last = recognizer.predict_many(images, return_errors=True)
    assert isinstance(bad, ImageError) and "the file is empty" in str(bad)
    assert repr(first) == repr(last) == repr(recognizer.predict(letter()))


def test_probabilities(recognizer: Recognizer) -> None:
    greys = np.stack([recognizer.grey(letter()), np.zeros((20, 16), np.uint8)])
    shares = recognizer.predict_proba(greys)
    assert shares.shape == (2, 26) and shares.sum(axis=1) == pytest.approx([1, 1])
    for row, found in zip(shares, recognizer.predict_grey(greys, topk=26), strict=True):
        assert dict(found.top) == dict(zip(recognizer.classes, row.tolist(), strict=True))


def test_load_and_say(tmp_path: Path) -> None:
    write_model(model(), tmp_path / "m.safetensors")
    recognizer = charmlp.Recognizer.load(tmp_path / "m.safetensors")
    assert repr(recognizer) == "Recognizer(Model(6-3-26, relu, 26 classes))"
    assert recognizer.classes[0] == "A"
    assert repr(recognizer.predict(letter())).startswith("Prediction('")
    write_model(model(), tmp_path / "run" / "model.safetensors")
    assert charmlp.Recognizer.load(tmp_path / "run").model.sizes == (6, 3, 26)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelFileError, match=r"empty.model\.safetensors: no such file"):
        charmlp.Recognizer.load(tmp_path / "empty")
    with pytest.raises(ModelFileError, match="no such file"):
        charmlp.Recognizer.load(str(tmp_path / "other.safetensors"))


def test_bad_images(recognizer: Recognizer, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"^image: the file is empty"):
        recognizer.predict(b"")
    with pytest.raises(ImageError, match=r"gone\.png: no such file"):
        recognizer.predict(tmp_path / "gone.png")


def test_one_layer_has_the_activation_behind_it_as_in_the_course() -> None:
    """Whatever it is in training, it is the same here."""
    m = model((), (20, 16), act_type="tanh")
    grey = Recognizer(m).grey(letter())[np.newaxis]
    assert np.array_equal(
        Recognizer(m).logits(grey), calculus.mlp(to_inputs(grey, "scale"), m.weights, m.biases, "tanh")
    )


class TestTemperature:
    def test_it_divides_the_logits_of_the_probabilities_alone(self, recognizer: Recognizer) -> None:
        warm = Recognizer(replace(recognizer.model, temperature=2.5))
        images = recognizer.grey(letter())[np.newaxis]
        assert np.array_equal(warm.logits(images), recognizer.logits(images))
        expected = calculus.softmax(recognizer.logits(images).astype(np.float64) / 2.5)
        assert warm.predict_proba(images) == pytest.approx(expected)
        cold, found = recognizer.predict(letter(), topk=26), warm.predict(letter(), topk=26)
        assert [name for name, _ in found.top] == [name for name, _ in cold.top]
        assert found.probability < cold.probability
        assert [share for _, share in found.top] == pytest.approx(sorted(expected[0], reverse=True))

    def test_of_several_versions_the_calibrated_probabilities_are_averaged(
        self, recognizer: Recognizer
    ) -> None:
        m = replace(recognizer.model, temperature=0.4)
        images = recognizer.grey(letter())[np.newaxis]
        single = Recognizer(m)
        versions = [single.predict_proba(variant(images, number)) for number in range(3)]
        assert Recognizer(m, tta=3).predict_proba(images) == pytest.approx(np.mean(versions, axis=0))


class TestReject:
    def test_below_it_no_letter_is_given(self, recognizer: Recognizer) -> None:
        sure = recognizer.predict(letter(), 3)
        at, above = (
            recognizer.predict(letter(), 3, reject=p) for p in (sure.probability, sure.probability + 1e-9)
        )
        assert at == sure and sure.prediction is not None
        assert above.prediction is None
        assert (above.probability, above.top) == (sure.probability, sure.top)
        assert repr(above) == f"Prediction(None, unsure: {sure.prediction!r}, {sure.probability:.1%})"

    def test_of_many_and_of_grey_ones(self, recognizer: Recognizer) -> None:
        probability = recognizer.predict(letter()).probability
        for reject, is_sure in ((probability / 2, True), ((1 + probability) / 2, False)):
            grey = recognizer.grey(letter())[np.newaxis]
            found = [
                *recognizer.predict([letter(), letter()], reject=reject),
                *recognizer.predict_many([letter()], reject=reject),
                *recognizer.predict_grey(grey, reject=reject),
            ]
            assert [answer.prediction is not None for answer in found] == [is_sure] * 4

    @pytest.mark.parametrize("reject", [-0.1, 1.1, 90, float("nan")])
    def test_what_is_no_probability(self, recognizer: Recognizer, reject: float) -> None:
        with pytest.raises(UsageError, match="--reject: expected a probability from 0 to 1"):
            recognizer.predict(letter(), reject=reject)
