"""Charts as SVG inside a page: they take the page's colours, light or dark, and its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from charmlp.drawing.axes import ticks

WIDTH, HEIGHT = 480, 306
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 32, 46


@dataclass(frozen=True)
class Line:
    """Points joined by a line; `name` is its class in the style sheet."""

    name: str
    points: Sequence[tuple[float, float]]
    dots: bool = False
    key: str = ""  # what it is, beside the others' in the upper right corner


@dataclass(frozen=True)
class Chart:
    """Axes, and what is drawn between them, as SVG elements; each number is in its axis' unit."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_name: str
    y_name: str
    percent: str = ""  # behind the numbers of the y axis, which are then shares
    x_percent: str = ""
    whole: bool = False  # only whole numbers along the x axis

    def place(self, x: float, y: float) -> tuple[float, float]:
        across = (x - self.x[0]) / (self.x[1] - self.x[0] or 1)
        up = (y - self.y[0]) / (self.y[1] - self.y[0] or 1)
        return round(LEFT + across * (WIDTH - LEFT - RIGHT), 1), round(
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1
        )

    def axes(self) -> str:
        """A light grid with numbers, and what the axes are."""
        left, right = LEFT, WIDTH - RIGHT
        bottom = HEIGHT - BOTTOM
        parts = []
        for number in numbers(self.y, 6, self.percent):
            at = self.place(self.x[0], number)[1]
            parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{at}" y2="{at}"/>')
            parts.append(text(written(number, self.percent), left - 8, at + 4, "end"))
        along = numbers(self.x, 7, self.x_percent)
        for number in along if not self.whole else [each for each in along if each == int(each)]:
            at = self.place(number, self.y[0])[0]
            parts.append(f'<line class="tick" x1="{at}" x2="{at}" y1="{bottom}" y2="{bottom + 5}"/>')
            parts.append(text(written(number, self.x_percent), at, bottom + 20, "middle"))
        parts.append(f'<line class="axis" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
        parts.append(text(self.x_name, (left + right) / 2, HEIGHT - 6, "middle", "name"))
        parts.append(text(self.y_name, left - 50, 14, "start", "name"))
        return "".join(parts)

    def line(self, line: Line) -> str:
        """The line, and its points as dots where wanted."""
        places = [self.place(x, y) for x, y in line.points]
        drawn = "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
        dots = (f'<circle cx="{x:g}" cy="{y:g}" r="3.5"/>' for x, y in places if line.dots)
        return f'<g class="{line.name}"><path d="{drawn}"/>{"".join(dots)}</g>'

    def whisker(self, x: float, low: float, high: float) -> str:
        """A vertical line from low to high."""
        (at, below), (_, above) = self.place(x, low), self.place(x, high)
        return f'<line class="whisker" x1="{at}" x2="{at}" y1="{below}" y2="{above}"/>'

    def mark(self, x: float, words: str) -> str:
        """A dashed vertical line with a word at its top."""
        at = self.place(x, self.y[0])[0]
        near_end = at > (WIDTH + LEFT) / 2
        line = f'<line class="mark" x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        place = at - 6 if near_end else at + 6
        return line + text(words, place, TOP + 12, "end" if near_end else "start", "note")

    def keys(self, lines: Sequence[Line]) -> str:
        """What the lines are, each in its colour, one below the other."""
        named = [line for line in lines if line.key]
        x, y = WIDTH - RIGHT - 44, TOP + 30
        return "".join(
            f'<g class="{line.name}">{text(line.key, x, y + 20 * at, "end", "key")}</g>'
            for at, line in enumerate(named)
        )

    def drawn(self, parts: Sequence[str], words: str) -> Markup:
        """The whole picture; `words` says to those who do not see it what it shows."""
        return Markup(
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words)}">'
            f"{self.axes()}{''.join(parts)}</svg>"
        )


def text(words: str, x: float, y: float, anchor: str, name: str = "number") -> str:
    return f'<text class="{name}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def numbers(limits: tuple[float, float], most: int, percent: str) -> list[float]:
    """Round numbers between the limits: whole per cents where they are shares."""
    if percent:
        return [number / 100 for number in ticks(100 * limits[0], 100 * limits[1], most)]
    return list(ticks(*limits, most))


def written(number: float, percent: str) -> str:
    return f"{100 * number:g}{percent}" if percent else f"{number:g}"
