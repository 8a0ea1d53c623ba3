"""What to draw: a style's chances and ranges become one plan for each letter.

Every random number is drawn here, by one generator, before any picture is painted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.rendering.glyphs import INNER, GlyphTable, Rows
from charmlp.rendering.style import Range, Style
from charmlp.rendering.textures import TEXTURE, TEXTURES

_INDICES = "glyph before after ground_texture ink_texture rough_texture"
_NUMBERS = (
    # from the picture's square, −1 to 1 on both axes, to the glyph's field
    "xx xy x0 yx yy y0 tilt_x tilt_y wave wave_rate wave_phase tile",
    # neighbours: where their middle lies in the glyph's field, and their size to the glyph's
    "before_x before_y before_size after_x after_y after_size",
    # strokes, in field pixels
    "weight rough rough_grid outline_width",
    "shadow_x shadow_y shadow_block shadow_sharpness shadow_opacity",
    # tones, in grey levels
    "ground ground_beyond split_x split_y split split_sharpness ink ink_x ink_y outline shadow",
    "line_x line_y line_apart line_phase line_width line_tone across_tone",
    "ground_grain ground_grid ink_grain ink_grid phase_x phase_y",
    "relief light_x light_y light_across light_down glare glare_x glare_y glare_focus",
    # the lens (in parts of the picture), the sensor and the file
    "blur_x blur_y noise jpeg",
)
PLAN = np.dtype(
    [("seed", np.uint64)]
    + [(name, np.int32) for name in _INDICES.split()]
    + [(name, np.float32) for names in _NUMBERS for name in names.split()],
    align=True,
)

Plans = NDArray[np.void]  # N records of PLAN


@dataclass(frozen=True)
class Dice:
    """One generator for `count` letters: a column of random numbers at a call."""

    generator: np.random.Generator
    count: int

    def between(self, bounds: Range) -> NDArray[np.float64]:
        """Uniform in the range."""
        return self.generator.uniform(bounds[0], bounds[1], self.count)

    def happens(self, chance: float) -> NDArray[np.bool_]:
        return self.generator.random(self.count) < chance

    def gauss(self, spread: float) -> NDArray[np.float64]:
        return self.generator.normal(0, spread, self.count)


def make_plans(
    glyphs: Rows,
    neighbours: tuple[Rows, Rows],
    table: GlyphTable,
    style: Style,
    generator: np.random.Generator,
) -> Plans:
    """One plan for each letter: `glyphs` are rows of the table, `neighbours` those on both sides of them."""
    dice = Dice(generator, len(glyphs))
    plans = np.zeros(len(glyphs), PLAN)
    plans["seed"] = generator.integers(1, 2**63, len(glyphs), dtype=np.uint64)
    plans["glyph"] = glyphs
    _place(plans, table, style, dice)
    _add_neighbours(plans, neighbours, table, style, dice)
    _choose_tones(plans, style, dice)
    _shape_strokes(plans, style, dice)
    _choose_surfaces(plans, style, dice)
    _photograph(plans, style, dice)
    if style.line_chance:
        _rule_lines(plans, style, dice)
    return plans


def _place(plans: Plans, table: GlyphTable, style: Style, dice: Dice) -> None:
    """Turn and shear the glyph, crop it as tightly as people do, stretch the crop to the square."""
    turn, slant = np.deg2rad(dice.gauss(style.turn)), dice.gauss(style.slant)
    cos, sin = np.cos(turn), np.sin(turn)
    forward = np.stack([cos, cos * slant - sin, sin, sin * slant + cos], axis=1).reshape(-1, 2, 2)
    hull = np.einsum("nij,nkj->nki", forward, table.hulls[plans["glyph"]])
    low, high = hull.min(axis=1), hull.max(axis=1)
    slack = (high - low).max(axis=1)[:, None]
    low = low - slack * _margins(style, dice)
    high = high + slack * _margins(style, dice)
    width, height = (high - low).T
    widen = np.maximum(0, height * dice.between(style.narrowest) - width)
    low[:, 0] -= widen / 2
    high[:, 0] += widen / 2

    inverse = np.linalg.inv(forward)
    scaled = inverse * ((high - low) / 2)[:, None, :]
    offset = np.einsum("nij,nj->ni", inverse, (high + low) / 2)
    plans["xx"], plans["xy"], plans["x0"] = scaled[:, 0, 0], scaled[:, 0, 1], offset[:, 0]
    plans["yx"], plans["yy"], plans["y0"] = scaled[:, 1, 0], scaled[:, 1, 1], offset[:, 1]
    plans["tilt_x"], plans["tilt_y"] = (np.clip(dice.gauss(style.tilt), -0.3, 0.3) for _ in range(2))
    plans["wave"] = dice.happens(style.wave_chance) * dice.between(style.wave)
    plans["wave_rate"], plans["wave_phase"] = dice.between((1, 4)), dice.between((0, 2 * np.pi))
    plans["tile"] = dice.happens(style.mosaic_chance) * dice.between(style.mosaic)


def _margins(style: Style, dice: Dice) -> NDArray[np.float64]:
    """Air beside the letter on both axes, in parts of its longer side; a little may be cut off instead."""
    spreads = np.stack([dice.gauss(style.margin_spread), dice.gauss(style.margin_spread)], axis=1)
    return np.maximum(style.margin + spreads, style.margin_least)


def _add_neighbours(
    plans: Plans, neighbours: tuple[Rows, Rows], table: GlyphTable, style: Style, dice: Dice
) -> None:
    """Put other letters of the same face on the same baseline, left and right."""
    own, edge = plans["glyph"], table.hulls[:, :, 0].max(axis=1)
    for side, neighbour, direction in zip(("before", "after"), neighbours, (-1.0, 1.0), strict=True):
        size = table.scale[own] / table.scale[neighbour]
        reach = edge[own] + edge[neighbour] * size
        gap = INNER * dice.between(style.neighbour_gap)
        plans[side] = np.where(dice.happens(style.neighbour_chance), neighbour, -1)
        plans[f"{side}_x"] = direction * (reach + gap)
        plans[f"{side}_y"] = (table.middle[own] - table.middle[neighbour]) * table.scale[own]
        plans[f"{side}_size"] = size


def _choose_tones(plans: Plans, style: Style, dice: Dice) -> None:
    """Ground and ink: a contrast of either sign that fits between black and white."""
    low, high = style.contrast
    contrast = low + (high - low) * dice.generator.beta(*style.contrast_shape, dice.count)
    dark = dice.generator.random(dice.count) * (255 - contrast)
    light_ink = dice.happens(style.light_ink)
    ground, ink = np.where(light_ink, dark, dark + contrast), np.where(light_ink, dark + contrast, dark)
    plans["ground"], plans["ink"] = ground, ink
    step = ink - ground

    split = dice.happens(style.split_chance)
    toward = dice.between((-0.7, 0.5))
    angle = np.pi / 2 * dice.generator.integers(0, 4, dice.count) + dice.gauss(0.25)
    plans["ground_beyond"] = np.where(split, ground + toward * step, ground)
    plans["split_x"], plans["split_y"] = np.cos(angle), np.sin(angle)
    plans["split"] = dice.between(style.split_place)
    plans["split_sharpness"] = dice.between((4, 30))

    plans["ink_x"], plans["ink_y"] = (step * dice.gauss(style.ink_shading) for _ in range(2))
    plans["light_across"], plans["light_down"] = (np.abs(step) * dice.gauss(style.light) for _ in range(2))
    glare = (
        dice.happens(style.glare_chance) * np.where(dice.happens(0.5), -1.0, 1.0) * dice.between(style.glare)
    )
    plans["glare"] = glare * np.abs(step)
    plans["glare_x"], plans["glare_y"] = dice.between((-1.2, 1.2)), dice.between((-1.2, 1.2))
    plans["glare_focus"] = dice.between((0.8, 5))


def _shape_strokes(plans: Plans, style: Style, dice: Dice) -> None:
    """Bolder, thinner, worn; with an outline, a shadow or a bevel."""
    ground, step = plans["ground"].copy(), plans["ink"] - plans["ground"]
    # Where a stroke runs between the middles of tiles, it has to be bolder to be laid at all.
    plans["weight"] = style.weight[0] + dice.gauss(style.weight[1]) + plans["tile"] / 4
    plans["rough"] = dice.happens(style.rough_chance) * dice.between(style.rough)
    plans["rough_grid"] = dice.between((0.3, 1.2))
    plans["rough_texture"] = dice.generator.integers(0, TEXTURES, dice.count)

    outlined = dice.happens(style.outline_chance)
    plans["outline_width"] = outlined * dice.between(style.outline_width)
    hollow = outlined & dice.happens(style.hollow_chance)
    plans["outline"] = ground + step * np.where(hollow, 1.0, dice.between((-1.0, 1.6)))
    plans["ink"] = np.where(hollow, ground + step * dice.between((-0.3, 0.3)), plans["ink"])

    shadowed = dice.happens(style.shadow_chance)
    angle, length = dice.between((0, 2 * np.pi)), dice.between(style.shadow_length)
    plans["shadow_x"], plans["shadow_y"] = length * np.cos(angle), length * np.sin(angle)
    plans["shadow_block"] = dice.happens(0.5)
    plans["shadow_sharpness"] = dice.between((0.15, 1))
    plans["shadow_opacity"] = shadowed * dice.between(style.shadow_opacity)
    plans["shadow"] = np.where(dice.happens(0.7), ground * dice.between((0, 0.6)), ground + 0.5 * step)

    relief = dice.happens(style.relief_chance)
    angle = dice.between((0, 2 * np.pi))
    plans["relief"] = relief * np.abs(step) * dice.between(style.relief)
    plans["light_x"], plans["light_y"] = 2 * np.cos(angle), 2 * np.sin(angle)
    flat = relief & dice.happens(style.carved_chance)
    plans["ink"] = np.where(flat, ground + step * dice.between((-0.25, 0.25)), plans["ink"])


def _choose_surfaces(plans: Plans, style: Style, dice: Dice) -> None:
    """Textures of ground and ink."""
    step = np.abs(plans["ink"] - plans["ground"])
    for name, chance in (("ground", style.ground_texture_chance), ("ink", style.ink_texture_chance)):
        plans[f"{name}_grain"] = dice.happens(chance) * step * dice.between(style.grain)
        plans[f"{name}_grid"] = np.exp(dice.between((np.log(12), np.log(90))))
        plans[f"{name}_texture"] = dice.generator.integers(0, TEXTURES, dice.count)
    plans["phase_x"], plans["phase_y"] = dice.between((0, TEXTURE)), dice.between((0, TEXTURE))


def _rule_lines(plans: Plans, style: Style, dice: Dice) -> None:
    """Lines on the paper, and sometimes as many across them: lengths are in parts of half the picture."""
    step = plans["ink"] - plans["ground"]
    angle = dice.gauss(0.06)
    plans["line_x"], plans["line_y"] = np.sin(angle), np.cos(angle)
    low, high = np.log(style.line_apart)
    plans["line_apart"] = 2 * np.exp(dice.between((low, high)))
    plans["line_phase"] = dice.between((0, 1))
    plans["line_width"] = 2 * dice.between(style.line_width)
    tone = dice.happens(style.line_chance) * step * dice.between(style.line_tone)
    plans["line_tone"], plans["across_tone"] = tone, dice.happens(style.squares_chance) * tone


def _photograph(plans: Plans, style: Style, dice: Dice) -> None:
    """Blur (with a direction), sensor noise, JPEG."""
    blur = np.exp(np.log(style.blur) + dice.gauss(style.blur_spread))
    skew = np.exp(dice.gauss(style.blur_skew))
    plans["blur_x"], plans["blur_y"] = np.minimum(blur * skew, 0.12), np.minimum(blur / skew, 0.12)
    plans["noise"] = np.minimum(dice.generator.exponential(style.noise, dice.count), 40)
    plans["jpeg"] = dice.happens(style.jpeg_chance) * dice.between(style.jpeg)
