"""Images that wait, and who reads them: all that wait are read together.

    answers = await lane.ask(images, topk, is_gone)

What waits is taken the moment that somebody is free, and nothing waits for more to come. So there is a batch
of one when little is asked, and large ones, whose images cost less each, when much is.

    LoopLane    for small pictures: the event loop reads them itself, a batch between two looks at its
                sockets. A thread would cost more than the picture: each waits for the other's Python.
    ThreadLane  for all others: threads read them, so that a second spent on one delays its like only
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from charmlp.server.limits import Limits
from charmlp.server.problems import ClientGone, Problem, busy
from charmlp.system.threads import cores

Answer = TypeVar("Answer")  # for one image

MOST_THREADS = 2  # for large pictures, each of which may take some hundred megabytes
MEMORY = 0.1  # weight of the newest batch in the time that an image takes


class Asked(Generic[Answer]):
    """A request's images; `until` a time of `time.monotonic`, `is_gone`: nobody waits for the answers."""

    __slots__ = ("answers", "images", "is_gone", "topk", "until")

    def __init__(
        self,
        images: Sequence[bytes],
        topk: int,
        until: float,
        is_gone: Callable[[], bool],
        answers: asyncio.Future[list[Answer]],
    ) -> None:
        self.images = images
        self.topk = topk
        self.until = until
        self.is_gone = is_gone
        self.answers = answers

    def settle(self, answers: list[Answer] | Exception) -> None:
        """Tell who waits; nobody does any more where the server stops."""
        if self.answers.done():
            return
        if isinstance(answers, Exception):
            self.answers.set_exception(answers)
        else:
            self.answers.set_result(answers)


class Lane(ABC, Generic[Answer]):
    """A bounded queue of an event loop, in whose thread all of it happens but `read`.

    read     what images show, each with so many classes
    note     hears of each batch, and of images that were not read
    most     images of a batch; a request's are never parted
    """

    most = 64

    def __init__(
        self,
        read: Callable[[Sequence[bytes], int], list[Answer]],
        limits: Limits,
        note: Callable[[str, int], None],
    ) -> None:
        self.read = read
        self.limits = limits
        self.note = note
        self.waiting = 0  # images admitted and not answered
        self.expected = 0  # images that may be admitted in this turn of the loop
        self.seconds = 0.0  # from an answer to the next, of late, while there is something to do
        self.busy_since = 0.0  # the last answer, or what was asked when nothing was to do
        self.queue: queue.SimpleQueue[Asked[Answer]] = queue.SimpleQueue()

    def start(self) -> None:
        self.loop = asyncio.get_running_loop()

    def is_full(self, more: int = 1) -> bool:
        """Whether so many images more are too many, in number or by the time that they would wait."""
        inside = self.waiting + self.expected
        if not inside:
            return False
        return inside + more > self.limits.waiting or inside * self.seconds > self.limits.foreseen

    def expect(self) -> None:
        """A request has come whose image is not in the queue yet: until the loop's next turn it counts."""
        if not self.expected:
            self.loop.call_soon(self.forget)
        self.expected += 1

    def forget(self) -> None:
        self.expected = 0

    async def ask(self, images: Sequence[bytes], topk: int, is_gone: Callable[[], bool]) -> list[Answer]:
        """What the images show, each with its `topk` classes or more.

        Raises `Problem`, 429 where the queue is full, 503 where the time limit went by, and `ClientGone`.
        """
        if self.is_full(len(images)):
            raise busy()
        now = time.monotonic()
        if not self.waiting:
            self.busy_since = now
        until = now + self.limits.wait_seconds
        asked: Asked[Answer] = Asked(images, topk, until, is_gone, self.loop.create_future())
        self.waiting += len(images)
        self.queue.put(asked)
        self.wake()
        return await asked.answers

    @abstractmethod
    def wake(self) -> None:
        """Something waits."""

    def take(self, first: Asked[Answer]) -> list[Asked[Answer]]:
        """The first that waits and all others, or as many of them as make a batch."""
        taken, count = [first], len(first.images)
        while count < self.most:
            try:
                taken.append(self.queue.get_nowait())
            except queue.Empty:
                break
            count += len(taken[-1].images)
        return taken

    def compute(self, taken: list[Asked[Answer]]) -> Callable[[], None]:
        """Read what is still wanted; returns what tells it to those who wait."""
        start = time.monotonic()
        wanted = [asked for asked in taken if start < asked.until and not asked.is_gone()]
        images = [image for asked in wanted for image in asked.images]
        answers: list[Answer] | Exception
        try:
            answers = self.read(images, max(asked.topk for asked in wanted)) if images else []
        except Exception as error:  # a bug, or no memory: told to each of them
            answers = error
        return lambda: self.deliver(taken, wanted, answers)

    def deliver(
        self,
        taken: list[Asked[Answer]],
        wanted: list[Asked[Answer]],
        answers: list[Answer] | Exception,
    ) -> None:
        if len(wanted) < len(taken):
            for asked in set(taken).difference(wanted):
                self.waiting -= len(asked.images)
                if asked.is_gone():
                    self.note("gone", len(asked.images))
                    asked.settle(ClientGone())
                else:
                    self.note("late", len(asked.images))
                    asked.settle(Problem(503, "not answered within its time limit", {"Retry-After": "1"}))
        if not wanted:
            return
        place = 0
        for asked in wanted:
            count = len(asked.images)
            asked.settle(answers if isinstance(answers, Exception) else answers[place : place + count])
            place += count
        self.waiting -= place
        now = time.monotonic()
        self.seconds += MEMORY * ((now - self.busy_since) / place - self.seconds)
        self.busy_since = now
        self.note("batch", place)


class LoopLane(Lane[Answer]):
    """What the event loop reads, a batch at a time."""

    most = 16  # some milliseconds: meanwhile nobody else is heard

    is_due = False

    def wake(self) -> None:
        if not self.is_due:
            self.is_due = True
            self.loop.call_soon(self.turn)

    def turn(self) -> None:
        """A batch; the next one when the sockets have been looked at."""
        self.is_due = False
        self.compute(self.take(self.queue.get_nowait()))()
        if not self.queue.empty():
            self.wake()


class ThreadLane(Lane[Answer]):
    """What threads read; they end with the process, whatever they are doing then."""

    most = 8  # so that there is something for each thread

    threads = min(MOST_THREADS, cores())

    def start(self) -> None:
        super().start()
        for _ in range(self.threads):
            threading.Thread(target=self.work, daemon=True).start()

    def wake(self) -> None:
        """A thread that is free waits at the queue itself."""

    def work(self) -> None:
        while True:
            tell = self.compute(self.take(self.queue.get()))
            try:
                self.loop.call_soon_threadsafe(tell)
            except RuntimeError:  # the loop is closed
                return
