"""What is around a command: streams that may be closed or break, few threads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from charmlp.errors import UsageError
from charmlp.text import shown_value

FEW_THREADS = 256  # where the system allows no more, no library gets more than one
HEEDED = "NUMBA_NUM_THREADS", "NUMBA_CACHE_DIR"
THREADS = "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"


class SideStream:
    """Standard error: what cannot be written there is lost, and ends nothing."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def standard_streams() -> Iterator[None]:
    """A stream that the caller has closed (`>&-`) leads nowhere; no file of ours takes its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show must not end the program
            stream.reconfigure(errors="backslashreplace")
    stderr = sys.stderr
    sys.stderr = SideStream(stderr)
    try:
        yield
    finally:
        sys.stderr = stderr


def close_stdout() -> None:
    """Let nothing more be written where nothing can be: Python would try at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def spare_threads() -> None:
    """BLAS does with one thread: more would spin beside those that have parts of the work (`system.threads`).

    Where a user may have few, so do the other libraries, which else would end the process.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy looks at it when it is imported
    with suppress(ImportError):  # Windows has no such limit
        import resource

        if 0 <= resource.getrlimit(resource.RLIMIT_NPROC)[0] < FEW_THREADS:
            for name in THREADS:
                os.environ.setdefault(name, "1")


def can_start_thread() -> bool:
    import threading

    try:
        threading.Thread(target=int).start()
    except RuntimeError:
        return False
    return True


def heed_settings_of_numba() -> None:
    """Of Numba's variables, two: the others change code, so results, or print what only its authors read."""
    for name in [name for name in os.environ if name.startswith("NUMBA_") and name not in HEEDED]:
        del os.environ[name]
    threads = os.environ.get("NUMBA_NUM_THREADS", "1")
    if not (threads.isdecimal() and len(threads) < 4 and int(threads)):
        raise UsageError(
            f"NUMBA_NUM_THREADS: expected a whole number from 1 to 999, not {shown_value(threads)}"
        )
