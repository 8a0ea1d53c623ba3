"""What looks like a mistake, but may be meant, or be ours: then why it cannot be judged is said instead."""

import re
import traceback
from pathlib import Path

import numpy as np

from charmlp.doctor.checks.known_losses import is_known_to_be_right
from charmlp.doctor.checks.reversal import is_turned_round
from charmlp.doctor.checks.straight_through import is_flat
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Mistake, Phrase, phrase
from charmlp.doctor.operation.numpy_code.names import is_gradient, words_of
from charmlp.doctor.operation.options import signature
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import Subject
from charmlp.doctor.setups.setup import SetUp, repaired
from charmlp.doctor.setups.trial import Trial

# What code shows that is no value and gradient, or not with these inputs, and what a value is not called
OF_NO_PAIR = {"forward-wrong", "cotangent-ignored", "cotangent-distorted"}
# Wrong whatever the right gradient may be
WHATEVER_IS_MEANT = {
    "missing-gradient", "wrong-order", "batch-not-summed", "weight-transposed", "wrong-dtype", "saved-edited",
    "edited-in-place", "random-forward", "backward-raises", "engine-refuses",
}  # fmt: skip
OURS = str(Path(__file__).parent)
UPSTREAM = re.compile(r"d|g|grad|delta|up|err|prev|out", re.IGNORECASE)  # how such names begin
ADAPTS = re.compile(r"/ *\(?[^\n/+]*\bsqrt\(")  # steps divided by the root of earlier gradients' squares
MULTIPLIES = re.compile(r"(mul(tiply)?|times)(?!.*grad).*", re.IGNORECASE)  # forward, by its name
OF_STEPS = "step", "reversal"  # the variants of what is wrong though forward is flat, or hands on its input
OF_LENGTH = {"constant-factor", "scale-forgotten"}  # the names of a constant
OBJECTIVE = {"loss", "cost", "objective"}
OF_ALMOST = "forward-wrong", "edit"
OF_UPSTREAM_ALONE = "slope-of-upstream", "alone"
OF_UPSTREAM = {"cotangent-ignored", "cotangent-twice", "cotangent-distorted", "slope-of-upstream"}


def without_doubtful(setup: SetUp, mistakes: list[Mistake]) -> tuple[list[Mistake], Phrase | None]:
    """The mistakes that are sure to be some; where there are none left, the reason."""
    trial, names = setup.first, {mistake.name for mistake in mistakes}
    if not mistakes:
        is_rough = trial.form is None and trial.noise_seen > 1e-2
        if is_rough:
            return [], phrase("not-smooth", noise=f"{trial.noise_seen:.1g}")
        if trial.kind is UNKNOWN and is_at_rest(setup):
            return [], phrase("flat")
        is_known = is_known_to_be_right(setup)
        return [], phrase("engines-own") if is_engines_own(setup) and not is_known else None
    if names == {"backward-raises"} and may_be_misused(setup):
        return [], phrase("backward-fails", reason=setup.record.error_text)
    if may_be_ours(trial, mistakes):
        return [], phrase("no-pair")
    if names == {"cotangent-distorted"} and subtracts_targets(setup):
        return [], phrase("takes-targets")
    if names <= {"unrecognised", "constant-factor"} and is_of_another_loss(setup):
        return [], phrase("no-usual-loss")
    if names <= OF_LENGTH and trial.subject.is_step and trial.subject.is_guess:
        return [], phrase("no-pair")  # how long a step is tells nothing
    if names == {"factor-two"} and is_of_another_scale(setup):
        return [], phrase("no-usual-loss")
    sure, reason = None, None
    if hands_on(setup):
        if is_turned_round(setup) and not names & WHATEVER_IS_MEANT:
            return [], None
        sure, reason = WHATEVER_IS_MEANT, phrase("hands-on")
    elif is_flat(trial):
        sure, reason = (WHATEVER_IS_MEANT - {"batch-not-summed"}) | OF_UPSTREAM, phrase("flat")
        if trial.subject.is_guess:  # a value that does not change is that of no gradient
            reason = phrase("no-pair")
    if sure is None:
        return mistakes, None
    left = [mistake for mistake in mistakes if mistake.name in sure or mistake.variant in OF_STEPS]
    return left, None if left else reason


def is_at_rest(setup: SetUp) -> bool:
    """Whether all gradients are 0 in every trial: then nothing of them was seen."""
    gradients = [g for one in setup.observations for each in one.gradients for g in each if g is not None]
    return bool(gradients) and not any(np.any(g) for g in gradients)


def is_engines_own(setup: SetUp) -> bool:
    """Whether an engine differentiates all of it, which is right whatever forward is, and no kind is known.

    How an MLP is put together is judged by itself.
    """
    trial = setup.first
    subject = trial.subject
    judged = subject.is_raw or subject.is_library or subject.activation or setup.record.calls
    return trial.kind is UNKNOWN and not judged


def hands_on(setup: SetUp) -> bool:
    """Whether an engine's Function, which no name says to be the identity, gives back what it is given.

    Then its backward is all that it is for: it reverses gradients, scales or clips them.
    """
    trial = setup.first
    function = getattr(getattr(trial.subject, "function", None), "__name__", "")
    is_named = setup.reading.named or MULTIPLIES.fullmatch(function)
    if not trial.subject.counts or is_named or len(trial.outputs) != 1:
        return False
    inputs = [value for value, wants in zip(trial.values, trial.wants, strict=True) if wants]
    return len(inputs) == 1 and np.array_equal(inputs[0], trial.outputs[0])


def may_be_ours(trial: Trial, mistakes: list[Mistake]) -> bool:
    """Whether mistakes may come of our taking two functions together, and not of what they compute.

    Where forward's input does not enter, what is given upstream may be an output, or no gradient at all.
    """
    if not trial.subject.is_tried:
        return False
    is_guess = trial.subject.is_guess and trial.kind is UNKNOWN
    if is_guess and trial.subject.is_step and any(ADAPTS.search(source_of(f)) for f in trial.subject.code):
        return True  # its steps are no gradients
    if any((m.name, m.variant) == OF_ALMOST for m in mistakes) and is_loss_with_gradient(trial):
        return False  # by one change they are a pair
    of_no_pair = OF_NO_PAIR | ({"unrecognised"} if is_guess else set())
    return all(m.name in of_no_pair or (m.name, m.variant) == OF_UPSTREAM_ALONE for m in mistakes)


def is_loss_with_gradient(trial: Trial) -> bool:
    """Whether the two have the names of what is made small, a loss or a cost, and of a gradient."""
    gradient, *others = [getattr(one, "__name__", "") for one in trial.subject.code] or [""]
    own = [getattr(one, "__name__", "") for one in trial.subject.forward_code]
    is_loss = any(OBJECTIVE & set(words_of(name)) for name in [*own, *others][:1])
    return is_loss and bool({"gradient", "gradients", "grad", "grads"} & set(words_of(gradient)))


def subtracts_targets(setup: SetUp) -> bool:
    """Whether hand-written code only subtracts what is taken for the upstream gradient, as p − y* does y*.

    Then it is the gradient of a loss behind forward, and no backward pass of forward alone.
    """
    trial, subject = setup.first, setup.first.subject
    runs = [repaired(trial, upstream) for upstream in trial.upstreams[:2]]
    if not subject.is_raw or subject.counts or len(trial.outputs) != 1 or len(runs) < 2:
        return False
    (g,), (h,) = trial.upstreams[:2]
    first, second = (None if run is None else run.gradients[0] for run in runs)
    if first is None or second is None or not first.shape == second.shape == g.shape:
        return takes_no_gradient(subject) and adds_to_upstream(trial)
    return any(np.allclose(first - second, (h - g) / n) for n in (1, *trial.sizes.values()))


def is_of_another_loss(setup: SetUp) -> bool:
    """Whether code computes no loss, and none of its gradients is right for the usual one that was taken."""
    trial = setup.first
    wanted = [i for i, wants in enumerate(trial.wants) if wants]
    return trial.subject.is_implied and not any(one.is_right(i) for one in setup.observations for i in wanted)


def is_of_another_scale(setup: SetUp) -> bool:
    """Whether it computes no loss, and steps along a multiple of the gradient of the usual one in all inputs.

    Then its loss may be so many times the usual one, and the step only has another length.
    """
    subject = setup.first.subject
    found = [
        (one.analytic[i], one.right[i])
        for one in setup.observations
        for i, wants in enumerate(setup.first.wants)
        if wants
    ]
    if not (subject.is_implied and subject.is_step) or any(a is None or n is None for a, n in found):
        return False
    a, n = (np.concatenate([np.ravel(part) for part in parts]) for parts in zip(*found, strict=True))
    ratio = float(a @ n) / float(n @ n) if n.any() else 0.0
    return bool(ratio > 0 and np.allclose(a, ratio * n))


def takes_no_gradient(subject: Subject) -> bool:
    """Whether backward takes nothing that has the name of a gradient."""
    taken = signature(subject.code[0], 0).required or () if subject.code else ()
    return not any(is_gradient(name) or UPSTREAM.match(name) for name in taken)


def adds_to_upstream(trial: Trial) -> bool:
    """Whether all gradients are linear in the upstream gradient but for a constant, b(g) = b(0) + L g."""
    (g,), (h,) = trial.upstreams[:2]
    runs = [repaired(trial, (upstream,)) for upstream in (0 * g, g, h, g + h)]
    found = [[] if run is None else run.gradients for run in runs]
    known = [each for each in zip(*found, strict=False) if all(one is not None for one in each)]
    return bool(known) and all(
        np.abs(zero).any() and np.allclose(of_sum - zero, of_g + of_h - 2 * zero)
        for zero, of_g, of_h, of_sum in known
    )


def may_be_misused(setup: SetUp) -> bool:
    """Whether backward fails as what is called in another way than it is meant: with other dimensions, say.

    Only hand-written code may be: an engine calls a Function as it wants to be called. Or what it returned
    could not be read here as gradients.
    """
    written_alone = setup.first.subject.is_raw and not setup.first.subject.counts
    error = setup.record.error
    if not written_alone or error is None:
        return False
    *_, last = traceback.extract_tb(error.__traceback__)
    of_shape = "array element with a sequence" in str(error)
    return (
        of_shape
        or isinstance(error, AttributeError | LookupError | TypeError)
        or last.filename.startswith(OURS)
    )
