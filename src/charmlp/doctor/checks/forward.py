"""Whether forward computes what its kind says, at every size, and the same each time."""

import numpy as np

from charmlp.doctor.arrangement import GUESSED, SIZES
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.setups.repair import shape_text
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial, reference
from charmlp.doctor.words import one_line


def takes_float64(setup: SetUp) -> list[Phrase]:
    return [phrase("float32-only")] if setup.first.dtype == np.float32 else []


def computes_its_kind(setup: SetUp) -> list[Finding | Phrase]:
    trial, form, kind = setup.first, setup.reading.form, setup.kind
    if setup.randomness == "unseeded":
        return [finding("random-forward.unseeded", phrase("two-forwards"))]
    if kind.is_random and setup.randomness and form is not None and not form.right:
        right = form.parameters.get("right", kind.right.text)
        return [finding(form.mistake, found=form.text, right=right), phrase("random-note")]
    if kind is UNKNOWN or (kind.is_random and setup.randomness):
        return [phrase("random-note")] if setup.randomness else []
    if setup.randomness:
        return [finding("random-forward.seeded", phrase("two-seeds"))]
    if form is None:
        return [other_forward(trial)]
    if form.mistake.startswith("unstable"):
        return []  # a right formula but for its numbers, which the kind's own checks look at
    if not form.right and (setup.reading.named or not form.unless_named) and not is_own_choice(setup):
        return [finding(form.mistake, *difference(trial), found=form.text, right=kind.right.text)]
    return [phrase("form", found=form.text)] if form is not kind.right else []


def is_own_choice(setup: SetUp) -> bool:
    """Whether NumPy code sums a loss over the batch, or halves it, and its gradient is right for that."""
    subject, form = setup.first.subject, setup.reading.form
    is_choice = form is not None and form.unless_named and setup.kind.is_loss
    return is_choice and subject.is_raw and not subject.counts and setup.is_right


def runs_at_other_sizes(setup: SetUp) -> list[Finding]:
    """A forward that runs in the first trial only."""
    arrangement = setup.reading.arrangement
    error = setup.failure(SIZES[1]) if arrangement is not GUESSED and len(setup.trials) == 1 else None
    if error is None:
        return []
    letters = sorted(set(arrangement.letters))
    first, second = (", ".join(f"{letter} = {sizes[letter]}" for letter in letters) for sizes in SIZES)
    words = phrase("fails-at", first=first, second=second, error=one_line(error))
    return [finding("forward-wrong.sizes", words)]


def is_the_same_at_other_sizes(setup: SetUp) -> list[Finding]:
    """A forward that agrees with its form in the first trial only."""
    found = [*computes_its_kind(setup), *runs_at_other_sizes(setup)]
    if setup.reading.form is None or any(isinstance(one, Finding) for one in found):
        return []
    return [other_forward(trial) for trial in setup.trials[1:] if trial.form is None]


def is_meant(setup: SetUp) -> bool:
    """Whether forward, mistaken or not, is that of its kind, and runs where a gradient is wanted."""
    found = [*computes_its_kind(setup), *runs_at_other_sizes(setup), *is_the_same_at_other_sizes(setup)]
    others = [one for one in found if isinstance(one, Finding)]
    form = setup.reading.form
    of_kind = form is not None and form.unless_named  # a sum for a mean is still a cross-entropy
    other = any(one.name == "forward-wrong" or one.variant == "forward" for one in others) and not of_kind
    return not other and (setup.record.stage != "forward" or setup.randomness == "unseeded")


def other_forward(trial: Trial) -> Finding:
    """Forward is none that is known for its kind."""
    return finding("forward-wrong.other", *difference(trial), right=trial.kind.right.text)


def difference(trial: Trial) -> list[Phrase]:
    """The element where forward and the right form differ most."""
    right, found = reference(trial, trial.kind.right), trial.outputs[0].astype(float).reshape(-1)
    if right is None:
        return []
    shape, right = right.shape, right.reshape(-1)
    if found.shape != right.shape or (trial.outputs[0].shape != shape and right.size > 1):
        return [phrase("output-shape", found=shape_text(trial.outputs[0]))]
    worst = int(abs(found - right).argmax())
    words = {"found": f"{float(found[worst]):.4g}", "right": f"{float(right[worst]):.4g}"}
    value = trial.values[0]
    if len(trial.values) == 1 and value.size == found.size:
        return [phrase("forward-at", x=f"{float(value.reshape(-1)[worst]):.4g}", **words)]
    return [phrase("forward-gives", **words)]
