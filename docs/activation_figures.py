"""Draws docs/derivations/figures/: y and slope of each activation, from the table that is computed with.

python docs/activation_figures.py            writes a picture for each entry of calculus.ACTIVATIONS
python docs/activation_figures.py --check    status 1 where a picture is not what the table says
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from charmlp.calculus import ACTIVATIONS, Activation

FOLDER = Path(__file__).with_name("derivations") / "figures"
LEFT, RIGHT, BOTTOM, TOP = -4.0, 4.0, -1.3, 2.3
UNIT = 45  # pixels, the same both ways, so that a slope of 1 looks like one
JUMP = 0.3  # a larger step between neighbours is a jump, and no line crosses it
PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" \
font-family="sans-serif" font-size="13">
<style>
.axis {{ stroke: #888; fill: none }} .number {{ fill: #888; font-size: 11px }}
.y {{ stroke: #0969da; fill: none; stroke-width: 2.5 }} text.y {{ stroke: none; fill: #0969da }}
.slope {{ stroke: #bc4c00; fill: none; stroke-width: 2; stroke-dasharray: 6 4 }}
text.slope {{ stroke: none; fill: #bc4c00 }}
@media (prefers-color-scheme: dark) {{
.y {{ stroke: #58a6ff }} text.y {{ fill: #58a6ff }}
.slope {{ stroke: #f0883e }} text.slope {{ fill: #f0883e }}
}}
</style>
<title>{name}</title>
<clipPath id="frame"><rect width="{width}" height="{height}"/></clipPath>
{axes}
<g clip-path="url(#frame)">
{curves}
</g>
<text x="12" y="20" class="y">y = f(x)</text>
<text x="12" y="38" class="slope">f′(x)</text>
</svg>
"""


def place(x: float, y: float) -> tuple[str, str]:
    """Pixels from the left and from the top."""
    return f"{(x - LEFT) * UNIT:.1f}", f"{(TOP - y) * UNIT:.1f}"


def minus(number: int) -> str:
    """The number, with a minus sign as long as a plus sign."""
    return f"{number}".replace("-", "−")


def axes() -> Iterator[str]:
    """Both axes through 0, with ticks and numbers."""
    (x0, y0), (x1, y1) = place(LEFT, TOP), place(RIGHT, BOTTOM)
    x, y = place(0, 0)
    yield f'<path class="axis" d="M{x0} {y}H{x1}M{x} {y0}V{y1}"/>'
    for number in (-3, -2, -1, 1, 2, 3):
        at, _ = place(number, 0)
        yield f'<path class="axis" d="M{at} {y}v4"/>'
        yield f'<text class="number" x="{at}" y="{y}" dy="16" text-anchor="middle">{minus(number)}</text>'
    for number in (-1, 1, 2):
        _, at = place(0, number)
        yield f'<path class="axis" d="M{x} {at}h-4"/>'
        yield f'<text class="number" x="{x}" y="{at}" dx="-7" dy="4" text-anchor="end">{minus(number)}</text>'


def curve(kind: str, x: np.ndarray, y: np.ndarray) -> Iterator[str]:
    """A line through the points, and a new one after each jump."""
    jumps = np.flatnonzero(np.abs(np.diff(y)) > JUMP) + 1
    for xs, ys in zip(np.split(x, jumps), np.split(y, jumps), strict=True):
        points = " ".join(",".join(place(*point)) for point in zip(xs, ys, strict=True))
        yield f'<polyline class="{kind}" points="{points}"/>'


def picture(activation: Activation) -> str:
    """The text of the SVG file."""
    x = np.sort(np.append(np.linspace(LEFT, RIGHT, 129), 1e-9))  # just after 0 as well, where slopes jump
    return PICTURE.format(
        name=activation.name, width=round((RIGHT - LEFT) * UNIT), height=round((TOP - BOTTOM) * UNIT),
        axes="\n".join(axes()),
        curves="\n".join([*curve("y", x, activation(x)), *curve("slope", x, activation.slope(x))]),
    )  # fmt: skip


def is_current(text: str, picture: str) -> bool:
    """Equal, but for the last digit of a number, which machines round differently."""
    number = re.compile(r"\d+\.\d")
    pairs = zip(number.findall(text), number.findall(picture), strict=False)
    return number.sub("?", text) == number.sub("?", picture) and all(
        abs(float(a) - float(b)) < 0.11 for a, b in pairs
    )


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, activation in ACTIVATIONS.items():
        path = FOLDER / f"{name}.svg"
        if "--check" not in sys.argv:
            path.write_text(picture(activation), encoding="utf-8", newline="\n")
        elif not path.exists() or not is_current(path.read_text(encoding="utf-8"), picture(activation)):
            sys.exit(f"{path} is not what the table says: run make docs")
