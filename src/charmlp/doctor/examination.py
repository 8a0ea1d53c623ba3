"""One operation examined: from what it is, through set-ups and checks, to its diagnosis."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import GUESSED, SIZES
from charmlp.doctor.catalogue import page
from charmlp.doctor.checks import CHECKS
from charmlp.doctor.checks.asked import asked_for_all
from charmlp.doctor.checks.class_centres import without_centres
from charmlp.doctor.checks.invariances import of_what_forward_forbids
from charmlp.doctor.diagnosis import Comparison, Diagnosis
from charmlp.doctor.doubts import without_doubtful
from charmlp.doctor.editing.saved import with_saved
from charmlp.doctor.editing.search import UNEXPLAINED, with_slips, without_search
from charmlp.doctor.functions import FLOAT64, Array
from charmlp.doctor.merging import merge, without_echoes
from charmlp.doctor.mistake import CannotExamineError, Finding, Mistake, NotWrittenError, Phrase, phrase
from charmlp.doctor.operation.building import (
    builders,
    builders_of_other_losses,
    builders_otherwise,
    framework_of,
    last_builders,
)
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.options import flags_of
from charmlp.doctor.operation.own_run import as_in, own_calls
from charmlp.doctor.operation.subject import Build, quiet_and_seeded
from charmlp.doctor.parts import OF_A_PART, in_parts
from charmlp.doctor.plausibility import (
    backward_fails,
    dimensions,
    hides,
    is_doubtful,
    is_of_dimensions,
    is_of_shapes,
    is_of_two,
    is_set_otherwise,
    is_sure,
    is_sure_otherwise,
    lacks_inputs,
    likelihood,
    misses_rows,
    shapes,
    takes_data,
    takes_one_for_all,
    unlikely,
    without_ignored,
)
from charmlp.doctor.setups.given import given_trial
from charmlp.doctor.setups.making import make_setup
from charmlp.doctor.setups.recognition import kind_of_name, recognise
from charmlp.doctor.setups.setup import Reading, SetUp
from charmlp.doctor.setups.variants import (
    is_right,
    of_one_sample,
    of_other_labels,
    of_other_sizes,
    one_at_a_time,
    right_with_one_row,
)
from charmlp.doctor.standing_in import (
    is_led_through,
    is_rough_by_steps,
    judged_by_stand_ins,
    may_be_led_through,
)
from charmlp.doctor.use import diagnoses_in_use, set_otherwise
from charmlp.doctor.words import LANGUAGES, say

OF_TRAINING = {"batch_norm"}  # kinds that are other formulas in use, with the means of training
OTHER_LOSSES = 6.0  # seconds of processor time for losses that code may be the gradient of as well


def examine_operation(
    operation: Any, inputs: Sequence[Any] | None, kind: str | None, target: str, name: str
) -> Diagnosis:
    """The diagnosis of one operation. Never raises for what the operation does."""
    return replace(diagnosis_of(operation, inputs, kind, target, name), framework=framework_of(operation))


def diagnosis_of(
    operation: Any, inputs: Sequence[Any] | None, kind: str | None, target: str, name: str
) -> Diagnosis:
    with quiet_and_seeded():
        try:
            name = "" if is_configured(operation) else name
            first = likeliest(builders(operation), inputs, kind, target, name)
            if inputs is None and (found := seen_otherwise(operation, first, kind, target, name)) is not None:
                return found
            if inputs is not None or kind is not None or not (first.reason or is_doubtful(first)):
                return first
            if (of_other := of_another_loss(operation, first, target, name)) is not None:
                return of_other
            is_pair = isinstance(operation, Written) and operation.is_class
            if first.mistakes and is_pair and not takes_data(first):
                return first  # its two methods belong together: other inputs would only hide what is wrong
            last = [in_both_modes(b, inputs, kind, target, name) for b in last_builders(operation)]
            better = (
                one
                for one in last
                if not hides(first, one)
                and (one or (one.reason is None and (first.reason or not unlikely(one))))
            )
            return next(better, without_ignored(first))
        except CannotExamineError as error:
            return not_examined(target, kind, error)
        except SystemExit as error:  # the operation ends the program
            return Diagnosis(target, kind, reason=phrase("breaks-off", reason=f"SystemExit: {error}"))


def seen_otherwise(
    operation: Any, first: Diagnosis, kind: str | None, target: str, name: str
) -> Diagnosis | None:
    """What other settings, or the file's own inputs and objects, show, and the usual ones do not."""
    looks = (made_otherwise, as_its_file_uses_it, meant_otherwise)
    found = (look(operation, first, kind, target, name) for look in looks)
    return next((one for one in found if one is not None), None)


def as_its_file_uses_it(
    operation: Any, first: Diagnosis, kind: str | None, target: str, name: str
) -> Diagnosis | None:
    """What is found with the file's own inputs and objects, where that counts: a mistake before all else."""
    if not (first or lacks_inputs(first)):
        return None
    used = [
        one
        for one in in_use(operation, kind, target, name)
        if is_sure(one, first) or is_set_otherwise(one, first)
    ]
    if not used and first:
        used = list(in_other_settings(operation, first, kind, target, name))
    return next((one for one in used if one.mistakes), used[0] if used else None)


def in_other_settings(
    operation: Any, first: Diagnosis, kind: str | None, target: str, name: str
) -> Iterator[Diagnosis]:
    """The mistakes, with our inputs, of objects as its file makes them."""
    for call in set_otherwise(operation, first):
        with as_in(call):
            found = likeliest(builders(operation), None, kind, target, name)
        if is_sure(found, first):
            yield replace(found, notes=(*found.notes, phrase("own-object")))


def in_use(operation: Any, kind: str | None, target: str, name: str) -> Iterator[Diagnosis]:
    return diagnoses_in_use(operation, lambda thing, inputs: diagnosis_of(thing, inputs, kind, target, name))


def made_otherwise(
    operation: Any, first: Diagnosis, kind: str | None, target: str, name: str
) -> Diagnosis | None:
    """The mistakes, if they have names, of an object that is right with its settings by default."""
    builds = builders_otherwise(operation) if first or is_of_two(first) else []
    found = likeliest(builds, None, kind, target, name) if builds else None
    if found is None or not is_sure_otherwise(found, first):
        return None
    return replace(found, trials=first.trials + found.trials)


def meant_otherwise(
    operation: Any, first: Diagnosis, kind: str | None, target: str, name: str
) -> Diagnosis | None:
    """What is found with the file's own inputs, where nothing but the shapes of ours may be wrong."""
    if kind is not None:
        return None
    if misses_rows(first) or is_of_shapes(first):
        used = next(in_use(operation, None, target, name), None)
        is_worse = is_of_shapes(first) and not backward_fails(first)
        if used is not None and not misses_rows(used) and not (is_worse and unlikely(used)):
            return used
    if is_of_dimensions(first):
        used = next(in_use(operation, None, target, first.kind or name), None)
        if used and (dimensions(used) != dimensions(first) or is_of_one_row(operation, used)):
            return used
    return None


def is_of_one_row(operation: Any, used: Diagnosis) -> bool:
    """Whether its file learns from one row at a time: nothing is to be summed there."""
    calls = [call for function in getattr(operation, "code", ()) for call in own_calls(function)]
    given = [value for call in calls for value in call.arguments.values()]
    rows = {len(value) for value in given if getattr(value, "ndim", 0) == 2}
    return rows == {1} and len(shapes(used)[0]) == 2


def not_examined(target: str, kind: str | None, error: CannotExamineError) -> Diagnosis:
    if isinstance(error, NotWrittenError):
        return Diagnosis(target, kind, unwritten=error.reason)
    return Diagnosis(target, kind, reason=error.reason)


def of_another_loss(operation: Any, first: Diagnosis, target: str, name: str) -> Diagnosis | None:
    """The mistakes of code that computes no loss, if they have names with another loss than the likeliest."""
    is_doubted = first.reason is not None and first.reason.key == "no-usual-loss"
    explained = [m for m in first.mistakes if m.name not in {"forward-wrong", *UNEXPLAINED}]
    if not is_doubted and (explained or not first.mistakes):
        return None
    ends = time.process_time() + OTHER_LOSSES
    for build in builders_of_other_losses(operation):
        if time.process_time() > ends:
            break
        with suppress(CannotExamineError):
            found = diagnose(build, None, None, target, name)
            if found.mistakes and not {"forward-wrong", *UNEXPLAINED} & {m.name for m in found.mistakes}:
                return found
    return None


def is_configured(operation: Any) -> bool:
    """Whether options make it something else than its name says: a sum instead of a mean, smoothed labels."""
    if getattr(operation, "keywords", None):  # functools.partial
        return True
    usual: dict[str, tuple[Any, ...]] = {
        "reduction": ("mean",), "label_smoothing": (0.0,), "weight": (None,), "dim": (-1, 1)
    }  # fmt: skip
    torch = sys.modules.get("torch")
    if (
        torch is None
        or not isinstance(operation, torch.nn.Module)
        or next(operation.parameters(), None) is not None
    ):
        return False
    return any(getattr(operation, option, values[0]) not in values for option, values in usual.items())


def likeliest(
    builds: Sequence[Build], inputs: Sequence[Any] | None, kind: str | None, target: str, name: str
) -> Diagnosis:
    """Of several readings of one piece of code: a right one, else one with few mistakes, of known kinds.

    Where a mistake sits takes long to find, and is not looked for as long as another reading may be right.
    """
    if len(builds) > 1:
        with without_search():
            quick = (in_both_modes(build, inputs, kind, target, name) for build in builds)
            if (right := next(filter(None, quick), None)) is not None:
                return right
    diagnoses = []
    for build in builds:
        diagnoses.append(in_both_modes(build, inputs, kind, target, name))
        if diagnoses[-1]:
            return diagnoses[-1]
    names = [[mistake.name for mistake in diagnosis.mistakes] for diagnosis in diagnoses]
    ranks = [(not each, "unrecognised" in each, len(each)) for each in names]
    return diagnoses[ranks.index(min(ranks))]


def in_both_modes(
    build: Build, inputs: Sequence[Any] | None, kind: str | None, target: str, name: str
) -> Diagnosis:
    """As in training, and where that is right, or does not run, as in use."""
    try:
        first, reason = diagnose(build, inputs, kind, target, name), None
    except CannotExamineError as error:
        first, reason = not_examined(target, kind, error), error.reason
    if first.mistakes or inputs is not None or (reason and reason.key == "cannot-build"):
        return first
    try:
        if not any(flags_of(build(SIZES[0], FLOAT64))):
            return first
        second = diagnose(build, inputs, kind, target, name, flags=False)
        if first and first.kind in OF_TRAINING and any(m.name == "forward-wrong" for m in second.mistakes):
            # in use it is another formula: only its gradients are looked at
            second = examine_setup(make_setup(build, Reading(flags=False)), target)
    except CannotExamineError:
        if reason is None:
            raise
        return first
    if first and takes_one_for_all(second, first):
        return first  # in use, forward takes more than it is meant for: one column for all
    found = second if second.mistakes or not first else first
    return replace(found, trials=first.trials + second.trials)


def diagnose(
    build: Build,
    inputs: Sequence[Any] | None,
    kind: str | None,
    target: str,
    name: str,
    *,
    flags: bool = True,
) -> Diagnosis:
    """The first reading of the inputs that makes it healthy, else the most usual one.

    x W + b may be meant for rows or for columns, and only backward tells which.
    """
    name = build(SIZES[0], FLOAT64).meant or name
    if inputs is not None:
        meant = kind or kind_of_name(name)
        given = given_trial(build, inputs, meant, said=kind is not None)
        reading = Reading(given.kind, GUESSED, given.form, given.dtype, named=given.kind.name == meant)
        return examine_setup(make_setup(build, reading, given), target)
    reading = recognise(build, name, kind, flags)
    if reading.misfit is not None:  # its output can be of no such kind
        wrong = Mistake(
            "forward-wrong",
            "other",
            {"right": reading.kind.right.text},
            evidence=(reading.misfit,),
            page=page("forward-wrong", reading.kind.page),
            kind=reading.kind.name,
        )
        return Diagnosis(target, reading.kind.name, (wrong,))
    diagnoses = []
    for arrangement in (reading.arrangement, *reading.others):
        diagnosis = examine_setup(make_setup(build, replace(reading, arrangement=arrangement)), target)
        if diagnosis:
            return diagnosis
        one_only = arrangement.second and {"N", "K"} & set(arrangement.sizes)  # which hides mistakes
        if arrangement is reading.arrangement or not one_only:
            diagnoses.append(diagnosis)
    if backward_fails(diagnoses[0]) and kind is None and reading.arrangement is not GUESSED:
        with suppress(CannotExamineError):  # inputs of another kind, or with more dimensions
            guessed = examine_setup(make_setup(build, Reading(flags=flags)), target)
            if not backward_fails(guessed) and not unlikely(guessed):
                return guessed
    return min(diagnoses, key=likelihood)


def examine_setup(setup: SetUp, target: str) -> Diagnosis:
    """The diagnosis with the usual inputs, or where all gradients are right with these, with others."""
    if (of_one := one_at_a_time(setup)) is not None:
        diagnosis = judged(of_one, target)
        return replace(diagnosis, notes=(*diagnosis.notes, phrase("one-at-a-time")))
    diagnosis = judged(setup, target)
    if may_be_led_through(setup, diagnosis):
        led = judged_by_stand_ins(setup, diagnosis, judged)
        if led is not diagnosis:
            return led
    if diagnosis.reason is not None or not unstable_at_most(diagnosis):
        return diagnosis
    more = list(right_with_one_row(setup)) if diagnosis else []
    others = (of_other_sizes(setup), of_one_sample(setup)) if diagnosis else ()
    for trial in chain(of_other_labels(setup), *others):
        right = is_right(trial)
        if right is False:
            there = judged(replace(setup, trials=(trial,)), target)
            if there.mistakes:
                return replace(there, trials=(*diagnosis.trials, *there.trials), is_read=True)
        more += [trial] if right else []
    return replace(diagnosis, trials=(*diagnosis.trials, *more))


def unstable_at_most(diagnosis: Diagnosis) -> bool:
    return all(mistake.name == "unstable" for mistake in diagnosis.mistakes)


def judged(setup: SetUp, target: str) -> Diagnosis:
    """Every check, and what its findings come to."""
    trial = setup.first
    if not any(trial.wants):
        raise CannotExamineError("no-inputs")
    found = list(without_centres(setup, [one for check in CHECKS for one in check(setup)]))
    findings = without_echoes([one for one in found if isinstance(one, Finding)])
    unknown = [one for one in findings if one.name == "unrecognised"]
    of_loss = of_scores(trial.subject.scores) if unknown and trial.subject.scores is not None else []
    if of_loss:
        findings = [one for one in findings if one not in unknown]
    explained = of_what_forward_forbids(setup, with_saved(setup, with_slips(setup, findings)))
    mistakes, reason = in_parts(setup, merge(trial, explained), examined_parts)
    if reason is None:
        mistakes, reason = without_doubtful(setup, mistakes + of_loss)
    if is_rough_by_steps(setup, reason) and is_led_through(examined_parts(setup).values()):
        reason = None
    conditions = [phrase("condition", input=name) for name in trial.subject.conditions]
    notes = tuple(one for one in [trial.subject.note, *conditions, *found] if isinstance(one, Phrase))
    return Diagnosis(
        target, trial.kind.name or None, tuple(mistakes), notes, reason, tuple(comparisons(setup)),
        trials=(trial, *asked_for_all(setup)[:1]),
    )  # fmt: skip


def examined_parts(setup: SetUp) -> dict[str, Diagnosis]:
    """The Functions that a composed operation uses, by name."""
    return {f.__name__: examine_operation(f, None, None, f.__name__, f.__name__) for f in setup.first.parts}


def of_scores(build: Build) -> list[Mistake]:
    """The mistakes of a loss of x W, seen as one of its scores, where they have names."""
    try:
        diagnosis = diagnose(build, None, None, "", "")
    except CannotExamineError:
        return []
    if diagnosis.kind is None or any(m.name in OF_A_PART for m in diagnosis.mistakes):
        return []
    as_scores = {language: say("as-scores", language, {}) for language in LANGUAGES}
    return [replace(m, values={**m.values, "part": as_scores}) for m in diagnosis.mistakes]


def comparisons(setup: SetUp) -> list[Comparison]:
    """Analytic and numeric gradient with respect to each input, for the figure."""
    trial, found = setup.first, []
    gradients = {} if setup.repaired is None else dict(enumerate(setup.repaired.gradients))
    for position, jacobian in trial.jacobians.items():
        gradient = gradients.get(position)
        if gradient is None:
            continue
        numeric = np.full(gradient.size, np.nan)
        numeric[jacobian.coordinates] = jacobian.transposed_times(trial.upstreams[0])
        both = (gradient.astype(float), numeric.reshape(gradient.shape))
        found.append(Comparison(trial.subject.name_of(position), *map(as_matrix, both)))
    return found


def as_matrix(array: Array) -> list[list[float]]:
    """At most 64 × 64 numbers of an array, as rows."""
    matrix = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    found: list[list[float]] = matrix[:64, :64].tolist()
    return found
