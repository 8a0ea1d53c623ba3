"""Evaluation: scores on labelled letters, and pictures."""

from charmlp.evaluation.measure import Evaluation, choose_split, evaluate

__all__ = ["Evaluation", "choose_split", "evaluate"]
