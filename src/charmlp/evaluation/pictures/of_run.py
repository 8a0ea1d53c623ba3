"""What `train` draws, and into which files. It is over before matplotlib, say, would be imported."""

from __future__ import annotations

from pathlib import Path

from charmlp.evaluation.pictures.about import About
from charmlp.evaluation.pictures.confusion import confusion_matrix
from charmlp.evaluation.pictures.loss import loss_curve
from charmlp.training.fit import Fit


def draw_run(
    folder: Path, fitted: Fit, classes: tuple[str, ...], about: About, suffix: str = "png"
) -> list[Path]:
    """Draw the loss curve and, where there was validation, its confusion matrix; the pictures' files."""
    drawn = {"loss": loss_curve(fitted.history, fitted.kept_epoch, fitted.config, about)}
    if fitted.scores is not None:
        drawn["confusion"] = confusion_matrix(fitted.scores, classes, about)
    return [canvas.save(folder / f"{name}.{suffix}") for name, canvas in drawn.items()]
