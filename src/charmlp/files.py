"""Writing files that appear whole or not at all, and the folder for what can be made again."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from charmlp.errors import CharmlpError, printable


def check_writable(path: Path) -> None:
    """Raise `CharmlpError` where `path` could not be written, before long work starts; creates nothing."""
    shown = printable(path)
    if path.is_dir():
        raise CharmlpError(f"{shown}: a folder; a file is to be written there")
    parent = path.absolute().parent
    while not os.path.lexists(parent):
        parent = parent.parent
    if not parent.is_dir():
        raise CharmlpError(f"{shown}: cannot be written: {printable(parent)} is not a folder")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise CharmlpError(f"{shown}: cannot be written: the folder {printable(parent)} is read-only")


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all; folders on the way are made.

    The bytes go to a temporary file beside it, to the disk, and then take the name in one move: who reads
    `path` finds the old file or the new one. Raises `CharmlpError` (no room, read-only folder); the old file
    then stays as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise CharmlpError(f"{printable(path)}: cannot be written: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    """The permissions that new files of this process do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def cache_folder() -> Path:
    """Where charmlp keeps what it can make again: `CHARMLP_CACHE`, or below the user's cache folder."""
    if given := os.environ.get("CHARMLP_CACHE"):
        return Path(given)
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  # Path.home() raises where there is no home
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "charmlp" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "charmlp"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "charmlp"
