"""Sizes that the glyphs, the plans and the compiled loops share."""

FIELD = 64  # side of a glyph's distance field, in pixels
INNER = 48  # longer side of the glyph's box inside its field
LEVELS = 15.0  # levels of the stored byte to one pixel of distance; 128 is the edge of the stroke
DIRECTIONS = 16  # points of the hull by which a turned glyph's tight box is found

TEXTURES = 32  # pictures in the bank of textures
TEXTURE = 64  # side of a texture; it continues over its edges
