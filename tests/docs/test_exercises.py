"""docs/exercises.md shows what is printed; its figures are those that are measured."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from charmlp.cli import main
from charmlp.course.exercises.kinds import names
from tests.docs.pages import DOCS, ROOT, Page, read

PAGES = [DOCS / "exercises.md", DOCS / "exercises.zh-CN.md"]
SHARE = re.compile(r"(\d+) (?:of|/) (\d+)")
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)


def sessions(page: Page) -> list[tuple[str, str]]:
    """Each command of the page with what it is said to print."""
    found = []
    for block in page.blocks:
        if block.text.startswith("$ charmlp "):
            parts = re.split(r"^\$ charmlp (.*)\n", block.text, flags=re.MULTILINE)[1:]
            found += list(zip(parts[::2], parts[1::2], strict=True))
    return found


def is_said(printed: str, shown: str) -> bool:
    """Equal; a line `…` stands for any lines."""
    pattern = "".join("(?:.*\n)*" if line == "…\n" else re.escape(line) for line in shown.splitlines(True))
    return re.fullmatch(pattern, printed) is not None


@each_page
def test_what_the_page_shows_is_printed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = read(path)
    answers = next(block.text for block in page.blocks if block.text.startswith("q  = "))
    Path("mine.txt").write_text(answers, encoding="utf-8")
    shown = sessions(page)
    for command, output in shown:
        assert main(shlex.split(command)) == ("--answers" in command)
        printed = capsys.readouterr().out
        assert is_said(printed, output), f"{command}, prints\n{printed}"
    assert len(shown) == 4


@each_page
def test_the_page_has_every_kind(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [name for name in names() if f"| `{name}` |" not in text] == []


def test_another_output_is_seen() -> None:
    assert is_said("a\nb\nc\n", "a\n…\nc\n") and is_said("a\n", "a\n")
    assert not is_said("a\nb\n", "a\nc\n") and not is_said("a\nb\n", "a\n")


@pytest.mark.full
def test_the_figures_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import exercises

    counted, _ = exercises.measure(500)
    pairs = [("named", "planted"), ("twice", "planted"), ("accused", "right")]
    pairs += [("noticed", "changed"), ("imagined", "right"), ("coincident", "right")]
    measured = [(counted[part], counted[whole]) for part, whole in pairs]
    for path in PAGES:
        rows = [line for line in path.read_text("utf-8").splitlines() if line.startswith("| ")]
        found = [match.groups() for row in rows if (match := SHARE.search(row)) is not None]
        assert [tuple(map(int, share)) for share in found] == measured
