"""A whole class: from the folder of what was handed in to the folder of what came of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from charmlp.course.grading.boxes import Boxes
from charmlp.course.grading.grader import NAMES, Grader
from charmlp.course.grading.outcome import Class, grade
from charmlp.course.grading.results import Record
from charmlp.course.grading.rubric import Rubric, read_rubric
from charmlp.course.grading.submissions import find_submissions
from charmlp.course.grading.walls import Limits
from charmlp.course.grading.words import Words
from charmlp.course.grading.writing import TABLE, write_all
from charmlp.course.skeleton import GIVEN, files
from charmlp.course.tasks import TASKS
from charmlp.errors import CharmlpError
from charmlp.language import LANGUAGES, spoken
from charmlp.system.extras import require_extra
from charmlp.system.files import check_writable, writing
from charmlp.system.locks import TakenError, locked
from charmlp.text import shown_path, some

SCRATCH, LOCK = ".scratch", ".lock"
INSIDE = "charmlp.course.grading.inside"
DEFAULT = Rubric({task.name: float(task.points) for task in TASKS})
ABOUT = {task.name: task.about for task in TASKS}

Done = Callable[[Record, int, int], object]  # a record, the how manieth it is, and of how many


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how.

    rubric    a file, None for 100 points as they are
    jobs      submissions at a time
    timeout   seconds for each task
    language  of all pages; None: each student's own, and for the class the locale's
    """

    folder: Path
    out: Path
    rubric: Path | None = None
    jobs: int = 1
    timeout: float = 20.0
    language: str | None = None


def grade_class(order: Order, note: Callable[[str], object], done: Done) -> Class:
    """Grade what lies in a folder. `note` is told what a person should know before, `done` of each record.

    Raises `CharmlpError` where something is wrong with a folder, the rubric or the installation, before
    anything runs.
    """
    require_extra("torch", "torch", "grading")
    require_extra("jinja2", "report", "a page for each student")
    rubric = read_rubric(order.rubric, DEFAULT)
    submissions, others = find_submissions(order.folder, order.out)
    check_writable(order.out / TABLE)
    if order.out.is_dir() and order.out.samefile(order.folder):
        raise CharmlpError(f"{shown_path(order.out)}: holds what was handed in; --out takes another folder")
    if others:
        note(f"not graded, since neither folder nor archive: {some(others)}")
    say = Words(order.language or spoken())
    with in_a_scratch_folder(order.out) as scratch:
        grader = Grader(order.out, given_files(), given_lines(), order.timeout)
        records = {each.student: record for each in submissions if (record := grader.kept(each)) is not None}
        waiting = [each for each in submissions if each.student not in records]
        if waiting:
            limits = Limits(processor=int(len(NAMES) * order.timeout) + 1)
            with closing(Boxes(INSIDE, scratch, limits)) as boxes:
                note(say(boxes.protection, reason=boxes.why_no_walls))
                for record in grader.grade(waiting, boxes, order.jobs):
                    records[record.student] = record
                    done(record, len(records), len(submissions))
        graded = [grade(records[each.student], NAMES, rubric) for each in submissions]
        group = Class(order.folder.resolve().name, NAMES, rubric, graded)
        write_all(group, order.out, say, name_of_task, own_languages=order.language is None)
    return group


@contextmanager
def in_a_scratch_folder(out: Path) -> Iterator[Path]:
    """A folder for what is needed while it runs; raises `CharmlpError` where another grading is at work."""
    scratch = out / SCRATCH
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        try:
            with locked(out / LOCK):
                shutil.rmtree(scratch, ignore_errors=True)  # of one that was killed
                scratch.mkdir(mode=0o711)
                try:
                    yield scratch
                finally:
                    shutil.rmtree(scratch, ignore_errors=True)
        except TakenError:
            raise CharmlpError(f"{shown_path(out)}: another grading is at work there") from None


def given_files() -> dict[str, bytes]:
    texts = files("en")
    return {name: texts[name].encode() for name in GIVEN}


def given_lines() -> frozenset[str]:
    """The lines that the students were given as they are."""
    texts = [text for language in LANGUAGES for text in files(language).values()]
    return frozenset(line.strip() for text in texts for line in text.splitlines())


def name_of_task(task: str, language: str) -> str:
    return ABOUT[task][language]
