"""Pictures that a model was not made for: how many look like nothing that it was trained with."""

from __future__ import annotations

import math

from charmlp.calculus.familiarity import Familiarity

LEAST_TOGETHER = 30  # pictures that can be judged together
TENTH = 0.1  # of the letters held out in training are beyond `tenth`
CERTAIN = 4  # standard deviations beyond what chance makes of a tenth


class Strangers:
    """Counts them, picture by picture.

    count      pictures seen
    odd        those beyond the limit: each looks like nothing that the model was trained with
    stranger   those beyond what nine tenths of the letters held out in training stay below
    strangest  strangeness and name of the strangest one
    """

    def __init__(self, known: Familiarity) -> None:
        self.known = known
        self.count = self.odd = self.stranger = 0
        self.strangest = (-math.inf, "")

    def add(self, name: str, strangeness: float) -> None:
        """One more picture, by its name for messages."""
        self.count += 1
        self.odd += strangeness > self.known.limit
        self.stranger += strangeness > self.known.tenth
        if strangeness > self.strangest[0]:
            self.strangest = strangeness, name

    @property
    def are_other(self) -> bool:
        """Whether, taken together, they are of another kind than the letters of training.

        More than a fifth are stranger than nine tenths of those, which is more than chance makes of a tenth.
        """
        mean, variance = TENTH * self.count, TENTH * (1 - TENTH) * self.count
        by_chance = mean + CERTAIN * math.sqrt(variance)
        return self.count >= LEAST_TOGETHER and self.stranger > max(2 * mean, by_chance)

    def line(self) -> str | None:
        """What to say of them, if anything."""
        name = self.strangest[1]
        if self.are_other:
            return (
                f"{self.stranger:,} of {self.count:,} images are stranger to the model than nine tenths of"
                " the letters that training held out: together they are unlike what it was trained with, and"
                f" many may be misread; the strangest is {name}"
            )
        if not self.odd:
            return None
        if self.count == 1:
            return f"{name}: like nothing that the model was trained with; do not trust what is read there"
        return (
            f"{self.odd:,} of {self.count:,} images are like nothing that the model was trained with (of"
            f" letters of its kind 1 in 100 is), the strangest {name}; do not trust what is read there"
        )
