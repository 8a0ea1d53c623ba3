"""How rendered letters look: the chances and ranges that plans are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]  # lowest and highest


@dataclass(frozen=True)
class Style:
    """Chances are from 0 to 1; lengths are in pixels of a glyph 48 pixels high unless said otherwise.

    The values were chosen by the validation accuracy on photographs (docs/rendering.md).
    """

    capitals: float = 0.5
    """How often a class that has two forms, A to Z, is drawn as the capital."""

    turn: float = 3.0
    """Standard deviation of the rotation, in degrees."""
    slant: float = 0.06
    """Standard deviation of the shear: sideways to height."""
    tilt: float = 0.05
    """Standard deviation of the perspective: how much nearer one side of the picture is."""
    wave_chance: float = 0.1
    """How often strokes are bent sideways along a wave."""
    wave: Range = (0.5, 2.5)
    """Height of the wave."""

    margin: float = 0.015
    """Mean air between the letter and each side of the crop, in parts of the letter's longer side."""
    margin_spread: float = 0.03
    """Its standard deviation; a negative margin cuts into the letter, by at most 0.06."""
    narrowest: Range = (0.15, 0.4)
    """Least width of a crop to its height: so wide do people crop an I."""

    neighbour_chance: float = 0.5
    """How often there is another letter before, and after."""
    neighbour_gap: Range = (-0.02, 0.25)
    """Space to a neighbour, in parts of the glyph's longer side."""

    light_ink: float = 0.5
    """How often the letter is lighter than its ground."""
    contrast: Range = (20.0, 235.0)
    """Least and greatest difference between ink and ground, in grey levels."""
    contrast_shape: tuple[float, float] = (1.2, 1.5)
    """The beta distribution of the contrast between the two."""

    split_chance: float = 0.15
    """How often the ground has two tones."""
    split_place: Range = (0.2, 1.0)
    """Where the second tone begins, from the middle (0) to the side (1)."""
    ink_shading: float = 0.1
    """Standard deviation of the ink's gradient, in parts of the contrast."""
    light: float = 0.12
    """Standard deviation of the light's gradient, in parts of the contrast."""
    glare_chance: float = 0.08
    """How often there is a spot of light or shade."""
    glare: Range = (0.2, 1.0)
    """Its height in parts of the contrast."""

    weight: tuple[float, float] = (0.2, 0.6)
    """What strokes gain on each side: mean and standard deviation."""
    mosaic_chance: float = 0.03
    """How often the letter is laid in square tiles."""
    mosaic: Range = (4.5, 7.0)
    """Side of a tile."""
    rough_chance: float = 0.1
    """How often strokes have worn edges."""
    rough: Range = (0.3, 1.5)
    """How far they are worn."""
    outline_chance: float = 0.12
    """How often the letter is outlined."""
    outline_width: Range = (1.0, 5.0)
    """Width of the outline."""
    hollow_chance: float = 0.4
    """How often an outlined letter is hollow: its inside has about the tone of the ground."""
    shadow_chance: float = 0.15
    """How often it throws a shadow."""
    shadow_length: Range = (1.5, 6.0)
    """How far the shadow falls."""
    shadow_opacity: Range = (0.3, 1.0)
    """How dark it is."""
    relief_chance: float = 0.12
    """How often its edges are bevelled."""
    relief: Range = (0.1, 0.5)
    """Strength of the bevel, in parts of the contrast."""
    carved_chance: float = 0.3
    """How often a bevelled letter has about the tone of the ground."""

    ground_texture_chance: float = 0.4
    """How often the ground has a texture."""
    ink_texture_chance: float = 0.3
    """How often the ink has one."""
    grain: Range = (0.02, 0.25)
    """A texture's standard deviation, in parts of the contrast."""

    blur: float = 0.02
    """Median of the blur's standard deviation, in parts of the picture's side."""
    blur_spread: float = 0.6
    """Standard deviation of its logarithm."""
    blur_skew: float = 0.15
    """Standard deviation of the logarithm of its elongation."""
    noise: float = 2.0
    """Mean of the noise's standard deviation, in grey levels."""
    jpeg_chance: float = 0.15
    """How often the picture shows the blocks of a JPEG file."""
    jpeg: Range = (4.0, 25.0)
    """Step of the rounding of its lowest frequency, in grey levels."""
