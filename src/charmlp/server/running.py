"""`serve`: a listening socket, one process or several, and their end."""

from __future__ import annotations

import functools
import gc
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import TextIO

import uvicorn
from uvicorn.supervisors import Multiprocess

from charmlp.errors import CharmlpError, UsageError
from charmlp.modelfile import read_model
from charmlp.server.app import Settings, make_app
from charmlp.server.connections import LimitedProtocol
from charmlp.server.guard import Guard
from charmlp.server.journal import Journal, ToJournal
from charmlp.server.metrics import FOLDER
from charmlp.system.files import reason_of

LOGGERS = {  # that the log takes over, and from which level on: what clients do wrong has lines of its own
    "charmlp": logging.WARNING,
    "uvicorn.error": logging.ERROR,
    "python_multipart": logging.CRITICAL,
}
BACKLOG = 1024  # connections that the system holds for us
PATIENCE = 30  # seconds in which a worker process must show that it lives


def serve(settings: Settings, host: str, port: int, workers: int, announce: Callable[[str], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C; `announce` gets the address when there are answers.

    Raises `CharmlpError` before that where the model is bad or the port is taken.
    """
    read_model(settings.model)
    with listening(host, port) as listener:
        address = address_of(listener)
        if settings.token is None and not is_loopback(listener):
            journal = Journal(sys.stderr)
            journal.write(
                "warning", "open to others", address=address, hint="--token-file lets only some ask"
            )
            journal.flush()
        if workers == 1:
            OneProcess(config_of(settings, None), lambda: announce(address)).run([listener])
            return
        ready = multiprocessing.get_context("spawn").Event()
        with tempfile.TemporaryDirectory(prefix="charmlp-") as folder:
            os.environ[FOLDER] = folder
            try:
                Workers(
                    config_of(settings, ready, workers), [listener], ready, lambda: announce(address)
                ).run()
            finally:
                del os.environ[FOLDER]


def config_of(
    settings: Settings, ready: Event | None, workers: int = 1, log: TextIO | None = None
) -> uvicorn.Config:
    """uvicorn's settings; a worker process gets a copy, and makes its application itself."""
    return uvicorn.Config(
        functools.partial(start, settings, ready, log),
        factory=True,
        workers=workers,
        http=LimitedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=int(settings.limits.head_seconds),
        timeout_graceful_shutdown=settings.limits.stop_seconds,
        timeout_worker_healthcheck=PATIENCE,
    )


def start(settings: Settings, ready: Event | None, log: TextIO | None) -> Guard:
    """The application of this process, with its log; a worker process ends when its parent has."""
    journal = Journal(log or sys.stderr, settings.log)
    for name, level in LOGGERS.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [ToJournal(journal)], False
        logger.setLevel(level)
    app = make_app(settings, journal)
    gc.freeze()  # what is there by now stays; what requests leave is looked for often, since it is little
    gc.set_threshold(2000, 10, 10)
    parent = multiprocessing.parent_process()
    if ready is None or parent is None:
        return app

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    ready.set()
    return app


class OneProcess(uvicorn.Server):
    """Says when it answers; SIGTERM and Ctrl-C are how it ends well."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self.announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()  # else they would be raised again, for the handlers of before


class Workers(Multiprocess):
    """Several processes that accept from one socket; one that dies is replaced."""

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], ready: Event, announce: Callable[[], None]
    ) -> None:
        super().__init__(config, sockets)
        self.ready = ready
        self.announce = announce

    def init_processes(self) -> None:
        super().init_processes()
        while not self.ready.wait(0.1):
            if self.signal_queue or not any(process.process.is_alive() for process in self.processes):
                return
        self.announce()


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there; raises `CharmlpError` where that is not possible."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"--host {host}: {reason_of(error)}; an address of this machine is expected"
        ) from None
    with socket.socket(family, kind, protocol) as listener:
        if os.name == "posix":  # elsewhere it would let two programs listen at once
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place)
            listener.listen(BACKLOG)
        except OSError as error:
            raise CharmlpError(
                f"--host {host} --port {port}: {reason_of(error)};"
                " choose another port, or 0 for any that is free"
            ) from None
        listener.set_inheritable(True)
        yield listener


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def address_of(listener: socket.socket) -> str:
    """`http://HOST:PORT` of what listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
