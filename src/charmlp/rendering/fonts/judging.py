"""Which fonts can be used: four measurements of what they draw.

    drawn      at least one of the wanted characters: no blank glyph, nor the one that the font draws for
               characters that it does not have
    honest     not something else for a code that no font can have (fonts of last resort draw placeholders)
    distinct   few different characters get one and the same picture
    readable   for most glyphs, the most similar glyph of all other families is the same character (it is
               another one in dingbats, symbols, barcodes)

The first two are measured by `draw_glyphs`. Where capitals and small letters are classes of their own, a font
must have small letters, too: many signs are written in capitals of two sizes.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.letters.alphabets import small_letters
from charmlp.letters.confusable import confusable_groups
from charmlp.rendering.fonts.font import LETTERS, Font, draw_glyphs

# Limits of the measurements. Of A to z a text face reads 0.9, the wildest legible script 0.5, a font with
# letters in one half and symbols in the other 0.4, a symbol font 0.04; a sans serif's I and l may be one
# picture, all of a last resort's are.
_SHARED_PICTURES = 0.25
_READABLE = 0.5
_ONE_PICTURE = 0.8  # correlation of a small letter with its capital: 0.5 in text faces
_FAMILIES_FOR_A_VOTE = 6
_VOTE_SIZE = 16


def usable_fonts(
    fonts: Sequence[Font], texts: Sequence[str] = LETTERS, witnesses: Sequence[Font] = ()
) -> list[Font]:
    """Those that draw at least one of the texts, distinctly and readably.

    Whether a face is readable is put to the vote of the families of `fonts` and `witnesses`, its own left
    out. Fewer than six families cannot vote: then all are.
    """
    everyone = list(dict.fromkeys((*fonts, *witnesses)))
    pictures = {font: stretched(font, tuple(texts)) for font in everyone}
    able = [font for font in everyone if pictures[font] and _distinct(pictures[font])]
    readable = _readable(able, pictures, texts)
    return [font for font in fonts if font in readable]


# By font and texts, where it is known from an earlier run.
_TEXTS_DRAWN: dict[tuple[Font, tuple[str, ...]], set[str]] = {}


def texts_drawn(font: Font, texts: tuple[str, ...]) -> set[str]:
    """Those of the texts that the font can draw."""
    drawn = _TEXTS_DRAWN.get((font, texts))
    return set(stretched(font, texts)) if drawn is None else drawn


def keep_texts_drawn(font: Font, texts: tuple[str, ...], drawn: Sequence[str]) -> Font:
    """The font, of which is known now what it can draw."""
    _TEXTS_DRAWN[font, texts] = set(drawn)
    return font


@lru_cache(maxsize=4096)  # a run asks more than once, and drawing takes seconds
def stretched(font: Font, texts: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    """Each text's tight picture stretched to a small square, as a vector of mean 0 and length 1."""
    vectors = {}
    for text, glyph in draw_glyphs(font, texts, 2 * _VOTE_SIZE).items():
        square = Image.fromarray(glyph.picture).resize((_VOTE_SIZE, _VOTE_SIZE), Image.Resampling.BILINEAR)
        vector = np.asarray(square, np.float32).ravel()
        vector -= vector.mean()
        vectors[text] = vector / max(float(np.linalg.norm(vector)), 1.0)
    return vectors


def _distinct(pictures: dict[str, NDArray[np.float32]]) -> bool:
    """Whether few texts share their picture with another one (other than their own other case)."""
    alike = defaultdict(set)
    for text, picture in pictures.items():
        alike[picture.tobytes()].add(text.casefold())
    shared = sum(len(characters) for characters in alike.values() if len(characters) > 1)
    return shared <= max(2, _SHARED_PICTURES * len(pictures))


def has_small_letters(font: Font, texts: tuple[str, ...]) -> bool:
    """Whether most small letters are others than their capitals, of those that are in nearly all fonts."""
    drawn = stretched(font, texts)
    likeness = [
        float(drawn[capital] @ drawn[small])
        for capital in drawn
        for small in small_letters(capital)
        if small in drawn and not confusable_groups((capital, small))
    ]
    return not likeness or float(np.median(likeness)) < _ONE_PICTURE


def _readable(
    fonts: Sequence[Font], pictures: dict[Font, dict[str, NDArray[np.float32]]], texts: Sequence[str]
) -> set[Font]:
    """The fonts that read: a glyph's nearest picture among the other families' is the same text."""
    families = sorted({font.family for font in fonts})
    if len(families) < _FAMILIES_FOR_A_VOTE:
        return set(fonts)
    place = {text: position for position, text in enumerate(texts)}
    glyphs = [(font, text) for font in fonts for text in pictures[font]]
    vectors = np.stack([pictures[font][text] for font, text in glyphs])
    family_of, text_of = np.array([(families.index(font.family), place[text]) for font, text in glyphs]).T
    means = np.zeros((len(families), len(texts), _VOTE_SIZE * _VOTE_SIZE), np.float32)
    np.add.at(means, (family_of, text_of), vectors)
    length = np.linalg.norm(means, axis=2)
    means /= np.maximum(length, 1e-6)[:, :, None]
    letters = np.array([text.casefold() for text in texts])

    read: dict[Font, list[bool]] = {font: [] for font in fonts}
    for number in range(len(families)):
        answers = length > 0
        answers[number] = False
        asked = np.flatnonzero((family_of == number) & answers.any(axis=0)[text_of])
        nearest = np.nonzero(answers)[1][(vectors[asked] @ means[answers].T).argmax(axis=1)]
        for glyph, right in zip(asked, letters[nearest] == letters[text_of[asked]], strict=True):
            read[glyphs[glyph][0]].append(bool(right))
    # A font whose characters no other family draws cannot be judged, and is used.
    return {font for font, right in read.items() if not right or np.mean(right) >= _READABLE}
