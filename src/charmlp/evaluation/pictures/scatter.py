"""Letters on a plane by t-SNE: dots, one large name at each cluster, misread letters ringed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.canvas import INCH, MARGIN, Canvas
from charmlp.drawing.colours import BLACK, CLASSES
from charmlp.drawing.fonts import text_width
from charmlp.drawing.marks import SHAPES
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.text import short

Array = NDArray[Any]

MOST_POINTS = 2000  # unless more are asked for: they take a second, and no picture shows more
SIDE = 8 * INCH
TOP = 70
RADIUS, SMALLER = 5.0, 3.2  # of dots, in pixels: few and many
MANY, CROWDED = 3000, 100  # points and classes, from which on dots are small
NAMES = {1: 54, 12: 46, 30: 38, 70: 28, 150: 20}  # pixels: size of names by number of classes
LOOKED_AT = 1000  # points of a class among which its densest place is looked for
CLOSE = 0.04  # of the picture: within which points count as close
FAR = 0.1  # of the picture: further off its place no name is put


def tsne_scatter(
    features: Array,
    labels: Array,
    classes: Sequence[str],
    guesses: Array | None = None,
    seed: int = 2021,
    *,
    total: int = 0,
    layer: int | None = None,
    about: About = NOTHING,
) -> Canvas:
    """N letters by t-SNE of what the network makes of them, N×D: logits, or outputs of a hidden layer.

    guesses  N numbers of classes: who is read otherwise than labelled is ringed; None: nobody is
    total    letters of which these are some (`some`)
    layer    number of the hidden layer, for the title; None: the logits
    """
    from charmlp.evaluation.tsne import embed  # with Numba, of which a training's pictures have no need

    say, n = about.say, len(labels)
    places = in_square(embed(features, seed))
    wrong = np.zeros(n, bool) if guesses is None else guesses != labels
    canvas = Canvas(SIDE, TOP + SIDE - 2 * MARGIN + 10)
    canvas.box((MARGIN, TOP, SIDE - MARGIN, TOP + SIDE - 2 * MARGIN), outline="#d0d0d0")
    present = np.unique(labels)
    radius = SMALLER if n > MANY or len(present) > CROWDED else RADIUS
    for label in present:
        colour, shape = look(int(label))
        canvas.dots(places[labels == label].tolist(), colour, radius, shape)
    canvas.dots(places[wrong].tolist(), BLACK, radius + 3.5, ring=1.7)
    hidden = name_clusters(canvas, places, labels, classes)
    what = say("the logits") if layer is None else say("hidden layer {layer}", layer=layer)
    canvas.title(say("t-SNE of {what}", what=what))
    text = "images. A dot is an image, its colour and shape its label; large letters name the labels."
    shown = "{n:,} " if n >= total else "{n:,} of {all:,} "
    notes = [say(shown + text, n=n, all=total)]
    if guesses is not None:
        notes[0] += " " + say("Ringed: misread, {wrong:,} of {n:,}.", wrong=int(wrong.sum()), n=n)
    notes.append(say("Near each other means alike to the network; distances between clusters mean little."))
    if hidden:
        notes[1] += " " + say("{count} names have no room.", count=hidden)
    return about.finish(canvas, *notes)


def some(count: int, most: int, seed: int) -> Array:
    """Numbers of at most so many of `count` letters, by lot, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def look(label: int) -> tuple[str, str]:
    """Colour and shape of a class: the next in the alphabet has another colour, the eighth another shape."""
    shapes = tuple(SHAPES)
    return CLASSES[label % len(CLASSES)], shapes[label // len(CLASSES) % len(shapes)]


def darker(colour: str) -> str:
    """What is written in a colour among dots of the same one."""
    parts = (int(colour[at : at + 2], 16) * 55 // 100 for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def in_square(points: Array) -> Array:
    """Points in pixels of the picture, not stretched, in its middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE - 2 * MARGIN - 60) / max(float((high - low).max()), 1e-9)
    middle = np.array([SIDE / 2, TOP + SIDE / 2 - MARGIN])
    return (points - (low + high) / 2) * scale + middle


def name_clusters(canvas: Canvas, places: Array, labels: Array, classes: Sequence[str]) -> int:
    """Write the name of each class where its dots lie densest, or near by; how many had no room."""
    present, counts = np.unique(labels, return_counts=True)
    size = next(size for count, size in reversed(NAMES.items()) if len(present) >= count)
    taken, hidden = np.zeros((0, 4)), 0
    for label in present[np.argsort(-counts, kind="stable")]:
        name = short(classes[label], 8)
        place = densest(places[labels == label])
        half = np.array([text_width(name, size, bold=True) / 2 + 3, size * 0.46])
        found = free_place(place, half, taken)
        if found is None:
            hidden += 1
            continue
        taken = np.vstack([taken, [*(found - half), *(found + half)]])
        x, y = found.tolist()
        canvas.text(
            name, x, y, size=size, colour=darker(look(int(label))[0]), bold=True, halo=max(2, size // 10)
        )
    return hidden


def densest(points: Array) -> Array:
    """The point that has most of the others close by; where several have, the one in their middle."""
    some = points[:: max(1, -(-len(points) // LOOKED_AT))]
    squared = ((some[:, np.newaxis] - some) ** 2).sum(axis=2)
    close = squared < (CLOSE * SIDE) ** 2
    best = int(close.sum(axis=1).argmax())
    return np.asarray(some[close[best]].mean(axis=0))


def free_place(wanted: Array, half: Array, taken: Array) -> Array | None:
    """The place nearest to the wanted one where a box of that half size hits no other; None: none is near."""
    angles = np.arange(16) * (np.pi / 8)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    low = np.array([MARGIN, TOP]) + half + 2
    high = np.array([SIDE - MARGIN, TOP + SIDE - 2 * MARGIN]) - half - 2
    for distance in np.arange(0, FAR * SIDE, 6):
        for place in np.clip(wanted + distance * circle, low, high):
            left, top = place - half
            right, bottom = place + half
            hits = (taken[:, 0] < right) & (taken[:, 2] > left) & (taken[:, 1] < bottom) & (taken[:, 3] > top)
            if not hits.any():
                return np.asarray(place)
    return None
