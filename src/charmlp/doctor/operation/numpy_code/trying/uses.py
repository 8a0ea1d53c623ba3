"""What a function's source says of its parameters: what it looks up in them, and which ones a line uses."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from charmlp.doctor.operation.numpy_code.rates import named, rates_in
from charmlp.doctor.operation.source import definition, prefix_of

OF_ARRAYS = ("T", "shape", "dot", "sum", "mean", "ndim", "size", "reshape")


@dataclass
class Use:
    """How one parameter is used."""

    keys: list[str] = field(default_factory=list)  # strings it is indexed with
    prefixes: list[str] = field(default_factory=list)  # strings before a number that it is indexed with
    parts: list[str] = field(default_factory=list)  # names that it is unpacked into
    entries: list[list[str]] = field(default_factory=list)  # names that each of its entries is unpacked into
    is_walked: bool = False  # in a loop, or counted, or indexed by a variable
    is_array: bool = False
    is_indexed: bool = False  # by a number that stands there
    is_changed: bool = False  # in its place
    is_rate: bool = False  # all that is added to weights, or taken from them, is a multiple of it
    picks_updated: bool = False  # it says which entries of another parameter are changed in their places
    dimensions: int | None = None
    picks_of: list[str] = field(default_factory=list)  # the arrays of the module of which it says which rows
    rows: int = 0  # that these have


def uses_of(function: Any) -> Mapping[str, Use]:
    return uses_in(definition(function)) if definition(function) is not None else {}


@lru_cache(maxsize=512)
def uses_in(tree: Any) -> Mapping[str, Use]:
    found = {name: Use() for name in parameters(tree)}
    for node in ast.walk(tree):
        look_at(node, found)
    for name in rates_in(tree) & set(found):
        found[name].is_rate = True
    return found


def parameters(tree: Any) -> list[str]:
    of = tree.args
    return [a.arg for a in (*of.posonlyargs, *of.args, *of.kwonlyargs)]


def look_at(node: ast.AST, found: Mapping[str, Use]) -> None:
    """Note what one node of a tree says of the parameters."""
    match node:
        case ast.Subscript() if named(node.value) in found:
            look_at_index(node.slice, found[named(node.value)])
        case ast.Subscript(value=ast.Name(id=array), slice=ast.Name(id=index)) if index in found:
            found[index].picks_of.append(array)
        case ast.Assign(targets=[ast.Tuple() | ast.List() as target, *_]):
            names = [named(part) for part in target.elts]
            if named(node.value) in found:
                found[named(node.value)].parts = names
            if (whole := shape_of(node.value)) in found:
                found[whole].dimensions, found[whole].is_array = len(names), True
        case ast.AugAssign():
            changed = named(node.target.value if isinstance(node.target, ast.Subscript) else node.target)
            if changed in found:
                found[changed].is_changed = True
                index = named(node.target.slice) if isinstance(node.target, ast.Subscript) else ""
                if index in found:
                    found[index].picks_updated = True
        case ast.For() | ast.comprehension():
            for name, entry in walked(node.iter, node.target):
                if (use := found.get(name)) is not None:
                    use.is_walked = True
                    if isinstance(entry, ast.Tuple | ast.List):
                        use.entries.append([ast.unparse(part) for part in entry.elts])
        case ast.Call(func=ast.Name(id="len"), args=[argument]) if named(argument) in found:
            found[named(argument)].is_walked = True
        case ast.Attribute() if node.attr in OF_ARRAYS and named(node.value) in found:
            found[named(node.value)].is_array = True
        case ast.BinOp(op=ast.MatMult()):
            for side in (node.left, node.right):
                if named(side) in found:
                    found[named(side)].is_array = True


def look_at_index(index: ast.expr, use: Use) -> None:
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        use.keys += [index.value] if index.value not in use.keys else []
    elif (prefix := prefix_of(index)) is not None:
        use.prefixes += [prefix] if prefix not in use.prefixes else []
    elif isinstance(index, ast.Tuple | ast.List | ast.Slice | ast.Compare | ast.Constant):
        use.is_array |= not isinstance(index, ast.Constant)
        use.is_indexed |= isinstance(index, ast.Constant)
    else:
        use.is_walked = True


def walked(items: ast.expr, target: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that a loop walks through, each with what one entry is called."""
    if isinstance(items, ast.Call):
        called = ast.unparse(items.func)
        if called == "enumerate" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
            yield from walked(items.args[0], target.elts[1])
        elif called in ("reversed", "list", "tuple", "sorted"):
            yield from walked(items.args[0], target)
        elif called == "zip" and isinstance(target, ast.Tuple) and len(target.elts) == len(items.args):
            for one, of in zip(items.args, target.elts, strict=True):
                yield from walked(one, of)
    elif isinstance(items, ast.Subscript):
        yield from walked(items.value, target)
    else:
        yield named(items), target


def shape_of(node: ast.expr) -> str:
    """The name whose shape an expression is."""
    return named(node.value) if isinstance(node, ast.Attribute) and node.attr == "shape" else ""


# Which parameters a line depends on

Position = tuple[int, int, int, int]  # first line and column, last line and column


def roots_at(function: Any, at: Position | int) -> frozenset[str]:
    """The parameters that an expression, or the statement at a line of the file, computes with."""
    tree = definition(function)
    code = getattr(function, "__code__", None)
    if tree is None or code is None:
        return frozenset()
    shift, indent = code.co_firstlineno - 1, indent_of(function)
    if isinstance(at, int):
        return roots_in(tree, (at - shift, -1, at - shift, -1))
    return roots_in(tree, (at[0] - shift, at[1] - indent, at[2] - shift, at[3] - indent))


@lru_cache(maxsize=512)
def indent_of(function: Any) -> int:
    """By how much its source is set in, in the file."""
    try:
        first = inspect.getsourcelines(function)[0][0]
    except (OSError, TypeError, IndexError):
        return 0
    return len(first) - len(first.lstrip())


@lru_cache(maxsize=4096)
def roots_in(tree: Any, at: Position) -> frozenset[str]:
    known = origins(tree)
    if at[1] >= 0:
        inside = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Name)
            and (at[0], at[1]) <= (node.lineno, node.col_offset)
            and (node.end_lineno or 0, node.end_col_offset or 0) <= (at[2], at[3])
        ]
        found = set().union(*(known.get(n.id, set()) for n in inside))
        if found:
            return frozenset(found)
    statements = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n is not tree]
    around = [s for s in statements if s.lineno <= at[0] <= (s.end_lineno or s.lineno)]
    if not around:
        return frozenset(parameters(tree))
    inner = min(around, key=lambda s: (s.end_lineno or s.lineno) - s.lineno)
    used = {n.id for n in ast.walk(inner) if isinstance(n, ast.Name)}
    found = set().union(*(known.get(name, set()) for name in used))
    return frozenset(found) or frozenset(parameters(tree))


@lru_cache(maxsize=512)
def origins(tree: Any) -> Mapping[str, set[str]]:
    """For each variable the parameters that it is computed from."""
    known: dict[str, set[str]] = {name: {name} for name in parameters(tree)}
    for _ in range(3):
        for node in ast.walk(tree):
            if isinstance(
                node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.For | ast.comprehension | ast.NamedExpr
            ):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                source = node.iter if isinstance(node, ast.For | ast.comprehension) else node.value
                if source is None:
                    continue
                of = set().union(
                    *(known.get(n.id, set()) for n in ast.walk(source) if isinstance(n, ast.Name))
                )
                for target in targets:
                    for name in (n.id for n in ast.walk(target) if isinstance(n, ast.Name)):
                        known[name] = known.get(name, set()) | of
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                whole = named(node.func.value)
                if whole and node.func.attr in ("append", "insert", "extend"):  # caches.append((A, W))
                    of = set().union(
                        *(known.get(n.id, set()) for n in ast.walk(node) if isinstance(n, ast.Name))
                    )
                    known[whole] = known.get(whole, set()) | of
    return known
