"""Every displayed formula of docs/derivations/ holds: with numbers, with symbols, and in the code.

The controls are mistakes: every formula of every page with a wrong sign, without a transpose, a 1/N, a factor
or a condition, and what the reader and the computer of formulas must refuse.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp import calculus
from tests.docs.formulas import Scope, WrongFormula
from tests.docs.kits import Numbers, Symbols
from tests.docs.latex import Unreadable, read_equation
from tests.docs.pages import DOCS, ROOT, Page, chinese, english, read
from tests.sampling import one_in

PAGES = english("derivations")
DERIVATIONS = DOCS / "derivations"
CODE = [path for room in ("calculus", "nn") for path in sorted((ROOT / "src/charmlp" / room).glob("*.py"))]
SCOPES = [
    pytest.param(scope, id=f"{path.stem}-{count}")
    for path in PAGES
    for count, scope in enumerate(read(path).scopes)
]


def with_kit(kit: type[Numbers] | type[Symbols]) -> list[Any]:
    return [pytest.param(*scope.values, kit, id=f"{kit.__name__}-{scope.id}") for scope in SCOPES]


each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


# The formulas hold


@pytest.mark.parametrize(("scope", "kit"), [*with_kit(Numbers), *one_in(3, with_kit(Symbols))])
def test_formulas_hold(scope: Scope, kit: type[Numbers] | type[Symbols]) -> None:
    scope.check(kit(0))


# Where the first symbol is negative, the second is positive: of whole matrices that shows nothing new, and of
# a network it takes long.
OTHERS = [
    pytest.param(*scope.values, kit, id=f"{kit.__name__}-{scope.id}", marks=pytest.mark.full if slow else ())
    for kit in (Numbers, Symbols)
    for scope in SCOPES
    for slow in [kit is Symbols and (scope.id or "").startswith(("network", "normalisation"))]
]


@pytest.mark.parametrize(("scope", "kit"), one_in(4, OTHERS))
def test_formulas_hold_for_others(scope: Scope, kit: type[Numbers] | type[Symbols]) -> None:
    scope.check(kit(1))


@each_page
def test_no_formula_is_left_out(path: Path) -> None:
    page = read(path)
    computed = [formula for scope in page.scopes for formula in scope.formulas]
    assert computed == page.displays
    assert page.text.count("$$") == 2 * len(page.displays)
    assert "\\[" not in page.prose and "```math" not in page.text


@each_page
def test_code_blocks_print_what_the_page_says(path: Path) -> None:
    read(path).run()


# Wrong formulas do not


MISTAKES = {
    "a missing transpose": (r"\^\{\\top\}", ""),
    "plus for minus": (r" - ", " + "),
    "minus for plus": (r" \+ ", " - "),
    "a missing sign": (r"(?<! )-|(?<=[=&] )-", ""),
    "a missing 1/N": (r"\\frac\{1\}\{[NMS]\} ", ""),
    "a missing denominator": (r"\\frac\{2\}\{[NM]\}", "2"),
    "a missing factor 2": (r"(?<![{^\d])2 ", ""),
    "a missing square": (r"\^\{2\}", ""),
    "a missing condition": (r"\[\w = \w\] - |(?<! - )\[\w = \w\](?! -)", ""),
    "a point lost": (r"(?<=\d)\.(?=\d)", ""),
    "a matrix product": (r"\\odot ", ""),
    "the other side of the kink": (r"\\gt", r"\\lt"),
    "the density for the probability": (r"\\Phi", r"\\varphi"),
    "a missing slope": (r"(?<=cr )a |(?<=\+ )a ", ""),
}


def mistaken(scope: Scope) -> Iterator[tuple[str, str, Scope]]:
    """The scope with one mistake in one formula: (kind, the wrong formula, the scope)."""
    for place, formula in enumerate(scope.formulas):
        for kind, (pattern, replacement) in MISTAKES.items():
            for match in re.finditer(pattern, formula):
                wrong = formula[: match.start()] + replacement.replace("\\\\", "\\") + formula[match.end() :]
                formulas = [*scope.formulas[:place], wrong, *scope.formulas[place + 1 :]]
                yield kind, wrong, Scope(scope.shapes, formulas)


@pytest.mark.parametrize("scope", one_in(2, SCOPES))
def test_every_mistake_is_found(scope: Scope) -> None:
    for _, wrong, page in mistaken(scope):
        with np.errstate(all="ignore"), pytest.raises((WrongFormula, Unreadable)):
            page.check(Numbers(0))
            pytest.fail(f"nothing was found in {wrong}")


def test_the_pages_give_room_for_every_mistake() -> None:
    made = Counter(kind for scope in SCOPES for kind, _, _ in mistaken(scope.values[0]))
    assert set(made) == set(MISTAKES), made


LAYER = [("x", r"N \times D"), ("W", r"K \times D"), ("y", r"N \times K"), ("L", r"1 \times 1")]
MEAN = [r"y = x W^{\top}", r"L = \frac{1}{N} \sum_{n=1}^{N} \sum_{k=1}^{K} y_{nk}^{2}"]
GRADIENT_Y = r"\frac{\partial L}{\partial y} = "
GRADIENT_W = r"\frac{\partial L}{\partial W} = "


@pytest.mark.parametrize("kit", [Numbers, Symbols])
@pytest.mark.parametrize(
    ("formula", "right"),
    [
        (GRADIENT_Y + r"\frac{2}{N} y", True),
        (GRADIENT_Y + r"2 y", False),  # no 1/N
        (GRADIENT_Y + r"-\frac{2}{N} y", False),  # wrong sign
        (GRADIENT_W + r"\frac{2}{N} y^{\top} x", True),
        (GRADIENT_W + r"\frac{2}{N} x^{\top} y", False),  # transposed
        (GRADIENT_W + r"\frac{2}{N} y x", False),  # shapes do not fit
        (r"\frac{\partial L}{\partial y}", False),  # says nothing
        (r"\frac{\partial y}{\partial W} = x", False),  # a matrix by a matrix is no matrix
        (r"\frac{\partial L}{\partial v} = 0", False),  # v is nowhere
        (r"L = \frac{1}{N} \sum_{n=1}^{K} y_{nk} y_{nk}", False),  # the sum ends too early
        (r"L = \frac{1}{N} \sum_{n=1}^{N} \sum_{k=1}^{K} y_{nk} x_{nk}", False),  # x has more columns
        (r"y_{nk} = x_{nk}", False),
        (r"y + L = y + L", False),  # a matrix and a number
        (r"y \odot x = y \odot x", False),
        (r"y^{2} = y^{2}", False),  # elements squared, or the matrix?
        (r"y_{nk} y_{nj} = \begin{cases} y_{nk}^{2} & j = k \cr y_{nj} y_{nk} & j \ne k \end{cases}", True),
        (r"y_{nk} y_{nj} = \begin{cases} y_{nk}^{2} & j \ne k \cr y_{nj} y_{nk} & j = k \end{cases}", False),
    ],
)
def test_one_formula_below_a_layer(kit: type[Numbers] | type[Symbols], formula: str, right: bool) -> None:
    scope = Scope(LAYER, [*MEAN, formula])
    if right:
        scope.check(kit(0))
    else:
        with pytest.raises(WrongFormula):
            scope.check(kit(0))


GRADIENT_W1 = r"\frac{\partial L}{\partial W_{1}} \approx "
NEURON = [  # numbers, and no table
    r"W_{1} = \begin{pmatrix} 1 & 0.5 \cr 1 & -1 \end{pmatrix}",
    r"x = \begin{pmatrix} 1 \cr 2 \end{pmatrix}",
    r"z_{1} = W_{1} x",
    r"L = (z_{1,1} - 1)^{2} + \frac{1}{3} z_{1,2}^{2}",
]


@pytest.mark.parametrize("kit", [Numbers, Symbols])
@pytest.mark.parametrize(
    ("formula", "right"),
    [
        (r"z_{1} = \begin{pmatrix} 2 \cr -1 \end{pmatrix}", True),
        (r"z_{1} = \begin{pmatrix} 2 & -1 \end{pmatrix}", False),  # a row
        (r"x_{2} = 1 \cdot 2", True),
        (r"x_{2} = 1", False),  # places are counted from 1
        (r"\sqrt{x_{2} + 7} = 3", True),
        (r"\sqrt{x_{2} + 2} = 3", False),
        (r"L \approx 1.333", True),
        (r"L = 1.333", False),  # not exactly
        (r"L \approx 1.332", False),
        (GRADIENT_W1 + r"\begin{pmatrix} 2 & 4 \cr -0.67 & -1.33 \end{pmatrix}", True),
        (GRADIENT_W1 + r"\begin{pmatrix} 2 & 4 \cr -0.67 & -1.32 \end{pmatrix}", False),
        (r"\tilde W_{1} = W_{1} - \frac{\partial L}{\partial W_{1}} = 0", False),  # a matrix and a number
    ],
)
def test_one_formula_below_numbers(kit: type[Numbers] | type[Symbols], formula: str, right: bool) -> None:
    scope = Scope([], [*NEURON, formula])
    if right:
        scope.check(kit(0))
    else:
        with pytest.raises(WrongFormula):
            scope.check(kit(0))


def test_a_wrong_shape_in_the_table_is_found() -> None:
    for wrong in ((r"\frac{\partial L}{\partial W}", r"D \times K"), ("y", r"K \times N")):
        with pytest.raises(WrongFormula):
            Scope([*LAYER[:2], ("L", r"1 \times 1"), ("y", r"N \times K"), wrong], MEAN).check(Numbers(0))


@pytest.mark.parametrize(
    "text",
    [
        r"y = \sqrt x",
        r"y = x / 2",
        r"y = (x",
        r"y = x)",
        r"y = \frac{\partial L}{x}",
        r"y = [x = 0]",
        r"y = \sum_{n} x_{n}",
        r"y = x_n",
        r"y =",
        "y = ½ x",
        r"y = [x = j] \approx",
        r"y = \begin{pmatrix} 1 & 2 \cr 3 \end{pmatrix}",
    ],
)
def test_what_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_equation(text)


# The formulas are those of the code


# page, scope, what (∂x: the gradient of L by x), its function in calculus/, the names of the arguments;
# the activations follow from their table, below
AGREE = [
    ("linear", 4, "z", calculus.linear, "x W b"),
    ("linear", 4, "∂x", calculus.linear_backward_input, "∂z W"),
    ("linear", 4, "∂W", calculus.linear_backward_weight, "∂z x"),
    ("linear", 4, "∂b", calculus.linear_backward_bias, "∂z"),
    ("squared-error", 1, "L", calculus.squared_error, "y y*"),
    ("squared-error", 1, "∂y", calculus.squared_error_backward, "y y*"),
    ("softmax-cross-entropy", 3, "q", calculus.softmax, "z"),
    ("softmax-cross-entropy", 3, "L", calculus.cross_entropy, "z y* N"),
    ("softmax-cross-entropy", 3, "∂z", calculus.cross_entropy_backward, "z y* N"),
    ("softmax-cross-entropy", 5, "L", calculus.cross_entropy, "z t S"),
    ("softmax-cross-entropy", 5, "∂z", calculus.cross_entropy_backward, "z t S"),
    ("stability", 0, "q", calculus.softmax, "z"),
    ("stability", 0, "ell", calculus.log_softmax, "z"),
    ("stability", 2, "y", calculus.ACTIVATIONS["sigmoid"], "x"),
]


@pytest.mark.parametrize(("name", "count", "what", "function", "arguments"), AGREE)
def test_the_code_computes_what_the_page_says(
    name: str, count: int, what: str, function: Callable[..., Any], arguments: str
) -> None:
    kit = Numbers(0)
    values = read(DERIVATIONS / f"{name}.md").scopes[count].values(kit)

    def value(symbol: str) -> Any:
        return kit.derivative("L", symbol[1:], values) if symbol.startswith("∂") else values[symbol]

    computed = np.reshape(function(*map(value, arguments.split())), value(what).shape)
    np.testing.assert_allclose(computed, value(what), rtol=1e-6, atol=1e-8)


def section_of(activation: calculus.Activation, page: Page) -> Page:
    """The part of the page below the activation's heading: that of leaky_relu is LeakyReLU."""
    name = activation.forward.__name__.replace("_", "")
    parts = re.split(r"^## ", page.text, flags=re.MULTILINE)
    sections = {part.splitlines()[0].lower(): part for part in parts}
    assert name in sections, f"{page.path.name} has no section of {activation.name}"
    return Page(page.path, sections[name])


@pytest.mark.parametrize("activation", calculus.ACTIVATIONS.values(), ids=lambda activation: activation.name)
def test_each_activation_of_the_table_is_derived_and_drawn(activation: calculus.Activation) -> None:
    page, kit = read(DERIVATIONS / "activations.md"), Numbers(0)
    scope = section_of(activation, page).scopes[0]
    values = scope.values(kit)
    numbers = [symbol for symbol, shape in scope.shapes if shape == r"1 \times 1" and symbol != "L"]
    for symbol, constant in zip(numbers, activation.constants.values(), strict=True):
        values.inputs[symbol] = np.asarray(constant)
    z, h = values["z"], values["h"]
    np.testing.assert_allclose(activation(z), h, rtol=1e-6, atol=1e-8)
    found = activation.input_gradient(kit.derivative("L", "h", values), z, h)
    np.testing.assert_allclose(found, kit.derivative("L", "z", values), rtol=1e-6, atol=1e-8)
    for text in (section_of(activation, page).text, read(chinese(page.path)).text):
        assert f"](figures/{activation.name}.svg)" in text


def test_an_activation_without_a_section_is_found() -> None:
    def softsign(x: Any, real: Any) -> Any:
        return x / (1 + abs(x))

    added = calculus.Activation("softsign", softsign, softsign, "x")
    with pytest.raises(AssertionError, match=r"activations\.md has no section of softsign"):
        section_of(added, read(DERIVATIONS / "activations.md"))


def test_every_backward_of_the_code_is_compared() -> None:
    compared = {getattr(function, "__name__", "") for _, _, _, function, _ in AGREE}
    compared |= {activation.backward.__name__ for activation in calculus.ACTIVATIONS.values()}
    for path in (ROOT / "src/charmlp/calculus").glob("*.py"):
        assert compared >= backwards(path)


def definitions(path: Path) -> dict[str, str]:
    """Names of the functions and classes of a file with their docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name: ast.get_docstring(node) or "" for node in nodes}


def backwards(path: Path) -> set[str]:
    """The functions …_backward… and the classes with a method `backward` of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name
        for node in tree.body
        if (isinstance(node, ast.FunctionDef) and "_backward" in node.name)
        or (
            isinstance(node, ast.ClassDef)
            and any(getattr(part, "name", "") == "backward" for part in node.body)
        )
    }


def pages_of(docstring: str) -> list[str]:
    return re.findall(r"docs/derivations/([\w-]+)\.md", docstring)


@pytest.mark.parametrize("code", CODE, ids=lambda path: path.name)
def test_each_backward_links_to_its_page_and_back(code: Path) -> None:
    for name in backwards(code):
        pages = pages_of(definitions(code)[name])
        assert pages, f"the docstring of {name} names no page of docs/derivations"
        for page in pages:
            assert (name, code) in read(DERIVATIONS / f"{page}.md").in_the_code, (
                f"{page}.md does not link {name}"
            )


@each_page
def test_what_a_page_links_in_the_code_links_back(path: Path) -> None:
    for name, code in read(path).in_the_code:
        assert name in definitions(code), f"{path.name} links {name}, which is not in {code.name}"
        assert path.stem in pages_of(definitions(code)[name]), (
            f"{name} in {code.name} does not name {path.name}"
        )


def test_there_are_backwards_to_link() -> None:
    assert len(set().union(*(backwards(code) for code in CODE))) >= 15


# The index, and both languages


def test_index_lists_every_page_and_repeats_its_formulas() -> None:
    index = read(DERIVATIONS / "index.md")
    assert {target for _, target in index.links} >= {path.name for path in PAGES} - {"index.md"}
    rows = [line for line in index.text.splitlines() if line.startswith("| [")]
    assert len(rows) >= 9
    for row in rows:
        line = Page(index.path, row)
        displays = set(read(DERIVATIONS / line.links[0][1].split("#")[0]).displays)
        for formula in line.inline:
            assert formula in displays, f"${formula}$ is not displayed on {line.links[0][1]}"


@each_page
def test_both_languages_have_the_same_formulas_and_code(path: Path) -> None:
    ours, theirs = read(path), read(chinese(path))
    assert ours.displays == theirs.displays
    assert [scope.shapes for scope in ours.scopes] == [scope.shapes for scope in theirs.scopes]
    assert set(ours.inline) == set(theirs.inline)
    assert [block.text for block in ours.blocks] == [block.text for block in theirs.blocks]
    assert ours.in_the_code == theirs.in_the_code
