"""The scopes of a file that trains with torch, and how a mistake in one of their lines is told."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from charmlp.doctor.catalogue import page, usual_page
from charmlp.doctor.mistake import Mistake, phrase


@dataclass
class Scope:
    """A function, or what a file does at its top (name ""): its own nodes, and what its variables are."""

    name: str
    nodes: list[ast.AST]
    in_loop: bool = False  # whether all of it runs again and again
    known: Mapping[str, ast.expr] = field(default_factory=dict)

    def meant(self, node: ast.expr) -> ast.expr:
        """What a variable was given, where it was given something once."""
        return self.known.get(node.id, node) if isinstance(node, ast.Name) else node


def scopes_of(source: str) -> Iterator[Scope]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    called = {
        name for loop in ast.walk(tree) if isinstance(loop, ast.For | ast.While) for name in calls_in(loop)
    }
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(inner) for function in functions for inner in ast.walk(function)}
    top = [node for node in ast.walk(tree) if id(node) not in inside]
    yield Scope("", top, known=given_once(top))
    owners = {
        id(node): kind.name for kind in ast.walk(tree) if isinstance(kind, ast.ClassDef) for node in kind.body
    }
    for function in functions:
        nodes = list(ast.walk(function))
        owner = owners.get(id(function))
        name = f"{owner}.{function.name}" if owner else function.name
        yield Scope(name, nodes, function.name in called, given_once(nodes))


def calls_in(node: ast.AST) -> Iterator[str]:
    """The names of what is called somewhere in it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield called_name(inner)


def called_name(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def given_once(nodes: Sequence[ast.AST]) -> dict[str, ast.expr]:
    assigned = [
        node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    names = [node.targets[0].id for node in assigned if isinstance(node.targets[0], ast.Name)]
    pairs = zip(names, assigned, strict=True)
    return {name: node.value for name, node in pairs if names.count(name) == 1}


def mistake(name: str, variant: str, node: ast.expr | ast.stmt, **values: str) -> Mistake:
    words = phrase("in-line", line=node.lineno, code=ast.unparse(node))
    given: dict[str, int | str] = {"line": node.lineno, **values}
    of_name = page(name, usual_page(name))
    return Mistake(name, variant, given, confidence=0.8, evidence=(words,), page=of_name)
