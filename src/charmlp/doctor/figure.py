"""Heat maps of gradients: analytic, numeric and their difference, one row of panels for each input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from charmlp.doctor.diagnosis import MISTAKEN, Comparison, Diagnosis
from charmlp.drawing.figures import no_ticks, sheet, short, write_in_cell
from charmlp.drawing.fonts import written

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_ROWS = 16
RIGHT_WITHIN = 1e-3  # of the largest element: what numeric differentiation of float32 code may err by
MOST_CELLS = 12  # columns up to which numbers are written into the cells


def heat_maps(diagnoses: Sequence[Diagnosis]) -> Figure:
    """The mistaken ones first; at most `MOST_ROWS` rows, the rest is only counted."""
    ordered = sorted(diagnoses, key=lambda d: d.verdict != MISTAKEN)
    rows = [(diagnosis, comparison) for diagnosis in ordered for comparison in diagnosis.comparisons]
    drawn = rows[:MOST_ROWS]
    figure = sheet(11, 0.6 + 2.5 * max(1, len(drawn)))
    if not drawn:
        figure.text(0.5, 0.5, written("no gradient to draw"), ha="center", va="center")
        return figure
    panels = figure.subplots(len(drawn), 3, squeeze=False)
    for line, (diagnosis, comparison) in zip(panels, drawn, strict=True):
        analytic, numeric = np.array(comparison.analytic), np.array(comparison.numeric)
        difference = analytic - numeric
        largest = finite_maximum(analytic, numeric)
        error = largest_error(comparison)
        verdict = written("wrong" if is_wrong(diagnosis, comparison) else "right")
        title = f"{short(diagnosis.target, 40, end=True)}   ∂L/∂{comparison.input}   {verdict}"
        heat(line[0], analytic, largest, written("analytic"))
        heat(line[1], numeric, largest, written("numeric"))
        heat(line[2], difference, largest, written(f"difference, up to {error:.2g} of the largest"))
        line[0].set_title(f"{title}\n{written('analytic')}", loc="left", fontsize=9)
    if len(rows) > len(drawn):
        figure.supxlabel(written(f"{len(rows) - len(drawn)} more not drawn"), fontsize=9)
    return figure


def largest_error(comparison: Comparison) -> float:
    """The largest difference, relative to the largest element."""
    analytic, numeric = np.array(comparison.analytic), np.array(comparison.numeric)
    return finite_maximum(analytic - numeric) / max(finite_maximum(numeric), 1e-300)


def is_wrong(diagnosis: Diagnosis, comparison: Comparison) -> bool:
    """Whether this gradient is: its numbers, or a mistake that names its input, such as one of its shape."""
    named = ", ".join(str(mistake.values.get("inputs", "")) for mistake in diagnosis.mistakes)
    return largest_error(comparison) > RIGHT_WITHIN or comparison.input in named.split(", ")


def finite_maximum(*arrays: Any) -> float:
    """The largest magnitude among the finite numbers."""
    return max((float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) for a in arrays), default=0.0)


def heat(panel: Any, values: Any, largest: float, title: str) -> None:
    """Blue below 0, white at 0, red above, on one scale for the three panels of a line."""
    limit = largest or 1.0
    picture = panel.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
    if values.shape[1] <= MOST_CELLS and values.shape[0] <= MOST_CELLS:
        for (row, column), value in np.ndenumerate(values):
            write_in_cell(panel, row, column, number(value), abs(value) / limit, 6)
    panel.set_title(f"\n{title}", loc="left", fontsize=9)
    no_ticks(panel)
    panel.figure.colorbar(picture, ax=panel, shrink=0.9)


def number(value: float) -> str:
    """A number of a cell; what is nothing but rounding is 0.

    >>> number(0.1234), number(-1e-12), number(float("nan"))
    ('0.12', '0', 'nan')
    """
    return "0" if abs(value) < 1e-9 else f"{value:.2g}"
