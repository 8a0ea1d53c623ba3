"""Evaluation: scores on labelled letters, tables and pictures."""

from charmlp.evaluation.measure import Evaluation, choose_split, evaluate
from charmlp.evaluation.tables import write_tables

__all__ = ["Evaluation", "choose_split", "evaluate", "write_tables"]
