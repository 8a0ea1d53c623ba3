"""A text that grows while work goes on, such as a log or a table."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from io import FileIO
from pathlib import Path

from charmlp.system.files import write_whole, writing


class GrowingFile:
    """A text that grows by whole lines: what is written is the system's at once, and stays if we are killed.

    It is begun anew by the first `write`, unless `go_on` or `hold` says what it holds already. Lines that
    cannot be written (no room) wait for the next one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waiting = b""
        self.size = 0  # of what is written
        self.file: FileIO | None = None

    def add(self, line: str) -> None:
        """A line for the next `write`, without its end."""
        self.waiting += line.encode() + b"\n"

    def go_on(self) -> None:
        """Leave the whole lines that the file holds, and grow behind them."""
        with contextlib.suppress(OSError):  # where there is none, it is begun
            self.size = self.path.read_bytes().rfind(b"\n") + 1

    def hold(self, lines: Iterable[str]) -> None:
        """Have the file hold these lines instead of others, and grow behind them; raises `CharmlpError`."""
        content = "".join(f"{line}\n" for line in lines).encode()
        write_whole(self.path, content)
        self.size = len(content)

    def write(self) -> None:
        """Write the lines that wait, to the last byte or not at all; raises `CharmlpError`."""
        if self.file is not None and not self.waiting:
            return
        with writing(self.path):
            if self.file is None:
                self.file = self.path.open("r+b" if self.size else "wb", buffering=0)
                self.file.truncate(self.size)
            self.file.seek(self.size)  # further on where an interrupt fell between a write and its counting
            try:
                written = 0
                while written < len(self.waiting):
                    written += self.file.write(self.waiting[written:])
            except OSError:
                self.file.truncate(self.size)
                raise
        self.size, self.waiting = self.size + len(self.waiting), b""

    def close(self) -> None:
        """Have it written to the disk itself; raises `CharmlpError`."""
        if self.file is not None:
            with writing(self.path), self.file:
                os.fsync(self.file.fileno())
