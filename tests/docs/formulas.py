"""Computes the formulas of the documentation, with numbers and with SymPy's symbols.

A `Scope` is one table of shapes and the formulas below it. The first formula that has a name on its left defines
that name; names without a definition are inputs, random numbers or symbols of the shape that the table gives;
every further side of every formula must have the same value. ∂L/∂W is never taken from the page: it is the
central difference, or SymPy's derivative, of whatever the page defines as L, all other things that L is defined
from held fixed. f stands for any function that gives one number, h for any function of one number.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp

from .latex import (
    Call,
    Cases,
    Comparison,
    Derivative,
    Name,
    Node,
    Number,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
    read_equation,
)

Indices = dict[str, int]
RELATIONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


class WrongFormula(AssertionError):
    """Two sides of a formula differ, or a shape is not the one in the table."""


class Numbers:
    """Floating-point numbers; derivatives are central differences."""

    sizes = {"N": 5, "D": 7, "K": 3}
    functions: dict[str, Callable[..., Any]] = {"exp": np.exp, "log": np.log, "tanh": np.tanh, "h": np.sin, "h'": np.cos}

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def inputs(self, name: str, shape: tuple[int, int]) -> np.ndarray:
        return self.generator.normal(size=shape)

    def derivative(self, of: str, by: str, values: Values) -> np.ndarray:
        at, step = values[by], 1e-5
        result = np.zeros(values[of].shape + at.shape)
        for place in np.ndindex(at.shape):
            shift = np.zeros(at.shape)
            shift[place] = step
            rise = values.replaced(by, at + shift)[of] - values.replaced(by, at - shift)[of]
            result[(..., *place)] = rise / (2 * step)
        return result

    def largest(self, numbers: list[Any]) -> Any:
        return max(numbers)

    def equal(self, left: np.ndarray, right: np.ndarray) -> bool:
        return np.allclose(left, right, rtol=1e-6, atol=1e-8)


class Symbols:
    """SymPy expressions; the inputs are symbols, positive and negative by turns so that x > 0 is decided."""

    sizes = {"N": 2, "D": 3, "K": 2}
    functions: dict[str, Callable[..., Any]] = {
        name: np.frompyfunc(function, 1, 1)
        for name, function in [("exp", sp.exp), ("log", sp.log), ("tanh", sp.tanh), ("h", sp.sin), ("h'", sp.cos)]
    }

    def __init__(self, seed: int) -> None:
        self.first_sign = seed

    def inputs(self, name: str, shape: tuple[int, int]) -> np.ndarray:
        array = np.empty(shape, dtype=object)
        for count, (row, column) in enumerate(np.ndindex(shape)):
            sign = "positive" if (count + self.first_sign) % 2 == 0 else "negative"
            array[row, column] = sp.Symbol(f"{name}_{row}{column}", **{sign: True})
        return array

    def derivative(self, of: str, by: str, values: Values) -> np.ndarray:
        at = values[by]
        names = np.empty(at.shape, dtype=object)
        for place in np.ndindex(at.shape):
            names[place] = at[place] if at[place].is_Symbol else sp.Dummy(real=True)
        back = dict(zip(names.flat, at.flat, strict=True))
        expressions = values.replaced(by, names)[of]
        result = np.empty(expressions.shape + at.shape, dtype=object)
        for place in np.ndindex(result.shape):
            expression, name = expressions[place[: expressions.ndim]], names[place[expressions.ndim :]]
            result[place] = sp.diff(expression, name).subs(back)
        return result

    def largest(self, numbers: list[Any]) -> Any:
        return sp.Max(*numbers)

    def equal(self, left: np.ndarray, right: np.ndarray) -> bool:
        return all(_is_zero(difference) for difference in np.ravel(left - right))


def _is_zero(difference: Any) -> bool:
    expression = sp.expand(sp.sympify(difference).rewrite(sp.exp))
    return expression == 0 or sp.simplify(sp.logcombine(sp.expand(expression), force=True)) == 0


def any_scalar(array: np.ndarray) -> Any:
    """f: a sum of different weights times u + u²/2, so that no two elements have the same derivative."""
    return sum((place + 2) * u + (place + 1) * u * u / 2 for place, u in enumerate(array.flat))


@dataclass
class Scope:
    """A table of shapes and the formulas that follow it."""

    shapes: list[tuple[str, str]]  # ("W", "K \\times D"), as written
    formulas: list[str] = field(default_factory=list)

    def check(self, kit: Numbers | Symbols) -> None:
        """Raises WrongFormula where a formula or a shape does not hold."""
        equations = [(text, read_equation(text)) for text in self.formulas]
        declared = [(read_equation(symbol)[0], self._shape(shape, kit)) for symbol, shape in self.shapes]
        values = Values(kit, {node.name: shape for node, shape in declared if isinstance(node, Name)})
        for text, sides in equations:
            if len(sides) < 2:
                raise WrongFormula(f"{text}: says nothing")
            if isinstance(sides[0], Name) and sides[0].name not in {*values.definitions, "delta"}:
                values.define(sides[0], sides[1])
        for text, sides in equations:
            values.check_equal(text, sides)
        for node, shape in declared:
            if np.shape(values.compute(node, {index: 0 for index, _ in values.free(node)})) != shape:
                raise WrongFormula(f"{node} has not the shape {shape} of the table")

    def _shape(self, text: str, kit: Numbers | Symbols) -> tuple[int, ...]:
        rows, columns = (kit.sizes.get(size.strip()) or int(size) for size in text.split("\\times"))
        return () if (rows, columns) == (1, 1) else (rows, columns)


class Values:
    """What each name of a scope stands for; computed when first asked for."""

    def __init__(self, kit: Numbers | Symbols, shapes: dict[str, tuple[int, ...]]) -> None:
        self.kit, self.shapes = kit, shapes
        self.definitions: dict[str, tuple[Name, Node]] = {}
        self.inputs: dict[str, np.ndarray] = {}
        self.known: dict[str, np.ndarray] = {}
        self.derivatives: dict[tuple[str, str], np.ndarray] = {}

    def define(self, left: Name, right: Node) -> None:
        self.definitions[left.name] = (left, right)

    def replaced(self, name: str, value: np.ndarray) -> Values:
        """The same scope, with one name held at `value`, whatever its definition says."""
        other = Values(self.kit, self.shapes)
        other.definitions, other.inputs = self.definitions, self.inputs
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
        shape = self._declared(name)
        elements = [
            self.compute(right, dict(zip(left.indices, place, strict=True)))
            for place in itertools.product(*(range(self._extent(name, axis)) for axis in range(len(left.indices))))
        ]
        return np.array(elements, dtype=np.result_type(*map(np.asarray, elements))).reshape(shape)

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
        array = self.kit.inputs(name, shape or (1, 1)).reshape(shape)
        if name == "y*" and shape:  # targets are probabilities: each row sums to 1
            array[:, -1] = 1 - array[:, :-1].sum(axis=1)
        return array

    def _declared(self, name: str) -> tuple[int, ...]:
        if name not in self.shapes:
            raise WrongFormula(f"{name} is not in the table of shapes")
        return self.shapes[name]

    def _extent(self, name: str, axis: int) -> int:
        """How far the index at place `axis` of a name runs; a lone index runs along a vector, or over the rows."""
        shape = self._declared(name)
        return shape[1] if axis == 0 and shape[0] == 1 else shape[axis]

    def check_equal(self, text: str, sides: list[Node]) -> None:
        """All sides agree for every value of the indices that no sum binds."""
        extents = {index: extent for side in sides for index, extent in self.free(side)}
        for place in itertools.product(*map(range, extents.values())):
            indices = dict(zip(extents, place, strict=True))
            first, *others = [self.compute(side, indices) for side in sides]
            for other in others:
                if np.shape(other) != np.shape(first) or not self.kit.equal(np.asarray(first), np.asarray(other)):
                    raise WrongFormula(f"{text} at {indices}: {first} is not {other}")

    def free(self, node: Node) -> Iterator[tuple[str, int]]:
        """The indices that no sum binds, each with the number of its values."""
        if isinstance(node, Name):
            if node.name != "delta":
                yield from ((index, self._extent(node.name, axis)) for axis, index in enumerate(node.indices))
        elif isinstance(node, Over):
            yield from ((index, extent) for index, extent in self.free(node.body) if index != node.index)
        else:
            yield from (pair for child in _children(node) for pair in self.free(child))

    def compute(self, node: Node, indices: Indices) -> Any:
        match node:
            case Number(value):
                return value
            case Name(name, subscripts):
                return self._element(name, [indices[subscript] for subscript in subscripts])
            case Derivative(of, by):
                return self._derivative(of, by, indices)
            case Sum(terms):
                return reduce(operator.add, (sign * self.compute(term, indices) for sign, term in terms))
            case Product(left, right, elementwise):
                return _product(self.compute(left, indices), self.compute(right, indices), elementwise)
            case Quotient(top, bottom):
                return self._divide(self.compute(top, indices), self.compute(bottom, indices))
            case Power(base, exponent):
                return _power(self.compute(base, indices), self.compute(exponent, indices))
            case Transpose(base):
                return np.transpose(self.compute(base, indices))
            case Over():
                return self._over(node, indices)
            case Call(function, argument):
                return self._call(function, self.compute(argument, indices))
            case Comparison(left, relation, right):
                holds = RELATIONS[relation](self.compute(left, indices), self.compute(right, indices))
                return np.vectorize(int)(holds) if np.ndim(holds) else int(holds)
            case Cases(branches):
                return next(
                    self.compute(value, indices) for value, condition in branches if self.compute(condition, indices)
                )
        raise TypeError(node)

    def _element(self, name: str, places: list[int]) -> Any:
        if name == "delta":
            return int(places[0] == places[1])
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
        row = _indexed(positions, [indices[index] for index in of.indices]) if of.indices else positions
        if np.size(row) != 1:
            raise WrongFormula(f"the derivative of the whole {of.name} by {by.name} is no array of two dimensions")
        gradient = table[int(np.squeeze(row))]
        places = [indices[index] for index in by.indices]
        return _indexed(gradient, places) if places else gradient[()]

    def _divide(self, top: Any, bottom: Any) -> Any:
        exact = isinstance(self.kit, Symbols) and np.ndim(top) == 0
        return sp.sympify(top) / bottom if exact else top / bottom

    def _over(self, node: Over, indices: Indices) -> Any:
        extents = dict(self.free(node.body))
        extent = self.kit.sizes[node.bound] if node.bound else extents[node.index]
        if extents.get(node.index, extent) != extent:
            raise WrongFormula(f"the sum over {node.index} ends at {node.bound}, but the array does not")
        numbers = [self.compute(node.body, {**indices, node.index: place}) for place in range(extent)]
        return reduce(operator.add, numbers) if node.operation == "sum" else self.kit.largest(numbers)

    def _call(self, function: str, argument: Any) -> Any:
        if function == "f":
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
    return ()


def _indexed(array: np.ndarray, places: list[int]) -> Any:
    """x_{nd} is an element; x_{i} an element of a row or column, or row i of a matrix."""
    if len(places) == 2:
        return array[places[0], places[1]]
    return array.ravel()[places[0]] if 1 in array.shape else array[places[0] : places[0] + 1]


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
