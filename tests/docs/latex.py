"""Reads the formulas of the documentation: LaTeX text in, a tree out.

The displayed formulas of docs/derivations/ are written in a small part of LaTeX that means exactly one thing,
so that the tests can compute them (see formulas.py). This file knows the notation and no mathematics.

    x_{nd}, W^{\\top}, y^\\ast_{k}, \\mathbf{1}      elements, transposes, targets, a column of ones
    \\frac{\\partial L}{\\partial W_{kd}}            a derivative; any other \\frac is a quotient
    \\sum_{d=1}^{D} x_{d} W_{kd} + b_{k}            the sum reaches as far as the product does, not over the +
    [x \\gt 0], [j = k], \\begin{cases} a & x \\ge 0 \\cr b & x \\lt 0 \\end{cases}, and with j \\ne k
    x y, 2 \\cdot 3, x \\odot y                      product (of matrices, or of a number and an array), and ⊙
    \\begin{pmatrix} 1 & 0.5 \\cr 1 & -1 \\end{pmatrix}    a matrix of numbers, which are exact …
    L = \\log 2 \\approx 0.693                        … unless they follow ≈: rounded to the digits written
    W_{1}, z_{2,k}, \\tilde W_{1}                   W of layer 1, element k of layer 2's z, W updated
    x_{3}                                          … or element 3 of x: see `read_equation`
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from fractions import Fraction


class Unreadable(Exception):
    """The text is not in the notation that this file reads."""


@dataclass(frozen=True)
class Number:
    value: int | Fraction


@dataclass(frozen=True)
class Name:
    """An array, or with indices one row or element of it: letters, or places counted from 1."""

    name: str
    indices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivative:
    of: Name
    by: Name


@dataclass(frozen=True)
class Sum:
    """Signed terms: ((+1, a), (−1, b)) is a − b."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True)
class Product:
    """left right; `elementwise` for ⊙."""

    left: Node
    right: Node
    elementwise: bool


@dataclass(frozen=True)
class Quotient:
    top: Node
    bottom: Node


@dataclass(frozen=True)
class Power:
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Transpose:
    base: Node


@dataclass(frozen=True)
class Over:
    """Σ or max of `body` over an index; `bound` is the size that a sum names, None for a max."""

    operation: str
    index: str
    bound: str | None
    body: Node


@dataclass(frozen=True)
class Call:
    function: str
    argument: Node


@dataclass(frozen=True)
class Comparison:
    left: Node
    relation: str
    right: Node


@dataclass(frozen=True)
class Same:
    """[j = k]: 1 where both indices have the same value, else 0; with ≠ the other way round."""

    left: str
    right: str
    differ: bool = False


@dataclass(frozen=True)
class Cases:
    branches: tuple[tuple[Node, Comparison | Same], ...]


@dataclass(frozen=True)
class Matrix:
    """Rows of numbers."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Rounded:
    """What stands behind ≈: right to half a unit of its last digit."""

    body: Node
    digits: int


Node = (
    Number
    | Name
    | Derivative
    | Sum
    | Product
    | Quotient
    | Power
    | Transpose
    | Over
    | Call
    | Comparison
    | Same
    | Cases
    | Matrix
    | Rounded
)

FUNCTIONS = {"\\exp", "\\log", "\\tanh", "\\sigma", "\\Phi", "\\varphi", "f", "f'"}
GREEK = {
    "\\ell", "\\delta", "\\varepsilon", "\\eta", "\\lambda", "\\beta", "\\gamma", "\\mu", "\\rho", "\\theta"
}  # fmt: skip
RELATIONS = {"\\gt": ">", "\\ge": ">=", "\\lt": "<", "\\le": "<="}
LOOKS = {"\\left", "\\right", "\\quad", "\\qquad"}  # how it looks, not what it means
TOKEN = re.compile(r"\\[A-Za-z]+|f'|[0-9]+(?:\.[0-9]+)?|[A-Za-z]|[-+={}()\[\]^_&,]")
END_OF_PRODUCT = {"+", "-", "=", "\\approx", ")", "}", "]", "&", "\\cr", "\\end", *RELATIONS}


@functools.cache  # the tests put one mistake after the other into the same formulas
def read_equation(text: str, numbered: frozenset[str] = frozenset()) -> tuple[Node, ...]:
    """The sides of `a = b ≈ c`; a single side if there is no equals sign.

    x_{1} is an array of its own if "x_1" is in `numbered`, else the first element of x.
    """
    reader = _Reader(text, numbered)
    sides = [reader.sum()]
    while reader.peek() in ("=", "\\approx"):
        sides.append(reader.sum() if reader.next() == "=" else reader.rounded())
    reader.expect_end()
    return tuple(sides)


class _Reader:
    """Recursive descent over the tokens, one method for each level of binding."""

    def __init__(self, text: str, numbered: frozenset[str]) -> None:
        rest = TOKEN.sub("", text).strip()
        if rest:
            raise Unreadable(f"{rest.split()[0]!r} in {text!r}")
        self.text, self.numbered = text, numbered
        self.tokens = [token for token in TOKEN.findall(text) if token not in LOOKS]
        self.position = 0

    def peek(self, ahead: int = 0) -> str | None:
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def next(self) -> str:
        token = self.peek()
        if token is None:
            raise Unreadable(f"{self.text!r} ends too early")
        self.position += 1
        return token

    def accept(self, token: str) -> bool:
        found = self.peek() == token
        self.position += found
        return found

    def expect(self, *tokens: str) -> None:
        for token in tokens:
            found = self.next()
            if found != token:
                raise Unreadable(f"{token!r} expected, not {found!r}, in {self.text!r}")

    def expect_end(self) -> None:
        if self.peek() is not None:
            raise Unreadable(f"unexpected {self.peek()!r} in {self.text!r}")

    def sum(self) -> Node:
        terms = []
        sign = -1 if self.accept("-") else 1
        while True:
            terms.append((sign, self.product()))
            if self.accept("+"):
                sign = 1
            elif self.accept("-"):
                sign = -1
            else:
                break
        return terms[0][1] if terms[0][0] == 1 and len(terms) == 1 else Sum(tuple(terms))

    def rounded(self) -> Rounded:
        start = self.position
        body = self.sum()
        decimals = [token.partition(".")[2] for token in self.tokens[start : self.position]]
        return Rounded(body, max(map(len, decimals)))

    def product(self) -> Node:
        result = self.factor()
        while self.peek() is not None and self.peek() not in END_OF_PRODUCT:
            elementwise = self.accept("\\odot")
            if not elementwise:
                self.accept("\\cdot")
            result = Product(result, self.factor(), elementwise)
        return result

    def factor(self) -> Node:
        token = self.next()
        if token in ("\\sum", "\\max"):
            return self.over(token)
        if token == "\\frac":
            base = self.fraction()
        elif token == "\\sqrt":
            base = Power(self.group(), Quotient(Number(1), Number(2)))
        elif token == "\\begin":
            base = self.cases() if self.peek(1) == "c" else self.matrix()
        elif token == "(":
            base = self.sum()
            self.expect(")")
        elif token == "[":
            base = self.condition()
            self.expect("]")
        elif token[0].isdigit():
            base = Number(Fraction(token) if "." in token else int(token))
        elif token == "\\mathcal":
            self.expect("{", "L", "}")
            return Call("loss", self.factor())
        elif token in FUNCTIONS:
            return Call(token.strip("\\"), self.factor())
        elif token == "e" and self.peek() == "^":
            self.expect("^")
            return Call("exp", self.group())
        else:
            base = self.name(token)
        return self.superscripts(base)

    def name(self, token: str) -> Name:
        accent = ""
        if token == "\\tilde":
            braced = self.accept("{")
            token, accent = self.next(), "~"
            if braced:
                self.expect("}")
        if token == "\\mathbf":
            self.expect("{", "1", "}")
            token = "ones"
        elif token not in GREEK and not token.isalpha():
            raise Unreadable(f"unexpected {token!r} in {self.text!r}")
        if self.peek() == "^" and self.peek(1) == "\\ast":
            self.expect("^", "\\ast")
            token += "*"
        name = accent + token.strip("\\")
        return self.indexed(name) if self.accept("_") else Name(name)

    def indexed(self, name: str) -> Name:
        """The name with what stands below it: a layer's number, indices, or both with a comma between."""
        self.expect("{")
        indices = ""
        while not self.accept("}"):
            indices += self.next()
        number, comma, rest = indices.partition(",")
        if comma or f"{name}_{number}" in self.numbered:
            return Name(f"{name}_{number}", tuple(rest))
        return Name(name, tuple(indices))

    def superscripts(self, base: Node) -> Node:
        while self.accept("^"):
            if self.peek() == "{" and self.peek(1) == "\\top":
                self.expect("{", "\\top", "}")
                base = Transpose(base)
            else:
                base = Power(base, self.group())
        return base

    def group(self) -> Node:
        self.expect("{")
        node = self.sum()
        self.expect("}")
        return node

    def fraction(self) -> Node:
        if self.peek(1) != "\\partial":
            return Quotient(self.group(), self.group())
        names = []
        for _ in ("of", "by"):
            self.expect("{", "\\partial")
            names.append(self.name(self.next()))
            self.expect("}")
        return Derivative(*names)

    def over(self, command: str) -> Node:
        self.expect("_", "{")
        index, bound = self.next(), None
        if command == "\\sum":
            self.expect("=", "1", "}", "^", "{")
            bound = self.next()
        self.expect("}")
        return Over(command.strip("\\"), index, bound, self.product())

    def comparison(self) -> Comparison:
        left = self.sum()
        relation = self.next()
        if relation not in RELATIONS:
            raise Unreadable(f"{relation!r} is no comparison in {self.text!r}")
        return Comparison(left, RELATIONS[relation], self.sum())

    def matrix(self) -> Matrix:
        self.expect("{", *"pmatrix", "}")
        rows = [[self.sum()]]
        while not self.accept("\\end"):
            if self.accept("\\cr"):
                rows.append([self.sum()])
            else:
                self.expect("&")
                rows[-1].append(self.sum())
        self.expect("{", *"pmatrix", "}")
        if len(set(map(len, rows))) > 1:
            raise Unreadable(f"rows of different lengths in {self.text!r}")
        return Matrix(tuple(map(tuple, rows)))

    def condition(self) -> Comparison | Same:
        return self.same() if self.peek(1) in ("=", "\\ne") else self.comparison()

    def same(self) -> Same:
        left, relation, right = (self.next() for _ in range(3))
        if not (left.isalpha() and right.isalpha()):
            raise Unreadable(f"[{left} = {right}] are no two indices in {self.text!r}")
        return Same(left, right, relation == "\\ne")

    def cases(self) -> Cases:
        self.expect("{", *"cases", "}")
        branches = []
        while True:
            value = self.sum()
            self.expect("&")
            branches.append((value, self.condition()))
            if not self.accept("\\cr"):
                break
        self.expect("\\end", "{", *"cases", "}")
        return Cases(tuple(branches))
