"""What is written for people: a page for each student, as HTML and Markdown, and one of the class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from charmlp.course.grading.outcome import Class, Graded
from charmlp.course.grading.results import STATUSES, Said, TaskResult, stem_of
from charmlp.course.grading.rubric import Score, as_points
from charmlp.course.grading.telling import mistake_text
from charmlp.course.grading.words import Words
from charmlp.course.tasks import NOT_BEGUN, RIGHT, TASKS
from charmlp.doctor.catalogue import NUMBERS, topic
from charmlp.report.charts import BOTTOM, HEIGHT, Chart
from charmlp.report.templating import digest, environment, template
from charmlp.text import printable
from charmlp.version import __version__

SECTIONS = (
    "class.mistakes", "class.tasks", "class.distribution", "class.by-hand", "class.students", "class.how",
)  # fmt: skip
COLUMNS = 10  # of the distribution
PAGE_OF = {task.name: task.explain for task in TASKS}
MARKS = {RIGHT: "right", NOT_BEGUN: "begun"}
Name = Callable[[str, str], str]  # what a task is called, in a language


@dataclass(frozen=True)
class TaskView:
    name: str
    status: str
    mark: str
    points: str
    of: str
    lines: Sequence[str]
    page: str | None


@dataclass(frozen=True)
class StudentView:
    """A student's page, in no form yet."""

    student: str
    points: str
    of: str
    right: int
    problem: str | None
    tasks: Sequence[TaskView]
    notes: Sequence[str]


def student_view(graded: Graded, say: Words, name: Name) -> StudentView:
    record = graded.record
    return StudentView(
        student=record.student,
        points=as_points(graded.points),
        of=as_points(sum(score.of for score in graded.scores.values())),
        right=graded.right,
        problem=None if record.problem is None else told(record.problem, say, name),
        tasks=[task_view(result, graded.scores[result.task], say, name) for result in record.results],
        notes=[told(note, say, name) for note in record.notes],
    )


def task_view(result: TaskResult, score: Score, say: Words, name: Name) -> TaskView:
    lines = list(result.said.get(say.language, ()))
    if score.cause is not None:
        lines.append(say("student.same-cause", task=name(score.cause, say.language)))
    if score.follows:
        lines.append(say("student.follows"))
    return TaskView(
        name=name(result.task, say.language),
        status=say(f"status.{result.status}"),
        mark=MARKS.get(result.status, "wrong"),
        points=as_points(score.points),
        of=as_points(score.of),
        lines=[printable_lines(line) for line in lines],
        page=None if result.status == RIGHT else to_read(result.task, result.causes),
    )


def to_read(task: str, causes: Sequence[str]) -> str:
    """What `charmlp doctor --explain` takes to print the page on a task's first mistake, else on the task."""
    known = [cause for cause in causes if cause in NUMBERS]
    return topic(known[0], PAGE_OF[task]) if known else PAGE_OF[task]


def told(said: Said, say: Words, name: Name) -> str:
    """A sentence of the words, with what fills its blanks in the same language."""
    key, values = said
    filled = dict(values)
    for blank in filled.keys() & {"task", "cause"}:
        filled[blank] = name(str(filled[blank]), say.language)
    if isinstance(filled.get("students"), list):
        filled["students"] = say.joined(filled["students"])
    return printable_lines(say(key, **filled))


def printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.splitlines())


def student_html(view: StudentView, say: Words) -> str:
    return rendered("student.html", say, say("student.title", student=view.student), page=view)


def student_markdown(view: StudentView, say: Words) -> str:
    """The same for Gradescope, and for those who read in a terminal."""
    lines = [f"# {marked(view.student)}", "", say("student.points", points=view.points, of=view.of), ""]
    if view.problem:
        lines += [f"**{say('student.not-graded')}**{say('colon')}{marked(view.problem)}", ""]
    for task in view.tasks:
        lines += [f"## {marked(task.name)}", "", *task_markdown(task, say)]
    if view.notes:
        lines += [f"## {say('student.notes')}", "", *(f"- {marked(note)}" for note in view.notes), ""]
    if view.tasks:
        done = view.right == len(view.tasks)
        lines += [
            f"## {say('student.next')}",
            "",
            say("student.all-right" if done else "student.next-words"),
            "",
        ]
    return "\n".join(lines)


def task_markdown(task: TaskView, say: Words) -> list[str]:
    lines = [f"{task.status}{say('student.sep')}{task.points} / {task.of}", ""]
    for line in task.lines:
        lines += [marked(line), ""]
    if task.page:
        lines += [f"{say('student.read')}{say('colon')}`{say('student.explain', page=task.page)}`", ""]
    return lines


def marked(text: str) -> str:
    r"""Text of others in Markdown: no HTML, no link, no heading.

    >>> print(marked("# a <b> [x](y)"))
    \# a \<b\> \[x\](y)
    """
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~" else sign for sign in text)
    return escaped.replace("\n", "  \n")


def class_html(group: Class, say: Words, name: Name) -> str:
    page = {
        "name": group.name,
        "count": len(group.graded),
        "graded": sum(each.record.problem is None for each in group.graded),
        "tiles": tiles(group, say),
        "mistakes": mistakes(group, say, name),
        "statuses": [say(f"status.{status}") for status in STATUSES],
        "has_tries": bool(group.tries),
        "tasks": tasks(group, say, name),
        "distribution": distribution(group, say),
        "by_hand": [
            {"student": student, "link": student and link(student), "words": told(note, say, name)}
            for student, note in group.by_hand
        ],
        "students": [
            {
                "name": each.student,
                "link": link(each.student),
                "points": as_points(each.points),
                "right": f"{each.right} / {len(group.tasks)}",
            }
            for each in group.graded
        ],
        "how": [told(protection, say, name) for protection in group.protections],
    }
    return rendered("class.html", say, say("class.title", name=group.name), page=page, sections=SECTIONS)


def rendered(file: str, say: Words, title: str, **values: Any) -> str:
    style = template("report.css") + template("grading.css", __package__ or "")
    page = environment(__package__ or "").get_template(file)
    return page.render(
        say=say, title=title, style=Markup(style), style_hash=digest(style), version=__version__, **values
    )


def link(student: str) -> str:
    return f"students/{quote(stem_of(student))}.html"


def tiles(group: Class, say: Words) -> list[dict[str, str]]:
    of = say("class.of", of=as_points(group.rubric.total))
    full = sum(points == group.rubric.total for points in group.points)
    count = say("class.mistake-of", count=full, of=len(group.graded))
    return [
        {"name": say("class.mean"), "value": as_points(round(group.mean, 1)), "note": of},
        {"name": say("class.median"), "value": as_points(group.median), "note": of},
        {"name": say("class.full"), "value": str(full), "note": count},
        {"name": say("class.look"), "value": str(len(group.by_hand)), "note": ""},
    ]


def mistakes(group: Class, say: Words, name: Name) -> list[dict[str, object]]:
    found = []
    for cause, results in group.mistakes:
        count = group.students_with(cause)
        in_tasks = dict.fromkeys(name(result.task, say.language) for result in results)
        found.append(
            {
                "count": count,
                "bar": bar(count / len(group.graded), "bad"),
                "words": mistake_text(cause, say.language),
                "tasks": say.joined(list(in_tasks)),
                "page": to_read(results[0].task, [cause]),
            }
        )
    return found


def tasks(group: Class, say: Words, name: Name) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for task in group.hardest_first():
        counts = Counter(result.status for result in group.results(task))
        tries = group.tries.get(task)
        found.append(
            {
                "name": name(task, say.language),
                "bar": bar(counts[RIGHT] / len(group.graded), "part"),
                "counts": [counts[status] for status in STATUSES],
                "tries": "–" if tries is None else f"{tries:g}",
            }
        )
    return found


def bar(share: float, colour: str) -> Markup:
    return Markup(
        '<svg class="share" viewBox="0 0 160 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="whole" width="160" height="12" rx="2"/>'
        f'<rect class="{colour}" width="{160 * share:.1f}" height="12" rx="2"/></svg>'
    )


def distribution(group: Class, say: Words) -> Markup:
    """How many have how many points, as columns."""
    total = group.rubric.total
    counts = Counter(min(COLUMNS - 1, int(COLUMNS * points / total)) for points in group.points)
    most = max(counts.values())
    chart = Chart((0, total), (0, most * 1.08), say("class.axis-points"), say("class.axis-count"))
    parts, said = [], []
    for column in range(COLUMNS):
        low, high = total * column / COLUMNS, total * (column + 1) / COLUMNS
        (left, top), (right, _) = chart.place(low, counts[column]), chart.place(high, 0)
        parts.append(
            f'<rect class="column" x="{left + 2:g}" y="{top:g}" width="{right - left - 4:.1f}" '
            f'height="{HEIGHT - BOTTOM - top:.1f}" rx="2"/>'
        )
        said.append(f"{as_points(low)}–{as_points(high)}: {counts[column]}")
    return chart.drawn(parts, f"{say('class.distribution-words')}: {'; '.join(said)}")
