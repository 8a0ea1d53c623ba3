"""The learning rate of steps: what all that is added to weights is a multiple of."""

import ast
import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from charmlp.doctor.operation.source import behind, definition


def own_rate(owner: Any, method: Any) -> float | None:
    """The rate that a method computes itself: c = 1 / (self.iteration + 10)."""
    tree = definition(method)
    if tree is None:
        return None
    for name in rates_in(tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                around = {**behind(method).__globals__, "self": owner}
                with contextlib.suppress(Exception):  # it needs more than the object
                    return float(eval(ast.unparse(node.value), around))
    return None


@functools.lru_cache(maxsize=512)
def rates_in(tree: Any) -> set[str]:
    """The one name that is a factor of two or more steps of an object's weights, else none.

    Of what the object remembers of its last steps, the momentum is another.
    """
    steps = [
        {named(one) for term in terms_of(node.value) for one in factors_of(term)}
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub)
        if ast.unparse(node.target).startswith("self.")
    ]
    common = set.intersection(*steps) - {""} if len(steps) > 1 else set()
    return common if len(common) == 1 else set()


def terms_of(value: ast.expr) -> Iterator[ast.expr]:
    """What is added up, without multiples of something of the object."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
        for term in (value.left, value.right):
            of_own = any(ast.unparse(one).startswith("self.") for one in factors_of(term))
            yield from () if of_own else terms_of(term)
    else:
        yield value


def factors_of(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult):
        yield from factors_of(value.left)
        yield from factors_of(value.right)
    else:
        yield value


def named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
