"""A report as Markdown, as GitHub shows it: formulas between dollars, tables, pictures beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from charmlp.report.blocks import Block, Code, Figure, Formula, Heading, Inline, Items, Paragraph, Table
from charmlp.report.words import Words

SPECIAL = re.compile(r"([\\`*_\[\]<>|~#$&!])")
AT_START = re.compile(r"^(\s*\d*)([-+=.)])")  # of a list, or of the line below a heading


def markdown(blocks: Iterable[Block], language: str) -> str:
    """The whole file."""
    say = Words(language)
    parts = [f"# {escaped(say('hand.title'))}", f"*{escaped(say('hand.author'))}*", *pieces(blocks)]
    return "\n\n".join(parts) + "\n"


def pieces(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(level, text):
                yield f"{'#' * (level + 1)} {inline(text)}"
            case Paragraph(text, fill):
                words = AT_START.sub(r"\1\\\2", inline(text))
                yield f"> *{words}*" if fill else words
            case Formula(formula):
                yield f"$$\n{formula}\n$$"
            case Items(items):
                yield "\n".join(f"- {inline(item)}" for item in items)
            case Table():
                yield table(block)
            case Figure(file, caption, _):
                yield f"![{escaped(caption)}]({file})"
            case Code(text):
                fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
                yield f"{fence}text\n{text}\n{fence}"


def table(block: Table) -> str:
    rows = [f"| {' | '.join(map(inline, row))} |" for row in (block.head, *block.rows)]
    marks = "".join("---:|" if each == "r" else "---|" for each in block.align)
    caption = f"\n\n*{escaped(block.caption)}*" if block.caption else ""
    return "\n".join([rows[0], f"|{marks}", *rows[1:]]) + caption


def inline(spans: Inline) -> str:
    forms = {"strong": "**%s**", "emph": "*%s*", "text": "%s"}
    return "".join(
        f"${text}$" if kind == "math" else code(text) if kind == "code" else forms[kind] % escaped(text)
        for kind, text in spans
    )


def code(text: str) -> str:
    """A text of others as code; in a table a bar would end the cell, also within code."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    room = " " if fence != "`" or text[:1] == " " else ""
    return f"{fence}{room}{text}{room}{fence}".replace("|", "\\|")


def escaped(text: str) -> str:
    """A text of others, so that Markdown shows each character as it is."""
    return SPECIAL.sub(r"\\\1", text)
