"""One mistake and what is said about it, from a hint to the solution."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from charmlp.doctor.catalogue import NUMBERS, page, topic
from charmlp.doctor.words import LANGUAGES, say

LEVELS = (
    1,
    2,
    3,
    4,
    5,
)  # of what is said: which gradient, the evidence, a question, the mistake, the solution


@dataclass(frozen=True)
class Phrase:
    """A sentence that is not yet in any language: its key among the words, and what fills its blanks."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str | None = None) -> str:
        return say(self.key, language, self.values)


def phrase(key: str, **values: Any) -> Phrase:
    return Phrase(key, values)


@dataclass(frozen=True)
class Finding:
    """What a check finds: a mistake in the gradient of one input, not yet merged with those of other inputs.

    `position` is that of the input, None where it is no matter of one input; `values` fill the words.
    """

    name: str
    variant: str = ""
    position: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Phrase, ...] = ()
    confidence: float = 1.0


def finding(
    mistake: str, *evidence: Phrase, at: int | None = None, confidence: float = 1.0, **values: Any
) -> Finding:
    """A finding of a mistake, "name" or "name.variant".

    >>> finding("unstable.forward", at=0).variant
    'forward'
    """
    name, _, variant = mistake.partition(".")
    return Finding(name, variant, at, values, evidence, confidence)


class CannotExamineError(Exception):
    """Why a target cannot be found, imported, built or called."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key, values)
        self.reason = Phrase(key, values)


class NotWrittenError(CannotExamineError):
    """Which body is empty: there is nothing yet that could be right or wrong."""


@dataclass(frozen=True)
class Mistake:
    """One mistake. `name` is stable; `variant` picks the words; `values` fill them.

    `confidence` lies between 0 and 1: 1 is a fact (a shape, a tensor that changed), less is a formula that
    fits, or one of several. `alternatives` are the others that fit as well as this one. `page` is the
    derivation to read; `kind` what the operation is taken for, "" where that is not known.

    What is said is in the language of the user's locale, or in the one that is asked for, "en" or "zh".
    """

    name: str
    variant: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    evidence: tuple[Phrase, ...] = ()
    alternatives: tuple[Mistake, ...] = ()
    page: str = page("unrecognised")
    kind: str = ""

    @property
    def row(self) -> int | None:
        """The mistake's number in the list of known ones (docs/doctor.md), None where it is not in it."""
        return NUMBERS[self.name]

    @property
    def topic(self) -> str:
        """What `charmlp doctor --explain` takes to print the page."""
        return topic(self.name, self.kind)

    @property
    def gives_solution_away(self) -> bool:
        """Whether the mistake's text is as good as its solution; then there is something to say at first."""
        return any(f"{one.key('text')}-first" in LANGUAGES["en"] for one in (self, *self.alternatives))

    def place(self, language: str | None = None) -> str:
        """What is wrong, and not how: which gradient, or forward."""
        return self._in_part(self._say(self.key("place") or "wrong-gradient", language), language)

    def first_text(self, language: str | None = None) -> str:
        """The mistake in one sentence, as far as that is no solution."""
        return self._either([one._first_text(language) for one in (self, *self.alternatives)], language)

    def text(self, language: str | None = None) -> str:
        """The mistake in one sentence, with the others that fit as well."""
        texts = [one._say(one.key("text"), language) for one in (self, *self.alternatives)]
        return self._either(texts, language)

    def hint(self, language: str | None = None) -> str:
        """Where to look, without the solution."""
        return self._say(self.key("hint"), language)

    def fix(self, language: str | None = None) -> str:
        """The solution; where a change of the code was found that mends it, what to write in which line."""
        own = self.key("fix")
        if "line" not in self.values or "{line}" in LANGUAGES["en"].get(own, ""):
            return self._say(own, language)
        at_line = self._say("line:fix", language)
        if self.values.get("found") == self.values["before"]:  # a slip, whose own words are the code's
            return at_line
        return say("located", language, {"fix": self._say(own, language), "line": at_line})

    def evidence_text(self, language: str | None = None) -> str:
        parts = [phrase.text(language) for phrase in self.evidence]
        return functools.reduce(
            lambda one, other: say("and", language, {"one": one, "other": other}), parts or [""]
        )

    def hints(self, language: str | None = None) -> list[str]:
        """What each of the `LEVELS` adds."""
        said = (self.place, self.evidence_text, self.hint, self.text, self.fix)
        return [part(language) for part in said]

    def _first_text(self, language: str | None) -> str:
        key = self.key("text")
        return self._say(f"{key}-first" if f"{key}-first" in LANGUAGES["en"] else key, language)

    def _either(self, texts: Sequence[str], language: str | None) -> str:
        one, *others = dict.fromkeys(texts)
        text = self._in_part(one, language)
        for other in others:
            text = say("or", language, {"one": text, "other": other})
        return text

    def _in_part(self, text: str, language: str | None) -> str:
        if "part" not in self.values:
            return text
        return say("in-part", language, {"part": self.values["part"], "text": text})

    def key(self, part: str) -> str:
        """The key of its words: the variant's own, else those of its kind, else the name's; "" for none."""
        keys = (
            f"{self.name}.{self.variant}:{part}",
            f"{self.name}@{self.kind}:{part}",
            f"{self.name}:{part}",
        )
        return next((key for key in keys if key in LANGUAGES["en"]), "")

    def _say(self, key: str, language: str | None) -> str:
        whose = "whose" if self.values.get("inputs") and not self.values.get("all") else "whose-all"
        return say(key, language, {**self.values, "whose": say(whose, language, self.values)})

    def __str__(self) -> str:
        return self.text()

    def to_dict(self, language: str | None = None) -> dict[str, Any]:
        """What `--format json` prints for it."""
        return {
            "row": self.row,
            "name": self.name,
            "text": self.text(language),
            "confidence": self.confidence,
            "line": self.values.get("line"),
            "evidence": self.evidence_text(language),
            "hint": self.hint(language),
            "fix": self.fix(language),
            "hints": self.hints(language),
            "page": self.page,
            "explain": self.topic,
            "alternatives": [{"row": other.row, "name": other.name} for other in self.alternatives],
        }
