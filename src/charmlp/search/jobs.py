"""Worker processes that train, each with one core, and the threads that hand them their tasks."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from charmlp.config import TrainingConfig, to_toml
from charmlp.errors import CharmlpError
from charmlp.system.workers import Worker

TRIES = 2  # of a training whose process is killed
MOMENT = 0.5  # seconds
Done = TypeVar("Done")
GoesOn = Callable[[float, float], bool]  # of a share of the epochs and a figure: whether to train on


class Job:
    """One worker process, started anew where it is killed; used by one thread, ended by any."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.worker: Worker | None = None
        self.ended = False
        self.lock = threading.Lock()  # no process is started that nobody ends

    def train(self, config: TrainingConfig, goes_on: GoesOn | None = None) -> dict[str, Any]:
        """What `search.worker` answers: the figures of a training, or why it has none.

        Raises `CharmlpError` where the data cannot be read, `EOFError` where the job was ended.
        """
        reason = ""
        for _ in range(TRIES):
            worker = self.started()
            try:
                return ask(worker, config, goes_on)
            except EOFError:
                if self.ended:
                    raise
                words = worker.last_words()
                reason = f"its process ended with status {worker.status}{f': {words}' if words else ''}"
                worker.end()
                self.worker = None
        return {"failed": reason}

    def started(self) -> Worker:
        with self.lock:
            if self.ended:
                raise EOFError
            if self.worker is None:
                self.worker = Worker(
                    "charmlp.search.worker",
                    OMP_NUM_THREADS="1",  # one core each (`system.threads`)
                    OPENBLAS_NUM_THREADS="1",
                    NUMBA_NUM_THREADS="1",
                )
                send(self.worker, self.facts)
            return self.worker

    def end(self) -> None:
        with self.lock:
            self.ended = True
            if self.worker is not None:
                self.worker.end()


def ask(worker: Worker, config: TrainingConfig, goes_on: GoesOn | None) -> dict[str, Any]:
    """A training's answer, with each figure on the way judged by `goes_on`."""
    send(worker, {"config": to_toml(config), "watched": goes_on is not None})
    while "figure" in (answer := json.loads(worker.receive())):
        assert goes_on is not None
        send(worker, {"go_on": goes_on(answer["done"], answer["figure"])})
    if "error" in answer:
        raise CharmlpError(answer["error"])
    return answer


def send(worker: Worker, message: dict[str, Any]) -> None:
    worker.send(json.dumps(message).encode("ascii"))


class Jobs:
    """Several jobs at work on the same list; at the end, or at an error, none of their processes is left."""

    def __init__(self, count: int, facts: dict[str, Any]) -> None:
        self.jobs = [Job(facts) for _ in range(count)]
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> Jobs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for job in self.jobs:
            job.end()
        for thread in self.threads:
            thread.join()

    def work(self, task: Callable[[Job], Done | None]) -> Iterator[Done]:
        """What `task` returns, in the order in which it is done; each job calls it until it returns None."""
        done: queue.SimpleQueue[Done | BaseException | None] = queue.SimpleQueue()

        def repeat(job: Job) -> None:
            try:
                while not job.ended and (found := task(job)) is not None:
                    done.put(found)
                done.put(None)
            except BaseException as error:  # raised where the results are waited for
                done.put(error)

        self.threads = [threading.Thread(target=repeat, args=(job,), daemon=True) for job in self.jobs]
        for thread in self.threads:
            thread.start()
        busy = len(self.threads)
        while busy:
            try:
                found = done.get(timeout=MOMENT)
            except queue.Empty:  # on Windows, Ctrl-C is heard between two waits only
                continue
            if isinstance(found, BaseException):
                raise found
            if found is None:
                busy -= 1
            else:
                yield found
