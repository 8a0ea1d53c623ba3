"""`errors.csv` and `predictions.csv` say the same when another program reads them, whatever names hold."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from charmlp.evaluation import Evaluation, write_tables
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import score

CLASSES = ("a,b", "\u7532", '"')
NAMES = ("one.png", "with, comma.png", 'with "quotes".png', "=1+1.png", "-1", "line\nbreak.png")


def evaluation(predictions: tuple[int, ...] = (0, 1, 2, 0, 1, 2)) -> Evaluation:
    logits = np.eye(3)[list(predictions)] * [[4], [3], [2], [1], [5], [6]]
    labels = np.array([0, 1, 2, 1, 2, 0])
    letters = LetterSet(np.zeros((6, 1, 1), np.uint8), labels, CLASSES, NAMES)
    return Evaluation(score(logits, labels), logits, letters)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_letter_and_the_misread_ones(tmp_path: Path) -> None:
    found = evaluation()
    errors, predictions = write_tables(found, tmp_path / "run" / "test")
    assert (errors.name, predictions.name) == ("errors.csv", "predictions.csv")
    assert errors.read_text("utf-8").startswith("file,truth,prediction,probability\n")
    everything = rows(predictions)
    assert [row["file"] for row in everything] == [
        "one.png", "with, comma.png", 'with "quotes".png', "'=1+1.png", "-1", "line\\nbreak.png",
    ]  # fmt: skip
    assert [row["truth"] for row in everything] == [CLASSES[i] for i in (0, 1, 2, 1, 2, 0)]
    assert [row["prediction"] for row in everything] == [CLASSES[i] for i in (0, 1, 2, 0, 1, 2)]
    assert [float(row["probability"]) for row in everything] == pytest.approx(
        found.probabilities.max(axis=1), abs=1e-6
    )
    misread = [everything[number] for number in (5, 4, 3)]  # the largest loss first
    assert rows(errors) == misread


def test_without_mistakes_the_table_is_empty_but_there(tmp_path: Path) -> None:
    errors, _ = write_tables(evaluation((0, 1, 2, 1, 2, 0)), tmp_path)
    assert errors.read_text("utf-8") == "file,truth,prediction,probability\n"
