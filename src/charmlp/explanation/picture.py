"""An explanation as a picture, drawn by Pillow alone.

title                                             what speaks for the guess and against the other class,
the picture, the evidence, the guesses            the letter's outline over it
each logit's own evidence, the hidden units       red speaks for, blue against, on one scale
the nearest training letters
"""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLACK, GREY
from charmlp.drawing.fonts import text_width
from charmlp.explanation.words import sentence_of_places
from charmlp.images.crop import otsu
from charmlp.text import short, shown_path

if TYPE_CHECKING:
    from charmlp.explanation.explanation import Explanation

Array = NDArray[Any]

WIDTH, MARGIN, GAP = 1200, 30, 24  # pixels
LARGE, MIDDLE, SMALL = 280, 150, 112  # sides of pictures
TITLE, TEXT, FINE = 26, 17, 14  # sizes of letters
LINE = 20  # from one line of fine text to the next
BAR = 150  # the longest
WHITE, RED, BLUE = (np.array(colour) for colour in ((255, 255, 255), (178, 24, 43), (33, 102, 172)))
FOR, AGAINST = ("#b2182b", "#2166ac")  # the same two
CLIPPED = 0.995  # share of the values below the strongest colour
SPREAD = 1 / 32  # of the shorter side: over which a pixel's contribution is spread in the picture
OUTLINE, ORANGE = (70, 70, 70), (255, 140, 0)


def draw(of: Explanation) -> Canvas:
    """The whole picture."""
    lower = MARGIN + 90 + LARGE + 90
    last = lower + MIDDLE + 100
    bottom = last + (0 if of.neighbours is None else SMALL + 60)
    canvas = Canvas(WIDTH, bottom + LINE * len(of.notes) + 10)
    guess, other = short(of.guess), short(of.other)
    title = f"{short(of.name, 40, end=True)}: read as {guess}. Why {guess} and not {other}?"
    canvas.text(title, MARGIN, 38, "lm", TITLE)
    canvas.text(subtitle(of), MARGIN, 70, "lm", FINE, GREY)
    maps = [smooth(each) for each in (of.pixels, *two_maps(of))]
    limit = strongest(maps)

    left, top = MARGIN, MARGIN + 90
    heading(canvas, "what the network sees", left, top)
    show(canvas, seen(of), left, top, LARGE)
    caption(canvas, words_of_inputs(of), left, top + LARGE)
    left += LARGE + GAP
    heading(canvas, f"what speaks for {guess} and against {other}", left, top)
    show(canvas, evidence(maps[0], limit, of.grey, LARGE), left, top, LARGE)
    scale(canvas, limit, left, top + LARGE + 8)
    left += LARGE + 2 * GAP
    guesses(canvas, of, left, top)
    sum_of_parts(canvas, of, left, top + 160)
    caption(canvas, textwrap.wrap(sentence_of_places(of), 70), left, top + LARGE + 6)

    left, top = MARGIN, lower
    for name, values, part in zip((of.guess, of.other), maps[1:], (of.of_guess, of.of_other), strict=True):
        heading(canvas, f"logit of {short(name, 8)}: {plain(part.answer)}", left, top, FINE)
        show(canvas, evidence(values, limit, of.grey, MIDDLE), left, top, MIDDLE)
        sums = [f"pixels {signed(part.inputs.sum())}", f"bias {signed(part.bias)}"]
        caption(canvas, sums, left, top + MIDDLE)
        left += MIDDLE + GAP
    units(canvas, of, left + GAP, top)
    if of.neighbours is not None:
        neighbours(canvas, of, last)
    caption(canvas, list(of.notes), MARGIN, bottom - 10, GREY)
    return canvas


def as_png(of: Explanation) -> bytes:
    """The picture as a file of 256 colours, a third as large as one of all of them."""
    rgb = np.asarray(draw(of).picture)
    indexed = np.array(Image.fromarray(rgb).quantize(palette=palette(), dither=Image.Dither.NONE))
    grey = (rgb == rgb[..., :1]).all(axis=2)
    indexed[grey] = rgb[..., 0][grey] // 2  # which Pillow takes for their neighbours
    picture, content = Image.fromarray(indexed), io.BytesIO()
    picture.putpalette(palette().getpalette() or [])
    picture.save(content, "PNG")
    return content.getvalue()


def palette() -> Image.Image:
    """The colours that occur: greys first, black to white, then those of contributions and outlines."""
    line, orange, middle = np.array(OUTLINE), np.array(ORANGE), WHITE / 2
    ramps = [
        (0 * WHITE, WHITE, 128), (WHITE, RED, 56), (WHITE, BLUE, 56),
        (middle, orange, 8), (line, RED, 4), (line, BLUE, 4),
    ]  # fmt: skip
    colours = np.concatenate([np.rint(np.linspace(*ramp)) for ramp in ramps])
    picture = Image.new("P", (1, 1))
    picture.putpalette(colours.astype(np.uint8).tobytes())
    return picture


def subtitle(of: Explanation) -> str:
    """Which model, and how its answer was taken apart."""
    sizes = "-".join(map(str, of.model.sizes))
    how = (
        "the sum is exact"
        if of.exact
        else f"integrated gradients, an approximation with the remainder {of.remainder:.0e}"
    )
    origin = f"{shown_path(of.origin)}: " if of.origin else ""
    return f"{origin}network {sizes}, {of.model.act_type}; {how}"


def two_maps(of: Explanation) -> tuple[Array, Array]:
    shape = of.grey.shape
    return of.of_guess.inputs.reshape(shape), of.of_other.inputs.reshape(shape)


# Pictures


def seen(of: Explanation) -> Image.Image:
    """The inputs as a grey picture: their smallest is black, their largest white."""
    low, high = of.inputs.min(), of.inputs.max()
    return Image.fromarray(((of.inputs - low) / (high - low or 1) * 255).astype(np.uint8))


def words_of_inputs(of: Explanation) -> list[str]:
    height, width = of.grey.shape
    how = "mean 0, deviation 1" if of.model.preprocessing == "standardize" else "black −1, white 1"
    crop = ", cropped" if of.model.view.crop == "auto" else ""
    low, high = float(of.inputs.min()), float(of.inputs.max())
    levels = f"here {plain(low)} to {plain(high)}, mean {plain(of.flat)}"
    return [f"{height}×{width} grey{crop}; {how}", levels]


def smooth(values: Array) -> Array:
    """Each contribution spread over its neighbours by a Gaussian; their sum stays the same.

    A network of this kind does not know which pixels are neighbours: its weights are noisy, and noise hides
    what they have in common.
    """
    sigma = SPREAD * min(values.shape)
    rows, columns = (spreading(side, sigma) for side in values.shape)
    result: Array = rows @ values @ columns.T
    return result


def spreading(side: int, sigma: float) -> Array:
    """side×side, each column of sum 1: where what was at one place goes to."""
    distance = np.subtract.outer(np.arange(side), np.arange(side))
    weights = np.exp(-0.5 * (distance / max(sigma, 1e-3)) ** 2)
    result: Array = weights / weights.sum(axis=0)
    return result


def strongest(maps: list[Array]) -> float:
    """What has the strongest colour in all of them."""
    return float(np.quantile(np.abs(np.stack(maps)), CLIPPED)) or 1.0


def in_colour(values: Array, limit: float) -> Array:
    """Red above 0, blue below, white at 0: …×3 of uint8."""
    strength = np.clip(np.abs(values) / limit, 0, 1)[..., np.newaxis]
    ends = np.where(values[..., np.newaxis] > 0, RED, BLUE)
    return np.rint(WHITE + (ends - WHITE) * strength).astype(np.uint8)


def evidence(values: Array, limit: float, grey: NDArray[np.uint8], side: int) -> Image.Image:
    """Contributions in colour, with the letter's outline."""
    height, width = grey.shape
    size = fitting(width, height, side)
    large = Image.fromarray(values.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    picture = Image.fromarray(in_colour(np.asarray(large), limit))
    picture.paste(OUTLINE, mask=outline(grey, size))
    return picture


def outline(grey: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """The border halfway between ink and ground, which Otsu's threshold parts, as a mask of that size."""
    large = Image.fromarray(grey).resize((2 * size[0], 2 * size[1]), Image.Resampling.BICUBIC)
    is_light = grey > otsu(np.bincount(grey.ravel(), minlength=256))
    if is_light.all() or not is_light.any():
        return Image.new("L", size)
    ink = np.asarray(large) > (grey[is_light].mean() + grey[~is_light].mean()) / 2
    border = np.zeros(ink.shape, bool)
    border[1:] = ink[1:] != ink[:-1]
    border[:, 1:] |= ink[:, 1:] != ink[:, :-1]
    return Image.fromarray(border.astype(np.uint8) * 255).reduce(2)


def fitting(width: int, height: int, side: int) -> tuple[int, int]:
    """The largest size of the same shape within a square."""
    factor = side / max(width, height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def show(canvas: Canvas, picture: Image.Image, left: int, top: int, side: int) -> None:
    """A picture in a frame, in the middle of a square."""
    width, height = fitting(*picture.size, side)
    x, y = left + (side - width) // 2, top + (side - height) // 2
    canvas.image(np.asarray(picture), (x, y), (width, height))
    canvas.box((x - 1, y - 1, x + width, y + height), outline=GREY)


# Words and bars


def heading(canvas: Canvas, words: str, left: int, top: int, size: int = TEXT) -> None:
    canvas.text(words, left, top - 16, "lm", size)


def caption(canvas: Canvas, lines: list[str], left: int, top: int, colour: str = BLACK) -> None:
    for number, line in enumerate(lines):
        canvas.text(line, left, top + 18 + LINE * number, "lm", FINE, colour)


def plain(value: float, sign: str = "") -> str:
    """`1.20` or `−1.20`, with the `sign` + also `+1.20`; what is nothing but rounding is `0.00`."""
    shown = value if abs(value) >= 0.005 else 0.0
    return f"{shown:{sign if shown else ''}.2f}".replace("-", "−")


def signed(value: float) -> str:
    return plain(value, "+")


def scale(canvas: Canvas, limit: float, left: int, top: int) -> None:
    """What the colours mean."""
    colours = in_colour(np.tile(np.linspace(-limit, limit, LARGE), (10, 1)), limit)
    canvas.image(colours, (left, top), (LARGE, 10))
    canvas.box((left - 1, top - 1, left + LARGE, top + 10), outline=GREY)
    for words, x, anchor, colour in (
        (f"against  −{limit:.2g}", left, "lm", AGAINST),
        (f"+{limit:.2g}  for", left + LARGE, "rm", FOR),
    ):
        canvas.text(words, x, top + 24, anchor, FINE, colour)
    canvas.text("a pixel, spread over its neighbours", left, top + 24 + LINE, "lm", FINE, GREY)


def bars(
    canvas: Canvas, rows: list[tuple[str, float, str, str]], left: int, top: int, longest: float
) -> None:
    """A name, a bar of that length, a number and a colour in each row; the longest bar is of `longest`."""
    room = max(text_width(name, TEXT) for name, *_ in rows) + 12
    for number, (name, length, figure, colour) in enumerate(rows):
        y = top + 26 * number
        canvas.text(name, left, y, "lm", TEXT)
        end = left + room + BAR * length / longest
        canvas.box((left + room, y - 7, end, y + 7), colour)
        canvas.text(figure, end + 8, y, "lm", TEXT)


def guesses(canvas: Canvas, of: Explanation, left: int, top: int) -> None:
    """The most probable classes."""
    heading(canvas, "guesses", left, top)
    colours = {of.guess: FOR, of.other: AGAINST}
    rows = [(short(name), share, f"{100 * share:.1f} %", colours.get(name, GREY)) for name, share in of.top]
    bars(canvas, rows, left, top + 14, 1.0)


def sum_of_parts(canvas: Canvas, of: Explanation, left: int, top: int) -> None:
    """The difference of the two logits as a sum."""
    guess, other, pixels = short(of.guess), short(of.other), of.pixels
    heading(canvas, f"logit of {guess} minus logit of {other}", left, top + 14)
    parts = [
        (f"pixels for {guess}", float(pixels[pixels > 0].sum())),
        (f"pixels for {other}", float(pixels[pixels < 0].sum())),
        ("bias (a flat picture)", of.bias),
        ("together", of.difference),
    ]
    rows = [(name, abs(value), signed(value), FOR if value > 0 else AGAINST) for name, value in parts]
    bars(canvas, rows, left, top + 30, max(length for _, length, *_ in rows) or 1.0)


def units(canvas: Canvas, of: Explanation, left: int, top: int) -> None:
    """The weights of the units that contribute most; without a hidden layer those of the classes."""
    if of.model.hidden_size:
        among = f"{len(of.units)} of {of.model.hidden_size[0]:,} units of the first hidden layer"
        words = f"{among}, those that count most: what they contribute, what they look for"
        tiles = [(signed(unit.contribution), unit.weights, unit.contribution) for unit in of.units]
        more = [[f"unit {unit.number}", f"y = {unit.activity:.3g}".replace("-", "−")] for unit in of.units]
    else:
        words = "no hidden layer: the weights of the classes themselves"
        rows = [of.model.weights[0][of.model.classes.index(name)] for name in (of.guess, of.other)]
        rows = [row.astype(np.float64).reshape(of.grey.shape) for row in rows]
        tiles = [(short(of.guess, 8), rows[0], 1.0), (short(of.other, 8), rows[1], -1.0)]
        tiles.append((f"{short(of.guess, 5)} − {short(of.other, 5)}", rows[0] - rows[1], 0.0))
        more = [[] for _ in tiles]
    heading(canvas, words, left, top, FINE)
    for (name, weights, side), lines in zip(tiles, more, strict=True):
        show(canvas, features(weights, of.grey), left, top, SMALL)
        caption(canvas, [name], left, top + SMALL, FOR if side > 0 else AGAINST if side < 0 else BLACK)
        caption(canvas, lines, left, top + SMALL + LINE)
        left += SMALL + 14
    if tiles:
        canvas.text(
            "light where light pixels raise it, dark where dark ones do", left - (SMALL + 14) * len(tiles),
            top + SMALL + 18 + 3 * LINE, "lm", FINE, GREY,
        )  # fmt: skip


def features(weights: Array, grey: NDArray[np.uint8]) -> Image.Image:
    """Weights in grey, 0 in the middle, with the letter's outline."""
    values = smooth(weights.astype(np.float64))
    size = fitting(values.shape[1], values.shape[0], SMALL)
    levels = np.clip(127.5 * (1 + values / strongest([values])), 0, 255).astype(np.uint8)
    picture = Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC).convert("RGB")
    picture.paste(ORANGE, mask=outline(grey, size))
    return picture


def neighbours(canvas: Canvas, of: Explanation, top: int) -> None:
    """The nearest training letters with their labels."""
    assert of.neighbours is not None
    where = "in the last hidden layer" if of.model.hidden_size else "by their pixels"
    heading(canvas, f"the training letters most like it ({where})", MARGIN, top)
    left = MARGIN
    for neighbour in of.neighbours:
        show(canvas, Image.fromarray(neighbour.grey), left, top, SMALL)
        colour = {of.guess: FOR, of.other: AGAINST}.get(neighbour.label, BLACK)
        canvas.text(short(neighbour.label), left + SMALL / 2, top + SMALL + 16, "mm", TEXT, colour)
        canvas.text(short(neighbour.name, 16, end=True), left + SMALL / 2, top + SMALL + 38, "mm", FINE, GREY)
        left += SMALL + 30
