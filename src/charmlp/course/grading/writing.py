"""The files of a grading: for people, for a spreadsheet, for Gradescope."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from charmlp.course.grading.outcome import Class, Graded
from charmlp.course.grading.pages import (
    Name,
    StudentView,
    class_html,
    student_html,
    student_markdown,
    student_view,
    task_markdown,
)
from charmlp.course.grading.results import stem_of
from charmlp.course.grading.rubric import as_points, as_toml
from charmlp.course.grading.words import Words
from charmlp.course.tasks import RIGHT
from charmlp.system.files import write_whole
from charmlp.text import cell

STUDENTS, GRADESCOPE = "students", "gradescope"
TABLE, CLASS_PAGE, RUBRIC = "grades.csv", "class.html", "rubric.toml"


def write_all(group: Class, out: Path, say: Words, name: Name, *, own_languages: bool = False) -> None:
    """Write everything below `out`; `own_languages`: to each student in the language of their homework."""
    for graded in group.graded:
        to_student = Words(graded.record.language or say.language) if own_languages else say
        view = student_view(graded, to_student, name)
        stem = stem_of(graded.student)
        write_whole(out / STUDENTS / f"{stem}.html", student_html(view, to_student).encode())
        write_whole(out / STUDENTS / f"{stem}.md", student_markdown(view, to_student).encode())
        results = json.dumps(gradescope(graded, view, to_student), ensure_ascii=False, indent=1)
        write_whole(out / GRADESCOPE / f"{stem}.json", results.encode())
    write_whole(out / TABLE, table(group).encode())
    write_whole(out / CLASS_PAGE, class_html(group, say, name).encode())
    write_whole(out / RUBRIC, as_toml(group.rubric).encode())


def table(group: Class) -> str:
    """A row for each submission, a column for each task; names are never taken for formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "points", "of", *group.tasks])
    for graded in group.graded:
        scores = [as_points(graded.scores[task].points) for task in group.tasks]
        writer.writerow(
            [cell(graded.student), as_points(graded.points), as_points(group.rubric.total), *scores]
        )
    return text.getvalue()


def gradescope(graded: Graded, view: StudentView, say: Words) -> dict[str, Any]:
    """Gradescope's results.json: the score is the sum of the tests' scores."""
    tests = [
        {
            "name": task.name,
            "score": graded.scores[result.task].points,
            "max_score": graded.scores[result.task].of,
            "status": "passed" if result.status == RIGHT else "failed",
            "output": "\n".join(task_markdown(task, say)),
            "output_format": "md",
        }
        for task, result in zip(view.tasks, graded.record.results, strict=True)
    ]
    return {
        "score": round(graded.points, 2),
        "max_score": sum(score.of for score in graded.scores.values()),
        "output": student_markdown(view, say),
        "output_format": "md",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
