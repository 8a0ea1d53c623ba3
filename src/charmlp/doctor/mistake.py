"""One mistake and what is said about it: its words, evidence, hint, solution and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from charmlp.doctor.catalogue import NUMBERS, page
from charmlp.doctor.words import LANGUAGES, say


@dataclass(frozen=True)
class Phrase:
    """A sentence that is not yet in any language: its key among the words, and what fills its blanks."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
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


@dataclass(frozen=True)
class Mistake:
    """One mistake. `name` is stable; `variant` picks the words; `values` fill them.

    `confidence` lies between 0 and 1: 1 is a fact (a shape, a tensor that changed), less is a formula that
    fits, or one of several. `alternatives` are the others that fit as well as this one. `page` is the
    derivation to read.
    """

    name: str
    variant: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    evidence: tuple[Phrase, ...] = ()
    alternatives: tuple[Mistake, ...] = ()
    page: str = page("unrecognised")

    @property
    def row(self) -> int | None:
        """The mistake's number in the list of known ones (docs/doctor.md), None where it is not in it."""
        return NUMBERS[self.name]

    def text(self, language: str = "en") -> str:
        """The mistake in one sentence, with the others that fit as well."""
        text = self._say("text", language)
        if "part" in self.values:
            text = say("in-part", language, {"part": self.values["part"], "text": text})
        for other in self.alternatives:
            text = say("or", language, {"one": text, "other": other._say("text", language)})
        return text

    def hint(self, language: str = "en") -> str:
        """Where to look, without the solution."""
        return self._say("hint", language)

    def fix(self, language: str = "en") -> str:
        """The solution."""
        return self._say("fix", language)

    def evidence_text(self, language: str = "en") -> str:
        return "; ".join(phrase.text(language) for phrase in self.evidence)

    def _say(self, part: str, language: str) -> str:
        key = f"{self.name}.{self.variant}:{part}"
        whose = "whose" if self.values.get("inputs") and not self.values.get("all") else "whose-all"
        values = {**self.values, "whose": say(whose, language, self.values)}
        return say(key if key in LANGUAGES["en"] else f"{self.name}:{part}", language, values)

    def __str__(self) -> str:
        return self.text()

    def to_dict(self, language: str, *, fixes: bool) -> dict[str, Any]:
        """What `--format json` prints for it."""
        entry = {
            "row": self.row,
            "name": self.name,
            "text": self.text(language),
            "confidence": self.confidence,
            "evidence": self.evidence_text(language),
            "hint": self.hint(language),
            "page": self.page,
            "alternatives": [{"row": other.row, "name": other.name} for other in self.alternatives],
        }
        return entry | ({"fix": self.fix(language)} if fixes else {})
