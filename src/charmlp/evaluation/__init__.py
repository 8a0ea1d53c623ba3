"""Evaluation: scores on labelled letters, tables and pictures."""

from charmlp.evaluation.measure import Evaluation, choose_split, evaluate, seed_of
from charmlp.evaluation.tables import write_tables

__all__ = ["Evaluation", "choose_split", "evaluate", "seed_of", "write_tables"]
