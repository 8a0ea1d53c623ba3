"""The derivations of layers prove their gradients in their own code, which is run here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOM = Path(__file__).resolve().parents[2] / "docs" / "derivations"
PAGES = ("normalisation", "convolution", "attention", "layers")


def code_of(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def run(blocks: list[str]) -> None:
    space: dict[str, object] = {}
    for block in blocks:
        exec(block, space)


@pytest.mark.parametrize("name", PAGES)
def test_the_code_of_a_page_holds_in_both_languages(name: str) -> None:
    english, chinese = (code_of(ROOM / f"{name}{suffix}.md") for suffix in ("", ".zh-CN"))
    assert english == chinese and "assert" in "".join(english)
    run(english)


def test_a_wrong_gradient_is_seen() -> None:
    blocks = [
        block.replace("- n * (u * n).mean(axis, keepdims=True)", "")
        for block in code_of(ROOM / "normalisation.md")
    ]
    with pytest.raises(AssertionError):
        run(blocks)
