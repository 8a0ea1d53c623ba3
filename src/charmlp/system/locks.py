"""A lock on a file, held by one process at a time and by none that has ended, however it ended."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path


class TakenError(Exception):
    """Another process holds the lock."""


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock `path`, a file that is there meanwhile.

    Raises `TakenError` where another process holds it, `OSError` where the file cannot be made. The system
    lets go of it when the process ends: what a killed one leaves is an empty file that locks nothing. Where
    the disk knows no locks, nothing is locked.
    """
    handle = _take(path)
    try:
        yield
    finally:
        if os.name == "posix":  # still locked, so that nobody else's file is removed
            path.unlink(missing_ok=True)
        os.close(handle)


def _take(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_TEMPORARY", 0), 0o666)
        try:
            _lock(handle)
            if os.name != "posix" or os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except FileNotFoundError:
            pass  # whoever held it has just removed it
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        raise TakenError from None
    except OSError:
        pass
