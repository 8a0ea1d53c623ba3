"""All sentences of the grading, in English (en.txt) and Chinese (zh.txt); a test holds both together."""

from __future__ import annotations

import string

from charmlp.language.words import sentences


class Words:
    """Speaks one language: `words("points", points="7", of="9")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.sentences = sentences(__name__, language)

    def __call__(self, key: str, **values: object) -> str:
        return string.Formatter().vformat(self.sentences[key], (), values)

    def joined(self, parts: list[str]) -> str:
        return ("、" if self.language == "zh" else "; ").join(parts)
