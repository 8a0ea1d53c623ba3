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
from charmlp.errors import ImageError, ModelFileError
from charmlp.images import to_inputs
from charmlp.modelfile import write_model
from charmlp.recognizer import Prediction, Recognizer
from tests.images.making import SIZE, exif, letter, lossless, lossy, saved, turned_back
from tests.modelfile.making import model

KINDS = lossless() | lossy()


@pytest.fixture(scope="module", params=["scale", "standardize"])
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
    for other in (letter().transpose(Image.Transpose.ROTATE_180), Image.new("L", SIZE, 255)):
        top = dict(recognizer.predict(other, topk=26).top)
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
