"""Links lead somewhere, formulas survive Markdown, and user documentation is there in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.docs.pages import CHINESE, DISPLAY, DOCS, ROOT, Page, chinese, read

FILES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
ENGLISH_ONLY = {  # for developers, or generated; everything else is for users
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/cli.md",
    "docs/doctor-gradcheck.md",
    "docs/fonts.md",
}
SUMMARY_IN_CHINESE = {"docs/performance.md"}  # measurements for developers: the Chinese page says so
MARKDOWN = MarkdownIt("commonmark").enable("table")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())


# Links


def broken_links(page: Page) -> list[str]:
    """The links of a page that lead to no file, or to no heading of it."""
    broken = []
    for _, target in page.links:
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = page.path.parent / file if file else page.path
        there = path.exists() and path.resolve().is_relative_to(ROOT)
        if not there or (anchor and anchor not in (read(path) if file else page).anchors):
            broken.append(target)
    return broken


@each_file
def test_links_resolve(path: Path) -> None:
    assert broken_links(read(path)) == []


def test_broken_links_are_found() -> None:
    text = "# A heading, twice\n\n# A heading, twice\n\n[a](#a-heading-twice) [b](#a-heading-twice-1) "
    text += "[c](fonts.md#more) [d](../docs/fonts.md) [e](https://example.org/x) [f](../../up.md) "
    text += "[g](gone.md) [h](#a-heading-twice-2)\n\n```text\n# no heading [no](link)\n```\n"
    page = Page(DOCS / "fonts.md", text)
    assert broken_links(page) == ["fonts.md#more", "../../up.md", "gone.md", "#a-heading-twice-2"]


def test_pages_named_in_the_code_exist() -> None:
    for code in (ROOT / "src").rglob("*.py"):
        for name in re.findall(r"\bdocs/[\w/-]+(?:\.[\w-]+)?\.md", code.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{code.relative_to(ROOT)} names {name}"


# Both languages


def needs_chinese(path: Path) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return not name.endswith(CHINESE) and name not in ENGLISH_ONLY and path.stat().st_size > 0


@pytest.mark.parametrize("path", [path for path in FILES if needs_chinese(path)], ids=lambda path: path.name)
def test_user_documentation_is_there_in_chinese(path: Path) -> None:
    twin = chinese(path)
    assert twin.is_file(), f"{twin.relative_to(ROOT)} is missing"
    ours, theirs = read(path), read(twin)
    assert re.search(r"[\u4e00-\u9fff]{4}", theirs.text), "is it Chinese?"
    assert twin.name in {target for _, target in ours.links}
    assert path.name in {target for _, target in theirs.links}
    if path.relative_to(ROOT).as_posix() in SUMMARY_IN_CHINESE:
        assert "见英文版" in theirs.text
        return
    levels = [re.findall(r"^(#+) ", page.prose, re.MULTILINE) for page in (ours, theirs)]
    assert levels[0] == levels[1], "the headings differ"


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name.endswith(CHINESE)], ids=lambda path: path.name
)
def test_chinese_pages_lead_to_chinese_pages(path: Path) -> None:
    assert path.with_name(path.name.replace(CHINESE, ".md")).is_file(), "the English page is missing"
    for label, target in read(path).links:
        linked = path.parent / target.partition("#")[0]
        if label != "English" and linked.suffix == ".md" and not target.endswith(".zh-CN.md"):
            assert not chinese(linked).is_file(), f"{target} is there in Chinese as well"


# Formulas


def eaten(text: str) -> list[str]:
    """The formulas that Markdown would change: underscores as emphasis, backslashes as escapes."""
    page = Page(DOCS / "page.md", text)
    parts = [
        child.content
        for token in MARKDOWN.parse(text)
        for child in token.children or []
        if child.type == "text"
    ]
    rest = "".join(part for part in parts).replace("\n", "")
    return [formula for formula in (*page.displays, *page.inline) if formula not in rest]


def unclosed(text: str) -> list[str]:
    """Texts in which stars are left that should make something bold: 。** needs a space behind it."""
    texts = [
        child for token in MARKDOWN.parse(text) for child in token.children or [] if child.type == "text"
    ]
    return [child.content for child in texts if "**" in child.content]


def broken_lines(text: str) -> list[str]:
    """Paragraphs of several lines, which Markdown joins with spaces: Chinese has none."""
    prose = DISPLAY.sub("", text)
    paragraphs = [token.content for token in MARKDOWN.parse(prose) if token.type == "inline"]
    return [paragraph for paragraph in paragraphs if "\n" in paragraph]


def crowded(text: str) -> list[str]:
    """The inline formulas that GitHub would not see: before one only a space, after one no letter."""
    prose = DISPLAY.sub("", Page(DOCS / "page.md", text).prose)
    dollars = re.compile(r"(?P<before>^|.)\$(?P<formula>[^$\n]+)\$(?=(?P<after>.|$))", re.MULTILINE)
    return [
        match["formula"]
        for match in dollars.finditer(prose)
        if match["before"] not in ("", " ")
        or match["after"].isalnum()
        or match["formula"].strip() != match["formula"]
    ]


@each_file
def test_formulas_survive_markdown(path: Path) -> None:
    text = read(path).text
    assert eaten(text) == []
    assert crowded(text) == []
    assert unclosed(text) == []
    assert not re.search(r"\$\$\n\$\$|\$\$\n[^$\n]*\n[^$\n]+\n\$\$", text), (
        "a blank line between, one line within"
    )


@pytest.mark.parametrize(
    "path", sorted((DOCS / "derivations").glob(f"*{CHINESE}")), ids=lambda path: path.name
)
def test_chinese_paragraphs_are_one_line(path: Path) -> None:
    assert broken_lines(read(path).text) == []


def test_broken_lines_are_found() -> None:
    assert broken_lines("一行。\n\n- 一\n- 二\n\n$$\na\n$$\n\n```sh\na\nb\n```\n") == []
    assert broken_lines("一行，\n又一行。\n") == ["一行，\n又一行。"]


def test_eaten_and_crowded_formulas_are_found() -> None:
    assert eaten("$$\na_{i}\n$$\n\n$x_{n}$ and $x_{n} y^\\ast$") == []
    assert eaten("$$\na \\\\ b\n$$\n") == ["a \\\\ b"]
    assert eaten("$$\n\\{ a \\}\n$$\n") == ["\\{ a \\}"]
    assert eaten("$a*b$ and $c*d$") == ["a*b", "c*d"]
    assert eaten("$(a)_{i} + (b)_{j}$") == ["(a)_{i} + (b)_{j}"]
    assert unclosed("**好。** 是，**好**。`2**3`") == []
    assert unclosed("**好。**是") == ["**好。**是"]
    assert crowded("$x$ is, in $y$, or $z$.\n\n在 $x$，是 $y$ 的\n") == []
    assert crowded("($a$) is $b$c and，$d$ or $e$是 or $ f$") == ["a", "b", "d", "e", " f"]
