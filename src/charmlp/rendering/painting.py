"""Plans become pictures: compiled loops, one picture after another.

A picture depends on its own plan alone, so that the same plans give the same pixels on any number of
cores. Every pixel is four points. The distance field says what is there, in this order, later over
earlier: ground, shadow, outline, ink, bevel. Then come the light, the lens, the sensor and the file.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.images.pixels import Grid, add_noise, blur
from charmlp.rendering.distance import FIELD, LEVELS
from charmlp.rendering.glyphs import INNER
from charmlp.rendering.textures import TEXTURE
from charmlp.system.compiling import compiled, part_of_compiled

Plan = Any  # one record of `plans.PLAN`

_MIDDLE = np.float32(FIELD / 2 - 0.5)  # of a field, in pixel centres
_INSIDE = np.float32(FIELD - 1.001)
_LEVEL = np.float32(1 / LEVELS)
_HALF, _QUARTER, _ONE, _ZERO = np.float32(0.5), np.float32(0.25), np.float32(1), np.float32(0)
_IN_VIEW = np.float32(INNER / 2 + 10)  # strokes, outlined, shadowed and bent, end this far from the middle

# The orthonormal cosine basis of JPEG: row k holds frequency k.
_K, _N = np.arange(8)[:, np.newaxis], np.arange(8)
_COSINES = (np.sqrt(np.where(_K == 0, 1, 2) / 8) * np.cos(np.pi * (2 * _N + 1) * _K / 16)).astype(np.float32)
_COSINES_BACK = np.ascontiguousarray(_COSINES.T)


@compiled
def paint(
    plans: NDArray[np.void], fields: NDArray[np.uint8], textures: Grid, images: NDArray[np.uint8]
) -> None:
    """Fill N×H×W `images` with a picture for each plan (see `plans.PLAN`)."""
    _, height, width = images.shape
    for number in range(len(plans)):
        plan = plans[number]
        picture = np.empty((height, width), np.float32)
        tones = np.empty((2 * height, 2 * width), np.float32)
        _lay_ground(plan, textures, tones)
        _lay_letters(plan, fields, textures, tones)
        _light(plan, tones, picture)
        blur(picture, plan.blur_x * width, plan.blur_y * height)
        add_noise(picture, plan.noise, plan.seed)
        if plan.jpeg > 0:
            _jpeg(picture, plan.jpeg)
        for row in range(height):
            for column in range(width):
                images[number, row, column] = min(max(round(picture[row, column]), 0), 255)


@part_of_compiled
def _lay_ground(plan: Plan, textures: Grid, tones: Grid) -> None:
    """One tone, or two with a straight border between them; a texture."""
    height, width = tones.shape
    near, step, sharpness = plan.ground, plan.ground_beyond - plan.ground, plan.split_sharpness
    split_x, split_y, split = plan.split_x, plan.split_y, plan.split
    for row in range(height):
        y = _from_middle(row, height)
        for column in range(width):
            beyond = (split_x * _from_middle(column, width) + split_y * y - split) * sharpness
            tones[row, column] = near + step * _share(beyond)
    if plan.line_tone != 0:
        _rule(plan, tones, plan.line_x, plan.line_y, plan.line_tone)
        _rule(plan, tones, plan.line_y, -plan.line_x, plan.across_tone)
    if plan.ground_grain > 0:
        grid, grain = plan.ground_grid, plan.ground_grain
        for row in range(height):
            for column in range(width):
                x, y = grid * np.float32(column) / width, grid * np.float32(row) / height
                tones[row, column] += grain * _texture(plan, textures, plan.ground_texture, x, y)


@part_of_compiled
def _rule(plan: Plan, tones: Grid, to_x: float, to_y: float, tone: float) -> None:
    """Lines across the direction (to_x, to_y), at even distances."""
    height, width = tones.shape
    share, sharpness = _ONE / plan.line_apart, np.float32(min(height, width) / 2)
    for row in range(height):
        y = _from_middle(row, height)
        for column in range(width):
            place = (to_x * _from_middle(column, width) + to_y * y) * share + plan.line_phase
            off = abs(place - np.floor(place) - _HALF) * plan.line_apart
            tones[row, column] += tone * _share((_HALF * plan.line_width - off) * sharpness)


@part_of_compiled
def _lay_letters(plan: Plan, fields: NDArray[np.uint8], textures: Grid, tones: Grid) -> None:
    """The letter and its neighbours, with all that belongs to their strokes, over the ground."""
    height, width = tones.shape
    xs, ys = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    _to_field(plan, xs, ys)
    inside, other = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    _distances(plan, fields, xs, ys, _ZERO, _ZERO, inside)
    if plan.rough > 0:
        grid, rough = plan.rough_grid, plan.rough
        for row in range(height):
            for column in range(width):
                x, y = xs[row, column] * grid, ys[row, column] * grid
                inside[row, column] += rough * _texture(plan, textures, plan.rough_texture, x, y)

    # Field pixels between two points: over so much an edge has to fade to show no steps.
    apart = 2 * np.sqrt(abs(plan.xx * plan.yy - plan.xy * plan.yx) / (width * height))
    sharpness = np.float32(1 / max(apart, 0.3))
    weight = plan.weight
    if plan.shadow_opacity > 0:
        _distances(plan, fields, xs, ys, -plan.shadow_x, -plan.shadow_y, other)
        _cover(tones, other, weight, plan.shadow_sharpness, plan.shadow, plan.shadow_opacity)
        if plan.shadow_block > 0:
            _distances(plan, fields, xs, ys, -_HALF * plan.shadow_x, -_HALF * plan.shadow_y, other)
            _cover(tones, other, weight, plan.shadow_sharpness, plan.shadow, plan.shadow_opacity)
    if plan.outline_width > 0:
        _cover(tones, inside, weight + plan.outline_width, sharpness, plan.outline, _ONE)
    _ink(plan, textures, tones, inside, sharpness)
    if plan.relief != 0:
        _distances(plan, fields, xs, ys, plan.light_x, plan.light_y, other)
        relief = plan.relief
        for row in range(height):
            for column in range(width):
                depth = inside[row, column]
                slope = min(max(other[row, column] - depth, np.float32(-2)), np.float32(2))
                off_edge = depth + weight - _ONE
                tones[row, column] += relief * slope / (_ONE + off_edge * off_edge * _QUARTER)


@part_of_compiled
def _to_field(plan: Plan, xs: Grid, ys: Grid) -> None:
    """Where each point lies in the glyph's field, in field pixels from its middle."""
    height, width = xs.shape
    xx, xy, x0, yx, yy, y0 = plan.xx, plan.xy, plan.x0, plan.yx, plan.yy, plan.y0
    tilt_x, tilt_y = plan.tilt_x, plan.tilt_y
    for row in range(height):
        y = _from_middle(row, height)
        for column in range(width):
            x = _from_middle(column, width)
            nearness = _ONE / (_ONE + tilt_x * x + tilt_y * y)
            xs[row, column] = (xx * x + xy * y) * nearness + x0
            ys[row, column] = (yx * x + yy * y) * nearness + y0
    if plan.wave > 0:
        for row in range(height):
            bend = plan.wave * np.sin(plan.wave_rate * _from_middle(row, height) + plan.wave_phase)
            for column in range(width):
                xs[row, column] += np.float32(bend)
    if plan.tile > 0:
        tile = plan.tile
        for row in range(height):
            for column in range(width):
                xs[row, column] = (np.floor(xs[row, column] / tile) + _HALF) * tile
                ys[row, column] = (np.floor(ys[row, column] / tile) + _HALF) * tile


@part_of_compiled
def _distances(
    plan: Plan, fields: NDArray[np.uint8], xs: Grid, ys: Grid, by_x: float, by_y: float, inside: Grid
) -> None:
    """How deep inside the letter or a neighbour each point is, in field pixels, when moved by (x, y)."""
    inside[:] = np.float32(-128 / LEVELS)
    _deepen(fields[plan.glyph], xs, ys, -by_x, -by_y, _ONE, inside)
    if plan.before >= 0:
        x, y = plan.before_x - by_x, plan.before_y - by_y
        _deepen(fields[plan.before], xs, ys, x, y, plan.before_size, inside)
    if plan.after >= 0:
        x, y = plan.after_x - by_x, plan.after_y - by_y
        _deepen(fields[plan.after], xs, ys, x, y, plan.after_size, inside)


@part_of_compiled
def _deepen(
    field: NDArray[np.uint8], xs: Grid, ys: Grid, x0: float, y0: float, size: float, inside: Grid
) -> None:
    """Raise `inside` to a field of which the middle is at (x0, y0); bilinear between its pixels."""
    height = xs.shape[0]
    first, last = _columns_in_view(xs, x0, _IN_VIEW * size)
    shrink, level = _ONE / size, _LEVEL * size
    flat = field.reshape(FIELD * FIELD)
    for row in range(height):
        for column in range(first, last):
            x = min(max((xs[row, column] - x0) * shrink + _MIDDLE, _ZERO), _INSIDE)
            y = min(max((ys[row, column] - y0) * shrink + _MIDDLE, _ZERO), _INSIDE)
            left, top = np.uint32(x), np.uint32(y)
            right, low = x - np.float32(left), y - np.float32(top)
            at = top * np.uint32(FIELD) + left
            one, two = np.float32(flat[at]), np.float32(flat[at + np.uint32(1)])
            three = np.float32(flat[at + np.uint32(FIELD)])
            four = np.float32(flat[at + np.uint32(FIELD + 1)])
            upper = one + (two - one) * right
            lower = three + (four - three) * right
            depth = (upper + (lower - upper) * low - np.float32(128)) * level
            inside[row, column] = max(inside[row, column], depth)


@part_of_compiled
def _columns_in_view(xs: Grid, x0: float, reach: float) -> tuple[int, int]:
    """The columns of points, from the first to before the last, that come within reach of x0."""
    height, width = xs.shape
    first, last = width, 0
    for column in range(width):
        low, high = min(xs[0, column], xs[height - 1, column]), max(xs[0, column], xs[height - 1, column])
        if low - reach <= x0 <= high + reach:
            first, last = min(first, column), column + 1
    return first, last


@part_of_compiled
def _cover(tones: Grid, inside: Grid, grown: float, sharpness: float, tone: float, opacity: float) -> None:
    """Paint the strokes, grown by so many field pixels, in one tone."""
    height, width = tones.shape
    for row in range(height):
        for column in range(width):
            share = _share((inside[row, column] + grown) * sharpness) * opacity
            tones[row, column] += (tone - tones[row, column]) * share


@part_of_compiled
def _ink(plan: Plan, textures: Grid, tones: Grid, inside: Grid, sharpness: float) -> None:
    """Paint the strokes with the ink: a gradient, a texture."""
    height, width = tones.shape
    grain, grid = plan.ink_grain, plan.ink_grid
    ink, ink_x, ink_y, weight = plan.ink, plan.ink_x, plan.ink_y, plan.weight
    for row in range(height):
        y = _from_middle(row, height)
        for column in range(width):
            share = _share((inside[row, column] + weight) * sharpness)
            tone = ink + ink_x * _from_middle(column, width) + ink_y * y
            tones[row, column] += (tone - tones[row, column]) * share
    if grain > 0:
        for row in range(height):
            for column in range(width):
                share = _share((inside[row, column] + weight) * sharpness)
                x, y = grid * np.float32(column) / width, grid * np.float32(row) / height
                tones[row, column] += share * grain * _texture(plan, textures, plan.ink_texture, x, y)


@part_of_compiled
def _light(plan: Plan, tones: Grid, picture: Grid) -> None:
    """The mean of each pixel's four points; the light's gradient, a spot of light or shade."""
    height, width = picture.shape
    across, down = plan.light_across, plan.light_down
    for row in range(height):
        y = _from_middle(row, height)
        for column in range(width):
            upper = tones[2 * row, 2 * column] + tones[2 * row, 2 * column + 1]
            lower = tones[2 * row + 1, 2 * column] + tones[2 * row + 1, 2 * column + 1]
            light = across * _from_middle(column, width) + down * y
            picture[row, column] = (upper + lower) * _QUARTER + light
    if plan.glare != 0:
        for row in range(height):
            y = _from_middle(row, height) - plan.glare_y
            for column in range(width):
                x = _from_middle(column, width) - plan.glare_x
                picture[row, column] += plan.glare / (_ONE + (x * x + y * y) * plan.glare_focus) ** 2


@part_of_compiled
def _from_middle(place: int, length: int) -> float:
    """The centre of a row or column, −1 to 1."""
    return np.float32(2 * place + 1) / np.float32(length) - _ONE


@part_of_compiled
def _share(depth: float) -> float:
    """How much of a point is covered by an edge so deep inside which it lies."""
    return min(max(depth + _HALF, _ZERO), _ONE)


@part_of_compiled
def _texture(plan: Plan, textures: Grid, number: int, x: float, y: float) -> float:
    """A texture at a point given in its pixels; it repeats."""
    column, row = int(np.floor(x + plan.phase_x)), int(np.floor(y + plan.phase_y))
    return textures[number, row & (TEXTURE - 1), column & (TEXTURE - 1)]


@part_of_compiled
def _jpeg(picture: NDArray[np.float32], step: float) -> None:
    """Round the cosine coefficients of each whole 8×8 block to steps that grow with the frequency."""
    block, turned = np.empty((8, 8), np.float32), np.empty((8, 8), np.float32)
    for top in range(0, picture.shape[0] - 7, 8):
        for left in range(0, picture.shape[1] - 7, 8):
            for row in range(8):  # not as slices, which take seconds to compile
                for column in range(8):
                    block[row, column] = picture[top + row, left + column]
            _product(_COSINES, block, turned)
            _product(_COSINES, turned, block)
            for down in range(8):
                for across in range(8):
                    size = step * (1 + np.float32(0.5) * (down + across))
                    block[down, across] = size * np.round(block[down, across] / size)
            _product(_COSINES_BACK, block, turned)
            _product(_COSINES_BACK, turned, block)
            for row in range(8):
                for column in range(8):
                    picture[top + row, left + column] = block[row, column]


@part_of_compiled
def _product(left: NDArray[np.float32], right: NDArray[np.float32], result: NDArray[np.float32]) -> None:
    """(left · right)ᵀ: twice, columns and then rows are transformed."""
    for row in range(8):
        for column in range(8):
            total = np.float32(0)
            for inner in range(8):
                total += left[row, inner] * right[inner, column]
            result[column, row] = total
