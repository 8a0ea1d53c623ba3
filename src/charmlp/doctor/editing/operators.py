"""Slips in operators and comparisons: a factor too many, a wrong sign, > for >=."""

import ast
import re
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.editing.places import Edit, Function, binary, called
from charmlp.doctor.editing.slopes import is_slope
from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.descent.updates import is_rated

OPERATORS: dict[str, type[ast.operator]] = {
    "mul": ast.Mult, "multiply": ast.Mult, "add": ast.Add, "sub": ast.Sub, "subtract": ast.Sub,
    "div": ast.Div, "divide": ast.Div, "pow": ast.Pow,
    "mm": ast.MatMult, "matmul": ast.MatMult, "bmm": ast.MatMult,
}  # fmt: skip
STRENGTH = re.compile(r"beta|l2|l1|lambda_?|lambd|lam|lmbda|reg\w*|\w*decay|\w*penalty", re.IGNORECASE)
ROWS = re.compile(r"len\((\w+\.)?(data|X|inputs)\)|(\w+\.)?(data|X|inputs)\.shape\[0\]")
LIBRARIES_CALLED = ("torch", "np", "numpy")
# What a comparison may have been meant to be: the opposite, or the same with or without equality
INVERSE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.LtE, ast.Lt),
    ast.GtE: (ast.Lt, ast.LtE),
    ast.Lt: (ast.GtE, ast.Gt),
    ast.LtE: (ast.Gt, ast.GtE),
}
STRICT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt
}  # fmt: skip


def of_operators(function: Function) -> Iterator[Edit]:
    """A factor or a term too many, a wrong sign, a wrong comparison."""
    for slot in function.expressions:
        node = slot[3]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
            name = "sign-flipped.edit" if isinstance(node.op, ast.USub) else "relu-mask.edit"
            yield Edit(slot, node.operand, name)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from of_comparison(function, slot, node)
        elif isinstance(node, ast.BinOp):
            yield from of_operation(function, slot, node)
        elif (same := as_operation(node)) is not None:
            yield from of_operation(function, slot, same)


def as_operation(node: ast.AST) -> ast.BinOp | None:
    """A call that is an operator in words, as one: a.mul(b), torch.matmul(a, b)."""
    operator = OPERATORS.get(called(node))
    if operator is None or not isinstance(node, ast.Call) or node.keywords:
        return None
    of_module = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in LIBRARIES_CALLED
    own = [node.func.value] if isinstance(node.func, ast.Attribute) and not of_module else []
    operands = [*own, *node.args]
    return ast.BinOp(operands[0], operator(), operands[1]) if len(operands) == 2 else None


def of_comparison(function: Function, slot: Slot, node: ast.Compare) -> Iterator[Edit]:
    operator, other = type(node.ops[0]), node.comparators
    for inverse in INVERSE.get(operator, ()):
        yield Edit(slot, ast.Compare(node.left, [inverse()], other), "relu-mask.edit")
    if operator in STRICT:
        stops_nothing = np.all(function.value(node))  # y >= 0 of a ReLU's output
        name = "relu-mask.edit" if stops_nothing else "wrong-threshold.edit"
        yield Edit(slot, ast.Compare(node.left, [STRICT[operator]()], other), name)
    if isinstance(other[0], ast.Constant) and other[0].value:
        yield Edit(slot, ast.Compare(node.left, node.ops, [ast.Constant(0)]), "wrong-threshold.edit")


def of_operation(function: Function, slot: Slot, node: ast.BinOp) -> Iterator[Edit]:
    left, right = node.left, node.right
    match node.op:
        case ast.Add() | ast.Sub():
            other = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
            name = "wrong-formula.edit" if is_count(function.value(node)) else "sign-flipped.edit"
            yield Edit(slot, binary(left, other, right), name)
            yield Edit(slot, binary(right, ast.Sub, left), name)
            if not is_rated(right, set()):  # a step, which no slip leaves out
                yield Edit(slot, left, "forward-wrong.penalty" if is_decay(right) else "wrong-formula.edit")
                yield Edit(slot, right, "forward-wrong.penalty" if is_decay(left) else "wrong-formula.edit")
        case ast.Mult():
            yield Edit(slot, left, too_many(function, right))
            yield Edit(slot, right, too_many(function, left))
            yield Edit(slot, binary(left, ast.Div, right), "wrong-formula.edit")
        case ast.Div():
            yield Edit(slot, left, too_many(function, right))
            yield Edit(slot, binary(left, ast.Mult, right), too_many(function, right))
        case ast.Pow():
            yield Edit(slot, left, "wrong-formula.edit")
            for nearby in (ast.Sub, ast.Add):  # n xⁿ for n xⁿ⁻¹
                power = binary(right, nearby, ast.Constant(1))
                yield Edit(slot, binary(left, ast.Pow, power), "wrong-formula.edit")
        case ast.MatMult():
            yield Edit(slot, binary(right, ast.MatMult, left), "wrong-transpose-for-input.edit")


def is_count(value: object) -> bool:
    """Whether a value is a whole number: a size or a place, in which a sign is none of a gradient."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_decay(term: ast.expr) -> bool:
    """Whether it is a penalty's gradient: its strength times a weight."""
    factors = (term.left, term.right) if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult) else ()
    return any(STRENGTH.fullmatch(ast.unparse(factor).rpartition(".")[2]) for factor in factors)


def counts_samples(node: ast.expr) -> bool:
    """Whether it is the number of rows of the data: len(data), X.shape[0]."""
    return bool(ROWS.fullmatch(ast.unparse(node)))


def too_many(function: Function, factor: ast.expr) -> str:
    """What a factor or a divisor is called that should not be there."""
    value = function.value(factor)
    if is_slope(factor):
        return "wrong-variable.too-many"
    if value is None or np.ndim(value):
        return "wrong-formula.edit"
    if value in (2, 0.5):
        return "factor-two.edit"
    if counts_samples(factor):
        return "extra-mean.edit"
    size = max(abs(value), 1 / abs(value)) if value else 0.0
    if not function.batch or size < 2 or abs(size / function.batch - round(size / function.batch)) > 1e-9:
        return "scale-forgotten.edit"
    return "extra-mean.edit" if round(size) == function.batch else "wrong-divisor.edit"
