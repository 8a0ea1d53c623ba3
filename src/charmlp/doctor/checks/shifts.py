"""A maximum that is subtracted before exp must cancel: it is there for the numbers' sake alone."""

import ast
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.code import Code, Slot, code_of, running_with, with_helpers
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.setups.setup import SetUp

SHIFTED = "__charmlp_shifted__"  # the name, in a function's module, of what makes a maximum larger
MAXIMA = ("max", "amax")


def maximum_cancels(setup: SetUp) -> Iterator[Finding]:
    """Any number may be subtracted in its place, where forward is nothing known to compare with."""
    trial = setup.first
    if trial.kind is not UNKNOWN or len(trial.outputs) != 1 or setup.randomness:
        return
    for function in with_helpers(trial.subject.forward_code or trial.subject.code):
        source = source_of(function)
        code = code_of(function) if "exp(" in source and ("/" in source or "log" in source) else None
        places = [] if code is None else maxima(code)
        if code is None or not places:
            continue
        try:
            with running_with(code, SHIFTED, lambda _, largest: largest + 1.0, list(enumerate(places))):
                other = trial.forward(trial.values)[0]
        except Exception:  # its largest numbers come with their places, say
            continue
        if not np.allclose(other, trial.outputs[0], rtol=1e-4, equal_nan=True):
            line = code.line_of(places[0][3])
            words = phrase("shift-stays", line=line, function=function.__name__)
            yield finding("forward-wrong.shift", words, line=line)
            return


def maxima(code: Code) -> list[Slot]:
    """Where the largest of some numbers is taken that is subtracted from these; none where it is compared."""
    taken = {
        ast.dump(largest)
        for left, right in subtractions(code.tree)
        for largest in [value_of(right, code.tree)]
        if receiver(largest) == ast.unparse(left)
    }
    found = [
        (parent, field, index, node)
        for parent in ast.walk(code.tree)
        for field, value in ast.iter_fields(parent)
        for index, node in (enumerate(value) if isinstance(value, list) else [(None, value)])
        if isinstance(node, ast.expr) and ast.dump(node) in taken
    ]
    return [] if any(isinstance(parent, ast.Compare) for parent, *_ in found) else found


def subtractions(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            yield node.left, node.right
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub):
            yield node.target, node.value


def value_of(node: ast.expr, tree: ast.AST) -> ast.expr:
    """What a name stands for, where it is set once."""
    if not isinstance(node, ast.Name):
        return node
    values = [
        one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and any(ast.unparse(target) == node.id for target in one.targets)
    ]
    return values[0] if len(values) == 1 else node


def receiver(node: ast.expr) -> str:
    """What the largest is taken of: x of x.max(1)[0] and of np.max(x); nothing where it is no maximum."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    if node.func.attr not in MAXIMA:
        inner = node.func.value  # x.max(1).reshape(-1, 1)
        return receiver(inner) if isinstance(inner, ast.Call | ast.Attribute | ast.Subscript) else ""
    is_module = isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "torch", "numpy")
    of = node.args[0] if is_module and node.args else node.func.value
    return ast.unparse(of)
