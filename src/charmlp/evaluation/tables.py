"""Two tables of an evaluation, for a spreadsheet or a program: every letter, and the misread ones."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from charmlp.evaluation.measure import COLUMNS, Evaluation
from charmlp.system.files import write_whole
from charmlp.text import cell

ERRORS, PREDICTIONS = "errors.csv", "predictions.csv"


def write_tables(evaluation: Evaluation, folder: Path) -> list[Path]:
    """`errors.csv`, the largest loss first, and `predictions.csv`, in the order of the letters."""
    everything = np.arange(len(evaluation.letters))
    numbers = {ERRORS: evaluation.errors, PREDICTIONS: everything}
    for name, chosen in numbers.items():
        write_whole(folder / name, table(evaluation.rows(chosen)).encode())
    return [folder / name for name in numbers]


def table(rows: Iterable[tuple[str, str, str, float]]) -> str:
    """File, truth, prediction and probability, under their names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((*map(cell, names), f"{probability:.6f}") for *names, probability in rows)
    return text.getvalue()
