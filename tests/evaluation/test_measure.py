"""`evaluate`: a model measured on labelled letters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import charmlp
from charmlp.data import open_source
from charmlp.errors import CharmlpError, DataError
from charmlp.letters.letterset import LetterSet
from charmlp.modelfile import Model, write_model
from charmlp.recognizer import Recognizer

CLASSES = ("A", "B", "C")


def recognizer() -> Recognizer:
    """Reads the class from which of three pixels is the brightest."""
    return Recognizer(
        Model(CLASSES, (1, 3), "scale", "none", (np.eye(3, dtype=np.float32),), (np.zeros(3, np.float32),))
    )


def letters(labels: list[int], shown: list[int], classes: tuple[str, ...] = CLASSES) -> LetterSet:
    """Images that show one class and are labelled as another, perhaps."""
    images = (255 * np.eye(3)[np.array(shown, int)]).astype(np.uint8).reshape(-1, 1, 3)
    return LetterSet(images, np.array(labels, np.int64), classes, tuple(map(str, range(len(labels)))))


def test_figures() -> None:
    evaluation = charmlp.evaluate(recognizer(), letters([0, 1, 2, 2], [0, 1, 2, 1]))
    assert evaluation.accuracy == 0.75
    found = json.loads(json.dumps(evaluation.to_dict()))
    assert found["n"] == 4
    assert found["per_class"]["C"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert found["per_class"]["B"]["precision"] == 0.5
    assert repr(evaluation).startswith("Evaluation(Scores(n=4, accuracy=0.7500")


def test_whatever_names_a_model_and_its_data(tmp_path: Path) -> None:
    """A file, a run folder, a model, a recognizer; a folder, one list of it, an open source."""
    model = recognizer().model
    write_model(model, tmp_path / "run" / "model.safetensors")
    for split, count in (("train", 2), ("validation", 3), ("test", 4)):
        names = {f"{split}{number}.png": CLASSES[number % 3] for number in range(count)}
        for number, name in enumerate(names):
            (tmp_path / "data" / "images").mkdir(parents=True, exist_ok=True)
            shown = np.eye(3)[number % 3] * 255
            Image.fromarray(shown[np.newaxis].astype(np.uint8)).save(tmp_path / "data" / "images" / name)
        (tmp_path / "data" / f"{split}.json").write_text(json.dumps(names))
    data, run = tmp_path / "data", tmp_path / "run"
    for one, other, split, count in (
        (run, data, None, 4),
        (str(run / "model.safetensors"), str(data), "val", 3),
        (model, data / "train.json", None, 2),
        (recognizer(), open_source(data, classes=CLASSES), "train", 2),
    ):
        evaluation = charmlp.evaluate(one, other, split=split)
        assert (evaluation.accuracy, len(evaluation.letters)) == (1, count)
    for one, other, error, words in (
        (tmp_path / "rum", data, CharmlpError, "rum: a model's name ends in"),
        (run, tmp_path / "date", CharmlpError, "date: no such file or folder"),
        (run, 5, TypeError, "int"),
        (None, data, TypeError, "NoneType"),
    ):
        with pytest.raises(error, match=words):
            charmlp.evaluate(one, other)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no dev images"):
        charmlp.evaluate(run, data, split="dev")


def test_many_letters_are_read_in_parts() -> None:
    labels = list(np.arange(10_000) % 3)
    assert charmlp.evaluate(recognizer(), letters(labels, labels)).accuracy == 1


def test_other_classes_are_refused() -> None:
    with pytest.raises(DataError, match="the data has the classes A C B, the model A B C"):
        charmlp.evaluate(recognizer(), letters([0], [0], ("A", "C", "B")))


def test_nothing_to_test_on() -> None:
    with pytest.raises(DataError, match="no images"):
        charmlp.evaluate(recognizer(), letters([], []))
