"""An explanation in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.explanation.explanation import Explanation

PLACES = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)
NOTHING = 5e-3  # what would be written as 0.00


def sentences(of: Explanation) -> list[str]:
    """What the sum is made of, where most of it lies, which training letters are near."""
    found = [sentence_of_sum(of), sentence_of_places(of), sentence_of_neighbours(of)]
    return [sentence for sentence in found if sentence]


def sentence_of_sum(of: Explanation) -> str:
    guess, other, pixels = printable(of.guess), printable(of.other), of.pixels
    if not pixels.any():
        return f"No pixel speaks for {guess} or for {other}: the network answers with its bias terms alone."
    plus, minus = pixels[pixels > 0].sum(), -pixels[pixels < 0].sum()
    flat = (
        f"{abs(of.bias):.2f} for {guess if of.bias > 0 else other}" if abs(of.bias) > NOTHING else "nothing"
    )
    about = "" if of.exact else f" (an approximation, remainder {of.remainder:.0e})"
    ahead, behind = (guess, other) if of.difference >= 0 else (other, guess)
    return (
        f"{guess} and not {other}: pixels add {plus:.2f} for {guess} and {minus:.2f} for {other},"
        f" a flat picture {flat}; so the logit of {ahead} is"
        f" {abs(of.difference):.2f} above that of {behind}{about}."
    )


def sentence_of_places(of: Explanation) -> str:
    """Where most speaks for each of the two, and whether it is what is dark or what is light there."""
    parts = [
        f"for {printable(name)}: {shade} pixels {at_the(place)} ({abs(value):.2f})"
        for name, (value, shade, place) in zip((of.guess, of.other), extremes(of), strict=True)
        if abs(value) > NOTHING
    ]
    return f"Strongest {'; '.join(parts)}." if parts else ""


def extremes(of: Explanation) -> tuple[tuple[float, str, str], tuple[float, str, str]]:
    """The largest and the smallest sum over the dark or the light pixels of a ninth of the picture."""
    rows, columns = (thirds(side) for side in of.grey.shape)
    sums = []
    for shade, pixels in (("dark", of.inputs < of.flat), ("light", of.inputs >= of.flat)):
        shares = rows @ np.where(pixels, of.pixels, 0) @ columns.T
        sums += [
            (float(shares[row, column]), shade, PLACES[row][column])
            for row in range(3)
            for column in range(3)
        ]
    return max(sums), min(sums)


def thirds(side: int) -> NDArray[Any]:
    """Which of so many places belong to the first, the second and the last third: 3×side of 0 and 1."""
    third = np.arange(side) * 3 // side if side >= 3 else np.full(side, 1)
    return (third == np.arange(3)[:, np.newaxis]).astype(float)


def at_the(place: str) -> str:
    return f"in the {place}" if place == "middle" else f"at the {place}"


def sentence_of_neighbours(of: Explanation) -> str:
    if not of.neighbours:
        return ""
    near, guess = of.neighbours[0], printable(of.guess)
    count, most = [each.label for each in of.neighbours].count(of.guess), len(of.neighbours)
    share = {most: f"All {most}", 0: f"None of the {most}"}.get(count, f"{count} of the {most}")
    verb = "is" if count == 1 else "are"
    return (
        f"{share} training letters most like it {verb} {guess};"
        f" the nearest, {printable(near.name)}, is {printable(near.label)}."
    )
