"""What a file's own run calls its functions with: inputs where nothing else tells which they take.

The last lines of a file, and what stands below `if __name__ == "__main__"`, show how its functions are meant
to be used. Where forward runs with none of the usual inputs, no object can be made with the usual arguments,
or all is right with these, the file is run once more, as a program, and watched: a mistake may show with its
own inputs only. That happens in the process that examines it only; it may read, but neither write nor delete,
start a process or use the network, and it ends after a few seconds.
"""

import ast
import builtins
import contextlib
import copy
import itertools
import math
import operator
import re
import symtable
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, ModuleType
from typing import Any

from charmlp.doctor.operation.harmless import harmless
from charmlp.doctor.operation.source import behind
from charmlp.doctor.operation.subject import quiet_and_seeded, seed_all

SECONDS = 4.0
NOTHING_NEW = 3000  # calls in a row of what has been called before: it only goes on training
MOST_NUMBERS = 200_000  # of one array
MOST_FORMS = 3  # of one function's arguments that are kept
VALUES = "data", "_data", "value", "array"  # what a value of an engine calls its array
# Methods that fill an object, by how their names begin
MAKES = re.compile(r"__init__$|_*(init|build|setup|reset|make|create|add|append|push|set|compile)")
SEEN, GOES_ON = "__charmlp_seen__", "__charmlp_goes_on__"  # what the code tells the watcher

Key = tuple[str, str, int]  # file, name and first line of a function


class EnoughSeen(BaseException):
    """Ends the run; no `except Exception` of the file's takes it for an error."""


@dataclass(frozen=True, eq=False)  # each call is one of its own
class Call:
    """One call: its arguments by name, and the object (before it) where it is a method."""

    arguments: Mapping[str, Any]
    owner: Any = None
    identity: int = 0  # of that object; the owner is a copy
    form: tuple[Any, ...] = ()  # shapes of its arguments, and settings


@dataclass
class OwnRun:
    """The run of pieces of source, each under the name of file that its functions have.

    Its objects become objects of the classes of the module that is examined, whose code it is.
    """

    pieces: Sequence[tuple[str, str]]
    module: ModuleType | None = None
    # Names of classes whose probabilities the run gives to a loss that takes logits
    softmaxed_again: set[str] = field(default_factory=set)
    variables: dict[str, Any] = field(default_factory=dict)  # of the file, when it has been run

    @cached_property
    def calls(self) -> Mapping[Key, list[Call]]:
        watcher = Watcher()
        names = {
            "__name__": "__main__", "__file__": self.pieces[0][0] if self.pieces else "",
            SEEN: watcher.see, GOES_ON: watcher.go_on,
        }  # fmt: skip
        unable = contextlib.suppress(
            OSError
        )  # to make a folder, or to know where it is: then there is no run
        with quiet_and_seeded(), unable, harmless(), self.losses(), contextlib.suppress(BaseException):
            seed_all()
            for code in [watched(source, file) for file, source in self.pieces]:
                with contextlib.suppress(Exception):  # the other cells of a notebook may run
                    exec(code, names)
        watcher.is_over = True
        for call in itertools.chain.from_iterable(watcher.calls.values()):
            self.take_over([call.owner, call.arguments], set())
        self.variables |= names
        return watcher.calls

    @contextlib.contextmanager
    def losses(self) -> Iterator[None]:
        """Where torch is used, what its losses are given is looked at as well."""
        if "torch" not in sys.modules:
            yield
            return
        from charmlp.doctor.operation.torch_losses import watched_losses

        with watched_losses() as found:
            yield
        self.softmaxed_again |= {kind.__qualname__ for kind in found.softmaxed_again}

    def take_over(self, value: Any, seen: set[int]) -> None:
        """Give objects, and all that they hold, the classes of the module."""
        if id(value) in seen:
            return
        seen.add(id(value))
        kind = type(value)
        if kind.__module__ == "__main__":
            with contextlib.suppress(TypeError, AttributeError):
                value.__class__ = operator.attrgetter(kind.__qualname__)(self.module)
        held = value if isinstance(value, list | tuple) else getattr(value, "__dict__", value)
        inside = held.values() if isinstance(held, dict) else held
        for one in inside if isinstance(held, dict | list | tuple) else ():
            self.take_over(one, seen)

    def objects_of(self, kind: type) -> Iterator[Any]:
        """Those of one class, each as it was when a method was first called that only uses it.

        Later it holds what its methods keep for each other as well.
        """
        used: set[int] = set()
        for (_, name, _), calls in self.calls.items():
            for call in calls:
                if type(call.owner) is kind and not MAKES.match(name) and call.identity not in used:
                    used.add(call.identity)
                    yield call.owner

    def calls_of(self, function: Callable[..., Any]) -> Sequence[Call]:
        """The first calls of a function of the file with arguments of different forms, if there are any."""
        code = getattr(behind(function), "__code__", None)
        key = None if code is None else (code.co_filename, code.co_name, code.co_firstlineno)
        return self.calls.get(key, ()) if key else ()


_current = OwnRun(())


def remember(pieces: Sequence[tuple[str, str]], module: ModuleType | None) -> None:
    """Of which source, and module, the run is, if anything asks for it."""
    global _current
    _current = OwnRun(pieces, module)


def complete(module: ModuleType) -> None:
    """Give a module the variables that its functions read and that only its own run makes: the data, say."""
    lacking = {name for _, source in _current.pieces for name in lacking_in(source)} - set(vars(module))
    if lacking and _current.calls is not None:
        made = {name: _current.variables[name] for name in lacking if name in _current.variables}
        _current.take_over(made, set())
        vars(module).update(made)


def lacking_in(source: str) -> set[str]:
    """The names of variables outside of them that functions of a source read."""
    try:
        waiting = [symtable.symtable(source, "source", "exec")]
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        found |= set(table.get_globals()) if isinstance(table, symtable.Function) else set()
    return found - set(dir(builtins))


def is_softmaxed_again(kind: type) -> bool:
    """Whether the own run gives the probabilities that such a module computes to a loss that takes logits."""
    sources = "".join(source for _, source in _current.pieces).lower()
    if not (re.search("cross_?entropy", sources) and re.search("(?<!log)(?<!log_)softmax", sources)):
        return False  # nothing to run it for
    return bool(_current.calls) and kind.__qualname__ in _current.softmaxed_again


def own_objects(kind: type) -> Iterator[Any]:
    """Copies of the objects that the own run of the examined file makes of a class."""
    yield from map(copy.deepcopy, _current.objects_of(kind))


_as_in: Call | None = None  # the call whose object is asked for


@contextlib.contextmanager
def as_in(call: Call) -> Iterator[None]:
    """While it lasts, objects are those of the file's own run, which its inputs fit, as in this call."""
    global _as_in
    _as_in = call
    try:
        yield
    finally:
        _as_in = None


def object_as_used(kind: type) -> Any:
    """One of a class in the own run, where that is asked for."""
    if _as_in is None:
        return None
    return copy.deepcopy(_as_in.owner) if type(_as_in.owner) is kind else next(own_objects(kind), None)


def may_run(module: ModuleType) -> bool:
    """Whether it is the module under examination, in the process that examines it."""
    return _current.module is module


def own_call(function: Callable[..., Any]) -> Call | None:
    """The first call of a function in the own run of the file that is examined; None outside its process."""
    calls = own_calls(function)
    same = (call for call in calls if _as_in is not None and call.identity == _as_in.identity)
    return next(same, next(iter(calls), None))


def own_calls(function: Callable[..., Any]) -> Sequence[Call]:
    """The first calls of a function in that run, one for each form of its arguments."""
    return _current.calls_of(function)


@dataclass
class Watcher:
    """Keeps the first calls of each function, and ends the run when it has gone on long enough."""

    calls: dict[Key, list[Call]] = field(default_factory=dict)
    ends: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    known: int = 0  # calls in a row of what has been called before
    is_over: bool = False  # objects of the run are used after it

    def see(self, file: str, name: str, line: int, arguments: Mapping[str, Any]) -> None:
        if self.is_over:
            return
        self.known += 1
        calls = self.calls.setdefault((file, name, line), [])
        if not calls:
            self.known = 0
        if len(calls) < MOST_FORMS and (form := form_of(arguments)) not in [call.form for call in calls]:
            given = {argument: kept(value) for argument, value in arguments.items()}
            calls.append(Call(given, given.get("self"), id(arguments.get("self")), form))
        self.go_on()

    def go_on(self) -> None:
        if not self.is_over and (self.known > NOTHING_NEW or time.monotonic() > self.ends):
            raise EnoughSeen


def watched(source: str, file: str) -> CodeType:
    """The source, compiled so that each function tells of its calls, and each loop asks whether to go on."""
    return compile(ast.fix_missing_locations(Telling(file).visit(ast.parse(source))), file, "exec")


class Telling(ast.NodeTransformer):
    """Puts a call of the watcher before the first statement of each function and loop."""

    def __init__(self, file: str) -> None:
        self.file = file

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        taken = node.args
        every = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
        names = [argument.arg for argument in every if argument is not None]
        given = ", ".join(f"{name!r}: {name}" for name in names)
        tells = f"{SEEN}({self.file!r}, {node.name!r}, {line}, {{{given}}})"
        return self.with_first(node, tells)

    def visit_For(self, node: ast.For) -> ast.For:
        return self.with_first(node, f"{GOES_ON}()")

    def visit_While(self, node: ast.While) -> ast.While:
        return self.with_first(node, f"{GOES_ON}()")

    def with_first(self, node: Any, tells: str) -> Any:
        self.generic_visit(node)
        first = ast.copy_location(ast.Expr(ast.parse(tells, mode="eval").body), node)
        node.body.insert(0, first)
        return node


def form_of(arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    """What may make a formula another one: the shapes of arrays, flags and words, an object's as well."""
    own = getattr(arguments.get("self"), "__dict__", None)
    held = own.values() if type(own) is dict else ()
    settings = tuple(value for value in held if type(value) in (bool, str, int, float))
    return *map(shape_of, arguments.values()), settings


def shape_of(argument: Any) -> Any:
    """Of an array, of a list, or of the array of an engine's value; a flag or a word is itself."""
    if type(argument) in (bool, str):
        return argument
    if type(argument) in (list, tuple):
        return len(argument)
    value = next((getattr(argument, name) for name in VALUES if hasattr(argument, name)), argument)
    return getattr(value, "shape", None) or type(argument)


def kept(value: Any) -> Any:
    """A copy, which what the file does later does not change; None for what cannot be copied."""
    if math.prod(getattr(value, "shape", None) or (1,)) > MOST_NUMBERS:
        return None
    try:
        if hasattr(value, "requires_grad") and hasattr(value, "detach"):
            return value.detach().clone().requires_grad_(value.requires_grad)
        return copy.deepcopy(value)
    except Exception:
        return None
