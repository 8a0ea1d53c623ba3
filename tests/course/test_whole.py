"""From `charmlp course new` to report.pdf: the TODOs filled in, and every command that the README names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.solution import fill_in

pytestmark = pytest.mark.full
ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEFORE = 3  # commands that come before anything is written
PROGRAMS = {"python": [sys.executable], "charmlp": [sys.executable, "-m", "charmlp"]}


def commands(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """The README's commands in their order, each with the folder that it is typed in."""
    place = folder
    for block in BLOCK.findall((folder / "README.md").read_text("utf-8")):
        place = folder
        for line in block.splitlines():
            name, *arguments = line.split()
            if name == "cd":
                place = folder / arguments[0]
            else:
                yield place, [*PROGRAMS.get(name, [name]), *arguments]


def run(place: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL
    )


def text_of(pdf: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    return run(pdf.parent, ["pdftotext", "-layout", pdf.name, "-"]).stdout


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("language", "missing"), [("en", "[run:"), ("zh", "[请运行")])
def test_the_readme_leads_to_a_report(tmp_path: Path, language: str, missing: str) -> None:
    pytest.importorskip("torch")
    if shutil.which("xelatex") is None:
        pytest.skip("needs xelatex")
    folder = tmp_path / "homework"
    made = run(tmp_path, [*PROGRAMS["charmlp"], "course", "new", "homework", "--lang", language])
    assert made.returncode == 0, made.stderr
    asked = list(commands(folder))
    assert asked[-1][1][0] == "xelatex"
    for number, (place, command) in enumerate(asked):
        if number == BEFORE:
            fill_in(folder)
        answer = run(place, command)
        expected = 1 if number < BEFORE else 0
        assert answer.returncode == expected, (command, answer.stdout[-2000:], answer.stderr[-2000:])
        if command[0] == "xelatex":
            assert "Missing character" not in answer.stdout
    report = text_of(folder / "report" / "report.pdf")
    assert missing not in report
    runs = (folder / "report" / "results" / "runs.csv").read_text("utf-8").splitlines()
    assert (
        len(runs)
        == 1 + sum("recognition.py" in command and "--mode" not in command for _, command in asked) - 1
    )
    accuracy = re.search(r"TestAccuracy\}\{([\d.]+)", (folder / "report/results/test.tex").read_text("utf-8"))
    assert accuracy is not None and accuracy[1] in report and float(accuracy[1]) > 40


@pytest.mark.parametrize(("language", "missing"), [("en", "[run:"), ("zh", "[请运行")])
def test_a_report_without_runs_says_what_to_run(tmp_path: Path, language: str, missing: str) -> None:
    """The control of the test above; projects compile as well."""
    if shutil.which("xelatex") is None:
        pytest.skip("needs xelatex")
    from charmlp.course.skeleton import files, project_files

    for name, texts in (("homework", files(language)), ("project", project_files(language))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "report.tex").write_text(texts["report/report.tex"], "utf-8")
        answer = run(folder, ["xelatex", "-interaction=nonstopmode", "report.tex"])
        assert answer.returncode == 0, answer.stdout[-2000:]
        assert (missing in text_of(folder / "report.pdf")) == (name == "homework")
