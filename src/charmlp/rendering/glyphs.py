"""Glyphs as distance fields: drawn once per process by Pillow, then bent, thickened and lit as arrays.

A distance field holds, for each point, how far inside (positive) or outside (negative) the strokes it is.
One look-up so answers what a mask cannot: a bolder or thinner stroke is another threshold, an outline
is a band, a bevel is the field's slope. The glyph's tight box is fitted, in its own proportions, into
the middle of a square field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.rendering.fonts import Font, draw_glyphs
from charmlp.rendering.stamp import STAMP, facts_of_files
from charmlp.system.keeping import RENDERED

Rows = NDArray[np.int64]  # N rows of a table of glyphs

INNER = 48  # longer side of the glyph's box inside its field; the rest is room for outlines and shadows
_EM = 80  # pixels to the em when a glyph is drawn: a small letter is then about INNER high


@dataclass(frozen=True)
class GlyphTable:
    """G glyphs in G rows.

    fields  uint8, G×FIELD×FIELD: the distance fields
    hulls   float32, G×DIRECTIONS×2: the outermost points (x, y), from the middle, in field pixels
    scale   float32, G: field pixels to one pixel of the em
    middle  float32, G: height of the box's middle over the baseline, in pixels of the em
    text    int64, G: which of the texts
    face    int64, G: which of the fonts
    """

    fields: NDArray[np.uint8]
    hulls: NDArray[np.float32]
    scale: NDArray[np.float32]
    middle: NDArray[np.float32]
    text: NDArray[np.int64]
    face: NDArray[np.int64]


# By font and texts: drawing hundreds of fonts takes seconds, and a run wants them in several selections.
_DRAWN: dict[tuple[Font, tuple[str, ...]], GlyphTable] = {}


@lru_cache(maxsize=4)
def glyph_table(fonts: tuple[Font, ...], texts: tuple[str, ...], cache: bool = True) -> GlyphTable:
    """Every text in every font that has it, drawn, or from an earlier run."""
    from safetensors.numpy import load, save

    facts = STAMP, fonts, texts, facts_of_files(font.path for font in fonts)
    packed = RENDERED.kept_or_made("glyphs", facts, lambda: save(vars(_draw_table(fonts, texts))), cache)
    return GlyphTable(**load(packed))


def _draw_table(fonts: tuple[Font, ...], texts: tuple[str, ...]) -> GlyphTable:
    """Draw every text in every font that has it."""
    _draw_faces([font for font in dict.fromkeys(fonts) if (font, texts) not in _DRAWN], texts)
    faces = [_DRAWN[font, texts] for font in fonts]
    joined = {
        field.name: np.concatenate([getattr(face, field.name) for face in faces])
        for field in fields(GlyphTable)
        if field.name != "face"
    }
    return GlyphTable(**joined, face=np.repeat(np.arange(len(fonts)), [len(face.text) for face in faces]))


def _draw_faces(fonts: Sequence[Font], texts: tuple[str, ...]) -> None:
    """Draw the glyphs of each font, all distance fields at once, and keep a table for each."""
    from charmlp.rendering.distance import FIELD, distance_fields  # compiled code, loaded when it is needed

    drawn = [draw_glyphs(font, texts, _EM) for font in fonts]
    masks = np.zeros((sum(map(len, drawn)), FIELD, FIELD), np.uint8)
    for glyph, mask in zip((glyph for face in drawn for glyph in face.values()), masks, strict=True):
        _place(glyph.picture, mask)
    distances, hulls = distance_fields(masks)
    place = {text: number for number, text in enumerate(texts)}
    first = 0
    for font, face in zip(fonts, drawn, strict=True):
        rows = slice(first, first + len(face))
        first = rows.stop
        sizes = np.array([glyph.picture.shape for glyph in face.values()]).reshape(-1, 2)
        tops = np.array([glyph.top for glyph in face.values()])
        _DRAWN[font, texts] = GlyphTable(
            fields=distances[rows],
            hulls=hulls[rows],
            scale=(INNER / sizes.max(axis=1)).astype(np.float32),
            middle=(tops - sizes[:, 0] / 2).astype(np.float32),
            text=np.array([place[text] for text in face], np.int64),
            face=np.zeros(len(face), np.int64),
        )


def _place(picture: NDArray[np.uint8], field: NDArray[np.uint8]) -> None:
    """Write `picture` into the middle of `field`, its longer side INNER pixels long."""
    size = [max(1, round(side * INNER / max(picture.shape))) for side in picture.shape]
    shrunk = Image.fromarray(picture).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    row, column = ((len(field) - side) // 2 for side in size)
    field[row : row + size[0], column : column + size[1]] = np.asarray(shrunk)


def choose(
    texts: Rows, table: GlyphTable, chances: NDArray[np.float64], generator: np.random.Generator
) -> Rows:
    """A glyph (a row of the table) for each text, by the chances of the faces that have it."""
    rows = np.empty(len(texts), np.int64)
    for text in np.unique(texts):
        wanted = np.flatnonzero(texts == text)
        choices = np.flatnonzero(table.text == text)
        weights = chances[table.face[choices]]
        rows[wanted] = generator.choice(choices, len(wanted), p=weights / weights.sum())
    return rows


def choose_neighbours(glyphs: Rows, table: GlyphTable, generator: np.random.Generator) -> Rows:
    """For each glyph any other of the same face."""
    first = np.searchsorted(table.face, table.face[glyphs], side="left")
    last = np.searchsorted(table.face, table.face[glyphs], side="right")
    return first + (generator.random(len(glyphs)) * (last - first)).astype(np.int64)
