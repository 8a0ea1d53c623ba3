"""Takes the pages of docs/ apart: code blocks, displayed formulas, tables of shapes, links."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .formulas import Scope

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DERIVATIONS = sorted(path.stem for path in (DOCS / "derivations").glob("*.md") if "." not in path.stem)
TUTORIALS = sorted(path.stem for path in (DOCS / "tutorial").glob("*.md") if "." not in path.stem)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\$([^$\n]+)\$")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
SHAPE_ROW = re.compile(r"^\| \$([^$]+)\$ \| \$([^$]+)\$ \|", re.MULTILINE)
SHAPE_HEAD = re.compile(r"^\| (?:Symbol|符号) \| (?:Shape|形状) \|", re.MULTILINE)


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
    def scopes(self) -> list[Scope]:
        """Each table of shapes with the formulas down to the next such table."""
        starts = [match.start() for match in SHAPE_HEAD.finditer(self.prose)]
        parts = [self.prose[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
        return [Scope(SHAPE_ROW.findall(part), DISPLAY.findall(part)) for part in parts]

    def run(self) -> None:
        """Executes the Python blocks in one namespace; a ```text block is what the block before it prints."""
        module = types.ModuleType("page")  # a module of its own, so that classes defined on the page have a home
        sys.modules["page"] = module
        blocks = self.blocks
        for block, following in zip(blocks, [*blocks[1:], Block("", "", 0)], strict=True):
            if block.language != "python":
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                code = compile("\n" * (block.line - 1) + block.text, str(self.path), "exec")
                exec(code, module.__dict__)
            expected = following.text if following.language == "text" else ""
            assert printed.getvalue() == expected, f"{self.path.name}, line {block.line}, prints {printed.getvalue()}"


def read(folder: str, name: str, language: str = "en") -> Page:
    """docs/FOLDER/NAME.md, or its Chinese twin."""
    path = DOCS / folder / f"{name}{'' if language == 'en' else '.zh-CN'}.md"
    return Page(path, path.read_text(encoding="utf-8"))


def every_page() -> Iterator[Path]:
    """The pages that this room looks after."""
    yield from sorted((DOCS / "derivations").glob("*.md"))
    yield from sorted((DOCS / "tutorial").glob("*.md"))
    yield from sorted(DOCS.glob("ide*.md"))
