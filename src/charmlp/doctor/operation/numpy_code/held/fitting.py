"""Which numbers of a held call are its weights, and which loss its steps descend."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.code import code_of
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Outputs
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.descent.comparing import only_factor
from charmlp.doctor.operation.numpy_code.descent.saying import shows_penalty
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.held.calls import (
    MOST_LEAVES,
    HeldCall,
    Path,
    Seen,
    called,
    without_zeros,
)
from charmlp.doctor.operation.numpy_code.held.losses import (
    Loss,
    differs,
    is_only_loss,
    losses,
    plain,
    samples_of,
)
from charmlp.doctor.operation.numpy_code.names import is_to_grow

RATE_OF_OURS = 0.0937  # no 1/N, and no number that somebody writes
SLOW = 1e-6  # a rate with which weights hardly move
ALIKE = 0.9  # cosine of gradients that are those of a loss
PROPORTIONAL = 0.9999
LEAST = 0.5  # of those of a loss that is sure
OTHER_STARTS = 3
SMALL, TOLERANCE = 1e-5, 1e-4
MOST_SECONDS = 0.1  # of processor time for one run: many are needed
MOST_NUMBERS = 24  # of one group of weights, where all are more than
FEW_NUMBERS = 160
MOST_TRYING = 2.0  # and for the losses that it may be of


@dataclass(frozen=True)
class Fitted:
    """A call with its weights, by the names of their groups, and the loss that it is found to descend."""

    call: HeldCall
    groups: Mapping[str, Sequence[Path]]
    start: Mapping[str, Array]
    loss: Loss
    right: int
    alike: float
    shows_error: bool = False  # the difference of prediction and what is wanted is seen as well
    factor: float | None = None  # how many times the loss's gradients they are, if they are so many times all
    turned: int = 0  # the groups whose steps are right but for their sign
    samples: int = 1
    scale: float = 1.0  # the steps are those of so many times the loss
    only_rates: bool = False  # all of them have the loss's direction, in loops that show none

    @property
    def is_right(self) -> bool:
        return self.right == len(self.groups)

    @property
    def is_believed(self) -> bool:
        """Whether the loss is what is meant, though gradients are wrong."""
        if self.loss.is_sure:
            return self.right > 0 or self.alike >= LEAST
        if self.is_shown:
            return self.right > 0 or (self.alike >= LEAST if self.factor is None else self.has_usual_factor)
        if self.call.of_loop and (not (self.right or self.turned) or self.only_rates):
            return False  # nothing tells that this loss is meant
        if self.is_uphill:  # it fits but for signs
            return self.loss.is_named or not self.loss.text or self.shows_error
        is_own = not self.loss.text and self.alike < PROPORTIONAL  # else it is a multiple, or a root
        if self.loss.is_returned and is_own and self.alike >= LEAST:
            return True
        nearly = (self.loss.is_likely or is_own) and self.alike >= ALIKE
        return nearly or (2 * self.right >= len(self.groups) and self.alike >= LEAST)

    @property
    def is_shown(self) -> bool:
        """Whether the loss is a variable beside steps that take gradients."""
        return self.call.shows_loss and self.loss.is_variable_of(self.call)

    @property
    def title(self) -> str:
        return ("" if self.scale == 1 else f"{self.scale:.4g} · ") + self.loss.title

    @property
    def has_usual_factor(self) -> bool:
        """Whether all steps are too large or too small as those are that somebody averaged wrongly."""
        n = self.samples
        usual = {a * b for a in (1.0, n, 1 / n) for b in (0.5, 1.0, 2.0)} - {1.0}
        return self.factor == -1 or any(abs((self.factor or 0) / one - 1) < 1e-3 for one in usual)

    @property
    def is_uphill(self) -> bool:
        """Whether all steps are those of a loss that is to become small, but for the sign of some."""
        is_all = self.right < self.right + self.turned == len(self.groups)
        return is_all and not is_to_grow(plain(self.loss.value))

    @property
    def rank(self) -> tuple[bool, bool, bool, float, float]:
        return self.is_right, self.loss.is_sure, self.is_uphill, self.right / len(self.groups), self.alike

    def written(self) -> HandWritten:
        names, taken = tuple(self.groups), self.taken

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            whole = {name: np.copy(value) for name, value in self.start.items()}
            for name, value in zip(names, values, strict=False):
                whole[name].ravel()[taken[name]] = np.ravel(value)
            seen = self.call.run(spread(self.call, self.groups, whole), watches=not self.loss.is_sure)
            found = gradients(self.call, self.groups, seen)
            return (np.asarray(self.scale * self.loss.of(seen)),), lambda upstream: [
                times(some(found[name], taken[name]), upstream[0]) for name in names
            ]

        return HandWritten(
            run,
            f"{self.call.function.__name__}_step",
            names,
            parameters={i: some(self.start[name], taken[name]) for i, name in enumerate(names)},
            note=phrase("network-loss", loss=self.title),
            sizes={"N": self.samples},
            is_step=True,
            is_implied=not (self.loss.is_sure or self.is_shown),
        )

    @cached_property
    def taken(self) -> dict[str, Array]:
        """Of many weights the numbers that are looked at: those of the largest gradients, and others."""
        own = gradients(self.call, self.groups, self.call.run(spread(self.call, self.groups, self.start)))
        generator = np.random.default_rng(8)
        found = {}
        for name, gradient in own.items():
            order = np.argsort(-abs(gradient), axis=None, kind="stable")
            rest = generator.permutation(order[MOST_NUMBERS // 2 :])
            is_many = sum(value.size for value in own.values()) > FEW_NUMBERS
            found[name] = np.sort(
                [*order[: MOST_NUMBERS // 2], *rest[: MOST_NUMBERS // 2 if is_many else None]]
            )
        return found


def some(value: Array, taken: Array) -> Array:
    """The numbers at some places; all in their shape."""
    return value if len(taken) == value.size else value.ravel()[taken]


def spread(
    call: HeldCall, groups: Mapping[str, Sequence[Path]], values: Mapping[str, Any]
) -> dict[Path, Array]:
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
    """Which numbers are its weights, and which loss it descends; None where that is not found.

    A penalty that no loss of it has is left out, if it is one.
    """
    found = fitted_as_it_is(call)
    if found is None:
        with contextlib.suppress(Exception):
            bare = None if any(map(has_its_penalty, call.functions)) else call.without_penalty()
            found = None if bare is None else fitted_as_it_is(bare)
    return found


def has_its_penalty(function: FunctionType) -> bool:
    """Whether a loss is computed there together with its penalty."""
    code = code_of(function)
    return code is not None and shows_penalty(code.tree)


def fitted_as_it_is(call: HeldCall) -> Fitted | None:
    given = call.state["calls"]
    rates = {n for n, value in given[-1].items() if RATE.fullmatch(n) and isinstance(value, float)}
    given = [*given[:-1], {**given[-1], **dict.fromkeys(rates, RATE_OF_OURS)}]
    call = replace(call, state={**call.state, "calls": given})
    others = [
        {name: value if name in ("self", *rates) else without_zeros(value) for name, value in of.items()}
        for of in given
    ]
    found = None
    for state in ({**call.state, "calls": others} if len(others) == 1 else call.state, call.state):
        with contextlib.suppress(Exception):  # a 0 may be the number of a class
            tried = replace(call, state=state)
            start = time.process_time()
            first = tried.run({})
            found = None if time.process_time() - start > MOST_SECONDS else fitted_from(tried, first)
            break
    return found if found is None or found.is_right else next(with_other_rows(call, found), found)


def with_other_rows(call: HeldCall, found: Fitted) -> Iterator[Fitted]:
    """It where no row is learnt twice in one call, if all is right then: the second time it has moved.

    Such errors go away with the rate as well, which those of a formula do not.
    """
    slow = call.with_rate(SLOW)
    calm = fitted_from(slow, slow.run({})) if slow is not None else None
    for tried in call.with_other_rows() if calm is not None and calm.is_right else ():
        with contextlib.suppress(Exception):
            other = fitted_from(tried, tried.run({}))
            if other is not None and other.is_right and other.loss == found.loss:
                yield other


def fitted_from(call: HeldCall, first: Seen) -> Fitted | None:
    changed = [p for p, v in first.before.items() if v.size and v.shape == first.after[p].shape
               and not np.array_equal(v, first.after[p], equal_nan=True)]  # fmt: skip
    if not changed or len(changed) > MOST_LEAVES:
        return None
    generator = np.random.default_rng(6)
    groups: Mapping[str, Sequence[Path]] = grouped(changed)
    start = {
        name: together(
            [scale(first.before[p]) * generator.standard_normal(first.before[p].shape) for p in paths]
        )
        for name, paths in groups.items()
    }
    groups = only_weights(call, groups, start)
    if not groups:
        return None
    start = {name: start[name] for name in groups}
    found = with_loss(call, groups, start)
    if found is not None and found.is_right and not found.loss.text:
        return next(elsewhere_wrong(found, generator), found)
    return found


def elsewhere_wrong(found: Fitted, generator: np.random.Generator) -> Iterator[Fitted]:
    """It with other weights, beyond a kink, where gradients are wrong that were right."""
    for _ in range(OTHER_STARTS):
        start = {name: 0.5 * generator.standard_normal(value.shape) for name, value in found.start.items()}
        there = with_loss(found.call, found.groups, start, found.loss)
        if there is not None and not there.is_right:
            yield there


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
        depends = any(differs(key, base, there) for key in base.values if plain(key) not in own)
        if depends and np.linalg.norm(after - delta) < 0.9 * np.linalg.norm(delta):
            kept[name] = paths
    return kept


def with_loss(
    call: HeldCall,
    groups: Mapping[str, Sequence[Path]],
    start: Mapping[str, Array],
    known: Loss | None = None,
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
                call.run(spread(call, groups, {**start, name: value + h * direction}))
                for h in (SMALL, -SMALL)
            )
            moved.append((name, float((own[name] * direction).sum()), ahead, behind))
    own_slopes = np.array([slope for _, slope, _, _ in moved])
    best: Fitted | None = None
    every = [known] if known else losses(base, [s for *_, a, b in moved for s in (a, b)])
    start_of_trying = time.process_time()
    for loss in every:
        if time.process_time() - start_of_trying > MOST_TRYING:
            break
        with contextlib.suppress(Exception):
            numeric = np.array([(loss.of(a) - loss.of(b)) / (2 * SMALL) for *_, a, b in moved])
            if not np.isfinite(numeric).all() or not numeric.any():
                continue
            factors = factors_of(moved, numeric) if call.of_loop and loss.text else []
            known_ones = [round(abs(factor), 6) for factor in factors if factor]
            scale = max(known_ones, key=known_ones.count, default=1.0)
            only_rates = bool(factors) and all(factor is not None and factor > 0 for factor in factors)
            analytic = own_slopes / scale
            good = abs(numeric - analytic) <= TOLERANCE * np.maximum(abs(numeric), 1e-3)
            turns = abs(numeric + analytic) <= TOLERANCE * np.maximum(abs(numeric), 1e-3)
            right = sum(all(good[i] for i, one in enumerate(moved) if one[0] == name) for name in start)
            alike = float(analytic @ numeric) / float(np.linalg.norm(analytic) * np.linalg.norm(numeric))
            turned = sum(all(turns[i] for i, one in enumerate(moved) if one[0] == name) for name in start)
            factor = only_factor(analytic, numeric)
            shows_error = loss.is_shown(base)
            one = Fitted(
                call,
                groups,
                start,
                loss,
                right,
                abs(alike),
                shows_error,
                factor,
                turned,
                samples_of(base),
                scale,
                only_rates,
            )
            rank = one.rank
            is_open = not call.has_more_terms and is_only_loss(loss, base, call)
            counts = known or one.is_right or (is_open and one.is_believed)
            if counts and (best is None or rank > best.rank):
                best = one
    return best


def factors_of(moved: Sequence[tuple[str, float, Seen, Seen]], numeric: Array) -> list[float | None]:
    """How many times a loss's slopes those of each group of weights are, where they are so many times all.

    Of a loss that a loop does not show its steps need the direction alone.
    """
    found = []
    for name in dict.fromkeys(one[0] for one in moved):
        rows = [i for i, one in enumerate(moved) if one[0] == name]
        found.append(only_factor(np.array([moved[i][1] for i in rows]), numeric[rows]))
    return found
