"""What rendering takes seconds to make and can make again, kept in the user's cache folder.

A file's name is a hash of all that its content depends on, so that it never gets old: where anything
changed, another name is looked for. It is written whole and begins with a checksum; what does not fit is made
anew, and what cannot be read or written never ends a run. Nothing in it is executed.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from charmlp.errors import CharmlpError
from charmlp.system.files import cache_folder, write_whole

CHECKSUM_BYTES = 32


def kept_or_made(kind: str, facts: object, make: Callable[[], bytes], most: int, cache: bool = True) -> bytes:
    """What `make` returns, from the cache where it is there, else kept for the next run.

    kind   a word for what it is
    facts  all that it depends on, the code included; its `repr` counts
    most   files of that kind: the longest unused ones go
    cache  whether anything is looked for or kept at all
    """
    if not cache:
        return make()
    name = hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()[:40]
    file = folder() / f"{kind}-{name}.kept"
    if (found := read(file)) is not None:
        return found
    payload = make()
    with contextlib.suppress(OSError, CharmlpError):
        write_whole(file, hashlib.sha256(payload).digest() + payload)
        ours = file.parent.glob(f"{kind}-{'[0-9a-f]' * 40}.kept")
        for other in sorted(ours, key=lambda path: path.stat().st_mtime)[:-most]:
            other.unlink(missing_ok=True)
    return payload


def folder() -> Path:
    return cache_folder() / "rendering"


def kept() -> tuple[Path, list[Path]]:
    """The folder, and the files in it that are ours."""
    own = re.compile(r"[a-z]+-[0-9a-f]{40}\.kept|\.[0-9a-f]{16}\.part")
    with contextlib.suppress(OSError):
        return folder(), [path for path in folder().iterdir() if own.fullmatch(path.name)]
    return folder(), []


def read(file: Path) -> bytes | None:
    """The content of a file as it was written; `None` where there is none, or a damaged one."""
    with contextlib.suppress(OSError):
        with file.open("rb") as stream:
            checksum, payload = stream.read(CHECKSUM_BYTES), stream.read()
        if hashlib.sha256(payload).digest() == checksum:
            os.utime(file)  # used just now: the last to be removed
            return payload
    return None
