"""Which families are handwriting, and from which of them a style of writing is drawn.

    print   signs, shop fronts, books: every family but the handwriting, and the few hands that signs are
            written in
    hand    handwriting
    all     both

A font package says what its family is in the `metadata.json` beside its folder of files; a font of the
machine or of a folder says nothing, and is print.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

# Handwriting that signs and shop fronts use as well.
_ON_SIGNS = {"caveat", "dancing-script", "kalam", "pacifico", "permanent-marker", "satisfy", "yellowtail"}


def is_handwriting(file: str | Path) -> bool:
    """Whether a font file is of a family of handwriting."""
    return "HANDWRITING" in _facts_of_package(Path(file)).get("category", ())


def drawn_in(file: str | Path, writing: str) -> bool:
    """Whether a style of writing, one of `config.STYLES`, draws from a font file."""
    if writing == "all":
        return True
    if writing == "hand":
        return is_handwriting(file)
    return not is_handwriting(file) or _facts_of_package(Path(file)).get("slug") in _ON_SIGNS


@lru_cache(maxsize=1024)
def _facts_of_package(file: Path) -> dict[str, Any]:
    """What the package of a file says about its family; nothing for a file that is in none."""
    metadata = file.parent.parent / "metadata.json"
    try:
        facts = json.loads(metadata.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
