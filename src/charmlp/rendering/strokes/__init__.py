"""Letters written by hand: the strokes of a pen instead of a font's outlines.

`forms.py` reads the sets of `sets/`, each one way of writing the alphabet, into lines of points; `hands.py`
draws by chance who writes with which pen, and how each letter comes out; `tracing.py` moves the points so,
and makes of them the distance fields that everything after takes as it takes a font's.
"""

from charmlp.rendering.strokes.forms import StrokeSet, is_joined, letters_written, stroke_sets
from charmlp.rendering.strokes.hands import write_glyphs

__all__ = ["StrokeSet", "is_joined", "letters_written", "stroke_sets", "write_glyphs"]
