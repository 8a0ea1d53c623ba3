"""How often a homework was checked before a task was right: `tries.csv` in its folder, which goes in with it.

    task,tries,right
    linear-forward,3,yes

Nothing depends on it but a column of the class page: it is the student's own file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import NamedTuple

from charmlp.course.tasks import NOT_BEGUN, RIGHT, TASKS

TRIES = "tries.csv"
NUMBER = re.compile("[0-9]{1,4}")
HEAD = ("task", "tries", "right")


class Tries(NamedTuple):
    """How often a task was checked up to the first time that it was right, and whether it was."""

    times: int = 0
    right: bool = False


def with_one_more(before: Mapping[str, Tries], statuses: Mapping[str, str]) -> dict[str, Tries]:
    """The tries after another check; a task that is not begun, or was right, is not tried."""
    after = dict(before)
    for task, status in statuses.items():
        tries = before.get(task, Tries())
        if status != NOT_BEGUN and not tries.right:
            after[task] = Tries(tries.times + 1, status == RIGHT)
    return after


def read_tries(text: str) -> dict[str, Tries]:
    """The tries by task; whatever else stands there is left out."""
    known, found = {task.name for task in TASKS}, {}
    for row in csv.reader(io.StringIO(text.replace("\0", ""))):
        if len(row) == len(HEAD) and row[0] in known and NUMBER.fullmatch(row[1]):
            found[row[0]] = Tries(int(row[1]), row[2] == "yes")
    return found


def written(tries: Mapping[str, Tries]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for task in TASKS:
        if task.name in tries:
            writer.writerow([task.name, tries[task.name].times, "yes" if tries[task.name].right else "no"])
    return text.getvalue()
