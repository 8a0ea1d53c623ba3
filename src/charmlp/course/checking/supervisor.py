"""A folder's tasks, judged in processes of their own: one that ends or hangs costs the task it was at."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from charmlp.course.checking.results import Result, does_not_run
from charmlp.course.checking.words import in_both
from charmlp.course.skeleton import GIVEN, files
from charmlp.course.tasks import FILES, NOT_BEGUN, RIGHT, RUNS, TASKS
from charmlp.errors import DataError
from charmlp.system.extras import require_extra
from charmlp.system.files import is_folder
from charmlp.system.workers import Worker
from charmlp.text import printable, shown_path

WORKER = "charmlp.course.checking.worker"
START_TIMEOUT = 120.0  # seconds for what is ours, such as importing PyTorch
TIMEOUT = 60.0  # seconds for a task
LARGEST_FILE = 2**20
MOST_FILES = 200
LAST_WORDS = 200  # characters
PROGRAM = "program"  # the task that waits for all others


def check_folder(
    folder: Path, timeout: float = TIMEOUT, done: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """What came of each task, in their order; `done` hears of each as soon as it is known.

    The code runs on copies: what it deletes or writes beside itself is not the student's. Raises
    `CharmlpError` where the folder is none, or has none of the homework's files.
    """
    check_place(folder)
    require_extra("torch", "torch", "charmlp course check")
    found: dict[str, Result] = {}

    def take(result: Result) -> None:
        found[result.task] = result
        done(result)

    others = [task for task in TASKS if task.name != PROGRAM]
    for task in others:
        path = folder / task.file
        if not path.is_file():
            take(Result(task.name, NOT_BEGUN, (), in_both("no-file", file=task.file)))
        elif path.stat().st_size > LARGEST_FILE:
            take(does_not_run(task.name, in_both("too-large", file=task.file)))
    judge_all(folder, [task.name for task in others if task.name not in found], timeout, take)
    waiting = waits(list(found.values()))
    if waiting is not None:
        take(waiting)
    else:
        judge_all(folder, [PROGRAM], timeout, take)
    return [found[task.name] for task in TASKS]


def check_place(folder: Path) -> None:
    """Raise `CharmlpError` for what is no folder of the homework."""
    if not is_folder(folder):
        raise DataError(f"{shown_path(folder)}: no such folder; 'charmlp course new DIR' makes one")
    if not any((folder / file).is_file() for file in FILES):
        raise DataError(f"{shown_path(folder)}: holds none of {', '.join(FILES)}: no homework to check")


def waits(others: list[Result]) -> Result | None:
    """Why the whole program need not be run yet; None where all other tasks are right."""
    if all(result.status == RIGHT for result in others):
        return None
    status = NOT_BEGUN if any(result.status == NOT_BEGUN for result in others) else RUNS
    return Result(PROGRAM, status, (), in_both("others-first"))


def judge_all(folder: Path, names: list[str], timeout: float, take: Callable[[Result], None]) -> None:
    """Processes, one after the other, until every task has its result."""
    waiting = list(names)
    while waiting:
        started = judge_some(folder, waiting, timeout, take)
        waiting = [name for name in waiting if name not in started]


def judge_some(folder: Path, names: list[str], timeout: float, take: Callable[[Result], None]) -> set[str]:
    """As many tasks as one process lives to judge, at least one; their names."""
    started: set[str] = set()
    current = names[0]
    with (
        copied(folder) as place,
        Worker(WORKER, foreign=True, PYTHONIOENCODING="utf-8:backslashreplace") as process,
    ):
        process.send(json.dumps({"folder": str(place), "tasks": names}).encode())
        patience = START_TIMEOUT
        try:
            while "end" not in (message := json.loads(process.receive(patience))):
                patience = timeout
                if "start" in message:
                    current = message["start"]
                    started.add(current)
                elif "done" in message:
                    take(Result.from_json(message["done"]))
            return started
        except EOFError:
            last = printable(process.last_words()[:LAST_WORDS])
            reason = in_both("ended", status=process.status, last=last and f": {last}")
        except TimeoutError:
            reason = in_both("timeout", seconds=f"{timeout:g}")
        except (ValueError, LookupError, TypeError, AttributeError):
            reason = in_both("garbled")  # the code has changed what the process answers with
        take(does_not_run(current, reason))
        return started | {current}


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """The folder's Python files in a place of their own, with what was given where it is not there."""
    with tempfile.TemporaryDirectory(prefix="charmlp-", ignore_cleanup_errors=True) as name:
        place = Path(name).resolve()
        given = files("en")
        for file in GIVEN:
            (place / file).write_text(given[file], "utf-8")
        own = [path for path in sorted(folder.glob("*.py")) if path.is_file()]
        for path in own[:MOST_FILES]:
            if path.stat().st_size <= LARGEST_FILE:
                shutil.copyfile(path, place / path.name)
        yield place
