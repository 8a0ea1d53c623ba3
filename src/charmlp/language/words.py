"""Sentences that a room keeps beside its code, one file a language: lines of a text file in its package."""

from __future__ import annotations

import functools
import importlib.resources


def lines_of(package: str, name: str) -> list[str]:
    """The lines of a file of a package; empty ones and comments left out."""
    text = importlib.resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@functools.cache
def sentences(package: str, language: str) -> dict[str, str]:
    """The lines `KEY = sentence` of en.txt or zh.txt."""
    parts = (line.partition(" = ") for line in lines_of(package, f"{language}.txt"))
    return {key: sentence for key, _, sentence in parts}
