"""The figures of docs/derivations/, drawn from the numbers that the code computes, in both languages.

    sheet.py        what they are drawn on: the marks of charmlp.drawing, with arrows; light and dark in one
    …               one file for the figures of one page; `FIGURES` names each and the function that draws it

A figure is found because its file lies here. `python docs/derivation_figures.py` writes them all.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from drawn.sheet import Sheet

LANGUAGES = ("en", "zh")


def figures() -> dict[str, Callable[[Sheet], None]]:
    """Every figure of this folder: its name, and the function that draws it on a sheet."""
    files = [importlib.import_module(f"drawn.{each.name}") for each in pkgutil.iter_modules(__path__)]
    return {name: draw for file in files for name, draw in getattr(file, "FIGURES", {}).items()}


def texts() -> dict[str, str]:
    """The SVG of each figure, by its file's name: one for all where it says nothing in a language."""
    found = {}
    for name, draw in figures().items():
        english, chinese = (drawn(draw, language) for language in LANGUAGES)
        found[f"{name}.svg"] = english
        if chinese != english:
            found[f"{name}.zh-CN.svg"] = chinese
    return found


def drawn(draw: Callable[[Sheet], None], language: str) -> str:
    sheet = Sheet(language)
    draw(sheet)
    return sheet.svg()
