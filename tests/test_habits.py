"""The same verbs for people and for CI: what pages and workflows tell to run is what the Makefile runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import charmlp.cli
from charmlp.cli import VERBS, main

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
TELL = [
    ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", ".github/workflows/ci.yml")
]


def targets(makefile: str) -> set[str]:
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def recipe(target: str) -> list[str]:
    """The commands of a target, without the folder of the programs."""
    lines = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert lines is not None, target
    return [line.strip().replace("$(BIN)/", "") for line in lines[1].splitlines()]


def verbs_told(text: str) -> set[str]:
    return set(re.findall(r"(?:^|`|run: )make ([a-z-]+)", text, re.MULTILINE))


@pytest.mark.parametrize("page", [*TELL, *(ROOT / ".ci").iterdir()], ids=lambda page: page.name)
def test_every_verb_that_is_told_exists(page: Path) -> None:
    assert verbs_told(page.read_text("utf-8")) <= targets(MAKEFILE)


def test_an_unknown_verb_is_seen() -> None:
    assert not verbs_told("`make coffee`") <= targets(MAKEFILE)
    assert {"make", "test"}.isdisjoint(verbs_told("to make tests")) and verbs_told("make test") == {"test"}


def test_help_names_every_verb() -> None:
    phony = re.search(r"^\.PHONY: (.*)", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(re.findall(r'@echo "make ([a-z-]+)', MAKEFILE)) == set(phony[1].split()) - {"help"}


def test_ci_runs_what_make_runs_also_where_there_is_no_make() -> None:
    assert verbs_told(WORKFLOW) == {"check", "test"}
    windows = [line.strip().removeprefix(".venv/Scripts/") for line in WORKFLOW.splitlines()]
    assert [line for line in windows if line in recipe("check") + recipe("test")] == [
        *recipe("check"),
        *recipe("test"),
    ]


def test_the_page_tells_windows_the_same_commands() -> None:
    for command in (*recipe("check")[:3], *recipe("test")):
        assert command.removeprefix("python -m ") in CONTRIBUTING


def test_hooks_run_what_check_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    for program in ("ruff format", "ruff check", "mypy"):
        assert f"entry: python -m {program}" in hooks
        assert any(command.startswith(program) for command in recipe("check"))


def test_a_verb_by_the_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CONTRIBUTING, "Add a verb": the file and the line are all that the program needs."""
    told = re.findall(
        r"^\d\. `([^`]+)`", CONTRIBUTING.partition("## Add a verb")[2].partition("\n## ")[0], re.M
    )
    assert told == [
        "src/charmlp/cli/VERB.py", "src/charmlp/cli/__init__.py", "tests/cli/test_VERB.py", "docs/cli.md",
    ]  # fmt: skip
    (tmp_path / "count.py").write_text(
        "from charmlp.cli.arguments import Parser\n"
        "def command(arguments):\n"
        "    parser = Parser('count', 'Count.', 'charmlp count a b', takes='WORD…')\n"
        "    parser.add_argument('words', nargs='+')\n"
        "    print(len(parser.parse_args(arguments).words))\n"
        "    return 0\n"
    )
    assert main(["count", "a"]) == 2
    monkeypatch.setattr(charmlp.cli, "__path__", [*charmlp.cli.__path__, str(tmp_path)])
    monkeypatch.setitem(VERBS, "count", "count words")
    assert main(["count", "a", "b"]) == 0
    assert main(["count", "--none"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "2\n" and "charmlp: error: " in captured.err


def test_every_verb_is_a_file_with_its_tests_and_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    for verb in VERBS:
        assert (Path(charmlp.cli.__file__).parent / f"{verb}.py").is_file()
        assert f"\n## charmlp {verb}\n" in page
        tests = [ROOT / "tests" / "cli" / f"test_{verb}.py", ROOT / "tests" / verb / "test_cli.py"]
        assert any(file.is_file() for file in tests), verb
