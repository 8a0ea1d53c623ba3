"""Whether what was found is to be believed, or comes of inputs that are not meant."""

from dataclasses import replace

import numpy as np

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.editing.search import UNEXPLAINED
from charmlp.doctor.mistake import Mistake, phrase
from charmlp.doctor.operation.numpy_code.names import is_upstream
from charmlp.doctor.operation.options import signature

NO_INPUTS = ("does-not-run", "cannot-build")  # reasons
OF_SPECIAL_INPUTS = {
    "forward-wrong", "random-forward", "cotangent-distorted", "unstable", "saved-edited", "wrong-dtype"
}  # fmt: skip


def misses_rows(diagnosis: Diagnosis) -> bool:
    """Whether a single number was taken, of which something is wrong: an object may hold a row of labels."""
    numbers = any(np.ndim(value) == 0 for trial in diagnosis.trials[:1] for value in trial.values)
    return numbers and bool(diagnosis.mistakes)


def is_of_shapes(diagnosis: Diagnosis) -> bool:
    """Whether nothing is wrong but shapes, with which it may not be meant to be called."""
    found = diagnosis.mistakes
    return bool(found) and all(m.name == "backward-raises" or m.variant == "shape" for m in found)


def is_of_dimensions(diagnosis: Diagnosis) -> bool:
    """Whether its mistakes may be none of inputs with fewer dimensions: the mean of a row divides by N."""
    names = {mistake.name for mistake in diagnosis.mistakes}
    return bool(names) and names <= {"wrong-divisor", "batch-not-summed"}


def shapes(diagnosis: Diagnosis) -> list[tuple[int, ...]]:
    """Of the inputs, as far as they were tried."""
    return [np.shape(value) for trial in diagnosis.trials[:1] for value in trial.values]


def takes_one_for_all(diagnosis: Diagnosis, usual: Diagnosis) -> bool:
    """Whether an input has one row or column, where those that are usual have several."""
    both = zip(shapes(diagnosis), shapes(usual), strict=False)
    return any(1 in there and 1 not in before for there, before in both)


def dimensions(diagnosis: Diagnosis) -> list[int]:
    return [len(shape) for shape in shapes(diagnosis)]


def backward_fails(diagnosis: Diagnosis) -> bool:
    raises = any(mistake.name == "backward-raises" for mistake in diagnosis.mistakes)
    return raises or (diagnosis.reason is not None and diagnosis.reason.key == "backward-fails")


def is_doubtful(diagnosis: Diagnosis) -> bool:
    """Whether all that was found may come from a wrong reading: of inputs that need no gradient, say."""
    doubtful = {"unrecognised", "backward-raises"} | (
        {"missing-gradient", "batch-not-summed", "constant-factor"} if diagnosis.kind is None else set()
    )
    doubtful |= {"cotangent-ignored"} if takes_data(diagnosis) else set()
    names = {mistake.name for mistake in diagnosis.mistakes}
    return bool(names) and names <= doubtful and not diagnosis.is_read


def takes_data(diagnosis: Diagnosis) -> bool:
    """Whether what was taken for the upstream gradient is called as forward's own input: backward(X, T).

    Not where another parameter is called as an upstream gradient is: backward(x, grad_output).
    """
    code = [one for trial in diagnosis.trials[:1] for one in trial.subject.code]
    if len(code) < 2:
        return False
    given, forward = (signature(one, 1).required or () for one in code[:2])
    return bool(given[:1]) and given[:1] == forward[:1] and not any(map(is_upstream, given[1:]))


def without_ignored(diagnosis: Diagnosis) -> Diagnosis:
    """Not examined where it only ignores an upstream gradient that it does not take."""
    if not takes_data(diagnosis) or {mistake.name for mistake in diagnosis.mistakes} != {"cotangent-ignored"}:
        return diagnosis
    return replace(diagnosis, mistakes=(), reason=phrase("takes-targets"))


def lacks_inputs(diagnosis: Diagnosis) -> bool:
    return diagnosis.reason is not None and diagnosis.reason.key in NO_INPUTS


def is_sure(of_own_run: Diagnosis, first: Diagnosis) -> bool:
    """Whether what is found with special inputs counts: where there are no others, or these show a mistake.

    Forward may be another formula there on purpose, as in use instead of training, or draw numbers; where all
    right gradients are 0, only noise is left. That forward and backward are read rightly, other inputs show.
    """
    mistakes = of_own_run.mistakes
    sure = all(mistake.name not in OF_SPECIAL_INPUTS or is_slip(mistake) for mistake in mistakes)
    if not sure or not mistakes:
        return sure and lacks_inputs(first)
    of_none = {("unrecognised", ""), ("missing-gradient", "count")}
    is_read = bool(first) and all((mistake.name, mistake.variant) in of_none for mistake in mistakes)
    return is_read or lacks_inputs(first) or not is_doubtful(of_own_run) or is_of_parameters(of_own_run)


def is_of_parameters(diagnosis: Diagnosis) -> bool:
    """Whether all that is wrong are gradients of an object's own parameters that were not summed."""
    subjects = [trial.subject for trial in diagnosis.trials[:1]]
    own = {one.name_of(position) for one in subjects for position in one.parameters}
    only = {mistake.name for mistake in diagnosis.mistakes} == {"batch-not-summed"}
    return only and bool(not_summed(diagnosis)) and not_summed(diagnosis) <= own


def is_set_otherwise(of_own_run: Diagnosis, first: Diagnosis) -> bool:
    """Whether only a setting makes a right object a wrong one: its file gives it a stride of 2, we of 1.

    What is right with ours is no wrong reading of it.
    """
    if not first or not of_own_run.trials or not first.trials:
        return False
    used, usual = (one.trials[0].subject.settings for one in (of_own_run, first))
    changed = [name for name in used if name in usual and used[name] != usual[name]]
    known = {mistake.name for mistake in of_own_run.mistakes} <= UNEXPLAINED
    return known and bool(of_own_run.mistakes) and bool(changed)


def is_slip(mistake: Mistake) -> bool:
    """Whether a line of the code explains it; what is added to a gradient may be a penalty's share."""
    return mistake.name != "cotangent-distorted" and any(
        words.key.startswith("edit-line") for words in mistake.evidence
    )


def hides(first: Diagnosis, other: Diagnosis) -> bool:
    """Whether another reading only hides what is wrong.

    One input with one column, where it takes several; or one that leaves out the very bias whose gradient was
    not summed.
    """
    usual, there = shapes(first), shapes(other)
    one_column = bool(usual) and len(there) == 1 and 1 in there[0] and 1 not in usual[0]
    return one_column or bool(not_summed(first) - names(other))


def names(diagnosis: Diagnosis) -> set[str]:
    """Of the inputs, as far as they were tried."""
    return {name for trial in diagnosis.trials[:1] for name in trial.subject.required or ()}


def not_summed(diagnosis: Diagnosis) -> set[str]:
    """The inputs whose gradients have been found to have a row for each sample, or only one of these."""
    found = [m for m in diagnosis.mistakes if m.name == "batch-not-summed"]
    said = {name for m in found for name in str(m.values.get("inputs", "")).split(", ")}
    return said & names(diagnosis)


def unlikely(diagnosis: Diagnosis) -> bool:
    """Whether it looks like inputs in another order or shape than is meant."""
    missed = {"unrecognised", "wrong-order", "missing-gradient"}
    return any(mistake.name in missed for mistake in diagnosis.mistakes)


def likelihood(diagnosis: Diagnosis) -> tuple[bool, bool, int]:
    """What is unlikely comes last; then many mistakes."""
    names = {mistake.name for mistake in diagnosis.mistakes}
    return unlikely(diagnosis), "batch-not-summed" in names, len(diagnosis.mistakes)


def is_of_two(diagnosis: Diagnosis) -> bool:
    """Whether all that is wrong is a factor of 2, which 1/p is as well where p is ½."""
    return bool(diagnosis.mistakes) and all(m.name == "factor-two" for m in diagnosis.mistakes)


def is_sure_otherwise(found: Diagnosis, first: Diagnosis) -> bool:
    """Whether what is wrong with other settings than the usual ones has a name, and they may be meant.

    Forward may be another formula there on purpose, but not one of the same kind.
    """
    unsure = {*UNEXPLAINED, *OF_SPECIAL_INPUTS, "backward-raises", "missing-gradient", "wrong-order"}
    if found.kind is not None and found.kind == first.kind:
        unsure.discard("forward-wrong")
    return bool(found.mistakes) and not any(mistake.name in unsure for mistake in found.mistakes)
