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
from charmlp.drawing.sheet import fitting
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.text import short

Array = NDArray[Any]

MOST_POINTS = 2000  # unless more are asked for: they take a second, and no picture shows more
SIDE = 8 * INCH
TOP, ROOM = 70, 32  # pixels above the frame, and between it and the dots
FRAME = "#d0d0d0"
RADIUS, SMALLER = 5.0, 3.2  # of dots, in pixels: few and many
MANY, CROWDED = 3000, 100  # points and classes, from which on dots are small
NAMES = {1: 54, 12: 46, 30: 38, 70: 28, 150: 20}  # pixels: size of names by number of classes
LOOKED_AT = 1000  # points of a class among which its densest place is looked for
CLOSE = 48  # pixels within which points count as close, of spread-out classes more
FEW = 600  # points: names are smaller
LONGEST = 130  # pixels of a name
RADII = (0, 8, 16, 24, 32, 42, 54, 68, 84, 100, 120)  # pixels between a name and its place
CIRCLE = np.stack([(np.cos(a), np.sin(a)) for a in np.arange(12) * (np.pi / 6)])
HIDING, HIDING_ANOTHER = 60, 8  # pixels that a name goes away so as not to hide its class, a dot of another


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
    places, height = framed(embed(features, seed))
    wrong = np.zeros(n, bool) if guesses is None else guesses != labels
    canvas, frame = Canvas(SIDE, TOP + height + 10), np.array([(MARGIN, TOP), (SIDE - MARGIN, TOP + height)])
    canvas.box((MARGIN, TOP, SIDE - MARGIN, TOP + height), outline=FRAME)
    present = np.unique(labels)
    radius = SMALLER if n > MANY or len(present) > CROWDED else RADIUS
    for label in present:
        colour, shape = look(int(label))
        canvas.dots(places[labels == label].tolist(), colour, radius, shape)
    canvas.dots(places[wrong].tolist(), BLACK, radius + 3.5, ring=1.7)
    hidden = name_clusters(canvas, places, labels, classes, frame)
    what = say("the logits") if layer is None else say("hidden layer {layer}", layer=layer)
    canvas.title(say("t-SNE of {what}", what=what))
    text = (
        "A dot is an image ({n:,} of {all:,}), its colour and shape its label; large letters name the labels."
    )
    notes = [say(text, n=n, all=max(n, total))]
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


def framed(points: Array) -> tuple[Array, int]:
    """Points in pixels of the picture, not stretched; the height of the frame that they fill."""
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (SIDE - 2 * MARGIN - 2 * ROOM) / max(float((high - low).max()), 1e-9)
    height = round(max(float((high - low)[1]) * scale + 2 * ROOM, SIDE / 2))
    middle = np.array([SIDE / 2, TOP + height / 2])
    return (points - (low + high) / 2) * scale + middle, height


def name_clusters(canvas: Canvas, places: Array, labels: Array, classes: Sequence[str], frame: Array) -> int:
    """Write the name of each class where its dots lie densest, or near by; how many had no room."""
    present, counts = np.unique(labels, return_counts=True)
    largest = next(size for count, size in reversed(NAMES.items()) if len(present) >= count)
    if len(places) < FEW:
        largest = largest * 3 // 4
    taken, hidden = np.zeros((0, 4)), 0
    for label in present[np.argsort(-counts, kind="stable")]:
        name, own = short(classes[label]), labels == label
        size = fitting(name, LONGEST, largest, 14)
        half = np.array([text_width(name, size, bold=True) / 2 + 3, size * 0.46])
        costs = np.where(own, HIDING / own.sum(), HIDING_ANOTHER)
        found = free_place(densest(places[own]), half, taken, places, costs, frame)
        if found is None:
            hidden += 1
            continue
        taken = np.vstack([taken, [*(found - half), *(found + half)]])
        x, y = found.tolist()
        colour = darker(look(int(label))[0])
        canvas.text(name, x, y, size=size, colour=colour, bold=True, halo=max(2, size // 10))
    return hidden


def densest(points: Array) -> Array:
    """The middle of the points about the one that has most others close by."""
    some = points[:: max(1, -(-len(points) // LOOKED_AT))]
    squared = ((some[:, np.newaxis] - some) ** 2).sum(axis=2)
    spread = np.median(np.abs(some - np.median(some, axis=0)))
    close = squared < max(CLOSE, float(spread)) ** 2
    return np.asarray(some[close[close.sum(axis=1).argmax()]].mean(axis=0))


def free_place(
    wanted: Array, half: Array, taken: Array, dots: Array, costs: Array, frame: Array
) -> Array | None:
    """Where a box of that half size hits none that is taken, is near the wanted place, and hides few dots.

    costs  of hiding each dot, in pixels that one would rather go away from the wanted place
    frame  least and greatest x, y of a box's edges
    """
    low, high = frame[0] + half, frame[1] - half
    near = np.abs(dots - wanted).max(axis=1) < RADII[-1] + half.max()
    dots, costs = dots[near], costs[near]
    best, least = None, np.inf
    for radius in RADII:
        if radius >= least:
            break
        for place in np.clip(wanted + radius * CIRCLE, low, high):
            left, top = place - half
            right, bottom = place + half
            hits = (taken[:, 0] < right) & (taken[:, 2] > left) & (taken[:, 1] < bottom) & (taken[:, 3] > top)
            if hits.any():
                continue
            cost = radius + costs[(np.abs(dots - place) < half).all(axis=1)].sum()
            if cost < least:
                best, least = place, cost
    return best
