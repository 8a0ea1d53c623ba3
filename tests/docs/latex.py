"""Reads the formulas of the documentation: LaTeX text in, a tree out.

The displayed formulas of docs/derivations/ are written in a small part of LaTeX that means exactly one thing,
so that the tests can compute them (see formulas.py). This file knows the notation and no mathematics.

    x_{nd}, W^{\\top}, y^\\ast_{k}, \\mathbf{1}      elements, transposes, targets, a column of ones
    \\frac{\\partial L}{\\partial W_{kd}}            a derivative; any other \\frac is a quotient
    \\sum_{d=1}^{D} x_{d} W_{kd} + b_{k}            the sum reaches as far as the product does, not over the +
    [x \\gt 0], \\begin{cases} a & x \\ge 0 \\cr b & x \\lt 0 \\end{cases}
    x y, x \\odot y                                 product (of matrices, or of a number and an array), and ⊙
"""

from __future__ import annotations

import re
from dataclasses import dataclass


class Unreadable(Exception):
    """The text is not in the notation that this file reads."""


@dataclass(frozen=True)
class Number:
    value: int


@dataclass(frozen=True)
class Name:
    """An array, or with indices one row or one element of it."""

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
class Cases:
    branches: tuple[tuple[Node, Comparison], ...]


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
    | Cases
)

FUNCTIONS = {"\\exp", "\\log", "\\tanh", "\\sigma", "\\Phi", "\\varphi", "f", "h", "h'"}
RELATIONS = {"\\gt": ">", "\\ge": ">=", "\\lt": "<", "\\le": "<="}
LOOKS = {"\\left", "\\right", "\\quad", "\\qquad"}  # how it looks, not what it means
TOKEN = re.compile(r"\\[A-Za-z]+|h'|[0-9]+|[A-Za-z]|[-+={}()\[\]^_&]")
END_OF_PRODUCT = {"+", "-", "=", ")", "}", "]", "&", "\\cr", "\\end", *RELATIONS}


def read_equation(text: str) -> list[Node]:
    """The sides of `a = b = c`; a single side if there is no equals sign."""
    reader = _Reader(text)
    sides = [reader.sum()]
    while reader.accept("="):
        sides.append(reader.sum())
    reader.expect_end()
    return sides


class _Reader:
    """Recursive descent over the tokens, one method for each level of binding."""

    def __init__(self, text: str) -> None:
        rest = TOKEN.sub("", text).strip()
        if rest:
            raise Unreadable(f"{rest.split()[0]!r} in {text!r}")
        self.text = text
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

    def product(self) -> Node:
        result = self.factor()
        while self.peek() is not None and self.peek() not in END_OF_PRODUCT:
            elementwise = self.accept("\\odot")
            result = Product(result, self.factor(), elementwise)
        return result

    def factor(self) -> Node:
        token = self.next()
        if token in ("\\sum", "\\max"):
            return self.over(token)
        if token == "\\frac":
            base = self.fraction()
        elif token == "\\begin":
            base = self.cases()
        elif token == "(":
            base = self.sum()
            self.expect(")")
        elif token == "[":
            base = self.comparison()
            self.expect("]")
        elif token.isdigit():
            base = Number(int(token))
        elif token in FUNCTIONS:
            return Call(token.strip("\\"), self.factor())
        elif token == "e" and self.peek() == "^":
            self.expect("^")
            return Call("exp", self.group())
        else:
            base = self.name(token)
        return self.superscripts(base)

    def name(self, token: str) -> Name:
        if token == "\\mathbf":
            self.expect("{", "1", "}")
            token = "ones"
        elif token not in ("\\ell", "\\delta", "\\varepsilon") and not token.isalpha():
            raise Unreadable(f"unexpected {token!r} in {self.text!r}")
        if self.peek() == "^" and self.peek(1) == "\\ast":
            self.expect("^", "\\ast")
            token += "*"
        return Name(token.strip("\\"), self.indices() if self.accept("_") else ())

    def indices(self) -> tuple[str, ...]:
        self.expect("{")
        indices = []
        while not self.accept("}"):
            indices.append(self.next())
        return tuple(indices)

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

    def cases(self) -> Cases:
        self.expect("{", *"cases", "}")
        branches = []
        while True:
            value = self.sum()
            self.expect("&")
            branches.append((value, self.comparison()))
            if not self.accept("\\cr"):
                break
        self.expect("\\end", "{", *"cases", "}")
        return Cases(tuple(branches))
