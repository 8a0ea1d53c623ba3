"""Worker processes: another Python of ours that answers messages, and never outlives whoever started it.

    with Worker("charmlp.images.reading") as worker:      # the process runs that module's main()
        answer = worker.ask(b"a question", timeout=10)

    def main():                                           # in that module
        parent = Parent()
        while True:
            parent.send(answer_to(parent.receive()))

Messages are bytes. They go through pipes of their own, apart from what is printed, of which the last bytes
are kept for the words of an error. The process may run code of others (`foreign`), hence:

- What that code writes to any file descriptor is not taken for a message: each message stands behind a mark
  that only the two ends know, and carries a checksum.
- Nothing here waits for the end of a pipe, which a process that the code started may hold for ever, and
  nothing waits for room in one. A time limit holds whatever the process does.
- When the process ends, so does what it started: its process group, and on Linux also those that left the
  group, which are known by their environment. On Windows, `taskkill` ends the tree while its root lives.
- When the parent ends, in whatever way, its end of the pipe is closed; a thread of the process sees that.
"""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import signal
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Protocol

from charmlp.system import processes

PRINTED_BYTES = 2**14  # that are kept of what a process prints
CHUNK = 2**16  # bytes read at a time: what a pipe holds
PATIENCE = 1.0  # seconds for what is left in a pipe whose process has ended
FAMILY = "CHARMLP_WORKER"  # environment variable, by which what a process started is known
SEARCHES = 2  # for processes that left the group: one that has just started has no environment yet
BETWEEN_SEARCHES = 0.02  # seconds
MARK_BYTES = 16
MOST_BYTES = 2**28  # of a message: nobody makes the other end keep more
HEADER = struct.Struct("=QL")  # a message's length and checksum, behind the mark

ENDED = None  # in an inbox: there will be no more messages


class Process(Protocol):
    """A process as a `Worker` needs it: its pipes, its end, and a way to end it with all that it started."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[bytes]: ...
    @property
    def stdout(self) -> IO[bytes]: ...
    @property
    def stderr(self) -> IO[bytes]: ...

    def poll(self) -> int | None:
        """The exit status, None while it runs; negative: the signal that ended it."""

    def wait(self) -> int:
        """The exit status, when it has ended by itself or was ended; what it started ends as well."""

    def end(self) -> None:
        """End the process and what it started."""


class Spawned:
    """Another Python, started by the system; `foreign`: it runs code of others, which may start processes."""

    def __init__(self, command: list[str], environment: Mapping[str, str], *, foreign: bool = False) -> None:
        self.family = secrets.token_hex(8) if foreign else None
        self.process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment if self.family is None else {**environment, FAMILY: self.family},
            # a process group of its own: to be ended as a whole, and Ctrl-C is for the parent
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.pid = self.process.pid
        self.stdin, self.stdout, self.stderr = self.process.stdin, self.process.stdout, self.process.stderr
        self.poll = self.process.poll

    def wait(self) -> int:
        status = self.process.wait()
        if os.name == "posix":  # elsewhere its number may belong to another process now
            end_family(self.pid, self.family)
        return status

    def end(self) -> None:
        if self.process.poll() is None:
            end_family(self.pid, self.family)
            self.process.kill()
        self.process.wait()


class Worker:
    """A process that runs `main` of one of our modules; to be used by one thread at a time.

    `process` is one that was started in another way. Raises `OSError` where it cannot be started.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        foreign: bool = False,
        process: Process | None = None,
        **environment: str,
    ) -> None:
        self._mark = secrets.token_bytes(MARK_BYTES)
        self._process: Process = process or Spawned(
            processes.command(module, *arguments), processes.environment(**environment), foreign=foreign
        )
        self._printed = bytearray()
        self._inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._outbox.put(self._mark)
        # Each thread alone closes its pipe; daemons, since a pipe may be held open by somebody else.
        tasks = self._take_messages, self._take_printed, self._write, self._watch
        self._threads = [threading.Thread(target=task, daemon=True) for task in tasks]
        try:
            for thread in self._threads:
                thread.start()
        except RuntimeError as error:  # as many threads as the system allows
            self._process.end()
            raise OSError(str(error)) from None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def last_words(self) -> str:
        """The last line that it has printed, as a rule the reason why it ended."""
        return bytes(self._printed).decode("utf-8", "replace").strip().rpartition("\n")[2].strip()

    def send(self, message: bytes) -> None:
        """Returns at once; whether it has arrived is known when there is an answer."""
        self._outbox.put(packed(message, self._mark))

    def receive(self, timeout: float | None = None) -> bytes:
        """The next message.

        Raises `EOFError` where the process has ended before it sent one, `TimeoutError` where it takes longer
        than `timeout` seconds; it then still runs.
        """
        try:
            message = self._inbox.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(f"no answer within {timeout:g} seconds") from None
        if message is ENDED:
            self._inbox.put(ENDED)
            raise EOFError(f"the process has ended with status {self.status}")
        return message

    def ask(self, message: bytes, timeout: float | None = None) -> bytes:
        """Send a message and receive one."""
        self.send(message)
        return self.receive(timeout)

    def end(self) -> None:
        """End the process and what it started; returns when it has ended."""
        self._process.end()
        self._outbox.put(ENDED)
        for thread in self._threads:
            thread.join(PATIENCE)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *reason: object) -> None:
        self.end()

    def _take_messages(self) -> None:
        with self._process.stdout as pipe:
            for message in messages(pipe.fileno(), self._mark):
                self._inbox.put(message)

    def _take_printed(self) -> None:
        with self._process.stderr as pipe:
            while chunk := os.read(pipe.fileno(), CHUNK):
                self._printed += chunk
                del self._printed[:-PRINTED_BYTES]

    def _write(self) -> None:
        with contextlib.suppress(OSError), self._process.stdin as pipe:  # it may have ended
            while (message := self._outbox.get()) is not ENDED:
                write_all(pipe.fileno(), message)

    def _watch(self) -> None:
        """When the process has ended, what it started ends too, and whoever waits for a message is told."""
        self._process.wait()
        for reader in self._threads[:2]:
            reader.join(PATIENCE)
        self._inbox.put(ENDED)


class Parent:
    """The other end, in the process: made at the start of its `main`, once.

    From then on, what is printed to standard output goes to standard error, and standard input is empty.
    """

    def __init__(self) -> None:
        self._requests, self._answers = os.dup(0), os.dup(1)
        os.dup2(2, 1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._pid = os.getpid()
        self._mark = os.read(self._requests, MARK_BYTES)
        self._lock = threading.Lock()
        self._inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._take_messages, daemon=True).start()

    def receive(self) -> bytes:
        """The next message; does not return when the parent has ended."""
        return self._inbox.get()

    def send(self, message: bytes) -> None:
        if os.getpid() != self._pid:
            return  # a fork of this process has nothing to say
        with self._lock:
            write_all(self._answers, packed(message, self._mark))

    def _take_messages(self) -> None:
        for message in messages(self._requests, self._mark):
            self._inbox.put(message)
        end_family(self._pid, os.environ.get(FAMILY))  # the parent has ended
        os._exit(1)


def packed(message: bytes, mark: bytes) -> bytes:
    """A message with what lets the other end find it among bytes that are none."""
    return mark + HEADER.pack(len(message), zlib.crc32(message)) + message


def messages(descriptor: int, mark: bytes) -> Iterator[bytes]:
    """The messages that come through a pipe, until it ends; whatever else comes is left out."""
    buffer = bytearray()
    with contextlib.suppress(OSError):
        while chunk := os.read(descriptor, CHUNK):
            buffer += chunk
            yield from take_messages(buffer, mark)


def take_messages(buffer: bytearray, mark: bytes) -> Iterator[bytes]:
    """Take the whole messages out of `buffer`, and what cannot be part of one."""
    start = len(mark) + HEADER.size
    while (place := buffer.find(mark)) >= 0:
        del buffer[:place]
        if len(buffer) < start:
            return
        length, checksum = HEADER.unpack_from(buffer, len(mark))
        if length > MOST_BYTES:
            del buffer[: len(mark)]
            continue
        if len(buffer) < start + length:
            return
        message = bytes(buffer[start : start + length])
        if zlib.crc32(message) == checksum:
            del buffer[: start + length]
            yield message
        else:
            del buffer[: len(mark)]  # something was written into it: the next one may begin there
    del buffer[: -len(mark)]


def write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def end_family(pid: int, family: str | None) -> None:
    """End what a worker has started, and the worker itself where it still runs."""
    if os.name != "posix":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(pid)], capture_output=True, check=False)
        return
    if family is not None:
        for _ in range(SEARCHES):
            for stray in strays(family):
                with contextlib.suppress(OSError):
                    os.kill(stray, signal.SIGKILL)
            time.sleep(BETWEEN_SEARCHES)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def strays(family: str) -> Iterator[int]:
    """On Linux, the processes that a worker has started, wherever they are now."""
    entry = f"{FAMILY}={family}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(folder.name) != os.getpid() and entry in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
