"""What an examination ends in, and how it shows itself: as text, as HTML, and as what JSON can hold."""

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from charmlp.doctor.mistake import Mistake, Phrase
from charmlp.doctor.words import say
from charmlp.doctor.words.layout import WIDTH, columns, wrapped
from charmlp.text import printable

HEALTHY, MISTAKEN, UNKNOWN = "healthy", "mistaken", "unknown"
COLOURS = {HEALTHY: "#1a7f37", MISTAKEN: "#cf222e", UNKNOWN: "#9a6700"}


@dataclass(frozen=True)
class Comparison:
    """Analytic and numeric gradient with respect to one input, as nested lists: what the figure shows."""

    input: str
    analytic: list[Any]
    numeric: list[Any]


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor says about one operation.

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
        return "\n".join(self.lines())

    def to_dict(self, language: str = "en", *, fixes: bool = False) -> dict[str, Any]:
        """What `--format json` prints for this operation."""
        return {
            "target": self.target,
            "kind": self.kind,
            "verdict": self.verdict,
            "mistakes": [mistake.to_dict(language, fixes=fixes) for mistake in self.mistakes],
            "notes": [note.text(language) for note in self.notes],
            "error": None if self.reason is None else self.reason.text(language),
        }

    def lines(self, language: str = "en", *, fixes: bool = False, width: int = WIDTH) -> Iterator[str]:
        """One line for what is healthy; for a mistake its words, the evidence, a hint and the page."""
        yield printable(headline(self, language))
        for number, mistake in enumerate(self.mistakes, 1):
            label = f"  {number}. " if len(self.mistakes) > 1 else "  "
            yield from wrapped(mistake.text(language), label, " " * len(label), width)
            for name, words in details(mistake, language, fixes):
                name = say(name, language, {})
                lead = " " * len(label) + name + " " * max(2, 10 - columns(name))
                yield from wrapped(words, lead, " " * (len(label) + 10), width)
        for note in self.notes:
            yield from wrapped(note.text(language), f"  {say('note', language, {})}: ", "    ", width)

    def _repr_html_(self, language: str = "en") -> str:
        """The same as a fragment of HTML, for notebooks."""
        rows = [
            f'<div style="border-left:4px solid {COLOURS[self.verdict]};padding:2px 10px;margin:4px 0">',
            f"<b>{escape(headline(self, language))}</b>",
        ]
        for mistake in self.mistakes:
            rows.append(f'<p style="margin:6px 0">{escape(mistake.text(language))}</p><table>')
            rows += [
                f'<tr><td style="opacity:.6;text-align:left">{escape(say(name, language, {}))}</td>'
                f'<td style="text-align:left">{escape(words)}</td></tr>'
                for name, words in details(mistake, language, fixes=False)
            ]
            rows.append("</table>")
        rows += [f"<p><i>{escape(note.text(language))}</i></p>" for note in self.notes]
        return "\n".join([*rows, "</div>"])


def headline(diagnosis: Diagnosis, language: str) -> str:
    kind = f" ({say('as-kind', language, {'kind': diagnosis.kind})})" if diagnosis.kind else ""
    count = len(diagnosis.mistakes)
    reason = "" if diagnosis.reason is None else diagnosis.reason.text(language)
    verdict = "mistaken-many" if count > 1 else diagnosis.verdict
    return f"{diagnosis.target}{kind}: {say(verdict, language, {'count': count, 'reason': reason})}"


def details(mistake: Mistake, language: str, fixes: bool) -> Iterator[tuple[str, str]]:
    """What stands below a mistake: the key of each line's label, and the line."""
    if mistake.evidence:
        yield "evidence", mistake.evidence_text(language)
    yield "hint", mistake.hint(language)
    if fixes:
        yield "fix", mistake.fix(language)
    yield "page", mistake.page.replace(".md", ".zh-CN.md") if language == "zh" else mistake.page


def escape(text: str) -> str:
    return html.escape(printable(text))


def unpacked(packed: Mapping[str, Any]) -> Diagnosis:
    """The diagnosis of which `dataclasses.asdict` made plain lists and strings."""
    return Diagnosis(
        **{
            **packed,
            "mistakes": tuple(map(unpacked_mistake, packed["mistakes"])),
            "notes": unpacked_phrases(packed["notes"]),
            "reason": packed["reason"] and Phrase(**packed["reason"]),
            "comparisons": tuple(Comparison(**comparison) for comparison in packed["comparisons"]),
        }
    )


def unpacked_mistake(packed: Mapping[str, Any]) -> Mistake:
    alternatives = tuple(map(unpacked_mistake, packed["alternatives"]))
    evidence = unpacked_phrases(packed["evidence"])
    return Mistake(**{**packed, "evidence": evidence, "alternatives": alternatives})


def unpacked_phrases(packed: Iterable[Mapping[str, Any]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(**phrase) for phrase in packed)
