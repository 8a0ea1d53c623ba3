"""A call of something that learns, made again with other weights: what it changes, and which loss it descends."""

import ast
import contextlib
import copy
import io
import itertools
import pickle
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.code import Code
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Outputs
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.implied import LOSSES
from charmlp.doctor.operation.numpy_code.names import DATA, is_truth
from charmlp.doctor.operation.numpy_code.trying.pieces import is_row
from charmlp.doctor.operation.subject import seed_all

Step = tuple[str, Any]  # an attribute of an object, or an entry of a list or dict
Path = tuple[Step, ...]
Call = tuple[FunctionType, list[str]]  # and the names of what it is given
FORWARD = re.compile(
    r"\w*(forward|predict|feed|think|send|activate|output|query|run|compute|propagate|guess|evaluate|estimate|out|y_?hat"
    r"|probs?|calc)\w*|h|p|a|o",
    re.IGNORECASE,
)
SLOPE = re.compile(r"\w*(deriv|prime|grad|delta|pd_|slope|back|_der|der_|signal|err)\w*|d[a-z]?", re.IGNORECASE)
COST = re.compile(r"\w*(cost|loss|error|mse|entropy|objective)\w*", re.IGNORECASE)
SURELY = re.compile(r"_?([a-z]+_)*(cost|loss|error)(_[a-z]+)*", re.IGNORECASE)
WANTED = re.compile(r"\w*(target|desired|expected|want|goal|ideal|label|truth|correct)\w*", re.IGNORECASE)
SURE = "sure"  # before the name of a loss that a function computes of what is given
RATE_OF_OURS = 0.0937  # no 1/N, and no number that somebody writes
SMALL, TOLERANCE = 1e-5, 1e-4
MORE = re.compile(r"decay|lambda|lamda|lmbda|^reg|l2|momentum|penalty|dropout|clip", re.IGNORECASE)
ALIKE = 0.9  # cosine of gradients that are those of a loss
LEAST = 0.5  # of those of a loss that is sure
MOST_LEAVES = 400


def state_of(
    calls: Sequence[Mapping[str, Any]], around: Mapping[str, Any], known: dict[int, Any] | None = None
) -> dict[str, Any] | None:
    """What calls are given, and the variables of their module, copied together; None where that cannot be.

    `known` is filled with the copies, by the ids of what they are of.
    """
    held = {
        name: value
        for name, value in around.items()
        if isinstance(value, list | dict | np.ndarray | float | int) and not name.startswith("__")
    }
    own = {name: v for name, v in around.items() if type(v).__module__ == around.get("__name__")}
    try:
        return copy.deepcopy({"calls": list(calls), "around": {**held, **own}}, known)
    except Exception:  # a file, a generator
        return None


def without_zeros(value: Any) -> Any:
    """Lists of numbers with others for zeros: of an input of 0 no weight learns."""
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        if value and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
            return type(value)(0.37 + 0.05 * i if one == 0 else one for i, one in enumerate(value))
        return type(value)(map(without_zeros, value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "fi" and value.ndim:
        return np.where(value == 0, 0.37 + 0.05 * np.arange(value.shape[-1]), value)
    return value


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
            elif isinstance(value, dict | list | tuple) or type(value).__module__ == module:
                if not isinstance(value, type) and not isinstance(value, FunctionType):
                    waiting.append(((*path, step), value))


def get(holder: Any, step: Step) -> Any:
    return holder[step[1]] if step[0] == "[]" else getattr(holder, step[0])


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

    @property
    def function(self) -> FunctionType:
        return self.calls[-1][0]

    @property
    def names(self) -> list[str]:
        return self.calls[-1][1]

    def run(self, changed: Mapping[Path, Array], *, watches: bool = True) -> Seen:
        """It with other numbers at some paths; what it computes is only seen if it `watches`: that takes time."""
        state = copy.deepcopy(dict(self.state))
        places = {path: (holder, step) for path, holder, step in leaves(state, self.function.__module__)}
        for path, value in changed.items():
            put(*places[path], np.asarray(value, float))
        before = {path: self.numbers(*place) for path, place in places.items()}
        around = self.function.__globals__
        kept = dict(around)
        around |= state["around"]
        values: dict[str, Array] = {}
        seed_all()
        try:
            self.note_costs(state, values)
            seed_all()
            with contextlib.ExitStack() as stack, contextlib.redirect_stdout(io.StringIO()):
                for code, lines in self.cuts:
                    stack.enter_context(code.running(once_through(code.function, code.first_line, pickle.dumps(code.tree), tuple(lines))))
                if watches:
                    sys.setprofile(self.watcher(values))
                try:
                    for (function, names), given in zip(self.calls, state["calls"], strict=True):
                        function(*(given[name] for name in names))
                finally:
                    sys.setprofile(None)
            after = {path: self.numbers(*place) for path, place in places.items()}
        finally:
            around.clear()
            around.update(kept)
        return Seen(values, before, after)

    @property
    def has_more_terms(self) -> bool:
        """Whether its steps may be those of a penalty as well, or of what was learnt before."""
        code = [f.__code__ for f in self.functions]
        return any(MORE.search(name) for one in code for name in (*one.co_names, *one.co_varnames))

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
            is_near = function.__qualname__.rpartition(".")[0] in ("", self.function.__qualname__.rpartition(".")[0])
            if not SURELY.fullmatch(name) or SLOPE.fullmatch(name.lower().replace("error", "")) or not is_near:
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

        return watch

    @cached_property
    def run_shapes(self) -> dict[Path, tuple[int, ...]]:
        """The shapes of its numbers, by their paths."""
        every = leaves(self.state, self.function.__module__)
        return {path: self.numbers(holder, step).shape for path, holder, step in every}

    @cached_property
    def rate(self) -> float:
        """The learning rate: an argument, or what an object, a class or the module has by such a name."""
        given = self.state["calls"][-1]
        objects = [held for held in given.values() if hasattr(held, "__dict__")]
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


@dataclass(frozen=True)
class Loss:
    """A loss that is seen in a run: a value of its own, or a usual one of a prediction and what is wanted."""

    value: str
    wanted: str = ""
    text: str = ""

    def of(self, seen: Seen) -> float:
        if not self.text:
            return float(seen.values[self.value])
        y, t = seen.values[self.value], seen.values[self.wanted]
        if t.size == 1 < y.size:
            t = np.eye(y.size)[int(t.ravel()[0])]
        return float(LOSSES[self.text](y.reshape(1, -1), t.reshape(1, -1)))

    @property
    def is_sure(self) -> bool:
        """Whether it is what a function computes that is called a loss."""
        return not self.text and self.value.startswith(SURE)

    @property
    def is_likely(self) -> bool:
        """Whether names say that it is of a prediction, and of what is wanted."""
        is_wanted = WANTED.fullmatch(plain(self.wanted)) or is_truth(plain(self.wanted))
        of_forward = FORWARD.fullmatch(plain(self.value)) and not SLOPE.fullmatch(plain(self.value))
        return bool(of_forward and is_wanted)

    @property
    def title(self) -> str:
        return self.text or plain(self.value)


@dataclass(frozen=True)
class Fitted:
    """A call with its weights, by the names of their groups, and the loss that it is found to descend."""

    call: HeldCall
    groups: Mapping[str, Sequence[Path]]
    start: Mapping[str, Array]
    loss: Loss
    right: int
    alike: float

    @property
    def is_right(self) -> bool:
        return self.right == len(self.groups)

    @property
    def rank(self) -> tuple[bool, bool, float, float]:
        return self.is_right, self.loss.is_sure, self.right / len(self.groups), self.alike

    def written(self) -> HandWritten:
        names = tuple(self.groups)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            changed = spread(self.call, self.groups, dict(zip(names, values, strict=False)))
            seen = self.call.run(changed, watches=not self.loss.is_sure)
            found = gradients(self.call, self.groups, seen)
            return (np.asarray(self.loss.of(seen)),), lambda upstream: [
                times(found[name], upstream[0]) for name in names
            ]

        return HandWritten(
            run, f"{self.call.function.__name__}_step", names, parameters=dict(enumerate(self.start.values())),
            note=phrase("network-loss", loss=self.loss.title), sizes={"N": 1}, is_step=True,
        )  # fmt: skip


def spread(call: HeldCall, groups: Mapping[str, Sequence[Path]], values: Mapping[str, Any]) -> dict[Path, Array]:
    """The numbers of groups, each at its path."""
    shapes = call.run_shapes
    found: dict[Path, Array] = {}
    for name, paths in groups.items():
        flat, at = np.ravel(values[name]), 0
        for path in paths:
            size = int(np.prod(shapes[path]))
            found[path] = flat[at : at + size].reshape(shapes[path])
            at += size
    return found


def gradients(call: HeldCall, groups: Mapping[str, Sequence[Path]], seen: Seen) -> dict[str, Array]:
    return {
        name: together([(seen.before[path] - seen.after[path]) / call.rate for path in paths])
        for name, paths in groups.items()
    }


def together(arrays: Sequence[Array]) -> Array:
    """One array as it is, several of one shape as rows, others one after the other."""
    if len(arrays) == 1:
        return np.asarray(arrays[0])
    if len({one.shape for one in arrays}) == 1:
        return np.stack(arrays)
    return np.concatenate([one.ravel() for one in arrays])


def fitted(call: HeldCall) -> Fitted | None:
    """Which numbers are its weights, and which loss it descends; None where that is not found."""
    given = call.state["calls"]
    rates = {n for n, value in given[-1].items() if RATE.fullmatch(n) and isinstance(value, float)}
    given = [*given[:-1], {**given[-1], **dict.fromkeys(rates, RATE_OF_OURS)}]
    call = replace(call, state={**call.state, "calls": given})
    others = [
        {name: value if name in ("self", *rates) else without_zeros(value) for name, value in of.items()}
        for of in given
    ]
    for state in ({**call.state, "calls": others} if len(others) == 1 else call.state, call.state):
        with contextlib.suppress(Exception):  # a 0 may be the number of a class
            tried = replace(call, state=state)
            return fitted_from(tried, tried.run({}))
    return None


def fitted_from(call: HeldCall, first: Seen) -> Fitted | None:
    changed = [p for p, v in first.before.items() if v.size and v.shape == first.after[p].shape
               and not np.array_equal(v, first.after[p])]  # fmt: skip
    if not changed or len(changed) > MOST_LEAVES:
        return None
    generator = np.random.default_rng(6)
    groups = grouped(changed)
    start = {
        name: together([scale(first.before[p]) * generator.standard_normal(first.before[p].shape) for p in paths])
        for name, paths in groups.items()
    }
    groups = only_weights(call, groups, start)
    return with_loss(call, groups, {name: start[name] for name in groups}) if groups else None


def scale(value: Array) -> float:
    return 0.6 if value.ndim < 2 else 0.5


def grouped(paths: Sequence[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in paths:
        found.setdefault(called(path), []).append(path)
    return found


def only_weights(
    call: HeldCall, groups: Mapping[str, Sequence[Path]], start: Mapping[str, Array]
) -> dict[str, Sequence[Path]]:
    """Those that stay what they were but for a step, and that something seen depends on."""
    base = call.run(spread(call, groups, start))
    kept: dict[str, Sequence[Path]] = {}
    generator = np.random.default_rng(3)
    for name, paths in groups.items():
        moved = {**start, name: start[name] + 1e-4 * generator.standard_normal(start[name].shape)}
        there = call.run(spread(call, groups, moved))
        delta = together([there.before[p] - base.before[p] for p in paths])
        after = together([there.after[p] - base.after[p] for p in paths])
        own = set(groups)
        depends = any(
            value.shape == there.values[key].shape and not np.array_equal(value, there.values[key])
            for key, value in base.values.items()
            if key in there.values and key.partition("/")[0].rpartition(".")[2] not in own
        )
        if depends and np.linalg.norm(after - delta) < 0.9 * np.linalg.norm(delta):
            kept[name] = paths
    return kept


def with_loss(
    call: HeldCall, groups: Mapping[str, Sequence[Path]], start: Mapping[str, Array]
) -> Fitted | None:
    """The loss with which most gradients agree; one that is called a loss before all others."""
    base = call.run(spread(call, groups, start))
    own = gradients(call, groups, base)
    generator = np.random.default_rng(1)
    moved: list[tuple[str, float, Seen, Seen]] = []
    for name, value in start.items():
        for _ in range(2):
            direction = generator.standard_normal(value.shape)
            ahead, behind = (
                call.run(spread(call, groups, {**start, name: value + h * direction})) for h in (SMALL, -SMALL)
            )
            moved.append((name, float((own[name] * direction).sum()), ahead, behind))
    analytic = np.array([slope for _, slope, _, _ in moved])
    best: Fitted | None = None
    for loss in losses(base, [s for *_, a, b in moved for s in (a, b)]):
        with contextlib.suppress(Exception):
            numeric = np.array([(loss.of(a) - loss.of(b)) / (2 * SMALL) for *_, a, b in moved])
            if not np.isfinite(numeric).all() or not numeric.any():
                continue
            good = abs(numeric - analytic) <= TOLERANCE * np.maximum(abs(numeric), 1e-3)
            right = sum(all(good[i] for i, one in enumerate(moved) if one[0] == name) for name in start)
            alike = float(analytic @ numeric) / float(np.linalg.norm(analytic) * np.linalg.norm(numeric))
            one = Fitted(call, groups, start, loss, right, abs(alike))
            rank = one.rank
            least = LEAST if loss.is_sure else ALIKE if loss.is_likely and not call.has_more_terms else 1.1
            counts = right == len(start) or abs(alike) >= least or (right and (loss.is_likely or loss.is_sure))
            if counts and (best is None or rank > best.rank):
                best = one
    return best


def losses(base: Seen, others: Sequence[Seen]) -> Iterator[Loss]:
    """The losses that a run may be of: of what depends on the weights, and of what does not as what is wanted."""
    depends = [k for k, v in base.values.items() if any(
        k in o.values and o.values[k].shape == v.shape and not np.array_equal(o.values[k], v) for o in others)]  # fmt: skip
    own = [k for k in depends if base.values[k].size == 1 and COST.fullmatch(plain(k)) and not SLOPE.fullmatch(plain(k))
           or k.startswith(SURE)]  # fmt: skip
    yield from map(Loss, own)
    fixed = [key for key in base.values if key not in depends and "()" not in key]
    wanted = [key for key in fixed if not DATA.fullmatch(plain(key)) and not RATE.fullmatch(plain(key))]
    wanted.sort(key=lambda key: not (WANTED.fullmatch(plain(key)) or is_truth(plain(key))))
    for y, t, text in itertools.product(depends, wanted, LOSSES):
        sizes = base.values[y].size, base.values[t].size
        if sizes[0] == sizes[1] or (sizes[1] == 1 and sizes[0] > 1 and is_class(base.values[t], sizes[0])):
            yield Loss(y, t, text)


def is_class(value: Array, count: int) -> bool:
    number = float(value.ravel()[0])
    return number == int(number) and 0 <= number < count


def plain(key: str) -> str:
    """The name of a variable, or of the function that returned a value."""
    return key.partition("/")[0].rpartition(".")[2].removesuffix("()")
