"""`--show`: pictures in the system's own viewer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image


def show(paths: Sequence[Path]) -> None:
    """Open each picture in a window; the program goes on."""
    for path in paths:
        with Image.open(path) as picture:
            picture.show(title=path.name)
