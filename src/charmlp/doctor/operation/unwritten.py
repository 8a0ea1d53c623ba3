"""Bodies that are not written yet: an exercise's skeleton, told by its source."""

import ast
import builtins
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from charmlp.doctor.operation.source import Definition, definition, returns_of, source_of

TODO = re.compile(
    r"TODO|your code|code here|fill in|complete this|to be implemented|此处|代码", re.IGNORECASE
)


def is_unwritten(function: Callable[..., Any]) -> bool:
    """Whether a function computes nothing yet; False where it has no source to tell.

    Its body raises `NotImplementedError`, is empty, or returns nothing but placeholders: None, names that are
    never given anything but None, and, under a `pass` or a TODO, zeros that nothing is written into.
    """
    tree = definition(function)
    if not isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    if any(map(raises_not_implemented, tree.body)):
        return True
    returns = returns_of(tree)
    if not returns:
        return all(map(is_trivial, tree.body))
    marked = is_marked(tree, source_of(function))
    if not marked and all(value is None for value in returns) and leaves_results(tree):
        return False  # `return` ends it early: without training, say
    body = Body(tree, inspect.unwrap(function), marked=marked)
    return all(body.is_placeholder(value) for value in returns)


def leaves_results(tree: Definition) -> bool:
    """Whether it computes something that it leaves on an object or in a dict."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    return any(
        isinstance(target, ast.Attribute | ast.Subscript)
        and any(isinstance(part, ast.BinOp | ast.Call) for part in parts(node.value))
        for node in assigned
        for target in node.targets
    )


def raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id in ("NotImplementedError", "NotImplemented")


def is_trivial(statement: ast.stmt) -> bool:
    """Whether it does nothing: pass, a docstring, `...`, a name set to None, names unpacked."""
    if isinstance(statement, ast.Assign):
        names = [name for target in statement.targets for name in parts(target)]
        if not all(isinstance(name, ast.Name) for name in names):
            return False  # something is left on an object or in a dict
        return all(is_none(part) or isinstance(part, ast.Name) for part in parts(statement.value))
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def is_marked(tree: Definition, source: str) -> bool:
    """Whether something says that code is missing."""
    comments = re.findall(r"#.*", source)
    return any(isinstance(node, ast.Pass) for node in ast.walk(tree)) or any(map(TODO.search, comments))


def parts(value: ast.expr | None) -> Sequence[ast.expr | None]:
    return value.elts if isinstance(value, ast.Tuple | ast.List) and value.elts else [value]


def is_none(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Name):
        return value.id == "NotImplemented"
    return value is None or (isinstance(value, ast.Constant) and value.value in (None, ...))


class Body:
    """What the names in a function are given."""

    def __init__(self, tree: Definition, function: Any, *, marked: bool) -> None:
        arguments = tree.args
        self.parameters = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
        self.known = {*getattr(function, "__globals__", {}), *self.parameters}
        self.marked = marked
        self.given: dict[str, list[ast.expr | None]] = {}
        self.written_into: set[str] = set()
        for node in ast.walk(tree):
            self.take(node)

    def take(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for name, value in (pair for target in node.targets for pair in pairs(target, node.value)):
                self.assign(name, value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            self.assign(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self.written_into |= names_in(node.target)
        elif isinstance(node, ast.For | ast.comprehension | ast.withitem):
            target = node.optional_vars if isinstance(node, ast.withitem) else node.target
            self.written_into |= names_in(target)

    def assign(self, target: ast.expr, value: ast.expr | None) -> None:
        if not isinstance(target, ast.Name):
            self.written_into |= names_in(target)
        elif not (isinstance(value, ast.Call) and target.id in names_in(value)):  # out = out.astype(x.dtype)
            self.given.setdefault(target.id, []).append(value)

    def is_placeholder(self, value: ast.expr | None) -> bool:
        """Whether nothing is computed for a returned value: a part is a placeholder, the rest are inputs.

        A None that stands there beside an input is none: `return g, None` hands the gradient through.
        """
        if isinstance(value, ast.Dict):
            return bool(value.values) and all(map(self.is_empty, value.values))
        empty = [self.is_empty(part) for part in parts(value)]
        if all(empty):
            return True
        missing = any(e and not is_none(p) for e, p in zip(empty, parts(value), strict=True))
        return missing and all(e or self.is_input(p) for e, p in zip(empty, parts(value), strict=True))

    def is_empty(self, value: ast.expr | None) -> bool:
        if is_none(value):
            return True
        if not isinstance(value, ast.Name) or value.id in self.written_into:
            return False
        if value.id not in self.given:
            return value.id not in self.known and not hasattr(builtins, value.id)
        return all(is_none(v) or (self.marked and is_zero(v)) for v in self.given[value.id])

    def is_input(self, value: ast.expr | None, depth: int = 0) -> bool:
        """Whether a returned value is what was handed in, as a cache is."""
        if isinstance(value, ast.Tuple | ast.List):
            return all(self.is_input(part, depth) or self.is_empty(part) for part in value.elts)
        if not isinstance(value, ast.Name) or value.id in self.written_into or depth > 2:
            return False
        given = self.given.get(value.id, [])
        return all(self.is_input(v, depth + 1) for v in given) if given else value.id in self.parameters


def pairs(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """What is assigned to what: a, b = None, None is two assignments."""
    if isinstance(target, ast.Tuple | ast.List):
        values = parts(value)
        same = isinstance(value, ast.Tuple | ast.List) and len(values) == len(target.elts)
        yield from zip(target.elts, values if same else [value] * len(target.elts), strict=False)
    else:
        yield target, value


def is_zero(value: ast.expr | None) -> bool:
    """0, an empty container, or an array of zeros."""
    if isinstance(value, ast.Constant):
        return value.value == 0
    if isinstance(value, ast.Dict | ast.List):
        return not (value.keys if isinstance(value, ast.Dict) else value.elts)
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in ("zeros", "zeros_like", "empty_like")


def names_in(node: ast.AST | None) -> set[str]:
    return (
        {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} if node is not None else set()
    )
