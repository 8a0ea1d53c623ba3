"""How pictures look and how they are saved; what they show is said where it is known (evaluation, doctor).

Figures of matplotlib, which is imported when one is made: one look, whole files, names in any writing system.
What each training draws is a `charmlp.canvas`.
"""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp import text
from charmlp.system.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Fonts that hold other writing systems, where the machine has one of them.
FALLBACK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS", "Noto Sans",
)  # fmt: skip
logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its own files is nobody's concern
DARK = 0.6  # of the strongest colour: from there on, what is written on it is white


def sheet(width: float, height: float) -> Figure:
    """An empty figure of so many inches; its panels are laid out without overlap."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path, dpi: int = 150) -> Path:
    """Write the figure as PNG, whole or not at all; a character without a glyph is drawn as a box."""
    import matplotlib as mpl
    from matplotlib import font_manager

    machine = {font.name for font in font_manager.fontManager.ttflist}
    families = ["DejaVu Sans", *(name for name in FALLBACK_FONTS if name in machine)]
    content = io.BytesIO()
    with warnings.catch_warnings(), mpl.rc_context({"font.family": families}):
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


def class_colours(count: int) -> Any:
    """A colour for each class, count×4."""
    import matplotlib as mpl
    import numpy as np

    return mpl.colormaps["turbo"](np.linspace(0.03, 0.97, count))


def write_in_cell(panel: Any, row: int, column: int, text: str, strength: float, size: int = 7) -> None:
    """Write into a cell of a matrix; `strength`, 0 to 1, is how strong its colour is."""
    colour = "white" if strength > DARK else "black"
    panel.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)


def no_ticks(panel: Any) -> None:
    """No numbers along the axes: they say nothing here."""
    panel.set_xticks([])
    panel.set_yticks([])
