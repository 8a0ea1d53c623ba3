"""A class that never was: submissions with planted mistakes, in the styles of students, and hostile ones.

    python -m tests.course.grading.classroom DIR [--count 200]

writes them; `make_class` also says what is to come out of each.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from charmlp.course.skeleton import files
from charmlp.course.tasks import FILES, MISTAKEN, NOT_BEGUN, RIGHT, RUNS, TASKS
from tests.course.grading import students
from tests.course.grading.hostile import HOSTILE, Hostile
from tests.course.solution import filled

FAMILY, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚"
NAMES = tuple(task.name for task in TASKS)
WITH_TODO = tuple(task.name for task in TASKS if task.place)
COMMENTS = ("# 先算前向", "# 这里按照课件上的公式", "# 注意形状", "# TODO 完成")


@dataclass(frozen=True)
class Expected:
    """What is to come of a task: its status, and what its mistake may be called (nothing: whatever it is)."""

    status: str
    names: tuple[str, ...] = ()


@dataclass
class Student:
    """A submission as it was made."""

    name: str
    way: str  # in which it is handed in
    expected: dict[str, Expected] = field(default_factory=dict)
    hostile: Hostile | None = None


def make_class(folder: Path, count: int, hostile: int, seed: int = 0) -> list[Student]:
    """Write that many submissions into `folder`, `hostile` of them among the others."""
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    places = set(rng.sample(range(count), hostile))
    harmful = iter(HOSTILE * (hostile // len(HOSTILE) + 1))
    return [
        one_student(folder, number, rng, next(harmful) if number in places else None)
        for number in range(count)
    ]


def one_student(folder: Path, number: int, rng: random.Random, hostile: Hostile | None) -> Student:
    name = f"{2021010000 + number}_{rng.choice(FAMILY)}{rng.choice(GIVEN)}{rng.choice(GIVEN)}"
    if hostile is not None:
        name = f"{name}-{hostile.name}"
    done = {task: a_way(task, rng, hostile) for task in WITH_TODO}
    code: dict[str, str] = {}
    for way in done.values():
        if way is not None:
            code.update(way.code)
    expected = {task: expected_of(way) for task, way in done.items()}
    for half in ("linear", "cross-entropy"):
        if (done[f"{half}-forward"], done[f"{half}-backward"]) in students.FIT_TOGETHER:
            expected[f"{half}-backward"] = Expected(RUNS)
    everything = all(each.status == RIGHT for each in expected.values())
    begun = all(each.status != NOT_BEGUN for each in expected.values())
    expected[NAMES[-1]] = Expected(RIGHT if everything else RUNS if begun else NOT_BEGUN)
    if hostile is not None:
        code.update(hostile.todo)
    texts = {
        file: filled(text, code)
        for file, text in files(rng.choice(("en", "zh"))).items()
        if file.endswith(".py")
    }
    contents = {file: styled(text, rng) if file in FILES else text.encode() for file, text in texts.items()}
    for file, front in (hostile.front if hostile is not None else {}).items():
        contents[file] = front.encode() + filled(texts[file], code).encode()
    student = Student(
        name, rng.choice(("folder", "zip", "nested zip", "gbk zip", "mac zip")), expected, hostile
    )
    hand_in(folder, student, contents)
    return student


def a_way(task: str, rng: random.Random, hostile: Hostile | None) -> students.Way | None:
    """How the task is done; None: it is not begun."""
    if hostile is not None:
        return None if hostile.blank else rng.choice(students.RIGHT[task])
    chance = rng.random()
    if chance < 0.04:
        return None
    return rng.choice((students.WRONG if chance < 0.3 else students.RIGHT)[task])


def expected_of(way: students.Way | None) -> Expected:
    if way is None:
        return Expected(NOT_BEGUN)
    is_wrong = any(way in ways for ways in students.WRONG.values())
    return Expected(MISTAKEN if is_wrong else RIGHT, way.names)


def styled(text: str, rng: random.Random) -> bytes:
    """The file as an editor saves it: encodings, line ends, comments."""
    if rng.random() < 0.5:
        lines = text.splitlines()
        lines[3:3] = ["", rng.choice(COMMENTS)] if lines[2:3] == [""] else []
        text = "\n".join(lines) + "\n"
    if rng.random() < 0.3:
        text = text.replace("\n", "\r\n")
    chance = rng.random()
    if chance < 0.15:
        return text.encode("gbk", "replace")
    return b"\xef\xbb\xbf" * (chance < 0.3) + text.encode()


def hand_in(folder: Path, student: Student, contents: Mapping[str, bytes]) -> None:
    if student.hostile is not None and student.hostile.archive is not None:
        (folder / f"{student.name}.zip").write_bytes(student.hostile.archive(packed(contents)))
        return
    if student.way == "folder":
        for file, data in contents.items():
            (folder / student.name / "作业" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / student.name / "作业" / file).write_bytes(data)
        return
    prefix = {"zip": "", "nested zip": "hw2/my solution/", "gbk zip": "XXXX/", "mac zip": "hw2/"}[student.way]
    data = packed({prefix + file: content for file, content in contents.items()})
    if student.way == "gbk zip":
        data = data.replace(b"XXXX/", "作业".encode("gbk") + b"/")
    if student.way == "mac zip":
        stream = io.BytesIO(data)
        with zipfile.ZipFile(stream, "a") as archive:
            for file in contents:
                archive.writestr(f"__MACOSX/hw2/._{file}", b"\0\5\x16\7")
        data = stream.getvalue()
    (folder / f"{student.name}.zip").write_bytes(data)


def packed(contents: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in contents.items():
            archive.writestr(file, data)
    return stream.getvalue()


def faults_of(
    student: Student, statuses: Mapping[str, str], causes: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """In what a grading is wrong about a submission."""
    found = []
    for task in NAMES:
        status, expected = statuses.get(task, "failed"), student.expected[task]
        if student.hostile is not None and task in student.hostile.spoilt:
            if student.hostile.blank and status == RIGHT:
                found.append(f"{student.name}: {task}: right, and nothing was done")
            continue
        if status != expected.status:
            found.append(f"{student.name}: {task}: {status} {causes.get(task, ())}, expected {expected}")
        elif expected.names and not set(expected.names) & set(causes.get(task, ())):
            found.append(f"{student.name}: {task}: {causes.get(task, ())}, expected {expected}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a class that never was.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--hostile", type=int, default=20)
    args = parser.parse_args()
    shutil.rmtree(args.folder, ignore_errors=True)
    print(len(make_class(args.folder, args.count, args.hostile)), "submissions")


if __name__ == "__main__":
    main()
