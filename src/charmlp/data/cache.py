"""Decoded images, kept for later runs: a file holds the packed images of one list at one size.

What they were made from, which gives the file its name (`charmlp.system.keeping`), is every path, size and
time of change, the size of the result, what of a picture is seen, and the versions of the preprocessing and
of Pillow.
"""

import hashlib
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charmlp.config import View
from charmlp.data.decoding import Decoded
from charmlp.system.keeping import IMAGES

VERSION = 3  # of the preprocessing in charmlp.images, up to grey pixels


def versions() -> tuple[int, str]:
    """Of all that pixels depend on beside their files."""
    from PIL import __version__ as pillow

    return VERSION, pillow


@dataclass(frozen=True)
class Files:
    """Knows files again that have not changed.

    archive  from which the files in the folder `unpacked`, which lie there for this run only, were taken
    """

    archive: Path | None = None
    unpacked: Path = Path()

    def fingerprint(self, paths: Iterable[str]) -> str | None:
        """A hash over every path, size and time of change; `None` where one of them cannot be looked at."""
        digest = hashlib.sha256()
        try:
            for path in paths:
                status = os.stat(path)  # noqa: PTH116  # a million Paths are slow
                facts = f"{self._place(path)}\0{status.st_size}\0{status.st_mtime_ns}\0"
                digest.update(facts.encode("utf-8", "surrogatepass"))
        except (OSError, ValueError):
            return None
        return digest.hexdigest()

    def _place(self, path: str) -> str:
        if self.archive and path.startswith(str(self.unpacked)):
            return os.path.abspath(self.archive) + path.removeprefix(str(self.unpacked))  # noqa: PTH100
        return path if os.path.isabs(path) else os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH117, PTH118


def kept_or_decoded(
    fingerprint: Callable[[], str | None],
    count: int,
    norm_size: tuple[int, int],
    view: View,
    decode: Callable[[], Decoded],
) -> Decoded:
    """The images N×H×W from an earlier run, or from `decode`, and then kept for the next one.

    They are kept only if all could be read: a damaged one must be met again until it is repaired. More than
    is ever kept is not looked for.
    """
    if count * math.prod(norm_size) > IMAGES.most_bytes:
        return decode()
    before = fingerprint()
    file = IMAGES.file("images", (*versions(), norm_size, view, before))
    if before and (content := IMAGES.find(file)) is not None:
        images = np.frombuffer(content, np.uint8).reshape((count, *norm_size))
        return Decoded(np.arange(count), images=images)
    decoded = decode()
    if before and not decoded.unreadable and fingerprint() == before:  # nothing changed while it was read
        IMAGES.keep(file, np.ascontiguousarray(decoded.images).data)
    return decoded
