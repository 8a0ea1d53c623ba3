"""A run of somebody's program that leaves no trace: it may read, and nothing else.

While it lasts, Python's audit hooks refuse what would write, delete, start a process or a thread, or use the
network; there is nothing to read from the terminal, what is printed is dropped, pictures are not shown, and
the current folder is an empty one.
"""

import contextlib
import functools
import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# What Python tells its audit hooks before it happens (docs.python.org/3/library/audit_events.html)
REFUSED = (
    "os.chmod", "os.chown", "os.exec", "os.fork", "os.kill", "os.link", "os.mkdir", "os.posix_spawn",
    "os.remove", "os.rename", "os.rmdir", "os.spawn", "os.startfile", "os.symlink", "os.system",
    "os.truncate", "os.utime",
    "shutil.", "socket.", "sqlite3.", "subprocess.", "urllib.", "webbrowser.", "winreg.",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_is_refusing = False


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: what would leave a trace raises, as on a disk that may only be read."""
    if not _is_refusing:
        return
    if event == "open":
        _, mode, flags = arguments
        writes = set(mode) & set("wax+") if isinstance(mode, str) else flags & WRITING
        if not writes or str(arguments[0]) == os.devnull:
            return
    elif not event.startswith(REFUSED):
        return
    raise PermissionError(f"{event}: a run that is only looked at may not")


@functools.cache
def install_hook() -> None:
    """Once: an audit hook stays as long as the process."""
    sys.addaudithook(refuse)


@contextlib.contextmanager
def harmless() -> Iterator[None]:
    """While this lasts nothing is written, started, sent, printed, shown or read from the terminal."""
    global _is_refusing
    install_hook()
    os.environ["MPLBACKEND"] = "agg"
    tempfile.gettempdir()  # known from now on: to find it, a file is written
    before = sys.stdin, sys.argv
    sys.stdin, sys.argv = io.StringIO(), sys.argv[:1]
    with (
        elsewhere(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        _is_refusing = True
        try:
            yield
        finally:
            _is_refusing = False
            sys.stdin, sys.argv = before


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """In a new folder, and without what audit hooks do not hear of: threads, ends, pauses, writing in C++."""
    unheard: list[tuple[Any, str]] = [(threading.Thread, "start"), (os, "_exit"), (os, "abort")]
    if "torch" in sys.modules:
        unheard.append((sys.modules["torch"], "save"))
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        stack.callback(os.chdir, here)
        os.chdir(folder)
        for owner, name in unheard:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, functools.partial(refuse_call, name))
        stack.callback(setattr, time, "sleep", time.sleep)
        time.sleep = lambda seconds: None  # nobody is there to wait for
        yield


def refuse_call(name: str, *arguments: Any, **options: Any) -> None:
    raise PermissionError(f"{name}: a run that is only looked at may not")
