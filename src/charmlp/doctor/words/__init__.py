"""All sentences of the doctor, in English (en.txt) and Chinese (zh.txt); a test holds that both say the same.

What fills a blank may be English words of a kind's file, such as "the mean over the batch": formulas.zh.txt
has them in Chinese. It may also be in both languages itself: `{"en": …, "zh": …}`.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

from charmlp.language import spoken
from charmlp.language.words import lines_of, sentences

LANGUAGES = {language: sentences(__name__, language) for language in ("en", "zh")}


@functools.cache
def formulas() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """The lines `English → Chinese` of formulas.zh.txt: as they are, and patterns of those with blanks."""
    pairs = [
        (english, chinese)
        for english, _, chinese in (line.partition(" → ") for line in lines_of(__name__, "formulas.zh.txt"))
    ]
    patterns = [(pattern_of(english), chinese) for english, chinese in pairs if "{" in english]
    return dict(pairs), patterns


def pattern_of(sentence: str) -> re.Pattern[str]:
    """What matches the sentence with its blanks filled.

    >>> pattern_of("with log(q + {epsilon})").fullmatch("with log(q + 1e-09)")["epsilon"]
    '1e-09'
    """
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(sentence)))


def in_chinese(text: str) -> str:
    """A formula's words in Chinese; what has none in formulas.zh.txt stays as it is.

    >>> in_chinese("the sum"), in_chinese("g · y")
    ('求和', 'g · y')
    """
    known, patterns = formulas()
    if text in known:
        return known[text]
    filled = (chinese.format_map(m.groupdict()) for p, chinese in patterns if (m := p.fullmatch(text)))
    return next(filled, text)


def say(key: str, language: str | None, values: Mapping[str, Any]) -> str:
    """The sentence of that key, its blanks filled; None: in the language that is spoken.

    English where the language is not known.
    """
    language = spoken() if language is None else language
    sentence = LANGUAGES.get(language, LANGUAGES["en"])[key]
    return sentence.format_map(Blanks({name: filling(value, language) for name, value in values.items()}))


def filling(value: Any, language: str) -> Any:
    """What fills a blank, in that language."""
    if isinstance(value, Mapping):
        value = value.get(language, value["en"])
    return in_chinese(value) if language == "zh" and isinstance(value, str) else value


class Blanks(dict[str, Any]):
    """Values of a sentence; one that is not known stays visible as its name."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def one_line(error: BaseException) -> str:
    """The error's kind and the first line of what it says."""
    lines = str(error).strip().splitlines()
    first = lines[0] if lines else ""
    return f"{type(error).__name__}: {first[:200]}" if first else type(error).__name__
