"""What `test` draws, and into which files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.drawing.canvas import Canvas
from charmlp.evaluation.measure import Evaluation
from charmlp.evaluation.pictures.about import About
from charmlp.evaluation.pictures.calibration import accuracy_over_coverage, reliability
from charmlp.evaluation.pictures.confusion import confusion_matrix
from charmlp.evaluation.pictures.letters import readings
from charmlp.evaluation.pictures.scatter import MOST_POINTS, some, tsne_scatter
from charmlp.evaluation.pictures.weights import first_layer
from charmlp.images import to_inputs
from charmlp.modelfile import Model

LOGITS = -1  # the layer whose outputs they are


def draw_test(
    folder: Path,
    evaluation: Evaluation,
    model: Model,
    about: About,
    *,
    layer: int | None = LOGITS,
    points: int = MOST_POINTS,
    seed: int = 2021,
    suffix: str = "png",
) -> list[Path]:
    """Draw how a model reads letters, one picture after another; the pictures' files.

    layer   of which the t-SNE is: number of a hidden layer, or `LOGITS`; None: no t-SNE
    points  letters in it, at most
    """
    canvases = pictures_of_test(evaluation, model, about, layer, points, seed)
    return [canvas.save(folder / f"{name}.{suffix}") for name, canvas in canvases]


def pictures_of_test(
    evaluation: Evaluation, model: Model, about: About, layer: int | None, points: int, seed: int
) -> Iterator[tuple[str, Canvas]]:
    letters = evaluation.letters
    if layer is not None:
        chosen = some(len(letters), points, seed)
        yield (
            "tsne",
            tsne_scatter(
                evaluation.logits[chosen]
                if layer == LOGITS
                else outputs(model, letters.images[chosen], layer),
                letters.labels[chosen],
                letters.classes,
                evaluation.predictions[chosen],
                seed,
                total=len(letters),
                layer=None if layer == LOGITS else layer,
                about=about,
            ),
        )
    yield "test_confusion", confusion_matrix(evaluation.scores, letters.classes, about)
    yield "test_letters", readings(letters, evaluation.predictions, evaluation.confidences, about)
    yield "reliability", reliability(evaluation.calibration, about)
    yield "coverage", accuracy_over_coverage(evaluation.coverage, about)
    yield "weights", first_layer(model, replace(about, data="", split=""))


def outputs(model: Model, images: NDArray[np.uint8], layer: int) -> NDArray[np.float32]:
    """What a hidden layer makes of grey images N×H×W, behind its activation: N×hidden size."""
    inputs = to_inputs(images, model.preprocessing)
    return calculus.mlp(inputs, model.weights, model.biases, model.act_type, layer)
