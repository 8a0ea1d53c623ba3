"""What is drawn in which style: signs from fonts, handwriting from its own fonts and from strokes.

print   the signs
hand    the handwriting
all     both
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.rendering.fonts import Font, is_handwriting, texts_drawn
from charmlp.rendering.fonts.handwriting import drawn_in
from charmlp.rendering.glyphs import GlyphTable, Rows, choose, glyph_table
from charmlp.rendering.strokes import StrokeSet, letters_written, write_glyphs
from charmlp.rendering.style import HANDWRITING, HANDWRITING_FONTS, SIGNS, Style

HAND = 0.5  # share of the handwriting where both are drawn
STROKES = 0.6  # share of the strokes in handwriting


@dataclass(frozen=True)
class Kind:
    """Letters that are drawn alike.

    share  of the letters
    faces  fonts, or stroke sets
    style  how they look
    """

    share: float
    faces: tuple[Font, ...] | tuple[StrokeSet, ...]
    style: Style

    def draws(self, texts: tuple[str, ...]) -> NDArray[np.bool_]:
        """Which of the texts some face draws."""
        drawn = {text for face in self.faces for text in drawn_by(face, texts)}
        return np.array([text in drawn for text in texts], bool)

    def glyphs(
        self, texts: tuple[str, ...], wanted: Rows, generator: np.random.Generator, cache: bool
    ) -> tuple[GlyphTable, Rows]:
        """A table of glyphs, and its row for each wanted text: every family is as frequent as any other."""
        fonts = tuple(face for face in self.faces if isinstance(face, Font))
        if not fonts:
            sets = tuple(face for face in self.faces if isinstance(face, StrokeSet))
            return write_glyphs(texts, wanted, sets, generator), np.arange(len(wanted))
        table = glyph_table(fonts, texts, cache)
        family = np.unique([font.family for font in fonts], return_inverse=True)[1]
        return table, choose(wanted, table, 1 / np.bincount(family)[family], generator)


def drawn_by(face: Font | StrokeSet, texts: tuple[str, ...]) -> set[str]:
    """Those of the texts that a face draws."""
    return texts_drawn(face, texts) if isinstance(face, Font) else letters_written(face, texts)


def kinds_of(style: str | Style, fonts: Sequence[Font], strokes: Sequence[StrokeSet]) -> list[Kind]:
    """The kinds of letters of a style of writing, one of `config.STYLES`, or all faces in one look.

    A kind without a face is left out.
    """
    fonts, strokes = tuple(fonts), tuple(strokes)
    if isinstance(style, Style):
        families = len({font.family for font in fonts})
        share = len(strokes) / max(1, families + len(strokes))
        kinds = [Kind(1 - share, fonts, style), Kind(share, strokes, style)]
    else:
        hands = fonts if style == "hand" else tuple(font for font in fonts if is_handwriting(font.path))
        signs = fonts if style == "print" else tuple(font for font in fonts if drawn_in(font.path, "print"))
        hand = {"print": 0.0, "hand": 1.0, "all": HAND}[style]
        kinds = [
            Kind(1 - hand, signs, SIGNS),
            Kind(hand * (1 - STROKES), hands, HANDWRITING_FONTS),
            Kind(hand * STROKES, strokes, HANDWRITING),
        ]
    return [kind for kind in kinds if kind.share and kind.faces]


def choose_kinds(
    kinds: Sequence[Kind], texts: tuple[str, ...], wanted: Rows, generator: np.random.Generator
) -> Rows:
    """For each wanted text the number of a kind that draws it, by their shares."""
    if len(kinds) == 1:
        return np.zeros(len(wanted), np.int64)
    shares = np.stack([kind.share * kind.draws(texts) for kind in kinds])
    upto = np.cumsum(shares, axis=0)[:, wanted]
    return (generator.random(len(wanted)) * upto[-1] >= upto).sum(axis=0)
