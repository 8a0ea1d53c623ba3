"""Decoded images, stored in the user's cache folder and shared by all runs.

A file holds the packed images of one list at one size: their bytes, then a checksum. Its name is a hash of
what they were made from: every path, size and time of change, the size of the result, what of a picture is
seen, and the versions of the preprocessing and of Pillow. So a file never gets old: where anything changed,
another name is looked for.
"""

import contextlib
import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp.config import View
from charmlp.data.decoding import Decoded
from charmlp.system.files import cache_folder

VERSION = 2  # of the preprocessing in charmlp.images, up to grey pixels, and of this file's form
MOST_BYTES = 2 * 2**30  # the oldest files go when there is more
SUFFIX = ".pixels"
_CHECKSUM = 4  # bytes
# The second is being written, or was when it was killed.
_OWN = re.compile(r"[0-9a-f]{40}(\.pixels|\w+\.part)")


class ImageCache:
    """Finds and stores the images of one list."""

    def __init__(self, folder: Path | None = None, most_bytes: int = MOST_BYTES) -> None:
        self.folder = cache_folder() / "images" if folder is None else folder
        self.most_bytes = most_bytes

    def get(
        self, paths: Sequence[Path], norm_size: tuple[int, int], view: View, decode: Callable[[], Decoded]
    ) -> Decoded:
        """The images N×H×W from the cache, or from `decode`, and then stored for the next run.

        They are stored only if all could be read: a damaged one must be met again until it is repaired.
        """
        file = self.file(paths, norm_size, view)
        if file and (images := self.find(file, (len(paths), *norm_size))) is not None:
            return Decoded(images, np.arange(len(paths)))
        decoded = decode()
        if file is not None and not decoded.unreadable and self.file(paths, norm_size, view) == file:
            self.store(file, decoded.images)  # nothing changed while it was read
        return decoded

    def file(self, paths: Sequence[Path], norm_size: tuple[int, int], view: View) -> Path | None:
        """The file for these images; `None` where one of them cannot be looked at."""
        from PIL import __version__ as pillow

        digest = hashlib.sha256(repr((VERSION, pillow, norm_size, view, len(paths))).encode())
        try:
            for path in paths:
                found = path.stat()
                place = os.fsencode(os.path.abspath(path))  # noqa: PTH100  # resolve() asks the disk for each folder
                digest.update(b"%b\0%d %d\n" % (place, found.st_size, found.st_mtime_ns))
        except (OSError, ValueError):
            return None
        return self.folder / (digest.hexdigest()[:40] + SUFFIX)

    def find(self, file: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8] | None:
        """The images; `None` where there is no such file, or a damaged one.

        They are read, not mapped into memory: a mapped file that somebody cuts ends the process.
        """
        count = int(np.prod(shape))
        try:
            if file.stat().st_size != count + _CHECKSUM:
                return None
            content = np.fromfile(file, np.uint8)
            images = content[:count]
            if checksum(images) != content[count:].tobytes():
                return None
            os.utime(file)  # used just now: the last to be removed
        except (OSError, ValueError):
            return None
        return images.reshape(shape)

    def store(self, file: Path, images: NDArray[np.uint8]) -> None:
        """Write the images, whole or not at all; where that fails, they are decoded again next time."""
        if images.nbytes > self.most_bytes:
            return
        with contextlib.suppress(OSError), contextlib.ExitStack() as afterwards:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(".part", file.stem, self.folder)
            afterwards.callback(Path(name).unlink, missing_ok=True)
            with os.fdopen(handle, "wb") as stream:
                stream.write(np.ascontiguousarray(images).data)
                stream.write(checksum(images))
            Path(name).replace(file)  # another run that decodes the same images writes the same file
            self.remove_oldest(file)

    def remove_oldest(self, newest: Path) -> None:
        """Remove files, the longest unused first, until the rest fits; never `newest`."""
        files = sorted(
            (path.stat().st_mtime_ns, path.stat().st_size, path)
            for path in files_in(self.folder)
            if path != newest
        )
        total = newest.stat().st_size + sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self.most_bytes:
                break
            with contextlib.suppress(OSError):  # Windows keeps a file that another run reads
                path.unlink()
                total -= size


def files_in(folder: Path) -> list[Path]:
    """The files there that this module wrote."""
    with contextlib.suppress(OSError):
        return [path for path in folder.iterdir() if _OWN.fullmatch(path.name)]
    return []


def kept() -> tuple[Path, list[Path]]:
    """The user's cache folder of images, and what is in it."""
    folder = ImageCache().folder
    return folder, files_in(folder)


def checksum(images: NDArray[np.uint8]) -> bytes:
    return zlib.crc32(np.ascontiguousarray(images).data).to_bytes(_CHECKSUM, "little")
