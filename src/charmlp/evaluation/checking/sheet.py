"""Contact sheets of a data set: some images of every class, and those whose labels look wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.drawing.canvas import MARGIN, Canvas
from charmlp.drawing.colours import BLACK, GREY, RED
from charmlp.drawing.fonts import SMALL, text_width, written
from charmlp.drawing.sheet import Block, draw_sheet
from charmlp.evaluation.checking.findings import Check
from charmlp.evaluation.checking.looking import together
from charmlp.text import short

SIDE, LARGE = 48, 104  # pixels of an image, and of one whose label looks wrong
GAP, FRAME, HEAD = 6, 4, 60
WIDE, WIDEST = 1600, 2400  # pixels of a sheet, of one column or of several
MOST_OF_A_CLASS = 24
LINES = 60  # classes in a column
COLUMNS, MOST_SUSPECTS = 12, 120
LONGEST = 14  # characters of a name


def classes_sheet(check: Check) -> Canvas:
    """Every class with its name, its number of images and some of them; suspects have a frame."""
    classes = check.source.classes
    letters = together(list(check.letters.values()))
    splits = [split for split, own in check.letters.items() for _ in range(len(own))]
    odd = {(each.letter.split, each.letter.file) for each in check.suspects}
    names = [short(name, LONGEST) for name in classes]
    counts = np.bincount(letters.labels, minlength=len(classes))
    label = max(map(text_width, names)) + text_width(f"{counts.max():,}", SMALL) + 5 * GAP
    columns = -(-len(classes) // LINES)
    room = ((WIDE if columns == 1 else WIDEST) - 2 * MARGIN) // columns - label
    shown = min(MOST_OF_A_CLASS, max(1, room // (SIDE + GAP)), max(1, counts.max()))
    lines, pitch = -(-len(classes) // columns), label + shown * (SIDE + GAP) + 4 * GAP
    canvas = Canvas(2 * MARGIN + columns * pitch - 4 * GAP, HEAD + lines * (SIDE + GAP) + GAP)
    canvas.title(written(check.source.describe()))
    for number, name in enumerate(names):
        column, line = divmod(number, lines)
        left, top = MARGIN + column * pitch, HEAD + line * (SIDE + GAP)
        canvas.text(name, left, top + SIDE / 2, "lm")
        canvas.text(f"{counts[number]:,}", left + label - 2 * GAP, top + SIDE / 2, "rm", SMALL, GREY)
        own = np.flatnonzero(letters.labels == number)
        some = own[np.unique(np.linspace(0, len(own) - 1, min(shown, len(own))).astype(int))]
        for place, at in enumerate(some):
            x = left + label + place * (SIDE + GAP)
            if (splits[at], letters.names[at]) in odd:
                canvas.box((x - FRAME, top - FRAME, x + SIDE + FRAME - 1, top + SIDE + FRAME - 1), fill=RED)
            canvas.image(enlarged(letters.images[at], SIDE), (x, top), (SIDE, SIDE))
    canvas.notes(
        [written("In a frame: the label looks wrong, or the letter is hard to read.")] if odd else []
    )
    return canvas


def suspects_sheet(check: Check) -> Canvas:
    """The labels that look wrong, the most suspicious first: label → what it is read as, and the file."""
    suspects = check.suspects[:MOST_SUSPECTS]
    images = {
        (split, name): image
        for split, own in check.letters.items()
        for name, image in zip(own.names, own.images, strict=True)
    }
    words = [
        (
            (f"{short(each.letter.label, 8)} → {short(each.guess, 8)} ({each.probability:.0%})", BLACK),
            (short(each.letter.file, 24, end=True), GREY),
        )
        for each in suspects
    ]
    pictures = [enlarged(images[each.letter.split, each.letter.file], LARGE) for each in suspects]
    more = f", {len(suspects)} of them here" if len(suspects) < len(check.suspects) else ""
    title = f"{len(check.suspects):,} labels that look wrong{more}: label → read as (how sure)"
    return draw_sheet([Block(written(title), np.stack(pictures), words)], min(COLUMNS, len(suspects)), LARGE)


def enlarged(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A grey image as a smooth square of so many pixels."""
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))


def save_sheets(check: Check, path: Path) -> list[Path]:
    """Write the sheet of all classes to `path` and, where there are any, that of the suspects beside it."""
    written = [classes_sheet(check).save(path)]
    if check.suspects:
        written.append(suspects_sheet(check).save(path.with_name(f"{path.stem}-suspects{path.suffix}")))
    return written
