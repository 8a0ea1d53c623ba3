"""What an examination ends in, and how it shows itself: as text, as HTML, and as what JSON can hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
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
class NotExamined:
    """Code that computes a gradient or a step and was not examined: a function, or ("") a file's top level.

    `line` is that of the file, or of the notebook's `cell`.
    """

    name: str
    line: int
    reason: Phrase
    cell: int | None = None

    def to_dict(self, language: str | None = None) -> dict[str, Any]:
        name, reason = self.name or None, self.reason.text(language)
        return {"name": name, "line": self.line, "cell": self.cell, "reason": reason}

    def text(self, language: str | None = None) -> str:
        name = self.name or say("top-level", language, {})
        place = say("place-line" if self.cell is None else "place-cell", language, vars(self))
        return say("left-one", language, {"name": name, "place": place, "reason": self.reason.text(language)})


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor says about one operation.

    `verdict` is "healthy", "mistaken", "unwritten" (`unwritten` says what is not there yet) or "unknown" (it
    could not be examined; `reason` says why). `kind` is what the operation is taken for, None where it was
    compared with nothing but its own forward; `framework` is what it is written with, "torch" or "numpy",
    None where that was not seen. A diagnosis of a whole file says what of it was `not_examined`, and which of
    its operations are `right`.

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
    not_examined: tuple[NotExamined, ...] = ()
    right: tuple[str, ...] = ()
    trials: tuple[Any, ...] = field(default=(), repr=False, compare=False)  # what it rests on
    # Whether it is read rightly: other inputs show nothing wrong
    is_read: bool = field(default=False, repr=False, compare=False)

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
            "not_examined": [one.to_dict(language) for one in self.not_examined],
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
        for name, words in listed(self, language):
            yield from labelled(name, words, 2, language, width, column=14)
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
        if rows := [(say(name, language, {}), words) for name, words in listed(self, language)]:
            parts.append(html.facts(rows))
        parts += [html.line(note.text(language)) for note in self.notes]
        return html.card(headline(self, language), *parts, colour=COLOURS[self.verdict])


def headline(diagnosis: Diagnosis, language: str | None) -> str:
    kind = f" ({say('as-kind', language, {'kind': diagnosis.kind})})" if diagnosis.kind else ""
    if diagnosis.verdict == UNWRITTEN and diagnosis.unwritten is not None:
        return f"{diagnosis.target}{kind}: {diagnosis.unwritten.text(language)}"
    count = len(diagnosis.mistakes)
    reason = "" if diagnosis.reason is None else diagnosis.reason.text(language)
    verdict = "mistaken-many" if count > 1 else diagnosis.verdict
    if diagnosis.not_examined:
        return f"{diagnosis.target}: {reason}"
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


def listed(diagnosis: Diagnosis, language: str | None) -> Iterator[tuple[str, str]]:
    """Of a whole file what is right, and each thing that was not examined."""
    if diagnosis.right:
        yield "right", ", ".join(diagnosis.right)
    for one in diagnosis.not_examined:
        yield "left", one.text(language)


def labelled(
    name: str, words: str, indent: int, language: str | None, width: int, column: int = 10
) -> list[str]:
    """A line with its label, the words aligned with those of the other labels."""
    name = say(name, language, {})
    lead = " " * indent + name + " " * max(2, column - columns(name))
    return wrapped(words, lead, " " * (indent + column), width)


def packed(diagnosis: Diagnosis) -> dict[str, Any]:
    """It as plain lists and strings, for another process."""
    return asdict(replace(diagnosis, trials=()))


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
            "not_examined": tuple(
                NotExamined(**{**one, "reason": Phrase(**one["reason"])}) for one in packed["not_examined"]
            ),
            "right": tuple(packed["right"]),
        }
    )


def unpacked_mistake(packed: Mapping[str, Any]) -> Mistake:
    alternatives = tuple(map(unpacked_mistake, packed["alternatives"]))
    evidence = unpacked_phrases(packed["evidence"])
    return Mistake(**{**packed, "evidence": evidence, "alternatives": alternatives})


def unpacked_phrases(packed: Iterable[Mapping[str, Any]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(**phrase) for phrase in packed)
