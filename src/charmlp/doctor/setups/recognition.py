"""What an operation is meant to be: said by the user, by its name, or by what its forward computes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import torch

from charmlp.doctor.arrangement import SIZES, Arrangement, Sizes
from charmlp.doctor.kind import Form, Kind
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.building import OPTIONS, Build, fill_options
from charmlp.doctor.operation.subject import Subject
from charmlp.doctor.setups.repair import shape_text
from charmlp.doctor.setups.setup import Reading
from charmlp.doctor.setups.trial import Trial
from charmlp.doctor.words import one_line

# Words in a name that say nothing about the formula.
FILLING = {
    "function", "func", "fn", "layer", "module", "op", "my", "custom", "manual", "own", "the", "autograd",
    "activation", "act", "loss", "new", "old", "torch", "nn", "hand", "written", "student", "test",
    "wrong", "bad", "good", "broken", "right", "buggy", "fixed", "naive", "simple", "f",
}  # fmt: skip
CLOSE = {torch.float64: 1e-6, torch.float32: 1e-4}  # relative: a forward agrees with a reference
NOISE = 0.1  # relative size of noise through which a kind can still be recognised


def kind_of_name(name: str) -> str | None:
    """The kind that a name stands for, by its last word.

    >>> [kind_of_name(n) for n in ("MyReLUFunction", "CrossEntropyLoss", "mse_loss", "LeakyReLU", "Op3")]
    ['relu', 'cross_entropy', 'mse', 'leaky_relu', None]
    """
    if "relu6" in name.lower():
        return None
    plain = re.sub(r"ReLU|RELU", "Relu", name).replace("LU", "lu")
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", plain)]
    spelled = "".join(words)
    kept = "".join(word for word in words if word not in FILLING)
    meant = {spelled, kept, spelled.removesuffix("loss")}
    return next((kind for kind in kinds() if meant & set(kinds()[kind].aliases)), None)


def recognise(build: Build, name: str, said: str | None) -> Reading:
    """Find out what the operation is; raises `CannotExamineError` where it cannot even be called."""
    claimed = said or kind_of_name(name)
    others = [] if said else [kind for kind in kinds().values() if kind.name != claimed]
    for dtype in CLOSE:
        meant = read_as(build, kinds()[claimed], dtype, named=True) if claimed else None
        if meant is not None:
            return meant  # even where forward is another operation: the name says what was meant
        best = None
        for kind in others:
            reading = read_as(build, kind, dtype, named=False)
            if reading is not None and counts(reading.form, named=False):
                return reading
            best = best or reading
        if best is not None:
            return best
    if said is not None:
        return misfit(build, kinds()[said])
    return recognise_noisy(build) or Reading()


def counts(form: Form | None, named: bool) -> bool:
    """Whether agreeing with this form settles what the operation is."""
    return form is not None and (named or form.right or form.unless_named)


def recognise_noisy(build: Build) -> Reading | None:
    """A kind whose forward comes out with a little random noise, which no such operation has."""
    for kind in kinds().values():
        if not kind.seen_through_noise:
            continue
        trial = try_arrangement(build, kind, kind.arrangements[0], torch.float64, SIZES[0])
        if trial is None or not agrees(trial, kind.right, close=NOISE):
            continue
        other = trial.forward(trial.values, seed=1)
        if not torch.equal(other[0], trial.outputs[0]):
            return Reading(kind, trial.arrangement, None, trial.dtype, named=True)
    return None


def read_as(build: Build, kind: Kind, dtype: torch.dtype, *, named: bool) -> Reading | None:
    """The first arrangement with which forward agrees with a form of `kind`; else, the first that runs."""
    by_columns = any(arrangement.output.form == "transposed" for arrangement in kind.arrangements)
    right: Reading | None = None
    wrong: Reading | None = None
    running: Reading | None = None
    for arrangement in kind.arrangements:
        trial = try_arrangement(build, kind, arrangement, dtype, SIZES[0])
        if trial is None:
            continue
        form = agreeing_form(trial)
        reading = Reading(kind, arrangement, form, trial.dtype, named)
        if form is not None and form.right:
            if right is None:
                right = reading
            elif arrangement.output.form == "transposed":  # columns, where the first took it for rows
                right = replace(right, others=(*right.others, arrangement))
            if not by_columns:
                break
        elif form is not None and (named or form.telling) and "N" not in arrangement.sizes:
            wrong = wrong or reading
        elif plausible(trial):
            running = running or reading
            if not kind.try_all:
                break  # one row or one column would tell less, and may agree by luck
    return right or wrong or (running if named else None)


def try_arrangement(
    build: Build, kind: Kind, arrangement: Arrangement, dtype: torch.dtype, sizes: Sizes, seed: int = 0
) -> Trial | None:
    """The operation with inputs in this arrangement, or None where it does not take them."""
    trial = arranged(build, kind, arrangement, dtype, sizes, seed)
    try:
        if trial is None or contradicts(trial.subject, arrangement):
            return None
        if not all(torch.isfinite(y).all() for y in trial.outputs):
            return None
    except Exception:
        return None
    if dtype == torch.float64 and all(y.dtype == torch.float32 for y in trial.outputs):
        return try_arrangement(build, kind, arrangement, torch.float32, sizes, seed)
    return trial


def arranged(
    build: Build, kind: Kind, arrangement: Arrangement, dtype: torch.dtype, sizes: Sizes, seed: int = 0
) -> Trial | None:
    """Inputs in this arrangement, not yet tried; None where their number speaks against it."""
    subject = build(constructor_sizes(arrangement, sizes), dtype)
    fitted = fit_sizes(subject, arrangement, sizes)
    if fitted is None:
        return None
    values = arrangement.random_values(fitted, dtype, seed)
    fillers = fill_options(subject, len(values))
    if fillers is None or not enough(subject, kind, len(values)):
        return None
    return Trial(subject, values, {**fitted, **arrangement.sizes}, arrangement, kind, fillers=fillers)


def constructor_sizes(arrangement: Arrangement, sizes: Sizes) -> Sizes:
    """The sizes that a module's constructor is given: its outputs are the classes where there is no K."""
    return sizes if "K" in arrangement.letters else {**sizes, "K": sizes["C"]}


def contradicts(subject: Subject, arrangement: Arrangement) -> bool:
    """Whether an input's name says that it is another one than the arrangement takes it for."""
    for position, slot in enumerate(arrangement.slots):
        name = subject.name_of(position).lower().rpartition(".")[2]
        meant = [other.role for other in arrangement.slots if name in other.role.called]
        if meant and slot.role not in meant:
            return True
    return False


def failure(build: Build, reading: Reading, sizes: Sizes) -> Exception | None:
    """What forward raises at other sizes with inputs that it takes otherwise, None for nothing."""
    assert reading.kind is not None and reading.arrangement is not None
    try:
        trial = arranged(build, reading.kind, reading.arrangement, reading.dtype, sizes, seed=1)
    except CannotExamineError:
        return None
    return None if trial is None else error_of(trial)


def error_of(trial: Trial) -> Exception | None:
    """What forward raises."""
    try:
        trial.outputs  # noqa: B018 (computed here for the first time)
    except Exception as error:
        return error
    return None


def fit_sizes(subject: Subject, arrangement: Arrangement, sizes: Sizes) -> Sizes | None:
    """The sizes, made to fit parameters of fixed shape; None where these are not of this arrangement."""
    fitted = dict(sizes)
    slots = dict(enumerate(arrangement.slots))
    for position, parameter in subject.parameters.items():
        role = slots[position].role.name if position in slots else None
        shape = tuple(parameter.shape)
        if role == "weight" and len(shape) == 2:
            fitted["K"], fitted["D"] = shape if slots[position].form == "plain" else shape[::-1]
        elif role != "bias":
            return None
    for position, parameter in subject.parameters.items():
        slot = slots[position]
        if slot.role.name == "bias" and parameter.shape != slot.actual(torch.zeros(fitted["K"])).shape:
            return None
    if subject.parameters and len(subject.required or ()) != len(slots):
        return None
    return fitted


def enough(subject: Subject, kind: Kind, n_values: int) -> bool:
    """Whether the inputs are all that the formula needs, and what follows them are options.

    An input that nobody knows is an option of a loss (a total, say), but might be the bias of a linear layer.
    """
    extra = (subject.required or ())[n_values:]
    return len(extra) <= 1 and (kind.is_loss or all(name in OPTIONS for name in extra))


def plausible(trial: Trial) -> bool:
    """Whether an output that agrees with no form at least has the shape of one."""
    references = (reference(trial, trial.values, form) for form in forms_of(trial))
    shapes = {tuple(y.shape) for y in references if y is not None} | {(1,)}
    return len(trial.outputs) == 1 and tuple(trial.outputs[0].shape) in shapes


def agreeing_form(trial: Trial) -> Form | None:
    """The form whose output is that of the operation."""
    return next((form for form in forms_of(trial, more=True) if agrees(trial, form)), None)


def forms_of(trial: Trial, more: bool = False) -> Iterator[Form]:
    """The forms of the trial's kind; with `more`, also those whose parameter is read off it."""
    assert trial.kind is not None
    yield from trial.kind.forms
    if more:
        yield from trial.kind.more_forms(trial)


def agrees(trial: Trial, form: Form, close: float | None = None) -> bool:
    """Whether the output is the form's, up to a relative error."""
    y = reference(trial, trial.values, form)
    if len(trial.outputs) != 1 or y is None:
        return False
    found = trial.outputs[0].double()
    if found.shape != y.shape and not (found.numel() == y.numel() == 1):
        return False
    far_out = close is None and trial.kind is not None and trial.kind.compared_far_out
    if far_out and not agrees_far_out(trial, form):
        return False
    largest = y.abs().max().clamp(min=1e-300)
    return bool((found.reshape(y.shape) - y).abs().max() <= (close or CLOSE[trial.dtype]) * largest)


def agrees_far_out(trial: Trial, form: Form) -> bool:
    """The same at ten times the numbers: what is clipped at 6, say, is neither relu nor identity."""
    values = [10 * value for value in trial.values]
    y = reference(trial, values, form)
    try:
        return y is not None and torch.allclose(
            trial.forward(values)[0].double(), y, rtol=CLOSE[torch.float32]
        )
    except Exception:
        return False


def reference(trial: Trial, values: Iterable[torch.Tensor], form: Form) -> torch.Tensor | None:
    """The output of a form in float64, None where it takes other inputs."""
    try:
        return trial.reference(list(values), form).double()
    except (ValueError, RuntimeError, KeyError, IndexError):
        return None


def misfit(build: Build, kind: Kind) -> Reading:
    """An operation that runs with inputs of its kind, but whose output can be of no such kind.

    Raises `CannotExamineError` where it does not even run.
    """
    made = (arranged(build, kind, arrangement, torch.float64, SIZES[0]) for arrangement in kind.arrangements)
    trials = [trial for trial in made if trial is not None]
    running = next((trial for trial in trials if error_of(trial) is None), None)
    if running is not None:
        shape = ", ".join(map(shape_text, running.outputs))
        finite = all(torch.isfinite(y).all() for y in running.outputs)
        words = phrase("output-shape", found=shape) if finite else phrase("not-finite")
        return Reading(kind, named=True, misfit=words)
    takes = "takes " + ", ".join(build(SIZES[0], torch.float64).required or ())
    reason = next((one_line(error) for trial in trials if (error := error_of(trial))), takes)
    raise CannotExamineError("does-not-fit", kind=kind.name, reason=reason)
