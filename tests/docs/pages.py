"""Takes the pages of docs/ apart: code blocks, displayed formulas, tables of shapes, links."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import sys
import types
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.docs.formulas import Scope

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CHINESE = ".zh-CN.md"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\$([^$\n]+)\$")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
IN_THE_CODE = re.compile(r"^(?:In the code:|对应代码：)(.*?)\n\n", re.MULTILINE | re.DOTALL)
SHAPE_ROW = re.compile(r"^\| \$([^$]+)\$ \| \$([^$]+)\$ \|", re.MULTILINE)
SHAPE_HEAD = re.compile(r"^\| (?:Symbol|符号) \| (?:Shape|形状) \|", re.MULTILINE)
EXERCISE = re.compile(r"^\*\*(?:Exercise|练习) \d+", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text and the line on which the text begins."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path
    text: str

    @property
    def blocks(self) -> list[Block]:
        return [
            Block(match[1], match[2], self.text.count("\n", 0, match.start(2)) + 1)
            for match in FENCE.finditer(self.text)
        ]

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return FENCE.sub("", self.text)

    @property
    def displays(self) -> list[str]:
        return DISPLAY.findall(self.prose)

    @property
    def inline(self) -> list[str]:
        return INLINE.findall(DISPLAY.sub("", self.prose))

    @property
    def links(self) -> list[tuple[str, str]]:
        return LINK.findall(self.prose)

    @property
    def in_the_code(self) -> list[tuple[str, Path]]:
        """(name, file) of each link after "In the code:"."""
        match = IN_THE_CODE.search(self.prose)
        links = LINK.findall(match[1]) if match else []
        return [(name.strip("`"), (self.path.parent / target).resolve()) for name, target in links]

    @property
    def anchors(self) -> set[str]:
        """What `#…` may follow the page's address: GitHub's rule for headings."""
        seen: Counter[str] = Counter()
        anchors = set()
        for heading in HEADING.findall(self.prose):
            words = LINK.sub(r"\1", heading).strip().lower()
            anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            anchors.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
            seen[anchor] += 1
        return anchors

    @property
    def scopes(self) -> list[Scope]:
        """Each table of shapes, or exercise, with the formulas down to the next one that has formulas."""
        begin = re.compile(f"{SHAPE_HEAD.pattern}|{EXERCISE.pattern}", re.MULTILINE)
        starts = [match.start() for match in begin.finditer(self.prose)]
        parts = [self.prose[start:end] for start, end in pairwise([*starts, None])]
        scopes = [Scope(SHAPE_ROW.findall(part), DISPLAY.findall(part)) for part in parts]
        return [scope for scope in scopes if scope.formulas]

    def run(self) -> None:
        """Executes the Python blocks in one namespace; what one prints stands in a ```text block after it."""
        module = types.ModuleType("page")  # of its own, so that classes defined on the page have a home
        sys.modules["page"] = module
        for block, following in pairwise([*self.blocks, Block("", "", 0)]):
            if block.language != "python":
                continue
            printed, place = io.StringIO(), f"{self.path.name}, line {block.line}"
            # its source is a file of its own, as for a reader who copies the block
            linecache.cache[place] = (len(block.text), None, block.text.splitlines(keepends=True), place)
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, place, "exec"), module.__dict__)
            expected = following.text if following.language == "text" else ""
            assert same_output(printed.getvalue(), expected), f"{place}, prints\n{printed.getvalue()}"


def same_output(printed: str, expected: str) -> bool:
    """Equal; only a number after ≈ may be off by a fifth or 0.05: machines round differently."""
    if "≈" not in expected:
        return printed == expected
    rough = re.compile(rf"(?<=≈ )-?{NUMBER.pattern}")
    if rough.sub("?", printed) != rough.sub("?", expected):
        return False
    pairs = zip(map(float, rough.findall(printed)), map(float, rough.findall(expected)), strict=True)
    return all(abs(ours - theirs) <= max(0.05, 0.2 * abs(theirs)) for ours, theirs in pairs)


def read(path: Path) -> Page:
    return Page(path, path.read_text(encoding="utf-8"))


def english(folder: str) -> list[Path]:
    """The pages of docs/FOLDER in English."""
    return sorted(path for path in (DOCS / folder).glob("*.md") if not path.name.endswith(CHINESE))


def chinese(path: Path) -> Path:
    """NAME.zh-CN.md beside NAME.md."""
    return path.with_name(path.stem + CHINESE)
