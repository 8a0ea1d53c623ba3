"""`evaluate`: a model measured on labelled letters."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import charmlp
from charmlp.data import open_source
from charmlp.errors import CharmlpError, DataError
from charmlp.evaluation import Evaluation
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import score, wilson
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


def test_confusable_classes_counted_as_one() -> None:
    """Read as 0 a letter O is wrong, and no mistake that anybody could avoid; read as B it is one."""
    classes = ("O", "0", "B")
    model = replace(recognizer().model, classes=classes)
    found = charmlp.evaluate(model, letters([0, 0, 1, 0], [0, 1, 1, 2], classes))
    assert found.accuracy == 0.5
    assert found.counted_as_one == ([("0", "O")], 0.75, wilson(3, 4))
    assert found.counted_as_one.together("O", "0") and not found.counted_as_one.together("O", "B")
    told = json.loads(json.dumps(found.to_dict()))["counted_as_one"]
    assert told == {"groups": [["0", "O"]], "accuracy": 0.75, "interval": list(wilson(3, 4))}
    assert "counted as one" in found._repr_html_()
    apart = charmlp.evaluate(recognizer(), letters([0, 1], [1, 1]))
    assert apart.counted_as_one is None and apart.to_dict()["counted_as_one"] is None


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


class TestWhatAReportNeeds:
    """Seven letters of three classes, the network's logits ten times too sure, and T = 10."""

    LOGITS = 10 * np.array(
        [[3, 1, 0], [1, 2, 0], [0, 4, 0], [0, 4, 1], [2, 0, 1], [0, 5, 1], [0, 0, 1]], np.float32
    )
    LABELS = (0, 0, 1, 1, 2, 2, 2)

    def evaluation(self, temperature: float = 10.0) -> Evaluation:
        shown = letters([*self.LABELS], [*self.LABELS])
        scores = score(self.LOGITS.astype(float) / temperature, shown.labels)
        return Evaluation(scores, self.LOGITS, shown, temperature)

    def test_letter_by_letter(self) -> None:
        found = self.evaluation()
        shares = np.exp(self.LOGITS / 10) / np.exp(self.LOGITS / 10).sum(axis=1, keepdims=True)
        assert np.allclose(found.probabilities, shares)
        assert found.predictions.tolist() == [0, 1, 1, 1, 0, 1, 2]
        assert np.allclose(found.confidences, shares.max(axis=1))
        assert np.allclose(found.losses, -np.log(shares[np.arange(7), self.LABELS]))
        assert found.scores.loss == pytest.approx(found.losses.mean())

    def test_the_errors_by_loss(self) -> None:
        found = self.evaluation()
        assert found.errors.tolist() == [5, 1, 4]  # of the last two, equally wrong, the first
        assert [row[:3] for row in found.rows(found.errors)] == [
            ("5", "C", "B"), ("1", "A", "B"), ("4", "C", "A"),
        ]  # fmt: skip
        assert found.rows(found.errors)[0][3] == found.confidences[5]
        assert found.pairs == [("A", "B", 1), ("C", "A", 1), ("C", "B", 1)]

    def test_the_temperature_is_that_of_the_model(self) -> None:
        """The same letters by a model that is ten times too sure: right or wrong alike, but another loss."""
        one, other = self.evaluation(), self.evaluation(1.0)
        assert one.accuracy == other.accuracy and one.errors.tolist() == other.errors.tolist()
        assert one.scores.loss < other.scores.loss
        assert one.calibration.error < other.calibration.error
        cold, warm = recognizer(), Recognizer(replace(recognizer().model, temperature=2.0))
        shown = letters([0, 1, 2], [0, 1, 1])
        a, b = (charmlp.evaluate(each, shown) for each in (cold, warm))
        assert (a.temperature, b.temperature) == (1.0, 2.0) and np.array_equal(a.logits, b.logits)
        assert np.allclose(b.probabilities, warm.predict_proba(shown.images))
        assert not np.allclose(a.probabilities, b.probabilities)

    def test_the_figures(self) -> None:
        found = self.evaluation()
        assert found.interval == wilson(4, 7) and found.top3 == 1
        assert sum(bin.n for bin in found.calibration.bins) == 7
        assert found.coverage.at(0.0).n == 7 and found.coverage.at(0.0).right == 4
        told = json.loads(json.dumps(found.to_dict()))
        assert told["interval"] == list(wilson(4, 7))
        assert told["ece"] == found.calibration.error and told["ece_by_chance"] == found.calibration.by_chance
        assert told["temperature"] == 10 and told["top3"] == 1
        assert told["pairs"][0] == {"truth": "A", "prediction": "B", "count": 1}
        assert [each["file"] for each in told["worst"]] == ["5", "1", "4"]
        assert told["worst"][0]["loss"] == found.losses[5]
        assert [each["target"] for each in told["coverage"]] == [0.9, 0.95, 0.99]
        assert told["coverage"][0]["reject"] is None  # the surest answer of all is wrong
        most = found.coverage.reaching(0.7)
        assert most is not None and (most.reject, most.n, most.right) == (0.8, 4, 3)


def test_validation_letters_are_those_that_training_held_out(tmp_path: Path) -> None:
    """By the seed that the model names: else it would be measured on letters that it was trained on."""
    for name in CLASSES:
        (tmp_path / name).mkdir()
        for number in range(20):
            Image.new("L", (3, 1), 10 * number + 3).save(tmp_path / name / f"{number}.png")
    model = recognizer().model
    for seed in (7, 8):
        held_out = open_source(tmp_path, classes=CLASSES, seed=seed).load("val", (1, 3)).names
        found = charmlp.evaluate(replace(model, provenance={"seed": seed}), tmp_path)
        assert found.letters.names == held_out
    usual = charmlp.evaluate(model, tmp_path).letters.names
    assert usual == open_source(tmp_path, classes=CLASSES).load("val", (1, 3)).names != held_out
