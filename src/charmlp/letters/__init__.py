"""Letters in memory, whatever they came from: one packed array with labels, and what can become one."""

from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS

__all__ = ["SPLITS", "LetterSet", "Source"]
