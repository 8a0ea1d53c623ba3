"""The variables with which a scene runs, found by trying: what a run fails over is made in another way.

A run that fails says how far it came, and its line says which variables it failed over. These are changed, one or two
at a time; what came further is gone on with first.
"""

import heapq
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, sum_to
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, gradients_on, rate_of
from charmlp.doctor.operation.numpy_code.losses import Loss
from charmlp.doctor.operation.numpy_code.trying.conventions import conventions
from charmlp.doctor.operation.numpy_code.trying.pieces import by_leaf, changes, flattened, left_over
from charmlp.doctor.operation.numpy_code.trying.scenes import Failure, Key, Run, Scene, State, Upstream, taken
from charmlp.doctor.operation.numpy_code.trying.templates import DOMAINS, Template
from charmlp.doctor.operation.source import averages

MOST_RUNS, MOST_AFTER = 2500, 350
MOST_SECONDS = 2.5  # of processor time: for what is slow
PAIRED, PAIRED_KEYS = 9, 4  # choices of each of two variables that are changed together
STEP = 1e-5
ALIKE = 0.9  # cosine of gradients and differences
Progress = tuple[int, ...]

AS_GRADIENT, AS_UPDATE, AS_CHANGE = "gradient", "update", "change"  # what the gradient's function gives
READINGS = (AS_GRADIENT, AS_UPDATE, AS_CHANGE)


@dataclass(frozen=True)
class Solution:
    """A state with which a scene runs, how its gradients are read, and how well they fit."""

    state: State
    reading: str
    of: tuple[Key, ...]  # the leaves that have a gradient
    score: tuple[float, ...]
    is_right: bool
    is_of_batch: bool = True
    has_shapes: bool = True  # each gradient has its leaf's
    blocks_one: bool = False  # with a batch it runs as it is meant to: one sample alone would only hide mistakes

    def shows_more_than(self, other: "Solution") -> bool:
        """Whether another one would only hide what is wrong here: with one sample alone, or with fewer gradients."""
        names = {key.partition(".")[0] for key in self.of}
        return (self.blocks_one and not other.is_of_batch) or (
            self.has_shapes and len(names) > len({key.partition(".")[0] for key in other.of})
        )

    @property
    def is_telling(self) -> bool:
        """Whether it is no accident: a gradient is right, or all are alike."""
        return self.is_right or self.score[1] >= 1 or self.score[2] >= ALIKE


def leaves_of(run: Run) -> dict[Key, Any]:
    """The numbers that are made for a run and that a value may be differentiated by."""
    scene = run.scene
    found: dict[Key, Any] = {key: np.array(place.get(run.own)) for key, place in run.places.items()}
    for key in scene.keys_of(
        frozenset(n for f in (scene.value, scene.gradient) for n in taken(f)), run.state
    ):
        choice = scene.chosen(key, run.state)
        if isinstance(choice, Template) and choice.kind == "real":
            found[key] = run.fresh(key)
    return found


def gradients(run: Run, reading: str, leaves: Mapping[Key, Any]) -> dict[Key, Any]:
    """By leaf, after its value has been computed; raises what the code raises."""
    rate, before_it = run.scene.rate, {}
    if run.own is not None:
        given_rate = any(RATE.fullmatch(name) for name in taken(run.scene.gradient))
        rate = 1.0 if given_rate else rate_of(run.own, run.scene.gradient.call)
        before_it = {place: np.array(place.get(run.own), float) for place in run.places.values()}
    returned = run.given_back = run.gradient()
    names = names_of(run.scene)
    found = {}
    if returned is not None:
        found = by_leaf(returned, names, leaves, updated=reading == AS_UPDATE)
    if reading == AS_UPDATE:
        found = {
            k: (np.asarray(leaves[k], float) - v) / rate
            for k, v in found.items()
            if np.shape(v) == np.shape(leaves[k])
        }
    if reading == AS_CHANGE:
        found = {k: -v for k, v in found.items()}
    now = {key: entry for name, given in run.given.items() for key, entry in keyed(name, given)}
    before = {key: value for key, value in leaves.items() if key in now}
    in_place = changes(before, now, rate)
    if run.own is not None:
        kept = gradients_on(run.own, list(run.places.values()), before_it, rate)
        of_object = {key: g for key, g in zip(run.places, kept, strict=True) if g is not None and np.any(g)}
        found = of_object | {
            k: v for k, v in found.items() if k not in of_object or np.shape(v) == np.shape(leaves[k])
        }
    return in_place | {k: v for k, v in found.items() if k not in in_place}


def names_of(scene: Scene) -> list[str]:
    """The names in the return statement of the gradient's function, without the loss."""
    return list(Loss(scene.value).gradient_names if scene.is_both else scene.gradient.returns)


def keyed(name: str, given: Any) -> Iterator[tuple[Key, Any]]:
    for path, piece in flattened(given):
        yield ".".join([name, *map(str, path)]), piece


def outputs_led(scene: Scene, state: State) -> bool:
    """Whether the gradient's function is given an upstream gradient."""
    keys = scene.keys_of(frozenset(taken(scene.gradient)), state) if not scene.is_both else []
    return any(isinstance(scene.chosen(key, state), Upstream) for key in keys)


def upstreams_for(outputs: Sequence[Array], led: bool) -> list[Array]:
    generator = np.random.default_rng(3)
    return [
        np.asarray(generator.uniform(0.3, 1.5, np.shape(y)) * generator.choice((-1, 1), np.shape(y)))
        for y in outputs
    ]


def attempt(scene: Scene, state: State, sizes: Sizes, readings: Sequence[str]) -> Solution:
    """One run with everything that is asked of it; raises `Failure`."""
    led = outputs_led(scene, state)
    first = Run(scene, state, sizes)
    outputs = first.value()
    everything = frozenset(n for f in (scene.value, scene.gradient) for n in taken(f))
    if not led and outputs[0].size != 1:
        raise Failure((first.calls, 2, -outputs[0].ndim), frozenset(taken(scene.value)), "no loss")
    leaves = leaves_of(first)
    if not leaves:
        raise Failure((first.calls, 2), everything, "no number to differentiate by")
    if not led:
        outputs = outputs[:1]
    upstream = upstreams_for(outputs, led)
    best: Solution | None = None
    for place, reading in enumerate(readings):
        run = Run(scene, state, sizes, leaves, upstream)
        run.value()
        found = gradients(run, reading, leaves)
        left = left_over(run.given_back, names_of(scene), found)
        solution = judged(scene, state, sizes, leaves, found, upstream, led, reading, left)
        if solution is not None and (best is None or (*solution.score, -place) > best.score):
            best = replace(solution, score=(*solution.score, -place))
        if best is not None and best.is_right:
            break
    if best is not None:
        several = is_of_batch(scene, state)
        return replace(best, is_of_batch=several, blocks_one=several and (best.has_shapes or averages(scene.gradient.call)))
    raise Failure((first.calls + 1, 3), everything, "gradients of other shapes")


def is_of_batch(scene: Scene, state: State) -> bool:
    """Whether any of its variables has a dimension of samples, or of steps."""
    keys = scene.keys_of(frozenset(n for f in (scene.value, scene.gradient) for n in taken(f)), state)
    choices = [scene.chosen(key, state) for key in keys]
    return any(isinstance(one, Template) and one.kind != "size" and {"N", "S"} & set(one.shape) for one in choices)


def judged(
    scene: Scene, state: State, sizes: Sizes, leaves: Mapping[Key, Any], found: Mapping[Key, Any],
    upstream: Sequence[Array], led: bool, reading: str, left: int,
) -> Solution | None:  # fmt: skip
    """How well gradients agree with differences of the value; None where they fit in no shape."""
    fitting, summed = {}, 0
    for key, gradient in found.items():
        if gradient is None or not np.isfinite(gradient).all():
            continue
        shape = np.shape(leaves[key])
        if np.shape(gradient) == shape:
            fitting[key] = np.asarray(gradient, float)
        elif np.ndim(gradient) == 2 and np.shape(gradient) == shape[::-1]:
            fitting[key], summed = np.asarray(gradient, float).T, summed + 1
        elif (reduced := sum_to(np.asarray(gradient, float), shape)) is not None:
            fitting[key], summed = reduced, summed + 1
    if not fitting or not any(g.any() for g in fitting.values()):
        return None
    generator = np.random.default_rng(1)
    right, numeric, analytic, scale = 0, [], [], 1.0
    for key, gradient in fitting.items():
        direction = generator.standard_normal(gradient.shape)
        moved = []
        for h in (STEP, -STEP):
            at = np.asarray(leaves[key], float) + h * direction
            ys = Run(scene, state, sizes, {**leaves, key: at if at.ndim else float(at)}).value()
            given = upstream if led else [1.0]
            moved.append(sum(float(np.sum(g * y)) for g, y in zip(given, ys, strict=False)))
        n, a = (moved[0] - moved[1]) / (2 * STEP), float(np.sum(gradient * direction))
        numeric.append(n)
        analytic.append(a)
        right += abs(n - a) <= 1e-4 * max(abs(n), 1e-3) and (abs(n) > 1e-9)
    norms = float(np.linalg.norm(numeric) * np.linalg.norm(analytic))
    alike = round(abs(float(np.dot(numeric, analytic))) / norms, 4) if norms else 0.0
    is_right = right == len(fitting) and not summed and not left
    return Solution(
        state,
        reading,
        tuple(fitting),
        (is_right, right - summed / 2 - left / 2, alike, len(fitting)),
        is_right,
    )


def solved(scene: Scene, sizes: Sizes, readings: Sequence[str]) -> Solution | None:
    """The state whose gradients are right, else the one of those that run whose gradients fit best."""
    start = time.process_time()
    queue = Queue([scene.by_convention(convention) for convention in conventions()])
    failures = Failures()
    best: Solution | None = None
    after = 0
    for _ in range(MOST_RUNS):
        if (
            after > MOST_AFTER
            or time.process_time() - start > MOST_SECONDS
            or (taken_next := queue.next()) is None
        ):
            break
        cost, state = taken_next
        if failures.hold(state):
            continue
        try:
            solution = attempt(scene, state, sizes, readings)
        except Failure as failure:
            progress, roots, is_of_domain = failure.progress, failure.roots, failure.is_of_domain
        else:
            hides = best is not None and best.shows_more_than(solution)
            if not hides and (best is None or solution.score > best.score):
                best = solution
            if solution.is_right and not hides:
                return best
            progress, is_of_domain = (1_000_000,), False
            roots = frozenset(n for f in (scene.value, scene.gradient) for n in taken(f))
        after += best is not None
        keys = scene.keys_of(roots, state)
        if is_of_domain:
            keys = [key + "!" for key in keys] + keys
        failures.add(state, [*keys, *(key + "!" for key in keys)])
        queue.add(progress, cost, neighbours(scene, state, keys))
    return best


class Failures:
    """What is known to fail, whatever else is changed: some variables as they were."""

    def __init__(self) -> None:
        self.known: dict[tuple[Key, ...], set[tuple[int, ...]]] = {}

    def add(self, state: State, keys: Sequence[Key]) -> None:
        of = tuple(sorted(set(keys)))
        self.known.setdefault(of, set()).add(tuple(state.get(key, 0) for key in of))

    def hold(self, state: State) -> bool:
        return any(tuple(state.get(key, 0) for key in of) in failed for of, failed in self.known.items())


class Queue:
    """States that wait: those after which code came furthest, and those that cost least, are taken in turn.

    Of each state that was tried its neighbours wait together, the likeliest first.
    """

    def __init__(self, first: Sequence[State]) -> None:
        self.first = list(reversed(first))
        self.by_progress: list[tuple[Any, ...]] = []
        self.by_cost: list[tuple[Any, ...]] = []
        self.seen: set[tuple[Any, ...]] = set()
        self.number = 0

    def add(self, progress: Progress, cost: int, waiting: Iterator[tuple[int, State]]) -> None:
        self.number += 1
        entry = Waiting(cost, waiting)
        if entry.is_left:
            heapq.heappush(self.by_progress, (tuple(-p for p in progress), entry.cost, self.number, entry))
            heapq.heappush(self.by_cost, (entry.cost, self.number, entry))

    def next(self) -> tuple[int, State] | None:
        """The next state that has not been taken yet; None where there is none."""
        while True:
            found = (0, self.first.pop()) if self.first else self.take()
            if found is None:
                return None
            mark = tuple(sorted((key, i) for key, i in found[1].items() if i))
            if mark not in self.seen:
                self.seen.add(mark)
                return found

    def take(self) -> tuple[int, State] | None:
        of = self.by_cost if len(self.seen) % 3 == 0 else self.by_progress
        while of or (of := self.by_cost or self.by_progress):
            *priority, number, entry = heapq.heappop(of)
            if not entry.is_left:  # taken through the other queue
                continue
            cost, state = entry.take()
            priority[-1] = entry.cost
            if entry.is_left:
                heapq.heappush(of, (*priority, number, entry))
            return cost, state
        return None


class Waiting:
    """The neighbours of one state that have not been taken."""

    def __init__(self, cost: int, states: Iterator[tuple[int, State]]) -> None:
        self.base, self.states = cost, states
        self.ahead = next(states, None)

    @property
    def is_left(self) -> bool:
        return self.ahead is not None

    @property
    def cost(self) -> int:
        return self.base + 1 + self.ahead[0] if self.ahead is not None else 0

    def take(self) -> tuple[int, State]:
        assert self.ahead is not None
        cost, state = self.cost, self.ahead[1]
        self.ahead = next(self.states, None)
        return cost, state


def neighbours(scene: Scene, state: State, keys: Sequence[Key]) -> Iterator[tuple[int, State]]:
    """States with one or two of these variables changed, with what the change costs: the least first."""
    counts = {key: len(DOMAINS) if key.endswith("!") else len(scene.choices(key, state)) for key in keys}
    two = [key for key in keys if counts[key] > 1][:PAIRED_KEYS]
    for rank in range(max(counts.values(), default=0) + 2 * PAIRED):
        for key, count in counts.items():
            if rank < count and rank != state.get(key, 0):
                yield rank, {**state, key: rank}
        together = rank - 3
        for one, other in itertools.combinations(two, 2) if 0 <= together < 2 * PAIRED else ():
            for i in range(max(0, together - PAIRED + 1), min(PAIRED, together + 1)):
                j = together - i
                if (
                    i < counts[one]
                    and j < counts[other]
                    and i != state.get(one, 0)
                    and j != state.get(other, 0)
                ):
                    yield rank, {**state, one: i, other: j}
