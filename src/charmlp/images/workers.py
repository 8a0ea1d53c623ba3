"""Many images read by processes: part of the work on a small image is Python, which threads take in turns.

Each thread that reads gets a process of its own, which answers one pickled list of paths after another
through pipes that nobody else has. It is started by its name: whoever uses this needs no `if __name__ == …`.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError, ImageError
from charmlp.images.grey import read_grey

Answer = NDArray[np.uint8] | ImageError


class Workers:
    """Reads lists of images to grey, N×H×W in parts; use it in `with`, which ends the processes."""

    def __init__(self, norm_size: tuple[int, int]) -> None:
        self.norm_size = norm_size
        self.own = threading.local()
        self.processes: list[subprocess.Popen[bytes]] = []

    def read(self, paths: Sequence[str | os.PathLike[str]]) -> list[Answer]:
        """The images, or why one cannot be read. Raises `CharmlpError` where the process has ended."""
        process = getattr(self.own, "process", None) or self.start()
        assert process.stdin is not None and process.stdout is not None
        try:
            pickle.dump((self.norm_size, [os.fspath(path) for path in paths]), process.stdin)
            process.stdin.flush()
            answers: list[Answer] = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise CharmlpError(
                "a process that reads images has ended; is there too little memory?"
            ) from error
        return answers

    def start(self) -> subprocess.Popen[bytes]:
        place = str(Path(__file__).parents[2])
        search = os.pathsep.join(filter(None, (place, os.environ.get("PYTHONPATH"))))
        process = self.own.process = subprocess.Popen(
            [sys.executable, "-m", "charmlp.images.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": search, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        self.processes.append(process)
        return process

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *reason: object) -> None:
        for process in self.processes:
            process.kill()  # it holds nothing that could be lost
            process.communicate()


def answer(path: str, norm_size: tuple[int, int]) -> Answer:
    try:
        return read_grey(path, norm_size)
    except ImageError as error:
        return error


def serve() -> None:
    """Answer until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other process's to handle
    out = sys.stdout.buffer
    while True:
        try:
            norm_size, paths = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump([answer(path, norm_size) for path in paths], out)
        out.flush()


if __name__ == "__main__":
    serve()
