"""One face of a font, and the glyphs that it draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# A noncharacter: whatever a font draws for it is its "I do not have that". A font that draws something else
# for a code that is not assigned draws placeholders for everything (a font of last resort).
_MISSING, _UNASSIGNED = "\U0010ffff", "\u0378"


@dataclass(frozen=True, order=True)
class Font:
    """One face: a style of a family.

    family    the family's name, as the file gives it
    style     the style's name, as the file gives it (Bold Italic)
    path      the file
    index     the face inside a collection (.ttc); 0 otherwise
    instance  the named instance of a variable font; empty for an ordinary font
    source    'package', 'machine' or 'folder'
    """

    family: str
    style: str
    path: str
    index: int = 0
    instance: str = ""
    source: str = "folder"

    def __str__(self) -> str:
        return f"{self.family} {self.style}"

    def open(self, size: int) -> ImageFont.FreeTypeFont:
        """The face at `size` pixels to the em. Raises OSError when the file is not a font."""
        face = ImageFont.truetype(self.path, size, index=self.index, layout_engine=ImageFont.Layout.BASIC)
        if self.instance:
            face.set_variation_by_name(self.instance)
        return face


class Glyph(NamedTuple):
    """The tight picture of a text, 255 inside the strokes, and the height of its top over the baseline."""

    picture: NDArray[np.uint8]
    top: int

    def same_as(self, other: "Glyph") -> bool:
        return self.top == other.top and np.array_equal(self.picture, other.picture)


def draw_glyphs(font: Font, texts: Sequence[str], size: int) -> dict[str, Glyph]:
    """The glyph of each text (a character or more) at `size` pixels to the em.

    A text with a character that the font lacks, or draws blank, is not in the answer; nothing is for a font
    that only draws placeholders.
    """
    try:
        face = font.open(size)
        missing, unassigned = _tight(face, _MISSING), _tight(face, _UNASSIGNED)
        glyphs = {text: _tight(face, text) for text in {*texts, *"".join(texts)}}
    except (OSError, ValueError, SyntaxError):  # what Pillow and FreeType say about broken files
        return {}
    if missing is not None and unassigned is not None and not missing.same_as(unassigned):
        return {}
    there = {
        text: glyph
        for text, glyph in glyphs.items()
        if glyph is not None and (missing is None or not glyph.same_as(missing))
    }
    return {text: there[text] for text in texts if all(part in there for part in (text, *text))}


def _tight(face: ImageFont.FreeTypeFont, text: str) -> Glyph | None:
    """The text's picture without empty rows and columns at its edges; None where there is no ink."""
    mask, (_, offset) = face.getmask2(text, mode="L", anchor="ls")
    if not mask.size[0] or not mask.size[1]:
        return None
    image = Image.new("L", mask.size)
    image.im.paste(mask, (0, 0, *mask.size))  # NumPy would read the mask itself number by number
    picture = np.asarray(image)
    ink = picture > picture.max() // 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    tight = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Glyph(tight, top=-int(offset) - int(rows[0]))
