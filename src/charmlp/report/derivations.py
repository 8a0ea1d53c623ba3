"""The derivations of docs/derivations/ as blocks of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt

from charmlp.doctor.kinds import kinds
from charmlp.doctor.pages import DISPLAY, HEADING, INLINE, page_text, place_of, without_navigation
from charmlp.report.blocks import Block, Formula, Heading, Inline, Items, Paragraph, Span, Table

MARK = re.compile("([\ue000\ue001])(\\d+)\ue002")  # a formula's place while Markdown is read
KINDS = {"em": "emph", "strong": "strong"}


def derivation(stem: str, language: str, parts: Sequence[str], *, level: int) -> Iterator[Block]:
    """Some parts of a page, by their English headings, under its title as a heading of that level.

    Of a part, what stands before its own subheadings.
    """
    english = [match[2] for match in HEADING.finditer(page_text(stem, "en"))]
    page = without_navigation(page_text(stem, language))
    yield from shifted(blocks(pieces(page)[0]), level - 1, only_headings=True)
    for part in parts:
        yield from shifted(blocks(pieces(page)[english.index(part)]), level - 1)


def of_activation(act_type: str, language: str, *, level: int) -> Iterator[Block]:
    """The section of an activation; nothing where the network has none between its layers."""
    stem = kinds()[act_type].page
    place = place_of(act_type, page_text(stem, "en"))
    if place is not None:
        yield from shifted(blocks(pieces(page_text(stem, language))[place]), level - 2)


def pieces(page: str) -> list[str]:
    """The page cut before each heading."""
    starts = [match.start() for match in HEADING.finditer(page)]
    return [page[start:end] for start, end in zip(starts, [*starts[1:], len(page)], strict=True)]


def shifted(found: Iterator[Block], by: int, *, only_headings: bool = False) -> Iterator[Block]:
    for block in found:
        if isinstance(block, Heading):
            yield Heading(block.level + by, block.text)
        elif not only_headings:
            yield block


def blocks(markdown: str) -> Iterator[Block]:
    """Markdown with formulas between dollars; pictures and links are left out, the words of links stay."""
    formulas: list[str] = []

    def keep(mark: str, match: re.Match[str]) -> str:
        formulas.append(match[1])
        return f"{mark}{len(formulas) - 1}\ue002"

    text = DISPLAY.sub(lambda match: keep("\ue000", match), markdown)
    text = INLINE.sub(lambda match: keep("\ue001", match), text)
    tokens = iter(MarkdownIt("commonmark").enable("table").parse(text))
    for token in tokens:
        if token.type == "heading_open":
            yield Heading(int(token.tag[1:]), inline(next(tokens), formulas))
        elif token.type == "paragraph_open":
            spans = inline(next(tokens), formulas)
            if len(spans) == 1 and spans[0].kind == "display":
                yield Formula(spans[0].text)
            elif spans:
                yield Paragraph(spans)
        elif token.type == "bullet_list_open":
            yield Items(
                [
                    inline(each, formulas)
                    for each in until(tokens, "bullet_list_close")
                    if each.type == "inline"
                ]
            )
        elif token.type == "table_open":
            yield table(until(tokens, "table_close"), formulas)


def until(tokens: Iterator[Any], end: str) -> Iterator[Any]:
    for token in tokens:
        if token.type == end:
            return
        yield token


def table(tokens: Iterator[Any], formulas: Sequence[str]) -> Table:
    rows: list[list[Inline]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(inline(token, formulas))
    return Table(rows[0], rows[1:], "l" * len(rows[0]))


def inline(token: Any, formulas: Sequence[str]) -> Inline:
    """A line's pieces."""
    spans: list[Span] = []
    kind = "text"
    for child in token.children or ():
        if child.type == "code_inline":
            spans.append(Span("code", child.content))
        elif child.type in ("softbreak", "hardbreak"):
            spans.append(Span("text", " "))
        elif child.type == "text":
            spans += marked(child.content, kind, formulas)
        elif child.tag in KINDS:
            kind = KINDS[child.tag] if child.nesting == 1 else "text"
    return tuple(spans)


def marked(text: str, kind: str, formulas: Sequence[str]) -> Iterator[Span]:
    """A text with its formulas in their places."""
    at = 0
    for match in MARK.finditer(text):
        if match.start() > at:
            yield Span(kind, text[at : match.start()])
        yield Span("display" if match[1] == "\ue000" else "math", formulas[int(match[2])])
        at = match.end()
    if at < len(text):
        yield Span(kind, text[at:])
