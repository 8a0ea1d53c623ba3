"""Programs that learn, as their authors run them: the example at the end of a file, up to its first step.

A network of objects and lists says nowhere which arrays it takes; its example builds one, and calls what
learns. That call is held with all that it is given, and made again with other weights (`calls.py`).
"""

import ast
import contextlib
import copy
import inspect
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.handwritten import HandWritten, Sizes, Written
from charmlp.doctor.operation.harmless import harmless
from charmlp.doctor.operation.numpy_code.descent.statements import follows_given
from charmlp.doctor.operation.numpy_code.descent.updates import is_of_epochs, is_rated, rated_names
from charmlp.doctor.operation.numpy_code.held.calls import Call, HeldCall, state_of
from charmlp.doctor.operation.numpy_code.held.fitting import Fitted, fitted
from charmlp.doctor.operation.own_run import may_run
from charmlp.doctor.operation.source import uses_torch
from charmlp.doctor.operation.subject import seed_all

MOST_SECONDS = 3.0  # of processor time, for what an example does before it learns
MOST_CALLS = 3  # of those that learn, one inside the other
SAMPLES = re.compile(
    r"\b(samples?|\w*data\w*|\w*examples?|\w*inputs|\w*train\w*|points|pairs|rows|batch\w*|[xX]s?|zip)\b"
)
OF_NETWORK = re.compile(
    r"layer|neuron|node|network|weight|link|edge|unit|hidden|output|synaps", re.IGNORECASE
)


def found(module: ModuleType) -> list[Written]:
    """The first call in the example of a module of something that learns."""
    if not may_run(module) or uses_torch(vars(module)):
        return []
    functions = functions_of(module)
    steps = {name: function for name, function in functions.items() if is_step(function, functions)}
    example = example_of(module) if steps else []
    called = {node for statement in example for node in names_in(statement)}
    mains = [f for name, f in functions.items() if name in called and not f.__code__.co_argcount]
    called |= {name for f in mains for name in f.__code__.co_names}
    first = [
        name
        for name, f in steps.items()
        if name.rpartition(".")[2] in called and (f.__code__.co_argcount or len(steps) == 1)
    ]
    if not first:
        return []
    one = Example(module, example, functions, steps)
    code = code_of(functions[first[0]])
    if code is not None and follows_given(code.tree) and one.fitted is None:
        return []  # whoever hands it the gradient says more
    return [Written(first[0].split(".")[0], (one.made,), others=tuple(steps), code=tuple(one.code))]


def is_fitted(shown: Written) -> bool:
    """Whether it is found which loss an example descends."""
    one = getattr(shown.readings[0], "__self__", None)
    return isinstance(one, Example) and one.fitted is not None


def functions_of(module: ModuleType) -> dict[str, FunctionType]:
    """The functions of a module and the methods of its classes, by their qualified names."""
    own = [thing for thing in vars(module).values() if getattr(thing, "__module__", "") == module.__name__]
    methods = [
        inspect.unwrap(getattr(held, "__func__", held))
        for kind in own
        if isinstance(kind, type)
        for held in vars(kind).values()
        if callable(getattr(held, "__func__", held))
    ]
    return {f.__qualname__: f for f in (*own, *methods) if isinstance(f, FunctionType)}


def is_step(function: FunctionType, functions: Mapping[str, FunctionType], deep: int = 5) -> bool:
    """Whether it changes parameters by a rate, or calls what does; each function is looked at once."""
    seen, ahead = {function}, [function]
    for _ in range(deep + 1):
        codes = [code for one in ahead if (code := code_of(one)) is not None]
        if any(has_update(code.tree) for code in codes):
            return True
        names = {name for code in codes for name in code.function.__code__.co_names}
        called = {f for name, f in functions.items() if name.rpartition(".")[2] in names}
        ahead = list(called - seen)
        seen |= called
    return False


def has_update(tree: ast.FunctionDef) -> bool:
    """Whether something is added or taken away that a learning rate was multiplied by."""
    known = rated_names(tree)
    changes = [
        node.value if isinstance(node, ast.AugAssign) else node.right
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign | ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    ]
    return any(is_rated(change, known) for change in changes)


def example_of(module: ModuleType) -> list[ast.stmt]:
    """What a file does when it is run, without its definitions."""
    file = getattr(module, "__file__", None) or ""
    if not file.endswith(".py"):
        return []
    try:
        statements = ast.parse(Path(file).read_text(encoding="utf-8", errors="replace")).body
    except (SyntaxError, ValueError, OSError):
        return []
    definitions = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    plain = [s for s in statements if not isinstance(s, definitions)]
    return [inner for s in plain for inner in (s.body if is_main(s) and isinstance(s, ast.If) else [s])]


def is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)


def names_in(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", ""))


class Reached(BaseException):
    """The call was reached that was looked for."""


def run_watched(
    statements: list[ast.stmt],
    file: str,
    around: dict[str, Any],
    watch: Callable[[FrameType, str, Any], None],
) -> dict[str, Any]:
    """Run statements among a module's variables until they or the watch end it: these are as before then.

    Returns what they were at the end.
    """
    before = dict(around)
    seed_all()
    try:
        compiled = compile(ast.Module(statements, []), file, "exec")
        with harmless():
            sys.setprofile(watch)
            try:
                exec(compiled, around)
            finally:  # before what `harmless` has changed is put back: the watch may raise anywhere
                sys.setprofile(None)
    except (Exception, Reached, SystemExit):  # an example may do anything
        pass
    finally:
        found = dict(around)
        around.clear()
        around.update(before)
    return found


class Watch:
    """Sees an example run up to a call of what learns; `reached` are those to make again, and a state."""

    def __init__(self, example: "Example", number: int) -> None:
        self.example, self.number = example, number
        self.functions = {f.__code__: f for f in example.functions.values()}
        self.learning = {f.__code__ for f in example.steps.values()}
        self.seen: list[CodeType] = []
        self.outermost: FrameType | None = None
        self.before: dict[FrameType | None, Before] = {}
        self.reached: list[tuple[list[Call], dict[str, Any]]] = []
        self.start = time.process_time()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if time.process_time() - self.start > MOST_SECONDS or (event == "return" and frame is self.outermost):
            sys.setprofile(None)
            raise Reached
        function = self.functions.get(frame.f_code)
        if event != "call" or function is None or function.__name__ == "__init__":
            return
        names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
        given = {name: frame.f_locals[name] for name in names}
        caller = self.before.get(frame.f_back)
        if frame.f_code not in self.learning:
            is_plain = frame.f_back is not None and not frame.f_back.f_code.co_argcount
            is_other = caller is not None and not caller.add(function, given)
            is_first = caller is None and any(map(is_changeable, given.values()))
            if is_plain and (is_first or is_other):
                self.before[frame.f_back] = Before(function, given, vars(self.example.module))
        elif frame.f_code not in self.seen:
            self.reach(function, given, frame, caller)

    def reach(
        self, function: FunctionType, given: dict[str, Any], frame: FrameType, caller: "Before | None"
    ) -> None:
        self.seen.append(frame.f_code)
        if given and self.outermost is None:
            self.outermost = frame
        if len(self.seen) <= self.number:
            return
        sys.setprofile(None)
        state = state_of([given], vars(self.example.module))
        if state is not None:
            self.reached.append(([(function, list(given))], state))
        if caller is not None and caller.state is not None and caller.add(function, given):
            self.reached.append((caller.calls, caller.state))
        raise Reached


class Before:
    """Calls of an example before that of what learns, each function once; the first one's state is kept."""

    def __init__(self, function: FunctionType, given: dict[str, Any], around: Mapping[str, Any]) -> None:
        self.known: dict[int, Any] = {}
        self.state = state_of([given], around, self.known)
        self.calls: list[Call] = [(function, list(given))]
        self.kept = [given]  # what has an id that is known must not go

    def add(self, function: FunctionType, given: dict[str, Any]) -> bool:
        """One more, of the same objects; False where it has others."""
        shared = [value for value in given.values() if is_changeable(value)]
        if self.state is None or not shared or id(shared[0]) not in self.known:
            return False
        if function in [known for known, _ in self.calls]:
            return True
        with contextlib.suppress(Exception):
            self.state["calls"].append({n: copy.deepcopy(v, self.known) for n, v in given.items()})
            self.calls.append((function, list(given)))
            return True
        return False


def is_changeable(value: Any) -> bool:
    return isinstance(value, list | dict) or (hasattr(value, "__dict__") and not callable(value))


@dataclass
class Example:
    """An example, and the functions of its module, those that learn among them."""

    module: ModuleType
    statements: list[ast.stmt]
    functions: Mapping[str, FunctionType]
    steps: Mapping[str, FunctionType]

    @property
    def code(self) -> list[Callable[..., Any]]:
        """The functions, the activations' slopes in tables too."""
        tables = [held for held in vars(self.module).values() if isinstance(held, dict)]
        of_tables = [thing for table in tables for thing in table.values() if isinstance(thing, FunctionType)]
        return [*self.functions.values(), *of_tables]

    def made(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        """The same at all sizes: its author says how large it is."""
        if self.fitted is None:
            raise CannotExamineError("no-loss", name=next(iter(self.steps)))
        return self.fitted.written()

    @cached_property
    def fitted(self) -> Fitted | None:
        """The first call that is found to descend a loss; one that learns may be inside another one."""
        best = None
        for number in range(MOST_CALLS):
            fits = (fitted(call) for call in self.held(number))
            one = next((fit for fit in fits if fit is not None), None)
            if one is not None and (best is None or one.rank > best.rank):
                best = one
            if best is not None and best.is_right:
                break
        return best

    def held(self, number: int) -> list[HeldCall]:
        """The call of that number, of those that learn, with all that it is given: alone, and after others.

        Those are what the example called before with the same objects, such as a forward pass.
        """
        watch = Watch(self, number)
        run_watched(self.statements, self.file, vars(self.module), watch)
        cuts, functions = self.cuts(), list(self.functions.values())
        return [HeldCall(calls, state, functions, cuts) for calls, state in watch.reached]

    @property
    def file(self) -> str:
        return next(iter(self.functions.values())).__code__.co_filename

    def cuts(self) -> list[tuple[Code, list[int]]]:
        """The loops of what learns that go over epochs or samples, by their lines: for one pass of each."""
        found = []
        for function in self.steps.values():
            code = code_of(function)
            if code is not None:
                loops = [n for n in ast.walk(code.tree) if isinstance(n, ast.For | ast.While)]
                lines = [loop.lineno for loop in loops if self.is_pass(loop)]
                found += [(code, lines)] if lines else []
        return found

    def is_pass(self, loop: ast.For | ast.While) -> bool:
        """Whether each pass of a loop is a step by itself."""
        body = ast.FunctionDef("body", ast.arguments([], [], None, [], [], None, []), loop.body, [])
        called = {name for statement in loop.body for name in names_in(statement)}
        learns = {name.rpartition(".")[2] for name in self.steps} & called
        if not (has_update(body) or learns):
            return False
        if isinstance(loop, ast.While) or is_of_epochs(loop):
            return True
        own = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
        changed = [ast.unparse(n.target) for n in ast.walk(body) if isinstance(n, ast.AugAssign)]
        if any(set(re.findall(r"\w+", target)) & own for target in changed):
            return False  # one weight after the other
        text = ast.unparse(loop.iter)
        return bool(SAMPLES.search(text)) and not OF_NETWORK.search(text)
