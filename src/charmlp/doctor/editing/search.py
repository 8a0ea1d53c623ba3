"""The change, or the few changes, of somebody's code that make its gradients right."""

import ast
import copy
import itertools
import time
from collections.abc import Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.catalogue import NUMBERS
from charmlp.doctor.editing.edits import edits
from charmlp.doctor.editing.pairs import pairs
from charmlp.doctor.editing.paths import Path, paths
from charmlp.doctor.editing.places import Edit, Function, called, slots
from charmlp.doctor.editing.rightness import agrees_along, changed, is_all_right, is_right, right_gradients
from charmlp.doctor.editing.slip import Slip, with_line
from charmlp.doctor.editing.statements import of_early_steps
from charmlp.doctor.editing.undone import UNDONE_AS
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding
from charmlp.doctor.operation.code import (
    Code,
    Slot,
    altered,
    code_of,
    put,
    running_with,
    with_helpers,
)
from charmlp.doctor.setups.setup import ZERO, SetUp, observe

BUDGET = 10.0  # seconds of processor time; what has been found by then counts
BUDGET_OF_OTHER = 2.0  # the same for a loss that is less likely
BUDGET_OF_ALL = 12.0  # for all readings of one code; each further one has that of a less likely loss
BUDGET_OF_PAIRS = 3.0  # for two changes at once
MOST_SLIPS = 3
MOST_OF_NAME = 200  # changes that are tried for the line of a mistake whose name is known
TINY = 1e-3  # a number that is added to a divisor
ROUGH = 0.1  # relative error that differences of a forward with steps may have, and tell nothing
MASKS = {"relu-mask", "wrong-mask", "path-forgotten"}
ALTERED = "__charmlp_altered__"  # the name, in a function's module, of what makes a value another one
UNEXPLAINED = {"unrecognised", "backward-raises", "constant-factor"}
NOT_IN_A_LINE = {"unstable", "forward-wrong", "wrong-dtype", "structure", "edited-in-place", *UNEXPLAINED}


def with_slips(setup: SetUp, found: Sequence[Finding]) -> list[Finding]:
    """The findings with the lines of the code that they come from, as far as one change there mends them.

    Slips that are found take the place of findings that nothing explains.
    """
    if _is_left_out or not setup.first.subject.code or not any(is_in_code(one) for one in found):
        return list(found)
    if max(trial.tolerance for trial in setup.trials) > ROUGH:
        return list(found)  # any change would do
    with Search(setup).in_time() as search:
        return search.with_slips(found)


_is_left_out = False


@contextmanager
def without_search() -> Iterator[None]:
    """While it lasts no line is looked for: whether all is right is known without."""
    global _is_left_out
    before, _is_left_out = _is_left_out, True
    try:
        yield
    finally:
        _is_left_out = before


SPENT: dict[Any, float] = {}  # seconds on each code, in whatever reading


def is_in_code(found: Finding) -> bool:
    """Whether a change of backward may undo it."""
    return found.position is not None or found.name == "backward-raises"


class Search:
    """Among the changes of one operation's code."""

    def __init__(self, setup: SetUp) -> None:
        self.setup, self.trial = setup, setup.first
        for trial in setup.trials:  # it may be right where a hinge is at rest, say
            if not is_all_right(trial):
                self.trial = trial
                break
        self.codes = [c for f in with_helpers(self.trial.subject.code) if (c := code_of(f)) is not None]
        self.upstream = self.trial.upstreams[0]
        self.started = time.process_time()
        self.ends = self.started + (BUDGET_OF_OTHER if self.is_late else BUDGET)

    @property
    def is_late(self) -> bool:
        subject = self.trial.subject
        return subject.is_other_loss or SPENT.get(subject.code, 0.0) > BUDGET_OF_ALL

    @contextmanager
    def in_time(self) -> Iterator["Search"]:
        """Its time is counted on that of the same code in other readings."""
        yield self
        code = self.trial.subject.code
        SPENT[code] = SPENT.get(code, 0.0) + time.process_time() - self.started

    def with_slips(self, found: Sequence[Finding]) -> list[Finding]:
        unexplained = [one for one in found if one.name in UNEXPLAINED]
        slips = self.slips() if unexplained else []
        mended = {None, *(position for slip in slips for position in slip.mends)}
        left = [one for one in found if one not in unexplained or not slips or one.position not in mended]
        return [*self.located(left), *(one for slip in slips for one in self.named(slip))]

    @cached_property
    def expected(self) -> dict[int, Array]:
        """The right gradients of the first run."""
        return right_gradients(self.trial, self.upstream)

    @property
    def batch(self) -> int:
        sizes = self.trial.subject.sizes or self.trial.sizes
        return sizes.get("N") or next((np.shape(v)[0] for v in self.trial.values if np.ndim(v)), 0)

    def slips(self) -> list[Slip | Path]:
        """One change on top of the other, as long as each makes more gradients right."""
        found: list[Slip | Path] = []
        with ExitStack() as kept:
            right = self.right()
            while len(right) < len(self.expected) and len(found) < MOST_SLIPS:
                slip = self.best(right)
                if slip is None:
                    break
                found.append(slip)
                right |= slip.mends
                put(*slip.edit.slot[:3], copy.deepcopy(slip.edit.node))  # now others change what is inside
                kept.callback(put, *slip.edit.slot)
                kept.enter_context(slip.code.running())
        if len(right) < len(self.expected) and len(found) < MOST_SLIPS:
            found += self.after_early_steps(right)
            right |= {position for slip in found for position in slip.mends}
        found += self.paths(right)
        if not found and not self.trial.subject.is_other_loss:
            found = self.of_forward()
        return found or self.of_two_lines(right)

    def after_early_steps(self, right: Set[int]) -> list[Slip | Path]:
        """A step that comes too early, and another slip in what is computed after it."""
        early = [(function.code, edit) for function in self.functions() for edit in of_early_steps(function)]
        self.ends += BUDGET if early else 0.0
        for code, edit in early:
            with suppress(SyntaxError, ValueError, TypeError, RecursionError), changed(code, edit):
                slip = self.best(right) if right <= self.right() else None
                if slip is not None:
                    return [Slip(edit, code, slip.mends), slip]
        return []

    def of_two_lines(self, right: Set[int]) -> list[Slip | Path]:
        """Two changes of which neither alone is of use."""
        ends = time.process_time() + BUDGET_OF_PAIRS

        def may_help(edit: Edit) -> bool:
            return not self.influences.get(id(edit.slot[3]), frozenset()) & right

        for (function, one), (other_function, other) in pairs(self.functions(), may_help):
            if time.process_time() > ends:
                break
            one = replace(one, node=copy.deepcopy(one.node))  # the other may change what is inside
            with suppress(SyntaxError, ValueError, TypeError, RecursionError), changed(function.code, one):
                now = self.tried(other_function.code, other)
                if right < now and (mended := self.confirmed(other_function.code, other, now) - right):
                    return [Slip(one, function.code, mended), Slip(other, other_function.code, mended)]
        return []

    def named(self, slip: Slip | Path) -> Iterator[Finding]:
        """The findings of a slip; where it has no row, those of a path of forward that explains the same."""
        if isinstance(slip, Path) or NUMBERS[slip.edit.name.partition(".")[0]] is not None:
            yield from slip.findings()
            return
        others = self.paths(set(self.expected) - slip.mends)
        explained = {position for path in others for position in path.mends}
        if explained != slip.mends:
            yield from slip.findings()
            return
        for path in others:
            yield from (with_line(one, slip) for one in path.findings())

    def paths(self, right: Set[int]) -> list[Path]:
        """The paths of forward on which the gradients that are left err."""
        returned = dict(enumerate(self.run()))
        left = {i: returned.get(i) for i in self.expected if i not in right}
        arrays = {i: g for i, g in left.items() if isinstance(g, np.ndarray)}
        wrong = {i: g for i, g in arrays.items() if g.shape == np.shape(self.trial.values[i])}
        helpers = with_helpers(self.trial.subject.forward_code)
        forward = [code for one in helpers if (code := code_of(one)) is not None and code not in self.codes]
        trials = self.setup.trials
        first = next(i for i, trial in enumerate(trials) if trial is self.trial)  # those before are right
        try:
            return paths(trials[first:], [*forward, *self.codes], wrong, self.upstream) if wrong else []
        except Exception:  # steps that are watched elsewhere cannot be followed as well
            return []

    def of_forward(self) -> list[Slip | Path]:
        """A change of forward with which all gradients are right: then it is forward that is wrong."""
        for trial in self.setup.trials:
            trial.jacobians  # noqa: B018 (of forward as it stands, before it is changed)
        for function, edit in edits(self.functions()):
            if time.process_time() > self.ends:
                break
            if is_tiny(edit.slot[3]) or sums_more(edit):
                continue
            with suppress(SyntaxError, ValueError, TypeError, RecursionError), changed(function.code, edit):
                if self.agree():
                    edit = replace(edit, name=left_out(function, edit))
                    return [Slip(edit, function.code, frozenset(self.expected))]
        return []

    def agree(self) -> bool:
        """Whether gradients agree with differences of a forward that is another one now, at each size."""
        try:
            return all(agrees_along(trial, seed) for trial in self.setup.trials for seed in (1, 2, 3))
        except Exception:
            return False

    def located(self, found: Sequence[Finding]) -> list[Finding]:
        """The findings, with the line where a change that fits the name mends the gradient."""
        right = self.right()
        lines: dict[tuple[str, int | None], Slip] = {}
        for name in {one.name for one in found} - NOT_IN_A_LINE:
            wanted = {i for i in self.expected if any((one.name, one.position) == (name, i) for one in found)}
            slip = self.best(right, wanted, {name, *UNDONE_AS.get(name, ())})
            while slip is not None and wanted:
                lines |= {(name, position): slip for position in slip.mends & wanted}
                wanted -= slip.mends
                slip = self.best(right, wanted, {name, *UNDONE_AS.get(name, ())}) if wanted else None
        return [with_line(one, lines.get((one.name, one.position))) for one in found]

    def best(
        self, right: Set[int], wanted: Set[int] | None = None, names: Set[str] | None = None
    ) -> Slip | None:
        """What makes most of the wanted gradients right, and no right one wrong; the first where several do.

        Only changes of these names, the first of them, where there are any.
        """
        best, most = None, 0
        wanted = set(self.expected) - right if wanted is None else wanted
        found = (
            (f, e) for f, e in edits(self.functions()) if names is None or e.name.partition(".")[0] in names
        )
        likely = found if names is not None else self.promising_first(found, right)
        for function, edit in likely if names is None else itertools.islice(likely, MOST_OF_NAME):
            if time.process_time() > self.ends:
                break
            now = self.tried(function.code, edit)
            if not right < now or len(now & wanted) <= most:
                continue
            mended = self.confirmed(function.code, edit, now) - right
            if len(mended & wanted) > most:
                best, most = Slip(edit, function.code, mended), len(mended & wanted)
            if mended >= wanted:
                break
        return best

    def promising_first(
        self, found: Iterator[tuple[Function, Edit]], right: Set[int]
    ) -> Iterator[tuple[Function, Edit]]:
        """Changes of what has a part in wrong gradients alone, then the others."""
        others = []
        for function, edit in found:
            if self.is_promising(edit, right):
                yield function, edit
            else:
                others.append((function, edit))
        yield from others

    @cached_property
    def influences(self) -> dict[int, frozenset[int]]:
        """For each simple statement the inputs whose gradients depend on what it computes.

        Those are found by running with another value there; of what cannot be told, nothing is said.
        """
        found: dict[int, frozenset[int]] = {}
        before = self.run()
        for code in self.codes:
            places = [slot for slot in slots(code.tree) if is_computed_statement(slot)]
            values = [(statement, "value", None, statement.value) for *_, statement in places]
            for number, (*_, statement) in enumerate(places):
                if time.process_time() > self.ends - BUDGET / 2:
                    return found
                touched: list[bool] = []

                def other(at: int, value: Any, chosen: int = number, touched: list[bool] = touched) -> Any:
                    if at != chosen:
                        return value
                    changed_value = altered(value, "f")
                    touched.append(changed_value is not value)
                    return changed_value

                with (
                    suppress(SyntaxError, ValueError),
                    running_with(code, ALTERED, other, list(enumerate(values))),
                ):
                    after = self.run()
                if any(touched) and len(after) == len(before):
                    differing = [i for i in self.expected if i < len(after) and differs(before[i], after[i])]
                    found |= dict.fromkeys(map(id, ast.walk(statement)), frozenset(differing))
        return found

    def is_promising(self, edit: Edit, right: Set[int]) -> bool:
        """Whether what it changes has a part in wrong gradients, and in no right one."""
        moves = isinstance(edit.slot[3], list) and edit.shown is not None
        nodes = [edit.shown[0]] if moves else [edit.slot[3]]  # type: ignore[index]
        known = [self.influences[id(node)] for node in nodes if id(node) in self.influences]
        known = [one for one in known if one] if len(nodes) > 1 and any(known) else known
        return all(influenced and not influenced & right for influenced in known)

    def functions(self) -> list[Function]:
        """The codes as they stand, with the values that they have in a run."""
        functions = [Function(code, self.run, self.batch) for code in self.codes]
        return [function for function in functions if function.values]  # the others are not run

    def run(self) -> list[object]:
        return self.trial.returned(self.trial.record(self.upstream)) or []

    def right(self) -> frozenset[int]:
        """The inputs whose gradients are right, in one run."""
        returned = dict(enumerate(self.run()))
        return frozenset(i for i, g in self.expected.items() if is_right(self.trial, i, returned.get(i), g))

    def tried(self, code: Code, edit: Edit) -> Set[int]:
        with suppress(SyntaxError, ValueError, TypeError, RecursionError), changed(code, edit):
            return self.right()
        return frozenset()

    def confirmed(self, code: Code, edit: Edit, now: Set[int]) -> frozenset[int]:
        """Those of them that are right at each size and for each upstream gradient, with the same outputs.

        Where all right gradients are 0, as behind a ReLU at rest, whatever stops them would do: only a mask
        is meant to.
        """
        largest = max((float(np.abs(g).max(initial=0)) for g in self.expected.values()), default=0.0)
        if largest < ZERO and edit.name.partition(".")[0] not in MASKS:
            return frozenset()
        with changed(code, edit):
            try:
                outputs = self.trial.forward(self.trial.values)
                observed = list(map(observe, self.setup.trials))
            except Exception:
                return frozenset()
        same = all(np.array_equal(a, b) for a, b in zip(outputs, self.trial.outputs, strict=True))
        if not same or None in observed:
            return frozenset()
        return frozenset(i for i in now if all(each is not None and each.is_right(i) for each in observed))


def left_out(function: Function, edit: Edit) -> str:
    """What a change of forward is called that makes backward right.

    Where forward has a factor more than backward is right for, a mean for a sum, say, or a mask, it was
    forgotten in backward, most likely.
    """
    if edit.name in ("extra-mean.edit", "scale-forgotten.edit", "wrong-divisor.edit", "factor-two.edit"):
        return "scale-forgotten.forward"
    node = edit.slot[3]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and edit.node in (node.left, node.right):
        factor = np.asarray(function.value(node.right if edit.node is node.left else node.left))
        if factor.dtype.kind in "fib" and factor.ndim:
            return "relu-mask.forward" if np.isin(factor, (0, 1)).all() else "path-forgotten.forward"
    return "forward-wrong.edit"


def is_tiny(node: object) -> bool:
    """Whether it keeps a divisor from 0: that is no mistake, and a larger number may shut a hinge."""
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and abs(node.value) < TINY


def sums_more(edit: Edit) -> bool:
    """Whether it adds up what forward keeps apart: with all the same, no mask and no maximum is missed."""
    return called(edit.node) == "sum" and called(edit.slot[3]) not in ("sum", "mean", "average")


def is_computed_statement(slot: Slot) -> bool:
    """Whether a place holds a statement that computes something in one expression."""
    return isinstance(slot[3], ast.Assign | ast.AugAssign | ast.Return) and slot[3].value is not None


def differs(before: object, after: object) -> bool:
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        return not np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    return before is not after
