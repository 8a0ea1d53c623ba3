"""The compiled loops of `augment`, one image after another."""

import numpy as np
from numpy.typing import NDArray

from charmlp.images.pixels import Grid, add_noise, blur
from charmlp.system.compiling import compiled, inlined, part_of_compiled

_HALF, _ZERO, _ONE = np.float32(0.5), np.float32(0), np.float32(1)


@compiled
def warp(
    images: NDArray[np.uint8],
    maps: Grid,
    bends: NDArray[np.float32],
    contrast: NDArray[np.float32],
    brightness: NDArray[np.float32],
    inverted: NDArray[np.bool_],
    blurs: NDArray[np.float32],
    noises: NDArray[np.float32],
    corners: Grid,
    seeds: NDArray[np.uint64],
    cutout: float,
    changed: NDArray[np.uint8],
) -> None:
    """Fill `changed` with new images; a column or row of each argument belongs to one of them.

    maps     N×6: (xx, xy, x0, yx, yy, y0) lead from a new pixel to an old one, both from the middle
    bends    N×2×4×4 shifts (x, y) of a grid of points, in parts of the side; or none
    blurs    standard deviations in parts of the side
    noises   standard deviations in grey levels
    corners  where in the picture a square of the side `cutout` is painted over, 0 to 1
    """
    count, height, width = images.shape
    for number in range(count):
        picture = np.empty((height, width), np.float32)
        xs, ys = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
        _places(maps[number], xs, ys)
        if len(bends) > 0:
            _bend(bends[number], xs, ys)
        _sample(images[number], xs, ys, picture)
        blur(picture, blurs[number] * width, blurs[number] * height)
        mean = np.float32(0)
        for row in range(height):
            for column in range(width):
                mean += picture[row, column]
        mean /= np.float32(height * width)
        if cutout > 0:
            _paint_over(picture, corners[number], cutout, mean)
        if noises[number] > 0:
            add_noise(picture, noises[number], seeds[number])
        # Contrast and brightness stay within what fits between black and white: nothing is lost.
        low, high = picture[0].copy(), picture[0].copy()  # of each column: that vectors can do
        for row in range(1, height):
            for column in range(width):
                low[column] = min(low[column], picture[row, column])
                high[column] = max(high[column], picture[row, column])
        darkest, lightest = low.min(), high.max()
        gain = min(contrast[number], np.float32(255) / max(lightest - darkest, _ONE))
        base = mean + brightness[number] - gain * mean
        base = min(max(base, -gain * darkest), np.float32(255) - gain * lightest)
        if inverted[number]:
            gain, base = -gain, np.float32(255) - base
        for row in range(height):
            for column in range(width):
                level = picture[row, column] * gain + base + _HALF
                changed[number, row, column] = np.uint8(min(max(level, _ZERO), np.float32(255)))


@part_of_compiled
def _places(map: NDArray[np.float32], xs: Grid, ys: Grid) -> None:
    """Where each new pixel comes from, in old pixels."""
    height, width = xs.shape
    middle_x, middle_y = _HALF * (width - 1), _HALF * (height - 1)
    xx, xy, x0, yx, yy, y0 = map
    for row in range(height):
        y = np.float32(row) - middle_y
        for column in range(width):
            x = np.float32(column) - middle_x
            xs[row, column] = xx * x + xy * y + x0 + middle_x
            ys[row, column] = yx * x + yy * y + y0 + middle_y


@part_of_compiled
def _bend(shifts: NDArray[np.float32], xs: Grid, ys: Grid) -> None:
    """Add the shifts of a coarse grid of points, interpolated between them."""
    height, width = xs.shape
    points = shifts.shape[1] - 1
    # Of each column: the point before it, and how far behind that it is.
    left, right = np.empty(width, np.uint32), np.empty(width, np.float32)
    for column in range(width):
        x = np.float32(points * column) / np.float32(max(width - 1, 1))
        left[column] = min(int(x), points - 1)
        right[column] = x - np.float32(left[column])
    line = np.empty((2, points + 1), np.float32)  # the grid along a row of pixels
    for row in range(height):
        y = np.float32(points * row) / np.float32(max(height - 1, 1))
        top = min(int(y), points - 1)
        low = y - np.float32(top)
        for point in range(points + 1):
            for axis in range(2):
                upper, lower = shifts[axis, top, point], shifts[axis, top + 1, point]
                line[axis, point] = upper + (lower - upper) * low
            line[0, point] *= np.float32(width)
            line[1, point] *= np.float32(height)
        for column in range(width):
            point = left[column]
            xs[row, column] += line[0, point] + (line[0, point + 1] - line[0, point]) * right[column]
            ys[row, column] += line[1, point] + (line[1, point + 1] - line[1, point]) * right[column]


@part_of_compiled
def _sample(image: NDArray[np.uint8], xs: Grid, ys: Grid, picture: Grid) -> None:
    """The image at places between its pixels; beyond its border the border's pixels."""
    height, width = image.shape
    last_x, last_y = np.float32(width - 1), np.float32(height - 1)
    # Vector instructions compute from where a pixel comes, and what comes of it. To fetch is another loop, of
    # one load each: the four pixels around a place are one word. Beyond the border, its pixels repeat.
    words = np.empty(height * width, np.uint32)
    for row in range(height):
        below = min(row + 1, height - 1)
        for column in range(width - 1):
            words[row * width + column] = _word(
                image[row, column], image[row, column + 1], image[below, column], image[below, column + 1]
            )
        last, under = image[row, width - 1], image[below, width - 1]
        words[row * width + width - 1] = _word(last, last, under, under)
    at, four = np.empty(width, np.int32), np.empty(width, np.uint32)
    right, low = np.empty(width, np.float32), np.empty(width, np.float32)
    for row in range(height):
        for column in range(width):
            x = min(max(xs[row, column], _ZERO), last_x)
            y = min(max(ys[row, column], _ZERO), last_y)
            left, top = np.int32(x), np.int32(y)
            at[column] = top * np.int32(width) + left
            right[column], low[column] = x - np.float32(left), y - np.float32(top)
        for column in range(width):
            four[column] = words[np.uint32(at[column])]
        for column in range(width):
            one, two = _level(four[column], 0), _level(four[column], 8)
            three, last = _level(four[column], 16), _level(four[column], 24)
            upper = one + (two - one) * right[column]
            lower = three + (last - three) * right[column]
            picture[row, column] = upper + (lower - upper) * low[column]


@inlined
def _word(one: int, two: int, three: int, four: int) -> int:
    """Four bytes, the first one lowest."""
    upper = np.uint32(one) | np.uint32(two) << np.uint32(8)
    lower = np.uint32(three) | np.uint32(four) << np.uint32(8)
    return np.uint32(upper | lower << np.uint32(16))


@inlined
def _level(word: int, shift: int) -> float:
    """The byte of a word that begins at a bit."""
    return np.float32(np.int32(word >> np.uint32(shift) & np.uint32(255)))


@part_of_compiled
def _paint_over(picture: Grid, corner: NDArray[np.float32], side: float, tone: float) -> None:
    """Hide a rectangle of the share `side` of height and of width."""
    height, width = picture.shape
    rows, columns = int(side * height + _HALF), int(side * width + _HALF)
    top, left = int(corner[0] * (height - rows + 1)), int(corner[1] * (width - columns + 1))
    for row in range(top, min(top + rows, height)):
        for column in range(left, min(left + columns, width)):
            picture[row, column] = tone
