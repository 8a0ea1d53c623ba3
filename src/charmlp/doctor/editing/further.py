"""The slips that take more than a plain change: windows and kernels, a softmax, the same in all places."""

import ast
import copy
import functools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from charmlp.doctor.editing.places import Edit, Function, binary, expression, is_plain, to_be_read
from charmlp.doctor.operation.code import Slot

OF_WINDOWS = re.compile(r"conv|corr|pool|kernel|filter|window|stride|patch", re.IGNORECASE)
MOST_EXPRESSIONS = 120


def has_windows(function: Function) -> bool:
    """Whether its names speak of windows that slide over something."""
    return any(map(OF_WINDOWS.search, (function.code.function.__qualname__, *function.variables)))


def is_place(function: Function, node: ast.AST) -> bool:
    """Whether an expression says where a window lies."""
    return id(node) in function.indexing and has_windows(function)


def of_turns(function: Function) -> Iterator[Edit]:
    """An array that is read backwards along its last dimensions, or is not: a kernel."""
    slides = has_windows(function)
    for slot in function.expressions:
        owner, _, _, node = slot
        if isinstance(node, ast.Subscript) and any(map(is_backwards, parts_of(node.slice))):
            parts = [ast.Slice() if is_backwards(part) else part for part in parts_of(node.slice)]
            index = ast.Tuple(parts, ast.Load()) if isinstance(node.slice, ast.Tuple) else parts[0]
            yield Edit(slot, ast.Subscript(node.value, index, ast.Load()), "kernel-not-flipped.edit")
        dimensions = len(function.shape(node) or ())
        is_factor = slides and isinstance(owner, ast.BinOp | ast.Call) and function.is_array(node)
        if is_factor and dimensions > 1 and (is_plain(node) or isinstance(node, ast.Subscript)):
            for count in dict.fromkeys((min(2, dimensions - 1), 2)):
                turned = ", ".join(["..."] + ["::-1"] * count)
                yield Edit(slot, expression(f"v[{turned}]", v=node), "kernel-not-flipped.edit")


def parts_of(index: ast.expr) -> list[ast.expr]:
    return index.elts if isinstance(index, ast.Tuple) else [index]


def is_backwards(index: ast.expr) -> bool:
    """Whether it is ::-1."""
    return isinstance(index, ast.Slice) and index.step is not None and ast.unparse(index.step) == "-1"


def of_places(function: Function) -> Iterator[Edit]:
    """The place of a window: times a stride, or not; the other of two places."""
    numbers = {
        text: variable
        for text, (variable, value) in function.variables.items()
        if isinstance(value, int | np.integer) and not isinstance(value, bool)
    }
    if not has_windows(function):
        return
    steps = [variable for text, variable in numbers.items() if function.variables[text][1] > 1]
    for slot in function.expressions:
        node = slot[3]
        if not isinstance(node, ast.Name) or node.id not in numbers or not is_place(function, node):
            continue
        for step in steps:
            if ast.unparse(step) != node.id:
                yield Edit(slot, binary(node, ast.Mult, step), "kernel-not-flipped.place")
        for text, other in numbers.items():
            if text != node.id:
                yield Edit(slot, to_be_read(other), "kernel-not-flipped.place")


def of_strides(function: Function) -> Iterator[Edit]:
    """A window whose places along all dimensions lack the stride: dy[i : i + k, j : j + k]."""
    if not has_windows(function):
        return
    steps = [
        variable
        for variable, value in function.variables.values()
        if isinstance(value, int | np.integer) and not isinstance(value, bool) and value > 1
    ]
    for slot in function.expressions:
        node = slot[3]
        if not isinstance(node, ast.Subscript):
            continue
        parts = parts_of(node.slice)
        for step in steps if sum(map(is_window, parts)) > 1 else ():
            moved = [times_stride(part, step) if is_window(part) else part for part in parts]
            index = ast.Tuple(moved, ast.Load())
            yield Edit(slot, ast.Subscript(node.value, index, node.ctx), "kernel-not-flipped.place")


def is_window(index: ast.expr) -> bool:
    """Whether it is i : i + k."""
    return (
        isinstance(index, ast.Slice)
        and isinstance(index.lower, ast.Name)
        and isinstance(index.upper, ast.BinOp)
        and isinstance(index.upper.op, ast.Add)
        and ast.unparse(index.upper.left) == index.lower.id
    )


def times_stride(window: ast.expr, step: ast.expr) -> ast.Slice:
    assert isinstance(window, ast.Slice) and window.lower is not None and isinstance(window.upper, ast.BinOp)
    start = binary(window.lower, ast.Mult, step)
    return ast.Slice(start, binary(start, ast.Add, window.upper.right))


def of_steps_and_gaps(function: Function) -> Iterator[Edit]:
    """A stride where the dilation belongs, and the other way round: the kernel's gradient takes them so."""
    for slot in function.expressions:
        node = slot[3]
        if not isinstance(node, ast.Call):
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        if {"stride", "dilation"} <= set(given):
            other = {**given, "stride": given["dilation"], "dilation": given["stride"]}
            keywords = [ast.keyword(name, value) for name, value in other.items()]
            yield Edit(slot, ast.Call(node.func, node.args, keywords), "kernel-not-flipped.place")


def of_counts_in_windows(function: Function) -> Iterator[Edit]:
    """A divisor that is the size of the whole window; at the border it holds less: (b − a) (d − c)."""
    if not has_windows(function):
        return
    counts: dict[str, ast.expr] = {}
    for node in ast.walk(function.code.tree):
        if isinstance(node, ast.Subscript) and (sides := bounded_sides(node.slice)):
            sizes = [binary(to_be_read(upper), ast.Sub, to_be_read(lower)) for lower, upper in sides]
            count = functools.reduce(lambda one, other: binary(one, ast.Mult, other), sizes)
            counts[ast.unparse(count)] = count
    for slot in function.expressions:
        owner, field, _, node = slot
        is_divisor = isinstance(owner, ast.BinOp) and isinstance(owner.op, ast.Div) and field == "right"
        if is_divisor and not np.ndim(function.value(node)):
            yield from (Edit(slot, count, "ties.place") for count in counts.values())


def bounded_sides(index: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Where the sides of a window begin and end, if variables say both: a and b of x[a:b]."""
    sides = [part for part in parts_of(index) if isinstance(part, ast.Slice)]
    return [
        (side.lower, side.upper)
        for side in sides
        if isinstance(side.lower, ast.Name) and isinstance(side.upper, ast.Name) and side.step is None
    ]


def of_softmax(function: Function) -> Iterator[Edit]:
    """What comes through a softmax: y (g − Σ g y), of whatever was made of g and y."""
    outputs = softmaxes(function)
    for slot in function.results:
        shape = function.shape(slot[3])
        inside = [n for n in ast.walk(slot[3]) if isinstance(n, ast.expr) and is_plain(n)]
        given = {ast.unparse(n): n for n in inside if function.shape(n) == shape and function.is_array(n)}
        for y, axis in outputs:
            for text, g in given.items():
                if function.shape(y) == shape and text != ast.unparse(y):
                    whole = expression(f"y * (g - (g * y).sum({axis}, keepdims=True))", y=y, g=g)
                    yield Edit(slot, whole, "softmax-diagonal.edit")


def softmaxes(function: Function) -> list[tuple[ast.expr, int]]:
    """The variables that hold what comes out of a softmax, with the dimension along which they sum to 1."""
    return [
        (variable, axis)
        for variable, value in function.variables.values()
        for axis in range(np.ndim(value))
        if is_softmax(value, axis)
    ]


def of_diagonals(function: Function) -> Iterator[Edit]:
    """A product with y (1 − y) or 1 − y, whoever computes that, as y (g − Σ g y)."""
    products = [slot for slot in function.expressions if is_product(slot[3])]
    for y, axis in softmaxes(function) if products else ():
        value = np.asarray(function.variables[ast.unparse(y)][1])
        diagonals = value * (1 - value), 1 - value
        for slot in products:
            for g, slope in ((slot[3].left, slot[3].right), (slot[3].right, slot[3].left)):
                found = function.value(slope)
                if np.shape(found) == value.shape and any(np.allclose(found, one) for one in diagonals):
                    whole = expression(f"y * (g - (g * y).sum({axis}, keepdims=True))", y=y, g=g)
                    yield Edit(slot, whole, "softmax-diagonal.edit")


def is_product(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def is_softmax(value: Any, axis: int) -> bool:
    """Whether an array holds probabilities that sum to 1 along one of its dimensions."""
    array = np.asarray(value)
    if array.dtype.kind != "f" or not array.size or array.shape[axis] < 2 or array.min() <= 0:
        return False
    return bool(np.allclose(array.sum(axis), 1))


def of_missing_calls(function: Function) -> Iterator[Edit]:
    """A root, a square, a logarithm or an exponential that is not taken."""
    numbers = [
        slot
        for slot in function.expressions  # a norm, say
        if isinstance(slot[0], ast.BinOp) and isinstance(slot[3], ast.Call)
        and isinstance(function.value(slot[3]), float)
    ]  # fmt: skip
    for slot in (*function.operands, *numbers):
        node = slot[3]
        if not is_plain(node) and not isinstance(node, ast.BinOp | ast.Call):
            continue
        for text in ("{0}.sqrt(v)", "v ** 2", "{0}.exp(v)", "{0}.log(v)"):
            yield Edit(slot, expression(text.format(function.library), v=node), "wrong-formula.edit")


def of_all_places(function: Function) -> Iterator[Edit]:
    """The same change of one variable wherever it is read: transposed, or another one."""
    tree = function.code.tree
    if len(function.expressions) > MOST_EXPRESSIONS:
        return  # copies of a long function take too long
    read = [
        node for *_, node in function.expressions if isinstance(node, ast.expr) and function.is_array(node)
    ]
    texts = [ast.unparse(node) for node in read]
    for text, node in dict(zip(texts, read, strict=True)).items():
        if texts.count(text) < 2 or isinstance(node, ast.Constant):
            continue
        others: list[tuple[ast.expr, str]] = []
        if len(function.shape(node) or ()) == 2:
            others.append(
                (ast.Attribute(to_be_read(node), "T", ast.Load()), "wrong-transpose-for-input.edit")
            )
        if is_plain(node):
            others += [(other, "wrong-variable.edit") for other in function.alike(node)]
        for other, name in others:
            body = [Everywhere(text, other).visit(copy.deepcopy(statement)) for statement in tree.body]
            yield Edit((tree, "body", None, tree.body), body, name, (node, other))


class Everywhere(ast.NodeTransformer):
    """A tree in which another expression stands wherever one reads `text`, but where it is written to."""

    def __init__(self, text: str, other: ast.expr) -> None:
        self.text, self.other = text, other

    def visit(self, node: ast.AST) -> Any:
        is_read = not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
        if isinstance(node, ast.expr) and is_read and ast.unparse(node) == self.text:
            return to_be_read(self.other)
        return self.generic_visit(node)


def of_shares(function: Function) -> Iterator[Edit]:
    """One term of a result, a mean's, that lacks the division by the batch which the other must not have."""
    length = function.lengths.get(function.batch)
    wholes = [slot[3] for slot in function.results if isinstance(slot[3], ast.BinOp)]
    terms: list[Slot] = [
        (whole, side, None, getattr(whole, side))
        for whole in wholes
        if isinstance(whole.op, ast.Add | ast.Sub)
        for side in ("left", "right")
    ]
    for slot in terms:
        if length is not None and function.value(slot[3]) is not None:
            yield Edit(slot, binary(slot[3], ast.Div, length), "missing-mean.edit")
