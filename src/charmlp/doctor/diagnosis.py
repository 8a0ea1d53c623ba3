"""What an examination ends in: mistakes, each with its evidence, and what shall be told beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from charmlp.doctor.rows import NUMBERS, page
from charmlp.doctor.words import known, say

HEALTHY, MISTAKEN, UNKNOWN = "healthy", "mistaken", "unknown"


@dataclass(frozen=True)
class Phrase:
    """A sentence that is not yet in any language: its key among the words, and what it has to say."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        return say(self.key, language, self.values)


@dataclass(frozen=True)
class Mistake:
    """One mistake. `name` is stable; `variant` picks the words; `values` fill them.

    `confidence` lies between 0 and 1: 1 is a fact (a shape, a tensor that changed), less is a formula that
    fits, or one of several. `alternatives` are the others that fit as well as this one.
    """

    name: str
    kind: str | None = None
    variant: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    evidence: tuple[Phrase, ...] = ()
    alternatives: tuple[Mistake, ...] = ()

    @property
    def row(self) -> int | None:
        """The mistake's number in the list of known ones (docs/doctor.md), None where it is not in it."""
        return NUMBERS[self.name]

    @property
    def page(self) -> str:
        return page(self.name, self.kind)

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
        return say(key if known(key) else f"{self.name}:{part}", language, values)

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class Comparison:
    """Analytic and numeric gradient by one input, as nested lists: what the figure draws."""

    input: str
    analytic: list[Any]
    numeric: list[Any]


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor says to one operation.

    `verdict` is "healthy", "mistaken" or "unknown" (it could not be examined; `reason` says why). `kind` is
    what the operation is taken for, None where it was compared with nothing but its own forward.
    """

    target: str
    kind: str | None
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[Phrase, ...] = ()
    reason: Phrase | None = None
    comparisons: tuple[Comparison, ...] = ()

    @property
    def verdict(self) -> str:
        if self.mistakes:
            return MISTAKEN
        return HEALTHY if self.reason is None else UNKNOWN

    def __bool__(self) -> bool:
        """True where no mistake was found and everything could be examined."""
        return self.verdict == HEALTHY

    def __repr__(self) -> str:
        from charmlp.doctor.report import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from charmlp.doctor.report import as_html

        return as_html(self)

    def to_dict(self, language: str = "en", *, fixes: bool = False) -> dict[str, Any]:
        """What `--format json` prints for this operation."""
        return {
            "target": self.target,
            "kind": self.kind,
            "verdict": self.verdict,
            "mistakes": [mistake_to_dict(mistake, language, fixes) for mistake in self.mistakes],
            "notes": [note.text(language) for note in self.notes],
            "error": None if self.reason is None else self.reason.text(language),
        }


def mistake_to_dict(mistake: Mistake, language: str, fixes: bool) -> dict[str, Any]:
    entry = {
        "row": mistake.row,
        "name": mistake.name,
        "text": mistake.text(language),
        "confidence": mistake.confidence,
        "evidence": mistake.evidence_text(language),
        "hint": mistake.hint(language),
        "page": mistake.page,
        "alternatives": [{"row": other.row, "name": other.name} for other in mistake.alternatives],
    }
    return entry | ({"fix": mistake.fix(language)} if fixes else {})


# Between the process that examines and the one that prints, a diagnosis travels as plain lists and strings.


def pack(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as JSON can hold it, in no language yet."""
    return {
        "target": diagnosis.target,
        "kind": diagnosis.kind,
        "mistakes": [pack_mistake(mistake) for mistake in diagnosis.mistakes],
        "notes": pack_phrases(diagnosis.notes),
        "reason": None if diagnosis.reason is None else pack_phrases([diagnosis.reason])[0],
        "comparisons": [[c.input, c.analytic, c.numeric] for c in diagnosis.comparisons],
    }


def pack_mistake(mistake: Mistake) -> dict[str, Any]:
    return {
        "name": mistake.name,
        "kind": mistake.kind,
        "variant": mistake.variant,
        "values": dict(mistake.values),
        "confidence": mistake.confidence,
        "evidence": pack_phrases(mistake.evidence),
        "alternatives": [pack_mistake(other) for other in mistake.alternatives],
    }


def pack_phrases(phrases: Sequence[Phrase]) -> list[Any]:
    return [[phrase.key, dict(phrase.values)] for phrase in phrases]


def unpack(packed: Mapping[str, Any]) -> Diagnosis:
    """The diagnosis that was packed."""
    reason = packed["reason"]
    return Diagnosis(
        target=packed["target"],
        kind=packed["kind"],
        mistakes=tuple(unpack_mistake(mistake) for mistake in packed["mistakes"]),
        notes=unpack_phrases(packed["notes"]),
        reason=None if reason is None else Phrase(*reason),
        comparisons=tuple(Comparison(*comparison) for comparison in packed["comparisons"]),
    )


def unpack_mistake(packed: Mapping[str, Any]) -> Mistake:
    parts = dict(packed)
    parts["evidence"] = unpack_phrases(parts["evidence"])
    parts["alternatives"] = tuple(unpack_mistake(other) for other in parts["alternatives"])
    return Mistake(**parts)


def unpack_phrases(packed: Sequence[Any]) -> tuple[Phrase, ...]:
    return tuple(Phrase(key, values) for key, values in packed)
