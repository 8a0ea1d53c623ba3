"""What a figure of the derivations is drawn on: a canvas with arrows, boxes and matrices, and two languages.

A sheet is 600 pixels wide at most, and its text no smaller than `SMALL`, so that a phone shows it at 11
pixels or more. Its SVG has a style for pages that are dark: every colour has its other one in `DARK`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLACK, BLUE, GREY, LIGHT, MIDDLE, RED, WHITE

WIDTH = 600
TEXT, SMALL = 22, 19
FORWARD, BACKWARD = BLUE, RED  # what is computed forward, and gradients, in every figure
LEAF = "#eef4fb"  # behind what is given
DARK = {
    BLACK: "#e6edf3", GREY: "#9aa4ae", MIDDLE: "#6e7781", LIGHT: "#30363d", WHITE: "#0d1117",
    FORWARD: "#58a6ff", BACKWARD: "#ff8f4d", LEAF: "#16202c",
}  # fmt: skip
HEAD = 11  # pixels from an arrow's point to its back
Point = tuple[float, float]


class Sheet(Canvas):
    """A page of one language; what is written in both is handed over as English and Chinese."""

    def __init__(self, language: str) -> None:
        super().__init__(WIDTH, 0)
        self.language = language

    def say(self, english: str, chinese: str) -> str:
        return english if self.language == "en" else chinese

    def arrow(self, start: Point, end: Point, colour: str = BLACK, width: float = 2) -> None:
        """A line with its point at `end`."""
        (x, y), (to_x, to_y) = start, end
        length = math.hypot(to_x - x, to_y - y)
        along = (to_x - x) / length, (to_y - y) / length
        back = to_x - HEAD * along[0], to_y - HEAD * along[1]
        across = 0.45 * HEAD * along[1], -0.45 * HEAD * along[0]
        self.line([start, back], colour, width)
        self.area(
            [end, *((back[0] + side * across[0], back[1] + side * across[1]) for side in (1, -1))], colour
        )

    def node(
        self, middle: Point, text: str, *, width: float = 64, height: float = 44, given: bool = False
    ) -> None:
        """A text in a box; what is given, and not computed, has another ground."""
        x, y = middle
        box = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        self.box(box, LEAF if given else WHITE, BLACK, 2)
        self.text(text, x, y, size=TEXT)

    def matrix(
        self, corner: Point, rows: Sequence[Sequence[str]], *, cell: Point = (58, 34), colour: str = BLACK
    ) -> Point:
        """Numbers between square brackets; returns the lower right corner."""
        left, top = corner
        right, bottom = left + len(rows[0]) * cell[0], top + len(rows) * cell[1]
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                self.text(
                    text,
                    left + (place + 0.5) * cell[0],
                    top + (number + 0.5) * cell[1],
                    size=TEXT,
                    colour=colour,
                )
        for edge, inward in ((left, 7), (right, -7)):
            self.line([(edge + inward, top), (edge, top), (edge, bottom), (edge + inward, bottom)], colour, 2)
        return right, bottom

    def svg(self) -> str:
        """As large as its pixels, without a ground, and with the colours for dark pages."""
        text = super().svg().replace(f'<rect width="100%" height="100%" fill="{WHITE}"/>\n', style(), 1)
        return re.sub(
            r' width="[\d.]+" height="[\d.]+"', f' width="{self.width}" height="{self.height}"', text, count=1
        )


def style() -> str:
    """Exchanges every colour on pages that are dark."""
    rules = "".join(
        f'[{part}="{light}"]{{{part}:{dark}}}' for light, dark in DARK.items() for part in ("fill", "stroke")
    )
    return f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>\n"


def number(value: float, digits: int = 4) -> str:
    """At most so many digits behind the point, and a minus sign as wide as a plus.

    >>> number(-1.0), number(0.88079708), number(0)
    ('−1', '0.8808', '0')
    """
    return f"{round(value, digits):g}".replace("-", "−") if round(value, digits) else "0"
