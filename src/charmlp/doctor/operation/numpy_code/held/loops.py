"""Training loops of an example, outside all functions that learn: each as a call that can be made again.

What `for` and `while` do at the top of a file, below `if __name__ == "__main__"` or in a `main()` becomes
the body of a function. It takes the variables that are there before the loop as attributes of one object, in
which `HeldCall` finds the weights wherever they are: as variables, in lists, in layers.
"""

import ast
import builtins
import contextlib
import linecache
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.descent.expressions import (
    is_backward,
    is_called_gradient,
    name_called,
)
from charmlp.doctor.operation.numpy_code.descent.scripts import (
    LOOPS,
    parsed,
    sources_of,
    wrapped,
)
from charmlp.doctor.operation.numpy_code.descent.updates import change_of, last_name, target_of
from charmlp.doctor.operation.numpy_code.held.calls import HeldCall, state_of
from charmlp.doctor.operation.numpy_code.held.examples import (
    MOST_SECONDS,
    Example,
    Reached,
    example_of,
    functions_of,
    has_update,
    is_step,
    names_in,
    run_watched,
)
from charmlp.doctor.operation.numpy_code.held.fitting import RATE_OF_OURS
from charmlp.doctor.operation.numpy_code.held.losses import plain
from charmlp.doctor.operation.own_run import may_run
from charmlp.doctor.operation.source import uses_torch

Loop = ast.For | ast.While
NAME = "training_loop"
ATTACK = re.compile(r"\w*(adv|pert|delta|noise|attack)\w* [+-]?= ", re.IGNORECASE)
OUR_NAME = "learning_rate"  # of a rate that is only a number in the code


def found(module: ModuleType) -> Iterator["Looped"]:
    """The training loops of a module's example."""
    if not may_run(module) or uses_torch(vars(module)):
        return
    functions = functions_of(module)
    steps = {name: function for name, function in functions.items() if is_step(function, functions)}
    for within, source, body in bodies_of(module):
        for number, statement in enumerate(body):
            if isinstance(statement, LOOPS) and trains(statement, steps):
                yield Looped(module, body[:number], functions, steps, statement, within, source)


def bodies_of(module: ModuleType) -> Iterator[tuple[str, str, list[ast.stmt]]]:
    """What a file does at its top and in its main block, and in functions without arguments called there."""
    example = example_of(module)
    called = {name for statement in example for name in names_in(statement)}
    for _, source in sources_of(module) if example else ():
        yield "", source, example
        for one in parsed(source):
            if isinstance(one, ast.FunctionDef) and one.name in called and not one.args.args:
                yield one.name, source, one.body


def trains(loop: Loop, steps: Mapping[str, FunctionType]) -> bool:
    """Whether a loop changes parameters itself, or calls what does so to objects."""
    called = set(names_in(loop)) & {name.rpartition(".")[2] for name in steps}
    return bool(called) or has_update(wrapped(loop)) or bool(changes_in(loop))


def changes_in(loop: Loop) -> list[ast.expr]:
    """What a loop adds to parameters, or takes from them: a gradient, or what a backward pass returns."""
    nodes = [n for n in ast.walk(loop) if isinstance(n, ast.Assign | ast.AugAssign)]
    changes = [change_of(n) for n in nodes if not is_called_gradient(target_of(n))]
    return [change for change in changes if change is not None and any(map(is_of_gradient, ast.walk(change)))]


def is_of_gradient(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return is_backward(name_called(node))
    return isinstance(node, ast.Name | ast.Attribute) and is_called_gradient(node)


@dataclass
class Looped(Example):
    """A loop of an example; `statements` are what comes before it."""

    loop: Loop
    within: str  # the name of the function that it is in, if any
    source: str  # of the file

    @property
    def code(self) -> list[Any]:
        return [self.function, *super().code]

    @property
    def file(self) -> str:
        return self.module.__file__ or ""

    @property
    def is_attack(self) -> bool:
        """Whether it looks for an input with a large loss, or its steps have a length of their own."""
        nodes = [n for n in ast.walk(self.loop) if isinstance(n, ast.Assign | ast.AugAssign)]
        texts = [ast.unparse(n) for n in nodes if change_of(n) is not None]
        return any(ATTACK.match(text) or "sign(" in text for text in texts)

    @property
    def own_steps(self) -> list[FunctionType]:
        """The functions that take its steps; none where it takes steps itself."""
        called = set(names_in(self.loop)) if not changes_in(self.loop) else set()
        return [f for f in self.steps.values() if f.__name__ in called]

    def written(self, number: int) -> Written | None:
        """The loop of that number as code that is examined, where it is found out which loss it descends."""
        if self.function is None or self.is_attack or self.fitted is None:
            return None
        return Written(f"{NAME}_{number}" if number > 1 else NAME, (self.made,), code=tuple(self.code))

    def held(self, number: int) -> list[HeldCall]:
        if number or self.function is None:
            return []
        own = type(NAME, (), {"__module__": self.module.__name__})()
        vars(own).update((name, self.variables[name]) for name in self.names)
        rates = [n for n in self.names if RATE.fullmatch(n) and isinstance(self.variables[n], float)]
        vars(own).update(dict.fromkeys(rates or ([OUR_NAME] if self.numbers else []), RATE_OF_OURS))
        state = state_of([{"self": own}], self.variables)
        functions: list[FunctionType] = [self.function, *self.functions.values()]
        if state is None:
            return []
        call = HeldCall(
            [(self.function, ["self"])],
            state,
            functions,
            self.cuts(),
            shows_loss=self.takes_gradients,
            of_loop=True,
        )
        return [call if rates or self.numbers else with_rate_of_run(call)]

    def cuts(self) -> list[tuple[Code, list[int]]]:
        """Those of loops in it, and in what it calls, that are steps by themselves."""
        code = code_of(self.function) if self.function is not None else None
        if code is None:
            return super().cuts()
        loops = [n for n in ast.walk(code.tree) if isinstance(n, LOOPS)]
        lines = [loop.lineno for loop in loops[1:] if self.is_pass(loop)]
        return [*([(code, lines)] if lines else []), *super().cuts()]

    @cached_property
    def variables(self) -> dict[str, Any]:
        """Those that are there before the loop, or when what comes before it fails or takes too long."""
        start = time.process_time()

        def watch(frame: FrameType, event: str, _: Any) -> None:
            if time.process_time() - start > MOST_SECONDS:
                sys.setprofile(None)
                raise Reached

        return run_watched(self.statements, self.file, vars(self.module), watch)

    @cached_property
    def names(self) -> list[str]:
        """The variables that the loop uses and does not make, but for functions, classes and modules."""
        nodes = [n for n in ast.walk(self.loop) if isinstance(n, ast.Name)]
        before = {n.id for s in self.statements for n in ast.walk(s) if isinstance(n, ast.Name)}
        made = {n.id for n in nodes if isinstance(n.ctx, ast.Store)} - before
        used = {n.id for n in nodes} - made - set(dir(builtins))
        return [name for name in sorted(used) if name in self.variables and is_variable(self.variables[name])]

    @property
    def takes_gradients(self) -> bool:
        """Whether what all steps take is called a gradient, and not only an error or a delta."""
        named = [
            [n for n in ast.walk(change) if isinstance(n, ast.Name | ast.Attribute) and is_called_gradient(n)]
            for change in changes_in(self.loop)
        ]
        errors = [last_name(n) for nodes in named for n in nodes if re.search("delta|err", last_name(n))]
        return bool(named) and all(named) and not errors

    @cached_property
    def numbers(self) -> list[ast.Constant]:
        """What updates take gradients times, where no variable of the loop is called a rate: one number."""
        every = [n for n in ast.walk(self.loop) if isinstance(n, ast.Name | ast.Attribute)]
        if any(RATE.fullmatch(last_name(node)) for node in every):
            return []
        products = [n for c in changes_in(self.loop) for n in ast.walk(c) if isinstance(n, ast.BinOp)]
        sides = [side for n in products if isinstance(n.op, ast.Mult) for side in (n.left, n.right)]
        plain = [side.operand if isinstance(side, ast.UnaryOp) else side for side in sides]
        found = [one for one in plain if isinstance(one, ast.Constant) and isinstance(one.value, int | float)]
        return found if len({one.value for one in found}) == 1 else []

    @cached_property
    def lines(self) -> list[str]:
        """Those of the file; in the loop a rate that is a number has a name."""
        lines = self.source.splitlines()
        for one in sorted(self.numbers, key=lambda one: -one.col_offset):
            line, ends = lines[one.lineno - 1], one.end_col_offset
            lines[one.lineno - 1] = f"{line[: one.col_offset]}{OUR_NAME}{line[ends:]}"
        return lines

    @cached_property
    def function(self) -> Any:
        """The loop as a function of an object that has the variables; its lines keep their numbers.

        None where it cannot be one.
        """
        names = [*self.names, *([OUR_NAME] if self.numbers else [])]
        of_self = ", ".join(f"self.{name}" for name in names)
        head = [f"def {NAME}(self):", f"    {', '.join(names)}, = {of_self},"]
        above = self.loop.lineno - 1 - len(head)
        if above < 0 or not names:
            return None
        lines = self.lines[self.loop.lineno - 1 : self.loop.end_lineno]
        body = [f"    {line[self.loop.col_offset :]}" for line in lines]
        last = self.loop.body[-1]
        ends = " " * (4 + last.col_offset - self.loop.col_offset) + "break"  # one pass is made
        body.insert((last.end_lineno or last.lineno) - self.loop.lineno + 1, ends)
        text = "\n".join([*[""] * above, *head, *body, f"    {of_self}, = {', '.join(names)},"]) + "\n"
        place = f"{self.file}:{self.loop.lineno}"
        linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
        made: dict[str, Any] = {}
        try:
            exec(compile(text, place, "exec"), made)
        except SyntaxError:  # a string over several lines
            return None
        function = FunctionType(made[NAME].__code__, vars(self.module), NAME)
        function.__module__ = self.module.__name__
        return function


def with_rate_of_run(call: HeldCall) -> HeldCall:
    """A loop that makes its rate itself, with that: `lr = 0.1 if i < 1000 else 0.01`."""
    with contextlib.suppress(Exception):
        seen = call.run({}).values
        rates = [v for key, v in seen.items() if key.startswith(f"{NAME}.") and RATE.fullmatch(plain(key))]
        (own,) = call.state["calls"][-1].values()
        own.learning_rate = next((float(value) for value in rates if value.size == 1 and value), 1.0)
    return call


def place_of(function: Any) -> str:
    """The file of a function, and the line where it is a loop."""
    code = getattr(function, "__code__", None)
    return "" if code is None else str(code.co_filename)


def lines_of(function: Any) -> tuple[str, range] | None:
    """The file and the lines of the loop that such a function is; None for what is none."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_name != NAME:
        return None
    file, _, first = place_of(function).rpartition(":")
    return file, range(int(first), max(line or 0 for *_, line in code.co_lines()))  # its last line is ours


def is_variable(value: Any) -> bool:
    """Whether it is no function, class or module; a layer may be called as well."""
    return not isinstance(value, type | FunctionType | ModuleType | np.ufunc)
