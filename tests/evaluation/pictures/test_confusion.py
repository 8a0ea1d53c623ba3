"""The confusion matrix: whose names and counts are where; what is left out, and that it is said."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp import text
from charmlp.drawing.colours import BLUES
from charmlp.drawing.marks import Cells
from charmlp.evaluation.pictures.about import About
from charmlp.evaluation.pictures.confusion import MOST_CLASSES, confusion_matrix, most_confused, with_others
from charmlp.metrics import score
from tests.evaluation.pictures.conftest import ODD_NAMES, evaluation


def drawn(labels: list[int], guesses: list[int], classes: list[str] | str) -> list[str]:
    return confusion_matrix(evaluation(labels, guesses, classes).scores, list(classes)).texts


def test_it_has_names_and_counts() -> None:
    texts = drawn([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 2], "ABC")
    assert sorted(written for written in texts if written.isdigit()) == ["1", "1", "2", "2"]
    assert "accuracy 83.3 % of 6 images (95 % interval 43.6 to 97.0 %)" in texts
    for name in "ABC":
        assert texts.count(name) == 2
    assert texts[texts.index("most frequent confusions") :][1:3] == ["A → B", "1 of 3"]


def test_a_cell_is_the_darker_the_larger_its_share() -> None:
    canvas = confusion_matrix(evaluation([0, 0, 0, 1], [0, 0, 1, 1], "AB").scores, "AB")
    (cells,) = [mark.colours for mark in canvas.marks if isinstance(mark, Cells)]
    assert cells[1, 1].tolist() == BLUES[-1].tolist() and cells[1, 0].tolist() == BLUES[0].tolist()
    assert cells[0, 0].sum() > cells[1, 1].sum() and cells[0, 0].sum() < cells[0, 1].sum()


def test_any_class_name_can_be_drawn() -> None:
    labels = list(range(len(ODD_NAMES)))
    canvas = confusion_matrix(evaluation(labels, labels, ODD_NAMES).scores, ODD_NAMES)
    assert canvas.texts.count(text.short(ODD_NAMES[5])) == 2 and "none" in canvas.texts
    assert "\u202e" not in canvas.svg() and "<b>" not in canvas.svg() and canvas.picture.size > (0, 0)


def test_of_many_classes_the_confused_ones_are_drawn() -> None:
    """Of 62 classes three are confused; then of all, and the rest is one row and column."""
    names, labels = [f"c{at}" for at in range(62)], list(range(62))
    few = labels.copy()
    few[7], few[50] = 8, 7
    texts = drawn(labels, few, names)
    assert [name for name in names if name in texts] == ["c7", "c8", "c50"] and "other" not in texts
    assert "3 of 62 classes: those with mistakes. The 59 others are always read right." in texts
    many = [*range(1, 62), 0]
    many[0], many[1] = 2, 2  # c0 and c1 are read as c2, and so on
    texts = drawn(labels, many, names)
    assert sum(name in texts for name in names) == MOST_CLASSES and texts.count("other") == 2
    hidden = next(line for line in texts if "other” is the rest" in line)
    scores = evaluation(labels, many, names).scores
    chosen = most_confused(scores.confusion)
    whole, support = with_others(scores.confusion, chosen)
    rest = np.setdiff1d(labels, chosen)
    counted = scores.confusion[np.ix_(rest, rest)].sum()
    assert f"mistakes within it: {counted}." in hidden and whole.sum() + counted == 62 == support.sum()


def test_of_many_classes_without_a_mistake_some_are_drawn() -> None:
    names, labels = [f"c{at}" for at in range(500)], list(range(500))
    texts = drawn(labels, labels, names)
    assert f"No class is confused with another; of 500 classes the first {MOST_CLASSES} are shown." in texts
    assert "c39" in texts and "c40" not in texts


def test_the_matrix_stays_small_enough_to_look_at() -> None:
    rng = np.random.default_rng(0)
    for count in (1, 2, 26, 500):
        scores = score(rng.normal(size=(2000, count)), rng.integers(0, count, 2000))
        canvas = confusion_matrix(scores, [f"a long name {at}" for at in range(count)])
        assert 400 < canvas.height < 2700 and 600 < canvas.width < 3000


def test_it_says_of_which_run_and_data() -> None:
    scores = evaluation([0, 1], [0, 1], "AB").scores
    texts = confusion_matrix(scores, "AB", About("first", "photos", "test")).texts
    assert texts[-1] == "run first · data photos · test images"
    assert not any("run " in line for line in confusion_matrix(scores, "AB").texts)


@pytest.mark.parametrize("useless", [True, False])
def test_the_worst_pairs_are_ten_at_most(useless: bool) -> None:
    labels = np.arange(26 * 20) % 26
    guesses = np.random.default_rng(1).integers(0, 26, len(labels)) if useless else labels
    texts = drawn(labels.tolist(), guesses.tolist(), [chr(65 + at) for at in range(26)])
    assert sum(" → " in line for line in texts) == (10 if useless else 0)
