"""What the page needs for a small net by hand: its steps, the doctor's formula library and sentences."""

from __future__ import annotations

import functools
from typing import Any

from charmlp.exporting.page.library import library
from charmlp.exporting.page.sentences import Sentences
from charmlp.exporting.page.worked import worked


@functools.cache
def lesson() -> dict[str, Any]:
    """All of it, as plain lists and strings; the same for every model."""
    sentences = Sentences()
    return {**library(sentences), "worked": worked(sentences), **sentences.packed()}
