"""`charmlp doctor --explain`: the derivations as text, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor import pages
from charmlp.doctor.catalogue import NUMBERS, ROWS, topic, usual_page
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mathtext import UnreadableFormulaError, math_text
from charmlp.doctor.pages import HEADING, explanation, page_text, place_of, readable, section
from charmlp.errors import UsageError

DERIVATIONS = Path(__file__).resolve().parents[2] / "docs" / "derivations"
STEMS = sorted(path.stem for path in DERIVATIONS.glob("*.md") if ".zh-CN" not in path.name)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{\partial L}{\partial x_{nd}}", "∂L/∂x_nd"),
        (r"\left( \frac{\partial L}{\partial y} \right)^{\top} x", "(∂L/∂y)ᵀ x"),
        (r"\sum_{k=1}^{K} y^\ast_{nk} \log q_{nk}", "Σ(k = 1…K) y*ₙₖ log qₙₖ"),
        (r"\sum_{j} a_j", "Σ(j) aⱼ"),
        (r"\frac{1}{1 + e^{-x}}", "1/(1 + e⁻ˣ)"),
        (r"\frac{a b}{2}", "(a b)/2"),
        (r"e^{-x_{nd}}", "e^(−x_nd)"),
        (r"(1 + e^{x})^{2}", "(1 + eˣ)²"),
        (r"\sqrt{2}, \sqrt{\sigma^{2} + \varepsilon}", "√2, √(σ² + ε)"),
        (r"\begin{cases} x & x \gt 0 \cr a x & x \le 0 \end{cases}", "{ x > 0: x; x ≤ 0: a x }"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "[a, b; c, d]"),
        (r"\hat{x} \odot \mathbf{1}", "x̂ ⊙ 1"),
        (r"\tilde W_{1}, \tilde{L} = \mathcal{L}(z) \approx 2", "W̃₁, L̃ = ℒ(z) ≈ 2"),
        (r"\max(0, z), \tanh u", "max(0, z), tanh u"),
        (r"y_{n, k+1}", "y_(n, k+1)"),
        (r"\theta \leftarrow \theta - \eta v", "θ ← θ − η v"),
        (r"y^\ast = 1 + \mu + \mu^{2}", "y* = 1 + μ + μ²"),
    ],
)
def test_formulas_as_text(latex: str, text: str) -> None:
    assert math_text(latex) == text


@pytest.mark.parametrize("latex", [r"\nosuchcommand{x}", r"\frac{1}{", r"x}", r"e^", r"\frac{1}"])
def test_formulas_that_cannot_be_read_are_refused(latex: str) -> None:
    with pytest.raises(UnreadableFormulaError):
        math_text(latex)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stem", STEMS)
def test_every_page_can_be_read(stem: str, language: str) -> None:
    text = readable(page_text(stem, language))
    assert text.startswith("# ") and "$" not in text and "](" not in text and "![" not in text
    assert "<details" not in text and "<summary" not in text
    assert not any(f"\\{command}" in text for command in ("frac", "partial", "sum", "begin", "left", "top"))


@pytest.mark.parametrize("stem", STEMS)
def test_the_pages_have_the_same_headings_in_both_languages(stem: str) -> None:
    """A section is found by its place."""
    levels = [
        [match[1] for match in HEADING.finditer(page_text(stem, language))] for language in ("en", "zh")
    ]
    assert levels[0] == levels[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_topic_has_a_page(language: str) -> None:
    """Every name, every row, every kind, and whatever a report may point to."""
    topics = {*NUMBERS, *map(str, ROWS), *kinds()}
    topics |= {topic(name, kind) for name in NUMBERS for kind in ("", *kinds())}
    missing = [one for one in sorted(topics) if not explanation(one, language).startswith("# ")]
    assert missing == []
    assert {usual_page(name) for name in NUMBERS} <= set(STEMS)


def test_the_section_of_a_kind() -> None:
    page = page_text("activations", "en")
    text = section(page, place_of("sigmoid", page))
    assert text.startswith("# Activations\n\n## Sigmoid\n") and "## Tanh" not in text
    assert place_of("linear", page) is None and section(page, None) == page


@pytest.mark.parametrize("asked", ["conv9", "0", "35", "../linear", "", "²"])
def test_what_is_no_topic_is_refused(asked: str) -> None:
    with pytest.raises(UsageError, match="--explain: unknown"):
        explanation(asked, "en")


def test_an_installed_package_has_its_own_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    packed = tmp_path / "derivations"
    packed.mkdir()
    (packed / "mean.zh-CN.md").write_text("# 包里的\n\n$\\frac{1}{N}$\n", encoding="utf-8")
    monkeypatch.setattr(pages.importlib.resources, "files", lambda package: tmp_path)
    assert explanation("missing-mean", "zh") == "# 包里的\n\n1/N\n"
