"""Sentences broken into lines of a terminal, where a Chinese character takes two columns."""

import re
import textwrap
from unicodedata import combining, east_asian_width

from charmlp.text import printable

WIDTH = 110
PARTS = re.compile(
    "[（“]?(?:[!-~\N{NO-BREAK SPACE}]+|.)[，。；：）？！、”]*", re.DOTALL
)  # of which a line is made


def wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    """Lines of at most `width` columns, `first` before the first and `rest` before the others.

    Text without spaces, such as Chinese, is broken anywhere; what a terminal obeys is escaped.
    """
    return broken(printable(text), first, rest, width)


def broken(text: str, first: str, rest: str, width: int) -> list[str]:
    """The same of a text that is safe to print, which may have unbroken spaces."""
    if columns(text) > len(text):  # wide characters: textwrap counts them as one column each
        return wrap_wide(text, first, rest, width)
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def wrap_wide(text: str, first: str, rest: str, width: int) -> list[str]:
    """Words of letters stay whole where they fit, and punctuation stays with what it belongs to."""
    lines, line = [], first
    for part in PARTS.findall(text):
        for piece in [part] if columns(rest + part) <= width else part:
            if columns(line + piece.rstrip()) > width and line.strip():
                lines.append(line.rstrip())
                line = rest
            if line != rest or piece != " ":
                line += piece
    return [*lines, line.rstrip()]


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A cell of a table, so many columns wide; `right`: at its right."""
    gap = " " * (width - columns(text))
    return gap + text if right else text + gap


def columns(text: str) -> int:
    """How many columns a terminal needs: Chinese characters take two, accents none.

    >>> columns("hint"), columns("提示")
    (4, 4)
    """
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)
