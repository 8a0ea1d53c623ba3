"""Pieces of HTML, in which objects show themselves in a notebook: `_repr_html_`.

Every piece stands by itself: no script, no style sheet, nothing that is fetched. Colours are those of the
page, light or dark, or of a middle strength that is seen on both. What is not HTML is escaped here, and
nowhere else: all arguments are plain text but the pieces of `card`, the cells of `table`, and what is in a
`row` beside its captions.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence

from charmlp.text import printable

GREY, BLUE, RED = "#888888", "#2e86c1", "#d0504a"  # seen on white and on black


def escape(text: object) -> str:
    """Plain text as HTML; control characters are escaped as everywhere."""
    return html.escape(printable(text))


def card(title: str, *parts: str, colour: str = GREY) -> str:
    """A title, plain text, over some pieces of HTML, with a coloured edge."""
    edge = f"border-left:4px solid {colour};padding:2px 10px;margin:4px 0"
    return "\n".join([f'<div style="{edge}">', f"<b>{escape(title)}</b>", *parts, "</div>"])


def line(text: str) -> str:
    """A paragraph."""
    return f'<p style="margin:6px 0">{escape(text)}</p>'


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names with what they are."""
    return table([(muted(name), escape(value)) for name, value in rows])


def table(rows: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> str:
    """Rows of cells that are HTML, below heads that are plain text."""
    lines = ['<table style="border-collapse:collapse;margin:6px 0">']
    if heads:
        lines.append(f"<tr>{''.join(f'<th {CELL}>{escape(head)}</th>' for head in heads)}</tr>")
    lines += [f"<tr>{''.join(f'<td {CELL}>{cell}</td>' for cell in cells)}</tr>" for cells in rows]
    return "\n".join([*lines, "</table>"])


CELL = 'style="text-align:left;vertical-align:top;padding:1px 12px 1px 0;border:none;background:none"'


def muted(text: str) -> str:
    """What is said by the way."""
    return f'<span style="opacity:.65">{escape(text)}</span>'


def bar(share: float, colour: str = BLUE) -> str:
    """A bar of up to 120 pixels, for a share from 0 to 1."""
    size = f"display:inline-block;height:.7em;width:{max(1, round(120 * share))}px"
    return f'<span style="{size};background:{colour}"></span>'


def image(png: bytes, words: str, *, width: int | None = None, sharp: bool = False) -> str:
    """A picture in the text itself, on white; `sharp`: a small one that is shown larger, pixel by pixel."""
    data = base64.b64encode(png).decode("ascii")
    style = "max-width:100%;background:white"
    style += ";image-rendering:pixelated" if sharp else ""
    size = "" if width is None else f' width="{width}"'
    return f'<img alt="{escape(words)}"{size} style="{style}" src="data:image/png;base64,{data}">'


def row(pieces: Iterable[tuple[str, str]]) -> str:
    """Pieces of HTML side by side, each over its caption, which is plain text."""
    tile = '<div style="display:inline-block;vertical-align:top;text-align:center;margin:0 8px 6px 0">'
    return "<div>" + "".join(f"{tile}{piece}<br>{escape(words)}</div>" for piece, words in pieces) + "</div>"
