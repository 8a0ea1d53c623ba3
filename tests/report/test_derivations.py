"""Pages of the derivations become blocks, with their formulas and their words."""

from __future__ import annotations

import pytest

from charmlp.calculus import ACTIVATIONS
from charmlp.language import LANGUAGES
from charmlp.report.blocks import Formula, Heading, Items, Paragraph, Span, Table, plain
from charmlp.report.derivations import blocks, derivation, of_activation


def test_markdown_with_formulas() -> None:
    page = (
        "## A *title*\n\nOne $x_1$ and [two](b.md), **`c`**\nmore.\n\n$$\ny_{1}\n$$\n\n"
        "| S | |\n|---|---|\n| $a$ | b |\n\n- $q$ one\n- two\n"
    )
    heading, paragraph, formula, table, items = blocks(page)
    assert heading == Heading(2, (Span("text", "A "), Span("emph", "title")))
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text[:3] == (Span("text", "One "), Span("math", "x_1"), Span("text", " and "))
    assert "".join(span.text for span in paragraph.text) == "One x_1 and two, c more."
    assert formula == Formula("y_{1}")
    assert table == Table([plain("S"), ()], [[(Span("math", "a"),), plain("b")]], "ll")
    assert items == Items([(Span("math", "q"), Span("text", " one")), plain("two")])


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_of_a_page(language: str) -> None:
    found = list(derivation("linear", language, ["Rows and batches"], level=3))
    levels = [block.level for block in found if isinstance(block, Heading)]
    assert levels == [3, 4]
    assert Formula(r"z = x W^{\top} + \mathbf{1} b") in found
    with pytest.raises(ValueError, match="not in list"):
        list(derivation("linear", language, ["No such part"], level=3))


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "none"])
def test_every_activation_has_its_section(activation: str) -> None:
    english, chinese = (list(of_activation(activation, language, level=3)) for language in LANGUAGES)
    assert isinstance(english[0], Heading) and english[0].level == 3
    formulas = [[block for block in found if isinstance(block, Formula)] for found in (english, chinese)]
    assert formulas[0] == formulas[1] and len(formulas[0]) >= 3
