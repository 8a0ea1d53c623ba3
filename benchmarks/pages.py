"""Measured tables go into documentation pages between two markers, so that nobody copies figures by hand."""

from __future__ import annotations

import re
from pathlib import Path


def write_block(page: Path, program: str, block: str) -> None:
    """Put `block` between `<!-- program -->` and `<!-- end -->`; anything else on the page stays."""
    text = page.read_text("utf-8")
    pattern = rf"(<!-- {re.escape(program)} -->\n).*?(<!-- end -->)"
    if not re.search(pattern, text, re.S):
        raise SystemExit(f"{page}: no markers <!-- {program} --> … <!-- end -->")
    page.write_text(re.sub(pattern, lambda found: found[1] + block + found[2], text, flags=re.S), "utf-8")
