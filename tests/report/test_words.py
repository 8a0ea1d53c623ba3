"""Both languages have the same sentences with the same blanks, and none that is asked for is missing."""

from __future__ import annotations

import re
import string
from pathlib import Path

import charmlp.report
from charmlp.language import LANGUAGES
from charmlp.language.words import sentences
from charmlp.report.words import Words

PACKAGE = Path(charmlp.report.__file__).parent


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_have_the_same_keys_and_blanks() -> None:
    english, chinese = (sentences("charmlp.report.words", language) for language in LANGUAGES)
    assert english.keys() == chinese.keys() and len(english) > 100
    for key in english:
        assert blanks(english[key]) == blanks(chinese[key]), key


def test_a_blank_that_is_missing_is_seen() -> None:
    assert blanks("{n} of {total}") == {"n", "total"} != blanks("{n}")


def test_every_key_that_is_asked_for_is_there() -> None:
    """As far as it is written out: `say("run.data")`, `say.call("x")` in templates."""
    known = sentences("charmlp.report.words", "en")
    files = [*PACKAGE.glob("*.py"), *(PACKAGE / "templates").iterdir()]
    asked = {
        key for file in files for key in re.findall(r'say\("([a-z0-9_.-]+)"[,)]', file.read_text("utf-8"))
    }
    assert len(asked) > 60 and asked <= known.keys()


def test_numbers_in_each_language() -> None:
    assert [Words(language).share(0.1234) for language in LANGUAGES] == ["12.3\u00a0%", "12.3%"]
    assert Words("en").share(None) == "–"
