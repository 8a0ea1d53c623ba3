"""Whether the numbers of the gradients are right, and which mistake it is where they are not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from charmlp.doctor.arrangement import SIZES
from charmlp.doctor.checks.explanation import explained, fit
from charmlp.doctor.checks.options import option_is_ignored
from charmlp.doctor.checks.outputs import forgotten_output
from charmlp.doctor.checks.patterns import of_pattern, stacked
from charmlp.doctor.checks.penalty import forward_lacks, penalty_is_wrong
from charmlp.doctor.checks.regions import ratios, regions
from charmlp.doctor.checks.structure import in_square, with_evidence, wrong_in_square
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.numpy_code.names import is_bias
from charmlp.doctor.operation.source import returned_names, set_anew_in_loops
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.repair import cosine, shape_text, shapes
from charmlp.doctor.setups.setup import Observed, SetUp, observe
from charmlp.doctor.setups.trial import Trial, is_float32_inside, reference


def values_are_right(setup: SetUp) -> list[Finding | Phrase]:
    if not setup.can_be_judged or setup.repaired is None or not setup.observations:
        return []
    there = [i for i, gradient in enumerate(setup.repaired.gradients) if gradient is not None]
    found = [f for position in there for f in wrong_values(setup.observations, position)]
    notes: list[Finding | Phrase] = []
    if averages_in_layer(setup, found):
        notes, found = [phrase("mean-in-layer")], [one for one in found if not is_averaged(one)]
    found = list(with_batches(setup, found))
    return [
        *notes,
        *apart_by_epsilon(setup, found),
        *(f for position in setup.repaired.broken for f in wrong_shape(setup, position)),
    ]


def averages_in_layer(setup: SetUp, found: Sequence[Finding]) -> bool:
    """Whether NumPy code averages each parameter's gradient over the batch, and only those.

    That is right where the loss's gradient is a sum; to forget it in one of them is not.
    """
    trial, x = setup.first, setup.first.values[0]
    averaged = {one.position for one in found if is_averaged(one)}
    parameters = {i for i, wants in enumerate(trial.wants) if wants and i and i < len(trial.values)}
    wrong_otherwise = {one.position for one in found if not is_averaged(one)}
    own = trial.subject.is_raw and not trial.subject.counts and not parameters & wrong_otherwise
    return own and len(averaged) > 1 and averaged == parameters and is_real(x)


def is_averaged(found: Finding) -> bool:
    return (found.name, found.variant) == ("extra-mean", "layer")


NEAR, TIMES = 1e-3, 1e3  # the largest relative error that an ε may make, and that as a multiple of ε


def apart_by_epsilon(setup: SetUp, found: Sequence[Finding]) -> Iterator[Finding | Phrase]:
    """The findings; what an ε of forward explains that backward has not, or elsewhere, is only a note."""
    trial = setup.first
    parameters = {} if trial.kind is UNKNOWN else trial.meant.parameters
    epsilon = max(parameters.get("epsilon", 0.0), parameters.get("added", 0.0))
    for one in found:
        slight = one.name == "unrecognised" or one.variant == "added"
        error = None if one.position is None or not slight else largest_error(setup, one.position)
        if error is not None and error < min(NEAR, TIMES * epsilon):
            name = trial.subject.name_of(one.position or 0)
            yield phrase("epsilon-apart", input=name, error=f"{error:.1g}")
        else:
            yield one


def largest_error(setup: SetUp, position: int) -> float | None:
    """Over all trials; None where there is nothing to compare in one of them."""
    errors = [observed.relative_error(position) for observed in setup.observations]
    known = [error for error in errors if error is not None]
    return max(known) if known and len(known) == len(errors) else None


def wrong_values(observations: Sequence[Observed], position: int) -> list[Finding]:
    """What is wrong with the gradient with respect to one input, nothing where it is right."""
    first = observations[0]
    error = first.relative_error(position)
    if all(observed.is_right(position) for observed in observations):
        return few_digits(first, position, error or 0.0)
    if error is None:
        return []  # an input without a gradient, such as a label
    found = explained(observations, position) or of_meant_form(observations, position)
    if found is None:
        found = (
            first.trial.kind.unexplained(first, position)
            or penalty_is_wrong(observations, position)
            or forward_lacks(observations, position)
            or option_is_ignored(observations, position)
            or of_pattern(observations, position)
            or forgotten_output(first, position)
            or None
        )
    if found is None and is_zero(observations, position):
        return [finding("missing-gradient.zero", at=position)]
    if found is not None:
        return found
    return [finding("unrecognised", *evidence_of(observations, position), at=position)]


def evidence_of(observations: Sequence[Observed], position: int) -> list[Phrase]:
    """What the gradient is like in the trial in which it errs most, and where it is right in another."""
    worst = max(observations, key=lambda observed: observed.relative_error(position) or 0.0)
    said = describe(worst, position)
    there, usual = (shape_text(observed.trial.values[position]) for observed in (worst, observations[0]))
    if not said or there == usual or not observations[0].is_right(position):
        return said
    words = {"input": worst.trial.subject.name_of(position), "found": there, "right": usual}
    return [said[0], phrase("where-shape", **words), *said[1:]]


def is_zero(observations: Sequence[Observed], position: int) -> bool:
    """Whether nothing of what backward computes comes to an input, whatever the upstream gradient is."""
    gradients = [observed.analytic[position] for observed in observations]
    return all(gradient is not None and not gradient.any() for gradient in gradients)


def with_batches(setup: SetUp, found: Sequence[Finding]) -> Iterator[Finding]:
    """The findings; of what nothing explains, it is said where it is right for a batch of one row.

    Where that is so of a bias alone, it is the gradient of one row.
    """
    single = setup.remake({**SIZES[0], "N": 1}) if any(f.name == "unrecognised" for f in found) else None
    alone = None if single is None else observe(single)
    for one in found:
        known = one.name == "unrecognised" and one.position is not None and bool(one.evidence)
        if alone is not None and known and is_right_in(alone, one.position):
            size, *others = one.evidence
            names = [setup.first.subject.name_of(f.position or 0) for f in found]
            if all(map(is_bias, names)):
                yield finding("batch-not-summed.one-row", phrase("where-batch"), at=one.position)
                continue
            yield replace(one, evidence=(size, phrase("where-batch"), *others))
        else:
            yield one


def is_right_in(observed: Observed, position: int | None) -> bool:
    return position is not None and position < len(observed.analytic) and observed.is_right(position)


def of_meant_form(observations: Sequence[Observed], position: int) -> list[Finding] | None:
    """Where forward is wrong: the findings if backward belongs to the right one, None if to neither."""
    trial = observations[0].trial
    if trial.kind is UNKNOWN or (trial.form is not None and trial.form.right):
        return None
    right = trial.kind.right
    meant = [reference(observed.trial, right) for observed in observations]
    if any(y is None or y.size != o.trial.outputs[0].size for y, o in zip(meant, observations, strict=True)):
        return None
    judged = [replace(observed, trial=replace(observed.trial, form=right)) for observed in observations]
    errors = [observed.relative_error(position) for observed in judged]
    if all(error is not None and error <= 1e-6 for error in errors) or slips_as_forward(
        judged, position, trial
    ):
        return []
    return explained(judged, position) or None


def slips_as_forward(judged: Sequence[Observed], position: int, trial: Trial) -> bool:
    """Whether the gradient has the slip that forward has, and no other: to mend one is to mend both."""
    written = None if trial.form is None else trial.form.written
    same = [wrong for wrong in trial.gradient_of_kind(position).wrong if wrong.form and wrong.form == written]
    return any(
        all((found := fit(one, position, wrong, None)) and abs(found[0] - 1) < 1e-6 for one in judged)
        for wrong in same
    )


def few_digits(observed: Observed, position: int, error: float) -> list[Finding]:
    """A gradient that is right, but only to float32's digits though it is given float64."""
    gradient = observed.gradients[0][position]
    if gradient is None or not observed.trial.dtype == gradient.dtype == np.float64:
        return []
    if error <= 1e-10 or not is_float32_inside(gradient):
        return []
    return [finding("wrong-dtype.float32", phrase("digits", error=f"{error:.0e}"), at=position)]


def wrong_shape(setup: SetUp, position: int) -> list[Finding]:
    """A gradient whose shape tells nothing: looked at again with square matrices."""
    words = shapes(setup.first, position, (setup.returned or [])[position])
    for observed in in_square(setup):
        found = wrong_in_square(observed, position)
        if found:
            return [with_evidence(f, words) for f in found]
    if takes_again(setup, position):
        return [finding("kernel-not-flipped.again", words, at=position)]
    if is_last_of_loop(setup, position):
        return [finding("not-accumulated.place", words, at=position)]
    return [finding("unrecognised.shape", words, at=position)]


def is_last_of_loop(setup: SetUp, position: int) -> bool:
    """Whether a loop computes the gradient of one row, and only the last round's is returned."""
    found, value = (setup.returned or [])[position], setup.first.values[position]
    if not setup.first.subject.code or np.shape(found) != np.shape(value)[1:]:
        return False
    backward = setup.first.subject.code[0]
    names = returned_names(backward)
    return position < len(names) and names[position] in set_anew_in_loops(backward)


def takes_again(setup: SetUp, position: int) -> bool:
    """Whether forward takes some elements, every second say, and backward does the same to g."""
    trial, gradient = setup.first, (setup.returned or [])[position]
    if not np.isin(trial.outputs[0], trial.values[position]).all():
        return False
    g = trial.upstreams[0][0]
    try:
        again = trial.forward([g if i == position else v for i, v in enumerate(trial.values)])[0]
    except Exception:  # it takes no fewer
        return False
    return again.shape == gradient.shape and np.allclose(again, gradient)


# A wrong gradient that nothing explains


def describe(observed: Observed, position: int) -> list[Phrase]:
    """What can be said of it: size and angle, where it errs, and how its ratio to the right one behaves."""
    a, n = observed.analytic[position], observed.right[position]
    error = observed.relative_error(position)
    if a is None or n is None or error is None or not np.isfinite(a).all():
        return []
    alpha = float(a @ n / (n @ n)) if float(n @ n) > 0 else float("nan")
    size = phrase("error", error=f"{error:.2g}", alpha=f"{alpha:.3f}", cosine=f"{cosine(a, n):.3f}")
    both = stacked(observed, position)
    if both is None:  # some coordinates lie at a kink
        return [size]
    a, n = both
    return [size, *where(observed, position, abs(a - n) > 1e-6 * abs(n).max()), *ratios(a, n)]


def where(observed: Observed, position: int, wrong: Array) -> list[Phrase]:
    """The region that holds all errors."""
    trial = observed.trial
    value = trial.values[position]
    upstreams = [g[0] for g in trial.upstreams]
    of_value = [g for g in upstreams if g.shape == value.shape]
    others = {}
    if trial.role(position) == "logits" and "label" in trial.variables:
        targets = trial.arrangement.slots[position].actual(trial.variables["label"]).reshape(value.shape) > 0
        others = {"targets": targets, "others": ~targets}
    return regions(wrong, value, np.stack(of_value) if len(of_value) == len(wrong) else None, others)
