"""What a result or a term lacks: a sign, a factor, a sum, a target, a summand, a flip."""

import ast
from collections.abc import Iterator
from itertools import combinations
from types import ModuleType

import numpy as np

from charmlp.doctor.editing.places import (
    Edit,
    Function,
    binary,
    call,
    expression,
    is_entry,
    is_plain,
    to_be_read,
)
from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.names import is_truth

MOST_RETURNED = 5


def of_results(function: Function) -> Iterator[Edit]:
    """A whole result's sign, a factor of it, its sum over a dimension."""
    for slot in function.results:
        node = slot[3]
        yield Edit(slot, ast.UnaryOp(ast.USub(), to_be_read(node)), "sign-flipped.edit")
        yield Edit(slot, binary(ast.Constant(2), ast.Mult, node), "factor-two.edit")
        yield Edit(slot, binary(node, ast.Div, ast.Constant(2)), "factor-two.edit")
        for size, length in function.lengths.items():
            is_batch = size == function.batch
            name = "missing-mean.edit" if is_batch else "wrong-divisor.edit"
            yield Edit(slot, binary(node, ast.Div, length), name)
            name = "extra-mean.edit" if is_batch else "wrong-divisor.edit"
            yield Edit(slot, binary(node, ast.Mult, length), name)
        for axis in (0, 1) if len(function.shape(node) or ()) > 1 else ():
            for kept in ({}, {"keepdims": ast.Constant(True)}):
                summing = ast.Attribute(to_be_read(node), "sum", ast.Load())
                yield Edit(slot, call(summing, [ast.Constant(axis)], **kept), "batch-not-summed.edit")


def of_returned(function: Function) -> Iterator[Edit]:
    """Two of the gradients that are returned, the other way round."""
    for slot in function.expressions:
        owner, _, _, node = slot
        if (
            not isinstance(owner, ast.Return)
            or not isinstance(node, ast.Tuple)
            or len(node.elts) > MOST_RETURNED
        ):
            continue
        for one, other in combinations(range(len(node.elts)), 2):
            parts = list(node.elts)
            parts[one], parts[other] = parts[other], parts[one]
            yield Edit(slot, ast.Tuple(parts, ast.Load()), "wrong-order.edit")


def of_targets(function: Function) -> Iterator[Edit]:
    """A 1 that is not subtracted where the target is: p[n, y[n]] −= 1."""
    numbers = [
        (variable, np.asarray(value))
        for variable, value in function.variables.values()
        if np.asarray(value).dtype.kind == "i" and np.ndim(value) < 2 and np.size(value)
    ]
    for slot in function.results:
        owner, _, _, node = slot
        shape = function.shape(node) or ()
        if not isinstance(owner, ast.Assign) or len(shape) not in (1, 2) or max(shape) < 2:
            continue
        for index, value in numbers:
            text = f"{function.library}.eye(u.shape[-1])[v]"
            if value.ndim == 0 and len(shape) == 2 and 1 in shape:  # one sample, as a column or a row
                text = f"{function.library}.eye(u.size)[v].reshape(u.shape)"
            elif value.max() >= shape[-1] or value.shape != shape[:-1]:
                continue
            if value.max() < max(shape):
                one_hot = expression(text, u=node, v=index)
                yield Edit(slot, binary(node, ast.Sub, one_hot), "target-forgotten.edit")


def of_terms(function: Function) -> Iterator[Edit]:
    """A factor or a term: any variable of the same shape, or any number."""
    for slot in (*function.results, *function.operands):
        node = slot[3]
        for variable in (*function.alike(node), *function.spread_over(node)):
            yield Edit(slot, binary(node, ast.Mult, variable), "path-forgotten.edit")
        for text, (variable, value) in function.variables.items():
            if np.ndim(value) or text in ast.unparse(node):
                continue
            is_batch = value == function.batch and isinstance(value, int | float | np.number)
            for scaled in ("v", "1 - v", "1 + v", "v ** 0.5") if not is_batch else ("v",):
                scale = expression(scaled, v=variable)
                less, more = ("missing-mean", "extra-mean") if is_batch else ("scale-forgotten",) * 2
                yield Edit(slot, binary(node, ast.Div, scale), f"{less}.edit")
                yield Edit(slot, binary(node, ast.Mult, scale), f"{more}.edit")
        for variable in function.spread_over(node):
            yield Edit(slot, binary(node, ast.Div, variable), "scale-forgotten.edit")
    given = [slot for slot in function.operands if isinstance(slot[0], ast.Call) or is_factor(slot)]
    for slot in (*function.results, *given):
        for variable in function.alike(slot[3]):
            is_target = is_truth(ast.unparse(variable).rpartition(".")[2])
            for operator in (ast.Add, ast.Sub):
                name = "target-forgotten" if is_target and operator is ast.Sub else "path-forgotten"
                yield Edit(slot, binary(slot[3], operator, variable), f"{name}.edit")


def is_factor(slot: Slot) -> bool:
    """Whether a variable, or an entry of one, is a factor: h of g h s (1 − s), where h − x is meant."""
    is_variable = is_plain(slot[3]) or is_entry(slot[3])
    return isinstance(slot[0], ast.BinOp) and isinstance(slot[0].op, ast.Mult) and is_variable


def of_arrangements(function: Function) -> Iterator[Edit]:
    """A kernel that is not flipped; a matrix whose transpose belongs beside it, as in x xᵀ."""
    for slot in function.operands:
        node = slot[3]
        shape = function.shape(node) or ()
        if len(shape) >= 3:
            for axes in ((-1,), (-2, -1), (0,)):
                yield Edit(slot, flipped(function, node, axes), "kernel-not-flipped.edit")
        if len(shape) == 2 and shape[0] == shape[1]:
            transposed = ast.Attribute(to_be_read(node), "T", ast.Load())
            yield Edit(slot, binary(node, ast.Add, transposed), "path-forgotten.edit")


def flipped(function: Function, node: ast.expr, axes: tuple[int, ...]) -> ast.expr:
    """An array the other way round along axes, as torch or NumPy writes it."""
    along: ast.expr = ast.parse(repr(axes), mode="eval").body
    if isinstance(function.around.get("torch"), ModuleType):
        return call(ast.Attribute(to_be_read(node), "flip", ast.Load()), [along])
    return call(expression(f"{function.library}.flip"), [to_be_read(node), along])
