"""The change, or the few changes, of somebody's code that make its gradients right."""

import ast
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from charmlp.doctor.editing.code import Code, code_of, put, with_helpers
from charmlp.doctor.editing.edits import Edit, edits
from charmlp.doctor.editing.places import Function
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial

BUDGET = 10.0  # seconds of processor time; what has been found by then counts
MOST_SLIPS = 3
UNEXPLAINED = {"unrecognised", "backward-raises", "constant-factor"}


@dataclass(frozen=True)
class Slip:
    """A change, where it is, and the inputs whose gradients it makes right."""

    edit: Edit
    code: Code
    mends: frozenset[int]

    def findings(self) -> Iterator[Finding]:
        before, after = self.edit.shown or (self.edit.slot[3], self.edit.node)
        line = self.code.line_of(before)
        where = phrase("edit-line", line=line, function=self.code.function.__name__)
        values = {"found": ast.unparse(before), "right": ast.unparse(after), "line": line}
        for position in sorted(self.mends):
            yield finding(self.edit.name, where, at=position, confidence=0.95, **values)


def explained_by_edits(setup: SetUp, found: Sequence[Finding]) -> list[Finding]:
    """The findings; the slips that are found in the code take the place of those that nothing explains."""
    unexplained = [one for one in found if one.name in UNEXPLAINED]
    if not unexplained or not setup.first.subject.code:
        return list(found)
    slips = Search(setup).slips()
    mended = {None, *(position for slip in slips for position in slip.mends)}
    left = [one for one in found if one not in unexplained or not slips or one.position not in mended]
    return [*left, *(one for slip in slips for one in slip.findings())]


class Search:
    """Among the changes of one operation's code."""

    def __init__(self, setup: SetUp) -> None:
        self.setup, self.trial = setup, setup.first
        self.codes = [c for f in with_helpers(self.trial.subject.code) if (c := code_of(f)) is not None]
        self.upstream = self.trial.upstreams[0]
        self.ends = time.process_time() + BUDGET

    @cached_property
    def expected(self) -> dict[int, Array]:
        """The right gradients of the first run."""
        wanted = [i for i, wants in enumerate(self.trial.wants) if wants]
        return {i: g for i in wanted if (g := self.trial.expected(i, self.upstream)) is not None}

    @property
    def batch(self) -> int:
        sizes = self.trial.subject.sizes or self.trial.sizes
        return sizes.get("N") or next((np.shape(v)[0] for v in self.trial.values if np.ndim(v)), 0)

    def slips(self) -> list[Slip]:
        """One change on top of the other, as long as each makes more gradients right."""
        found: list[Slip] = []
        with ExitStack() as kept:
            right = self.right()
            while len(right) < len(self.expected) and len(found) < MOST_SLIPS:
                slip = self.best(right)
                if slip is None:
                    break
                found.append(slip)
                right |= slip.mends
                put(*slip.edit.slot[:3], slip.edit.node)
                kept.enter_context(slip.code.running())
        return found

    def best(self, right: frozenset[int]) -> Slip | None:
        """What makes most gradients right, and no right one wrong; the first where several do."""
        best, most = None, 0
        for function, edit in edits([Function(code, self.run, self.batch) for code in self.codes]):
            if time.process_time() > self.ends:
                break
            now = self.tried(function.code, edit)
            if not right < now or len(now - right) <= most:
                continue
            mended = self.confirmed(function.code, edit, now) - right
            if len(mended) > most:
                best, most = Slip(edit, function.code, mended), len(mended)
            if right | mended == set(self.expected):
                break
        return best

    def run(self) -> list[object]:
        return self.trial.returned(self.trial.record(self.upstream)) or []

    def right(self) -> frozenset[int]:
        """The inputs whose gradients are right, in one run."""
        returned = dict(enumerate(self.run()))
        return frozenset(i for i, g in self.expected.items() if is_right(self.trial, i, returned.get(i), g))

    def tried(self, code: Code, edit: Edit) -> frozenset[int]:
        with suppress(SyntaxError, ValueError, TypeError), changed(code, edit):
            return self.right()
        return frozenset()

    def confirmed(self, code: Code, edit: Edit, now: frozenset[int]) -> frozenset[int]:
        """Those of them that are right at each size and for each upstream gradient, with the same outputs."""
        with changed(code, edit):
            try:
                outputs = self.trial.forward(self.trial.values)
                observed = [observe(replace(trial)) for trial in self.setup.trials]
            except Exception:
                return frozenset()
        same = all(np.array_equal(a, b) for a, b in zip(outputs, self.trial.outputs, strict=True))
        if not same or None in observed:
            return frozenset()
        return frozenset(i for i in now if all(each is not None and each.is_right(i) for each in observed))


@contextmanager
def changed(code: Code, edit: Edit) -> Iterator[None]:
    """The code runs with a change; raises what compiling it raises."""
    put(*edit.slot[:3], edit.node)
    try:
        with code.running():
            yield
    finally:
        put(*edit.slot)


def is_right(trial: Trial, position: int, gradient: object, expected: Array) -> bool:
    value = trial.values[position]
    if not isinstance(gradient, np.ndarray) or gradient.shape != np.shape(value):
        return False
    error = trial.chosen(position, gradient) - expected
    return bool(np.linalg.norm(error) <= trial.tolerance * max(float(np.linalg.norm(expected)), 1e-9))
