"""Evaluation: scores on labelled letters, and pictures."""

from charmlp.evaluation.measure import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
