"""Tensors that are edited though they are not the operation's own, and a backward that changes each time."""

from collections.abc import Iterator

import numpy as np

from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.code import names_of_callers
from charmlp.doctor.setups.setup import SetUp

EDITED = "modified by an inplace operation"  # torch's words for a saved tensor that was written into


def nothing_edited_in_place(setup: SetUp) -> Iterator[Finding]:
    """Inputs after forward, upstream gradient and saved tensors after backward."""
    for call in setup.record.calls:
        for position in call.edited_inputs:
            name = call.name_of(position)
            if not setup.first.subject.is_raw:  # which Function it is that the subject uses
                name += f" ({call.name})"
            yield finding("edited-in-place.input", phrase("edited-input", input=name), input=name)
        if call.edited_upstream:
            yield finding("edited-in-place.cotangent", phrase("edited-cotangent"))
    if saved_edited(setup):
        yield finding("saved-edited", phrase("second-backward"))


def derivative_keeps_its_argument(setup: SetUp) -> Iterator[Finding | Phrase]:
    """A derivative is a function as others: what it is given belongs to who calls it.

    Where functions of its own module call it, they may not need that any more.
    """
    subject = setup.first.subject
    if subject.note is None or not subject.note.key.startswith("derivative-of-"):
        return
    for call in setup.record.calls:
        for name in call.edited_later:
            if any(map(names_of_callers, subject.code[:1])):
                yield phrase("edited-argument-note", input=name)
            else:
                yield finding("edited-in-place.argument", phrase("edited-argument", input=name), input=name)


def saved_edited(setup: SetUp) -> bool:
    return any(call.edited_saved for call in setup.record.calls) or EDITED in setup.record.error_text


def backward_repeats_itself(setup: SetUp) -> list[Finding]:
    """A second backward over the same forward gives the same gradients."""
    first, again = setup.record.gradients, setup.record.again
    if saved_edited(setup) or first is None or again is None or any(derivative_keeps_its_argument(setup)):
        return []
    if setup.record.random:
        return [finding("random-forward.backward", phrase("two-seeds-back"))]
    both = {i: (a, b) for i, (a, b) in enumerate(zip(first, again, strict=True)) if a is not None}
    changed = {i: (a, b) for i, (a, b) in both.items() if b is not None and not np.array_equal(a, b)}
    if not changed:
        return []
    if not setup.first.subject.is_raw or setup.first.subject.counts:
        return [finding("random-forward.backward", phrase("second-differs"))]
    if any(a.shape != b.shape or not np.allclose(b, 2 * a) for a, b in changed.values()):
        return [finding("saved-edited", phrase("second-differs"))]  # what forward kept is another now
    # An object's gradients may add up until somebody sets them to 0, if all of them do.
    own = set(setup.first.subject.parameters) & set(both)
    return [] if own == set(changed) else [finding("not-accumulated.call", phrase("second-doubles"))]


def is_random(setup: SetUp) -> bool:
    """Whether forward or backward is, so that gradients of two runs cannot be compared."""
    meant = setup.randomness and setup.kind is not UNKNOWN and not setup.kind.is_random
    return bool(meant or setup.randomness == "unseeded" or backward_repeats_itself(setup))
