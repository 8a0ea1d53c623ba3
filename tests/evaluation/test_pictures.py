"""Pictures: what they show, for ordinary and for odd input. How they look is for human eyes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageColor
from threadpoolctl import threadpool_info, threadpool_limits

from charmlp import text
from charmlp.canvas import BLUE, GREEN, ORANGE
from charmlp.drawing import save
from charmlp.evaluation import pictures
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import score
from charmlp.training.state import Epoch

ODD_NAMES = ("α", "中文", "ı", "a$b^2", "Z̃", "very long class name", "\u202eabc", "🙂")


def logits_of(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Well separated clusters, one a class."""
    rng = np.random.default_rng(0)
    return 8 * np.eye(n_classes)[labels] + rng.normal(size=(len(labels), n_classes))


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for panel in figure.axes for text in panel.texts]


def test_each_point_of_the_scatter_is_its_letter_in_the_colour_of_its_class() -> None:
    labels = np.repeat(np.arange(4), 12)
    figure = pictures.tsne_scatter(logits_of(labels, 4), labels, "ABCD")
    marks = figure.axes[0].texts
    assert [mark.get_text() for mark in marks] == ["ABCD"[label] for label in labels]
    colours = {(mark.get_text(), tuple(mark.get_color())) for mark in marks}
    assert len(colours) == len({colour for _, colour in colours}) == 4


def test_the_scatter_separates_what_the_logits_separate() -> None:
    labels = np.repeat(np.arange(4), 12)
    points = pictures.embed(logits_of(labels, 4), seed=1)
    centres = np.stack([points[labels == label].mean(axis=0) for label in range(4)])
    nearest = np.linalg.norm(points[:, None] - centres, axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.95
    assert np.array_equal(points, pictures.embed(logits_of(labels, 4), seed=1))


def test_tsne_has_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    manifold = pytest.importorskip("sklearn.manifold")
    seen: list[int] = []

    def threads() -> list[int]:
        return [library["num_threads"] for library in threadpool_info()]

    def fit(self: object, points: np.ndarray) -> np.ndarray:
        seen.extend(threads())
        return points[:, :2]

    monkeypatch.setattr(manifold.TSNE, "fit_transform", fit)
    with threadpool_limits(2):
        pictures.embed(logits_of(np.arange(8) % 4, 4), seed=1)
        assert 2 in threads()
    assert set(seen) == {1}


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("n_classes", [1, 2, 3])
def test_few_points(n: int, n_classes: int, tmp_path: Path) -> None:
    labels = np.arange(n) % n_classes
    figure = pictures.tsne_scatter(logits_of(labels, n_classes), labels, "ABC"[:n_classes])
    assert save(figure, tmp_path / "a.png").is_file()


def test_many_points_are_thinned_out() -> None:
    labels = np.arange(pictures.MOST_POINTS + 500) % 3
    logits = np.zeros((len(labels), 3))  # nothing to embed: quick
    figure = pictures.tsne_scatter(logits, labels, "ABC")
    assert len(figure.axes[0].texts) == pictures.MOST_POINTS
    assert f"of {len(labels):,}" in figure.axes[0].get_title()


def test_any_class_name_can_be_drawn(tmp_path: Path) -> None:
    labels = np.arange(len(ODD_NAMES) * 3) % len(ODD_NAMES)
    logits = logits_of(labels, len(ODD_NAMES))
    letters = LetterSet(
        np.zeros((len(labels), 8, 8), np.uint8), labels, ODD_NAMES, tuple(map(str, labels.tolist()))
    )
    canvas = pictures.confusion_matrix(score(logits, labels), ODD_NAMES)
    assert text.short(ODD_NAMES[5]) in canvas.texts
    paths = [canvas.save(tmp_path / "canvas.png")]
    for number, figure in enumerate(
        (
            pictures.tsne_scatter(logits, labels, ODD_NAMES),
            pictures.contact_sheet([("sämple", letters)]),
            pictures.readings(letters, logits),
        )
    ):
        paths.append(save(figure, tmp_path / f"{number}.png"))
    for path in paths:
        with Image.open(path) as picture:
            picture.verify()


def test_the_confusion_matrix_has_the_counts() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2])
    logits = np.eye(3)[[0, 0, 1, 1, 1, 2]]
    canvas = pictures.confusion_matrix(score(logits, labels), "ABC")
    assert sorted(written for written in canvas.texts if written.isdigit()) == ["1", "1", "2", "2"]
    assert "accuracy 83.3% of 6" in canvas.texts
    for name in "ABC":
        assert canvas.texts.count(name) == 2


def test_a_cell_of_the_matrix_is_the_darker_the_larger_its_share() -> None:
    white, some, dark = pictures.shares_in_blue(np.array([[0, 0.4, 1]]))[0].astype(int).sum(axis=1)
    assert white > some > dark


def test_of_very_many_classes_those_with_the_most_mistakes_are_drawn() -> None:
    count = pictures.MOST_CLASSES + 50
    labels = np.arange(count)
    logits = np.eye(count)
    logits[-1] = logits[-2]  # the last class is read as the one before
    canvas = pictures.confusion_matrix(score(logits, labels), [str(label) for label in labels])
    assert canvas.texts[-1].endswith("; the 200 of 250 classes with the most mistakes")
    dark = (np.asarray(canvas.picture) == pictures.BLUES[-1]).all(axis=2)
    cell = pictures.MOST // pictures.MOST_CLASSES
    assert dark.sum() == pictures.MOST_CLASSES * cell**2  # all shares are 1
    last = np.flatnonzero(dark.any(axis=1))[-1]
    assert np.array_equal(dark[last], dark[last - cell])  # the last two labels are read as one


def test_the_loss_curve_has_both_losses() -> None:
    scores = score(np.eye(3), np.arange(3))
    epochs = [Epoch(n, 2 / n, 0.1, 0.0, scores if n % 5 == 0 else None) for n in range(1, 11)]
    canvas = pictures.loss_curve(epochs)
    assert {"training", "validation", "100.0 %"} <= set(canvas.texts)
    colours = {colour for _, colour in canvas.picture.getcolors(2**24)}
    assert {ImageColor.getrgb(colour) for colour in (BLUE, ORANGE, GREEN)} <= colours
    alone = pictures.loss_curve([Epoch(1, 1.0, 0.1, 0.0, None)])
    assert "training" in alone.texts and "validation" not in alone.texts


@pytest.mark.parametrize("losses", [[0.0], [1e-9, 0.0], [3e8, 1.0]])
def test_any_loss_can_be_drawn(losses: list[float]) -> None:
    scores = score(np.eye(3), np.arange(3))
    pictures.loss_curve([Epoch(n, loss, 0.1, 0.0, scores) for n, loss in enumerate(losses, 1)])


def test_the_contact_sheet_labels_its_images() -> None:
    images = np.arange(20 * 64, dtype=np.uint8).reshape(20, 8, 8)
    letters = LetterSet(images, np.arange(20) % 2, ("A", "B"), tuple(map(str, range(20))))
    figure = pictures.contact_sheet([("train", letters)], columns=5)
    assert texts(figure) == ["A", "B"] * 10 and len(figure.axes[0].images) == 20


def test_what_is_misread_is_told_the_surest_first() -> None:
    labels = np.array([0, 1, 2, 0, 1, 2])
    logits = np.eye(3)[[0, 1, 0, 0, 2, 2]] * np.array([1, 1, 2, 1, 9, 1])[:, np.newaxis]
    letters = LetterSet(np.zeros((6, 8, 8), np.uint8), labels, ("A", "B", "C"), tuple("123456"))
    figure = pictures.readings(letters, logits)
    everything, mistakes = figure.axes
    assert [text.get_text() for text in everything.texts] == ["A", "B", "C → A", "A", "B → C", "C"]
    assert [text.get_text() for text in mistakes.texts] == ["B → C", "C → A"]
    assert {text.get_color() for text in mistakes.texts} == {"tab:red"}
    assert len(pictures.readings(letters, np.eye(3)[labels]).axes) == 1  # no mistake, no block of them
