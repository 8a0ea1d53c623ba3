"""A call of something that learns, made again with other weights: what it is given, and what it changes."""

import ast
import contextlib
import copy
import io
import pickle
import re
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.trying.pieces import is_row
from charmlp.doctor.operation.subject import seed_all

Step = tuple[str, Any]  # an attribute of an object, or an entry of a list or dict
Path = tuple[Step, ...]
Call = tuple[FunctionType, list[str]]  # and the names of what it is given
SLOPE = re.compile(
    r"\w*(deriv|prime|grad|delta|pd_|slope|back|_der|der_|signal|err)\w*|d[a-z]?", re.IGNORECASE
)
SURELY = re.compile(r"_?([a-z]+_)*(cost|loss|error)(_[a-z]+)*", re.IGNORECASE)
PENALTY = re.compile(
    r"_?(\w*decay|lamb?da\w*|lamd?a|lmbda|lam|reg\w*|beta|l2\w*|penalty\w*|C)", re.IGNORECASE
)
ROUNDING = 1e-10
SURE = "sure"  # before the name of a loss that a function computes of what is given
MORE = re.compile(r"decay|lambda|lamda|lmbda|^reg|l2|momentum|penalty|dropout|clip", re.IGNORECASE)
MOST_LEAVES = 400
DRAWS = {"choice", "choices", "randint", "integers", "sample", "randrange"}
OTHER_SEEDS = 8


def state_of(
    calls: Sequence[Mapping[str, Any]], around: Mapping[str, Any], known: dict[int, Any] | None = None
) -> dict[str, Any] | None:
    """What calls are given, and the variables of their module, copied together; None where that cannot be.

    `known` is filled with the copies, by the ids of what they are of.
    """
    kinds = (list, dict, np.ndarray, float, int)
    module = around.get("__name__")
    held: dict[str, Any] = {
        name: value
        for name, value in around.items()
        if not name.startswith("__") and (isinstance(value, kinds) or type(value).__module__ == module)
    }
    try:
        return copy.deepcopy({"calls": list(calls), "around": held}, known)
    except Exception:  # a file, a generator
        return None


def without_zeros(value: Any) -> Any:
    """Lists of numbers with others for zeros and ones: of an input of 0 no weight learns, and a factor of 1
    tells nothing. The 1 of a class stays.
    """
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        if value and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
            ones = {0: 0.37} if value.count(1) < 2 else {0: 0.37, 1: 1.21}
            return type(value)(ones[one] + 0.05 * i if one in ones else one for i, one in enumerate(value))
        return type(value)(map(without_zeros, value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "fi" and value.ndim:
        return np.where(value == 0, 0.37 + 0.05 * np.arange(value.shape[-1]), value)
    return value


def without_repeats(value: Any, others: Set[int]) -> Any:
    """A row of whole numbers with each once, and none that is among the others; anything else as it is."""
    row = value.tolist() if isinstance(value, np.ndarray) and value.dtype.kind in "iu" else value
    if not isinstance(row, list) or not all(type(one) is int for one in row):
        return value
    once = [one for one in dict.fromkeys(row) if one not in others]
    return value if len(once) in (0, len(row)) else np.array(once) if isinstance(value, np.ndarray) else once


def numbers_of(value: Any) -> Array | None:
    """A number, or numbers in an array or in lists; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float | int | np.number) or is_row(value):
        return np.asarray(value, float)
    if isinstance(value, tuple) and value and is_row(list(value)):
        return np.asarray(value, float)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fi":
        return value.astype(float)
    return None


def leaves(state: Mapping[str, Any], module: str) -> Iterator[tuple[Path, Any, Step]]:
    """The numbers in a state, each once: how it is reached, its holder and the step to it from there."""
    first, *rest = (((("[]", name),), held) for name, held in state.items())
    waiting: list[tuple[Path, Any]] = [first]
    seen: set[int] = set()
    while waiting or rest:
        waiting = waiting or [rest.pop(0)]  # what calls are given goes before what the module has
        path, holder = waiting.pop(0)
        if id(holder) in seen:
            continue
        seen.add(id(holder))
        if isinstance(holder, dict):
            entries: list[tuple[Step, Any]] = [(("[]", key), value) for key, value in holder.items()]
        elif isinstance(holder, list | tuple):
            entries = [(("[]", i), value) for i, value in enumerate(holder)]
        else:
            entries = [((name, None), value) for name, value in vars(holder).items()]
        for step, value in entries:
            is_held = isinstance(holder, dict | list) or hasattr(holder, "__dict__")
            if numbers_of(value) is not None and not isinstance(value, tuple):
                if is_held and id(value) not in seen:
                    seen |= {id(value)} if isinstance(value, list | np.ndarray) else set()
                    yield (*path, step), holder, step
            elif isinstance(value, dict | list | tuple) or is_of(module, value):
                waiting.append(((*path, step), value))


def is_penalty(name: str, value: Any) -> bool:
    """Whether it may be the strength of a penalty."""
    is_strength = PENALTY.fullmatch(name) is not None and isinstance(value, float)
    return is_strength and 0 < value < 1


def is_of(module: str, value: Any) -> bool:
    """Whether it is an object of one of the module's classes."""
    return type(value).__module__ == module and not isinstance(value, type | FunctionType)


def get(holder: Any, step: Step) -> Any:
    return holder[step[1]] if step[0] == "[]" else getattr(holder, step[0])


def place_at(state: Mapping[str, Any], path: Path) -> tuple[Any, Step] | None:
    """The holder of numbers after a run, which may have put another list in the place of one."""
    if path[0] == ("[]", "around"):
        return None
    holder: Any = state
    try:
        for step in path[:-1]:
            holder = get(holder, step)
        get(holder, path[-1])
    except (LookupError, AttributeError, TypeError):
        return None
    return holder, path[-1]


def put(holder: Any, step: Step, value: Array) -> None:
    """In the place of what is there, which may be known by other names as well."""
    now = get(holder, step)
    if isinstance(now, np.ndarray) and now.dtype.kind == "f":
        now[...] = value
    elif isinstance(now, list):
        now[:] = value.tolist()
    elif step[0] == "[]":
        holder[step[1]] = float(value) if value.ndim == 0 else value
    else:
        setattr(holder, step[0], float(value) if value.ndim == 0 else value)


def called(path: Path) -> str:
    """What the numbers at the ends of such paths are called together: those of one layer, say."""
    steps = [step for step in path[1:] if step != ("[]", "self")][path[0][1] == "calls" :]
    words, counted = [], False
    for name, key in steps:
        if name != "[]":
            words.append(name)
        elif isinstance(key, str):
            words.append(key)
        elif not counted:
            words[-1:] = [f"{words[-1] if words else ''}[{key}]"]
            counted = True
    if len(words) < 3:
        return ".".join(words)
    return ".".join([next((word for word in words if "[" in word), words[0]), words[-1]])


@dataclass
class Seen:
    """What a run came by: the numbers that functions returned, or held as variables, and its leaves."""

    values: dict[str, Array]
    before: dict[Path, Array]
    after: dict[Path, Array]


@dataclass(frozen=True)
class HeldCall:
    """Calls of functions, the last of which learns; `cuts` are loops of which one pass is made."""

    calls: Sequence[Call]
    state: Mapping[str, Any]
    functions: Sequence[FunctionType]
    cuts: Sequence[tuple[Code, Sequence[int]]]
    seed: int = 0  # of what it draws by chance
    # What it calls its loss is what its steps descend: they take gradients, by their names
    shows_loss: bool = False
    is_bare: bool = False  # without its penalty
    of_loop: bool = False  # it is a loop, whose rate may have a part of the gradients' size

    def with_other_rows(self) -> Iterator["HeldCall"]:
        """It with each row's number once among those that a loop of it goes through, given or drawn."""
        code = code_of(self.function)
        loops = [n for n in ast.walk(code.tree) if isinstance(n, ast.For)] if code is not None else []
        looped = {n.id for loop in loops for n in ast.walk(loop.iter) if isinstance(n, ast.Name)}
        *before, given = self.state["calls"]
        alone = {int(value) for value in given.values() if isinstance(value, int | np.integer)}
        once = {name: without_repeats(given[name], alone) for name in looped & set(given)}
        if any(once[name] is not given[name] for name in once):
            yield replace(self, state={**self.state, "calls": [*before, {**given, **once}]})
        if loops and DRAWS & {*self.function.__code__.co_names}:
            yield from (replace(self, seed=seed) for seed in range(1, OTHER_SEEDS))

    def with_rate(self, rate: float) -> "HeldCall | None":
        """It with another learning rate; None where the rate is neither given nor held by an object."""
        state = copy.deepcopy(dict(self.state))
        given = state["calls"][-1]
        objects = [vars(held) for held in given.values() if hasattr(held, "__dict__")]
        for place in (given, *objects):
            if names := [n for n, v in place.items() if RATE.fullmatch(n) and isinstance(v, float)]:
                place.update(dict.fromkeys(names, rate))
                return replace(self, state=state)
        return None

    def without_penalty(self) -> "HeldCall | None":
        """It with a penalty of strength 0, if that only takes something like the weights from its steps."""
        state = copy.deepcopy(dict(self.state))
        given = state["calls"][-1]
        objects = [vars(held) for held in given.values() if is_of(self.module, held)]
        objects += [vars(held) for one in objects for held in one.values() if is_of(self.module, held)]
        strengths = [(place, n) for place in (given, *objects) for n, v in place.items() if is_penalty(n, v)]
        for place, name in strengths:
            place[name] = 0.0
        other = replace(self, state=state, is_bare=True)
        return other if strengths and self.adds_like_weights(other) else None

    def adds_like_weights(self, other: "HeldCall") -> bool:
        """Whether its steps take some times each of the weights more from them than another call's."""
        ours, theirs = self.run({}), other.run({})
        changed = [p for p, v in theirs.before.items() if v.size and v.shape == theirs.after[p].shape
                   and v.dtype.kind == "f" and not np.array_equal(v, theirs.after[p])]  # fmt: skip
        factors = []
        for path in changed:
            weights, more = ours.before[path].ravel(), (theirs.after[path] - ours.after[path]).ravel()
            factor = float(more @ weights) / (float(weights @ weights) or 1.0)
            if factor < -ROUNDING or not np.allclose(more, factor * weights, rtol=1e-3, atol=ROUNDING):
                return False
            factors.append(factor)
        return any(factor > ROUNDING for factor in factors)

    @property
    def function(self) -> Any:
        return self.calls[-1][0]

    @property
    def module(self) -> str:
        return str(self.function.__module__)

    @property
    def names(self) -> list[str]:
        return self.calls[-1][1]

    def run(self, changed: Mapping[Path, Array], *, watches: bool = True) -> Seen:
        """It with other numbers at some paths; what it computes is seen if it `watches`, which takes time."""
        state = copy.deepcopy(dict(self.state))
        places = {path: (holder, step) for path, holder, step in leaves(state, self.module)}
        for path, value in changed.items():
            put(*places[path], np.asarray(value, float))
        before = {path: self.numbers(*place) for path, place in places.items()}
        around = self.function.__globals__
        kept = dict(around)
        around |= state["around"]
        values: dict[str, Array] = {}
        seed_all(self.seed)
        try:
            self.note_costs(state, values)
            seed_all(self.seed)
            with contextlib.ExitStack() as stack, contextlib.redirect_stdout(io.StringIO()):
                for code, lines in self.cuts:
                    stack.enter_context(
                        code.running(
                            once_through(
                                code.function, code.first_line, pickle.dumps(code.tree), tuple(lines)
                            )
                        )
                    )
                if watches:
                    sys.setprofile(self.watcher(values))
                try:
                    for (function, names), given in zip(self.calls, state["calls"], strict=True):
                        function(*(given[name] for name in names))
                finally:
                    sys.setprofile(None)
            places |= {path: now for path in places if (now := place_at(state, path)) is not None}
            after = {path: self.numbers(*place) for path, place in places.items()}
        finally:
            around.clear()
            around.update(kept)
        return Seen(values, before, after)

    @property
    def has_more_terms(self) -> bool:
        """Whether its steps may be those of a penalty as well, or of what was learnt before."""
        code = [f.__code__ for f in self.functions]
        return not self.is_bare and any(
            MORE.search(name) for one in code for name in (*one.co_names, *one.co_varnames)
        )

    def note_costs(self, state: Mapping[str, Any], values: dict[str, Array]) -> None:
        """What functions that are called losses make of what it is given, before it learns."""
        for cost, names in self.costs:
            given = copy.deepcopy(state["calls"])[-1]
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                numbers = numbers_of(cost(*(given[name] for name in names)))
                if numbers is not None and numbers.size == 1:
                    values[f"{SURE}.{cost.__name__}()/0"] = numbers.reshape(())

    @cached_property
    def costs(self) -> list[tuple[FunctionType, list[str]]]:
        """The functions that are called losses and take what it takes, and the names of that."""
        own = [name for name in self.names if not RATE.fullmatch(name)]
        found = []
        for function in self.functions:
            code, name = function.__code__, function.__name__
            count = code.co_argcount - len(function.__defaults__ or ())
            wanted = list(code.co_varnames[:count])
            is_near = function.__qualname__.rpartition(".")[0] in (
                "",
                self.function.__qualname__.rpartition(".")[0],
            )
            if (
                not SURELY.fullmatch(name)
                or SLOPE.fullmatch(name.lower().replace("error", ""))
                or not is_near
            ):
                continue
            if set(wanted) <= set(self.names):
                found.append((function, wanted))
            elif len(wanted) == len(own) and wanted[:1] == own[:1]:
                found.append((function, own))
        return found

    def numbers(self, holder: Any, step: Step) -> Array:
        try:
            found = numbers_of(get(holder, step))
        except (LookupError, AttributeError):
            found = None
        return np.zeros(0) if found is None else np.array(found)

    def watcher(self, values: dict[str, Array]) -> Any:
        def note(name: str, value: Any) -> None:
            parts = value if isinstance(value, tuple) and numbers_of(value) is None else (value,)
            for i, part in enumerate(parts):
                numbers = numbers_of(part)
                if numbers is None or len(values) > MOST_LEAVES:
                    continue
                values.setdefault(f"{name}/{i}", numbers.copy())
                if "()" in name:
                    values[f"{name}/{i}, last"] = numbers.copy()

        def note_object(where: str, held: Any) -> None:
            """What an object holds when a function returns; of what all layers come to the last."""
            for name, value in list(vars(held).items()):
                is_several = isinstance(value, list) and value and numbers_of(value) is None
                note(f"{where}.{name}", value[-1] if is_several else value)

        module = self.module
        names = {f.__code__: f.__qualname__ for f in self.functions}  # as they are now: code may be changed

        def watch(frame: FrameType, event: str, value: Any) -> None:
            code = frame.f_code
            if event not in ("call", "return") or (where := names.get(code)) is None:
                return
            for name, held in list(frame.f_locals.items()):
                if name != "self":
                    note(f"{where}.{name}", held)
            if event == "return":
                note(f"{where}()", value)
                for held in list(frame.f_locals.values()):
                    if is_of(module, held) and hasattr(held, "__dict__"):
                        note_object(where, held)

        return watch

    @cached_property
    def run_shapes(self) -> dict[Path, tuple[int, ...]]:
        """The shapes of its numbers, by their paths."""
        every = leaves(self.state, self.module)
        return {path: self.numbers(holder, step).shape for path, holder, step in every}

    @cached_property
    def rate(self) -> float:
        """The learning rate: an argument, or what an object, a class or the module has by such a name."""
        given = self.state["calls"][-1]
        objects = [held for held in given.values() if hasattr(held, "__dict__")]
        objects += [held for one in objects for held in vars(one).values() if is_of(self.module, held)]
        around = self.function.__globals__
        places: list[Mapping[str, Any]] = [given, *map(vars, objects), *(vars(type(one)) for one in objects)]
        places += [{**around, **self.state["around"]}]
        for place in places:
            for name, value in place.items():
                is_number = isinstance(value, float | int) and not isinstance(value, bool)
                if RATE.fullmatch(name) and is_number and value:
                    return float(value)
        return 1.0


@lru_cache(maxsize=256)
def once_through(function: FunctionType, first_line: int, pickled: bytes, lines: Sequence[int]) -> CodeType:
    """The code of a tree with one pass through the loops at some lines."""
    tree = pickle.loads(pickled)
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While) and node.lineno in lines:
            node.body.append(ast.Break())
    return Code(function, ast.fix_missing_locations(tree), first_line).compiled()
