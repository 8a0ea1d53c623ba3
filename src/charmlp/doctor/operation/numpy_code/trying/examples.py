"""What a program itself calls its functions with: its own example, below `if __name__ == "__main__"`.

The example is run once, for a second at most, and only where the program does nothing but compute.
"""

import ast
import contextlib
import copy
import functools
import io
import random
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.trying.templates import SCALE
from charmlp.doctor.operation.source import behind

MOST_SECONDS = 1.0  # of processor time
LARGE = 4.0  # where an S is flat
COMPUTING = {
    "numpy", "math", "random", "collections", "itertools", "functools", "typing", "dataclasses", "copy",
    "time", "abc", "__future__", "string", "operator",
}  # fmt: skip
NOT_COMPUTING = {
    "open", "input", "exec", "eval", "exit", "quit", "breakpoint", "sleep", "compile", "__import__", "save",
    "savez", "savetxt", "load", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap", "globals", "dump",
}  # fmt: skip
Arguments = Mapping[str, Any]


class Enough(BaseException):
    """The example has run for long enough."""


class Example:
    """A value from a program's example; the same value is the same object."""

    def __init__(self, value: Any) -> None:
        self.value = value


def arguments_of(function: Function) -> Arguments:
    """What a function is first called with in its program's example, by name; nothing where it is not."""
    plain = behind(function.call)
    module = sys.modules.get(getattr(plain, "__module__", None) or "")
    code = getattr(plain, "__code__", None)
    return {} if module is None or code is None else calls_in(module).get(code, {})


@functools.lru_cache(maxsize=4)
def calls_in(module: ModuleType) -> Mapping[CodeType, Arguments]:
    """The first call of each of a module's own functions in its example, an `Example` for each argument."""
    file = getattr(module, "__file__", None)
    if file is None or not file.endswith(".py"):
        return {}
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError):
        return {}
    statements = list(example_in(tree))
    if not statements or not only_computes(tree):
        return {}
    code = compile(ast.Module(statements, []), file, "exec")
    with as_it_was(module):
        return recorded(code, module, file)


def example_in(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of a file that define nothing, and those for when it is the program."""
    for node in tree.body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            yield from node.body
        elif not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
        ):
            yield node


def only_computes(tree: ast.Module) -> bool:
    """Whether a file uses nothing that reads, writes, draws or waits."""
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        if any(name.partition(".")[0] not in COMPUTING for name in names):
            return False
        said = getattr(node, "id", None) or getattr(node, "attr", None)
        if said in NOT_COMPUTING:
            return False
    return True


@contextlib.contextmanager
def as_it_was(module: ModuleType) -> Iterator[None]:
    """Afterwards a module's variables, and the random numbers to come, are what they were."""
    before = dict(vars(module))
    held = {n: copy.deepcopy(v) for n, v in before.items() if isinstance(v, np.ndarray | list | dict)}
    drawn, also_drawn = np.random.get_state(), random.getstate()  # noqa: NPY002 (the program's)
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            yield
    finally:
        vars(module).clear()
        vars(module).update(before)
        for name, value in held.items():
            if isinstance(value, np.ndarray):
                before[name][...] = value
            else:
                vars(module)[name] = value
        np.random.set_state(drawn)  # noqa: NPY002
        random.setstate(also_drawn)


def recorded(code: CodeType, module: ModuleType, file: str) -> Mapping[CodeType, Arguments]:
    """Runs code among a module's names and notes the first call of each function of the file."""
    found: dict[CodeType, Arguments] = {}
    ends = time.process_time() + MOST_SECONDS

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if time.process_time() > ends:
            raise Enough
        own = frame.f_code
        if event == "call" and own.co_filename == file and own is not code and own not in found:
            names = own.co_varnames[: own.co_argcount + own.co_kwonlyargcount]
            with contextlib.suppress(Exception):
                given = copy.deepcopy({name: frame.f_locals[name] for name in names})
                found[own] = {name: Example(lively(value)) for name, value in given.items()}
        return watch if own.co_filename == file else None

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        exec(code, vars(module))
    except (Enough, Exception, SystemExit):
        pass  # what was called before is known
    finally:
        sys.settrace(before)
    return found


def lively(value: Any, seed: int = 0) -> Any:
    """The same with other numbers where those are too small, too large or all alike to show a mistake."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f" or not value.size or set(np.unique(value)) == {0.0, 1.0}:
            return value
        if SCALE / 2 <= np.abs(value).max() <= LARGE and np.unique(value).size > 1:
            return value.astype(float)
        return SCALE * random_numbers(value.shape, np.random.default_rng(seed + value.size))
    if type(value) is dict:
        return {key: lively(one, seed + i) for i, (key, one) in enumerate(value.items())}
    if hasattr(value, "_fields"):
        return type(value)(*(lively(one, seed + i) for i, one in enumerate(value)))
    if type(value) in (list, tuple):
        return type(value)(lively(one, seed + i) for i, one in enumerate(value))
    return value


def real_arrays(value: Any, key: str) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of real numbers in an example, but for masks and one-hot rows, by where they are in it."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and value.size and set(np.unique(value)) != {0.0, 1.0}:
            yield key, value
    else:
        for step, one in parts_of(value):
            yield from real_arrays(one, f"{key}.{step}")


def parts_of(value: Any) -> Iterator[tuple[Any, Any]]:
    if type(value) is dict:
        yield from value.items()
    elif hasattr(value, "_fields"):
        yield from zip(value._fields, value, strict=True)
    elif type(value) in (list, tuple):
        yield from enumerate(value)


def with_leaves(value: Any, key: str, leaves: Mapping[str, Any]) -> Any:
    """A copy of an example in which other arrays take the places of some."""
    if isinstance(value, np.ndarray):
        return np.array(leaves.get(key, value))
    made = {step: with_leaves(one, f"{key}.{step}", leaves) for step, one in parts_of(value)}
    if type(value) is dict:
        return made
    if hasattr(value, "_fields"):
        return type(value)(**made)
    return type(value)(made.values()) if type(value) in (list, tuple) else copy.deepcopy(value)
