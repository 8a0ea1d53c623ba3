"""Images that wait, and the threads that read them: all that wait are read together.

    answers = await lane.ask(images, topk, is_gone)

A thread takes what waits the moment that it is free, and nothing waits for more to come. So there is a batch
of one when little is asked, and large ones, whose images cost less each, when much is. There is a lane for
small pictures and one for large ones, so that a second spent on one photograph delays only its like.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from charmlp.server.limits import Limits
from charmlp.server.problems import Problem, busy

Answer = TypeVar("Answer")  # for one image

BATCH = 64  # images that a thread takes at a time, a request's always whole
BATCH_BYTES = 2**20
MEMORY = 0.1  # weight of the newest batch in the time that an image takes


@dataclass(eq=False)
class Asked(Generic[Answer]):
    """A request's images; `until` a time of `time.monotonic`, `is_gone`: nobody waits for the answers."""

    images: Sequence[bytes]
    topk: int
    until: float
    is_gone: Callable[[], bool]
    answers: asyncio.Future[list[Answer]]


class Lane(Generic[Answer]):
    """A bounded queue and its threads, for one event loop; `note` hears of each batch.

    Its counts are those of the event loop's thread alone.
    """

    def __init__(self,
        read: Callable[[Sequence[bytes], int], list[Answer]],
        limits: Limits,
        threads: int,
        note: Callable[[str, int], None],
   ) -> None:
        self.read = read
        self.limits = limits
        self.threads = threads
        self.note = note
        self.waiting = 0  # images admitted and not answered
        self.seconds = 0.0  # that an image takes, of late
        self.asked: queue.SimpleQueue[Asked[Answer]] = queue.SimpleQueue()

    def start(self) -> None:
        """Start the threads; they end with the process, whatever they are doing then."""
        self.loop = asyncio.get_running_loop()
        for _ in range(self.threads):
            threading.Thread(target=self._work, daemon=True).start()

    def is_full(self, more: int = 1) -> bool:
        """Whether so many images more are too many, in number or by the time that they would wait."""
        if not self.waiting:
            return False
        foreseen = self.waiting * self.seconds / self.threads
        return self.waiting + more > self.limits.waiting or foreseen > self.limits.foreseen

    async def ask(self, images: Sequence[bytes], topk: int, is_gone: Callable[[], bool]) -> list[Answer]:
        """What the images show, each with its `topk` classes or more, or is wrong with them.

        Raises `Problem`: 429 where the queue is full, 503 where the time limit went by.
        """
        if self.is_full(len(images)):
            raise busy("the queue is full; try again in a moment")
        until = time.monotonic() + self.limits.wait_seconds
        asked = Asked(images, topk, until, is_gone, self.loop.create_future())
        self.waiting += len(images)
        self.asked.put(asked)
        return await asked.answers

    def _work(self) -> None:
        while True:
            taken = self._take()
            now = time.monotonic()
            wanted = [asked for asked in taken if now < asked.until and not asked.is_gone()]
            images = [image for asked in wanted for image in asked.images]
            answers: list[Answer] | Exception
            try:
                answers = self.read(images, max(asked.topk for asked in wanted)) if images else []
            except Exception as error:  # a bug, or no memory: told to each of them
                answers = error
            seconds = time.monotonic() - now
            try:
                self.loop.call_soon_threadsafe(self._deliver, taken, wanted, answers, seconds)
            except RuntimeError:  # the loop is closed
                return

    def _take(self) -> list[Asked[Answer]]:
        """All that waits, or as much of it as a thread takes; waits where nothing does."""
        taken = [self.asked.get()]
        count, size = len(taken[0].images), sum(map(len, taken[0].images))
        while count < BATCH and size < BATCH_BYTES:
            try:
                taken.append(self.asked.get_nowait())
            except queue.Empty:
                break
            count += len(taken[-1].images)
            size += sum(map(len, taken[-1].images))
        return taken

    def _deliver(
        self, taken: list[Asked[Answer]], wanted: list[Asked[Answer]], answers: list[Answer] | Exception, seconds: float
    ) -> None:
        self.waiting -= sum(len(asked.images) for asked in taken)
        for asked in taken:
            if asked not in wanted:
                late = not asked.is_gone()
                self.note("late" if late else "gone", len(asked.images))
                settle(asked, Problem(503, "not answered within its time limit", {"Retry-After": "1"}))
        if isinstance(answers, Exception):
            for asked in wanted:
                settle(asked, answers)
        elif answers:
            self.note("batch", len(answers))
            self.seconds += MEMORY * (seconds / len(answers) - self.seconds)
            start = 0
            for asked in wanted:
                end = start + len(asked.images)
                settle(asked, answers[start:end])
                start = end


def settle(asked: Asked[Answer], answers: list[Answer] | Exception) -> None:
    """Tell who waits; nobody does where the server stops."""
    if asked.answers.done():
        return
    if isinstance(answers, Exception):
        asked.answers.set_exception(answers)
    else:
        asked.answers.set_result(answers)
