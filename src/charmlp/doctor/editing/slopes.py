"""The slips in the slope of an activation: of another variable, of another activation, forgotten."""

import ast
import copy
import functools
from collections.abc import Iterator, Sequence
from typing import TypeGuard

import numpy as np

from charmlp.doctor.editing.places import (
    Edit,
    Function,
    binary,
    called,
    exchanged,
    expression,
    is_entry,
    is_plain,
    to_be_read,
)
from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.names import DERIVATIVE, is_derivative

# What says in a call that the slope is meant: `sigmoid(x, deriv=True)`
ASKING = DERIVATIVE | {"derv", "backward", "back"}


def of_arguments(function: Function) -> Iterator[Edit]:
    """A slope that is given another variable than it is written for: z for σ(z), or σ(z) for z.

    Either where it is called, or inside, where an activation is taken of what is activated already.
    """
    for slot in function.expressions:
        node = slot[3]
        if is_slope(node):
            yield from (
                Edit((node, "args", 0, node.args[0]), to_be_read(other), "wrong-variable.edit")
                for other in arguments(function, node.args[0])
            )
        yield from without_activation(function, slot)


def is_slope(node: ast.expr) -> TypeGuard[ast.Call]:
    """Whether it is a call of a derivative, or of an activation that is asked for it."""
    if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.Starred):
        return False
    flags = [k.arg for k in node.keywords if isinstance(k.value, ast.Constant) and k.value.value is True]
    flags += [None for n in node.args[1:2] if isinstance(n, ast.Constant) and n.value is True]
    return is_derivative(called(node)) or any(flag is None or flag.lower() in ASKING for flag in flags)


def arguments(function: Function, given: ast.expr) -> Iterator[ast.expr]:
    """What else a slope may be meant to be taken of: arrays of any size, as the result tells what fits."""
    if isinstance(given, ast.Call) and len(given.args) == 1:
        yield given.args[0]
    yield from activations_of(function, given)
    dimensions = len(function.shape(given) or ())
    for text, (variable, value) in function.variables.items():
        is_alike = dimensions and getattr(value, "ndim", 0) == dimensions
        is_number = function.is_of_numbers and isinstance(value, float)
        if text != ast.unparse(given) and (is_alike or is_number):
            yield variable


def without_activation(function: Function, slot: Slot) -> Iterator[Edit]:
    """σ(x) (1 − σ(x)) as x (1 − x): the same call in all its places, of what is given to it."""
    node = slot[3]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Sub):
        return
    inner = [n for n in ast.walk(node) if isinstance(n, ast.Call) and len(n.args) == 1 and not n.keywords]
    texts = [ast.unparse(n) for n in inner]
    for call in {ast.unparse(n): n for n in inner}.values():
        again = texts.count(ast.unparse(call)) > 1 or isinstance(node.op, ast.Sub)
        if again and is_plain(call.args[0]) and function.shape(call) == function.shape(call.args[0]):
            plain = Replaced(ast.unparse(call), call.args[0]).visit(copy.deepcopy(node))
            yield Edit(slot, plain, "wrong-variable.edit")


class Replaced(ast.NodeTransformer):
    """A tree in which another expression stands wherever one reads `text`."""

    def __init__(self, text: str, other: ast.expr) -> None:
        self.text, self.other = text, other

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return to_be_read(self.other) if ast.unparse(node) == self.text else self.generic_visit(node)


def of_exchanges(function: Function) -> Iterator[Edit]:
    """Another variable in all places of a slope."""
    for slot in function.expressions:
        node = slot[3]
        if not isinstance(node, ast.BinOp):
            continue
        inside = [inner for inner in ast.walk(node) if isinstance(inner, ast.expr)]
        parts = [inner for inner in inside if is_plain(inner) or is_entry(inner)]
        for text, variable in {ast.unparse(inner): inner for inner in parts}.items():
            if function.is_array(variable) and may_be_slope(node, text):
                for other in in_slopes(function, variable):
                    yield Edit(slot, exchanged(node, {text: other}), "wrong-variable.edit")


def may_be_slope(node: ast.expr, variable: str) -> bool:
    """Whether an expression has a power in it, or the variable more than once: y (1 − y), 1 − y²."""
    inside = list(ast.walk(node))
    powers = any(isinstance(inner, ast.Pow) or called(inner) in ("power", "square") for inner in inside)
    read = [inner for inner in inside if is_plain(inner) or is_entry(inner)]
    return powers or sum(ast.unparse(inner) == variable for inner in read) > 1


def in_slopes(function: Function, variable: ast.expr) -> Iterator[ast.expr]:
    """What a slope may be meant to be taken of: another variable, or an activation of this one."""
    yield from function.alike(variable)
    yield from activations_of(function, variable)


def activations_of(function: Function, variable: ast.expr) -> Iterator[ast.expr]:
    """The sigmoid and the tanh of something, and what else there keeps the shape of its argument."""
    own = [
        f"{ast.unparse(node.func)}(v)"
        for *_, node in function.expressions
        if called(node) and len(node.args) == 1 and function.shape(node) == function.shape(node.args[0])
    ]
    for text in dict.fromkeys([f"{function.library}.tanh(v)", f"1 / (1 + {function.library}.exp(-v))", *own]):
        yield expression(text, v=variable)


def of_forms(function: Function) -> Iterator[Edit]:
    """The slope of another activation: y (1 − y) is the sigmoid's, 1 − y² the tanh's; an activation alone."""
    for slot in function.expressions:
        node = slot[3]
        if called(node) and len(node.args) == 1 and function.shape(node) == function.shape(node.args[0]):
            for text in ("v * (1 - v)", "1 - v ** 2", "u * (1 - u)", "1 - u ** 2"):
                yield Edit(slot, expression(text, v=node.args[0], u=node), "wrong-variable.edit")
        factors = factors_of(node)
        for i, factor in enumerate(factors):
            power = power_below_one(factor)
            if power is None or (variable := power[0]) is None or not function.is_array(variable):
                continue
            same = [j for j, other in enumerate(factors) if j != i and reads_as(other, variable)]
            rest = [other for j, other in enumerate(factors) if j != i and j not in same[:1]]
            if same:  # g (1 - g): the slope is that of another variable, and g its factor
                slopes = (expression("g * (v * (1 - v))", g=variable, v=v) for v in function.alike(variable))
                for slope in slopes:
                    yield Edit(slot, product([*rest, slope]), "slope-of-upstream.edit")
            form = "1 - v ** 2" if same or not power[1] else "v * (1 - v)"
            for text in (form, "1 - v") if power[1] else (form, "v * (1 - v)"):
                yield Edit(slot, product([*rest, expression(text, v=variable)]), "wrong-variable.edit")


def of_slopes_too_many(function: Function) -> Iterator[Edit]:
    """A slope that cancels against what the loss brings: (a − y) for (a − y) a (1 − a)."""
    for slot in function.expressions:
        factors = factors_of(slot[3])
        for i, factor in enumerate(factors):
            power = power_below_one(factor)
            if power is None or np.asarray(function.value(power[0])).dtype.kind != "f":
                continue
            same = [j for j, other in enumerate(factors) if j != i and reads_as(other, power[0])]
            rest = [other for j, other in enumerate(factors) if j not in (i, *same[:1])]
            if rest and (same or power[1]):
                yield Edit(slot, product(rest), "wrong-variable.too-many")


def factors_of(node: ast.AST) -> list[ast.expr]:
    """Those of a product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node] if isinstance(node, ast.expr) else []


def product(factors: Sequence[ast.expr]) -> ast.expr:
    return functools.reduce(lambda left, right: binary(left, ast.Mult, right), factors)


def power_below_one(node: ast.expr) -> tuple[ast.expr, bool] | None:
    """v of 1 − v and 1 + v, and of 1 − v² or 1 − v v with a mark for the square; None for anything else."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
        return None
    if not isinstance(node.left, ast.Constant) or node.left.value != 1:
        return None
    right = node.right
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow):
        return right.left, True
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult) and reads_as(right.left, right.right):
        return right.left, True
    if isinstance(right, ast.Call) and called(right) in ("square", "power"):
        return right.args[0], True
    return right, False


def reads_as(one: ast.expr, other: ast.expr) -> bool:
    return ast.unparse(one) == ast.unparse(other)


def of_slopes(function: Function) -> Iterator[Edit]:
    """The slope of an activation."""
    around = function.around
    own = [f"{name}(v)" for name, thing in around.items() if callable(thing) and is_derivative(name)]
    slopes = ["v > 0", "v * (1 - v)", "1 - v ** 2", f"1 - {function.library}.tanh(v) ** 2", *own]
    for slot in (*function.results, *function.operands):
        node = slot[3]
        variables = [node, *function.alike(node)] if is_plain(node) else list(function.alike(node))
        for variable in variables if function.is_array(node) else ():
            for slope in slopes:
                name = "relu-mask.edit" if slope == "v > 0" else "path-forgotten.slope"
                yield Edit(slot, binary(node, ast.Mult, expression(slope, v=variable)), name)
