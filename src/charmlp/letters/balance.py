"""What the numbers of images by class leave to be desired, one remark each."""

from collections.abc import Iterator
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.text import SHOWN, quote, some

MANY_TIMES = 20  # the smallest class: from there on the largest is worth a line


class Remark(NamedTuple):
    """Something that a user should know about a data set.

    names   the classes or files that it is about
    advice  what to do
    fatal   whether training fails of it
    key     under which the names stand by themselves where everything is told (`charmlp check`)
    """

    words: str
    names: tuple[str, ...] = ()
    advice: str = ""
    fatal: bool = False
    key: str = ""

    def line(self, most: int = SHOWN) -> str:
        """One line with at most so many of the names.

        >>> Remark("blank", ("a.png", "b.png"), "remove them").line(1)
        'blank: "a.png" and 1 more; remove them'
        """
        names = f": {some(self.names, most)}" if self.names and most else ""
        return f"{self.words}{names}{self.advice and '; '}{self.advice}"


def notes_on_balance(
    training: LetterSet, validation: LetterSet | None, rendered: LetterSet | None = None
) -> Iterator[str]:
    """Single classes, single images, classes that validation lacks, and very different sizes.

    Raises DataError where there is nothing to tell apart: images of one class, and none rendered.
    """
    for remark in remarks_on_balance(training, {"validation": validation} if validation else {}, rendered):
        if remark.fatal:
            raise DataError(remark.line())
        yield remark.line()


def remarks_on_balance(
    training: LetterSet, others: dict[str, LetterSet], rendered: LetterSet | None = None
) -> Iterator[Remark]:
    """The same as remarks; `others` are the sets beside that for training, by the word for people."""
    counts, names = _counts(training), training.classes
    there = counts > 0
    if there.sum() == 1:
        one = "all training images are of one class, " + some(_chosen(names, there))
        if rendered is None:
            yield Remark(one, advice="at least two are needed", fatal=True)
        else:
            yield Remark(one, advice="the others are learned from rendered letters alone")
        return
    if (counts == 1).any():
        yield Remark("a single training image each", _chosen(names, counts == 1), "more of them are needed")
    for what, letters in others.items():
        if (lacking := there & (_counts(letters) == 0)).any():
            yield Remark(f"no {what} images, so that accuracy does not count them", _chosen(names, lacking))
    most, fewest = int(counts.argmax()), int(np.where(there, counts, counts.max()).argmin())
    if counts[most] >= MANY_TIMES * counts[fewest]:
        yield Remark(
            f"classes of very different sizes: {counts[most]:,} training images of {quote(names[most])},"
            f" {counts[fewest]:,} of {quote(names[fewest])}",
            advice="--sampling balanced shows rare ones more often",
        )


def _counts(letters: LetterSet) -> NDArray[np.int64]:
    return np.bincount(letters.labels, minlength=len(letters.classes))


def _chosen(names: tuple[str, ...], chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(compress(names, chosen))
