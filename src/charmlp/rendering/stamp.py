"""What rendered letters depend on beside what is asked for: the code, Pillow, the files of fonts."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import PIL
from PIL import features

_SOURCES = (*Path(__file__).parent.rglob("*.py"), Path(__file__).parents[1] / "images" / "pixels.py")
_CODE = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_SOURCES))).hexdigest()

STAMP = _CODE, PIL.__version__, features.version("freetype2"), np.__version__


def facts_of_files(paths: Iterable[str | Path]) -> list[tuple[str, int, int]]:
    """Path, size and time of change of each file."""
    found = {str(path): Path(path).stat() for path in dict.fromkeys(paths) if Path(path).is_file()}
    return [(path, status.st_size, status.st_mtime_ns) for path, status in found.items()]
