"""Chinese pages as text: no line ends inside a paragraph, where a browser would show a space."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/**/*.zh-CN.md"))]
BLOCK = re.compile(r"\s*(#|\||```|<|!\[|\[|[-*] |\d+\. |> |\$\$|---|\*\*)|\s*$|    ")  # a new one begins
ALONE = re.compile(r"\s*(#|\||```|<|\$\$|---)|\s*$|    \S")  # what no text belongs to


def broken(page: str) -> Iterator[str]:
    """The lines that go on in the next one."""
    before, is_code = "", False
    for line in page.splitlines():
        if line.lstrip().startswith("```"):
            before, is_code = "", not is_code
        elif not is_code:
            if not (BLOCK.match(line) or ALONE.match(before)):
                yield before
            before = line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_line_ends_inside_a_paragraph(page: Path) -> None:
    assert not [*broken(page.read_text(encoding="utf-8"))]


def test_a_line_that_ends_inside_one_is_found() -> None:
    page = "# 题\n\n一段话，\n接着说。\n\n- 一项\n  接着说\n- 二项\n\n```\na\nb\n```\n"
    assert [*broken(page)] == ["一段话，", "- 一项"]
