"""A process that takes a job and answers line by line: the only place where the doctor starts or ends one."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Any

from charmlp import processes

LINES_KEPT = 20  # of what a target prints: the last ones tell why a process ended


class NoAnswerError(Exception):
    """The process has not answered in time."""


class WorkerProcess:
    """`main` of a module in a Python of its own: one job in, as JSON; answers out, one JSON object a line."""

    def __init__(self, module: str, job: dict[str, Any]) -> None:
        self.popen = subprocess.Popen(
            processes.command(module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=processes.environment(PYTHONIOENCODING="utf-8:backslashreplace"),
            start_new_session=os.name == "posix",  # so that what the target starts can be ended with it
        )
        self.lines: queue.Queue[bytes | None] = queue.Queue()
        self.printed: deque[str] = deque(maxlen=LINES_KEPT)
        assert self.popen.stdin and self.popen.stdout and self.popen.stderr
        with contextlib.suppress(BrokenPipeError):
            self.popen.stdin.write(json.dumps(job).encode("utf-8"))
            self.popen.stdin.close()
        follow(self.popen.stdout, self.lines.put, at_end=lambda: self.lines.put(None))
        self.errors = follow(
            self.popen.stderr, lambda line: self.printed.append(line.decode("utf-8", "replace").rstrip())
        )

    def answer(self, timeout: float) -> dict[str, Any] | None:
        """The next answer, None where it has ended; raises `NoAnswerError` after `timeout` seconds."""
        try:
            line = self.lines.get(timeout=timeout)
        except queue.Empty:
            raise NoAnswerError from None
        return None if line is None else dict(json.loads(line))

    def farewell(self) -> tuple[int, str]:
        """The exit status of a process that has ended, and the last line that it printed."""
        status = self.popen.wait()
        self.errors.join(timeout=1)
        words = [line.strip() for line in self.printed if line.strip()]
        return status, words[-1][:200] if words else ""

    def end(self) -> None:
        """End the process and what it started."""
        if self.popen.poll() is None:
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(self.popen.pid, signal.SIGKILL)
                else:
                    self.popen.kill()
            self.popen.wait()
        for stream in (self.popen.stdout, self.popen.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def follow(
    stream: IO[bytes], take_line: Callable[[bytes], object], at_end: Callable[[], object] = lambda: None
) -> threading.Thread:
    """Read a stream line by line in a thread, so that the process never waits for a reader."""

    def read() -> None:
        with contextlib.suppress(ValueError, OSError):  # closed while reading
            for line in iter(lambda: stream.readline(65536 * 1024), b""):
                take_line(line)
        at_end()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
