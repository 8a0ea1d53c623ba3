"""Figures of a classification, from labels, logits and probabilities alone.

What each of them means, and how it is used: docs/evaluation.md.
"""

from charmlp.metrics.calibration import Bin, Calibration, calibrate, fit_temperature
from charmlp.metrics.coverage import Answered, Coverage, measure_coverage
from charmlp.metrics.intervals import wilson
from charmlp.metrics.scores import Confusion, Scores, score, top_accuracy

__all__ = [
    "Answered",
    "Bin",
    "Calibration",
    "Confusion",
    "Coverage",
    "Scores",
    "calibrate",
    "fit_temperature",
    "measure_coverage",
    "score",
    "top_accuracy",
    "wilson",
]
