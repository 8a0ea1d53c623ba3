"""Data: from whatever the user has to one packed array of grey letters.

    files ──open_source──▶ Source (names, labels, classes; checked, not decoded) ──load──▶ LetterSet

`layouts.py` and `listlayouts.py` recognise what lies there and `readers/` read it; `labels.py` makes classes
of labels; `decoding.py` reads the pictures, which `cache.py` stores; `augment.py` changes them in training.
"""

from charmlp.data.labels import LETTERS
from charmlp.data.layouts import open_source
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS

__all__ = ["LETTERS", "SPLITS", "LetterSet", "Source", "open_source"]
