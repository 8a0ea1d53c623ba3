"""Servers that answer on 127.0.0.1 while a test runs, in a thread or as a program; ways to talk to them."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from charmlp.modelfile import write_model
from charmlp.server.app import Settings
from charmlp.server.limits import Limits
from charmlp.server.running import config_of, listening
from tests.images.making import letter, saved
from tests.modelfile.making import model

SIZE = (8, 8)  # of the pictures that the model reads


@dataclass
class Served:
    """A server that runs in this process, and its log."""

    address: str
    log: io.StringIO
    server: uvicorn.Server

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What its log says of such events, once it has said any."""
        return until(
            lambda: [
                line for line in map(json.loads, self.log.getvalue().splitlines()) if line["event"] == event
            ]
        )

    def send(self, *pieces: bytes, patience: float = 2.0, close: bool = False) -> bytes:
        """All that is answered to these bytes, until the server closes or `patience` ends."""
        with socket.create_connection(("127.0.0.1", self.port), patience) as connection:
            for piece in pieces:
                connection.sendall(piece)
            if close:
                return b""
            found = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while chunk := connection.recv(65536):
                    found += chunk
            return found


@contextlib.contextmanager
def served(path: Path, token: str | None = None, limits: Limits | None = None) -> Iterator[Served]:
    """A server of the model there, on a free port."""
    log = io.StringIO()
    settings = Settings(path, token, limits=limits or Limits())
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(config_of(settings, None, log=log))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            until(lambda: server.started or not thread.is_alive())
            yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", log, server)
        finally:
            server.should_exit = True
            thread.join(10)
    assert not thread.is_alive()


def until(found: Callable[[], Any], seconds: float = 5.0) -> Any:
    """What is found as soon as something is; fails where nothing comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.02)
    raise AssertionError("nothing came in time")


def write_letters(path: Path, **other: Any) -> Path:
    """A small model's file."""
    write_model(model((4,), SIZE, **other), path)
    return path


def jpeg(size: tuple[int, int] = (48, 60)) -> bytes:
    return saved(letter(size), "JPEG")


SERVE = (sys.executable, "-m", "charmlp", "serve")


@contextlib.contextmanager
def program(
    *arguments: str | Path, cwd: Path, command: Sequence[str] = SERVE, **options: Any
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`charmlp serve …` as a program, and the address that it says it listens at."""
    process = subprocess.Popen(
        [*command, *map(str, arguments), "--port", "0"],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://"), line + process.communicate()[1]
        yield process, line.split()[-1]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def client(served: Served, **options: Any) -> httpx.Client:
    return httpx.Client(base_url=served.address, trust_env=False, **options)
