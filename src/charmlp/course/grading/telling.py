"""What a student is told: the evidence and a question, in both languages, and never the solution."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from charmlp.course.checking import words as checking_words
from charmlp.course.checking.results import Fault, Result
from charmlp.course.grading.results import Said, TaskResult
from charmlp.course.grading.words import Words
from charmlp.course.tasks import STATUSES
from charmlp.doctor.catalogue import NUMBERS
from charmlp.language import LANGUAGES
from charmlp.language import words as files_of_words

MOST_FAULTS = 5
EVIDENCE, QUESTION = 1, 2  # of the five levels of a hint; the last two are the mistake and the solution
LONGEST = 600  # characters; what comes from a student's process may be anything
UNNAMED = "unrecognised"
OF_MISTAKE = ":text"  # behind its name: the key of its sentence


def told(result: Result) -> TaskResult:
    """A task's result as it is kept."""
    if result.status not in STATUSES:
        raise ValueError(result.status)
    faults = result.faults[:MOST_FAULTS]
    known = mistake_names()  # what else a process says is no mistake's name
    causes = tuple(dict.fromkeys(fault.name if fault.name in known else UNNAMED for fault in faults))
    said = {language: (*sentences(faults, language), *remark(result, language)) for language in LANGUAGES}
    return TaskResult(result.task, result.status, causes, said)


def of_checks(language: str) -> dict[str, str]:
    return files_of_words.sentences(checking_words.__name__, language)


@functools.cache
def mistake_names() -> tuple[str, ...]:
    """All that a mistake may be called: the doctor's, and those of the homework's own checks."""
    own = (key.removesuffix(OF_MISTAKE) for key in of_checks("en") if key.endswith(OF_MISTAKE))
    return *NUMBERS, *own


def mistake_text(name: str, language: str) -> str:
    """A mistake in a few words, for the teacher."""
    if name in NUMBERS:
        return Words(language)(f"mistake.{name}")
    return of_checks(language)[name + OF_MISTAKE]


def sentences(faults: Sequence[Fault], language: str) -> Iterator[str]:
    for fault in faults:
        hints = fault.hints[language]
        parts = fault.first[language], hints[EVIDENCE], hints[QUESTION]
        yield "\n".join(part[:LONGEST] for part in parts if part)


def remark(result: Result, language: str) -> Iterator[str]:
    if result.remark is not None:
        yield result.remark[language][:LONGEST]


def told_of(why: Said) -> dict[str, tuple[str, ...]]:
    key, values = why
    return {language: (Words(language)(key, **values),) for language in LANGUAGES}
