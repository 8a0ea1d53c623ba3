"""What a report to hand in is made of, whether it is written as LaTeX or as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Span(NamedTuple):
    """A piece of a line: `text`, `math` (LaTeX), `code`, `strong` or `emph`."""

    kind: str
    text: str


Inline: TypeAlias = tuple[Span, ...]


def plain(text: str) -> Inline:
    return (Span("text", text),)


@dataclass(frozen=True)
class Heading:
    """Level 1 is a section."""

    level: int
    text: Inline


@dataclass(frozen=True)
class Paragraph:
    """`fill`: it says what is to be written in its place."""

    text: Inline
    fill: bool = False


@dataclass(frozen=True)
class Formula:
    """Displayed, in LaTeX."""

    latex: str


@dataclass(frozen=True)
class Items:
    """A list."""

    items: Sequence[Inline]


@dataclass(frozen=True)
class Table:
    """Rows below a head; `align` has `l` or `r` for each column."""

    head: Sequence[Inline]
    rows: Sequence[Sequence[Inline]]
    align: str
    caption: str = ""


@dataclass(frozen=True)
class Figure:
    """A picture beside the report; `file` is relative to it, `width` a share of the line."""

    file: str
    caption: str
    width: float = 0.8


@dataclass(frozen=True)
class Code:
    """What is typed."""

    text: str


Block: TypeAlias = Heading | Paragraph | Formula | Items | Table | Figure | Code
