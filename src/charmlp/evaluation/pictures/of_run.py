"""What `train` draws, and into which files. It is over before matplotlib, say, would be imported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from charmlp.evaluation.pictures.about import About
from charmlp.evaluation.pictures.confusion import confusion_matrix
from charmlp.evaluation.pictures.loss import loss_curve
from charmlp.modelfile import Model
from charmlp.training.fit import Fit


def draw_run(folder: Path, fitted: Fit, model: Model, about: About, suffix: str = "png") -> list[Path]:
    """Draw the loss curve and, where there was validation, its confusion matrix; the pictures' files."""
    config = fitted.config
    if not model.provenance.get("rendered_letters"):
        config = replace(config, synth_ratio=0.0)  # there was none, whatever was asked for
    drawn = {"loss": loss_curve(fitted.history, fitted.kept_epoch, config, about)}
    if fitted.scores is not None:
        of = replace(about, split="validation")
        drawn["confusion"] = confusion_matrix(fitted.scores, model.classes, of)
    return [canvas.save(folder / f"{name}.{suffix}") for name, canvas in drawn.items()]
