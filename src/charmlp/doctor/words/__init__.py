"""All sentences of the doctor, in English (en.txt) and Chinese (zh.txt); a test holds that both say the same.

What fills a blank may be in both languages as well: `{"en": …, "zh": …}`. So a kind of operation can bring
its own words in its own file.
"""

import importlib.resources
import locale
import os
from collections.abc import Mapping
from typing import Any


def sentences(language: str) -> dict[str, str]:
    """The lines `KEY = sentence` of the language's file; empty ones and comments left out."""
    text = importlib.resources.files(__name__).joinpath(f"{language}.txt").read_text(encoding="utf-8")
    lines = (line.partition(" = ") for line in text.splitlines() if line and not line.startswith("#"))
    return {key: sentence for key, _, sentence in lines}


LANGUAGES = {language: sentences(language) for language in ("en", "zh")}


def say(key: str, language: str | None, values: Mapping[str, Any]) -> str:
    """The sentence of that key, its blanks filled; None: in the locale's language.

    English where the language is not known.
    """
    language = locale_language() if language is None else language
    sentence = LANGUAGES.get(language, LANGUAGES["en"])[key]
    spoken = {name: v.get(language, v["en"]) if isinstance(v, Mapping) else v for name, v in values.items()}
    return sentence.format_map(Blanks(spoken))


class Blanks(dict[str, Any]):
    """Values of a sentence; one that is not known stays visible as its name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def locale_language() -> str:
    """`zh` where the user's locale is Chinese, else `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "zh" if os.environ[variable].lower().startswith("zh") else "en"
    name = (locale.getlocale()[0] or "").lower()
    return "zh" if name.startswith(("zh", "chinese")) else "en"


def one_line(error: BaseException) -> str:
    """The error's kind and the first line of what it says."""
    lines = str(error).strip().splitlines()
    first = lines[0] if lines else ""
    return f"{type(error).__name__}: {first[:200]}" if first else type(error).__name__
