"""report.md: everything of others is text to Markdown."""

from __future__ import annotations

import pytest

from charmlp.report.blocks import Code, Figure, Formula, Heading, Items, Paragraph, Span, Table, plain
from charmlp.report.handin import blocks_of
from charmlp.report.markdown import code, escaped, markdown
from tests.report.making import EVIL, Made
from tests.report.test_latex import FIGURES, SECTIONS

markdown_it = pytest.importorskip("markdown_it")


def html_of(text: str) -> str:
    return markdown_it.MarkdownIt("commonmark").enable("table").render(text)


def test_the_sections() -> None:
    text = markdown(blocks_of(Made().contents, "en", FIGURES), "en")
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == SECTIONS
    assert "![What is read as what" in text and "](figures/confusion.png)" in text and "\n$$\n" in text


def test_names_are_text_and_nothing_else() -> None:
    names = [f"<img src=x onerror=alert(1)>|{number}`.png" for number in range(36)]
    made = Made(classes=EVIL, count=36, misread=0.5, names=names)
    page = html_of(markdown(blocks_of(made.contents, "en", FIGURES), "en"))
    assert "<img src=x" not in page and "<script" not in page
    assert page.count("<img ") == len(FIGURES)
    rows = [row for row in page.split("<tr>") if "<code>" in row]
    assert len(rows) == 10 and all(row.count("<td") == 4 for row in rows)


@pytest.mark.parametrize(
    "text", ["*a* _b_ [c](d) <e> `f` #", "# no heading", "1. no list", "- no list", "a|b", "&lt;"]
)
def test_a_paragraph_shows_what_it_was_given(text: str) -> None:
    page = html_of(markdown([Paragraph(plain(text))], "en")).splitlines()[-1]
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert page == f"<p>{shown}</p>"
    assert html_of("*a*") == "<p><em>a</em></p>\n"  # the control


def test_each_kind_of_block() -> None:
    text = markdown(
        [
            Heading(2, plain("a")), Formula("x"), Items([plain("one")]), Figure("f.png", "c"), Code("``` x"),
            Table([plain("h"), plain("n")], [[plain("a|b"), plain("1")]], "lr", "c"),
            Paragraph((Span("strong", "s"), Span("math", "x_1"), Span("emph", "e"))),
        ],
        "en",
    )  # fmt: skip
    for part in (
        "### a",
        "$$\nx\n$$",
        "- one",
        "![c](f.png)",
        "````text",
        "|---|---:|",
        "a\\|b",
        "**s**$x_1$*e*",
    ):
        assert part in text


def test_code_and_signs() -> None:
    assert code("a`b") == "`` a`b ``" and code("a|b") == "`a\\|b`"
    assert escaped("a_b") == "a\\_b"
