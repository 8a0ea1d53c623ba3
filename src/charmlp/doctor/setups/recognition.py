"""What an operation is meant to be: said by the user, by its name, or by what its forward computes."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

import numpy as np

from charmlp.doctor.arrangement import SIZES, Arrangement, Sizes
from charmlp.doctor.functions import FLOAT32, FLOAT64
from charmlp.doctor.kind import UNKNOWN, Form, Kind
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.options import fill_options, is_option
from charmlp.doctor.operation.subject import Build
from charmlp.doctor.setups.repair import shape_text
from charmlp.doctor.setups.setup import Reading
from charmlp.doctor.setups.trial import Trial, reference
from charmlp.doctor.words import one_line

# Words in a name that say nothing about the formula.
FILLING = {
    "function", "func", "fn", "layer", "module", "op", "my", "custom", "manual", "own", "the", "autograd",
    "activation", "act", "loss", "criterion", "new", "old", "torch", "nn", "hand", "written", "student",
    "test", "wrong", "bad", "good", "broken", "right", "buggy", "fixed", "naive", "simple", "f",
    "forward", "fwd", "fprop", "numpy", "np", "vectorized", "fast", "train", "scratch",
}  # fmt: skip
CLOSE = {
    np.dtype(np.float64): 1e-6,
    FLOAT32: 1e-4,
}  # relative: a forward agrees with a reference
EXACT = 1e-11
NOISE = 0.1  # relative size of noise through which a kind can still be recognised


def kind_of_name(name: str) -> str | None:
    """The kind that a name stands for, by its last word.

    >>> [kind_of_name(n) for n in ("MyReLUFunction", "mse_loss", "LayerNormFn", "Linear1", "L1Loss", "Op3")]
    ['relu', 'mse', 'layer_norm', 'linear', 'l1', None]
    """
    if re.search(r"relu6|log(2|10)|exp2", name.lower()):
        return None
    return next((kind for kind in kinds() if spelled(name) & set(kinds()[kind].aliases)), None)


def spelled(name: str) -> set[str]:
    """The spellings of a name under which a kind may be known."""
    plain = re.sub(r"ReLU|RELU", "Relu", name).replace("LU", "lu")
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", plain)]
    letters = [word for word in words if not word.isdigit()]
    return spellings(words) | spellings(letters)  # L1Loss, and Linear1


def spellings(words: list[str]) -> set[str]:
    spelled = "".join(words)
    plain = "".join(word for word in words if word not in FILLING)
    with_layer = "".join(word for word in words if word not in FILLING - {"layer"})  # LayerNormFunction
    return {spelled, plain, with_layer, spelled.removesuffix("loss")}


def recognise(build: Build, name: str, said: str | None, flags: bool = True) -> Reading:
    """Find out what the operation is; raises `CannotExamineError` where it cannot even be called."""
    claimed = said or kind_of_name(name)
    others = [] if said else [k for k in kinds().values() if k.name != claimed and not k.by_name]
    others.sort(key=lambda kind: kind.is_random)  # x and x · o may pass for a dropout as well
    for dtype in (FLOAT64, FLOAT32):
        meant = read_as(build, kinds()[claimed], dtype, flags, named=True) if claimed else None
        if meant is not None and said is None and meant.form is None and meant.kind.has_options:
            return replace(meant, kind=UNKNOWN, named=False)
        if meant is not None:  # even where forward is another operation: the name says what was meant
            return (said is None and of_shared_name(build, name, meant, dtype, flags)) or meant
        best = None
        for kind in others:
            reading = read_as(build, kind, dtype, flags, named=False)
            if reading is not None and counts(reading.form, named=False):
                return reading
            best = best or reading
        if best is not None:
            return best
    if said is not None:
        return misfit(build, kinds()[said])
    return recognise_noisy(build, flags) or Reading(flags=flags)


def of_shared_name(build: Build, name: str, meant: Reading, dtype: np.dtype, flags: bool) -> Reading | None:
    """Another kind with the same name whose forward it is: a dense layer may have its activation in it."""
    if meant.form is not None:
        return None
    shared = [kind for kind in kinds().values() if spelled(name) & set(kind.also_called)]
    readings = (read_as(build, kind, dtype, flags, named=True) for kind in shared)
    return next(
        (one for one in readings if one is not None and one.form is not None and one.form.right), None
    )


def counts(form: Form | None, named: bool) -> bool:
    """Whether agreeing with this form settles what the operation is."""
    if form is None:
        return False
    return named or form.right or form.unless_named or form.mistake.startswith("unstable")


def recognise_noisy(build: Build, flags: bool) -> Reading | None:
    """A kind whose forward comes out with a little random noise, which no such operation has."""
    for kind in kinds().values():
        if not kind.seen_through_noise:
            continue
        trial = try_reading(build, Reading(kind, kind.arrangements[0], flags=flags))
        if trial is None or not agrees(trial, kind.right, close=NOISE):
            continue
        if not np.array_equal(trial.forward(trial.values, seed=1)[0], trial.outputs[0]):
            return Reading(kind, trial.arrangement, None, trial.dtype, named=True, flags=flags)
    return None


def read_as(build: Build, kind: Kind, dtype: np.dtype, flags: bool, *, named: bool) -> Reading | None:
    """The first arrangement with which forward agrees with a form of `kind`; else, the first that runs."""
    right = wrong = running = None
    fits = False  # whether the gradients have the inputs' shapes
    taken = build(SIZES[0], dtype).required or ()
    for usual in kind.arrangements:
        arrangement = by_names(usual, taken)
        trial = try_reading(build, Reading(kind, arrangement, dtype=dtype, flags=flags))
        if trial is None:
            continue
        form = agreeing_form(trial)
        if form is not None and not named and not agrees_again(trial, form):
            continue
        reading = Reading(kind, arrangement, form, trial.dtype, named, flags=flags)
        if form is not None and form.right:
            if right is None or (arrangement.second and gradients_fit(trial) and not fits):
                right, fits = reading, gradients_fit(trial)
            elif arrangement.second or reordered(right.arrangement, arrangement):
                right = replace(right, others=(*right.others, arrangement))
        elif form is not None and (named or form.telling) and "N" not in arrangement.sizes:
            wrong = wrong or reading
        elif right is None and plausible(trial):
            running = running or reading
            if not kind.try_all:
                break  # one row or one column would tell less, and may agree by luck
    return right or wrong or (running if named else None)


def gradients_fit(trial: Trial) -> bool:
    """Whether backward runs, and each gradient has the shape of its input: biases may come in several."""
    returned = trial.returned(trial.record(trial.upstreams[0]))
    pairs = zip(trial.values, returned or (), strict=False)
    return returned is not None and all(g is None or np.shape(g) == np.shape(v) for v, g in pairs)


def reordered(one: Arrangement, other: Arrangement) -> bool:
    """Whether it takes the same inputs in another order: |y − y*| does not tell which is the target."""
    first, second = ([slot.role.name for slot in arrangement.slots] for arrangement in (one, other))
    return one.output == other.output and first != second and sorted(first) == sorted(second)


def try_reading(build: Build, reading: Reading, sizes: Sizes = SIZES[0], seed: int = 0) -> Trial | None:
    """The operation with inputs so arranged, or None where it does not take them."""
    trial = arranged(build, reading, sizes, seed)
    if trial is None or contradicts(trial) or error_of(trial) is not None:
        return None
    if not all(np.isfinite(y).all() for y in trial.outputs):
        return None
    if reading.dtype == np.float64 and all(y.dtype == np.float32 for y in trial.outputs):
        return try_reading(build, replace(reading, dtype=FLOAT32), sizes, seed)
    return trial


def arranged(build: Build, reading: Reading, sizes: Sizes = SIZES[0], seed: int = 0) -> Trial | None:
    """Inputs so arranged, not yet tried; None where their number or a parameter's shape speaks against it."""
    kind, arrangement = reading.kind, reading.arrangement
    # a module's outputs are the classes where there is no K
    subject = build(sizes if "K" in arrangement.letters else {**sizes, "K": sizes["C"]}, reading.dtype)
    fitted = dict(sizes)
    if subject.parameters:
        if len(subject.required or ()) != len(arrangement.slots):
            return None
        for i, parameter in subject.parameters.items():
            slot = arrangement.slots[i]
            if slot.is_index:
                return None
            try:
                canonical = slot.canonical(parameter, {})
            except (ValueError, LookupError):  # numbers too many or too few, or labels of nothing
                return None
            if canonical.ndim != len(slot.role.shape):
                return None
            fitted |= zip(slot.role.shape, canonical.shape, strict=True)
    taken = ((subject.required or ()) + subject.optional)[: len(arrangement.slots)]
    if any(isinstance(subject.defaults.get(name), int | float) for name in taken):
        return None  # a number by default is an option
    values = arrangement.random_values(fitted, reading.dtype, seed)
    if any(values[i].shape != parameter.shape for i, parameter in subject.parameters.items()):
        return None
    fillers = fill_options(subject, len(values), reading.flags)
    # What follows must be options. An input that nobody knows is one of a loss (a total, say), but might be
    # the bias of a linear layer.
    extra = (subject.required or ())[len(values) :]
    are_options = all(is_option(name) and name not in (*subject.trained, *subject.arrays) for name in extra)
    if fillers is None or not (are_options or (kind.is_loss and len(extra) == 1)):
        return None
    trial = Trial(subject, values, {**fitted, **arrangement.sizes}, arrangement, kind, fillers=fillers)
    return trial if any(trial.wants) or not subject.constants else None


def by_names(arrangement: Arrangement, names: Sequence[str]) -> Arrangement:
    """The arrangement in the order that the inputs' names tell, where each of them is that of one role."""
    slots = arrangement.slots
    given = [name.lower().rpartition(".")[2] for name in names[: len(slots)]]
    meant = [[slot for slot in slots if name in slot.role.called] for name in given]
    if not all(len(each) == 1 for each in meant):
        return arrangement
    ordered = tuple(each[0] for each in meant)
    return replace(arrangement, slots=ordered) if set(ordered) == set(slots) else arrangement


def contradicts(trial: Trial) -> bool:
    """Whether an input's name says that it is another one than the arrangement takes it for."""
    roles = [slot.role for slot in trial.arrangement.slots]
    names = [trial.subject.name_of(i).lower().rpartition(".")[2] for i in range(len(roles))]
    known = {name for role in roles for name in role.called}
    return any(name in known and name not in role.called for name, role in zip(names, roles, strict=True))


def failure(build: Build, reading: Reading, sizes: Sizes) -> Exception | None:
    """What forward raises at other sizes with inputs that it takes otherwise, None for nothing."""
    try:
        trial = arranged(build, reading, sizes, seed=1)
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


def plausible(trial: Trial) -> bool:
    """Whether an output that agrees with no form at least has the shape of one."""
    references = (reference(trial, form) for form in trial.kind.forms)
    shapes = {tuple(y.shape) for y in references if y is not None} | {(1,)}
    return len(trial.outputs) == 1 and tuple(trial.outputs[0].shape) in shapes


def more_forms(trial: Trial) -> Iterator[Form]:
    """The kind's further forms; none where the output has no shape that the kind's may have."""
    with suppress(ValueError):
        yield from trial.kind.more_forms(trial)


def agrees_again(trial: Trial, form: Form) -> bool:
    """Whether a single number is the form's at other inputs too: one agrees with many by luck."""
    if trial.outputs[0].size > 1 or trial.kind.is_loss:
        return True
    slots, values = trial.arrangement.slots, trial.values
    for times in (-1.0, 0.3):
        pairs = zip(slots, values, strict=False)
        there = trial.with_values([value if slot.is_index else times * value for slot, value in pairs])
        y = None if error_of(there) is not None else reference(there, form)
        if y is not None and np.isfinite(y).all() and not agrees(there, form):
            return False
    return True


def agreeing_form(trial: Trial) -> Form | None:
    """The form whose output is that of the operation: exactly, else nearly, as with a constant in a log."""
    nearly = None
    for form in chain(trial.kind.forms, more_forms(trial)):
        distance = distance_to(trial, form)
        if distance > CLOSE[trial.dtype] or not agrees(trial, form):
            continue
        if distance <= EXACT or trial.dtype == FLOAT32:
            return form
        nearly = nearly or form
    return nearly


def agrees(trial: Trial, form: Form, close: float | None = None) -> bool:
    """Whether the output is the form's, up to a relative error."""
    if distance_to(trial, form) > (close or CLOSE[trial.dtype]):
        return False
    return close is not None or not trial.kind.compared_far_out or agrees_far_out(trial, form)


def distance_to(trial: Trial, form: Form) -> float:
    """The largest error of the output if it were meant to be the form's, relative; infinite for none."""
    y = reference(trial, form)
    if len(trial.outputs) != 1 or y is None:
        return float("inf")
    found = trial.outputs[0].astype(float)
    if found.shape != y.shape and not (found.size == y.size == 1):
        return float("inf")
    if trial.kind.is_loss and trial.sizes.get("C") == 1 and not y.any():
        return float("inf")  # of one class the loss is 0, whatever it is
    distance = float(abs(found.reshape(y.shape) - y).max() / max(float(abs(y).max()), 1e-300))
    return distance if np.isfinite(distance) else float("inf")  # a log of other inputs than the form's


def agrees_far_out(trial: Trial, form: Form) -> bool:
    """The same at ten times the numbers: what is clipped at 6, say, is neither relu nor identity."""
    values = [10 * value for value in trial.values]
    y = reference(trial.with_values(values), form)
    try:
        return y is not None and np.allclose(trial.forward(values)[0], y, rtol=1e-4)
    except Exception:
        return False


def misfit(build: Build, kind: Kind) -> Reading:
    """An operation that runs with inputs of its kind, but whose output can be of no such kind.

    Raises `CannotExamineError` where it does not even run.
    """
    made = (arranged(build, Reading(kind, arrangement)) for arrangement in kind.arrangements)
    trials = [trial for trial in made if trial is not None]
    running = next((trial for trial in trials if error_of(trial) is None), None)
    if running is not None:
        shape = ", ".join(map(shape_text, running.outputs))
        finite = all(np.isfinite(y).all() for y in running.outputs)
        words = phrase("output-shape", found=shape) if finite else phrase("not-finite")
        return Reading(kind, named=True, misfit=words)
    takes = "takes " + ", ".join(build(SIZES[0], FLOAT64).required or ())
    reason = next((one_line(error) for trial in trials if (error := error_of(trial))), takes)
    raise CannotExamineError("does-not-fit", kind=kind.name, reason=reason)
