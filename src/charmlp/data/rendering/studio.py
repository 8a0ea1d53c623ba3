"""Drawing letters, first form: grey letter on grey ground, turned and shifted a little, with noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from charmlp.data.fonts import Font, draw, find_fonts
from charmlp.data.letterset import LetterSet
from charmlp.errors import DataError, printable


def forms(name: str, classes: Sequence[str]) -> tuple[str, ...]:
    """The texts that stand for a class: A to Z in both cases, any other class as it is written.

    >>> forms("A", ("A", "B")), forms("A", ("A", "a")), forms("7", ("7",))
    (('A', 'a'), ('A',), ('7',))
    """
    if len(name) == 1 and "A" <= name <= "Z" and name.lower() not in classes:
        return name, name.lower()
    return (name,)


def texts_of(classes: Sequence[str]) -> tuple[str, ...]:
    """Every text that the classes need, each once."""
    return tuple(dict.fromkeys(text for name in classes for text in forms(name, classes)))


def render(
    count: int,
    *,
    classes: Sequence[str],
    norm_size: tuple[int, int],
    seed: int,
    fonts: Sequence[Font] | None = None,
) -> LetterSet:
    """`count` letters, every class as often as any other, in a random order.

    norm_size  height and width of the pictures
    seed       the same seed draws the same pixels
    fonts      what to draw from; None is `find_fonts()`
    """
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(count) % len(classes))
    texts = texts_of(classes)
    if fonts is None:
        fonts = find_fonts(texts=texts)
    drawn = [draw(font, texts, 48) for font in fonts]
    glyphs = [
        [pictures[text] for text in forms(name, classes) for pictures in drawn if text in pictures]
        for name in classes
    ]
    for name, choices in zip(classes, glyphs, strict=True):
        if not choices:
            raise DataError(f"no font can draw the class {printable(name)}; give a folder of fonts that can")

    height, width = norm_size
    images = np.empty((count, height, width), np.uint8)
    for position, label in enumerate(labels):
        glyph = glyphs[label][random.integers(len(glyphs[label]))]
        row, column = np.array(glyph.shape) * random.uniform(0.95, 1.1, 2)
        column = max(column, 0.42 * row)
        turn = np.deg2rad(random.uniform(-8, 8))
        a, b = np.cos(turn) * column / width, np.sin(turn) * row / height
        d, e = -np.sin(turn) * column / width, np.cos(turn) * row / height
        shift = random.uniform(-1.5, 1.5, 2)
        c = glyph.shape[1] / 2 - a * (width / 2 + shift[0]) - b * (height / 2 + shift[1])
        f = glyph.shape[0] / 2 - d * (width / 2 + shift[0]) - e * (height / 2 + shift[1])
        mask = Image.fromarray(glyph).transform(
            (width, height), Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR
        )
        ground, ink = random.uniform(0, 90), random.uniform(150, 255)
        if random.random() < 0.5:
            ground, ink = ink, ground
        picture = ground + (ink - ground) * np.asarray(mask, np.float32) / 255
        picture += random.normal(0, random.uniform(0, 20), picture.shape)
        images[position] = np.clip(np.rint(picture), 0, 255)
    return LetterSet(
        images, labels.astype(np.int64), tuple(classes), tuple(f"rendered-{n}" for n in range(count))
    )
