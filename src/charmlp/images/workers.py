"""Processes that read batches of images; `charmlp.images.batches` says when they are worth their start.

Each answers one pickled list of images after another through pipes that nobody else has, and ends when the
pipe does, that is, at the latest with the process that started it.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from charmlp.errors import CharmlpError
from charmlp.images.batches import Batch, ImageOrError, read_pixels, to_batch
from charmlp.system import processes

PROTOCOL = 5  # of pickle: both ends are the same Python


class Workers:
    """So many processes, and a thread for each that waits for its answers; `with` ends both."""

    def __init__(self, count: int, norm_size: tuple[int, int]) -> None:
        self.count, self.norm_size = count, norm_size
        self.processes: list[subprocess.Popen[bytes]] = []
        self.threads = ThreadPoolExecutor(count)
        self.idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()

    def submit(self, images: Sequence[ImageOrError]) -> Future[Batch]:
        """The images' batch in time, or a `CharmlpError` where its process has ended."""
        return self.threads.submit(self._read, images)

    def _read(self, images: Sequence[ImageOrError]) -> Batch:
        process = self.idle.get()
        assert process.stdin is not None and process.stdout is not None
        try:
            plain = [os.fspath(image) if isinstance(image, os.PathLike) else image for image in images]
            pickle.dump((plain, self.norm_size), process.stdin, PROTOCOL)  # a Path takes long to pickle
            process.stdin.flush()
            pixels, faults = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise CharmlpError(
                "a process that reads images has ended; is there too little memory?"
            ) from error
        finally:
            self.idle.put(process)
        return to_batch(pixels, faults, self.norm_size)

    def _start(self) -> None:
        try:
            process = subprocess.Popen(
                processes.command(__name__),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=processes.environment(OPENBLAS_NUM_THREADS="1"),
                # Ctrl-C is for the process that started it
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise CharmlpError(
                f"a process that reads images cannot be started: {error.strerror or error}"
            ) from None
        self.processes.append(process)
        self.idle.put(process)

    def __enter__(self) -> Workers:
        try:
            for _ in range(self.count):
                self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *reason: object) -> None:
        self._end()

    def _end(self) -> None:
        for process in self.processes:
            process.kill()  # it holds nothing that could be lost
        self.threads.shutdown(cancel_futures=True)  # those that waited for an answer have seen its end
        for process in self.processes:
            process.communicate()


def main() -> None:
    """Answer until the other end of the pipe is closed."""
    with suppress(EOFError, BrokenPipeError, pickle.UnpicklingError):
        while True:
            images, norm_size = pickle.load(sys.stdin.buffer)
            pickle.dump(read_pixels(images, norm_size), sys.stdout.buffer, PROTOCOL)
            sys.stdout.buffer.flush()
    os._exit(0)  # nobody listens any more
