"""A class as it was graded: the records with what they are worth."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from charmlp.course.grading.results import Record, Said, TaskResult
from charmlp.course.grading.rubric import Rubric, Score
from charmlp.course.tasks import RIGHT

FEWEST_ALIKE = 2
MOST_NAMED = 6  # students in a note on equal numbers


@dataclass(frozen=True)
class Graded:
    """A record with the score of each of its tasks."""

    record: Record
    scores: Mapping[str, Score]

    @property
    def student(self) -> str:
        return self.record.student

    @property
    def points(self) -> float:
        return sum(score.points for score in self.scores.values())

    @property
    def right(self) -> int:
        return sum(result.status == RIGHT for result in self.record.results)


@dataclass(frozen=True)
class Class:
    """All of them."""

    name: str
    tasks: Sequence[str]
    rubric: Rubric
    graded: Sequence[Graded]

    @cached_property
    def tries(self) -> dict[str, float]:
        """How often a task was checked before it was right: the median of those who have counted."""
        counts = {
            task: [n for each in self.graded if (n := each.record.tries.get(task))] for task in self.tasks
        }
        return {task: statistics.median(numbers) for task, numbers in counts.items() if numbers}

    @property
    def protections(self) -> list[Said]:
        """What the others were kept from, each once: where a grading went on elsewhere, it may be several."""
        found: list[Said] = []
        for each in self.graded:
            if each.record.protection is not None and each.record.protection not in found:
                found.append(each.record.protection)
        return found

    @property
    def points(self) -> list[float]:
        return [each.points for each in self.graded]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.points)

    @property
    def median(self) -> float:
        return statistics.median(self.points)

    def results(self, task: str) -> list[TaskResult]:
        return [result for each in self.graded for result in each.record.results if result.task == task]

    def hardest_first(self) -> list[str]:
        right = {task: sum(result.status == RIGHT for result in self.results(task)) for task in self.tasks}
        return sorted(self.tasks, key=lambda task: right[task])

    @cached_property
    def mistakes(self) -> list[tuple[str, list[TaskResult]]]:
        """Each mistake with all results that have it, the one that most students made first."""
        made: dict[str, list[tuple[str, TaskResult]]] = {}
        for each in self.graded:
            for result in each.record.results:
                for cause in result.causes:
                    made.setdefault(cause, []).append((each.student, result))
        students = {cause: len({student for student, _ in them}) for cause, them in made.items()}
        order = sorted(made, key=lambda cause: (-students[cause], cause))
        return [(cause, [result for _, result in made[cause]]) for cause in order]

    def students_with(self, cause: str) -> int:
        return sum(any(cause in result.causes for result in each.record.results) for each in self.graded)

    @cached_property
    def by_hand(self) -> list[tuple[str | None, Said]]:
        """What a person should look at: a submission, None where it is several, and what about it."""
        single = [(each.student, note) for each in self.graded for note in each.record.for_teacher]
        return [*single, *((None, note) for note in self.alike())]

    def alike(self) -> list[Said]:
        """Wrong in the same unusual way: the same numbers, which no known mistake explains."""
        found: list[Said] = []
        for task in self.tasks:
            same: dict[str, list[str]] = {}
            for each in self.graded:
                for result in each.record.results:
                    if result.task == task and result.shape is not None:
                        same.setdefault(result.shape, []).append(each.student)
            found += [
                ("teacher.alike", {"task": task, "students": students})
                for students in same.values()
                if len(students) >= FEWEST_ALIKE
            ]
        return found


def grade(record: Record, tasks: Sequence[str], rubric: Rubric) -> Graded:
    """What a record is worth; a submission that could not be read has nothing in any task."""
    scores = rubric.scores(record.results)
    return Graded(record, {task: scores.get(task, Score(0.0, rubric.points[task])) for task in tasks})
