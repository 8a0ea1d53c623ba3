"""Decoded images, kept for later runs: a file holds the packed images of one list at one size.

What they were made from, which gives the file its name (`charmlp.system.keeping`), is every path, size and
time of change, the size of the result, what of a picture is seen, and the versions of the preprocessing and
of Pillow.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charmlp.config import View
from charmlp.data.decoding import Decoded
from charmlp.system.keeping import IMAGES

VERSION = 3  # of the preprocessing in charmlp.images, up to grey pixels


@dataclass(frozen=True)
class ImageCache:
    """Finds and keeps the images of lists.

    archive  from which the files in the folder `unpacked`, which lie there for this run only, were taken
    """

    archive: Path | None = None
    unpacked: Path = Path()

    def get(
        self, paths: Sequence[Path], norm_size: tuple[int, int], view: View, decode: Callable[[], Decoded]
    ) -> Decoded:
        """The images N×H×W from an earlier run, or from `decode`, and then kept for the next one.

        They are kept only if all could be read: a damaged one must be met again until it is repaired.
        """
        file, shape = self._file(paths, norm_size, view), (len(paths), *norm_size)
        if file and (content := IMAGES.find(file)) is not None:
            return Decoded(np.frombuffer(content, np.uint8).reshape(shape), np.arange(len(paths)))
        decoded = decode()
        if file and not decoded.unreadable and self._file(paths, norm_size, view) == file:
            IMAGES.keep(file, np.ascontiguousarray(decoded.images).data)  # nothing changed while it was read
        return decoded

    def _file(self, paths: Sequence[Path], norm_size: tuple[int, int], view: View) -> Path | None:
        """The file for these images; `None` where one of them cannot be looked at."""
        from PIL import __version__ as pillow

        try:
            found = [(self._place(path), path.stat()) for path in paths]
        except (OSError, ValueError):
            return None
        files = [(place, status.st_size, status.st_mtime_ns) for place, status in found]
        return IMAGES.file("images", (VERSION, pillow, norm_size, view, files))

    def _place(self, path: Path) -> str:
        place = os.path.abspath(path)  # noqa: PTH100  # resolve() asks the disk for each folder
        if self.archive and place.startswith(str(self.unpacked)):
            return os.path.abspath(self.archive) + place.removeprefix(str(self.unpacked))  # noqa: PTH100
        return place
