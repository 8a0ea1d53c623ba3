"""A file that trains at its top, outside all functions: each such loop as a step that takes nothing.

What a script does is run as it stands, on the variables that its file, or the cells of its notebook, have by
then; the parameters alone are given other numbers. Of each loop around an update one pass is made.
"""

import ast
import copy
import functools
import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.code import code_of
from charmlp.doctor.operation.constructor_arguments import HIDDEN
from charmlp.doctor.operation.handwritten import Sizes, Written
from charmlp.doctor.operation.numpy_code.arrays import is_number_like, is_tensor, shown
from charmlp.doctor.operation.numpy_code.descent.comparing import ALIKE, Compared, is_usual_factor
from charmlp.doctor.operation.numpy_code.descent.descents import OF_PASSES, Descent, Problem, Ran
from charmlp.doctor.operation.numpy_code.descent.expressions import is_called_gradient
from charmlp.doctor.operation.numpy_code.descent.statements import applies_given, follows_given
from charmlp.doctor.operation.numpy_code.descent.steps import Step
from charmlp.doctor.operation.numpy_code.descent.updates import (
    Updates,
    base_of,
    change_of,
    target_of,
    updates_in,
)
from charmlp.doctor.operation.numpy_code.descent.watching import watched
from charmlp.doctor.operation.numpy_code.function import Function, as_arrays, as_tensors, in_doubles
from charmlp.doctor.operation.numpy_code.held.calls import without_zeros
from charmlp.doctor.operation.numpy_code.losses.costs import COST_WORD, is_cost
from charmlp.doctor.operation.numpy_code.names import DATA, LOSS, is_truth
from charmlp.doctor.operation.options import usual_option
from charmlp.doctor.operation.own_run import own_call
from charmlp.doctor.operation.source import behind, definition, uses_torch
from charmlp.doctor.operation.subject import seed_all

NAME = "script"
TRANSPOSED = re.compile(r"\.T(\.dot\(| @ )|(@ |dot\()[\w.\[\]]+\.T\b|dot\([\w.\[\]]+\.T, ")
Place = tuple[str, int]  # a file, or a notebook's cell, and the line of a loop in it
LOOPS = (ast.For, ast.While)
HOLDERS = (np.ndarray, list, dict)  # what a loop may change in its place


def found(module: ModuleType) -> list[Written]:
    """The loops at the top of a module that change parameters by steps."""
    return [one for function in loops_of(module).values() for one in of_loop(function)]


def found_in_functions(module: ModuleType, names: Sequence[str]) -> list[Written]:
    """The functions of these names that train on the module's data, each as the loop that it comes to."""
    if uses_torch(vars(module)):
        return []
    functions = [function for name in names if (function := loop_of(module, name)) is not None]
    return [one for function in functions for one in of_loop(function)]


def with_loop(one: Written, module: ModuleType) -> Written:
    """A function that takes steps, last of all as the loop that it comes to where its module calls it."""
    for loop in found_in_functions(module, [one.name]):
        return replace(one, last=(*one.last, *loop.readings), code=(*one.code, *loop.code))
    return one


def of_loop(function: FunctionType) -> list[Written]:
    code = code_of(function)
    if code is None:
        return []
    one = Script(Function(code.function.__name__, code.function), code).with_costs()
    return [
        Written(
            one.function.name, one.readings(), code=(one.code.function,),
            other_losses=one.with_other_losses(),
        )
    ]  # fmt: skip


def loop_of(module: ModuleType, name: str) -> FunctionType | None:
    """The first training loop of a function, with its variables as they are when the module has called it."""
    file, function = getattr(module, "__file__", None) or "", behind(vars(module)[name])
    tree = definition(function)
    if isinstance(tree, ast.FunctionDef) and (follows_given(tree) or applies_given(tree)):
        return None
    for source_file, source in sources_of(module) if tree is not None else ():
        whole = next((n for n in parsed(source) if isinstance(n, ast.FunctionDef) and n.name == name), None)
        loops = [s for s in whole.body if isinstance(s, LOOPS) and steps_in(wrapped(s))] if whole else []
        if whole is None or not loops:
            continue
        around = {**vars(module), **arguments_of(function)}
        before = ast.Module(whole.body[: whole.body.index(loops[0])], [])
        seed_all()
        with redirect_stdout(StringIO()):
            try:
                exec(compile(before, file, "exec"), around)
            except Exception:  # what it is given is known to nobody
                return None
        return as_function(module, (source_file, loops[0].lineno), source, loops[0], name, around)
    return None


def arguments_of(function: Callable[..., Any]) -> dict[str, Any]:
    """What a function is given in the file's own run, else what its parameters' names and defaults say."""
    parameters = inspect.signature(function).parameters.values()
    given = {
        p.name: (usual_option(p.name) or HIDDEN) if p.default is p.empty else p.default for p in parameters
    }
    call = own_call(function)
    return given if call is None else {**given, **{n: telling(v) for n, v in call.arguments.items()}}


def telling(value: Any) -> Any:
    """A copy; in rows of plain numbers others stand for zeros and ones, which hide a factor, but for a class,
    which is what comes last.
    """
    if isinstance(value, list) and value and all(isinstance(row, list) and len(row) > 1 for row in value):
        return [[*without_zeros([*row[:-1], 1])[:-1], row[-1]] for row in copy.deepcopy(value)]
    return copy.deepcopy(value)


@functools.lru_cache(maxsize=8)
def loops_of(module: ModuleType) -> Mapping[Place, FunctionType]:
    """Each training loop at the top as a function, by its place."""
    loops = [
        ((file, loop.lineno), source, loop)
        for file, source in sources_of(module)
        for loop in loops_in(source)
    ]
    return {
        place: as_function(module, place, source, loop, f"{NAME}_{i}" if i > 1 else NAME)
        for i, (place, source, loop) in enumerate(loops, 1)
    }


def sources_of(module: ModuleType) -> list[tuple[str, str]]:
    """The module's file, or each cell of its notebook."""
    file = getattr(module, "__file__", None) or ""
    if file.endswith(".py"):
        return [(file, Path(file).read_text(encoding="utf-8", errors="replace"))]
    cells = [name for name in linecache.cache if name.startswith(f"{Path(file).name}[")] if file else []
    return [(name, "".join(linecache.getlines(name))) for name in cells]


def loops_in(source: str) -> list[ast.For | ast.While]:
    """Those of the statements at the top in which a parameter is updated."""
    loops = [s for s in parsed(source) if isinstance(s, LOOPS)]
    return [s for s in loops if steps_in(wrapped(s)) is not None and not asks_engine(s)]


def parsed(source: str) -> list[ast.stmt]:
    """The statements at the top of a source."""
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def asks_engine(loop: ast.stmt) -> bool:
    """Whether an engine computes gradients in it: loss.backward()."""
    calls = [node.func for node in ast.walk(loop) if isinstance(node, ast.Call)]
    return any(isinstance(called, ast.Attribute) and called.attr == "backward" for called in calls)


def wrapped(loop: ast.stmt) -> ast.FunctionDef:
    return ast.FunctionDef(NAME, ast.arguments([], [], None, [], [], None, []), [loop], [])


def steps_in(tree: ast.FunctionDef) -> Updates | None:
    """The updates of what is no gradient that is added up, and does not begin anew with each pass."""
    found = updates_in(tree, is_of_gradient)
    if found is None:
        return None
    assigned = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and n not in found.statements]
    anew = {
        name.id for n in assigned for t in n.targets for name in ast.walk(t) if isinstance(name, ast.Name)
    }
    steps = [s for s in found.statements if not is_called_gradient(target_of(s))]  # type: ignore[arg-type]
    names = [base_of(target_of(s)) for s in steps]  # type: ignore[arg-type]
    kept = [(s, name) for s, name in zip(steps, names, strict=True) if name not in anew]
    if not kept:
        return None
    return Updates(tree, tuple(s for s, _ in kept), tuple(dict.fromkeys(name for _, name in kept)))


def is_of_gradient(node: ast.Assign | ast.AugAssign, change: ast.expr) -> bool:
    """Whether a parameter changes by a gradient without a rate, or with one that is called otherwise.

    A product with a transposed matrix that is added on is one too: `syn0 += l0.T.dot(l1_error)`.
    """
    target = target_of(node)
    name = getattr(target, "id", "")
    if is_called_gradient(target) or (len(name) > 1 and LOSS.fullmatch(name)):
        return False
    is_led_back = isinstance(node, ast.AugAssign) and TRANSPOSED.search(ast.unparse(change)) is not None
    return is_led_back or any(isinstance(n, ast.Name) and is_called_gradient(n) for n in ast.walk(change))


def as_function(
    module: ModuleType, place: Place, source: str, loop: ast.For | ast.While, name: str,
    around: dict[str, Any] | None = None,
) -> FunctionType:  # fmt: skip
    """The loop as the body of a function whose variables are the module's, or others; its lines keep their
    numbers.
    """
    assigned = {n.id for n in ast.walk(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    head = [f"def {name}():", f"    global {', '.join(sorted(assigned))}"]
    lines = source.splitlines()[loop.lineno - 1 : loop.end_lineno]
    above = max(loop.lineno - 1 - len(head), 0)
    text = "\n".join([*[""] * above, *head, *(f"    {line[loop.col_offset :]}" for line in lines)]) + "\n"
    file = f"{place[0]}:{place[1]}"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    made: dict[str, Any] = {}
    exec(compile(text, file, "exec"), made)
    code = made[name].__code__
    function = FunctionType(code, vars(module) if around is None else around, name)
    function.__module__ = module.__name__
    return function


@dataclass(frozen=True)
class Script(Step):
    """A loop at the top of a file, as a function that takes nothing and changes the module's variables."""

    @cached_property
    def updates(self) -> Updates:
        updates = steps_in(self.code.tree)
        assert updates is not None
        return updates

    def with_costs(self) -> "Script":
        """It with the losses among the module's functions that it calls, or has all inputs of."""
        own = [thing for name, thing in self.code.function.__globals__.items() if is_plain(name, thing)]
        costs = [one for one in (Function(f.__name__, f) for f in own) if self.is_cost(one)]
        used = [c for c in costs if c.name in self.names or self.has_all_of(c)]
        return replace(self, costs=tuple(used)) if self.is_sure else self

    def is_cost(self, function: Function) -> bool:
        """Whether it is a loss: of targets, or of the parameters alone, with the module's own data."""
        required = function.required
        of_parameters = bool(required) and set(required) <= {*self.bundles, *self.updates.names}
        return is_cost(function) or (of_parameters and bool(COST_WORD.search(function.name)))

    def has_all_of(self, cost: Function) -> bool:
        """Whether a loss takes variables of the loop, or its parameters with data and targets."""
        wanted = set(cost.required) - set(self.names)
        return not wanted or (
            bool(set(cost.required) & set(self.updates.names))
            and all(DATA.fullmatch(name) or is_truth(name) for name in wanted)
        )

    @cached_property
    def names(self) -> list[str]:
        """The module's variables that it uses."""
        return list(self.code.function.__code__.co_names)

    def run(self, problem: Problem, starts: Mapping[str, Any], weights: Sequence[Any]) -> Ran:
        ran = Ran()
        with self.own_variables() as around:
            for name in self.updates.names:
                of_tensor = is_tensor(around[name])
                value = np.array(starts.get(name, shown(around[name])), dtype=float)
                around[name] = as_tensors(value) if of_tensor else value if value.ndim else float(value)
                ran.before[name] = np.copy(value)

            def see(of_passes: Mapping[str, Any]) -> None:
                own = {name: around[name] for name in self.names if name in around} | dict(of_passes)
                ran.see({n: v if isinstance(v, ModuleType) else as_arrays(v) for n, v in own.items()})

            with watched(self.code, lambda name, value: value, see, steps_in, every=True):
                self.code.function()
            ran.after = {name: np.array(shown(around[name]), float) for name in ran.before}
        if any(np.shape(ran.after[name]) != np.shape(value) for name, value in ran.before.items()):
            raise ValueError("a step changes the shape of a parameter")
        ran.rate = self.rate(None, ran)
        return ran

    @contextmanager
    def own_variables(self) -> Iterator[dict[str, Any]]:
        """The module's variables, which are afterwards what they were before; floats are float64."""
        around = self.code.function.__globals__
        before = dict(around)
        around |= {name: doubled(around[name]) for name in self.names if is_holder(around.get(name))}
        seed_all()
        try:
            with in_doubles(before):
                yield around
        finally:
            around.clear()
            around.update(before)

    def rate(self, own: Any, ran: Ran) -> float:
        """Of a step without a learning rate of such a name: the numbers that it takes its gradient times."""
        if self.updates.rates:
            return super().rate(own, ran)
        for node in self.updates.statements:
            change = change_of(node)  # type: ignore[arg-type]
            taken = [n for n in ast.walk(change) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult)]  # type: ignore[arg-type]
            for side in (side for product in taken for side in (product.left, product.right)):
                factor = side.operand if isinstance(side, ast.UnaryOp) else side
                value: Any = ran.first.get(getattr(factor, "id", ""), getattr(factor, "value", None))
                if is_number_like(value) and np.ndim(value) == 0 and 0 < value < 1:
                    return float(value)
        return 1.0

    # What it descends

    def problems(self, sizes: Sizes, dtype: np.dtype) -> Iterator[Problem]:
        """One for each of its variables that may be what should come of the data; last one without."""
        nothing = np.zeros(0)
        ran = self.run(Problem(None, [], {}, nothing, nothing, {}), {}, [])
        others = {n: v for n, v in ran.first.items() if n not in ran.before and is_number_like(v)}
        tables = [v for v in others.values() if np.ndim(v) == 2]  # where no name says which are the data
        data = next((v for n, v in others.items() if DATA.fullmatch(n) and np.ndim(v)), [*tables, nothing][0])
        for name, value in ran.first.items():
            plain = name.removesuffix(OF_PASSES)
            if is_truth(plain) and is_number_like(value) and name not in ran.before:
                truth = np.asarray(value, dtype)
                n = len(truth) if truth.ndim else 1
                its_data = data if len(data) == n else next((v for v in tables if len(v) == n), data)
                yield Problem(None, [], {}, its_data, truth, {"N": n, "C": truth.size // max(n, 1)})
        yield Problem(None, [], {}, data, nothing, {"N": max(len(data), 1)})

    def parameters_for(self, problem: Problem, dtype: np.dtype) -> dict[str, Array]:
        generator = np.random.default_rng(6)
        shapes = {name: np.shape(self.code.function.__globals__[name]) for name in self.updates.names}
        return {
            name: (0.4 * random_numbers(shape, generator)).astype(dtype) for name, shape in shapes.items()
        }

    def agreements(
        self, problem: Problem, parameters: Mapping[str, Array], least: float = ALIKE
    ) -> Iterator[tuple[Descent, tuple[bool, float, float]]]:
        every = list(super().agreements(problem, parameters, least))
        every = [(one, how) for one, how in every if self.is_called(one) or how[1] or how[2] >= ALIKE]
        own = [one for one in every if one[0].is_own]
        yield from own if own and self.is_sure else every

    def judged(self, found: Sequence[Compared], problem: Problem, size: int) -> list[Compared]:
        """Whoever steps in deltas may descend so many times the loss that he shows."""
        if self.is_sure or any(one.agreement[1] == size for one in found):
            return super().judged(found, problem, size)
        times = [
            one.times(abs(factor))
            for one in found
            if one.descent.is_own and one.descent.cost is None
            for factor in dict.fromkeys(one.factors.values())
            if factor is not None and is_usual_factor(abs(factor), problem)
        ]
        return times or super().judged(found, problem, size)

    def is_called(self, descent: Descent) -> bool:
        """Whether the loop itself computes the loss; another one of the module only seems to be meant."""
        return descent.cost is None or descent.cost.name in self.names

    def cost(self, cost: Function, problem: Problem, ran: Ran, prediction: str) -> Any:
        """Of the data that go with the targets: a batch, and not all of which it is a part."""
        n = problem.sizes["N"]
        others = {name for name, v in ran.first.items() if DATA.fullmatch(name) and np.shape(v)[:1] != (n,)}
        if len(problem.data) == n:
            ran = replace(ran, first={name: v for name, v in ran.first.items() if name not in others})
        return super().cost(cost, problem, ran, prediction)

    def loss(self, descent: Descent, problem: Problem, ran: Ran) -> float:
        """A loss of its own is what it was before the first update; of all those of a training, their sum."""
        if not descent.is_own or descent.cost is not None:
            return super().loss(descent, problem, ran)
        value = ran.last[descent.variable]
        return descent.turned(
            np.sum(ran.first.get(descent.variable, value) if np.size(value) == 1 else value)
        )

    def has_another_loss(self, problem: Problem, parameters: Mapping[str, Array], descent: Descent) -> bool:
        """What a script shows on the way may be any measure of how well it does."""
        return False

    def is_loss(self, name: str, value: Any) -> bool:
        of_training = not {"val", "valid", "test", "dev"} & set(name.lower().split("_"))
        return (
            of_training and bool(LOSS.fullmatch(name)) and not self.is_difference(name) and np.size(value) > 0
        )


def is_plain(name: str, thing: Any) -> bool:
    return isinstance(thing, FunctionType) and thing.__name__ == name


def is_holder(value: Any) -> bool:
    return isinstance(value, HOLDERS) or is_tensor(value)


def doubled(value: Any) -> Any:
    """A copy of what a loop may change in its place, float32 as float64."""
    if is_tensor(value):
        kept = value.detach().clone()
        return kept.double() if kept.is_floating_point() else kept
    is_single = getattr(value, "dtype", None) == np.float32
    return value.astype(float) if is_single else copy.deepcopy(value)
