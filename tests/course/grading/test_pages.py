"""The pages: safe against whatever names and outputs hold, the same in both languages, good in a browser."""

from __future__ import annotations

import csv
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charmlp.course.grading.course import DEFAULT, name_of_task
from charmlp.course.grading.grader import NAMES
from charmlp.course.grading.outcome import Class, grade
from charmlp.course.grading.results import FAILED, Record, TaskResult, from_json, stem_of
from charmlp.course.grading.telling import mistake_names, mistake_text
from charmlp.course.grading.words import Words
from charmlp.course.grading.writing import write_all
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS
from charmlp.language import LANGUAGES
from charmlp.language.words import sentences
from tests.report.test_browser import Opened, browser, faults_of  # noqa: F401 (a fixture)

EVIL = "<img src=x onerror=document.title='hacked'>"
STATUSES = (RIGHT, MISTAKEN, RUNS, NOT_BEGUN, FAILED)


def record(student: str, number: int) -> Record:
    results = []
    for at, task in enumerate(NAMES):
        status = STATUSES[(at + number % 2) % 5] if number else RIGHT
        causes = (("missing-mean", "unrecognised")[at % 2],) if status == MISTAKEN else ()
        said = {language: (f"{EVIL}\n# [x](javascript:alert(1)) `{number}`",) for language in LANGUAGES}
        shape = "same" if "unrecognised" in causes else None
        results.append(TaskResult(task, status, causes, {} if status == RIGHT else said, shape))
    touched = ("teacher.touches", {"file": EVIL, "line": 3, "code": "import gc"})
    return Record(
        student, "0", tuple(results), None, (("gbk", {"name": EVIL}),), (touched,), ("walled", {"reason": ""})
    )


def write(out: Path, language: str) -> Class:
    names = [EVIL.replace("/", ""), "=cmd|' /C calc'!A0", "张三", "a" * 240, "s5", "s6"]
    records = [record(name, number) for number, name in enumerate(names)]
    records.append(Record("broken", "0", (), ("no-archive", {})))
    group = Class(EVIL, NAMES, DEFAULT, [grade(each, NAMES, DEFAULT) for each in records])
    write_all(group, out, Words(language), name_of_task)
    return group


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {language: tmp_path_factory.mktemp(language) for language in LANGUAGES}
    for language, out in found.items():
        write(out, language)
    return found


def pages_of(out: Path) -> Iterator[Path]:
    yield from [out / "class.html", *sorted((out / "students").glob("*.html"))]


def test_nothing_of_a_name_is_html_and_nothing_in_the_table_a_formula(outs: dict[str, Path]) -> None:
    for page in pages_of(outs["en"]):
        text = page.read_text("utf-8")
        assert "<img" not in text and "<script" not in text
    with (outs["en"] / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[2][0] == "'=cmd|' /C calc'!A0" and all(len(row) == 3 + len(NAMES) for row in rows)
    for page in (outs["en"] / "students").glob("*.md"):
        assert "<img" not in page.read_text("utf-8").replace("\\<img", "")
        assert "](" not in page.read_text("utf-8").replace("\\](", "")


def test_the_same_numbers_are_a_note_and_no_verdict(outs: dict[str, Path], tmp_path: Path) -> None:
    group = write(tmp_path, "en")
    alike = [values for key, values in group.alike() if key == "teacher.alike"]
    assert alike and all(len(values["students"]) > 1 for values in alike)
    points = [each.points for each in group.graded]
    alone = [grade(each.record, NAMES, DEFAULT).points for each in group.graded]
    assert points == alone


def test_what_came_of_it_is_read_back() -> None:
    for one in (record("张三", 2), Record("broken", "0", (), ("no-archive", {"a": 1}))):
        assert from_json(one.to_json()) == one


def test_long_names_are_short_files_and_stay_apart() -> None:
    assert stem_of("张三") == "张三"
    first, second = stem_of("张" * 100 + "三"), stem_of("张" * 100 + "四")
    assert first != second and max(len(first.encode()), len(second.encode())) < 220


def test_both_languages_say_the_same() -> None:
    def blanks(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    english, chinese = (sentences("charmlp.course.grading.words", language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        assert blanks(sentence) == blanks(chinese[key]), key
    for name in mistake_names():
        assert all(mistake_text(name, language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("zh", 390, "dark"), pytest.param("en", 1280, "light", marks=pytest.mark.full)],
)
def test_in_a_browser(browser: Any, outs: dict[str, Path], language: str, width: int, scheme: str) -> None:  # noqa: F811
    for page in (outs[language] / "class.html", outs[language] / "students" / "张三.html"):
        opened = Opened(browser, page, width, color_scheme=scheme)
        across, window = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        title = opened.page.title()
        links = opened.page.locator("main a").evaluate_all("all => all.map(each => each.href)")
        opened.context.close()
        assert opened.complaints == [] and across <= window and title != "hacked"
        for link in links:
            assert "students/" in link
        assert faults_of(browser, page, width, scheme) == []
