"""Files of others are opened with care; files of ours appear whole or not at all.

And the folder for what can be made again.
"""

import contextlib
import itertools
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from charmlp.errors import CharmlpError
from charmlp.text import closest, shown_path

MOST_NAMES = 1000  # of a folder that are compared with a name that is not there
TEMPORARY = r"\.[0-9a-f]{16}\.part"  # the name of what `write_whole` is writing, or was when it was killed


def reason_of(error: OSError | ValueError) -> str:
    """Why the system refuses a file, in its own words (a ValueError: the path has a NUL)."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def at_home(path: str | os.PathLike[str]) -> str:
    """The path with its `~` expanded, as a shell does that is let; unless there is a file of that name."""
    name = os.fspath(path)
    return name if os.path.lexists(name) else os.path.expanduser(name)  # noqa: PTH111  # which raises nothing


def is_folder(path: Path) -> bool:
    """Whether there is a folder; also for names that no system takes, at which `Path.is_dir` raises."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path) -> bool:
    """Whether there is a regular file; also for names that no system takes."""
    return os.path.isfile(path)  # noqa: PTH113


def alike(path: Path) -> str:
    """`; did you mean 'runs/first'?` where there is something of much the same name, else nothing."""
    try:
        with os.scandir(path.parent) as found:
            names = [item.name for item in itertools.islice(found, MOST_NAMES)]
    except (OSError, ValueError):
        return ""
    meant = closest(path.name, names)
    return "" if meant is None else f"; did you mean '{shown_path(path.with_name(meant))}'?"


def check_regular(path: str | os.PathLike[str], expected: str, error: type[CharmlpError]) -> int:
    """The size of a regular file, without opening it (a named pipe would never answer).

    Raises `error`, which names `path` and says what is `expected` there, for anything else.
    """
    try:
        status = os.stat(path)  # noqa: PTH116  # a million Paths are slow
    except (FileNotFoundError, NotADirectoryError):
        raise error(f"{shown_path(path)}: no such file; {expected} is expected there") from None
    except (OSError, ValueError) as fault:
        raise error(f"{shown_path(path)}: cannot be read: {reason_of(fault)}") from None
    return _size_of_regular(status, path, expected, error)


def open_regular(path: str | os.PathLike[str], expected: str, error: type[CharmlpError]) -> BinaryIO:
    """Open a regular file for reading; raises `error` as `check_regular` does.

    It is looked at before and after: should a pipe take its place in between, opening that does not wait.
    """
    check_regular(path, expected, error)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as fault:
        raise error(f"{shown_path(path)}: cannot be read: {reason_of(fault)}") from None
    file = os.fdopen(handle, "rb")
    try:
        _size_of_regular(os.fstat(handle), path, expected, error)
    except BaseException:
        file.close()
        raise
    return file


def _size_of_regular(
    status: os.stat_result, path: str | os.PathLike[str], expected: str, error: type[CharmlpError]
) -> int:
    if stat.S_ISDIR(status.st_mode):
        raise error(f"{shown_path(path)}: a folder; {expected} is expected")
    if not stat.S_ISREG(status.st_mode):
        raise error(
            f"{shown_path(path)}: not a file but a pipe, a device or a socket; {expected} is expected"
        )
    return status.st_size


def check_writable(path: Path) -> None:
    """Raise `CharmlpError` where `path` could not be written, before long work starts; creates nothing."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        status = None
    except (OSError, ValueError) as error:  # a name that no system takes, a link to itself
        raise _refusal(path, reason_of(error)) from None
    if status is not None:
        if stat.S_ISDIR(status.st_mode):
            raise CharmlpError(f"{shown_path(path)}: a folder; a file is to be written there")
        if not stat.S_ISREG(status.st_mode):
            raise CharmlpError(f"{shown_path(path)}: a pipe or a device; a file is to be written there")
        if not os.access(path, os.W_OK):
            raise _refusal(path, "the file there is read-only")
    try:
        parent = _target(path).absolute().parent
    except FileNotFoundError:
        raise _refusal(path, "the current folder has been removed") from None
    while not os.path.lexists(parent):
        parent = parent.parent
    if not parent.is_dir():
        raise _refusal(path, f"{shown_path(parent)} is not a folder")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _refusal(path, f"the folder {shown_path(parent)} is read-only")


def write_whole(path: Path, *content: bytes | bytearray | memoryview) -> None:
    """Write `content`, piece by piece, to `path`, whole or not at all (`whole_file`)."""
    with whole_file(path) as file:
        for piece in content:
            file.write(piece)


@contextlib.contextmanager
def whole_file(path: Path, temporary_name: str = "") -> Iterator[BinaryIO]:
    """A file to write into, which is `path` when all is written; folders on the way are made.

    The bytes go to a temporary file beside it, to the disk, and then take the name in one move: who reads
    `path` finds the old file or the new one. Raises `CharmlpError` (no room, read-only folder); the old file
    then stays as it was, also where the block raises anything. A link stays a link, and what it leads to is
    written.

    temporary_name  of the temporary file, for who holds a lock: what a killed process left there is
                    written over
    """
    check_writable(path)
    with writing(path):
        target = _target(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(temporary_name or f".{os.urandom(8).hex()}.part")
        try:
            with temporary.open("w+b" if temporary_name else "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _to_disk(target.parent)


def sweep(folder: Path) -> None:
    """Remove from a folder, and from those in it, what `write_whole` left there when it was killed."""
    with contextlib.suppress(OSError):
        for path in (*folder.glob(".*.part"), *folder.glob("*/.*.part")):
            if re.fullmatch(TEMPORARY, path.name):
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system refuses on the way to writing `path`, as a `CharmlpError`."""
    try:
        yield
    except OSError as error:
        raise _refusal(path, reason_of(error)) from None


def cache_folder() -> Path:
    """Where charmlp keeps what it can make again: `CHARMLP_CACHE`, or below the user's cache folder."""
    if given := os.environ.get("CHARMLP_CACHE"):
        return Path(given)
    import platformdirs  # not needed by every command

    with contextlib.suppress(RuntimeError):  # raised, or "~" taken for a folder, where a user has no home
        folder = platformdirs.user_cache_path("charmlp", appauthor=False)
        if folder.is_absolute():
            return folder
    import tempfile

    return Path(tempfile.gettempdir()) / f"charmlp-{os.getuid()}"


def _target(path: Path) -> Path:
    """Where a link leads in the end; any other path is its own target."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _to_disk(folder: Path) -> None:
    """Make a new name in `folder` last through a power cut, where the system offers that."""
    with contextlib.suppress(OSError):  # on Windows, where no folder is opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refusal(path: Path, reason: str) -> CharmlpError:
    return CharmlpError(f"{shown_path(path)}: cannot be written: {reason}")
