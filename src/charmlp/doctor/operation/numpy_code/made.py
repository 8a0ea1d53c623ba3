"""Objects as their own module makes them: with layers that are added one by one, say."""

import ast
import copy
import functools
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout, suppress
from io import StringIO
from types import ModuleType
from typing import Any

from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import seed_all

# What is called on an object once it is whole
USES = re.compile(
    r"(?i)_?(fit|train|learn|sgd|predict|test|score|eval|plot|print|run|forward|feed|back|query|gradient|loss|cost|save)"
)
PREPARES = ast.Assign | ast.Import | ast.ImportFrom


def made_in_module(kind: type) -> Any:
    """A copy of the first object of a class that its module makes; None where it makes none."""
    original = first_made(kind)
    with suppress(Exception):  # it may hold a file
        return copy.deepcopy(original)
    return None


@functools.lru_cache(maxsize=64)
def first_made(kind: type) -> Any:
    module = sys.modules.get(kind.__module__)
    if module is None:
        return None
    held = [thing for thing in list(vars(module).values()) if type(thing) is kind]
    return held[0] if held else next(making(module, kind), None)


def making(module: ModuleType, kind: type) -> Iterator[Any]:
    """What comes of the statements that make such an object: at the top, in a function, or under `main`."""
    try:
        body = ast.parse(source_of(module)).body
    except (SyntaxError, ValueError, RecursionError):
        return
    blocks = [s.body for s in body if isinstance(s, ast.If | ast.FunctionDef)]
    for block in [body, *blocks]:
        for place, statement in enumerate(block):
            if (name := name_of_object(statement, kind)) is None:
                continue
            around = dict(vars(module))
            before = [s for s in block[:place] if isinstance(s, PREPARES)] if block is not body else []
            run_quietly([*before, statement, *added(block[place + 1 :], name)], around)
            if type(around.get(name)) is kind:
                yield around[name]


def run_quietly(statements: Sequence[ast.stmt], around: dict[str, Any]) -> None:
    """One statement after the other; one that fails, as it wants data that are not here, has no effect."""
    seed_all()
    with redirect_stdout(StringIO()):
        for statement in statements:
            with suppress(Exception, SystemExit):
                exec(compile(ast.Module([statement], []), "<charmlp>", "exec"), around)


def name_of_object(statement: ast.stmt, kind: type) -> str | None:
    """The variable that a statement makes an object of the class for."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return None
    value = statement.value
    is_made = isinstance(value, ast.Call) and ast.unparse(value.func) == kind.__name__
    return statement.targets[0].id if is_made else None


def added(statements: Sequence[ast.stmt], name: str) -> Iterator[ast.stmt]:
    """The calls that follow and make the object whole: net.add(Layer(2, 3)), net.use(mse)."""
    for statement in statements:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            if isinstance(statement, ast.Assign):
                continue
            return
        if ast.unparse(call.func.value) != name or USES.match(call.func.attr):
            return
        yield statement
