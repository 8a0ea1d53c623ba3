"""Figures of matplotlib, which is imported when one is made: whole files, names in any writing system."""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp import text
from charmlp.drawing.colours import DARK
from charmlp.drawing.fonts import families
from charmlp.system.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its own files is nobody's concern


def sheet(width: float, height: float) -> Figure:
    """An empty figure of so many inches; its panels are laid out without overlap."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path, dpi: int = 150) -> Path:
    """Write the figure as PNG, whole or not at all; a character without a glyph is drawn as a box."""
    from matplotlib import font_manager
    from matplotlib.text import Text

    known = {font.name for font in font_manager.fontManager.ttflist}
    others = families()
    for family in others.keys() - known:  # since matplotlib has last looked for fonts
        font_manager.fontManager.addfont(others[family])
    for written in figure.findobj(Text):  # each has settled its fonts when it was made
        written.set_fontfamily(["DejaVu Sans", *others])
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        figure.savefig(content, format="png", dpi=dpi, facecolor="white")
    write_whole(path, content.getvalue())
    return path


def short(name: str, most: int = 12, *, end: bool = False) -> str:
    """A name for a figure of matplotlib, as `charmlp.text.short`, without mathematics.

    >>> short("a$b"), short("alphabetical", 5)
    ('a\\\\$b', 'alph…')
    """
    return text.short(name, most, end=end).replace("$", r"\$")


def write_in_cell(panel: Any, row: int, column: int, text: str, strength: float, size: int = 7) -> None:
    """Write into a cell of a matrix; `strength`, 0 to 1, is how strong its colour is."""
    colour = "white" if strength > DARK else "black"
    panel.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def no_ticks(panel: Any) -> None:
    """No numbers along the axes: they say nothing here."""
    panel.set_xticks([])
    panel.set_yticks([])
