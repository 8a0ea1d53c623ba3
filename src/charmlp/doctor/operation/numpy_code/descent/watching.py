"""Code that takes one step while its variables are watched."""

import ast
import copy
import functools
import itertools
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from charmlp.doctor.operation.code import Code
from charmlp.doctor.operation.numpy_code.descent.descents import OF_PASSES
from charmlp.doctor.operation.numpy_code.descent.updates import (
    Updates,
    base_of,
    is_of_epochs,
    one_by_one,
    origin_of,
    parts_of,
    updates_in,
)

START, SEEN, ONCE = "__charmlp_start__", "__charmlp_variables__", "__charmlp_once__"
ENTER, PASSED = "__charmlp_enter__", "__charmlp_passed__"


class Instrumented(ast.NodeTransformer):
    """A tree whose parameters start from what they are given, and whose variables are seen on the way.

    Of loops over epochs one pass is made, of `every` loop around an update if that is said.
    """

    def __init__(self, updates: Updates, every: bool) -> None:
        self.updates, self.every = updates, every
        self.is_inside = 0
        self.is_adding = False  # in a loop that adds up gradients, of one sample after the other

    def generic_visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.For | ast.While) and node in self.updates.loops:
            return self.visit_loop(node)
        if isinstance(node, ast.For) and adds_up(node) and not self.is_adding:
            self.is_adding = True
            super().generic_visit(node)
            self.is_adding = False
            node.body.append(ast.Expr(call(PASSED, made_in(node))))
            return node
        return super().generic_visit(node)

    def visit_loop(self, node: ast.For | ast.While) -> ast.AST | list[ast.stmt]:
        is_outermost = not self.is_inside
        self.is_inside += 1
        super().generic_visit(node)
        self.is_inside -= 1
        if isinstance(node, ast.While):
            node.test = ast.BoolOp(ast.And(), [node.test, call(ONCE, ast.Constant(None))])
        elif self.every or is_of_epochs(node):
            node.iter = call(ONCE, node.iter)
        node.body.append(seen())
        return [ast.Expr(call(ENTER)), node] if is_outermost else node

    def visit_Assign(self, node: ast.Assign) -> Any:
        if node in self.updates.statements:
            return [seen(), node, seen()]
        if not self.is_inside and len(parts := one_by_one(node)) > 1:
            return list(map(self.visit_Assign, parts))
        base = base_of(node.targets[0]) if not isinstance(node.targets[0], ast.Subscript) else ""
        if not self.is_inside and base in self.updates.names:
            node.value = call(START, ast.Constant(base), node.value)
        return node

    def visit_Return(self, node: ast.Return) -> Any:
        """Parameters that are returned after a step are variables first, which can be seen."""
        if node not in self.updates.statements or node.value is None:
            return node
        parts = parts_of(node.value)
        moved = [(i, name) for i, part in enumerate(parts) if (name := origin_of(part)) in self.updates.names]
        target = ast.Tuple([ast.Name(name, ast.Store()) for _, name in moved], ast.Store())
        step = ast.Assign([target], ast.Tuple([parts[i] for i, _ in moved], ast.Load()))
        whole = {i: ast.Name(name, ast.Load()) for i, name in moved}
        left: list[ast.expr] = [whole.get(i, part) for i, part in enumerate(parts)]
        value = ast.Tuple(left, ast.Load()) if isinstance(node.value, ast.Tuple) else left[0]
        return [seen(), step, seen(), ast.Return(value)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        return [seen(), node, seen()] if node in self.updates.statements else node


def adds_up(loop: ast.For) -> bool:
    """Whether each pass of a loop adds to something: the gradient of one more sample, say."""
    return any(
        isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub) for node in loop.body
    )


def made_in(loop: ast.For) -> ast.Dict:
    """The variables that each pass of a loop makes anew, by their names."""
    targets = [loop.target, *(t for node in loop.body if isinstance(node, ast.Assign) for t in node.targets)]
    parts = [p for t in targets for p in (t.elts if isinstance(t, ast.Tuple) else [t])]
    names = dict.fromkeys(part.id for part in parts if isinstance(part, ast.Name))
    return ast.Dict([ast.Constant(name) for name in names], [ast.Name(name, ast.Load()) for name in names])


def of_passes(passes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What several passes of a loop made, each variable as one array with a row for each pass."""
    found = {}
    for name in set.intersection(*map(set, passes)) if len(passes) > 1 else ():
        values = [one[name] for one in passes]
        numbers = all(isinstance(v, int | float | np.ndarray | np.number) for v in values)
        if numbers and len({np.shape(v) for v in values}) == 1:
            found[name + OF_PASSES] = np.array(values)
    return found


def call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def seen() -> ast.stmt:
    return ast.Expr(call(SEEN, call("locals")))


@functools.lru_cache(maxsize=64)
def instrumented(
    function: FunctionType, first_line: int, pickled: bytes,
    find: Callable[[ast.FunctionDef], Updates | None], every: bool,
) -> CodeType:  # fmt: skip
    """The code of a tree that is watched: one step is run many times."""
    tree = pickle.loads(pickled)
    updates = find(tree)
    if updates is not None:  # while a slip is looked for there may be none
        Instrumented(updates, every).visit(tree)
    tree.body.append(seen())
    return Code(function, ast.fix_missing_locations(tree), first_line).compiled()


@contextmanager
def watched(
    code: Code, start: Callable[[str, Any], Any], see: Callable[[Mapping[str, Any]], None],
    find: Callable[[ast.FunctionDef], Updates | None] = updates_in, *, every: bool = False,
    enter: Callable[[], None] = lambda: None,
) -> Iterator[None]:  # fmt: skip
    """While it runs: parameters that it makes go through `start`, and `see` is shown its variables.

    `enter` is called before each loop around updates. Of loops over epochs one pass is made, or of `every`
    loop around one of the updates that `find` finds.
    """
    compiled = instrumented(code.function, code.first_line, pickle.dumps(code.tree), find, every)
    around = code.function.__globals__
    passes: list[Mapping[str, Any]] = []

    def see_all(variables: Mapping[str, Any]) -> None:
        see({**variables, **of_passes(passes)} if passes else variables)

    watching = {
        START: start, SEEN: see_all, ONCE: once(), ENTER: enter,
        PASSED: lambda made: passes.append(copy.deepcopy(made)),
    }  # fmt: skip
    around |= watching
    try:
        with code.running(compiled):
            yield
    finally:
        for name in watching:
            around.pop(name, None)


def once() -> Callable[[Any], Any]:
    """What makes one pass of each loop: its first item, or True the first time that a `while` asks."""
    asked: list[bool] = []

    def first(items: Any) -> Any:
        if items is not None:
            return itertools.islice(items, 1)
        asked.append(True)
        return len(asked) == 1

    return first
