"""Faults at a chosen operation on files: the process dies, or the disk is full."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OPERATIONS = ("replace", "unlink", "mkdir", "chmod", "rmdir")  # of a path


class Died(BaseException):
    """The process has been killed: nothing of it runs any more, also no clearing up."""


class Faults:
    """Counts operations, and lets the one of number `at`, from 0, and all later ones fail.

    dies  else the disk is full: what takes room fails
    half  half of what a write is to write is written
    """

    def __init__(self, at: int | None = None, *, dies: bool = True, half: bool = False) -> None:
        self.at, self.dies, self.half = at, dies, half
        self.done: list[str] = []
        self.opened: list[Any] = []

    def now(self, what: str, half: Callable[[], Any] = lambda: None) -> None:
        number = len(self.done)
        self.done.append(what)
        if self.at is None or number < self.at:
            return
        if self.dies:
            if number == self.at and self.half:
                half()
            raise Died
        if what in ("write", "mkdir", "open"):
            if self.half:
                half()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Watched:
    """A file that is written."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self.file, self.faults = file, faults

    def write(self, content: bytes) -> Any:
        def half() -> None:
            self.file.write(memoryview(content)[: len(content) // 2])
            self.file.flush()

        self.faults.now("write", half)
        written = self.file.write(content)
        self.file.flush()
        return written

    def truncate(self, size: int) -> None:
        if self.faults.dies:
            self.faults.now("truncate")
        self.file.truncate(size)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *reason: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


@contextmanager
def faults(at: int | None = None, *, dies: bool = True, half: bool = False) -> Iterator[Faults]:
    """Meanwhile, operations of this process on files are counted, and fail where that is asked for."""
    found = Faults(at, dies=dies, half=half)
    opened, fsync = Path.open, os.fsync

    def open_watched(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if not set(mode) & set("wxa+"):
            return opened(path, mode, *arguments, **options)
        found.now("open")
        found.opened.append(opened(path, mode, *arguments, **options))
        return Watched(found.opened[-1], found)

    def fsync_watched(handle: int) -> None:
        found.now("fsync")
        fsync(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", open_watched)
        patch.setattr(os, "fsync", fsync_watched)
        for name in OPERATIONS:
            patch.setattr(Path, name, watched(getattr(Path, name), name, found))
        try:
            yield found
        finally:
            for file in found.opened:  # as the system does for the dead
                file.close()


def watched(operation: Callable[..., Any], name: str, found: Faults) -> Callable[..., Any]:
    def watch(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == ".lock" and found.dies and found.at is not None and len(found.done) > found.at:
            return None  # what the dead leave; the system lets go of the lock
        found.now(name)
        return operation(path, *arguments, **options)

    return watch
