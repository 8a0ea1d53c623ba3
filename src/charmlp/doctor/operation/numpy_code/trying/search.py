"""The variables with which a scene runs, found by trying: what a run fails over is made in another way.

A run that fails says how far it came, and its line says which variables it failed over. These are changed,
one or two at a time; what came further is gone on with first.
"""

import time
from collections.abc import Sequence
from contextlib import suppress

from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.names import is_mask
from charmlp.doctor.operation.numpy_code.trying.choices import Choice, taken
from charmlp.doctor.operation.numpy_code.trying.conventions import conventions
from charmlp.doctor.operation.numpy_code.trying.judging import Solution, attempt
from charmlp.doctor.operation.numpy_code.trying.runs import Failure
from charmlp.doctor.operation.numpy_code.trying.scenes import Scene, takes_the_same
from charmlp.doctor.operation.numpy_code.trying.templates import BINARY, Template
from charmlp.doctor.operation.numpy_code.trying.waiting import Failures, Queue, neighbours
from charmlp.doctor.operation.options import is_option

MOST_RUNS, MOST_AFTER = 2500, 350
MOST_SECONDS = 2.5  # of processor time: for what is slow


def solved(scene: Scene, sizes: Sizes, readings: Sequence[str]) -> Solution | None:
    """The state whose gradients are right, else the one of those that run whose gradients fit best."""
    start = time.process_time()
    states = [scene.by_convention(convention) for convention in conventions()]
    if is_shown := takes_the_same(scene):  # what the program gives both fits both
        states.insert(0, scene.by_example())
    queue = Queue(states)
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
            if solution.settles and not (solution.is_right and hides):
                return solution
            if is_shown and solution.is_of_example and solution.has_shapes:
                return solution
            progress, is_of_domain = (1_000_000,), False
            roots = frozenset(n for f in (scene.value, scene.gradient) for n in taken(f))
        after += best is not None
        keys = scene.keys_of(roots, state)
        if is_of_domain:
            keys = [key + "!" for key in keys] + keys
        failures.add(state, [*keys, *(key + "!" for key in keys)])
        queue.add(progress, cost, neighbours(scene, state, keys))
    return best if best is None or best.is_right else with_mask(scene, best, sizes, readings) or best


def with_mask(scene: Scene, best: Solution, sizes: Sizes, readings: Sequence[str]) -> Solution | None:
    """It with one input that has no gradient as a mask of 0 and 1, where that makes the gradients right."""
    roots = frozenset(n for f in (scene.value, scene.gradient) for n in taken(f))
    for key in scene.keys_of(roots, best.state):
        choice = scene.chosen(key, best.state)
        if key in best.of or is_option(key) or not isinstance(choice, Template) or choice.holds_others:
            continue
        choices = scene.choices(key, best.state)
        if choice.kind == "real":
            changes = [{key + "!": BINARY}]
        elif is_mask(key):
            changes = [{key: i, key + "!": BINARY} for i, one in enumerate(choices) if is_array(one)]
        else:
            changes = [{key: i} for i, one in enumerate(choices) if is_binary(one)]
        for change in changes:
            with suppress(Failure):
                solution = attempt(scene, {**best.state, **change}, sizes, readings)
                if solution.is_right and len(solution.of) >= len(best.of):
                    return solution
    return None


def is_array(choice: Choice) -> bool:
    return isinstance(choice, Template) and choice.kind == "real" and bool(choice.shape)


def is_binary(choice: Choice) -> bool:
    return isinstance(choice, Template) and choice.kind == "binary"
