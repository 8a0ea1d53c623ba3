"""All sentences of the exercises, in English (en.txt) and Chinese (zh.txt); a test holds both together."""

from __future__ import annotations

from charmlp.language.words import sentences


def say(key: str, language: str, **values: object) -> str:
    """The sentence of that key with its blanks filled; `$…$` in it is LaTeX, whose braces are doubled."""
    return sentences(__name__, language)[key].format_map(values)
