"""What is known of a submission when it has run, as it is kept: one file of JSON each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS

FAILED = "failed"  # the process ended, or took too long, over this task
STATUSES = (RIGHT, RUNS, MISTAKEN, NOT_BEGUN, FAILED)

LONGEST_STEM = 200  # bytes: systems allow 255, with what is put behind it

Said = tuple[str, Mapping[str, Any]]  # a key of the words, and what fills its blanks


@dataclass(frozen=True)
class TaskResult:
    """What came of one task.

    causes  the mistakes' names, as the rubric knows them
    follows the task whose mistake this one fits: there is one cause
    said    what the student is told, by language
    shape   a digest of its wrong numbers where no known mistake explains them, else None
    """

    task: str
    status: str
    causes: tuple[str, ...] = ()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shape: str | None = None
    follows: str | None = None


@dataclass(frozen=True)
class Record:
    """All about one submission.

    fingerprint  of what was handed in, and of what graded it
    problem      why nothing could be graded
    notes        for the student
    for_teacher  what a person should look at: no verdict, and no points
    protection   what the others were kept from while it ran; None where nothing ran
    tries        how often the student had checked each task, by their own file
    language     of the homework that the student was given; None where that is not known
    """

    student: str
    fingerprint: str
    results: tuple[TaskResult, ...]
    problem: Said | None = None
    notes: tuple[Said, ...] = ()
    for_teacher: tuple[Said, ...] = ()
    protection: Said | None = None
    language: str | None = None
    tries: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=True, indent=1)


def from_json(text: str) -> Record:
    """Raises `ValueError`, `TypeError` or `LookupError` where it is no record."""
    packed = json.loads(text)
    packed["results"] = tuple(task_result(one) for one in packed["results"])
    for name in ("notes", "for_teacher"):
        packed[name] = tuple(said(one) for one in packed[name])
    for name in ("problem", "protection"):
        packed[name] = packed[name] and said(packed[name])
    return Record(**packed)


def task_result(packed: dict[str, Any]) -> TaskResult:
    told = {language: tuple(lines) for language, lines in packed["said"].items()}
    return TaskResult(**{**packed, "causes": tuple(packed["causes"]), "said": told})


def said(packed: Any) -> Said:
    key, values = packed
    return str(key), dict(values)


def stem_of(student: str) -> str:
    """What the student's files are called, without what says their form."""
    raw = student.encode("utf-8", "surrogateescape")
    if len(raw) <= LONGEST_STEM:
        return student
    return f"{raw[:LONGEST_STEM].decode('utf-8', 'ignore')}-{hashlib.sha256(raw).hexdigest()[:8]}"
