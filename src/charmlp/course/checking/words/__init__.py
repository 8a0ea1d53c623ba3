"""All sentences of the checking, in English (en.txt) and Chinese (zh.txt); a test holds both together."""

from __future__ import annotations

from charmlp.language import LANGUAGES
from charmlp.language.words import sentences


def say(key: str, language: str, **values: object) -> str:
    """The sentence of that key with its blanks filled; a value may itself be in both languages."""
    own = {name: value[language] if isinstance(value, dict) else value for name, value in values.items()}
    return sentences(__name__, language)[key].format_map(own)


def in_both(key: str, **values: object) -> dict[str, str]:
    return {language: say(key, language, **values) for language in LANGUAGES}
