"""Evaluation: scores on labelled letters, and pictures."""

from charmlp.evaluation.evaluate import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
