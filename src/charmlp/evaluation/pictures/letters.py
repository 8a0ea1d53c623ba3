"""Letters themselves: samples of a data set, and how a model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLACK, GREY, RED
from charmlp.drawing.sheet import Block, draw_sheet, plain
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.letters.letterset import LetterSet
from charmlp.text import short

Array = NDArray[Any]

SAMPLES, MISREAD = 48, 96  # letters that are drawn, at most
MOST_OF_A_SET = 128


def readings(letters: LetterSet, guesses: Array, sure: Array, about: About = NOTHING) -> Canvas:
    """Letters spread over the set as the model reads them; those that it misreads, the surest first.

    guesses  numbers of classes, N; `sure`: the probability of each, N
    """
    say, chosen = about.say, letters.spread(SAMPLES)
    wrong = np.flatnonzero(guesses != letters.labels)
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:MISREAD]

    def words(number: int) -> str:
        pair = dict.fromkeys((int(letters.labels[number]), int(guesses[number])))
        return " → ".join(short(letters.classes[name], 6) for name in pair)

    title = say("{n:,} of {all:,} images: label → prediction", n=len(chosen), all=len(letters))
    is_wrong = guesses != letters.labels
    read = [[(words(number), RED if is_wrong[number] else BLACK)] for number in chosen]
    blocks = [Block(title, letters.images[chosen], read)]
    if len(worst):
        title = say("misread, the surest first: {n:,} of {all:,}", n=len(worst), all=len(wrong))
        read = [[(words(number), RED), (percent(sure[number]), GREY)] for number in worst]
        blocks.append(Block(title, letters.images[worst], read))
    return about.finish(draw_sheet(blocks))


def percent(probability: float) -> str:
    """A probability for a few characters of room; never more certain than it is.

    >>> percent(0.9996), percent(0.5), percent(1.0)
    ('99.9 %', '50 %', '100 %')
    """
    if 0.99 < probability < 1:
        return f"{int(1000 * probability) / 10:.1f} %"
    return f"{100 * probability:.0f} %"


def contact_sheet(sets: Sequence[tuple[str, LetterSet]], about: About = NOTHING) -> Canvas:
    """Sample letters with their labels, a block of rows for each named set."""
    return about.finish(draw_sheet([sample(title, letters) for title, letters in sets]))


def sample(title: str, letters: LetterSet) -> Block:
    names = [short(letters.classes[label], 12) for label in letters.labels[:MOST_OF_A_SET]]
    return Block(title, letters.images[:MOST_OF_A_SET], plain(names))
