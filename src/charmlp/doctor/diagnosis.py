"""What an examination ends in, and how it shows itself: as text, as HTML, and as what JSON can hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from charmlp import html
from charmlp.doctor.mistake import Mistake, Phrase
from charmlp.doctor.words import say
from charmlp.language import usual
from charmlp.language.layout import WIDTH, columns, wrapped
from charmlp.text import printable

HEALTHY, MISTAKEN, UNWRITTEN, UNKNOWN = "healthy", "mistaken", "unwritten", "unknown"
COLOURS = {HEALTHY: "#1a7f37", MISTAKEN: "#cf222e", UNWRITTEN: "#0969da", UNKNOWN: "#9a6700"}


@dataclass(frozen=True)
class Comparison:
    """Analytic and numeric gradient with respect to one input, as nested lists: what the figure shows."""

    input: str
    analytic: list[Any]
    numeric: list[Any]


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor says about one operation.

    `verdict` is "healthy", "mistaken", "unwritten" (`unwritten` says what is not there yet) or "unknown" (it
    could not be examined; `reason` says why). `kind` is what the operation is taken for, None where it was
    compared with nothing but its own forward; `framework` is what it is written with, "torch" or "numpy",
    None where that was not seen.

    What is said is in the language of the user's locale, or in the one that is asked for, "en" or "zh".
    """

    target: str
    kind: str | None
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[Phrase, ...] = ()
    reason: Phrase | None = None
    comparisons: tuple[Comparison, ...] = ()
    unwritten: Phrase | None = None
    framework: str | None = None

    @property
    def verdict(self) -> str:
        if self.mistakes:
            return MISTAKEN
        if self.unwritten is not None:
            return UNWRITTEN
        return HEALTHY if self.reason is None else UNKNOWN

    def __bool__(self) -> bool:
        """True where no mistake was found and everything could be examined."""
        return self.verdict == HEALTHY

    def __repr__(self) -> str:
        return self.text()

    def text(self, language: str | None = None, *, hint: int | None = None) -> str:
        """The report. `hint` is one of the `LEVELS`, from 1, which gradient is wrong, to 5, the solution.

        Without it: the evidence, a question, and what the mistake is, unless that gives the solution away.
        """
        return "\n".join(self.lines(language, hint=hint))

    def to_dict(self, language: str | None = None) -> dict[str, Any]:
        """What `--format json` prints for this operation."""
        reason = self.reason or self.unwritten
        return {
            "target": self.target,
            "kind": self.kind,
            "framework": self.framework,
            "verdict": self.verdict,
            "mistakes": [mistake.to_dict(language) for mistake in self.mistakes],
            "notes": [note.text(language) for note in self.notes],
            "error": None if reason is None else reason.text(language),
        }

    def lines(
        self, language: str | None = None, *, hint: int | None = None, width: int = WIDTH
    ) -> Iterator[str]:
        """One line for what is healthy; for a mistake as much as `hint` asks for, and what to read."""
        yield printable(headline(self, language))
        for number, mistake in enumerate(self.mistakes, 1):
            label = f"  {number}. " if len(self.mistakes) > 1 else "  "
            yield from wrapped(sentence(mistake, language, hint), label, " " * len(label), width)
            for name, words in details(mistake, language, hint):
                yield from labelled(name, words, len(label), language, width)
        for note in self.notes if hint is None or hint >= 3 else ():
            yield from wrapped(note.text(language), f"  {say('note', language, {})}: ", "    ", width)
        if hint is None and any(mistake.gives_solution_away for mistake in self.mistakes):
            yield from labelled("more", say("more-hints", language, {}), 2, language, width)

    def _repr_html_(self, language: str | None = None) -> str:
        """The same as a fragment of HTML, for notebooks."""
        parts = []
        for mistake in self.mistakes:
            rows = [(say(name, language, {}), words) for name, words in details(mistake, language, None)]
            parts += [html.line(sentence(mistake, language, None)), html.facts(rows)]
        parts += [html.line(note.text(language)) for note in self.notes]
        return html.card(headline(self, language), *parts, colour=COLOURS[self.verdict])


def headline(diagnosis: Diagnosis, language: str | None) -> str:
    kind = f" ({say('as-kind', language, {'kind': diagnosis.kind})})" if diagnosis.kind else ""
    if diagnosis.verdict == UNWRITTEN and diagnosis.unwritten is not None:
        return f"{diagnosis.target}{kind}: {diagnosis.unwritten.text(language)}"
    count = len(diagnosis.mistakes)
    reason = "" if diagnosis.reason is None else diagnosis.reason.text(language)
    verdict = "mistaken-many" if count > 1 else diagnosis.verdict
    return f"{diagnosis.target}{kind}: {say(verdict, language, {'count': count, 'reason': reason})}"


def sentence(mistake: Mistake, language: str | None, hint: int | None) -> str:
    """What is said of a mistake at once."""
    if hint is None:
        return mistake.first_text(language)
    return mistake.text(language) if hint >= 4 else mistake.place(language)


def details(mistake: Mistake, language: str | None, hint: int | None) -> Iterator[tuple[str, str]]:
    """What stands below a mistake: the key of each line's label, and the line."""
    level = 3 if hint is None else hint
    if level >= 2 and mistake.evidence:
        yield "evidence", mistake.evidence_text(language)
    if level >= 3:
        yield "hint", mistake.hint(language)
    if level >= 5:
        yield "fix", mistake.fix(language)
    if level >= 3:
        other = "" if language in (None, usual()) else f" --lang {language}"
        yield "page", f"charmlp doctor --explain {mistake.topic}{other}"


def labelled(name: str, words: str, indent: int, language: str | None, width: int) -> list[str]:
    """A line with its label, the words aligned with those of the other labels."""
    name = say(name, language, {})
    lead = " " * indent + name + " " * max(2, 10 - columns(name))
    return wrapped(words, lead, " " * (indent + 10), width)


def unpacked(packed: Mapping[str, Any]) -> Diagnosis:
    """The diagnosis of which `dataclasses.asdict` made plain lists and strings."""
    return Diagnosis(
        **{
            **packed,
            "mistakes": tuple(map(unpacked_mistake, packed["mistakes"])),
            "notes": unpacked_phrases(packed["notes"]),
            "reason": packed["reason"] and Phrase(**packed["reason"]),
            "unwritten": packed["unwritten"] and Phrase(**packed["unwritten"]),
            "comparisons": tuple(Comparison(**comparison) for comparison in packed["comparisons"]),
        }
    )


def unpacked_mistake(packed: Mapping[str, Any]) -> Mistake:
    alternatives = tuple(map(unpacked_mistake, packed["alternatives"]))
    evidence = unpacked_phrases(packed["evidence"])
    return Mistake(**{**packed, "evidence": evidence, "alternatives": alternatives})


def unpacked_phrases(packed: Iterable[Mapping[str, Any]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(**phrase) for phrase in packed)
