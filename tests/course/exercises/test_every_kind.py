"""What holds for each file of kinds/: one seed, one exercise; both languages; each form; right is right."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from charmlp.course.exercises.kind import Options, Problem
from charmlp.course.exercises.kinds import kind_of, names
from charmlp.course.exercises.writing import WRITERS

SEEDS = (1, 2)
each_kind = pytest.mark.parametrize("name", names())
each_language = pytest.mark.parametrize("language", ["en", "zh"])


@functools.cache
def problem(name: str, seed: int) -> Problem:
    return kind_of(name).make(Options(seed=seed))


def sheets(name: str, language: str, seed: int) -> dict[str, str]:
    """Task and solution in each form."""
    made = problem(name, seed)
    return {
        f"{form}{' solution' * solution}": write(made, language, solution=solution)
        for form, write in WRITERS.items()
        for solution in (False, True)
    }


@each_kind
def test_the_seed_is_the_exercise(name: str) -> None:
    first = sheets(name, "en", 1)
    problem.cache_clear()
    assert first == sheets(name, "en", 1)
    assert first != sheets(name, "en", 2)


@each_kind
@each_language
def test_no_blank_stays_open_and_each_language_is_itself(name: str, language: str) -> None:
    for form, text in sheets(name, language, 1).items():
        assert not re.search(r"\{[a-z]\w*\}", text) or form.startswith(("latex", "md", "json")), form
        assert "U+" not in text, f"{form}: a character that TeX's fonts lack"
        if not form.startswith("json"):
            assert bool(re.search("[\u4e00-\u9fff]", text)) is (language == "zh"), form


@each_kind
@pytest.mark.parametrize("seed", SEEDS)
def test_right_answers_are_right(name: str, seed: int) -> None:
    made = problem(name, seed)
    answers = json.loads(json.dumps(made.answers(), allow_nan=False))
    verdicts = made.judge(answers, "en")
    assert [verdict.name for verdict in verdicts] == list(answers) == list(made.data("en")["asked"])
    assert all(verdict.right and not verdict.text for verdict in verdicts)


@pytest.mark.full
@each_kind
@each_language
def test_latex_is_typeset_without_a_complaint(name: str, language: str, tmp_path: Path) -> None:
    if shutil.which("xelatex") is None:
        pytest.skip("no xelatex: texlive-xetex and texlive-lang-chinese are needed")
    for form, text in sheets(name, language, 1).items():
        if form.startswith("latex"):
            assert complaints(text, tmp_path) == []


@pytest.mark.full
def test_what_tex_complains_about_is_seen(tmp_path: Path) -> None:
    if shutil.which("xelatex") is None:
        pytest.skip("no xelatex: texlive-xetex and texlive-lang-chinese are needed")
    text = sheets("backprop", "en", 1)["latex"]
    assert complaints(text.replace("\\begin{document}", "\\begin{document}\nЖ"), tmp_path)


def complaints(text: str, folder: Path) -> list[str]:
    """What TeX's log says about boxes, fonts and characters."""
    (folder / "sheet.tex").write_text(text, "utf-8")
    flags = ("-interaction=nonstopmode", "-halt-on-error", "sheet.tex")
    done = subprocess.run(["xelatex", *flags], cwd=folder, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]
    log = (folder / "sheet.log").read_text("utf-8", "replace")
    return re.findall(r"^(?:.*Warning:.*|Overfull.*|Underfull.*|Missing character.*|!.*)$", log, re.MULTILINE)
