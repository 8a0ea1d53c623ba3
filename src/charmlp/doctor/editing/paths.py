"""The path through forward that a backward pass has left out, or has taken with another factor.

A gradient is a sum over the paths from an input to the output. Hold one use of a variable constant in
forward, and the derivative lacks exactly what flows through that use: n − n_held. Where a wrong gradient a
differs from the right one n by a multiple of that, a − n = (s − 1) (n − n_held), this is the path on which
backward errs, and s, the share of it that backward has, says how: 0 leaves it out, −1 has the wrong sign.
"""

import ast
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charmlp.doctor.editing.places import slots
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.code import Code, Slot, running_with
from charmlp.doctor.setups.trial import Trial

HELD = "__charmlp_held__"  # the name, in a function's module, of what may hold a use constant
# What it is called to have a share of a path, and what it may be called as well
NAMES = {0.0: "path-forgotten.use", -1.0: "sign-flipped.use", 2.0: "factor-two.use", 0.5: "factor-two.part"}
AS_WELL = {"factor-two.use": "path-forgotten.twice"}
STEP = 1e-5
CLOSE, LEAST, ROUNDING = 1e-4, 1e-4, 1e-9  # relative
DIRECTIONS = 3
BUDGET = 2.0  # seconds of processor time


@dataclass(frozen=True)
class Path:
    """What flows back through uses of variables in forward is wrong, in the gradients of some inputs."""

    name: str
    code: Code
    nodes: tuple[ast.expr, ...]
    mends: frozenset[int]

    def findings(self) -> Iterator[Finding]:
        used = ", ".join(dict.fromkeys(map(ast.unparse, self.nodes)))
        words: dict[str, Any] = {"found": used, "spot": self.code.line_of(self.nodes[0])}
        where = phrase("path-line", function=self.code.function.__name__, **words)
        if self.name in AS_WELL:
            words["or"] = (finding(AS_WELL[self.name], **words),)
        for position in sorted(self.mends):
            yield finding(self.name, where, at=position, confidence=0.9, **words)


@dataclass
class Uses:
    """The uses of variables in some functions, one of which may be held at what it was in a first run."""

    places: Sequence[tuple[Code, Slot]]
    was: dict[int, list[Any]] = field(default_factory=dict)
    held: int | None = None
    records: bool = False
    times: int = 0  # how often the held one has been used in this run

    def value(self, number: int, value: Any) -> Any:
        if self.records and is_real(value):
            self.was.setdefault(number, []).append(kept(value))
        if number != self.held or self.times >= len(self.was[number]):
            return value
        self.times += 1
        return kept(self.was[number][self.times - 1])

    @contextmanager
    def watched(self) -> Iterator[None]:
        with ExitStack() as stack:
            for code in {id(code): code for code, _ in self.places}.values():
                marked = [(i, slot) for i, (owner, slot) in enumerate(self.places) if owner is code]
                stack.enter_context(running_with(code, HELD, self.value, marked))
            yield


def paths(
    trials: Sequence[Trial], codes: Sequence[Code], wrong: Mapping[int, Array], upstream: Sequence[Array]
) -> list[Path]:
    """For wrong gradients of the first trial, the paths whose parts of them are wrong in all trials.

    Most of them are explained by the first.
    """
    uses = Uses([(code, slot) for code in codes for slot in slots(code.tree) if is_use(slot)])
    found: list[Path] = []
    ends = time.process_time() + BUDGET
    with uses.watched():
        first = Differences(trials[0], uses, wrong, upstream)
        for number in list(uses.was):
            left = set(wrong).difference(*(one.mends for one in found))
            if not left or time.process_time() > ends:
                break
            for share, mends in first.explained((number,), left).items():
                if mends and is_confirmed(trials[1:], uses, (number,), share, mends):
                    code, slot = uses.places[number]
                    found.append(Path(NAMES[share], code, (slot[3],), frozenset(mends)))
        left = set(wrong).difference(*(one.mends for one in found))
        if left:
            found += both_forgotten(trials, uses, first, left, ends)
    return found


def both_forgotten(
    trials: Sequence[Trial], uses: Uses, first: "Differences", left: set[int], ends: float
) -> Iterator[Path]:
    """Two paths beside each other that are left out together: through the mean and through the variance."""
    for pair in itertools.combinations(first.flowing(left), 2):
        if time.process_time() > ends:
            return
        mends = first.explained(pair, left)[0.0]
        if mends and is_confirmed(trials[1:], uses, pair, 0.0, mends):
            (code, one), (other_code, other) = (uses.places[number] for number in pair)
            if code is other_code:
                yield Path(NAMES[0.0], code, (one[3], other[3]), frozenset(mends))
                return


def is_confirmed(
    others: Sequence[Trial], uses: Uses, numbers: tuple[int, ...], share: float, mends: set[int]
) -> bool:
    """Whether the same paths explain the same gradients in each other trial."""
    for trial in others:
        upstream = trial.upstreams[0]
        returned = dict(enumerate(trial.returned(trial.record(upstream)) or []))
        wrong = {i: g for i in mends if isinstance(g := returned.get(i), np.ndarray)}
        if set(wrong) != mends:
            return False
        was, uses.was = uses.was, {}
        try:
            other = Differences(trial, uses, wrong, upstream)
            if not set(numbers) <= set(uses.was) or other.explained(numbers, mends).get(share) != mends:
                return False
        finally:
            uses.was = was
    return True


class Differences:
    """Derivatives of forward in a few directions, as it is and with one use held constant."""

    def __init__(
        self, trial: Trial, uses: Uses, gradients: Mapping[int, Array], upstream: Sequence[Array]
    ) -> None:
        self.trial, self.uses, self.upstream = trial, uses, upstream
        self.flows: dict[tuple[int, int], Array | None] = {}  # by use and input
        generator = np.random.default_rng(3)
        self.directions = {
            i: [generator.standard_normal(np.shape(g)) for _ in range(DIRECTIONS)]
            for i, g in gradients.items()
        }
        uses.records = True
        trial.forward(trial.values)
        uses.records = False
        self.right = {i: np.array([self.slope(i, d) for d in each]) for i, each in self.directions.items()}
        self.found = {i: np.array([np.sum(g * d) for d in self.directions[i]]) for i, g in gradients.items()}

    def slope(self, position: int, direction: Array, held: int | None = None) -> float:
        sides = []
        for h in (STEP, -STEP):
            values = [
                np.asarray(v + h * direction) if i == position else v for i, v in enumerate(self.trial.values)
            ]  # fmt: skip
            self.uses.held, self.uses.times = held, 0
            outputs = self.trial.forward(values)
            sides.append(sum(float(np.sum(g * y)) for g, y in zip(self.upstream, outputs, strict=True)))
        self.uses.held = None
        return (sides[0] - sides[1]) / (2 * STEP)

    def explained(self, numbers: tuple[int, ...], positions: set[int]) -> dict[float, set[int]]:
        """The inputs whose gradients err on the paths through these uses alone, by the share they have."""
        by_share: dict[float, set[int]] = {share: set() for share in NAMES}
        for i in positions:
            flows = [flow for number in numbers if (flow := self.flow(number, i)) is not None]
            if len(flows) < len(numbers):
                continue
            error, through = self.found[i] - self.right[i], np.sum(flows, axis=0)
            size = self.size(i, through)
            length = float(np.linalg.norm(through))
            for share, mends in by_share.items():
                if np.linalg.norm(error - (share - 1) * through) <= CLOSE * length + ROUNDING * size:
                    mends.add(i)
        return by_share

    def flow(self, number: int, position: int) -> Array | None:
        """What flows through one use in each direction; None for hardly anything."""
        key = number, position
        if key not in self.flows:
            try:
                held = np.array([self.slope(position, d, number) for d in self.directions[position]])
            except Exception:  # what is held has another shape, say
                self.flows[key] = None
                return None
            through = self.right[position] - held
            there = float(np.linalg.norm(through)) > LEAST * self.size(position, held)
            self.flows[key] = through if there else None
        return self.flows[key]

    def flowing(self, positions: set[int]) -> list[int]:
        """The uses, of those looked at, through which something flows, each flow once."""
        numbers: dict[tuple[float, ...], int] = {}
        for (number, position), flow in self.flows.items():
            if position in positions and flow is not None:
                numbers.setdefault(tuple(np.round(flow / abs(flow).max(), 6)), number)
        return list(dict.fromkeys(numbers.values()))

    def size(self, position: int, other: Array) -> float:
        return max(float(np.linalg.norm(one)) for one in (self.right[position], self.found[position], other))


def is_use(slot: Slot) -> bool:
    """Whether a variable, or an entry of one, is read there: no part of a longer name, no place to write."""
    owner, _, _, node = slot
    if isinstance(owner, ast.Attribute) or (
        isinstance(owner, ast.Subscript) and isinstance(owner.ctx, ast.Store)
    ):
        return False
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def is_real(value: Any) -> bool:
    """Whether it is a number or an array of real numbers, NumPy's or torch's."""
    if hasattr(value, "detach"):
        return bool(value.dtype.is_floating_point)
    return isinstance(value, float) or (
        isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"
    )


def kept(value: Any) -> Any:
    """A copy, since code writes into arrays."""
    if hasattr(value, "detach"):
        return value.detach().clone()
    return value.copy() if isinstance(value, np.ndarray) else value
