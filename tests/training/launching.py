"""Starts processes as torchrun does, without its own one that watches them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Processes = Sequence[subprocess.Popen[str]]


def start(count: int, *arguments: str, where: Path, **more: str) -> Processes:
    """So many ranks of `python ARGUMENTS` on one host."""
    return start_each([arguments] * count, [where] * count, **more)


def start_each(asked: Sequence[Sequence[str]], places: Sequence[Path], **more: str) -> Processes:
    """A rank for each list of arguments and folder; other folders are other hosts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    common = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "WORLD_SIZE": str(len(asked)),
        "TORCHELASTIC_RUN_ID": "test",
        **more,
    }
    return [
        subprocess.Popen(
            [sys.executable, *arguments],
            cwd=place,
            env={**common, "RANK": str(rank), "LOCAL_RANK": str(places[:rank].count(place))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank, (arguments, place) in enumerate(zip(asked, places, strict=True))
    ]


def ends(processes: Processes, seconds: float = 100) -> list[tuple[int, str, str]]:
    """Status, output and errors of each; none is left behind."""
    try:
        outputs = [process.communicate(timeout=seconds) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(process.returncode, *output) for process, output in zip(processes, outputs, strict=True)]


def run(count: int, *arguments: str, where: Path, **more: str) -> list[tuple[int, str, str]]:
    return ends(start(count, *arguments, where=where, **more))
