"""What a submission is worth: points for tasks, what mistakes cost.

    [points]            # of each task
    linear = 20

    [costs]             # of a mistake, by its name or row in docs/doctor.md; any other costs the whole task
    missing-mean = 5

    [kept]              # the share of a task's points that its status keeps
    runs = 0.5

What a file does not say is as usual. One cause costs once: the same mistake in a second task costs nothing
more, and neither does a task without a TODO of its own, which fails with others, if those are begun and half
of them are there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charmlp.config.toml import read_toml
from charmlp.course.grading.results import FAILED, TaskResult
from charmlp.course.grading.telling import mistake_names
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS, TASKS
from charmlp.doctor.catalogue import ROWS
from charmlp.errors import CharmlpError
from charmlp.system.files import open_regular
from charmlp.text import did_you_mean, quote, shown_path, shown_value

SECTIONS = ("points", "costs", "kept")
LARGEST_FILE = 2**20
MOST_POINTS = 1000.0
WITHOUT_TODO = frozenset(task.name for task in TASKS if not task.place)


@dataclass(frozen=True)
class Score:
    """What one task brings, out of how much.

    cause    the task in which its points were lost already
    follows  it is not right because others are not
    """

    points: float
    of: float
    cause: str | None = None
    follows: bool = False


@dataclass(frozen=True)
class Rubric:
    """Points of each task, costs of mistakes by their names, and shares kept by status."""

    points: Mapping[str, float]
    costs: Mapping[str, float] = field(default_factory=dict)
    kept: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.points.values())

    def scores(self, results: Sequence[TaskResult]) -> dict[str, Score]:
        """What each task brings, in their order; a cause is charged where it comes first."""
        charged: dict[str, str] = {}  # cause → task
        found = {}
        for result in results:
            found[result.task] = self._score(result, charged)
        for result in results:
            if result.task in WITHOUT_TODO and result.status == RUNS and self._is_follow_up(results):
                found[result.task] = Score(self.points[result.task], self.points[result.task], follows=True)
        return found

    def _is_follow_up(self, results: Sequence[TaskResult]) -> bool:
        own = [result for result in results if result.task not in WITHOUT_TODO]
        right = sum(self.points[result.task] for result in own if result.status == RIGHT)
        begun = all(result.status in (RIGHT, MISTAKEN) for result in own)
        return begun and right >= sum(self.points[result.task] for result in own) / 2

    def _score(self, result: TaskResult, charged: dict[str, str]) -> Score:
        of = self.points[result.task]
        if result.status == RIGHT:
            return Score(of, of)
        if result.follows is not None:
            return Score(of, of, cause=result.follows)
        if result.status != MISTAKEN:
            return Score(round(of * self.kept.get(result.status, 0.0), 2), of)
        lost, first = 0.0, None
        for cause in result.causes or (f"{result.task}: unnamed",):
            if cause in charged:
                first = first or charged[cause]
            else:
                charged[cause] = result.task
                lost += self.costs.get(cause, of)
        if lost == 0.0:
            return Score(of, of, first)
        return Score(round(max(of * self.kept.get(MISTAKEN, 0.0), of - lost), 2), of)


def read_rubric(path: Path | None, default: Rubric) -> Rubric:
    """The rubric of a file; raises `CharmlpError`, which names the entry, where something is wrong in it."""
    if path is None:
        return default
    with open_regular(path, "a rubric (TOML)", CharmlpError) as file:
        raw = file.read(LARGEST_FILE + 1)
    where = shown_path(path)
    if len(raw) > LARGEST_FILE:
        raise CharmlpError(f"{where}: larger than {LARGEST_FILE // 2**20} MB; a rubric is a page of text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CharmlpError(f"{where}: is not UTF-8; save it as UTF-8") from None
    return rubric_of(read_toml(text, where), where, default)


def rubric_of(entries: Mapping[str, Any], where: str, default: Rubric) -> Rubric:
    for name, section in entries.items():
        if name not in SECTIONS:
            raise CharmlpError(
                f"{where}: unknown section {quote(name)}{did_you_mean(name, SECTIONS) or expected(SECTIONS)}"
            )
        if not isinstance(section, Mapping):
            raise CharmlpError(f"{where}: {name}: a section [{name}] is expected, not {shown_value(section)}")
    points = numbers(entries.get("points", {}), "points", where, default.points, MOST_POINTS)
    costs = with_names(entries.get("costs", {}), where)
    checked = numbers(costs, "costs", where, mistake_names(), MOST_POINTS)
    kept = numbers(entries.get("kept", {}), "kept", where, (NOT_BEGUN, RUNS, MISTAKEN, FAILED), 1.0)
    rubric = Rubric({**default.points, **points}, {**default.costs, **checked}, {**default.kept, **kept})
    if not rubric.total:
        raise CharmlpError(f"{where}: points: every task is worth 0; at least one is to be worth more")
    return rubric


def with_names(costs: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The costs by the names of the mistakes, each of which is there once."""
    found: dict[str, Any] = {}
    for entry, value in costs.items():
        if (name := named(entry, where)) in found:
            raise CharmlpError(f"{where}: costs: {quote(name)} is there twice, by its name and by its row")
        found[name] = value
    return found


def named(entry: str, where: str) -> str:
    """The mistake's name, which may be given by its row."""
    if entry.isascii() and entry.isdecimal():
        if int(entry[:9]) not in ROWS:
            raise CharmlpError(
                f"{where}: costs: no mistake has row {quote(entry)}; rows are 1 to {max(ROWS)}"
            )
        return ROWS[int(entry[:9])]
    return entry


def numbers(
    section: Mapping[str, Any], name: str, where: str, known: Iterable[str], most: float
) -> dict[str, float]:
    known = list(known)
    for entry, value in section.items():
        if entry not in known:
            hint = did_you_mean(entry, known) or expected(known)
            raise CharmlpError(f"{where}: {name}: unknown entry {quote(entry)}{hint}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            # nan is in no range
            raise CharmlpError(
                f"{where}: {name}.{entry}: expected a number from 0 to {most:g}, not {shown_value(value)}"
            )
    return {entry: float(value) for entry, value in section.items()}


def expected(names: Iterable[str]) -> str:
    return f"; expected one of {', '.join(names)}"


def as_toml(rubric: Rubric) -> str:
    """The rubric as the file that gives it: to be adapted."""
    lines = ["# What each task is worth; [costs]: what a mistake costs, by its name in docs/doctor.md;"]
    lines += ["# [kept]: the share of its points that a task keeps by its status."]
    for name in SECTIONS:
        section: Mapping[str, float] = getattr(rubric, name)
        lines += ["", f"[{name}]", *(f"{key_of(entry)} = {value:g}" for entry, value in section.items())]
    return "\n".join(lines) + "\n"


def key_of(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else f'"{name}"'


def as_points(value: float) -> str:
    """
    >>> as_points(7.0), as_points(7.5), as_points(1 / 3)
    ('7', '7.5', '0.33')
    """
    return f"{math.floor(100 * value + 0.5) / 100:g}"
