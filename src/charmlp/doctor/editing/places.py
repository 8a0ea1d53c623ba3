"""The places of a function in which a slip may be, and what stood there when it ran."""

import ast
import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.operation.code import Code, Slot, noting

MOST_VARIABLES = 40
LIBRARIES = ("numpy", "torch")
# Attributes that are no variables of their own
OF_AN_ARRAY = ("T", "shape", "size", "ndim", "dtype")


@dataclass(frozen=True)
class Edit:
    """Put `node` in the place of what is there: that undoes the mistake `name`.

    `shown` is what one reads before and after, where that is not the two nodes.
    """

    slot: Slot
    node: Any
    name: str  # "name.variant"
    shown: tuple[ast.AST, ast.AST] | None = None


class Function:
    """A function's expressions with the values that they had, the last ones where they had several."""

    def __init__(self, code: Code, run: Callable[[], object], batch: int) -> None:
        """`run` runs the whole operation; `batch` is the number of samples in that run."""
        self.code, self.batch = code, batch
        self.expressions = [slot for slot in slots(code.tree) if isinstance(slot[3], ast.expr)]
        shapes: dict[int, set[tuple[int, ...]]] = {}
        with noting(code, self.expressions, shapes) as seen:
            run()
        self.every_shape = {id(slot[3]): shapes[i] for i, slot in enumerate(self.expressions) if i in shapes}
        names = [argument.arg for argument in code.tree.args.args]
        self.given = {name: seen[~i] for i, name in enumerate(names) if ~i in seen}
        self.values = {id(slot[3]): seen[i] for i, slot in enumerate(self.expressions) if i in seen}

    def value(self, node: ast.AST) -> Any:
        """The number or array of numbers that an expression was, else None."""
        value = node.value if isinstance(node, ast.Constant) else self.values.get(id(node))
        return value if is_numeric(value) else None

    def shape(self, node: ast.AST) -> tuple[int, ...] | None:
        value = self.value(node)
        return None if value is None else np.shape(value)

    def is_array(self, node: ast.AST) -> bool:
        """Whether it was an array of real numbers, of one dimension at least; or a number, where all are."""
        value = self.value(node)
        if self.is_of_numbers and isinstance(value, float) and not isinstance(node, ast.Constant):
            return True
        return isinstance(value, np.ndarray) and value.ndim > 0 and value.dtype.kind == "f"

    @cached_property
    def is_of_numbers(self) -> bool:
        """Whether all that it computes are numbers: then it does with each what others do with arrays."""
        return not any(np.ndim(self.value(slot[3])) for slot in self.results)

    @cached_property
    def variables(self) -> dict[str, tuple[ast.expr, Any]]:
        """Names, attributes and entries that are numbers or arrays, by what one reads in the code."""
        plain = [node for *_, node in self.expressions if is_plain(node)]
        entries = [node for *_, node in self.expressions if is_entry(node)]
        read = [node for node in (*plain, *entries) if self.value(node) is not None]
        found = {ast.unparse(node): (node, self.value(node)) for node in read}
        found |= {name: pair for name, pair in self.unread().items() if name not in found}
        found |= {name: pair for name, pair in self.handed_over().items() if name not in found}
        return dict(list(found.items())[:MOST_VARIABLES])

    def unread(self) -> dict[str, tuple[ast.expr, Any]]:
        """Variables that are given a value."""
        set_here = [node for node in ast.walk(self.code.tree) if isinstance(node, ast.Assign)]
        pairs = [pair for node in set_here for pair in self.given_in(node)]
        return {t.id: (t, value) for t, value in pairs if isinstance(t, ast.Name) and is_numeric(value)}

    def given_in(self, node: ast.Assign) -> Iterator[tuple[ast.expr, Any]]:
        """The targets of an assignment with what each is given, in a tuple too: y, n = ctx.saved_tensors."""
        target, value = node.targets[0], self.values.get(id(node.value))
        if isinstance(target, ast.Tuple) and isinstance(value, tuple | list):
            if len(value) == len(target.elts):
                yield from zip(target.elts, map(as_array, value), strict=True)
        else:
            yield target, self.value(node.value)

    def handed_over(self) -> dict[str, tuple[ast.expr, Any]]:
        """What the function is given, and what the object of a method holds, whether it is read or not."""
        held = {f"self.{name}": v for name, v in getattr(self.given.get("self"), "__dict__", {}).items()}
        for name, one in list(held.items()):  # what an object that it holds keeps: its activation's output
            own = vars(one) if type(one).__module__ == self.code.function.__module__ else {}
            held |= {f"{name}.{inner}": value for inner, value in own.items()}
        held |= self.given
        return {name: (expression(name), value) for name, value in held.items() if is_numeric(value)}

    def alike(self, node: ast.expr) -> Iterator[ast.expr]:
        """The other variables that have the shape of an expression, at least in one round of a loop."""
        shape, text = self.shape(node), ast.unparse(node)
        every = self.every_shape.get(id(node), {shape})
        for other, (variable, value) in self.variables.items():
            known = self.every_shape.get(id(variable), {np.shape(value)})
            if shape is not None and other != text and every & known:
                yield variable

    def spread_over(self, node: ast.expr) -> Iterator[ast.expr]:
        """The variables with one number for each column, row or channel of an expression."""
        if (shape := self.shape(node)) is None:
            return
        for variable, value in self.variables.values():
            of = np.shape(value)
            is_row = 0 < len(of) < len(shape) and of == shape[-len(of) :]
            ones = len(of) == len(shape) and all(a in (1, b) for a, b in zip(of, shape, strict=True))
            if is_row or (ones and of != shape and max(of) > 1):
                yield variable

    @cached_property
    def lengths(self) -> dict[int, ast.expr]:
        """An expression for each size that an array of the function has."""
        found: dict[int, ast.expr] = {}
        for text, (_, value) in self.variables.items():
            for axis, size in enumerate(np.shape(value)):
                if size > 1:
                    found.setdefault(size, expression(f"{text}.shape[{axis}]"))
        return found

    @cached_property
    def indexing(self) -> frozenset[int]:
        """The expressions that say where in an array something lies: indices, and what these are made of."""
        given = [node for node in ast.walk(self.code.tree) if isinstance(node, ast.Assign)]
        indices = [node.slice for node in ast.walk(self.code.tree) if isinstance(node, ast.Subscript)]
        for index in indices:  # which grows
            names = {node.id for node in ast.walk(index) if isinstance(node, ast.Name)}
            made = [one.value for one in given if names & set(map(ast.unparse, targets_of(one)))]
            indices += [value for value in made if value not in indices]
        return frozenset(id(node) for index in indices for node in ast.walk(index))

    @property
    def around(self) -> dict[str, Any]:
        """All names of the function's module."""
        around: dict[str, Any] = self.code.function.__globals__
        return around

    @cached_property
    def library(self) -> str:
        """The name that the module has for NumPy or torch."""
        names = {thing.__name__: name for name, thing in self.around.items() if inspect.ismodule(thing)}
        return next((names[library] for library in LIBRARIES if library in names), "np")

    @cached_property
    def results(self) -> list[Slot]:
        """The places of whole results: what is assigned, added on or returned, or an element of that."""

        def is_whole(owner: ast.AST, field: str) -> bool:
            if isinstance(owner, ast.Assign | ast.AugAssign | ast.Return):
                return field == "value"
            return isinstance(owner, ast.Tuple | ast.List | ast.Dict) and field in ("elts", "values")

        real = [slot for slot in self.expressions if is_whole(*slot[:2]) and self.value(slot[3]) is not None]
        return [slot for slot in real if np.result_type(self.value(slot[3])).kind == "f"]

    @cached_property
    def operands(self) -> list[Slot]:
        """The places of arrays that are multiplied or added, or that a function or a method is given."""

        def is_operand(owner: ast.AST) -> bool:
            if isinstance(owner, ast.BinOp):
                return isinstance(owner.op, ast.MatMult | ast.Mult | ast.Add | ast.Sub | ast.Div)
            return isinstance(owner, ast.Call | ast.Attribute)

        return [slot for slot in self.expressions if is_operand(slot[0]) and self.is_array(slot[3])]


def targets_of(node: ast.Assign) -> list[ast.expr]:
    """What an assignment gives values to, one by one where it is a tuple."""
    return [one for t in node.targets for one in (t.elts if isinstance(t, ast.Tuple) else [t])]


def slots(tree: ast.AST) -> Iterator[Slot]:
    """The places of expressions that are computed, and of statements, from the outside inwards."""
    for field, value in ast.iter_fields(tree):
        if isinstance(tree, ast.FunctionDef) and field != "body":
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.stmt) or (isinstance(node, ast.expr) and is_computed(tree, field, node)):
                yield tree, field, index, node
            if isinstance(node, ast.AST):
                yield from slots(node)


def is_computed(owner: ast.AST, field: str, node: ast.expr) -> bool:
    """Whether a place holds a value: no target of an assignment, no function that is called, no module."""
    if isinstance(node, ast.Slice | ast.Starred) or isinstance(owner, ast.JoinedStr | ast.FormattedValue):
        return False
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return False
    if isinstance(owner, ast.Call):
        return field != "func"
    is_name = isinstance(owner, ast.Attribute) and isinstance(node, ast.Name)
    return not (is_name and node.id in ("np", "math", *LIBRARIES))  # type: ignore[attr-defined]


def is_plain(node: ast.AST) -> bool:
    """Whether it is a name, an attribute of one, or an entry by a constant."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and is_plain(node.value)
    if isinstance(node, ast.Attribute):
        return is_plain(node.value) and node.attr not in OF_AN_ARRAY
    return isinstance(node, ast.Name)


def is_entry(node: ast.AST) -> bool:
    """Whether it is an entry of a variable by something that is computed, such as h[t − 1]."""
    if not isinstance(node, ast.Subscript) or is_plain(node):
        return False
    whole = [node.slice, *ast.walk(node.slice)]
    return is_plain(node.value) and not any(isinstance(inner, ast.Slice | ast.Tuple) for inner in whole)


def as_array(value: Any) -> Any:
    """A tensor as an array, the rest as it is."""
    return value.detach().numpy() if hasattr(value, "detach") else value


def is_numeric(value: Any) -> bool:
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fiub"
    return isinstance(value, int | float) and not isinstance(value, bool)


def called(node: ast.AST) -> str:
    """The name of what is called, "" where nothing is."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


# Expressions to be put in


def expression(text: str, **parts: ast.expr) -> Any:
    """A text as an expression, some of its names replaced: `expression("v * (1 - v)", v=…)`."""
    return exchanged(ast.parse(text, mode="eval").body, parts)


def exchanged(tree: ast.expr | ast.keyword, parts: Mapping[str, ast.expr]) -> Any:
    """A copy in which other expressions stand for the variables that read so."""
    if (is_plain(tree) or is_entry(tree)) and (other := parts.get(ast.unparse(tree))) is not None:
        return to_be_read(other)
    own = copy.copy(tree)
    for field, value in ast.iter_fields(tree):
        if isinstance(value, ast.expr | ast.keyword):
            setattr(own, field, exchanged(value, parts))
        elif isinstance(value, list):
            inner = [
                exchanged(one, parts) if isinstance(one, ast.expr | ast.keyword) else one for one in value
            ]
            setattr(own, field, inner)
    return own


def to_be_read(node: ast.expr) -> ast.expr:
    """A copy that is no target of an assignment; what is inside is the same, as no search changes it."""
    own = copy.copy(node)
    if hasattr(own, "ctx"):
        own.ctx = ast.Load()
    return own


def binary(left: ast.expr, operator: type[ast.operator], right: ast.expr) -> ast.expr:
    return ast.BinOp(to_be_read(left), operator(), to_be_read(right))


def call(function: ast.expr, arguments: list[ast.expr], **keywords: ast.expr) -> ast.expr:
    return ast.Call(function, arguments, [ast.keyword(name, value) for name, value in keywords.items()])
