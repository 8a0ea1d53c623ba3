"""Slips in what is computed with: another number, another dimension, another variable."""

import ast
from collections.abc import Iterator
from typing import Any, TypeGuard

import numpy as np

from charmlp.doctor.editing.further import is_place
from charmlp.doctor.editing.places import (
    Edit,
    Function,
    binary,
    called,
    expression,
    is_entry,
    is_plain,
    to_be_read,
)
from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.names import is_derivative, is_truth

AXIS, KEEP = ("axis", "dim"), ("keepdims", "keepdim")
AXES = (0, 1, 2, -1)
TURNS = {"transpose", "swapaxes", "permute", "t"}


def of_constants(function: Function) -> Iterator[Edit]:
    """Another number; where it says along which dimension something goes, another dimension."""
    keywords = [owner for owner, *_ in function.expressions if isinstance(owner, ast.keyword)]
    along = [inner for keyword in keywords if keyword.arg in AXIS for inner in ast.walk(keyword)]
    for slot in function.expressions:
        owner, _, _, node = slot
        if not isinstance(node, ast.Constant) or function.value(node) is None or called(owner) in TURNS:
            continue
        value: Any = node.value
        others: list[tuple[Any, str]]
        if is_shape(owner):  # a count along another axis
            of_axes = [(axis, ast.Subscript(owner.value, ast.Constant(axis), owner.ctx)) for axis in AXES]
            yield from (
                Edit(slot, ast.Constant(axis), "wrong-divisor.edit", (owner, whole))
                for axis, whole in of_axes
                if axis != value
            )
            continue
        if owner in along:
            others = [(axis, "batch-not-summed.edit") for axis in AXES]
        elif is_place(function, node):
            others = [(other, "kernel-not-flipped.place") for other in (0, 1, -1, 2, 3)]
        else:
            others = [(other, "factor-two.edit") for other in (2 * value, value / 2)]
            others += [(other, "wrong-formula.edit") for other in (0, 1, -1, 2, 3, 0.5)]
            if value == 0 and forgets_sums(function):
                others.insert(0, (1, "not-accumulated.edit"))
        yield from (Edit(slot, ast.Constant(other), name) for other, name in others if other != value)


def forgets_sums(function: Function) -> bool:
    """Whether an array is multiplied by 0 before more is added to it: buffer *= share."""
    changes = [node for node in ast.walk(function.code.tree) if isinstance(node, ast.AugAssign)]
    added = {ast.unparse(node.target) for node in changes if isinstance(node.op, ast.Add)}
    return any(
        isinstance(node.op, ast.Mult)
        and function.value(node.value) == 0
        and ast.unparse(node.target) in added
        for node in changes
        if not np.ndim(function.value(node.value))
    )


def is_shape(node: ast.AST) -> TypeGuard[ast.Subscript]:
    """Whether it is an entry of an array's shape."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "shape"
    )


def of_numbers(function: Function) -> Iterator[Edit]:
    """A number that is given, with another factor or power: π for 2π, T for T², p for 1 − p."""
    computed = {ast.unparse(node) for node in ast.walk(function.code.tree) if is_stored(node)}
    for slot in function.expressions:
        owner, _, _, node = slot
        if (
            isinstance(node, ast.Constant)
            or not is_plain(node)
            or not isinstance(owner, ast.BinOp | ast.Call)
        ):
            continue
        if not isinstance(function.value(node), float | int) or function.is_of_numbers:
            continue
        if is_place(function, node):
            for text in ("v - 1", "v + 1", "2 * v"):
                yield Edit(slot, expression(text, v=node), "kernel-not-flipped.place")
            continue
        if ast.unparse(node) in computed:
            continue
        for text in ("2 * v", "v / 2"):
            yield Edit(slot, expression(text, v=node), "factor-two.edit")
        for text in ("1 / v", "1 / (1 - v)", "v ** 2", "v ** 0.5", "1 - v", "v - 1", "v + 1", "1"):
            yield Edit(slot, expression(text, v=node), "scale-forgotten.edit")


def is_stored(node: ast.AST) -> bool:
    """Whether something is computed for it."""
    return isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)


def of_variables(function: Function) -> Iterator[Edit]:
    """Another variable of the same shape."""
    for slot in function.expressions:
        node = slot[3]
        if is_plain(node) or is_entry(node):
            name = of_exchange(function, slot)
            for other in function.alike(node):
                is_output = is_of_output(node) != is_of_output(other)
                yield Edit(slot, to_be_read(other), "wrong-variable.edit" if is_output else name)
        if is_entry(node) and function.is_array(node):  # of the step before, or after
            for operator in (ast.Sub, ast.Add):
                index = binary(node.slice, operator, ast.Constant(1))
                yield Edit(slot, ast.Subscript(node.value, index, ast.Load()), "wrong-variable.edit")


def of_unread(function: Function) -> Iterator[Edit]:
    """What was computed for the next step and is read nowhere, in the place of what that step reads."""
    names = [node for node in ast.walk(function.code.tree) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    unread = {
        node.id: node
        for node in names
        if isinstance(node.ctx, ast.Store) and node.id not in read and node.id in function.variables
        if np.ndim(function.variables[node.id][1])
    }
    for slot in function.operands if unread else ():
        for variable in unread.values():
            if is_plain(slot[3]) and slot[3].lineno > variable.lineno:
                yield Edit(slot, to_be_read(variable), "path-forgotten.edit")


def is_of_output(node: ast.expr) -> bool:
    """Whether it is the value that an operation of an engine gives, and none that it takes: out.data."""
    held = node.value if isinstance(node, ast.Attribute) else None
    is_value = isinstance(node, ast.Attribute) and node.attr in ("data", "value", "val")
    return is_value and isinstance(held, ast.Name) and held.id in ("out", "output", "result", "res")


def of_exchange(function: Function, slot: Slot) -> str:
    """What it is called to take one variable for another."""
    owner, _, _, node = slot
    if isinstance(owner, ast.Compare):
        return "wrong-mask.formula"
    if isinstance(node, ast.Name) and is_truth(node.id):
        return "wrong-variable.edit"  # the slope is taken at the target
    if not np.ndim(function.value(node)) and is_place(function, node):
        return "kernel-not-flipped.place"
    if not np.ndim(function.value(node)) and not function.is_of_numbers:
        return "scale-forgotten.edit"
    return "wrong-variable.edit" if is_derivative(called(owner)) else "path-forgotten.edit"
