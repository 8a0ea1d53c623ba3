"""Targets examined in processes of their own, several at a time, each with a time limit.

Where a process dies or hangs over one thing of a file, the next goes on with the others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from charmlp.doctor.diagnosis import Diagnosis, unpacked
from charmlp.doctor.isolation.targets import Target, parse_target
from charmlp.doctor.mistake import Phrase, phrase
from charmlp.doctor.survey.together import seen_together
from charmlp.system.workers import Worker

WORKER = "charmlp.doctor.isolation.worker"
MOST_PROCESSES = 4
START_TIMEOUT = 120.0  # seconds
LONGEST_LAST_WORDS = 200  # characters


def examine_targets(
    texts: Sequence[str], kind: str | None, timeout: float, own_run: bool = True
) -> Iterator[Conversation]:
    """What came of each target, in order; several are examined at a time."""
    workers = max(1, min(MOST_PROCESSES, os.cpu_count() or 1, len(texts)))
    running: set[Worker] = set()
    pool = ThreadPoolExecutor(workers)
    try:
        talks = [Conversation(parse_target(text), kind, timeout, own_run, running) for text in texts]
        jobs = [pool.submit(talk.hold) for talk in talks]
        for job in jobs:
            yield job.result()
    finally:  # an interruption must leave no process behind
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(running):
            process.end()


@dataclass
class Conversation:
    """All that is said about one target, by as many processes as it takes."""

    target: Target
    kind: str | None
    timeout: float
    own_run: bool  # whether a file may be run once more as a program
    running: set[Worker]
    diagnoses: list[Diagnosis] = field(default_factory=list)
    started: list[str] = field(default_factory=list)  # answered or not, they are not tried again
    current: str | None = None  # started, and not answered
    known: dict[str, Any] = field(default_factory=dict)  # what was examined of the file's statements

    def hold(self) -> Conversation:
        while True:
            self.current = None
            reason = self.with_one_process()
            if reason is None:
                self.diagnoses = seen_together(self.diagnoses)
                return self
            name = self.current or self.target.name
            label = self.target.place if name is None else self.target.label(name)
            self.diagnoses.append(Diagnosis(label, self.kind, reason=reason))
            if name is not None:
                self.known.setdefault("told", []).append(name)
            if self.current is None or self.target.name is not None:
                return self

    def with_one_process(self) -> Phrase | None:
        """Listen to one process to its end; why it could not say everything, None if it did."""
        job = {
            "place": self.target.place,
            "name": self.target.name,
            "kind": self.kind,
            "own_run": self.own_run,
        }
        process = Worker(WORKER, foreign=True, PYTHONIOENCODING="utf-8:backslashreplace")
        self.running.add(process)
        process.send(json.dumps(job | {"leave_out": self.started, "known": self.known}).encode())
        patience = max(self.timeout, START_TIMEOUT)  # importing PyTorch is not the target's doing
        try:
            while True:
                message = json.loads(process.receive(patience))
                if "end" in message:
                    return None
                if "failed" in message:
                    return Phrase(**message["failed"])
                patience = self.timeout
                self.take(message)
        except EOFError:
            last = process.last_words()[:LONGEST_LAST_WORDS]
            return phrase("ended", status=str(process.status), last=last and f": {last}")
        except TimeoutError:
            return phrase("timeout", seconds=f"{self.timeout:g}")
        except (ValueError, LookupError, TypeError, AttributeError):
            return phrase("garbled")  # the target has changed what the process answers with
        finally:
            process.end()
            self.running.discard(process)

    def take(self, message: dict[str, Any]) -> None:
        if "start" in message:
            self.current = message["start"]
            self.started.append(message["start"])
            return
        self.current = None
        if "done" in message:
            self.diagnoses.append(unpacked(message["done"]))
            self.known = message.get("known", self.known)
