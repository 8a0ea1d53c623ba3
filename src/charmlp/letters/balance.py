"""What the numbers of images by class leave to be desired, one line each."""

from collections.abc import Iterator
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.text import quote, some

MANY_TIMES = 20  # the smallest class: from there on the largest is worth a line


def notes_on_balance(
    training: LetterSet, validation: LetterSet | None, rendered: LetterSet | None = None
) -> Iterator[str]:
    """Single classes, single images, classes that validation lacks, and very different sizes.

    Raises DataError where there is nothing to tell apart: images of one class, and none rendered.
    """
    counts, names = _counts(training), training.classes
    there = counts > 0
    if there.sum() == 1:
        one = f"all training images are of one class, {_named(names, there)}"
        if rendered is None:
            raise DataError(f"{one}; at least two are needed")
        yield f"{one}; the others are learned from rendered letters alone"
        return
    if (counts == 1).any():
        yield f"a single training image each: {_named(names, counts == 1)}; more of them are needed"
    if validation is not None and (lacking := there & (_counts(validation) == 0)).any():
        yield f"no validation images, so that accuracy does not count them: {_named(names, lacking)}"
    most, fewest = int(counts.argmax()), int(np.where(there, counts, counts.max()).argmin())
    if counts[most] >= MANY_TIMES * counts[fewest]:
        yield (
            f"classes of very different sizes: {counts[most]:,} training images of {quote(names[most])},"
            f" {counts[fewest]:,} of {quote(names[fewest])}; --sampling balanced shows rare ones more often"
        )


def _counts(letters: LetterSet) -> NDArray[np.int64]:
    return np.bincount(letters.labels, minlength=len(letters.classes))


def _named(names: tuple[str, ...], chosen: NDArray[np.bool_]) -> str:
    return some(list(compress(names, chosen)))
