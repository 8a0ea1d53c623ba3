"""The functions of a file, each with its statements that compute gradients, and what it does at its top."""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.numpy_code.descent.expressions import is_optimizer
from charmlp.doctor.operation.numpy_code.descent.scripts import loops_of
from charmlp.doctor.operation.numpy_code.descent.statements import (
    Spot,
    own_statements,
    spots_at_top,
    spots_in,
)
from charmlp.doctor.operation.source import behind

Place = tuple[str, int]  # a file, or a notebook's cell, and a line of it


@dataclass(frozen=True)
class Piece:
    """A file, or a cell of a notebook: its source, and the name of file that its functions have."""

    file: str
    source: str
    cell: int | None = None


@dataclass
class Part:
    """A function or method with gradients in it, or (name "") what a piece does at its top.

    `code` is None where it cannot be watched: it is no object of the module, or has been wrapped.
    """

    name: str
    place: Place
    spots: list[Spot]
    first_line: int = 1  # of the source that the lines of the spots count in
    code: Code | None = None
    cell: int | None = None
    seen: set[int] = field(default_factory=set)  # the spots whose values were judged
    ran: set[int] = field(default_factory=set)  # the spots that ran at all

    def line_of(self, spot: Spot) -> int:
        return self.first_line + spot.line - 1


def parts_of(module: ModuleType, pieces: Sequence[Piece]) -> list[Part]:
    """Those of the module's source that have any such statement, in its order."""
    objects = {place_of(function): function for function in functions_of(module)}
    loops = loops_of(module)
    return [part for piece in pieces for part in of_piece(piece, objects, loops) if part.spots]


def of_piece(piece: Piece, objects: dict[Place, Any], loops: Mapping[Place, Any]) -> Iterator[Part]:
    try:
        tree = ast.parse(piece.source)
    except (SyntaxError, ValueError, RecursionError):
        return
    yield from of_statements(tree.body, piece, objects, "")
    top = [s for s in tree.body if not isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    codes = {s: code_of(loops[place]) for s in top if (place := (piece.file, s.lineno)) in loops}
    for code in filter(None, codes.values()):
        spots = spots_in(code.tree, names_of(tree.body))
        yield Part("", place_of(code.function), spots, code.first_line, code, piece.cell)
    spots = spots_at_top([s for s in top if codes.get(s) is None], names_of(tree.body))
    yield Part("", (piece.file, spots[0].line if spots else 1), spots, cell=piece.cell)


def of_statements(
    body: Sequence[ast.stmt], piece: Piece, objects: dict[Place, Any], owner: str
) -> Iterator[Part]:
    siblings = names_of(body)
    for statement in own_statements(body):
        if isinstance(statement, ast.ClassDef) and not is_optimizer(statement.name):
            yield from of_statements(statement.body, piece, objects, f"{owner}{statement.name}.")
        elif isinstance(statement, ast.FunctionDef):
            first = min([statement.lineno, *(d.lineno for d in statement.decorator_list)])
            place = (piece.file, first)
            code = code_of(objects[place]) if place in objects else None
            name = f"{owner}{statement.name}"
            if code is None:
                yield Part(name, place, spots_in(statement, siblings), cell=piece.cell)
            else:
                spots = spots_in(code.tree, siblings)
                yield Part(name, place, spots, code.first_line, code, piece.cell)


def names_of(body: Sequence[ast.stmt]) -> frozenset[str]:
    return frozenset(s.name for s in own_statements(body) if isinstance(s, ast.FunctionDef))


def functions_of(module: ModuleType) -> Iterator[Any]:
    """Every function and method that the module holds, without what wraps it."""
    waiting, known = list(vars(module).values()), set()
    while waiting:
        thing = waiting.pop()
        if id(thing) in known:
            continue
        known.add(id(thing))
        if isinstance(thing, type):
            if thing.__module__ == module.__name__:
                waiting += vars(thing).values()
            continue
        if isinstance(thing, property):
            waiting += [thing.fget, thing.fset]
        try:
            plain = (
                behind(thing) if callable(thing) or isinstance(thing, staticmethod | classmethod) else None
            )
        except Exception:  # an object may answer anything when it is asked for an attribute
            continue
        if inspect.isfunction(plain):
            yield plain


def place_of(function: Any) -> Place:
    code = behind(function).__code__
    return code.co_filename, code.co_firstlineno
