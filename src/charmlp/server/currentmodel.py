"""The model that answers: read from its file, and again when that has changed."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from charmlp.errors import CharmlpError
from charmlp.images import are_blank
from charmlp.images.reading import read_batch
from charmlp.modelfile import Model
from charmlp.recognizer import Prediction, Recognizer, blank_error
from charmlp.server.journal import Journal

EVERY = 1.0  # seconds between two looks at the file
YOUNG = 2.0  # seconds after a change in which the file may change again and show the same time


class Answer(NamedTuple):
    """What an image shows or is wrong with it, and the model that read it."""

    model: str
    found: Prediction | CharmlpError


class Loaded:
    """A model with its name and when it was read."""

    def __init__(self, recognizer: Recognizer) -> None:
        path = recognizer.path
        assert path is not None
        self.recognizer = recognizer
        self.name = path.resolve().parent.name if path.name == "model.safetensors" else path.stem
        self.digest = digest_of(recognizer.model)
        self.id = f"{self.name}@{self.digest[:12]}"
        self.since = datetime.now(timezone.utc).isoformat(timespec="seconds")

    def facts(self) -> dict[str, Any]:
        """What `/v1/model` says of it."""
        model = self.recognizer.model
        return {
            "model": self.id,
            "name": self.name,
            "sha256": self.digest,
            "loaded": self.since,
            "classes": list(model.classes),
            "norm_size": list(model.norm_size),
            "layers": list(model.sizes),
            "activation": model.act_type,
            "preprocessing": model.preprocessing,
        }


class CurrentModel:
    """Reads images with the model that is in the file now; a bad file leaves the one before in its place."""

    def __init__(self, path: Path, journal: Journal) -> None:
        """Raises `ModelFileError` where there is no sound model yet."""
        self.path = path
        self.journal = journal
        self.stamp: tuple[int, ...] | None = self._stamp()
        self.loaded = Loaded(Recognizer.load(path))
        self.refused = ""  # the last reason why a file was not taken

    def read(self, images: Sequence[bytes], topk: int) -> list[Answer]:
        """What each image shows, with its `topk` classes; all are read by one and the same model."""
        loaded = self.loaded
        model = loaded.recognizer.model
        batch = read_batch(images, model.norm_size, model.view)
        readable = zip(
            loaded.recognizer.predict_grey(batch.images, topk), are_blank(batch.images).tolist(), strict=True
        )
        answers: list[Answer] = []
        for place in range(len(images)):
            found: Prediction | CharmlpError | None = batch.faults.get(place)
            if found is None:
                prediction, blank = next(readable)
                found = blank_error("image") if blank else prediction
            answers.append(Answer(loaded.id, found))
        return answers

    async def watch(self) -> None:
        """Look at the file for ever; what has changed is read by a thread, while the old model answers."""
        while True:
            await asyncio.sleep(EVERY)
            if self._has_changed():
                await apart(self.reload)

    def reload(self) -> None:
        """Read the file; where it is bad, or half-written, the model stays."""
        try:
            loaded = Loaded(Recognizer.load(self.path))
        except Exception as error:  # also what is no fault of the file's, such as no memory
            if str(error) != self.refused:
                self.refused = str(error)
                self.journal.write("error", "model refused", reason=str(error), model=self.loaded.id)
            return
        self.refused = ""
        if loaded.digest != self.loaded.digest:
            before, self.loaded = self.loaded, loaded
            self.journal.write("info", "model loaded", model=loaded.id, before=before.id)

    def _has_changed(self) -> bool:
        """Whether the file may differ from what was read; a file that is gone has not changed."""
        stamp = self._stamp()
        if stamp is None or stamp == self.stamp:
            return False
        is_young = time.time() - stamp[0] / 1e9 < YOUNG
        self.stamp = None if is_young else stamp
        return True

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


async def apart(work: Callable[[], None]) -> None:
    """Have a thread do it, one that ends with the process, whatever it is doing then."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        work()
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, daemon=True).start()
    await done.wait()


def digest_of(model: Model) -> str:
    """SHA-256 of all that decides what the model answers."""
    parts = (
        model.classes,
        model.norm_size,
        model.preprocessing,
        model.act_type,
        model.view,
        model.temperature,
    )
    digest = hashlib.sha256(repr(parts).encode())
    for array in model.arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
