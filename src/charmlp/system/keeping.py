"""What takes long to make and can be made again, kept in the user's cache folder for later runs.

    charmlp kept 1 | SHA-256 of the file's name and the content | content

A file's name has a hash of all that its content depends on, so that it never gets old: where anything
changed, another name is looked for. It is written whole; what does not fit is made anew, and what cannot be
read or written never ends a run.
"""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charmlp.errors import CharmlpError
from charmlp.system.files import TEMPORARY, cache_folder, write_whole

FORM = b"charmlp kept 1\n"  # a file of another form is made anew
_CHECKSUM_BYTES = 32
# The second is being written, or was when its writer was killed; the third is an older form of images.
_OWN = re.compile(rf"[a-z][\w.]*-[0-9a-f]{{40}}\.kept|{TEMPORARY}|[0-9a-f]{{40}}\.pixels")

Content = bytes | bytearray | memoryview


class DamagedError(Exception):
    """A file is not as it was written under its name."""


@dataclass(frozen=True)
class Shelf:
    """A folder of files that take at most so many bytes: the longest unused go.

    It is in the user's cache folder, or in the one that the environment's `variable` says.
    """

    name: str
    most_bytes: int
    variable: str = ""

    @property
    def folder(self) -> Path:
        return Path(os.environ.get(self.variable) or cache_folder()) / self.name

    def kept_or_made(self, kind: str, facts: object, make: Callable[[], bytes], cache: bool = True) -> bytes:
        """What `make` returns, from an earlier run where that kept it, else kept for the next one.

        kind   a word for what it is
        facts  all that it depends on, the code included; its `repr` counts
        cache  whether anything is looked for or kept at all
        """
        if not cache:
            return make()
        file = self.file(kind, facts)
        if (found := self.find(file)) is not None:
            return bytes(found)
        made = make()
        self.keep(file, made)
        return made

    def file(self, kind: str, facts: object) -> Path:
        """Where that is kept."""
        digest = hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / f"{kind}-{digest[:40]}.kept"

    def find(self, file: Path) -> bytearray | None:
        """The content of a file; `None` where there is none, or a damaged one.

        It is read, not mapped into memory: a mapped file that somebody cuts ends the process.
        """
        with suppress(OSError, DamagedError), file.open("rb") as stream:
            content = read_kept(stream, file.name)
            mark_as_used(file)
            return content
        return None

    def keep(self, file: Path, content: Content) -> None:
        """Write a file, and make room for it; where that fails, it is made again next time."""
        if memoryview(content).nbytes <= self.most_bytes:
            with suppress(OSError, CharmlpError):
                self.write(file, content)

    def write(self, file: Path, content: Content) -> None:
        """The same; raises `OSError`, `CharmlpError` where that fails."""
        write_kept(file, content)
        self._make_room(file)

    def _make_room(self, newest: Path) -> None:
        """Remove files, the longest unused first, until the rest fits; never `newest`."""
        found = {path: path.stat() for path in self.files()}
        total = sum(status.st_size for status in found.values())
        for path in sorted(found.keys() - {newest}, key=lambda path: found[path].st_mtime_ns):
            if total <= self.most_bytes:
                break
            with suppress(OSError):  # Windows keeps a file that another run reads
                path.unlink()
                total -= found[path].st_size

    def files(self) -> list[Path]:
        """The files in the folder that charmlp wrote."""
        with suppress(OSError):
            return [path for path in self.folder.iterdir() if _OWN.fullmatch(path.name)]
        return []


IMAGES = Shelf("images", 2 * 2**30)
RENDERED = Shelf("rendering", 2**30)
CODE = Shelf("charmlp-code", 2**28, "NUMBA_CACHE_DIR")  # `charmlp.system.codecache`


def write_kept(file: Path, content: Content) -> None:
    """Write a file whole (`write_whole`), so that `read_kept` knows it again."""
    write_whole(file, FORM, _checksum(file.name, content), content)


def read_kept(stream: BinaryIO, name: str) -> bytearray:
    """The content of an open file that is called `name`; raises `DamagedError`, `OSError`."""
    form, checksum = stream.read(len(FORM)), stream.read(_CHECKSUM_BYTES)
    content = bytearray(max(0, os.fstat(stream.fileno()).st_size - stream.tell()))
    stream.readinto(content)  # type: ignore[attr-defined]  # which every file has
    if form != FORM or checksum != _checksum(name, content):
        raise DamagedError(name)
    return content


def mark_as_used(file: Path) -> None:
    """Let a file be the last to be removed."""
    with suppress(OSError):  # a disk that is read only
        os.utime(file)


def _checksum(name: str, content: Content) -> bytes:
    digest = hashlib.sha256(name.encode() + b"\0")
    digest.update(content)
    return digest.digest()
