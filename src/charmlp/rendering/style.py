"""How rendered letters look: the chances and ranges that plans are drawn from."""

from dataclasses import dataclass, replace

Range = tuple[float, float]  # lowest and highest


@dataclass(frozen=True)
class Style:
    """Chances are from 0 to 1; lengths are in pixels of a glyph 48 pixels high unless said otherwise.

    The values are those of signs, chosen by the validation accuracy on photographs (docs/rendering.md).
    """

    capitals: float = 0.5  # how often a class that has two forms, A to Z, is drawn as the capital

    turn: float = 3.0  # standard deviation of the rotation, in degrees
    slant: float = 0.06  # standard deviation of the shear: sideways to height
    tilt: float = 0.05  # standard deviation of the perspective: how much nearer one side of the picture is
    wave_chance: float = 0.1  # how often strokes are bent sideways along a wave
    wave: Range = (0.5, 2.5)  # height of the wave

    margin: float = 0.015  # mean air between the letter and a side of the crop, in parts of its longer side
    margin_spread: float = 0.03  # its standard deviation
    margin_least: float = -0.06  # below 0 the margin cuts into the letter
    narrowest: Range = (0.15, 0.4)  # least width of a crop to its height: so wide do people crop an I

    neighbour_chance: float = 0.5  # how often there is another letter before, and after
    neighbour_gap: Range = (-0.02, 0.25)  # space to a neighbour, in parts of the glyph's longer side

    light_ink: float = 0.5  # how often the letter is lighter than its ground
    contrast: Range = (20.0, 235.0)  # least and greatest difference between ink and ground, in grey levels
    contrast_shape: tuple[float, float] = (1.2, 1.5)  # the beta distribution of the contrast between the two

    line_chance: float = 0.0  # how often the ground is lined paper
    line_apart: Range = (0.25, 1.6)  # from one line to the next, in parts of the picture's side
    line_width: Range = (0.01, 0.06)  # width of a line, in parts of the picture's side
    line_tone: Range = (0.06, 0.45)  # how far a line is from the ground, in parts of the contrast
    squares_chance: float = 0.35  # how often there are lines across as well

    split_chance: float = 0.15  # how often the ground has two tones
    split_place: Range = (0.2, 1.0)  # where the second tone begins, from the middle (0) to the side (1)
    ink_shading: float = 0.1  # standard deviation of the ink's gradient, in parts of the contrast
    light: float = 0.12  # standard deviation of the light's gradient, in parts of the contrast
    glare_chance: float = 0.08  # how often there is a spot of light or shade
    glare: Range = (0.2, 1.0)  # its height in parts of the contrast

    weight: tuple[float, float] = (0.2, 0.6)  # what strokes gain on each side: mean and standard deviation
    mosaic_chance: float = 0.03  # how often the letter is laid in square tiles
    mosaic: Range = (4.5, 7.0)  # side of a tile
    rough_chance: float = 0.1  # how often strokes have worn edges
    rough: Range = (0.3, 1.5)  # how far they are worn
    outline_chance: float = 0.12  # how often the letter is outlined
    outline_width: Range = (1.0, 5.0)  # width of the outline
    hollow_chance: float = 0.4  # how often its inside has about the tone of the ground
    shadow_chance: float = 0.15  # how often it throws a shadow
    shadow_length: Range = (1.5, 6.0)  # how far the shadow falls
    shadow_opacity: Range = (0.3, 1.0)  # how dark it is
    relief_chance: float = 0.12  # how often its edges are bevelled
    relief: Range = (0.1, 0.5)  # strength of the bevel, in parts of the contrast
    carved_chance: float = 0.3  # how often a bevelled letter has about the tone of the ground

    ground_texture_chance: float = 0.4  # how often the ground has a texture
    ink_texture_chance: float = 0.3  # how often the ink has one
    grain: Range = (0.02, 0.25)  # a texture's standard deviation, in parts of the contrast

    blur: float = 0.02  # median of the blur's standard deviation, in parts of the picture's side
    blur_spread: float = 0.6  # standard deviation of its logarithm
    blur_skew: float = 0.15  # standard deviation of the logarithm of its elongation
    noise: float = 2.0  # mean of the noise's standard deviation, in grey levels
    jpeg_chance: float = 0.15  # how often the picture shows the blocks of a JPEG file
    jpeg: Range = (4.0, 25.0)  # step of the rounding of its lowest frequency, in grey levels


SIGNS = Style()

HANDWRITING = replace(  # a pen's dark lines on paper, photographed with a telephone
    SIGNS,
    turn=4.0,
    slant=0.05,
    margin=0.06,
    margin_spread=0.07,
    narrowest=(0.2, 1.0),
    neighbour_chance=0.2,
    neighbour_gap=(-0.1, 0.25),
    light_ink=0.12,
    contrast=(70.0, 235.0),
    contrast_shape=(1.6, 1.3),
    line_chance=0.2,
    split_chance=0.06,
    ink_shading=0.12,
    light=0.12,
    glare_chance=0.1,
    glare=(0.2, 0.6),
    weight=(0.2, 0.4),
    mosaic_chance=0.0,
    rough_chance=0.1,
    rough=(0.2, 0.7),
    outline_chance=0.0,
    shadow_chance=0.0,
    relief_chance=0.0,
    ground_texture_chance=0.35,
    grain=(0.01, 0.12),
    blur=0.014,
    blur_spread=0.45,
    noise=1.5,
    jpeg_chance=0.15,
    jpeg=(3.0, 12.0),
)

# The letters of a font are always the same: they are bent here, where strokes are bent one by one.
HANDWRITING_FONTS = replace(HANDWRITING, slant=0.12, wave_chance=0.5, weight=(0.2, 0.8))
