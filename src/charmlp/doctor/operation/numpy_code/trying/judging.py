"""How well the gradients of a run agree with differences of its value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, sum_around, sum_to
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, gradients_on, rate_of
from charmlp.doctor.operation.numpy_code.losses.with_gradient import Loss
from charmlp.doctor.operation.numpy_code.names import DATA
from charmlp.doctor.operation.numpy_code.trying.choices import Key, Part, Upstream, taken
from charmlp.doctor.operation.numpy_code.trying.examples import real_arrays
from charmlp.doctor.operation.numpy_code.trying.pieces import by_leaf, changes, flattened, left_over
from charmlp.doctor.operation.numpy_code.trying.runs import Failure, Run
from charmlp.doctor.operation.numpy_code.trying.scenes import Scene, State
from charmlp.doctor.operation.numpy_code.trying.templates import Template
from charmlp.doctor.operation.options import is_strength
from charmlp.doctor.operation.source import averages

STEP, DIRECTIONS = 1e-5, 3
DELTA = re.compile(r"_?(deltas?|\w+_deltas?|delta_\w+|err|errors?)", re.IGNORECASE)
ALIKE = 0.9  # cosine of gradients and differences
AS_GRADIENT, AS_UPDATE, AS_CHANGE, AS_ASCENT = (
    "gradient",
    "update",
    "change",
    "ascent",
)  # what the gradient's function gives


@dataclass(frozen=True)
class Solution:
    """A state with which a scene runs, how its gradients are read, and how well they fit."""

    state: State
    reading: str
    of: tuple[Key, ...]  # the leaves that have a gradient
    score: tuple[float, ...]
    is_right: bool
    is_of_batch: bool = True
    is_turned: bool = False  # right, but for a transpose: there is no doubt about the rest
    has_shapes: bool = True  # each gradient has its leaf's
    is_of_example: bool = False  # all that is made for it is what the program itself calls it with
    blocks_one: bool = False  # it runs with a batch as it is meant to: one sample would only hide mistakes

    def shows_more_than(self, other: "Solution") -> bool:
        """Whether another one would only hide what is wrong: of one sample, or of fewer gradients."""
        names = {key.partition(".")[0] for key in self.of}
        return (self.blocks_one and not other.is_of_batch) or (
            self.has_shapes and len(names) > len({key.partition(".")[0] for key in other.of})
        )

    @property
    def settles(self) -> bool:
        """Whether no other need be looked for."""
        return self.is_right or self.is_turned or (self.is_of_example and self.has_shapes and self.is_telling)

    @property
    def is_telling(self) -> bool:
        """Whether it is no accident: a gradient is right, or all are alike, which one number always is."""
        return self.is_right or self.score[1] >= 1 or self.score[2] >= ALIKE


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
    if best is not None and not best.is_right and not led and (name := factor_of(scene, best, leaves, sizes)):
        raise Failure((first.calls + 1, 2), frozenset([name]), "an upstream gradient")
    if best is not None:
        several = is_of_batch(scene, state) and not hides_batch(scene, state)
        return replace(
            best,
            is_of_batch=several,
            is_of_example=is_of_example(scene, state),
            blocks_one=several and (best.has_shapes or averages(scene.gradient.call)),
        )
    raise Failure((first.calls + 1, 3), everything, "gradients of other shapes")


def factor_of(scene: Scene, found: Solution, leaves: Mapping[Key, Any], sizes: Sizes) -> Key | None:
    """What only the gradient's function takes, and all gradients are multiples of: no data."""
    if scene.is_both or found.reading != AS_GRADIENT:
        return None
    of_value, of_weights = taken(scene.value), all(key.startswith("self.") for key in found.of)

    def gradients_with(doubled: Key | None) -> dict[Key, Any]:
        run = Run(scene, found.state, sizes, leaves)
        run.value()
        run.doubled = doubled
        return gradients(run, found.reading, leaves)

    once = gradients_with(None)
    for name in taken(scene.gradient):
        choice = scene.chosen(name, found.state)
        is_made = isinstance(choice, Template) or (of_weights and isinstance(choice, Part))
        if name in of_value or not is_made or RATE.fullmatch(name) or is_strength(name):
            continue
        try:
            twice = gradients_with(name)
        except Failure:
            continue
        if all(is_double(twice[key], once[key]) for key in found.of):
            return name
    return None


def is_double(twice: Any, once: Any) -> bool:
    return np.shape(twice) == np.shape(once) and np.allclose(twice, 2 * np.asarray(once))


def judged(
    scene: Scene, state: State, sizes: Sizes, leaves: Mapping[Key, Any], found: Mapping[Key, Any],
    upstream: Sequence[Array], led: bool, reading: str, left: int,
) -> Solution | None:  # fmt: skip
    """How well gradients agree with differences of the value; None where they fit in no shape."""
    fitting, summed, turned = {}, 0, 0
    for key, gradient in found.items():
        if gradient is None or not np.isfinite(gradient).all():
            continue
        shape = np.shape(leaves[key])
        if np.shape(gradient) == shape:
            fitting[key] = np.asarray(gradient, float)
        elif np.ndim(gradient) == 2 and np.shape(gradient) == shape[::-1]:
            fitting[key], turned = np.asarray(gradient, float).T, turned + 1
        elif not shape and min(np.shape(gradient), default=1) > 1 < np.ndim(gradient):
            return None  # a matrix for a number: it is meant to be a matrix
        elif (reduced := summed_to(np.asarray(gradient, float), shape)) is not None:
            fitting[key], summed = reduced, summed + 1
    if not fitting or not any(g.any() for g in fitting.values()):
        return None
    generator = np.random.default_rng(1)
    right, numeric, analytic = 0, [], []
    times = DIRECTIONS if len(fitting) == 1 else 1  # one number is always like another
    for key, gradient in fitting.items():
        fits = True
        for _ in range(min(times, gradient.size)):
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
            fits &= abs(n - a) <= 1e-4 * max(abs(n), 1e-3) and (abs(n) > 1e-9)
        right += fits
    norms = float(np.linalg.norm(numeric) * np.linalg.norm(analytic))
    alike = round(abs(float(np.dot(numeric, analytic))) / norms, 4) if norms and len(numeric) > 1 else 0.0
    all_right = right == len(fitting) and not summed and not left
    is_right = all_right and not turned
    return Solution(
        state,
        reading,
        tuple(fitting),
        (is_right, right - (summed + turned + left) / 2, alike, len(fitting)),
        is_right,
        is_turned=all_right and turned > 0,
        has_shapes=not summed and not turned,
    )


def summed_to(gradient: Array, shape: tuple[int, ...]) -> Array | None:
    reduced = sum_to(gradient, shape)
    return sum_around(gradient, shape) if reduced is None else reduced


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
        updated, of_weights = reading in (AS_UPDATE, AS_ASCENT), run.scene.is_both
        found = by_leaf(returned, names, leaves, updated=updated, of_weights=of_weights)
    if reading in (AS_UPDATE, AS_ASCENT):
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
        if of_object and names and all(map(DELTA.fullmatch, names)):
            found = {}  # the error of a layer, and no gradient
        found = of_object | {
            k: v for k, v in found.items() if k not in of_object or np.shape(v) == np.shape(leaves[k])
        }
    if reading == AS_ASCENT:  # it climbs
        in_place, found = ({k: -v for k, v in of.items()} for of in (in_place, found))
    return in_place | {k: v for k, v in found.items() if k not in in_place}


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
        elif isinstance(choice, Template) and choice.kind == "example":
            found |= dict(real_arrays(run.fresh(key), key))
    return found


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


def is_of_example(scene: Scene, state: State) -> bool:
    keys = scene.keys_of(frozenset(n for f in (scene.value, scene.gradient) for n in taken(f)), state)
    made = [one for key in keys if isinstance(one := scene.chosen(key, state), Template)]
    return bool(made) and all(one.kind in ("example", "value") for one in made)


def hides_batch(scene: Scene, state: State) -> bool:
    """Whether what is called data has no dimension of samples: then a sum and a mean are the same."""
    keys = scene.keys_of(frozenset(n for f in (scene.value, scene.gradient) for n in taken(f)), state)
    choices = [scene.chosen(key, state) for key in keys if DATA.fullmatch(key)]
    return any(isinstance(one, Template) and not {"N", "S"} & set(one.shape) for one in choices)


def is_of_batch(scene: Scene, state: State) -> bool:
    """Whether any of its variables has a dimension of samples, or of steps."""
    keys = scene.keys_of(frozenset(n for f in (scene.value, scene.gradient) for n in taken(f)), state)
    choices = [scene.chosen(key, state) for key in keys]
    return any(
        isinstance(one, Template)
        and (one.kind == "example" or (one.kind != "size" and {"N", "S"} & set(one.shape)))
        for one in choices
    )
