"""All sentences of the checking, in English (en.txt) and Chinese (zh.txt); a test holds both together."""

from __future__ import annotations

import functools
import importlib.resources

LANGUAGES = ("en", "zh")


@functools.cache
def sentences(language: str) -> dict[str, str]:
    """The lines `KEY = sentence` of the language's file."""
    text = importlib.resources.files(__name__).joinpath(f"{language}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {key: sentence for key, _, sentence in (line.partition(" = ") for line in lines)}


def say(key: str, language: str, **values: object) -> str:
    """The sentence of that key with its blanks filled; a value may itself be in both languages."""
    own = {name: value[language] if isinstance(value, dict) else value for name, value in values.items()}
    return sentences(language)[key].format_map(own)


def in_both(key: str, **values: object) -> dict[str, str]:
    return {language: say(key, language, **values) for language in LANGUAGES}
