"""Another value of forward's than the one that backward was given: what was saved is not what is needed.

Backward cannot name what nobody saved, so forward's variables are taken as they are when it ends.
"""

import ast
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import numpy as np

from charmlp.doctor.editing.places import slots
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.code import Code, Slot, code_of, running_with, with_helpers
from charmlp.doctor.operation.source import behind
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial

EXCHANGED = "__charmlp_exchanged__"  # the name, in a function's module, of what puts another value in
LONGEST = 3.0  # seconds of processor time


def with_saved(setup: SetUp, found: Sequence[Finding]) -> list[Finding]:
    """The findings; those of wrong numbers with a name, where another value of forward's makes them right."""
    unknown = {one.position for one in found if one.name == "unrecognised" and not one.variant}
    positions = {position for position in unknown if position is not None}
    if not positions or not setup.first.subject.forward_code:
        return list(found)
    with suppress(SyntaxError, ValueError):
        for code, slot, name, mended in exchanges(setup, positions):
            line = code.line_of(slot[3])
            words = phrase("edit-line", line=line, function=code.function.__name__)
            read = slot[3].id
            meant = name if name != read else f"forward: {name}"  # of one name, and not what was saved
            values = {"line": line, "found": read, "right": meant, "before": read, "after": meant}
            named = {
                at: finding("wrong-variable.edit", words, at=at, confidence=0.9, **values) for at in mended
            }
            kept = [one for one in found if one.position not in named or one.name != "unrecognised"]
            return [*kept, *named.values()]
    return list(found)


def exchanges(setup: SetUp, positions: set[int]) -> Iterator[tuple[Code, Slot, str, set[int]]]:
    """Where which variable of forward's makes which gradients right, in every trial."""
    ends = time.process_time() + LONGEST
    kept = [variables_of(trial) for trial in setup.trials]
    codes = [code for f in with_helpers(setup.first.subject.code) if (code := code_of(f)) is not None]
    places = [(code, reads) for code in codes for reads in reads_in(code)]
    for name in set.intersection(*map(set, kept)):
        for code, reads in places:
            if time.process_time() > ends:
                return
            mended = set(positions)
            for trial, variables in zip(setup.trials, kept, strict=True):
                mended &= right_with(trial, code, reads, variables[name], mended) if mended else set()
            if mended:
                yield code, reads[0], name, mended


def reads_in(code: Code) -> list[list[Slot]]:
    """The places where each variable is read, together and one by one."""
    every = [slot for slot in slots(code.tree) if isinstance(slot[3], ast.Name)]
    names = dict.fromkeys(slot[3].id for slot in every)
    together = [[slot for slot in every if slot[3].id == name] for name in names]
    return [*together, *([slot] for slot in every)]


def right_with(trial: Trial, code: Code, reads: Sequence[Slot], value: Any, positions: set[int]) -> set[int]:
    """Which gradients are right with a value in the place of one of the same shape."""
    places = list(enumerate(reads))
    with suppress(Exception), running_with(code, EXCHANGED, lambda _, old: like(value, old), places):
        observed = observe(trial)
        return {at for at in positions if observed is not None and observed.is_right(at)}
    return set()


def like(value: Any, old: Any) -> Any:
    is_same = type(value) is type(old) and np.shape(value) == np.shape(old)
    return value if is_same else old


def variables_of(trial: Trial) -> Mapping[str, Any]:
    """The arrays that forward's variables hold when it ends."""
    codes = {behind(function).__code__ for function in trial.subject.forward_code}
    found: dict[str, Any] = {}

    def note(frame: FrameType, event: str, result: Any) -> None:
        if event == "return" and frame.f_code in codes:
            found.update(
                {name: v for name, v in frame.f_locals.items() if np.ndim(v) and hasattr(v, "dtype")}
            )

    with profiled(note):
        trial.forward(trial.values)
    return found


@contextmanager
def profiled(note: Any) -> Iterator[None]:
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)
