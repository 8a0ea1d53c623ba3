"""Slips in calls: one too many, a mean for a sum, another dimension, a matrix transposed or not."""

import ast
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.catalogue import NUMBERS
from charmlp.doctor.editing.operands import AXES, AXIS, KEEP, TURNS
from charmlp.doctor.editing.operators import LIBRARIES_CALLED
from charmlp.doctor.editing.places import (
    Edit,
    Function,
    binary,
    call,
    called,
    expression,
    is_plain,
    to_be_read,
)
from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.names import is_derivative, stem_of

DISTORTING = {"clip", "clamp", "abs", "sign", "maximum", "minimum", "fabs", "absolute"}
TURNING = {"flip", "rot90", "fliplr", "flipud"}
PRODUCTS = {"dot", "matmul", "mm", "outer"}


def of_calls(function: Function) -> Iterator[Edit]:
    """A call too many, a mean for a sum, another dimension, dimensions that are kept or not."""
    for slot in function.expressions:
        node, name = slot[3], called(slot[3])
        if not name:
            continue
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if name in ("mean", "average", "sum") and isinstance(node.func, ast.Attribute):
            other, mistake = ("mean", "missing-mean") if name == "sum" else ("sum", "extra-mean")
            summing = ast.Attribute(node.func.value, other, ast.Load())
            yield Edit(slot, call(summing, node.args, **keywords), f"{mistake}.edit")
            axes = AXES if not keywords.keys() & set(AXIS) else ()
            for axis in axes:
                along = call(node.func, node.args, **{**keywords, "axis": ast.Constant(axis)})
                yield Edit(slot, along, "batch-not-summed.edit")
                if function.library != "torch":  # a bias may be a row or a column
                    kept = call(
                        node.func,
                        node.args,
                        **{**keywords, "axis": ast.Constant(axis), "keepdims": ast.Constant(True)},
                    )
                    yield Edit(slot, kept, "batch-not-summed.edit")
        for keyword, value in keywords.items():
            rest = {key: other for key, other in keywords.items() if key != keyword}
            if keyword in KEEP and isinstance(value, ast.Constant):
                rest[keyword] = ast.Constant(not value.value)
            elif keyword not in AXIS:
                continue
            yield Edit(slot, call(node.func, node.args, **rest), "batch-not-summed.edit")
            yield from of_counts(function, slot, node)
        if name == "neg":
            yield Edit(
                slot,
                node.func.value if isinstance(node.func, ast.Attribute) else node.args[0],
                "sign-flipped.edit",
            )
        if name == "where" and len(node.args) == 3:
            condition, one, other = node.args
            yield Edit(slot, call(node.func, [condition, other, one], **keywords), "relu-mask.edit")
        if name == "scatter_":
            adding = ast.Attribute(node.func.value, "scatter_add_", ast.Load())
            yield Edit(slot, call(adding, node.args, **keywords), "not-accumulated.edit")
        for argument in node.args[:2]:
            if function.shape(argument) == function.shape(node):
                of_slope = is_derivative(function.code.tree.name) and name not in DISTORTING
                yield Edit(slot, argument, "wrong-variable.edit" if of_slope else of_call(name))


def of_counts(function: Function, slot: Slot, node: ast.Call) -> Iterator[Edit]:
    """A mean of all for that of what a mask lets through."""
    if called(node) == "sum" or not isinstance(node.func, ast.Attribute):
        return
    summing = call(
        ast.Attribute(node.func.value, "sum", ast.Load()),
        node.args,
        **{k.arg or "": k.value for k in node.keywords},
    )
    for variable in function.alike(node.func.value):
        if set(np.unique(function.variables[ast.unparse(variable)][1])) == {0.0, 1.0}:
            count = ast.Call(ast.Attribute(to_be_read(variable), "sum", ast.Load()), node.args, node.keywords)
            yield Edit(slot, binary(summing, ast.Div, count), "wrong-divisor.edit")


def of_call(name: str) -> str:
    """What a function is called that is applied where it should not be."""
    if (twice := f"{stem_of(name)}-twice") in NUMBERS:
        return f"{twice}.backward"
    if name in TURNING:
        return "kernel-not-flipped.edit"
    return "cotangent-distorted.edit" if name in DISTORTING else "wrong-formula.edit"


def of_transposes(function: Function) -> Iterator[Edit]:
    """A matrix transposed, or not."""
    returns = [node for node in ast.walk(function.code.tree) if isinstance(node, ast.Return)]
    returned = {id(node) for one in returns for node in ast.walk(one)}
    # What is only read into a variable, W = parameters["W"], is a factor of what is computed with it
    whole = {id(slot[3]): is_plain(slot[3]) and id(slot[3]) not in returned for slot in function.results}
    results, read = {i for i, plain in whole.items() if not plain}, {i for i, plain in whole.items() if plain}
    for slot in function.expressions:
        owner, _, _, node = slot
        is_factor = isinstance(owner, ast.BinOp) and isinstance(owner.op, ast.MatMult)
        is_whole = id(node) in results
        is_read = id(node) in read
        name = f"{'weight-transposed' if is_whole else 'wrong-transpose-for-input'}.edit"
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield Edit(slot, node.value, name)
        elif called(node) in TURNS and (turned := receiver(node)) is not None:
            yield Edit(slot, turned, name)
        elif (is_whole or is_factor or is_read or called(owner) in PRODUCTS) and len(
            function.shape(node) or ()
        ) == 2:
            yield Edit(slot, ast.Attribute(to_be_read(node), "T", ast.Load()), name)
        elif is_factor and len(function.shape(node) or ()) > 2:
            yield Edit(slot, expression("v.swapaxes(-1, -2)", v=node), name)


def receiver(node: ast.AST) -> ast.expr | None:
    """What a method is called on; None for a library's function."""
    function = node.func if isinstance(node, ast.Call) else None
    of_library = isinstance(function, ast.Attribute) and ast.unparse(function.value) in LIBRARIES_CALLED
    return function.value if isinstance(function, ast.Attribute) and not of_library else None
