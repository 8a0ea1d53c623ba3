"""Drawing letters by the thousand: choose glyphs, plan each picture, paint all of them."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import DataError
from charmlp.letters.alphabets import small_letters
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Progress
from charmlp.rendering.fonts import Font, find_fonts, package_for, texts_drawn
from charmlp.rendering.glyphs import GlyphTable, choose, choose_neighbours, glyph_table
from charmlp.rendering.plans import Plans, Rows, make_plans
from charmlp.rendering.stamp import STAMP, facts_of_files
from charmlp.rendering.style import Style
from charmlp.rendering.textures import texture_bank
from charmlp.system.keeping import RENDERED
from charmlp.system.threads import blocks, each
from charmlp.text import printable

BATCH = 16_384  # letters planned at a time
PAINTED = 256  # and painted
KEPT_BYTES = 2**27  # of a larger set of letters nothing is kept for later runs


def forms(name: str, classes: Sequence[str]) -> tuple[str, ...]:
    """The texts that stand for a class: a capital's small letters too, any other class as it is written.

    >>> forms("A", ("A", "B")), forms("A", ("A", "a")), forms("7", ("7",))
    (('A', 'a'), ('A',), ('7',))
    """
    return (name, *(small for small in small_letters(name) if small not in classes))


def texts_of(classes: Sequence[str]) -> tuple[str, ...]:
    """Every text that the classes need, each once."""
    return tuple(dict.fromkeys(text for name in classes for text in forms(name, classes)))


def classes_drawn(fonts: Iterable[Font], classes: Sequence[str]) -> list[str]:
    """The classes of which the fonts together can draw a form."""
    drawn = {text for font in fonts for text in texts_drawn(font, texts_of(classes))}
    return [name for name in classes if drawn.intersection(forms(name, classes))]


def check_drawable(fonts: Sequence[Font], classes: Sequence[str]) -> None:
    """Raise DataError where no font can draw a class."""
    drawn = classes_drawn(fonts, classes)
    if missing := [name for name in classes if name not in drawn]:
        package = package_for(missing[0])
        remedy = f"pip install {package}, or give" if package else "give"
        raise DataError(
            f"no font can draw the class {printable(missing[0])}; {remedy} a folder of fonts that can"
        )


def render(
    count: int,
    *,
    classes: Sequence[str],
    norm_size: tuple[int, int],
    seed: int,
    fonts: Sequence[Font] | None = None,
    style: Style | None = None,
    progress: Progress | None = None,
    cache: bool = True,
) -> LetterSet:
    """`count` letters, every class as often as any other, in a random order.

    norm_size  height and width of the pictures
    seed       the same seed draws the same pixels, whatever the number of cores
    fonts      what to draw from; None is `find_fonts()`
    style      how they look; None is `Style()`
    progress   called with (letters done, letters in all) now and then
    cache      the letters, and what takes long on the way to them, are kept for later runs

    Raises DataError where no font can draw a class.
    """
    style = style or Style()
    texts = texts_of(classes)
    fonts = tuple(find_fonts(texts=texts, cache=cache) if fonts is None else fonts)
    check_drawable(fonts, classes)
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(count) % len(classes))

    def draw() -> bytes:
        table = glyph_table(fonts, texts, cache)
        return draw_letters(labels, classes, table, norm_size, fonts, style, generator, progress).tobytes()

    facts = (
        STAMP,
        fonts,
        facts_of_files(font.path for font in fonts),
        tuple(classes),
        count,
        norm_size,
        seed,
        style,
    )
    images = RENDERED.kept_or_made(
        "letters", facts, draw, cache and count * math.prod(norm_size) <= KEPT_BYTES
    )
    if progress is not None:
        progress(count, count)
    return LetterSet(
        images=np.frombuffer(images, np.uint8).reshape(count, *norm_size),
        labels=labels.astype(np.int64),
        classes=tuple(classes),
        names=tuple(f"rendered-{number}" for number in range(count)),
    )


def draw_letters(
    labels: Rows,
    classes: Sequence[str],
    table: GlyphTable,
    norm_size: tuple[int, int],
    fonts: Sequence[Font],
    style: Style,
    generator: np.random.Generator,
    progress: Progress | None,
) -> NDArray[np.uint8]:
    """A picture N×H×W for each label, in fonts and style chosen at random."""
    count = len(labels)
    family = np.unique([font.family for font in fonts], return_inverse=True)[1]
    chances = 1 / np.bincount(family)[family]  # of every family alike, and within a family of every face
    images = np.empty((count, *norm_size), np.uint8)
    for start in range(0, count, BATCH):
        batch = slice(start, min(start + BATCH, count))
        wanted = _texts(labels[batch], classes, table, style.capitals, generator)
        glyphs = choose(wanted, table, chances, generator)
        neighbours = (
            choose_neighbours(glyphs, table, generator),
            choose_neighbours(glyphs, table, generator),
        )
        plans = make_plans(glyphs, neighbours, table, style, generator)
        paint_all(plans, table, images[batch])
        if progress is not None and batch.stop < count:
            progress(batch.stop, count)
    return images


def paint_all(plans: Plans, table: GlyphTable, images: NDArray[np.uint8]) -> None:
    """Fill `images` with a picture for each plan, on all cores."""
    from charmlp.rendering.painting import paint  # compiled code, loaded when it is needed

    textures = texture_bank()
    each(lambda part: paint(plans[part], table.fields, textures, images[part]), blocks(len(plans), PAINTED))


def _texts(
    labels: Rows, classes: Sequence[str], table: GlyphTable, capitals: float, generator: np.random.Generator
) -> Rows:
    """Which text stands for each label, among those that some font can draw."""
    drawable = set(table.text.tolist())
    place = {text: number for number, text in enumerate(texts_of(classes))}
    texts = np.empty(len(labels), np.int64)
    for label, name in enumerate(classes):
        choices = [place[text] for text in forms(name, classes) if place[text] in drawable]
        small = len(choices) - 1  # one, or the two of Σ; where no font has the capital, it stands in for it
        chances = [capitals, *[(1 - capitals) / small] * small] if small else [1.0]
        wanted = np.flatnonzero(labels == label)
        texts[wanted] = generator.choice(choices, len(wanted), p=chances)
    return texts
