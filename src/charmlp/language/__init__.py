"""Which language charmlp speaks, and a text of its own in that language.

Code, exceptions and logs are English. Where a text reaches a person, on a terminal or in a picture, it is
said in the language that this person has chosen: by `--lang`, by CHARMLP_LANG, or by the locale.

    __init__.py     which language
    translation.py  an English text in Chinese, by the catalogue zh.txt: its head says how to add to it
    words.py        sentences that a room keeps beside its code, by their keys
    layout.py       lines of a terminal, where a Chinese character takes two columns
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

LANGUAGES = ("en", "zh")
VARIABLES = ("CHARMLP_LANG", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides

_chosen: str | None = None  # for the command that runs


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak that language; None: the environment's."""
    global _chosen
    before, _chosen = _chosen, language
    try:
        yield
    finally:
        _chosen = before


def spoken() -> str:
    """The language that is chosen, else the environment's."""
    return _chosen or usual()


def usual() -> str:
    """`zh` where the environment says so, by one of the variables or by the system's locale, else `en`."""
    for variable in VARIABLES:
        if os.environ.get(variable):
            return "zh" if os.environ[variable].lower().startswith("zh") else "en"
    import locale  # on Windows no variable says it

    name = (locale.getlocale()[0] or "").lower()
    return "zh" if name.startswith(("zh", "chinese")) else "en"


def translated(text: str) -> str:
    """A text of charmlp's in the language that is spoken, line by line; what has no translation stays."""
    if spoken() == "en":
        return text
    from charmlp.language.translation import in_chinese

    return "\n".join(map(in_chinese, text.split("\n")))
