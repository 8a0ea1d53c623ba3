"""Targets examined in processes of their own, with a time limit: what a target does cannot harm the rest."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

from charmlp.doctor.diagnosis import Diagnosis, Phrase, unpack
from charmlp.doctor.targets import Target, parse_target
from charmlp.system import processes

MOST_PROCESSES = 4
START_TIMEOUT = 120.0  # seconds
LINES_KEPT = 20  # of what a target prints: the last ones tell why a process ended


@dataclass
class Outcome:
    """What came of one target: diagnoses, and what was left out of a whole file with the reason."""

    diagnoses: list[Diagnosis] = field(default_factory=list)
    skipped: list[tuple[str, Phrase | None]] = field(default_factory=list)


def examine_targets(texts: Sequence[str], kind: str | None, timeout: float) -> Iterator[Outcome]:
    """The outcome of each target, in order; several are examined at a time."""
    workers = max(1, min(MOST_PROCESSES, os.cpu_count() or 1, len(texts)))
    running: set[subprocess.Popen[bytes]] = set()
    pool = ThreadPoolExecutor(workers)
    try:
        jobs = [pool.submit(examine_target, parse_target(text), kind, timeout, running) for text in texts]
        for job in jobs:
            yield job.result()
    finally:  # an interruption must leave no process behind
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(running):
            end(process)


def examine_target(
    target: Target, kind: str | None, timeout: float, running: set[subprocess.Popen[bytes]]
) -> Outcome:
    """Examine one target; where a process dies or hangs over one thing, the next goes on with the others."""
    outcome = Outcome()
    finished: list[str] = []
    while True:
        job = {"place": target.place, "name": target.name, "kind": kind, "leave_out": finished}
        before = len(finished)
        reason = run_worker(job, timeout, running, outcome, finished)
        if reason is None:
            return outcome
        current = (
            finished[-1] if len(finished) > before and not is_told(outcome, target, finished[-1]) else None
        )
        label = (
            target.place
            if current is None and target.name is None
            else target.label(current or target.name or "")
        )
        outcome.diagnoses.append(Diagnosis(label, kind, reason=reason))
        if current is None or target.name is not None:
            return outcome


def is_told(outcome: Outcome, target: Target, name: str) -> bool:
    """Whether there is a diagnosis of it already."""
    told = {diagnosis.target for diagnosis in outcome.diagnoses} | {skipped for skipped, _ in outcome.skipped}
    return target.label(name) in told


def run_worker(
    job: dict[str, Any],
    timeout: float,
    running: set[subprocess.Popen[bytes]],
    outcome: Outcome,
    finished: list[str],
) -> Phrase | None:
    """Run one process to its end; what it could not tell, None if it told everything.

    The names that it starts with are added to `finished`: told or not, they are not tried again.
    """
    process = start(job)
    running.add(process)
    printed: deque[str] = deque(maxlen=LINES_KEPT)
    lines: queue.Queue[bytes | None] = queue.Queue()
    assert process.stdout is not None and process.stderr is not None
    follow(process.stdout, lines.put, at_end=lambda: lines.put(None))
    errors = follow(process.stderr, lambda line: printed.append(line.decode("utf-8", "replace").rstrip()))
    patience = max(timeout, START_TIMEOUT)  # until PyTorch is imported, which is not the target's doing
    try:
        while True:
            try:
                line = lines.get(timeout=patience)
            except queue.Empty:
                return Phrase("timeout", {"seconds": f"{timeout:g}"})
            if line is None:
                status = process.wait()
                errors.join(timeout=1)
                return Phrase("ended", {"status": str(status), "last": last_words(printed)})
            message = json.loads(line)
            if "end" in message:
                return None
            if "failed" in message:
                return Phrase(*message["failed"])
            patience = timeout
            take(message, outcome, job["place"], finished)
    finally:
        end(process)
        running.discard(process)


def take(message: dict[str, Any], outcome: Outcome, place: str, finished: list[str]) -> None:
    if "start" in message:
        finished.append(message["start"])
    elif "done" in message:
        outcome.diagnoses.append(unpack(message["done"]))
    elif "skipped" in message:
        name, phrase = message["skipped"]
        outcome.skipped.append((f"{place}:{name}", None if phrase is None else Phrase(*phrase)))


def start(job: dict[str, Any]) -> subprocess.Popen[bytes]:
    """A process that has taken the job and answers line by line."""
    process = subprocess.Popen(
        processes.command("charmlp.doctor.worker"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=processes.environment(PYTHONIOENCODING="utf-8:backslashreplace"),
        start_new_session=os.name == "posix",  # so that what the target starts can be ended with it
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(job).encode("utf-8"))
        process.stdin.close()
    return process


def follow(
    stream: IO[bytes], take_line: Callable[[bytes], object], at_end: Callable[[], object] = lambda: None
) -> threading.Thread:
    """Read a stream line by line in a thread, so that the process never waits for a reader."""

    def read() -> None:
        with contextlib.suppress(ValueError, OSError):  # closed while reading
            for line in iter(lambda: stream.readline(65536 * 1024), b""):
                take_line(line)
        at_end()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def last_words(printed: Sequence[str]) -> str:
    """The last line that was printed, for the message."""
    words = [line.strip() for line in printed if line.strip()]
    return f": {words[-1][:200]}" if words else ""
