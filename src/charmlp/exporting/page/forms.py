"""How the letters of a model are written by hand: the page draws from these what it must not forget."""

from __future__ import annotations

from collections.abc import Sequence

from charmlp.rendering.strokes import is_joined, letters_written, stroke_sets
from charmlp.rendering.strokes.forms import Points, read_set

EACH = 3  # of a stroke's points, which lie 4 hundredths of a letter's height apart, every so many
MOST = 6  # forms of a letter


def forms(classes: Sequence[str]) -> dict[str, list[str]]:
    """Of each class that is written somewhere its forms: strokes with ` / ` between them, of points `x,y`."""
    found: dict[str, list[str]] = {}
    for strokes in stroke_sets():
        if is_joined(strokes) or not letters_written(strokes, classes):
            continue
        for letter, form in read_set(strokes)[1]:
            if letter in classes:
                text = " / ".join(_written(stroke.points) for stroke in form)
                found.setdefault(letter, []).append(text)
    return {letter: some[:: -(-len(some) // MOST)] for letter, some in found.items()}


def _written(points: Points) -> str:
    """Points as text, top down as on a screen."""
    some = [*points[:-1:EACH], points[-1]] if len(points) > 1 else points
    return " ".join(f"{x:.0f},{-y:.0f}" for x, y in some)
