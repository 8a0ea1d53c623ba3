"""Movements become distance fields: compiled loops, one letter after another.

The points of a form are moved (proportions, strokes out of place, bending, slant, tremor, rounded corners),
get a width each, and are fitted into a field as a glyph of a font is. The field is the greatest of those of
its pieces: from one point to the next, a stroke is a round-ended bar.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.rendering.distance import DIRECTIONS, FIELD, LEVELS
from charmlp.rendering.glyphs import INNER
from charmlp.rendering.strokes.forms import STEP, FormTable
from charmlp.system.compiling import compiled, part_of_compiled
from charmlp.system.threads import blocks, each

TOGETHER = 256  # letters
REACH = 5  # field pixels from the stroke beyond which the field says no more than that

Movement = Any  # one record of `hands.MOVEMENT`
Reals = NDArray[np.float32]
Counts = NDArray[np.int64]

_PIECE = np.float32(2.0)  # field pixels that a bar is long at least, where a stroke is not shorter
_X_HEIGHT = 50
_ZERO, _HALF, _ONE, _FAR = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1e6)
_BIT = np.uint64(1)
_NO_INK = np.float32(-1000)


def trace_all(movements: NDArray[np.void], table: FormTable) -> tuple[NDArray[np.uint8], Reals, Reals, Reals]:
    """Of each movement the distance field, hull, scale and middle (see `glyphs.GlyphTable`), on all cores."""
    count = len(movements)
    fields, hulls = np.empty((count, FIELD, FIELD), np.uint8), np.zeros((count, DIRECTIONS, 2), np.float32)
    scale, middle = np.empty(count, np.float32), np.empty(count, np.float32)
    lines = table.points, table.starts, table.entry, table.exit, table.first
    each(
        lambda part: trace(movements[part], *lines, fields[part], hulls[part], scale[part], middle[part]),
        blocks(count, TOGETHER),
    )
    return fields, hulls, scale, middle


@compiled
def trace(
    movements: NDArray[np.void],
    points: Reals,
    starts: Counts,
    entry: Counts,
    exit_: Counts,
    first: Counts,
    fields: NDArray[np.uint8],
    hulls: Reals,
    scale: Reals,
    middle: Reals,
) -> None:
    field = np.empty((FIELD, FIELD), np.float32)
    for number in range(len(movements)):
        move = movements[number]
        state = np.uint64(move.seed) | _BIT
        begin, end = first[move.form], first[move.form + 1]
        size = starts[end] - starts[begin]
        xs, ys, widths = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
        ends = np.empty(end - begin, np.int64)
        count = 0
        for stroke in range(begin, end):
            low = starts[stroke] + int((_ONE - move.entry) * entry[stroke])
            high = starts[stroke + 1] - int((_ONE - move.exit) * exit_[stroke])
            last = count + high - low
            state = _move(move, points[low:high], state, xs[count:last], ys[count:last])
            state = _press(move, xs[count:last], ys[count:last], state, widths[count:last])
            count = last
            ends[stroke - begin] = last
        scale[number], middle[number] = _fit(xs[:count], ys[:count], widths[:count], hulls[number])
        _draw(xs, ys, widths, ends, field)
        for row in range(FIELD):
            for column in range(FIELD):
                level = np.float32(128) + np.float32(LEVELS) * field[row, column]
                fields[number, row, column] = min(max(round(level), 0), 255)


@part_of_compiled
def _random(state: int) -> tuple[int, float]:
    """One step of xorshift64*, and a nearly normal number of it: the sum of four of 16 bits."""
    state ^= state >> np.uint64(12)
    state ^= state << np.uint64(25)
    state ^= state >> np.uint64(27)
    bits = state * np.uint64(2685821657736338717)
    total = np.float32(0)
    for quarter in range(4):
        total += np.float32(np.int64(bits >> np.uint64(16 * quarter) & np.uint64(65535)))
    return state, (total - np.float32(2 * 65535)) * np.float32(1 / (65536 * np.sqrt(4 / 12)))


@part_of_compiled
def _move(move: Movement, points: Reals, state: int, xs: Reals, ys: Reals) -> int:
    """Where the pen really goes along one stroke."""
    state, shift_x = _random(state)
    state, shift_y = _random(state)
    state, turn = _random(state)
    state, growth = _random(state)
    cos, sin = np.cos(move.turn * turn), np.sin(move.turn * turn)
    larger = _ONE + move.turn * growth
    count = len(points)
    middle_x, middle_y = points[count // 2, 0], points[count // 2, 1]
    drift_x, drift_y = _ZERO, _ZERO
    for point in range(count):
        x, y = (points[point, 0] - middle_x) * larger, (points[point, 1] - middle_y) * larger
        x, y = (
            middle_x + cos * x - sin * y + move.shift * shift_x,
            middle_y + sin * x + cos * y + move.shift * shift_y,
        )
        if y > _X_HEIGHT:
            y = _X_HEIGHT + (y - _X_HEIGHT) * move.ascender
        elif y < 0:
            y *= move.descender
        bent_x, bent_y = x * move.width, y
        for wave in range(len(move.wave_x)):
            height = np.sin(move.wave_x[wave] * x + move.wave_y[wave] * y + move.wave_phase[wave])
            bent_x += move.bend_x[wave] * height
            bent_y += move.bend_y[wave] * height
        state, jerk_x = _random(state)
        state, jerk_y = _random(state)
        drift_x, drift_y = _HALF * drift_x + move.tremor * jerk_x, _HALF * drift_y + move.tremor * jerk_y
        xs[point], ys[point] = bent_x + move.slant * bent_y + drift_x, bent_y + drift_y
    _round(xs, int(move.round))
    _round(ys, int(move.round))
    if count > 2:
        _lengthen(xs, ys, 0, 2, move.overshoot_first)
        _lengthen(xs, ys, count - 1, count - 3, move.overshoot_last)
    return state


@part_of_compiled
def _round(values: Reals, times: int) -> None:
    """Average each value with its neighbours; the ends stay."""
    for _ in range(times):
        before = values[0]
        for place in range(1, len(values) - 1):
            here = values[place]
            values[place] = _HALF * here + np.float32(0.25) * (before + values[place + 1])
            before = here


@part_of_compiled
def _lengthen(xs: Reals, ys: Reals, end: int, inner: int, by: float) -> None:
    """Move the end of a stroke away from a point before it; not farther back than three steps in four."""
    x, y = xs[end] - xs[inner], ys[end] - ys[inner]
    length = max(np.sqrt(x * x + y * y), np.float32(0.1))
    share = max(by / length, np.float32(-0.75)) if length > STEP else _ZERO
    xs[end] += x * share
    ys[end] += y * share


@part_of_compiled
def _press(move: Movement, xs: Reals, ys: Reals, state: int, widths: Reals) -> int:
    """Half the width of the stroke at each point: the pen's, its direction, the pressure, the ends."""
    count = len(xs)
    pressure, wave = _ZERO, _ZERO
    nib_x, nib_y = np.cos(move.nib_angle), np.sin(move.nib_angle)
    for point in range(count):
        state, push = _random(state)
        wave = np.float32(0.8) * wave + np.float32(0.6) * push
        pressure = np.float32(0.8) * pressure + np.float32(0.2) * wave
        x = xs[min(point + 1, count - 1)] - xs[max(point - 1, 0)]
        y = ys[min(point + 1, count - 1)] - ys[max(point - 1, 0)]
        length = max(np.sqrt(x * x + y * y), np.float32(1e-3))
        along_nib = abs(x * nib_x + y * nib_y) / length
        width = move.pen * (_ONE + move.pressure * pressure) * (_ONE + move.flex * max(_ZERO, -y / length))
        width *= _ONE - move.flatness * along_nib
        from_end = np.float32(min(point, count - 1 - point)) * np.float32(STEP / 16)
        width *= _ONE - move.taper * max(_ZERO, _ONE - from_end) * np.float32(0.7)
        widths[point] = max(width, np.float32(0.25) * move.pen)
        if move.skip > 0 and pressure < np.float32(-1.1):
            widths[point] = _NO_INK
    return state


@part_of_compiled
def _fit(xs: Reals, ys: Reals, widths: Reals, hull: Reals) -> tuple[float, float]:
    """Bring the letter into the field, y down, and find its hull: scale, and its middle over the line."""
    left, right, low, high = _FAR, -_FAR, _FAR, -_FAR
    for point in range(len(xs)):
        if widths[point] > 0:
            left, right = min(left, xs[point] - widths[point]), max(right, xs[point] + widths[point])
            low, high = min(low, ys[point] - widths[point]), max(high, ys[point] + widths[point])
    scale = np.float32(INNER) / max(right - left, high - low, _ONE)
    middle_x, middle_y = _HALF * (left + right), _HALF * (low + high)
    farthest = np.full(DIRECTIONS, -_FAR, np.float32)
    for point in range(len(xs)):
        xs[point], ys[point] = (xs[point] - middle_x) * scale, (middle_y - ys[point]) * scale
        if widths[point] > 0:
            widths[point] *= scale
            for direction in range(DIRECTIONS):
                angle = np.float32(2 * np.pi / DIRECTIONS) * direction
                x = xs[point] + np.cos(angle) * widths[point]
                y = ys[point] + np.sin(angle) * widths[point]
                if x * np.cos(angle) + y * np.sin(angle) > farthest[direction]:
                    farthest[direction] = x * np.cos(angle) + y * np.sin(angle)
                    hull[direction, 0], hull[direction, 1] = x, y
    return scale, middle_y


@part_of_compiled
def _draw(xs: Reals, ys: Reals, widths: Reals, ends: Counts, field: Reals) -> None:
    """Raise the field to each bar between points at least _PIECE apart."""
    field[:] = np.float32(-REACH)
    begin = 0
    for end in ends:
        start = begin
        for point in range(begin, end):
            x, y = xs[point] - xs[start], ys[point] - ys[start]
            gap = widths[point] < 0 or widths[start] < 0
            if gap or x * x + y * y >= _PIECE * _PIECE or point == end - 1:
                if not gap:
                    _bar(xs[start], ys[start], x, y, widths[start], widths[point], field)
                start = point
        begin = end


@part_of_compiled
def _bar(x0: float, y0: float, x: float, y: float, width: float, last_width: float, field: Reals) -> None:
    """A bar from (x0, y0) by (x, y), of the field's middle."""
    reach = max(width, last_width) + np.float32(REACH)
    centre = np.float32(FIELD / 2 - 0.5)
    left, top = x0 + centre, y0 + centre
    first_column, last_column = (
        max(int(left + min(x, _ZERO) - reach), 0),
        min(int(left + max(x, _ZERO) + reach), FIELD - 1),
    )
    first_row, last_row = (
        max(int(top + min(y, _ZERO) - reach), 0),
        min(int(top + max(y, _ZERO) + reach), FIELD - 1),
    )
    share = _ONE / max(x * x + y * y, np.float32(1e-6))
    wider = last_width - width
    for row in range(first_row, last_row + 1):
        to_y = np.float32(row) - top
        for column in range(first_column, last_column + 1):
            to_x = np.float32(column) - left
            along = min(max((to_x * x + to_y * y) * share, _ZERO), _ONE)
            off_x, off_y = to_x - along * x, to_y - along * y
            depth = width + along * wider - np.sqrt(off_x * off_x + off_y * off_y)
            field[row, column] = max(field[row, column], depth)
