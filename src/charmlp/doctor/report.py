"""A diagnosis as text and as HTML."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator

from charmlp.doctor.diagnosis import HEALTHY, UNKNOWN, Diagnosis, Mistake
from charmlp.doctor.words import say
from charmlp.text import printable

WIDTH = 110
COLOURS = {HEALTHY: "#1a7f37", "mistaken": "#cf222e", UNKNOWN: "#9a6700"}


def as_text(diagnosis: Diagnosis, language: str = "en", *, fixes: bool = False, width: int = WIDTH) -> str:
    """One line for what is healthy; for a mistake its words, the evidence, a hint and the page."""
    return "\n".join(text_lines(diagnosis, language, fixes, width))


def text_lines(diagnosis: Diagnosis, language: str, fixes: bool, width: int) -> Iterator[str]:
    yield printable(headline(diagnosis, language))
    for number, mistake in enumerate(diagnosis.mistakes, 1):
        label = f"  {number}. " if len(diagnosis.mistakes) > 1 else "  "
        yield from wrapped(mistake.text(language), label, " " * len(label), width)
        for name, words in details(mistake, language, fixes):
            name = say(name, language, {})
            lead = " " * len(label) + name + " " * max(2, 10 - columns(name))
            yield from wrapped(words, lead, " " * (len(label) + 10), width)
    for note in diagnosis.notes:
        yield from wrapped(note.text(language), f"  {say('note', language, {})}: ", "    ", width)


def headline(diagnosis: Diagnosis, language: str) -> str:
    kind = f" ({say('as-kind', language, {'kind': diagnosis.kind})})" if diagnosis.kind else ""
    return f"{diagnosis.target}{kind}: {verdict_words(diagnosis, language)}"


def verdict_words(diagnosis: Diagnosis, language: str) -> str:
    count = len(diagnosis.mistakes)
    if count:
        return say("mistaken" if count == 1 else "mistaken-many", language, {"count": count})
    if diagnosis.reason is not None:
        return say("unknown", language, {"reason": diagnosis.reason.text(language)})
    return say("healthy", language, {})


def details(mistake: Mistake, language: str, fixes: bool) -> Iterator[tuple[str, str]]:
    if mistake.evidence:
        yield "evidence", mistake.evidence_text(language)
    yield "hint", mistake.hint(language)
    if fixes:
        yield "fix", mistake.fix(language)
    yield "page", page_in(mistake, language)


def page_in(mistake: Mistake, language: str) -> str:
    return mistake.page.replace(".md", ".zh-CN.md") if language == "zh" else mistake.page


def wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    """Lines of at most `width` columns; text without spaces, such as Chinese, is broken anywhere."""
    text = printable(text)
    if columns(text) > len(text):  # wide characters: textwrap counts them as one column each
        return wrap_wide(text, first, rest, width)
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def wrap_wide(text: str, first: str, rest: str, width: int) -> list[str]:
    lines, line = [], first
    for character in text:
        if columns(line + character) > width and character not in "，。；：）？！、":
            lines.append(line)
            line = rest
        line += character
    return [*lines, line]


def columns(text: str) -> int:
    """How many columns a terminal needs.

    >>> columns("hint"), columns("提示")
    (4, 4)
    """
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def as_html(diagnosis: Diagnosis, language: str = "en") -> str:
    """The same as a fragment of HTML, for notebooks."""
    colour = COLOURS[diagnosis.verdict]
    rows = [
        f'<div style="border-left:4px solid {colour};padding:2px 10px;margin:4px 0">',
        f"<b>{escape(headline(diagnosis, language))}</b>",
    ]
    for mistake in diagnosis.mistakes:
        rows.append(f'<p style="margin:6px 0">{escape(mistake.text(language))}</p><table>')
        rows += [
            f'<tr><td style="opacity:.6;text-align:left">{escape(say(name, language, {}))}</td>'
            f'<td style="text-align:left">{escape(words)}</td></tr>'
            for name, words in details(mistake, language, fixes=False)
        ]
        rows.append("</table>")
    rows += [f"<p><i>{escape(note.text(language))}</i></p>" for note in diagnosis.notes]
    return "\n".join([*rows, "</div>"])


def escape(text: str) -> str:
    return html.escape(printable(text))
