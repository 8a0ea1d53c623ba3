"""What forward does in the same function and its gradient does not: a factor, a sum over a loop's rounds."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from charmlp.doctor.editing.places import Edit, Function, binary, is_plain, to_be_read


def of_factors(function: Function) -> Iterator[Edit]:
    """All that a variable is multiplied by or divided by in one expression: keep / (1 - p) of dropout."""
    factors: dict[str, ast.expr] = {}
    for *_, node in function.expressions:
        if function.is_array(node) and isinstance(node, ast.BinOp):
            factors |= {ast.unparse(rest): rest for rest in rests(node) if isinstance(rest, ast.BinOp)}
    for slot in (*function.results, *function.operands) if factors else ():
        shape = function.shape(slot[3])
        for text, factor in factors.items():
            of = [function.shape(inner) for inner in ast.walk(factor) if is_plain(inner)]
            if shape and shape in of and text not in ast.unparse(slot[3]):
                yield Edit(slot, binary(slot[3], ast.Mult, copy.deepcopy(factor)), "scale-forgotten.edit")


def rests(node: ast.expr) -> Iterator[ast.expr]:
    """What is left of a product where its first factor, a variable, is left out."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
        return
    if is_plain(node.left):
        if isinstance(node.op, ast.Mult):
            yield node.right
        return
    for rest in rests(node.left):
        yield ast.BinOp(rest, node.op, node.right)


def of_rounds(function: Function) -> Iterator[Edit]:
    """What each round of a loop sets anew, added up over the rounds: 0 before the loop, += inside."""
    for owner in ast.walk(function.code.tree):
        for field, block in ast.iter_fields(owner):
            if not isinstance(block, list):
                continue
            for i, loop in enumerate(block):
                if not isinstance(loop, ast.For):
                    continue
                once = [
                    node for node in loop.body if isinstance(node, ast.Assign) and is_set_once(node, loop)
                ]
                arrays = [node for node in once if np.ndim(function.value(node.value))]
                for chosen in ([arrays] if len(arrays) > 1 else []) + [[node] for node in arrays]:
                    before = [ast.Assign([copy.deepcopy(n.targets[0])], ast.Constant(0.0)) for n in chosen]
                    body = [
                        ast.Assign(n.targets, binary(to_be_read(n.targets[0]), ast.Add, n.value))
                        if isinstance(n, ast.Assign) and n in chosen else n
                        for n in loop.body
                    ]  # fmt: skip
                    summing = ast.For(loop.target, loop.iter, body, loop.orelse)
                    whole = [*block[:i], *before, summing, *block[i + 1 :]]
                    target: Any = chosen[0].targets[0]
                    shown = chosen[0], ast.AugAssign(target, ast.Add(), chosen[0].value)
                    yield Edit((owner, field, None, block), whole, "not-accumulated.edit", shown)


def is_set_once(node: ast.Assign, loop: ast.For) -> bool:
    """Whether it sets what the loop reads nowhere: a state would be read."""
    if len(node.targets) != 1 or not is_plain(node.targets[0]):
        return False
    target = ast.unparse(node.targets[0])
    read = [n for n in ast.walk(loop) if is_plain(n) and isinstance(getattr(n, "ctx", None), ast.Load)]
    return all(ast.unparse(n) != target for n in read)
