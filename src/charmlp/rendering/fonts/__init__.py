"""The fonts that letters are rendered from.

`finding.py` looks in the PyPI packages that charmlp depends on (one family each, see docs/fonts.md, and the
few families inside matplotlib), on the machine and in a folder of the user's; `judging.py` leaves out what
cannot draw the wanted characters; `font.py` draws them; `handwriting.py` says which family is written by
hand, and which style of writing is drawn from it; `scripts.py` names packages for other scripts. The order
is always family, then style.
"""

from charmlp.rendering.fonts.finding import find_fonts, package_fonts
from charmlp.rendering.fonts.font import LETTERS, Font, draw_glyphs
from charmlp.rendering.fonts.handwriting import is_handwriting
from charmlp.rendering.fonts.judging import texts_drawn
from charmlp.rendering.fonts.scripts import package_for

__all__ = [
    "LETTERS",
    "Font",
    "draw_glyphs",
    "find_fonts",
    "is_handwriting",
    "package_fonts",
    "package_for",
    "texts_drawn",
]
