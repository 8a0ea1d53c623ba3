"""The code of a function, which may be another one for a while."""

import ast
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from charmlp.doctor.operation.source import behind, source_of

Slot = tuple[ast.AST, str, int | None, Any]  # an owner, its field, the index in it, and what is there
SEEN = "__charmlp_seen__"  # the name, in a function's module, of what notes the values of expressions


@dataclass(frozen=True)
class Code:
    """A function with the tree of its source, in which places may be changed before it is compiled."""

    function: FunctionType
    tree: ast.FunctionDef
    first_line: int  # of its source in the file

    def line_of(self, node: ast.AST) -> int:
        return self.first_line + getattr(node, "lineno", 1) - 1

    def compiled(self) -> CodeType:
        """The tree as it stands; raises `SyntaxError` and its like where it is no code."""
        closed_over = self.function.__code__.co_freevars
        definition: ast.stmt = self.tree
        owner = self.function.__qualname__.rpartition(".")[0]
        if owner.isidentifier() and not closed_over:  # a class, whose private names are its own: self.__w
            definition = ast.parse(f"class {owner}: pass").body[0]
            assert isinstance(definition, ast.ClassDef)
            definition.body = [self.tree]
        if closed_over:
            definition = ast.parse(f"def _({', '.join(closed_over)}): pass").body[0]
            assert isinstance(definition, ast.FunctionDef)
            definition.body = [self.tree]
        found = code_named(
            compile(ast.Module([definition], []), self.function.__code__.co_filename, "exec"), self.tree.name
        )
        if found is None or found.co_freevars != closed_over:
            raise SyntaxError("it closes over other names")
        return found

    @contextmanager
    def running(self, compiled: CodeType | None = None) -> Iterator[None]:
        """The function does what the tree says now, or other code of its own."""
        own, self.function.__code__ = self.function.__code__, compiled or self.compiled()
        try:
            yield
        finally:
            self.function.__code__ = own


@functools.lru_cache(maxsize=512)  # whoever changes its tree changes it for all
def code_of(function: Callable[..., Any]) -> Code | None:
    """None where there is no source, or it is no plain definition."""
    plain = behind(function)
    if not inspect.isfunction(plain):
        return None
    try:
        tree = ast.parse(source_of(plain))
    except (SyntaxError, ValueError, RecursionError):
        return None
    own = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == plain.__name__]
    if len(own) != 1:
        return None
    own[0].decorator_list = []
    code = Code(plain, own[0], plain.__code__.co_firstlineno)
    try:
        code.compiled()
    except (SyntaxError, ValueError):
        return None
    return code


def code_named(code: CodeType, name: str) -> CodeType | None:
    """The code of a function of this name, in that of what it is defined in."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == name:
                return constant
            if (inner := code_named(constant, name)) is not None:
                return inner
    return None


def with_helpers(functions: Sequence[Callable[..., Any]]) -> list[FunctionType]:
    """The functions, and those of the same module that they call: by name, on `self` or on another object,
    or as what the constructor has put on `self`.
    """
    found = list(dict.fromkeys(plain for one in functions if inspect.isfunction(plain := behind(one))))
    for function in found:  # grows on the way
        around = function.__globals__
        owner = around.get(function.__qualname__.rpartition(".")[0])
        names = list(names_in(function.__code__))
        if isinstance(owner, type) and (made := vars(owner).get("__init__")) is not None:
            names += names_in(behind(made).__code__)  # self.activation = sigmoid
        kinds = [one for one in around.values() if issubclass(type(one), type)]  # whatever it says it is
        for name in names:
            called = inspect.unwrap(thing) if callable(thing := around.get(name)) else None
            methods = [vars(kind).get(name) for kind in kinds]
            own = inspect.getattr_static(owner, name, None) if isinstance(owner, type) else None
            for one in (called, *(getattr(method, "__func__", method) for method in (own, *methods))):
                if inspect.isfunction(one) and one.__module__ == function.__module__ and one not in found:
                    found.append(one)
    return found


def is_summed_by_caller(function: Callable[..., Any]) -> bool:
    """Whether another function of its module calls it and sums: then it works element by element, and which
    shapes its gradients have in the end is decided there."""
    return any("sum" in names for names in names_of_callers(function))


def names_of_callers(function: Callable[..., Any]) -> list[set[str]]:
    """What the functions and methods of its module name that call it."""
    plain = behind(function)
    around = getattr(plain, "__globals__", {})
    own = [thing for thing in around.values() if getattr(thing, "__module__", None) == plain.__module__]
    methods = [method for kind in own if isinstance(kind, type) for method in vars(kind).values()]
    callers = [behind(one) for one in (*own, *methods) if callable(one) or isinstance(one, staticmethod)]
    called = [set(names_in(one.__code__)) for one in callers if inspect.isfunction(one) and one is not plain]
    return [names for names in called if plain.__name__ in names]


def names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


@contextmanager
def noting(
    code: Code, places: Sequence[Slot], shapes: dict[int, set[tuple[int, ...]]] | None = None
) -> Iterator[dict[int, Any]]:
    """While it runs: what the expressions at these places come to, by their numbers; the last of each.

    Those of its parameters are −1, −2, …. `shapes` is given every shape that each had.
    """
    seen: dict[int, Any] = {}
    every: dict[int, set[tuple[int, ...]]] = {} if shapes is None else shapes

    def note(number: int, value: Any) -> Any:
        plain = value.detach().numpy() if hasattr(value, "detach") else value
        seen[number] = np.array(plain) if isinstance(plain, np.ndarray) else plain
        every.setdefault(number, set()).add(np.shape(plain) if isinstance(plain, np.ndarray) else ())
        return value

    parameters = [argument.arg for argument in code.tree.args.args]
    marks = ast.parse("\n".join(f"{SEEN}({~i}, {name})" for i, name in enumerate(parameters))).body
    code.tree.body[:0] = marks
    try:
        with running_with(code, SEEN, note, list(enumerate(places))):
            yield seen
    finally:
        del code.tree.body[: len(marks)]


@contextmanager
def running_with(
    code: Code, name: str, function: Callable[[Any, Any], Any], places: Sequence[tuple[Any, Slot]]
) -> Iterator[None]:
    """While it runs: what the expressions at numbered places come to goes through a function of that name."""
    around = code.function.__globals__
    is_first = name not in around  # functions of one module share it
    for number, (parent, field, index, node) in places:
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(number), node], [])
        put(parent, field, index, located(call, node.lineno))
    around[name] = function
    try:
        with code.running():
            yield
    finally:
        if is_first:
            around.pop(name, None)
        for _, slot in reversed(places):
            put(*slot)


def altered(value: Any, kinds: str = "biufcO") -> Any:
    """Other numbers of the same shape, where NumPy has them of one of these kinds; all else as it is."""
    if type(value) in (tuple, list):
        parts = [altered(one, kinds) for one in value]
        return type(value)(parts) if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict):
        return {key: altered(one, kinds) for key, one in value.items()}
    if hasattr(value, "requires_grad"):
        return value * 3 + 1
    if not isinstance(value, int | float | np.generic | np.ndarray):
        return value
    number: Any = value
    kind = np.asarray(number).dtype.kind
    if kind not in kinds:
        return value
    return np.logical_not(number) if kind == "b" else number * 3 + 1


def located(node: Any, line: int) -> Any:
    """A node with a place in the file, as the compiler wants it; what has one keeps it, and so inside."""
    for new in node if isinstance(node, list) else [node]:
        line_here = line
        if "lineno" in new._attributes:
            if not hasattr(new, "lineno"):
                new.lineno = new.end_lineno = line
                new.col_offset = new.end_col_offset = 0
            line_here = new.lineno
        for inner in ast.iter_child_nodes(new):
            located(inner, line_here)
    return node


def put(parent: ast.AST, field: str, index: int | None, node: Any) -> None:
    """Another node in the place of the one that is there."""
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node
