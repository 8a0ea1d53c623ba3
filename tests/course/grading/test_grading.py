"""A whole class graded: every submission has its row, whatever another one does; interrupted, it goes on."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from charmlp.cli.course_grade import command
from charmlp.course.grading import Order, grade_class
from charmlp.course.grading.outcome import Class
from charmlp.course.skeleton import files
from charmlp.course.tasks import FILES, MISTAKEN, RIGHT, RUNS
from charmlp.errors import CharmlpError
from tests.course.grading.classroom import faults_of, make_class, packed
from tests.course.grading.hostile import HOSTILE
from tests.course.grading.students import WRONG as WRONG_WAYS
from tests.course.solution import SOLUTION, filled

TIMEOUT = 8.0
(NO_MEAN,) = [way for way in WRONG_WAYS["cross-entropy-backward"] if way.names == ("missing-mean",)]
EVIL = "<img src=x onerror=alert(1)>"
WRONG = {
    "losses.py: CrossEntropyLoss.backward": NO_MEAN.code["losses.py: CrossEntropyLoss.backward"],
    "network.py: LinearFunction.forward": "return x @ W.T - b",
    "activations.py: Tanh.backward": "import os\nos._exit(3)",
    "activations.py: ReLU.backward": "import time\ntime.sleep(600)",
}


def handed_in(solution: Mapping[str, str], front: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of a student; `front`: code before that of a file."""
    texts = files("en")
    front = front or {}
    return {file: (front.get(file, "") + filled(texts[file], solution)).encode() for file in FILES}


def put(folder: Path, name: str, contents: Mapping[str, bytes]) -> None:
    for file, data in contents.items():
        (folder / name / "hw" / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / "hw" / file).write_bytes(data)


def statuses(group: Class, student: str) -> dict[str, str]:
    (found,) = [each for each in group.graded if each.student == student]
    return {result.task: result.status for result in found.record.results}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Class, Path]:
    """A class of a few, and what came of it."""
    place = tmp_path_factory.mktemp("class")
    folder = place / "handed-in"
    folder.mkdir()
    put(folder, "right", handed_in(SOLUTION))
    (folder / "张三.zip").write_bytes(
        packed({f"作业/{n}": d for n, d in handed_in({**SOLUTION, **WRONG}).items()})
    )
    (patches,) = [hostile for hostile in HOSTILE if hostile.name == "patches-judge"]
    put(folder, "patches", handed_in({}, patches.front))
    (folder / f"{EVIL.replace('/', '')}.zip").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARMLP_CACHE", str(place / "cache"))
        group = grade_class(Order(folder, place / "out", jobs=2, timeout=TIMEOUT), print, lambda *_: None)
    return group, place


def test_every_submission_has_its_row(graded: tuple[Class, Path]) -> None:
    group, place = graded
    with (place / "out" / "grades.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"] for row in rows] == sorted(each.student for each in group.graded)
    assert len(rows) == 4 and list(rows[0])[:4] == ["student", "points", "of", "linear-forward"]
    for row in rows:
        assert float(row["points"]) == sum(float(row[task]) for task in group.tasks) and row["of"] == "100"
    assert {row["student"]: row["points"] for row in rows}["right"] == "100"


def test_one_that_ends_and_loops_costs_only_that(graded: tuple[Class, Path]) -> None:
    found = statuses(graded[0], "张三")
    expected = dict.fromkeys(graded[0].tasks, RIGHT) | {
        "linear-forward": MISTAKEN, "cross-entropy-backward": MISTAKEN, "relu": "failed", "tanh": "failed",
        "program": RUNS,
    }  # fmt: skip
    assert found == expected


def test_what_is_forged_brings_nothing_and_is_seen(graded: tuple[Class, Path]) -> None:
    (found,) = [each for each in graded[0].graded if each.student == "patches"]
    assert found.points == 0 and RIGHT not in statuses(graded[0], "patches").values()
    seen = {"teacher.touches", "teacher.patched", "teacher.unconfirmed"}
    assert {key for key, _ in found.record.for_teacher} == seen


def test_pages_tell_the_evidence_and_no_solution(graded: tuple[Class, Path]) -> None:
    out = graded[1] / "out"
    page = (out / "students" / "张三.md").read_text("utf-8")
    assert "N = 5" in page and "charmlp doctor --explain missing-mean" in page
    for name in ("张三.md", "张三.html"):
        text = (out / "students" / name).read_text("utf-8")
        assert "lacks the 1/N" not in text and "Divide the gradient" not in text and "x @ W.T + b" not in text
    assert "The mean's 1/N is missing" in (out / "class.html").read_text("utf-8").replace("&#39;", "'")


def test_gradescope_adds_up(graded: tuple[Class, Path]) -> None:
    for each in graded[0].graded:
        found = json.loads((graded[1] / "out" / "gradescope" / f"{each.student}.json").read_text("utf-8"))
        assert found["score"] == sum(test["score"] for test in found["tests"])
        for test in found["tests"]:
            assert (test["status"] == "passed") <= (test["score"] == test["max_score"])


def test_again_it_is_the_same_and_nothing_runs(
    graded: tuple[Class, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = graded[1]
    before = contents_of(place / "out")
    monkeypatch.setattr("charmlp.course.grading.course.Boxes", None)  # nothing runs
    arguments = [str(place / "handed-in"), "--out", str(place / "out"), "--timeout", str(TIMEOUT)]
    assert command(arguments) == 0
    assert contents_of(place / "out") == before
    assert "graded    4 submissions" in capsys.readouterr().out
    rubric = place / "rubric.toml"
    rubric.write_text("[points]\nprediction = 20\n[costs]\nmissing-mean = 1\n")
    assert command([*arguments, "--rubric", str(rubric), "--lang", "zh"]) == 0
    rows = (place / "out" / "grades.csv").read_text("utf-8").splitlines()
    assert [row for row in rows if row.startswith("right,115,115,")]
    assert 'lang="zh-CN"' in (place / "out" / "class.html").read_text("utf-8")


def contents_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_wrong_is_said_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charmlp.course.grading.course.Boxes", None)
    (tmp_path / "in" / "s").mkdir(parents=True)
    (tmp_path / "file").write_text("")
    (tmp_path / "rubric.toml").write_text("[points]\nlinaer = 1")

    def said(folder: str, out: str, rubric: str | None = None) -> str:
        order = Order(tmp_path / folder, tmp_path / out, rubric and tmp_path / rubric)  # type: ignore[arg-type]
        with pytest.raises(CharmlpError) as error:
            grade_class(order, print, lambda *_: None)
        return str(error.value)

    assert "no such folder" in said("none", "out")
    assert "no submission" in said("in/s", "out")
    assert "--out takes another folder" in said("in", "in")
    assert "file is not a folder" in said("in", "file/out")
    assert "unknown entry" in said("in", "out", "rubric.toml")
    assert not (tmp_path / "out").exists()


@pytest.mark.full
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_it_goes_on(tmp_path: Path, way: signal.Signals) -> None:
    make_class(tmp_path / "in", 8, 2)
    arguments = [str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--timeout", "30"]
    code = f"import sys; from charmlp.cli.course_grade import command; sys.exit(command({arguments!r}))"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    records = tmp_path / "out" / "records"
    while not (records.is_dir() and len(list(records.iterdir())) >= 2):
        time.sleep(0.1)
    process.send_signal(way)
    assert process.wait(60) != 0
    kept = {path.name: path.stat().st_mtime_ns for path in records.glob("*.json")}
    assert 2 <= len(kept) < 8
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert {
        path.name: path.stat().st_mtime_ns for path in records.glob("*.json") if path.name in kept
    } == kept
    assert len((tmp_path / "out" / "grades.csv").read_text("utf-8").splitlines()) == 9
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_two_hundred(tmp_path: Path) -> None:
    made = make_class(tmp_path / "in", 200, 24)
    order = Order(tmp_path / "in", tmp_path / "out", jobs=os.cpu_count() or 1, timeout=20.0)
    group = grade_class(order, print, lambda *_: None)
    by_name = {each.student: each.record for each in group.graded}
    wrong = []
    for student in made:
        results = by_name[student.name].results
        found = faults_of(student, {r.task: r.status for r in results}, {r.task: r.causes for r in results})
        wrong += found
    assert len(by_name) == 200 and wrong == []
