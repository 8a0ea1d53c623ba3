"""Computes the formulas of the documentation, with one of the kits of kits.py.

A `Scope` is one table of shapes and the formulas below it. The first formula that has a name on its left
defines that name; names without a definition are inputs, random numbers or symbols of the shape that the
table gives; every further side of every formula must have the same value. ∂L/∂W is never taken from the page:
it is the central difference, or SymPy's derivative, of whatever the page defines as L, all else that L is
defined from held fixed. 𝓛 stands for any function that gives one number, f for any function of one number,
ε, η and c for positive numbers. `Σₖ tₖ = 1` for an input t is an assumption: t is chosen so that it holds.
What is given as a matrix of numbers needs no table. x_{1} is an array of its own where the table has it, or
where it is defined and x is not; else it is an element of x.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np

from tests.docs.kits import Numbers, Symbols
from tests.docs.latex import (
    Call,
    Cases,
    Comparison,
    Derivative,
    Matrix,
    Name,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Rounded,
    Same,
    Sum,
    Transpose,
    read_equation,
)

Indices = dict[str, int]
POSITIVE = {"varepsilon", "eta", "c"}
RELATIONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


class WrongFormula(AssertionError):
    """Two sides of a formula differ, or a shape is not the one in the table."""


def any_scalar(array: np.ndarray) -> Any:
    """𝓛: a sum of different weights times u + u²/2, so that no two elements have the same derivative."""
    return sum((place + 2) * u + (place + 1) * u * u / 2 for place, u in enumerate(array.flat))


@dataclass
class Scope:
    """A table of shapes and the formulas that follow it."""

    shapes: list[tuple[str, str]]  # ("W", "K \\times D"), as written
    formulas: list[str]

    def check(self, kit: Numbers | Symbols) -> None:
        """Raises WrongFormula where a formula or a shape does not hold."""
        values = self.values(kit)
        for text in self.formulas:
            values.check_equal(text, read_equation(text, self.numbered))
        for symbol, text in self.shapes:
            node = read_equation(symbol, self.numbered)[0]
            first = dict.fromkeys(values.extents(node), 0)
            if np.shape(values.compute(node, first)) != _shape(text, kit):
                raise WrongFormula(f"{symbol} has not the shape {text} of the table")

    def values(self, kit: Numbers | Symbols) -> Values:
        """What the table and the formulas define; nothing is compared yet."""
        declared = [
            (read_equation(symbol, self.numbered)[0], _shape(text, kit)) for symbol, text in self.shapes
        ]
        values = Values(kit, {node.name: shape for node, shape in declared if isinstance(node, Name)})
        equations = [read_equation(text, self.numbered) for text in self.formulas]
        for sides in equations:
            match sides:
                case [Name(name, indices), right, *_] if not isinstance(right, Rounded):
                    if name not in values.definitions and not any(map(str.isdigit, indices)):
                        values.define(sides[0], right)
        for sides in equations:
            match sides:
                case [Over("sum", index, _, Name(name, indices)), Number(1)] if indices[-1:] == (index,):
                    values.sums_to_one.add(name)
        return values

    @cached_property
    def numbered(self) -> frozenset[str]:
        """Arrays whose names have a number below: "W_1", which is no element of a W."""
        firsts = [read_equation(symbol)[0] for symbol, _ in self.shapes]
        firsts += [sides[0] for sides in map(read_equation, self.formulas) if len(sides) > 1]
        names = [node for node in firsts if isinstance(node, Name)]
        whole = {node.name for node in names if not any(map(str.isdigit, node.indices))}
        return frozenset(
            f"{node.name}_{''.join(node.indices)}"
            for node in names
            if node.name not in whole and node.indices and all(map(str.isdigit, node.indices))
        )


def _shape(text: str, kit: Numbers | Symbols) -> tuple[int, ...]:
    """(rows, columns), or () for one number."""
    rows, columns = (size_of(size.strip(), kit) for size in text.split("\\times"))
    return () if (rows, columns) == (1, 1) else (rows, columns)


def size_of(text: str, kit: Numbers | Symbols) -> int:
    """Of a letter, or the number itself."""
    return kit.sizes.get(text) or int(text)


class Values:
    """What each name of a scope stands for; computed when first asked for."""

    def __init__(self, kit: Numbers | Symbols, shapes: dict[str, tuple[int, ...]]) -> None:
        self.kit, self.shapes = kit, shapes
        self.definitions: dict[str, tuple[Name, Node]] = {}
        self.sums_to_one: set[str] = set()
        self.inputs: dict[str, np.ndarray] = {}
        self.known: dict[str, np.ndarray] = {}
        self.derivatives: dict[tuple[str, str], np.ndarray] = {}

    def define(self, left: Name, right: Node) -> None:
        self.definitions[left.name] = (left, right)

    def replaced(self, name: str, value: np.ndarray) -> Values:
        """The same scope, with one name held at `value`, whatever its definition says."""
        other = Values(self.kit, self.shapes)
        other.definitions, other.inputs, other.sums_to_one = self.definitions, self.inputs, self.sums_to_one
        other.known = {name: value}
        return other

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.known:
            self.known[name] = self._definition(name) if name in self.definitions else self._input(name)
        return self.known[name]

    def _definition(self, name: str) -> np.ndarray:
        left, right = self.definitions[name]
        if not left.indices:
            return np.asarray(self.compute(right, {}))
        extents = [range(self._extent(name, axis)) for axis in range(len(left.indices))]
        elements = [
            self.compute(right, dict(zip(left.indices, place, strict=True)))
            for place in itertools.product(*extents)
        ]
        kind = np.result_type(*map(np.asarray, elements))
        return np.array(elements, dtype=kind).reshape(self._declared(name))

    def _input(self, name: str) -> np.ndarray:
        if name in self.kit.sizes:
            return np.asarray(self.kit.sizes[name])
        if name not in self.inputs:
            shape = self._declared(name)
            self.inputs[name] = self._special(name, shape)
        return self.inputs[name]

    def _special(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        if name == "ones":
            return np.ones(shape, dtype=int)
        if name == "e":  # e_k, the k-th unit vector, is row k of the identity, stood upright by `_element`
            return np.eye(shape[0], dtype=int)
        array = self.kit.inputs(name, shape, positive=name in POSITIVE)
        if name in self.sums_to_one:
            rows = array.T if shape[1] == 1 else array  # a column is one distribution
            rows[:, -1] = 1 - rows[:, :-1].sum(axis=1)
        return array

    def _declared(self, name: str) -> tuple[int, ...]:
        if name not in self.shapes:
            raise WrongFormula(f"{name} is not in the table of shapes")
        return self.shapes[name]

    def _extent(self, name: str, axis: int) -> int:
        """How far the index at place `axis` runs; a lone one runs along a vector, or over the rows."""
        whole = name in self.definitions and not self.definitions[name][0].indices
        shape = self[name].shape if whole and name not in self.shapes else self._declared(name)
        return shape[1] if axis == 0 and shape[0] == 1 else shape[axis]

    def check_equal(self, text: str, sides: tuple[Node, ...]) -> None:
        """All sides agree for every value of the indices that no sum binds."""
        if len(sides) < 2:
            raise WrongFormula(f"{text}: says nothing")
        extents = self.extents(*sides)
        for place in itertools.product(*map(range, extents.values())):
            indices = dict(zip(extents, place, strict=True))
            first = np.asarray(self.compute(sides[0], indices))
            for side in sides[1:]:
                other = np.asarray(self.compute(side, indices))
                equal = rounded_equal(side.digits) if isinstance(side, Rounded) else self.kit.equal
                if other.shape != first.shape or not equal(first, other):
                    raise WrongFormula(f"{text} at {indices}: {first} is not {other}")

    def extents(self, *nodes: Node) -> dict[str, int]:
        """The indices that no sum binds, each with the number of its values."""
        found: dict[str, int] = {}
        for index, extent in itertools.chain.from_iterable(map(self.free, nodes)):
            if found.setdefault(index, extent) != extent:
                raise WrongFormula(f"{index} runs to {found[index]} and to {extent}")
        return found

    def free(self, node: Node) -> Iterator[tuple[str, int]]:
        """The same, at each place where an index occurs."""
        if isinstance(node, Name):
            letters = ((axis, index) for axis, index in enumerate(node.indices) if index.isalpha())
            yield from ((index, self._extent(node.name, axis)) for axis, index in letters)
        elif isinstance(node, Over):
            yield from ((index, extent) for index, extent in self.free(node.body) if index != node.index)
        else:
            yield from (pair for child in _children(node) for pair in self.free(child))

    def compute(self, node: Node, indices: Indices) -> Any:
        match node:
            case Number(value):
                return value if isinstance(value, int) else self.kit.fraction(value)
            case Name(name, subscripts):
                return self._element(name, _places(subscripts, indices))
            case Matrix(rows):
                return np.array([[self.compute(entry, indices) for entry in row] for row in rows])
            case Rounded(body):
                return self.compute(body, indices)
            case Derivative(of, by):
                return self._derivative(of, by, indices)
            case Sum(terms):
                return _sum([sign * self.compute(term, indices) for sign, term in terms])
            case Product(left, right, elementwise):
                return _product(self.compute(left, indices), self.compute(right, indices), elementwise)
            case Quotient(top, bottom):
                return self.kit.quotient(self.compute(top, indices), self.compute(bottom, indices))
            case Power(base, exponent):
                return _power(self.compute(base, indices), self.compute(exponent, indices))
            case Transpose(base):
                return np.transpose(self.compute(base, indices))
            case Over():
                return self._over(node, indices)
            case Call(function, argument):
                return self._call(function, self.compute(argument, indices))
            case Comparison(left, relation, right):
                compare = np.frompyfunc(lambda a, b: int(self.kit.holds(RELATIONS[relation](a, b))), 2, 1)
                sides = self.compute(left, indices), self.compute(right, indices)
                return np.asarray(compare(*sides)).astype(int)[()]
            case Same(left, right, differ):
                return int((indices[left] == indices[right]) != differ)
            case Cases(branches):
                for value, condition in branches:
                    if self.compute(condition, indices):
                        return self.compute(value, indices)
                raise WrongFormula("no case holds")
        raise TypeError(node)

    def _element(self, name: str, places: list[int]) -> Any:
        if name == "e":
            return self[name][places[0]].reshape(-1, 1)
        return _indexed(self[name], places) if places else self[name][()]

    def _derivative(self, of: Name, by: Name, indices: Indices) -> Any:
        key = of.name, by.name
        if key not in self.derivatives:
            self.derivatives[key] = self.kit.derivative(*key, self)
        table = self.derivatives[key]
        top = self[of.name].ndim
        table = table.reshape(-1, *table.shape[top:])
        positions = np.arange(len(table)).reshape(self[of.name].shape)
        row = _indexed(positions, _places(of.indices, indices)) if of.indices else positions
        if np.size(row) != 1:
            raise WrongFormula(f"the derivative of all of {of.name} by {by.name} is no matrix")
        gradient = table[int(np.squeeze(row)), ...]
        places = _places(by.indices, indices)
        return _indexed(gradient, places) if places else gradient[()]

    def _over(self, node: Over, indices: Indices) -> Any:
        extents = self.extents(node.body)
        extent = size_of(node.bound, self.kit) if node.bound else extents[node.index]
        if extents.get(node.index, extent) != extent:
            raise WrongFormula(f"the sum over {node.index} ends at {node.bound}, but the array does not")
        numbers = [self.compute(node.body, {**indices, node.index: place}) for place in range(extent)]
        return _sum(numbers) if node.operation == "sum" else self.kit.largest(numbers)

    def _call(self, function: str, argument: Any) -> Any:
        if function == "loss":
            return any_scalar(np.asarray(argument))
        if function == "sigma":
            return 1 / (1 + self.kit.functions["exp"](-argument))
        return self.kit.functions[function](argument)


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Derivative(of, by):
            return of, by
        case Sum(terms):
            return tuple(term for _, term in terms)
        case Product(left, right, _) | Comparison(left, _, right):
            return left, right
        case Quotient(top, bottom):
            return top, bottom
        case Power(base, exponent):
            return base, exponent
        case Transpose(base):
            return (base,)
        case Call(_, argument):
            return (argument,)
        case Cases(branches):
            return tuple(part for branch in branches for part in branch)
        case Matrix(rows):
            return tuple(entry for row in rows for entry in row)
        case Rounded(body):
            return (body,)
    return ()


def _places(subscripts: tuple[str, ...], indices: Indices) -> list[int]:
    """Counted from 0; on paper a numbered place is counted from 1."""
    return [int(each) - 1 if each.isdigit() else indices[each] for each in subscripts]


def rounded_equal(digits: int) -> Callable[[np.ndarray, np.ndarray], bool]:
    """Whether numbers are those that were rounded to so many digits behind the point."""

    def equal(exact: np.ndarray, rounded: np.ndarray) -> bool:
        difference = exact.astype(float) - rounded.astype(float)
        return bool(np.all(np.abs(difference) <= 0.500001 * 10.0**-digits))

    return equal


def _indexed(array: np.ndarray, places: list[int]) -> Any:
    """x_{nd} is an element; x_{i} an element of a row or column, or row i of a matrix."""
    if len(places) == 2:
        return array[places[0], places[1]]
    return array.ravel()[places[0]] if 1 in array.shape else array[places[0] : places[0] + 1]


def _sum(terms: list[Any]) -> Any:
    """Without NumPy's repetition of rows and numbers: on paper the shapes of what is added are equal."""
    if len({np.shape(term) for term in terms}) > 1:
        raise WrongFormula(f"sum of shapes {' and '.join(str(np.shape(term)) for term in terms)}")
    return reduce(operator.add, terms)


def _power(base: Any, exponent: Any) -> Any:
    if np.ndim(base) or np.ndim(exponent):
        raise WrongFormula("a power of an array could mean two things: write its elements")
    return base**exponent


def _product(left: Any, right: Any, elementwise: bool) -> Any:
    if elementwise:
        if np.shape(left) != np.shape(right):
            raise WrongFormula(f"⊙ of shapes {np.shape(left)} and {np.shape(right)}")
        return left * right
    if np.ndim(left) == 0 or np.ndim(right) == 0:
        return left * right
    if np.shape(left)[1] != np.shape(right)[0]:
        raise WrongFormula(f"product of shapes {np.shape(left)} and {np.shape(right)}")
    product = left @ right
    return product[0, 0] if product.shape == (1, 1) else product
