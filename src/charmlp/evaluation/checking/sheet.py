"""Contact sheets of a data set: some images of every class, and those whose labels look wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.canvas import BLACK, GREY, ORANGE, SMALL, Canvas, text_width
from charmlp.evaluation.checking.findings import Check
from charmlp.evaluation.checking.looking import together
from charmlp.text import short

SIDE = 48  # pixels of an image
GAP, MARGIN, HEAD = 4, 24, 44
WIDE, WIDEST = 1600, 2400  # pixels of a sheet, of one column or of several
MOST_OF_A_CLASS = 24
LINES = 60  # classes in a column
MOST_SUSPECTS = 120
LONGEST = 14  # characters of a name


def classes_sheet(check: Check) -> Canvas:
    """Every class with its name, its number of images and some of them; suspects have an orange frame."""
    classes = check.source.classes
    letters = together(list(check.letters.values()))
    splits = [split for split, own in check.letters.items() for _ in range(len(own))]
    odd = {(each.letter.split, each.letter.file) for each in check.suspects}
    names = [short(name, LONGEST) for name in classes]
    largest = np.bincount(letters.labels, minlength=1).max()
    label = max(text_width(f"{name}  {largest:,}") for name in names) + 3 * GAP
    blocks = -(-len(classes) // LINES)
    shown = ((WIDE if blocks == 1 else WIDEST) - 2 * MARGIN) // blocks - label
    shown = min(MOST_OF_A_CLASS, max(1, shown // (SIDE + GAP)))
    lines = -(-len(classes) // blocks)
    width = label + shown * (SIDE + GAP) + (4 * GAP if blocks > 1 else 0)
    title = check.source.describe()
    inside = max(blocks * width, text_width(title))
    canvas = Canvas(inside + 2 * MARGIN, HEAD + lines * (SIDE + GAP) + 2 * MARGIN)
    canvas.text(title, MARGIN, HEAD / 2 + GAP, "lm")
    for number, name in enumerate(names):
        block, line = divmod(number, lines)
        left, top = MARGIN + block * width, HEAD + GAP + line * (SIDE + GAP)
        own = np.flatnonzero(letters.labels == number)
        canvas.text(name, left, top + SIDE / 2, "lm")
        canvas.text(f"{len(own):,}", left + label - 2 * GAP, top + SIDE / 2, "rm", SMALL, GREY)
        some = own[np.unique(np.linspace(0, len(own) - 1, min(shown, len(own))).astype(int))]
        for place, at in enumerate(some):
            marked = (splits[at], letters.names[at]) in odd
            picture(canvas, letters.images[at], left + label + place * (SIDE + GAP), top, marked=marked)
    if odd:
        words = "orange frame: the label looks wrong"
        canvas.text(words, MARGIN, canvas.picture.height - MARGIN, "lm", SMALL, GREY)
    return canvas


def suspects_sheet(check: Check) -> Canvas:
    """The labels that look wrong, the most suspicious first: label → what it is read as, and the file."""
    suspects = check.suspects[:MOST_SUSPECTS]
    where = {
        (split, name): image
        for split, own in check.letters.items()
        for name, image in zip(own.names, own.images, strict=True)
    }
    side, wide = 2 * SIDE, 2 * SIDE + 74
    columns = max(1, min(len(suspects), (WIDE - 2 * MARGIN) // wide))
    lines, tall = -(-len(suspects) // columns), side + 50
    more = f", {len(suspects)} of them here" if len(suspects) < len(check.suspects) else ""
    title = f"{len(check.suspects):,} labels that look wrong{more}: label → read as (how sure)"
    canvas = Canvas(2 * MARGIN + max(columns * wide, text_width(title)), HEAD + lines * tall + MARGIN)
    canvas.text(title, MARGIN, HEAD / 2 + GAP, "lm")
    for place, each in enumerate(suspects):
        left, top = MARGIN + place % columns * wide, HEAD + GAP + place // columns * tall
        picture(canvas, where[each.letter.split, each.letter.file], left, top, side)
        words = f"{short(each.letter.label, 6)} → {short(each.guess, 6)} ({each.probability:.0%})"
        canvas.text(words, left, top + side + 12, "lm", SMALL, BLACK)
        canvas.text(short(each.letter.file, 16, end=True), left, top + side + 30, "lm", SMALL, GREY)
    return canvas


def picture(
    canvas: Canvas, image: NDArray[np.uint8], left: int, top: int, side: int = SIDE, *, marked: bool = False
) -> None:
    """A grey image as a square of so many pixels, with a frame where it is marked."""
    scaled = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    canvas.picture.paste(scaled.convert("RGB"), (left, top))
    if marked:
        canvas.pen.rectangle((left - 1, top - 1, left + side, top + side), outline=ORANGE, width=3)


def save_sheets(check: Check, path: Path) -> list[Path]:
    """Write the sheet of all classes to `path` and, where there are any, that of the suspects beside it."""
    written = [classes_sheet(check).save(path)]
    if check.suspects:
        written.append(suspects_sheet(check).save(path.with_name(f"{path.stem}-suspects{path.suffix}")))
    return written
