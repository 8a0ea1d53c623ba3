"""Loss curves: what is marked, and what is said about it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest
from PIL import ImageColor

from charmlp.config import find_recipe
from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLUE, GREEN, ORANGE, PURPLE
from charmlp.drawing.marks import Line, Text
from charmlp.evaluation.pictures.loss import loss_curve
from charmlp.training.state import Epoch, Figures

SLIDES, BEST = find_recipe("slides"), find_recipe("best")


def history(
    losses: Sequence[float], interval: int = 1, accuracy: float = 0.5, rate: float = 0.1
) -> list[Epoch]:
    return [
        Epoch(n, loss, rate, 0.0, Figures(loss + 0.1, accuracy, 0.5) if n % interval == 0 else None)
        for n, loss in enumerate(losses, 1)
    ]


def colours(canvas: Canvas) -> set[tuple[int, ...]]:
    return {colour for _, colour in canvas.picture.getcolors(2**24)}


def is_there(colour: str, canvas: Canvas) -> bool:
    return ImageColor.getrgb(colour) in colours(canvas)


def test_it_has_both_losses_and_the_kept_epoch() -> None:
    canvas = loss_curve(history([2 / n for n in range(1, 11)], 5), 10)
    assert {"training", "validation", "50.0 %", "kept: epoch 10"} <= set(canvas.texts)
    assert all(is_there(colour, canvas) for colour in (BLUE, ORANGE, GREEN)) and not is_there(PURPLE, canvas)
    assert not any("kept" in line for line in loss_curve(history([2.0, 1.0])).texts)


def test_the_line_of_the_kept_epoch_goes_through_its_point() -> None:
    canvas = loss_curve(history([2.0, 1.5, 1.2, 1.1]), 2)
    (dashed, *_), label = (
        [mark for mark in canvas.marks if isinstance(mark, Line) and mark.dashed],
        next(mark for mark in canvas.marks if isinstance(mark, Text) and mark.text.startswith("kept")),
    )
    x = dashed.points[0][0]
    training = next(mark for mark in canvas.marks if isinstance(mark, Line) and mark.colour == BLUE)
    assert training.points[1][0] == x == dashed.points[1][0] != training.points[2][0] and label.x == x


def test_without_validation_there_is_one_curve() -> None:
    canvas = loss_curve(history([2.0, 1.0], interval=99), 2, SLIDES)
    assert "validation" not in canvas.texts and not is_there(ORANGE, canvas)
    assert not any("Training loss" in line for line in canvas.texts)


def test_it_says_what_this_run_did_in_training_alone() -> None:
    def said(**changes: object) -> str:
        config = dataclasses.replace(SLIDES, **changes)
        return " ".join(loss_curve(history([2.0, 1.0]), 2, config).texts)

    assert "mean over an epoch" in said() and "raised by" not in said() and "average of" not in said()
    assert "raised by dropout 0.2, of which" in said(dropout=0.2)
    assert "label smoothing 0.1" in said(label_smoothing=0.1) and "augmented" in said(augment=True)
    assert "moving average of the weights (decay 0.99)" in said(ema_decay=0.99)
    best = " ".join(loss_curve(history([2.0, 1.0]), 2, BEST).texts)
    assert "augmented images, rendered letters, label smoothing 0.1" in best


def test_a_learning_rate_that_changes_is_drawn_and_one_that_does_not_is_told() -> None:
    steady = history([2.0, 1.0, 0.5])
    assert "learning rate 0.1 throughout" in loss_curve(steady).texts
    falling = [dataclasses.replace(epoch, lr=0.1 / epoch.epoch) for epoch in steady]
    canvas = loss_curve(falling)
    assert is_there(PURPLE, canvas) and "learning rate" in canvas.texts
    assert not any("throughout" in line for line in canvas.texts)


@pytest.mark.parametrize(
    "losses", [[0.0], [1e-9, 0.0], [3e8, 1.0], [2.0, math.inf], [math.nan], [1.0, math.nan, 2.0]]
)
def test_any_loss_can_be_drawn(losses: list[float]) -> None:
    canvas = loss_curve(history(losses), 1, BEST)
    assert canvas.picture.size == (canvas.width, canvas.height)
    diverged = [line for line in canvas.texts if "diverged" in line]
    assert bool(diverged) is not all(map(math.isfinite, losses))


def test_losses_over_orders_of_magnitude_are_on_a_logarithmic_axis() -> None:
    assert "loss (log scale)" in loss_curve(history([1e5, 10.0, 0.1])).texts
    assert "loss (log scale)" not in loss_curve(history([3.2, 1.0, 0.1])).texts


@pytest.mark.parametrize("accuracy", [0.0, 0.788, 1.0])
@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_label_of_the_accuracy_lies_on_the_picture_and_off_the_curve(accuracy: float, count: int) -> None:
    canvas = loss_curve(history([1.0] * count, accuracy=accuracy), count)
    label = next(
        mark for mark in canvas.marks if isinstance(mark, Text) and mark.text == f"{100 * accuracy:.1f} %"
    )
    curve = next(mark for mark in canvas.marks if isinstance(mark, Line) and mark.colour == GREEN)
    assert 0 < label.x < canvas.width and abs(label.y - curve.points[-1][1]) > 20
