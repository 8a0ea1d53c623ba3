"""The code of docs/tutorial/ runs and prints what the pages say, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from charmlp.cli.recognition import ARGUMENTS, make_parser
from charmlp.config import RECIPES
from tests.docs.pages import DOCS, Page, chinese, english, read, same_output
from tests.sampling import in_full

PAGES = english("tutorial")
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@pytest.fixture(autouse=True)
def number_of_threads() -> Iterator[None]:
    """A page may set it; the tests after it shall not notice."""
    number = torch.get_num_threads()
    yield
    torch.set_num_threads(number)


@pytest.mark.parametrize(
    "path",
    [in_full(path) if path.stem == "6-overfitting" else path for path in PAGES],  # which trains for long
    ids=lambda path: path.stem,
)
def test_code_blocks_print_what_the_page_says(path: Path) -> None:
    read(path).run()


@each_page
def test_both_languages_have_the_same_code(path: Path) -> None:
    ours, theirs = read(path), read(chinese(path))
    assert [(block.language, block.text) for block in ours.blocks] == [
        (block.language, block.text) for block in theirs.blocks
    ]
    assert set(ours.inline) == set(theirs.inline)


@each_page
def test_every_fence_is_a_block(path: Path) -> None:
    page = read(path)
    assert page.text.count("```") == 2 * len(page.blocks)
    assert {block.language for block in page.blocks} <= {"python", "text", "sh"}


def test_index_lists_every_page() -> None:
    listed = {target for _, target in read(DOCS / "tutorial/index.md").links}
    assert listed >= {path.name for path in PAGES} - {"index.md"}
    assert len(PAGES) == 8


@pytest.mark.parametrize("path", [DOCS / "tutorial/7-program.md", DOCS / "tutorial/7-program.zh-CN.md"])
def test_the_courses_arguments_are_listed_with_their_defaults(path: Path) -> None:
    listed = dict(re.findall(r"^\| `(--\w+)` \| (\S+) \|", read(path).text, re.MULTILINE))
    known = {action.dest: action for action in make_parser()._actions}
    flags = {known[name].option_strings[0]: known[name] for name in ARGUMENTS}
    assert listed.keys() == flags.keys()
    assert int(listed.pop("--layer")) == len(RECIPES["slides"].hidden_size) + 1
    for flag, default in listed.items():
        assert default in (flags[flag].choices or str(flags[flag].help)), flag


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("print(1)", "2\n"),
        ("print(1)", None),
        ("pass", "1\n"),
        ("print('≈ 2')", "≈ 1\n"),
        ("print('loss ≈ 1')", "gain ≈ 1\n"),
        ("print('≈ 1, ≈ 1')", "≈ 1\n"),
        ("print('≈ 1, 5')", "≈ 1, 6\n"),
    ],
)
def test_wrong_output_is_found(code: str, printed: str | None) -> None:
    text = f"```python\n{code}\n```\n" + (f"\n```text\n{printed}```\n" if printed is not None else "")
    with pytest.raises(AssertionError):
        Page(DOCS / "page.md", text).run()


def test_right_output_is_right() -> None:
    Page(DOCS / "page.md", "```python\na = 1\n```\n\n```python\nprint(a)\n```\n\n```text\n1\n```\n").run()
    assert same_output("loss ≈ 1.1 of -2", "loss ≈ 1.0 of -2")
    assert same_output("≈ -1.1", "≈ -1.0")
    assert not same_output("≈ 1.1", "≈ -1.0")
