"""`charmlp serve` as a program: what it says, one process or several, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.server.making import jpeg, program, until, write_letters

linux = pytest.mark.skipif(sys.platform != "linux", reason="this system has no /proc")
posix = pytest.mark.skipif(os.name != "posix", reason="this system has no SIGTERM")


def post(address: str, **options: object) -> httpx.Response:
    return httpx.post(f"{address}/v1/predict", content=jpeg(), trust_env=False, **options)  # type: ignore[arg-type]


@posix
@pytest.mark.full
def test_it_answers_and_ends_when_asked_whatever_clients_do(model_file: Path, tmp_path: Path) -> None:
    with program(model_file, cwd=tmp_path) as (process, address):
        assert post(address).status_code == 200
        port = int(address.rpartition(":")[2])
        with contextlib.ExitStack() as opened:
            for piece in (
                b"",
                b"POST /v1/pre",
                b"POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
                b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2000,
            ):
                connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), 5))
                connection.sendall(piece)
            time.sleep(0.2)
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, log = process.communicate(timeout=15)
        assert time.monotonic() - start < 10 and process.returncode == 0 and out == ""
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"request"} <= {line["event"] for line in lines} and "Traceback" not in log


@linux
def test_several_processes_answer_and_are_replaced_and_end(tmp_path: Path) -> None:
    path = write_letters(tmp_path / "m.safetensors")
    token = tmp_path / "token"
    token.write_text("a-token-of-some-length\n")
    arguments = (path, "--workers", "2", "--token-file", token)
    right = {"Authorization": "Bearer a-token-of-some-length"}
    with program(*arguments, cwd=tmp_path) as (process, address):
        assert post(address).status_code == 401
        for _ in range(10):
            assert post(address, headers=right).status_code == 200
        text = httpx.get(f"{address}/metrics", headers=right, trust_env=False).text
        assert 'charmlp_requests_total{path="/v1/predict",status="200"} 10.0' in text  # of both together
        (first, *_) = [int(pid) for pid in children(process.pid) if is_worker(int(pid))]
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in children(process.pid) and len(children(process.pid)) >= 2, 20)
        until(lambda: answers(address, right), 20)
        workers = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        until(lambda: not any(is_alive(pid) for pid in workers))


def answers(address: str, headers: dict[str, str]) -> bool:
    try:
        return post(address, headers=headers).status_code == 200
    except httpx.HTTPError:
        return False


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(number) for number in found.split()]


def is_worker(pid: int) -> bool:
    return "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and ") Z " not in Path(f"/proc/{pid}/stat").read_text()


@linux
@pytest.mark.full
def test_workers_end_with_their_parent(model_file: Path, tmp_path: Path) -> None:
    with program(model_file, "--workers", "2", cwd=tmp_path) as (process, address):
        workers = children(process.pid)
        assert post(address).status_code == 200
        process.kill()
        until(lambda: not any(is_alive(pid) for pid in workers), 10)
