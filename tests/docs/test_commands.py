"""The commands that the documentation shows are ones that charmlp has: verbs and flags."""

from __future__ import annotations

import contextlib
import functools
import io
import re
from pathlib import Path

from charmlp.cli import VERBS, main
from charmlp.cli.course import ACTIONS
from tests.docs.pages import DOCS, Page, read
from tests.docs.test_links import each_file

PROGRAM = re.compile(r"(?:\$ )?(?:(?:python -m )?charmlp|python recognition\.py) ((?:--)?[a-z].*)")
FLAG = re.compile(r"(?<!\S)--[\w-]+")


@functools.cache
def flags_of(verb: str) -> set[str]:
    """The flags that `charmlp VERB --help` shows, of all actions; without a verb, the course's form's."""
    printed = io.StringIO()
    verbs = [[verb, action] for action in ACTIONS] if verb == "course" else [[verb]]
    for words in verbs if verb else [["--mode", "train"]]:
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            main([*words, "--help"])
    return {folded(flag) for flag in re.findall(r"--[\w-]+", printed.getvalue())}


def folded(flag: str) -> str:
    """Hyphens, underscores and capitals do not matter in a flag."""
    return flag.lower().replace("-", "").replace("_", "")


def commands_of(page: Page) -> list[str]:
    """What follows the program's name, in blocks of code and in code between backticks."""
    lines = [line for block in page.blocks for line in block.text.splitlines()]
    code = lines + re.findall(r"`([^`\n]+)`", page.prose)
    return [match[1] for match in map(PROGRAM.match, code) if match]


def unknown_in(page: Page) -> list[str]:
    """What the commands of a page have that charmlp has not."""
    unknown = []
    for command in commands_of(page):
        first = command.split()[0]
        verb = "" if first.startswith("-") else first
        if verb and verb not in {*VERBS, "help"}:
            unknown.append(verb)
        elif first not in ("help", "--help", "--version"):
            unknown += [flag for flag in FLAG.findall(command) if folded(flag) not in flags_of(verb)]
    return unknown


@each_file
def test_commands_exist(path: Path) -> None:
    assert unknown_in(read(path)) == []


def test_unknown_commands_are_found() -> None:
    text = """
charmlp lies in prose, `charmlp fly` and `charmlp --mode train --epoch 3 --wings` in code.

```sh
charmlp train --batch-size 3 --nonsense
$ charmlp test --modell x
python recognition.py --mode test --im-dir x --x
```
"""
    page = Page(DOCS / "page.md", text)
    assert sorted(unknown_in(page)) == ["--modell", "--nonsense", "--wings", "--x", "fly"]


def test_there_are_commands_to_check() -> None:
    pages = [read(path) for path in (DOCS / "tutorial").glob("*.md")]
    assert sum(len(commands_of(page)) for page in pages) >= 10
