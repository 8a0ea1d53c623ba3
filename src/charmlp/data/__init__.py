"""Data: from whatever the user has to one packed array of grey letters.

    files ──open_source──▶ Source (names, labels, classes; checked, not decoded) ──load──▶ LetterSet

`layouts.py` recognises what lies there, `lists.py`, `tables.py`, `folders.py` and `idx.py` read it,
`labels.py` and `splits.py` hold the two rules, `pack.py` decodes.
"""

from charmlp.data.labels import LETTERS
from charmlp.data.layouts import open_source
from charmlp.data.letterset import LetterSet
from charmlp.data.source import Source
from charmlp.data.splits import SPLITS

__all__ = ["LETTERS", "SPLITS", "LetterSet", "Source", "open_source"]
