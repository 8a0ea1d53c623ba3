"""Processes that are forked from one that has imported PyTorch already: a second and a half less for each.

    server   a process of ours that imports what all need, and runs nothing of anybody else's
    keeper   forked for each order; enters namespaces, waits, and ends what is inside when it is told to
    inside   forked by the keeper: the first process of the namespaces; runs the module's `main`

The keeper ends the inner process as soon as the other end of its lifeline is closed: by `end`, or because
the process that gave the order has ended, in whatever way.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

from charmlp.course.grading.walls import FIRST_USER, OWN, Limits, clean_environment, enclose, enter_namespaces
from charmlp.system import processes
from charmlp.system.workers import write_all

ORDER_BYTES = 2**16
NOT_ENCLOSED = 125  # a status
PIPES = 5  # that an order comes with: the three standard streams, the status, the lifeline


class ForkServer:
    """Starts processes that run `main` of `module`, after its `prepare` has run once for all of them.

    Raises `OSError` where the system allows no namespaces.
    """

    def __init__(self, module: str) -> None:
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                processes.command(__name__, module),
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env=clean_environment(), start_new_session=True,
            )  # fmt: skip
        if not self.socket.recv(ORDER_BYTES):
            assert self.process.stderr is not None
            words = self.process.stderr.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
            self.close()
            raise OSError(words)

    def start(self, root: Path, content: Path, limits: Limits) -> Forked:
        """A process inside walls; see `walls.enclose`."""
        order = {"root": str(root), "content": str(content), "limits": vars(limits)}
        ours, theirs = zip(*(os.pipe() if way else os.pipe()[::-1] for way in (0, 1, 1, 1, 0)), strict=True)
        try:
            socket.send_fds(self.socket, [json.dumps(order).encode()], theirs)
        except OSError:
            for descriptor in ours:
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return Forked(*ours)

    def close(self) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


class Forked:
    """The giver's end of a process: a `workers.Process`."""

    def __init__(self, stdin: int, stdout: int, stderr: int, status: int, lifeline: int) -> None:
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: IO[bytes] = os.fdopen(stderr, "rb", buffering=0)
        self._status, self._lifeline = os.fdopen(status, "rb", buffering=0), os.fdopen(lifeline, "wb")
        self._ended: int | None = None
        self._lock = threading.Lock()
        self.pid = -1  # nobody outside may signal it: the keeper does

    def poll(self) -> int | None:
        return self._ended

    def wait(self) -> int:
        with self._lock:
            if self._ended is None:
                said = self._status.read(20)
                self._ended = int(said) if said else -signal.SIGKILL
                self._status.close()
            return self._ended

    def end(self) -> None:
        self._lifeline.close()
        self.wait()


def main() -> None:
    """The server. Only its main thread may be there when it forks, and nothing may have been computed."""
    channel = socket.socket(fileno=os.dup(0))
    os.set_inheritable(channel.fileno(), False)
    module = importlib.import_module(sys.argv[1])
    module.prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for keepers
    channel.send(b"ready")
    while True:
        order, descriptors, _, _ = socket.recv_fds(channel, ORDER_BYTES, PIPES)
        if not order:
            os._exit(0)  # whoever gave orders has ended
        if os.fork() == 0:
            keep(json.loads(order), descriptors, module.main)
        for descriptor in descriptors:
            os.close(descriptor)


def keep(order: dict[str, Any], descriptors: Sequence[int], run: Callable[[], None]) -> NoReturn:
    """The keeper, to its end."""
    stdin, stdout, stderr, status, lifeline = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for standard, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    try:
        os.setsid()
        user = FIRST_USER + os.getpid()
        enter_namespaces()
        inner = os.fork()
        if inner == 0:
            live_inside(order, user, run)
        release_streams()
        ended = os.pidfd_open(inner)
        select.select([ended, lifeline], [], [])
        signal.pidfd_send_signal(ended, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
        write_all(status, str(code).encode())
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
    os._exit(0)


def release_streams() -> None:
    """Of a process that no longer reads or writes them: whoever is at the other end would wait for it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)


def live_inside(order: dict[str, Any], user: int, run: Callable[[], None]) -> NoReturn:
    """The first process inside, to its end; where it cannot be walled in, nothing is run."""
    os.closerange(3, 2**12)
    try:
        enclose(Path(order["root"]), Path(order["content"]), Limits(**order["limits"]), user)
    except (OSError, shutil.Error) as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(NOT_ENCLOSED)
    os.environ.update(HOME=f"{OWN}/home", TMPDIR=f"{OWN}/tmp")
    tempfile.tempdir = None  # the one that is found next
    sys.argv = sys.argv[:1]
    try:
        run()
    except BaseException:
        traceback.print_exc()
    os._exit(1)
