"""How benchmarks/wild.py counts what the doctor says, and what it writes."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from charmlp.doctor import Diagnosis, Mistake
from charmlp.doctor.catalogue import ROWS
from charmlp.doctor.diagnosis import NotExamined
from charmlp.doctor.mistake import phrase

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    import wild
    import wild_page
finally:
    sys.path.remove(str(BENCHMARKS))

SOURCE = """
def slope(x): return x > 0
class Layer:
    def forward(self, x): return x
    def backward(self, g): return g * slope(g)
def other_forward(x): return x, x
def other_backward(g, x): return g
"""
WRONG = {
    "file": "cases/layer.py", "source": "owner/name#12", "framework": "numpy", "verdict": "wrong", "row": 16,
    "also": [14], "gradient": ["x"], "given": "layer = Layer(); x = normal(5, 7)", "of": ["x"],
    "value": "layer.forward(x)", "gradients": "layer.backward(g)",
}  # fmt: skip
RIGHT = {name: WRONG[name] for name in WRONG if name not in ("row", "also", "gradient")} | {
    "verdict": "right",
    "framework": "torch",
}
ROWLESS = WRONG | {"row": 0}
PROGRAM = WRONG | {"whole": True}


def says(name: str, *rows: int, unknown: bool = False, alternatives: tuple[int, ...] = ()) -> Diagnosis:
    """A diagnosis of a thing in the file, with a mistake of each row; 0 is one without a row."""
    others = tuple(Mistake(ROWS[row]) for row in alternatives)
    mistakes = tuple(Mistake(ROWS.get(row, "unrecognised"), values={}, alternatives=others) for row in rows)
    return Diagnosis(f"a/layer.py:{name}", None, mistakes, reason=phrase("timeout") if unknown else None)


LEFT = Diagnosis(
    "a/layer.py",
    None,
    reason=phrase("left-out"),
    not_examined=(NotExamined("step", 7, phrase("left-alone")),),
)


@pytest.mark.parametrize(
    ("case", "diagnoses", "said", "false_alarm"),
    [
        (WRONG, [says("Layer", 16)], "named", False),
        (WRONG, [says("Layer", 14)], "named", False),
        (WRONG, [says("slope", 16)], "named", False),  # what the layer uses
        (WRONG, [says("Layer", 5, alternatives=(16,))], "named", False),
        (WRONG, [says("Layer", 16, 5)], "named", True),
        (WRONG, [says("Layer", 16), says("other_forward", 5)], "named", True),
        (WRONG, [says("Layer", 5)], "otherwise", False),
        (WRONG, [says("Layer", 0)], "otherwise", False),
        (WRONG, [says("Layer"), says("other_forward", 16)], "healthy", True),  # not where the mistake is
        (WRONG, [says("Layer")], "healthy", False),
        (WRONG, [says("Layer"), says("slope", unknown=True)], "healthy", False),
        (WRONG, [says("Layer", unknown=True), says("slope")], "unknown", False),
        (WRONG, [says("other_forward")], "unknown", False),
        (WRONG, [Diagnosis("a/layer.py", None, reason=phrase("timeout"))], "unknown", False),
        (WRONG, [], "unknown", False),
        (WRONG, [says("Layer"), LEFT], "unknown", False),
        (WRONG, [says("Layer", 16), LEFT], "named", False),
        (RIGHT, [says("Layer"), LEFT], "unknown", False),
        (PROGRAM, [says("Layer"), says("other_forward", 16)], "named", False),  # anywhere in a program
        (PROGRAM, [says("line 7", 16), says("Layer", 5)], "named", True),
        (PROGRAM, [says("other_forward", 5)], "otherwise", False),
        (PROGRAM, [says("Layer"), says("other_forward", unknown=True)], "healthy", False),
        (PROGRAM, [says("Layer", unknown=True), says("other_forward")], "unknown", False),
        (PROGRAM, [], "unknown", False),
        (ROWLESS, [says("Layer", 0)], "noticed", False),
        (ROWLESS, [says("Layer", 14)], "named", False),
        (ROWLESS, [says("Layer")], "healthy", False),
        (RIGHT, [says("Layer")], "healthy", False),
        (RIGHT, [says("Layer"), says("other_forward", 5)], "flagged", False),
        (RIGHT, [says("Layer", unknown=True)], "unknown", False),
    ],
)
def test_an_outcome(case: dict[str, Any], diagnoses: list[Diagnosis], said: str, false_alarm: bool) -> None:
    found = wild.outcome(case, SOURCE, diagnoses)
    assert (found.said, found.false_alarm) == (said, false_alarm)


CASES = {"a": WRONG, "b": WRONG | {"framework": "torch"}, "c": ROWLESS, "d": RIGHT}


def outcomes(a: str, b: str, c: str, d: str) -> dict[str, Any]:
    return {name: wild.Outcome(said) for name, said in zip("abcd", (a, b, c, d), strict=True)}


def test_figures_add_up() -> None:
    groups = wild.by_framework(CASES, outcomes("named", "otherwise", "named", "healthy"))
    assert list(groups) == ["numpy", "torch", "all"]
    every = {name: count for name, count in groups["all"].items() if count}
    assert every == {
        "wrong": 2, "named": 1, "otherwise": 1, "rowless": 1, "noticed": 1, "right": 1, "right_healthy": 1,
    }  # fmt: skip
    for figure, count in groups["all"].items():
        assert count == groups["numpy"][figure] + groups["torch"][figure]


def test_each_set_has_its_figures() -> None:
    """One that cannot tell the sets apart gives both the same figures."""
    cases = CASES | {name: case | {"set": 2} for name, case in CASES.items() if name in "bd"}
    sets = wild.by_set(cases, outcomes("named", "healthy", "noticed", "flagged"))
    assert list(sets) == ["1", "2", "all"] and list(sets["2"]) == ["torch", "all"]
    first, second = sets["1"]["all"], sets["2"]["all"]
    assert (first["wrong"], first["named"], first["rowless"], first["right"]) == (1, 1, 1, 0)
    assert (second["wrong"], second["named"], second["healthy"], second["right_flagged"]) == (1, 0, 1, 1)
    assert all(sets["all"]["all"][figure] == first[figure] + second[figure] for figure in wild.FIGURES)
    assert list(wild.by_set(CASES, {})) == ["all"]


def test_a_notebook_is_the_code_of_its_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# f"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 1"]},
        {"cell_type": "code", "source": ["def f():\n", "    return x % 2"]},
    ]
    (tmp_path / "f.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert wild.python_code(tmp_path / "f.ipynb") == "\nx = 1\ndef f():\n    return x % 2"


def test_a_doctor_who_always_says_the_same_names_nothing_else() -> None:
    """The negative control: a case is missed where the row is another."""
    for row in ROWS:
        found = wild.outcome(WRONG, SOURCE, [says("Layer", row)])
        assert (found.said == "named") == (row in (16, 14))
        assert wild.outcome(RIGHT, SOURCE, [says("Layer", row)]).said == "flagged"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_keeps_the_first_sight_beside_today(language: str) -> None:
    first, today = outcomes("healthy", "otherwise", "noticed", "flagged"), outcomes(*["named"] * 3, "healthy")
    del first["b"]  # a case that came later
    page = wild_page.page(
        CASES, first, today, (wild.by_set(CASES, first), wild.by_set(CASES, today)), language
    )
    words = wild_page.WORDS[language]
    row = next(line for line in page.splitlines() if line.startswith("| [a]"))
    link = "[owner/name#12](https://github.com/owner/name/issues/12)"
    assert link in row and row.endswith(f"| {words['says']['healthy']} | {words['says']['named']} |")
    assert f"| – | {words['says']['named']} |" in page
    assert f"| {words['named']} | 0 (0 %) → 1 (100 %) | 0 → 1 (100 %) | 0 (0 %) → 2 (100 %) |" in page
    assert f"| {words['right_flagged']} | 0 → 0 | 1 → 0 | 1 → 0 |" in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_keeps_the_sets_apart(language: str) -> None:
    cases = {"b": CASES["a"] | {"set": 2}, "a": CASES["b"], "c": CASES["c"], "d": CASES["d"]}
    first, today = outcomes("named", "healthy", "noticed", "healthy"), outcomes(*["named"] * 3, "healthy")
    page = wild_page.page(
        cases, first, today, (wild.by_set(cases, first), wild.by_set(cases, today)), language
    )
    words = wild_page.WORDS[language]
    parts = [words["sets"][key] for key in ("1", "2", "all")] + [words["cases"]]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    tables = [page[start:end] for start, end in itertools.pairwise(places)]
    named = [
        next(row for row in table.splitlines() if row.startswith(f"| {words['named']} ")) for table in tables
    ]
    assert [row.split(" | ")[-1].rstrip(" |") for row in named] == [
        "1 (100 %) → 1 (100 %)", "0 (0 %) → 1 (100 %)", "1 (50 %) → 2 (100 %)",
    ]  # fmt: skip
    listed = [line[:5] for line in page.splitlines() if line.startswith("| [")]
    assert listed == ["| [a]", "| [c]", "| [d]", "| [b]"] and "layer.py) | 2 | [owner/name#12]" in page
    alone = wild_page.page(
        CASES, first, today, (wild.by_set(CASES, first), wild.by_set(CASES, today)), language
    )
    assert not any(heading in alone for heading in words["sets"].values())


def test_both_languages_have_the_same_words() -> None:
    english, chinese = (wild_page.WORDS[language] for language in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for entry in ("says", "sets"):
        assert english[entry].keys() == chinese[entry].keys()
    assert set(wild.FIGURES) < english.keys()


def test_a_first_sight_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wild, "FIRST_SIGHT", tmp_path / "first-sight.json")
    first = {"a": wild.Outcome("named", (5, 16), True), "b": wild.Outcome("healthy")}
    assert wild.add_first(first) == wild.load_first() == first
    before = wild.FIRST_SIGHT.read_text("utf-8")
    later = {"c": wild.Outcome("unknown"), "a": wild.Outcome("healthy"), "b": wild.Outcome("named", (16,))}
    assert wild.add_first(later) == wild.load_first() == first | {"c": wild.Outcome("unknown")}
    assert wild.FIRST_SIGHT.read_text("utf-8").startswith(before.removesuffix("\n}\n"))


def test_a_first_sight_is_of_new_cases_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a case that has none yet is looked at in no other way."""
    seen: list[str] = []

    def examine(cases: dict[str, Any]) -> dict[str, Any]:
        seen[:] = cases
        return {name: wild.Outcome("healthy") for name in cases}

    monkeypatch.setattr(wild, "FIRST_SIGHT", tmp_path / "first-sight.json")
    monkeypatch.setattr(wild, "load_cases", lambda: CASES | {"d": CASES["d"] | {"set": 2}})
    monkeypatch.setattr(wild, "examine", examine)
    kept = wild.add_first({"a": wild.Outcome("named", (16,)), "b": wild.Outcome("otherwise")})
    for arguments in ([], ["--write"], ["--set", "2"], ["--only", "a", "c"], ["--first", "--only", "a", "b"]):
        with pytest.raises(SystemExit):
            wild.main(arguments)
    assert not seen
    wild.main(["--set", "2", "--first"])
    assert seen == ["d"]
    wild.main(["--first"])
    assert seen == ["c"]
    assert wild.load_first() == kept | {name: wild.Outcome("healthy") for name in "dc"}
    wild.main([])
    assert seen == list("abcd")
    with pytest.raises(SystemExit):
        wild.main(["--first"])


def test_a_part_of_the_cases_is_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        wild.main(["--framework", "torch", "--first", "--write"])
    assert "all cases" in capsys.readouterr().err


def test_files_are_examined(tmp_path: Path) -> None:
    """From the file to the outcome, once with the real doctor."""
    code = (
        "def twice_forward(x):\n    return 2 * x, None\n\n\ndef twice_backward(dout, cache):\n    return {}\n"
    )
    (tmp_path / "wrong.py").write_text(
        "import numpy as np\n\n\n" + code.format("-2 * dout"), encoding="utf-8"
    )
    (tmp_path / "right.py").write_text("import numpy as np\n\n\n" + code.format("2 * dout"), encoding="utf-8")
    expressions = {
        "given": "",
        "value": "twice_forward(x)[0]",
        "gradients": "twice_backward(g, twice_forward(x)[1])",
    }
    cases = {
        "wrong": WRONG | expressions | {"file": "wrong.py", "row": 5, "also": []},
        "other": WRONG | expressions | {"file": "wrong.py", "row": 6, "also": []},
        "right": RIGHT | expressions | {"file": "right.py"},
    }
    found = wild.examine(cases, tmp_path)
    assert [one.said for one in found.values()] == ["named", "otherwise", "healthy"]


def test_first_sight_and_then_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs of the whole program, with a doctor who has learnt something in between."""
    pages = {language: tmp_path / f"{language}.md" for language in ("en", "zh")}
    monkeypatch.setattr(wild, "FIRST_SIGHT", tmp_path / "first-sight.json")
    monkeypatch.setattr(wild, "PAGES", pages)
    monkeypatch.setattr(wild, "load_cases", lambda: CASES)
    with pytest.raises(SystemExit):
        wild.main(["--write"])
    for arguments, said in ((["--first", "--write"], "otherwise"), (["--write"], "named")):
        monkeypatch.setattr(
            wild, "examine", lambda cases, said=said: outcomes(said, said, "noticed", "healthy")
        )
        wild.main([*arguments, "--format", "json"])
        printed = json.loads(capsys.readouterr().out)
        assert printed["cases"]["a"]["said"] == said and printed["figures"]["all"][said] == 2
    row = next(line for line in pages["en"].read_text("utf-8").splitlines() if line.startswith("| [a]"))
    assert row.endswith("| **another** | named |")
    assert pages["zh"].is_file()
