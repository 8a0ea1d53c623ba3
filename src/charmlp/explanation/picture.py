"""An explanation as a picture, drawn by Pillow alone.

title                                             what speaks for the guess and against the other class,
the picture, the evidence, the guesses            the letter's outline over it
each logit's own evidence, the hidden units       red speaks for, blue against, on one scale
the nearest training letters
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.drawing.canvas import Canvas, broken
from charmlp.drawing.colours import BLACK, GREY
from charmlp.drawing.fonts import has_chinese, text_width
from charmlp.explanation.words import Words, notes, sentence_of_places
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


class Page:
    """The picture under way: its canvas, what it is of, and its words."""

    def __init__(self, of: Explanation, language: str, height: int) -> None:
        self.canvas = Canvas(WIDTH, height)
        self.of, self.say = of, Words(language)

    def heading(self, words: str, left: int, top: int, size: int = TEXT) -> None:
        self.canvas.text(words, left, top - 16, "lm", size)

    def caption(self, lines: Sequence[str], left: int, top: int, colour: str = BLACK) -> None:
        for number, line in enumerate(lines):
            self.canvas.text(line, left, top + 18 + LINE * number, "lm", FINE, colour)

    def show(self, picture: Image.Image, left: int, top: int, side: int) -> None:
        """A picture in a frame, in the middle of a square."""
        width, height = fitting(*picture.size, side)
        x, y = left + (side - width) // 2, top + (side - height) // 2
        self.canvas.image(np.asarray(picture), (x, y), (width, height))
        self.canvas.box((x - 1, y - 1, x + width, y + height), outline=GREY)

    def bars(self, rows: Sequence[Bar], left: int, top: int, longest: float) -> None:
        """Bars one below the other, behind their names; one of the length `longest` is the longest."""
        room = max(text_width(bar.name, TEXT) for bar in rows) + 12
        for number, bar in enumerate(rows):
            y, end = top + 26 * number, left + room + BAR * bar.length / longest
            self.canvas.text(bar.name, left, y, "lm", TEXT)
            self.canvas.box((left + room, y - 7, end, y + 7), bar.colour)
            self.canvas.text(bar.figure, end + 8, y, "lm", TEXT)


class Bar(NamedTuple):
    """A bar with its name and a number."""

    name: str
    length: float
    figure: str
    colour: str


def draw(of: Explanation, language: str = "en") -> Canvas:
    """The whole picture."""
    lower = MARGIN + 90 + LARGE + 90
    last = lower + MIDDLE + 100
    bottom = last + (0 if of.neighbours is None else SMALL + 60)
    language = language if has_chinese() else "en"
    remarks = notes(of, language)
    page = Page(of, language, bottom + LINE * len(remarks) + 10)
    say, guess, other = page.say, short(of.guess), short(of.other)
    title = "{name}: read as {guess}. Why {guess} and not {other}?"
    name = short(of.name, 40, end=True)
    page.canvas.text(say(title, name=name, guess=guess, other=other), MARGIN, 38, "lm", TITLE)
    page.canvas.text(subtitle(of, say), MARGIN, 70, "lm", FINE, GREY)
    maps = [smooth(each) for each in (of.pixels, *two_maps(of))]
    limit = strongest(maps)

    left, top = MARGIN, MARGIN + 90
    page.heading(say("what the network sees"), left, top)
    page.show(seen(of), left, top, LARGE)
    page.caption(words_of_inputs(of, say), left, top + LARGE)
    left += LARGE + GAP
    page.heading(say("what speaks for {guess} and against {other}", guess=guess, other=other), left, top)
    page.show(evidence(maps[0], limit, of.grey, LARGE), left, top, LARGE)
    scale(page, limit, left, top + LARGE + 8)
    left += LARGE + 2 * GAP
    guesses(page, left, top)
    sum_of_parts(page, left, top + 160)
    places = broken(sentence_of_places(of, say), WIDTH - MARGIN - left, FINE)
    page.caption(places, left, top + LARGE + 6)

    left, top = MARGIN, lower
    for name, values, part in zip((of.guess, of.other), maps[1:], (of.of_guess, of.of_other), strict=True):
        words = say("logit of {name}: {value}", name=short(name, 8), value=plain(part.answer))
        page.heading(words, left, top, FINE)
        page.show(evidence(values, limit, of.grey, MIDDLE), left, top, MIDDLE)
        pixels, bias = signed(part.inputs.sum()), signed(part.bias)
        page.caption(
            [say("pixels {value}", value=pixels), say("bias {value}", value=bias)], left, top + MIDDLE
        )
        left += MIDDLE + GAP
    units(page, left + GAP, top)
    neighbours(page, last)
    page.caption(remarks, MARGIN, bottom - 10, GREY)
    return page.canvas


def as_png(of: Explanation, language: str = "en") -> bytes:
    """The picture as a file of 256 colours, a third as large as one of all of them."""
    rgb = np.asarray(draw(of, language).picture)
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


def subtitle(of: Explanation, say: Words) -> str:
    """Which model, and how its answer was taken apart."""
    model = of.model
    parts = [
        say("network {sizes}, {act_type}", sizes="-".join(map(str, model.sizes)), act_type=model.act_type)
    ]
    if model.temperature != 1:
        parts.append(say(", temperature {temperature:.3g}", temperature=model.temperature))
    approximation = "; integrated gradients, an approximation with the remainder {remainder:.0e}"
    parts.append(say("; the sum is exact" if of.exact else approximation, remainder=abs(of.remainder)))
    return (f"{shown_path(of.origin)}: " if of.origin else "") + "".join(parts)


def two_maps(of: Explanation) -> tuple[Array, Array]:
    shape = of.grey.shape
    return of.of_guess.inputs.reshape(shape), of.of_other.inputs.reshape(shape)


# Pictures


def seen(of: Explanation) -> Image.Image:
    """The inputs as a grey picture: their smallest is black, their largest white."""
    low, high = of.inputs.min(), of.inputs.max()
    return Image.fromarray(((of.inputs - low) / (high - low or 1) * 255).astype(np.uint8))


WAYS = {
    "scale": "black −1, white 1",
    "standardize": "mean 0, deviation 1",
    "light_ink": "mean 0, deviation 1, ink light",
}


def words_of_inputs(of: Explanation, say: Words) -> list[str]:
    height, width = of.grey.shape
    cropped = ", cropped" if of.model.view.crop == "auto" else ""
    how = WAYS[of.model.preprocessing]
    low, high, mean = map(plain, (of.inputs.min(), of.inputs.max(), of.flat))
    return [
        say(f"{{height}}×{{width}} grey{cropped}; {how}", height=height, width=width),
        say("here {low} to {high}, mean {mean}", low=low, high=high, mean=mean),
    ]


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


# Words and bars


def plain(value: float, sign: str = "") -> str:
    """`1.20` or `−1.20`, with the `sign` + also `+1.20`; what is nothing but rounding is `0.00`."""
    shown = value if abs(value) >= 0.005 else 0.0
    return f"{shown:{sign if shown else ''}.2f}".replace("-", "−")


def signed(value: float) -> str:
    return plain(value, "+")


def scale(page: Page, limit: float, left: int, top: int) -> None:
    """What the colours mean."""
    canvas, say = page.canvas, page.say
    values = np.tile(np.linspace(-limit, limit, LARGE), (10, 1))
    canvas.image(in_colour(values, limit), (left, top), (LARGE, 10))
    canvas.box((left - 1, top - 1, left + LARGE, top + 10), outline=GREY)
    canvas.text(say("against  −{limit:.2g}", limit=limit), left, top + 24, "lm", FINE, AGAINST)
    canvas.text(say("+{limit:.2g}  for", limit=limit), left + LARGE, top + 24, "rm", FINE, FOR)
    canvas.text(say("a pixel, spread over its neighbours"), left, top + 24 + LINE, "lm", FINE, GREY)


def guesses(page: Page, left: int, top: int) -> None:
    """The most probable classes."""
    page.heading(page.say("guesses"), left, top)
    colours = {page.of.guess: FOR, page.of.other: AGAINST}
    rows = [
        Bar(short(name), share, f"{100 * share:.1f} %", colours.get(name, GREY))
        for name, share in page.of.top
    ]
    page.bars(rows, left, top + 14, 1.0)


def sum_of_parts(page: Page, left: int, top: int) -> None:
    """The difference of the two logits as a sum."""
    of, say, guess, other = page.of, page.say, short(page.of.guess), short(page.of.other)
    page.heading(say("logit of {guess} minus logit of {other}", guess=guess, other=other), left, top + 14)
    pixels = of.pixels
    parts = {
        say("pixels for {name}", name=guess): float(pixels[pixels > 0].sum()),
        say("pixels for {name}", name=other): float(pixels[pixels < 0].sum()),
        say("bias (a flat picture)"): of.bias,
        say("together"): of.difference,
    }
    rows = [
        Bar(name, abs(value), signed(value), FOR if value > 0 else AGAINST) for name, value in parts.items()
    ]
    page.bars(rows, left, top + 30, max(bar.length for bar in rows) or 1.0)


def units(page: Page, left: int, top: int) -> None:
    """The weights of the units that contribute most; without a hidden layer those of the classes."""
    of, say = page.of, page.say
    if of.model.hidden_size:
        text = (
            "{n} of {all:,} units of the first hidden layer, those that count most: what they contribute,"
            " what they look for"
        )
        words = say(text, n=len(of.units), all=of.model.hidden_size[0])
        tiles = [
            (
                unit.weights, unit.contribution, signed(unit.contribution),
                say("unit {number}", number=unit.number), f"y = {plain(unit.activity)}",
            )
            for unit in of.units
        ]  # fmt: skip
    else:
        words = say("no hidden layer: the weights of the classes themselves")
        rows = [of.model.weights[0][of.model.classes.index(name)] for name in (of.guess, of.other)]
        first, second = (row.astype(np.float64).reshape(of.grey.shape) for row in rows)
        guess, other = short(of.guess, 6), short(of.other, 6)
        tiles = [
            (first, 1.0, guess, "", ""), (second, -1.0, other, "", ""),
            (first - second, 0.0, f"{guess} - {other}", "", ""),
        ]  # fmt: skip
    page.heading(words, left, top, FINE)
    hint = say("light where light pixels raise it, dark where dark ones do")
    page.caption([hint] if tiles else [], left, top + SMALL + 3 * LINE, GREY)
    for weights, side, name, *lines in tiles:
        page.show(features(weights, of.grey), left, top, SMALL)
        page.caption([name], left, top + SMALL, FOR if side > 0 else AGAINST if side < 0 else BLACK)
        page.caption([line for line in lines if line], left, top + SMALL + LINE)
        left += SMALL + 14


def features(weights: Array, grey: NDArray[np.uint8]) -> Image.Image:
    """Weights in grey, 0 in the middle, with the letter's outline."""
    values = smooth(weights.astype(np.float64))
    size = fitting(values.shape[1], values.shape[0], SMALL)
    levels = np.clip(127.5 * (1 + values / strongest([values])), 0, 255).astype(np.uint8)
    picture = Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC).convert("RGB")
    picture.paste(ORANGE, mask=outline(grey, size))
    return picture


def neighbours(page: Page, top: int) -> None:
    """The nearest training letters with their labels, where they are at hand."""
    of, canvas, left = page.of, page.canvas, MARGIN
    if of.neighbours is None:
        return
    where = "in the last hidden layer" if of.model.hidden_size else "by their pixels"
    page.heading(page.say(f"the training letters most like it ({where})"), left, top)
    for neighbour in of.neighbours:
        page.show(Image.fromarray(neighbour.grey), left, top, SMALL)
        colour = {of.guess: FOR, of.other: AGAINST}.get(neighbour.label, BLACK)
        canvas.text(short(neighbour.label), left + SMALL / 2, top + SMALL + 16, "mm", TEXT, colour)
        canvas.text(short(neighbour.name, 16, end=True), left + SMALL / 2, top + SMALL + 38, "mm", FINE, GREY)
        left += SMALL + 30
