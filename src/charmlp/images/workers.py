"""Processes that read batches of images; `charmlp.images.batches` says when they are worth their start."""

import os
import pickle
from collections.abc import Sequence

from charmlp.config import DEFAULT_VIEW, View
from charmlp.errors import CharmlpError
from charmlp.images.reading import Batch, ImageOrError, read_batch
from charmlp.system.workers import Parent, Worker
from charmlp.text import printable


class Reader:
    """A process that reads batches, in the order in which they are sent to it."""

    def __init__(self, norm_size: tuple[int, int], view: View = DEFAULT_VIEW) -> None:
        self.norm_size, self.view = norm_size, view
        try:
            self.worker = Worker(__name__, OPENBLAS_NUM_THREADS="1")
        except OSError as error:
            raise CharmlpError(
                f"a process that reads images cannot be started: {error.strerror or error}"
            ) from None

    def send(self, images: Sequence[ImageOrError]) -> None:
        plain = [os.fspath(image) if isinstance(image, os.PathLike) else image for image in images]
        self.worker.send(pickle.dumps((plain, self.norm_size, self.view)))  # a Path takes long to pickle

    def receive(self) -> Batch:
        """The next batch, or a `CharmlpError` where the process has ended."""
        try:
            batch: Batch = pickle.loads(self.worker.receive())
        except EOFError:
            words = self.worker.last_words()
            raise CharmlpError(
                f"a process that reads images has ended{f' ({printable(words)})' if words else ''}; "
                "is there too little memory?"
            ) from None
        return batch


def main() -> None:
    """Answer as long as there is somebody who asks."""
    parent = Parent()
    while True:
        parent.send(pickle.dumps(read_batch(*pickle.loads(parent.receive()))))
