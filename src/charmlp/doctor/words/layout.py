"""Sentences broken into lines of a terminal, where a Chinese character takes two columns."""

import textwrap

from charmlp.text import printable

WIDTH = 110


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
        if line != rest or character != " ":
            line += character
    return [*lines, line]


def columns(text: str) -> int:
    """How many columns a terminal needs.

    >>> columns("hint"), columns("提示")
    (4, 4)
    """
    from rich.cells import cell_len  # not imported before something is printed

    return cell_len(text)
