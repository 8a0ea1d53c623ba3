"""All sentences of the grading, in English (en.txt) and Chinese (zh.txt); a test holds both together."""

from __future__ import annotations

import functools
import importlib.resources
import string

LANGUAGES = ("en", "zh")


@functools.cache
def sentences(language: str) -> dict[str, str]:
    """The lines `KEY = sentence` of the language's file."""
    text = importlib.resources.files(__name__).joinpath(f"{language}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {key: sentence for key, _, sentence in (line.partition(" = ") for line in lines)}


class Words:
    """Speaks one language: `words("points", points="7", of="9")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.sentences = sentences(language)

    def __call__(self, key: str, **values: object) -> str:
        return string.Formatter().vformat(self.sentences[key], (), values)

    def joined(self, parts: list[str]) -> str:
        return ("、" if self.language == "zh" else "; ").join(parts)
