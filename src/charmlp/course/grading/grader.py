"""Submissions graded: several at a time, each in processes of its own, and each written down when it is done.

What is written down is found again: an interrupted grading goes on, and a second one has nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from charmlp.course.checking.results import Result
from charmlp.course.checking.supervisor import PROGRAM, waits
from charmlp.course.grading import probes
from charmlp.course.grading.boxes import Boxes
from charmlp.course.grading.results import FAILED, Record, Said, TaskResult, from_json, stem_of
from charmlp.course.grading.submissions import Content, Submission, read_submission
from charmlp.course.grading.suspicion import touches
from charmlp.course.grading.telling import UNNAMED, told, told_of
from charmlp.course.skeleton import FACTS
from charmlp.course.tasks import FILES, MISTAKEN, RIGHT, RUNS, TASKS
from charmlp.course.tries import TRIES, read_tries
from charmlp.system.files import write_whole
from charmlp.system.workers import Worker
from charmlp.text import printable
from charmlp.version import __version__

RECORDS = "records"
MOST_OVERRUNS = 2  # of one file, before its other tasks are not run
LONGEST_MESSAGE = 2**21  # bytes
CLASS_SEED = 0  # of the numbers that all get whose mistake has no name
LONGEST_WORDS = 200  # characters of what a process said last
FORWARD_OF = {"linear-backward": "linear-forward", "cross-entropy-backward": "cross-entropy-forward"}
FILE_OF = {task.name: task.file for task in TASKS}
LANGUAGE = re.compile(rb'^language *= *"(en|zh)"', re.MULTILINE)
NAMES = tuple(task.name for task in TASKS)


@dataclass
class Grader:
    """Grades submissions, with their records below `out`.

    given    files that the students were given, which they need not hand in
    known    lines that they were given, which nobody needs to look at
    timeout  seconds for each task
    """

    out: Path
    given: Mapping[str, bytes]
    known: frozenset[str]
    timeout: float

    def kept(self, submission: Submission) -> Record | None:
        """The record of an earlier grading, if it is of the same submission, graded in the same way."""
        with suppress(OSError, ValueError, TypeError, LookupError):
            record = from_json(self.path(submission).read_text("utf-8"))
            fingerprint = self.fingerprint(read_submission(submission.path, FILES))
            if (record.student, record.fingerprint) == (submission.student, fingerprint):
                return record
        return None

    def grade(self, submissions: Sequence[Submission], boxes: Boxes, jobs: int) -> Iterator[Record]:
        """Each submission's record, as they get done and are written down."""
        pool = ThreadPoolExecutor(jobs)
        try:
            for job in as_completed([pool.submit(self.grade_one, each, boxes) for each in submissions]):
                yield job.result()
        finally:  # an interruption must leave no process behind
            pool.shutdown(wait=False, cancel_futures=True)
            boxes.close()
            pool.shutdown()

    def grade_one(self, submission: Submission, boxes: Boxes) -> Record:
        content = read_submission(submission.path, FILES)
        record = self.examine(submission.student, content, boxes)
        write_whole(self.path(submission), record.to_json().encode())
        return record

    def path(self, submission: Submission) -> Path:
        return self.out / RECORDS / f"{stem_of(submission.student)}.json"

    def fingerprint(self, content: Content) -> str:
        """Of what was handed in, and of what can make another record of it."""
        facts = __version__, self.timeout, content.fingerprint
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def examine(self, student: str, content: Content, boxes: Boxes) -> Record:
        fingerprint, notes = self.fingerprint(content), tuple(content.notes)
        if content.problem is not None:
            return Record(student, fingerprint, (), content.problem, notes, language=language_of(content))
        folder = Path(tempfile.mkdtemp(dir=boxes.scratch))
        try:
            for name, data in {**self.given, **content.files}.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
            conversation = Conversation(boxes, folder, self.timeout)
            conversation.hold()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        results = tuple(conversation.results[name] for name in NAMES)
        for_teacher = (*touches(content.python_files, self.known), *conversation.for_teacher)
        protection = boxes.protection, {"reason": boxes.why_no_walls}
        return Record(
            student, fingerprint, results, None, notes, for_teacher, protection, language_of(content),
            tries_of(content),
        )  # fmt: skip


def tries_of(content: Content) -> dict[str, int]:
    tries = read_tries(content.files.get(TRIES, b"").decode("utf-8", "replace"))
    return {task: each.times for task, each in tries.items()}


def language_of(content: Content) -> str | None:
    """What the homework's own file says, which a student may have changed or left out."""
    found = LANGUAGE.search(content.files.get(FACTS, b""))
    return found[1].decode("ascii") if found else None


@dataclass
class Conversation:
    """All that is said about one submission, by as many processes as it takes."""

    boxes: Boxes
    content: Path
    timeout: float
    results: dict[str, TaskResult] = field(default_factory=dict)
    for_teacher: list[Said] = field(default_factory=list)
    current: str | None = None
    overruns: Counter[str] = field(default_factory=Counter)

    def hold(self) -> None:
        """All tasks, and then the one that needs all others, where they are right."""
        ended = self.judge([name for name in NAMES if name != PROGRAM])
        waiting = waits([Result(name, result.status) for name, result in self.results.items()])
        if waiting is None:
            ended += self.judge([PROGRAM])
        else:
            self.results[PROGRAM] = told(waiting)
        if ended:
            self.for_teacher.append(("teacher.ended-run", {"count": ended}))

    def judge(self, names: Sequence[str]) -> int:
        """These tasks, by as many processes as it takes; how many of them ended before they had said all."""
        ended = 0
        while left := [name for name in names if name not in self.results]:
            hopeless = [name for name in left if self.overruns[FILE_OF[name]] == MOST_OVERRUNS]
            if hopeless:
                self.fail(hopeless, ("not-run", {"count": MOST_OVERRUNS}))
                continue
            self.current = None
            failure = self.with_one_process(left)
            if failure is not None:
                ended += 1
                self.fail(left if self.current is None else [self.current], failure)
        return ended

    def fail(self, tasks: Sequence[str], why: Said) -> None:
        for task in tasks:
            self.results[task] = TaskResult(task, FAILED, said=told_of(why))

    def with_one_process(self, tasks: Sequence[str]) -> Said | None:
        """Listen to one process to its end; why it could not say everything, None if it did."""
        with self.boxes.open(self.content) as worker:
            worker.send(json.dumps({"tasks": tasks}).encode())
            try:
                for task in tasks:
                    self.current = self.hear(worker, "start", str)
                    if self.current != task:
                        return "garbled", {}
                    self.take(worker, task)
                self.current = None
                if names := self.hear(worker, "patched", list):
                    said = ", ".join(printable(name) for name in names)[:LONGEST_WORDS]
                    self.for_teacher.append(("teacher.patched", {"names": said}))
                return None
            except EOFError:
                words = worker.last_words()[:LONGEST_WORDS]
                return "ended-words" if words else "ended", {"status": worker.status, "words": words}
            except TimeoutError:
                self.overruns[FILE_OF[self.current or tasks[0]]] += 1
                return "overran", {"seconds": f"{self.timeout:g}"}
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                return "garbled", {}

    def take(self, worker: Worker, task: str) -> None:
        """What comes of one task: what it says itself, and where that is "right", whether its numbers are."""
        result = Result.from_json(self.hear(worker, "done", dict))
        if result.task != task:
            raise ValueError(task)
        kept, forward = told(result), FORWARD_OF.get(task)
        if result.status == RIGHT:
            if fault := self.fault_of(worker, task):
                kept = TaskResult(task, MISTAKEN, said=told_of(("unconfirmed", {"words": fault})))
                self.for_teacher.append(("teacher.unconfirmed", {"task": task}))
        elif result.status == RUNS and forward is not None and self.results[forward].status == MISTAKEN:
            if probes.fits(forward, task, partial(self.answer, worker)):
                kept = replace(kept, follows=forward)
                self.for_teacher.append(("teacher.follows", {"task": task, "cause": forward}))
        elif UNNAMED in kept.causes:
            same = probes.drawn(task, seed=CLASS_SEED)
            kept = replace(kept, shape=probes.digest(self.answer(worker, task, same.inputs)))
        worker.send(b"null")
        self.results[task] = kept

    def fault_of(self, worker: Worker, task: str) -> str | None:
        """In what the answer is wrong; a backward may use what its own forward keeps, or the homework's."""
        fault = None
        for own in (True, False) if task in FORWARD_OF else (True,):
            probe = probes.drawn(task, own)
            fault = probe.fault_of(self.answer(worker, task, probe.inputs))
            if fault is None:
                break
        return fault

    def answer(self, worker: Worker, task: str, inputs: probes.Numbers) -> Any:
        """What the student's code makes of a task's inputs."""
        worker.send(json.dumps({"task": task, "inputs": inputs}).encode())
        return self.hear(worker, "answer", dict)

    def hear(self, worker: Worker, key: str, kind: type[Any]) -> Any:
        raw = worker.receive(self.timeout)
        if len(raw) > LONGEST_MESSAGE:
            raise ValueError(key)
        value = json.loads(raw)[key]
        if not isinstance(value, kind):
            raise TypeError(key)
        return value
