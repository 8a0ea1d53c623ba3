"""Drawing letters by the thousand: choose glyphs, plan each picture, paint all of them."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import DataError
from charmlp.letters.alphabets import cases_apart, small_letters
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Progress
from charmlp.rendering.fonts import Font, find_fonts, package_for
from charmlp.rendering.glyphs import GlyphTable, Rows, choose_neighbours
from charmlp.rendering.kinds import Kind, choose_kinds, drawn_by, kinds_of
from charmlp.rendering.plans import Plans, make_plans
from charmlp.rendering.stamp import STAMP, facts_of_files
from charmlp.rendering.strokes import StrokeSet, stroke_sets
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


def classes_drawn(faces: Iterable[Font | StrokeSet], classes: Sequence[str]) -> list[str]:
    """The classes of which the faces together can draw a form."""
    drawn = {text for face in faces for text in drawn_by(face, texts_of(classes))}
    return [name for name in classes if drawn.intersection(forms(name, classes))]


def check_drawable(faces: Sequence[Font | StrokeSet], classes: Sequence[str]) -> None:
    """Raise DataError where no font, and no stroke set, can draw a class."""
    drawn = classes_drawn(faces, classes)
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
    strokes: Sequence[StrokeSet] | None = None,
    style: str | Style = "print",
    progress: Progress | None = None,
    cache: bool = True,
) -> LetterSet:
    """`count` letters, every class as often as any other, in a random order.

    norm_size  height and width of the pictures
    seed       the same seed draws the same pixels, whatever the number of cores
    fonts      what to draw from; None is `find_fonts()`, for the style
    strokes    what to write with; None is every set that can, where the style is written and no font given
    style      print, hand or all; or a look of one's own, in which all faces are drawn
    progress   called with (letters done, letters in all) now and then
    cache      the letters, and what takes long on the way to them, are kept for later runs

    Raises DataError where no font can draw a class.
    """
    texts = texts_of(classes)
    if strokes is None:
        strokes = sets_that_write(style, texts) if fonts is None else ()
    if fonts is None:
        writing = style if isinstance(style, str) else "print"
        fonts = find_fonts(None, False, texts, cache, writing, cases_apart(classes))
    kinds = kinds_of(style, fonts, strokes)
    check_drawable([face for kind in kinds for face in kind.faces], classes)
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(count) % len(classes))

    def draw() -> bytes:
        return draw_letters(labels, classes, kinds, norm_size, generator, progress, cache).tobytes()

    files = facts_of_files(face.path for kind in kinds for face in kind.faces)
    facts = STAMP, kinds, files, tuple(classes), count, norm_size, seed
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


def sets_that_write(style: str | Style, texts: Sequence[str]) -> list[StrokeSet]:
    """The stroke sets that write any of the texts in a style: none in print."""
    return [face for face in stroke_sets() if style in ("hand", "all") and drawn_by(face, tuple(texts))]


def draw_letters(
    labels: Rows,
    classes: Sequence[str],
    kinds: Sequence[Kind],
    norm_size: tuple[int, int],
    generator: np.random.Generator,
    progress: Progress | None,
    cache: bool,
) -> NDArray[np.uint8]:
    """A picture N×H×W for each label, of a kind and face chosen at random."""
    count, texts = len(labels), texts_of(classes)
    images = np.empty((count, *norm_size), np.uint8)
    for start in range(0, count, BATCH):
        batch = slice(start, min(start + BATCH, count))
        wanted = _texts(labels[batch], classes, kinds, generator)
        chosen = choose_kinds(kinds, texts, wanted, generator)
        for number, kind in enumerate(kinds):
            rows = np.flatnonzero(chosen == number)
            images[start + rows] = draw_kind(kind, texts, wanted[rows], norm_size, generator, cache)
        if progress is not None and batch.stop < count:
            progress(batch.stop, count)
    return images


def draw_kind(
    kind: Kind,
    texts: tuple[str, ...],
    wanted: Rows,
    norm_size: tuple[int, int],
    generator: np.random.Generator,
    cache: bool,
) -> NDArray[np.uint8]:
    """A picture for each wanted text, numbers of `texts`."""
    table, glyphs = kind.glyphs(texts, wanted, generator, cache)
    neighbours = choose_neighbours(glyphs, table, generator), choose_neighbours(glyphs, table, generator)
    plans = make_plans(glyphs, neighbours, table, kind.style, generator)
    images = np.empty((len(wanted), *norm_size), np.uint8)
    paint_all(plans, table, images)
    return images


def paint_all(plans: Plans, table: GlyphTable, images: NDArray[np.uint8]) -> None:
    """Fill `images` with a picture for each plan, on all cores."""
    from charmlp.rendering.painting import paint  # compiled code, loaded when it is needed

    textures = texture_bank()
    each(lambda part: paint(plans[part], table.fields, textures, images[part]), blocks(len(plans), PAINTED))


def _texts(
    labels: Rows, classes: Sequence[str], kinds: Sequence[Kind], generator: np.random.Generator
) -> Rows:
    """Which text stands for each label, among those that some face can draw."""
    every = texts_of(classes)
    place = {text: number for number, text in enumerate(every)}
    drawable = np.any([kind.draws(every) for kind in kinds], axis=0)
    capitals = kinds[0].style.capitals
    texts = np.empty(len(labels), np.int64)
    for label, name in enumerate(classes):
        choices = [place[text] for text in forms(name, classes) if drawable[place[text]]]
        small = len(choices) - 1  # one, or the two of Σ; where no font has the capital, it stands in for it
        chances = [capitals, *[(1 - capitals) / small] * small] if small else [1.0]
        wanted = np.flatnonzero(labels == label)
        texts[wanted] = generator.choice(choices, len(wanted), p=chances)
    return texts
