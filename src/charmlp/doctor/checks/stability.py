"""Numbers that overflow, and what happens at 0. Each kind chooses from these checks, or brings its own."""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import SupportsFloat, SupportsIndex

import numpy as np

from charmlp.doctor.checks.forward import is_meant
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.source import behind, source_of
from charmlp.doctor.operation.subject import Subject, is_real
from charmlp.doctor.setups.recognition import EXACT, distance_to
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial

LARGE = 1000.0
SATURATED = 100.0  # where σ and tanh are 0 or ±1 to the last digit, and no eˣ overflows
MODERATE = 1e9


def own_checks_of_kind(setup: SetUp) -> Iterator[Finding | Phrase]:
    """The kind's own checks, unless forward is another operation or does not run."""
    if is_meant(setup):
        for check in (sudden_overflow, lost_when_saturated) if setup.kind is UNKNOWN else setup.kind.checks:
            for found in check(setup):
                yield as_note(setup.first, found) if isinstance(found, Finding) else found


def log_zero_of_own_data(setup: SetUp) -> Iterator[Finding]:
    """A loss that is infinite for the data that the file hands over, with a quarter of usual weights."""
    own_losses = setup.first.subject.own_losses
    if own_losses is None:
        return
    try:
        losses, largest = own_losses()
    except Exception:  # data of another shape
        return
    bad = [loss for loss in losses if not np.isfinite(loss)]
    if bad and len(bad) >= len(losses) / 4:
        found = "nan" if np.isnan(bad).any() else "inf"
        how_often = {"count": str(len(bad)), "draws": str(len(losses))}
        words = phrase("own-data", found=found, size=f"{largest:g}", **how_often)
        yield finding("unstable.log-zero", words, bad=found)


def as_note(trial: Trial, found: Finding) -> Finding | Phrase:
    """What overflows in a helper is only worth a note: the code that uses it decides what goes into it.

    So is what says aloud that it overflows, where the derivative is one of the output: wherever that is
    known, the derivative is finite.
    """
    if found.name != "unstable":
        return found
    note = trial.subject.note
    of_output = note is not None and note.key == "derivative-of-output"
    if trial.subject.is_helper or (of_output and is_used(trial.subject)):
        return phrase("helper-overflows")
    return phrase("overflows-aloud") if of_output and overflows_aloud(trial) else found


def is_used(subject: Subject) -> bool:
    """Whether other code of its file names the function: a network, whose activation it is."""
    own = [behind(function) for function in (*subject.forward_code, *subject.code)]
    names = re.compile("|".join(rf"\b{re.escape(one.__name__)}\b" for one in own))
    around = [one for function in own[:1] for one in list(getattr(function, "__globals__", {}).values())]
    others = [one for one in around if callable(one) and one not in own]
    return any(
        getattr(one, "__module__", "") == own[0].__module__ and names.search(source_of(one)) for one in others
    )


def overflows_aloud(trial: Trial) -> bool:
    """Whether code raises an error for a large number, as Python's own exp does, and gives no nan."""
    try:
        trial.forward([np.full(value.shape, LARGE, value.dtype) for value in trial.values])
    except OverflowError:
        return True
    except Exception:
        return False
    return False


def unstable(where: str, array: Array) -> list[Finding]:
    """Nothing where all numbers are finite."""
    if np.isfinite(array).all():
        return []
    bad = "nan" if np.isnan(array).any() else "inf"
    return [finding(f"unstable.{where}", phrase("extreme", found=bad, size="±1000"), bad=bad)]


def alternating(like: Array) -> Array:
    """1 and −1 in turn."""
    return np.asarray(1.0 - 2.0 * (np.arange(like.size).reshape(like.shape) % 2))


def stays_finite(setup: SetUp) -> list[Finding]:
    """Inputs of ±1000, of one row alone as well, where the right result is finite."""
    role = setup.first.role(setup.first.position_of("x", "logits"))
    ordinary = setup.first.variables[role]
    one_row = ordinary.copy()
    one_row[-1] -= LARGE
    for large in (
        LARGE * alternating(ordinary),
        np.full(ordinary.shape, -LARGE),
        np.full(ordinary.shape, LARGE),
        one_row,
    ):
        found = overflow(setup.first, role, large)
        if found:
            return found
    return []


def log_stays_exact(setup: SetUp) -> Sequence[Finding | Phrase]:
    """The loss of a confident mistake: no log(0), and no constant in the logarithm."""
    trial = setup.first
    found = overflow(trial, "logits", confident(trial, LARGE), "log-zero")
    if found and is_numpy(trial) and (found[0].variant == "log-zero" or is_of_log_zero(trial)):
        return [phrase("log-zero-note")]  # as NumPy's courses write it
    found = found or constant_in_log(trial)
    if found and is_numpy(trial) and found[0].variant == "log-constant" and is_exact(trial):
        return [phrase("log-clipped-note", found=found[0].values["found"])]  # only that row's loss is another
    return found


def is_of_log_zero(trial: Trial) -> bool:
    """Whether a nan is 0 · log 0 and no overflow: large logits that are close to each other give none."""
    shifted = [trial.values_with("logits", trial.variables["logits"] + by) for by in (LARGE, -LARGE)]
    try:
        return all(np.isfinite(y).all() for values in shifted for y in trial.forward(values))
    except Exception:
        return False


def is_exact(trial: Trial) -> bool:
    """Whether the ordinary loss is right to the last digits: the logarithm is clipped, and nothing added."""
    return trial.form is not None and trial.form.right and distance_to(trial, trial.form) <= EXACT


def is_numpy(trial: Trial) -> bool:
    return trial.subject.is_raw and not trial.subject.counts


def loses_only_the_loss(trial: Trial, role: str, large: Array) -> bool:
    """Whether the gradient of a large input is finite in NumPy code, though the loss itself is not."""
    if not is_numpy(trial):
        return False
    gradient = gradient_at(trial.with_values(trial.values_with(role, large)), role)
    return gradient is not None and bool(np.isfinite(gradient).all())


def overflow(trial: Trial, role: str, large: Array, of_inf: str = "forward") -> list[Finding]:
    """What forward and backward make of a large input; `of_inf` is the variant for an infinite output."""
    extreme = trial.with_values(trial.values_with(role, large))
    try:
        outputs = extreme.outputs
    except OverflowError:  # of math.exp, where NumPy's exp is inf
        return unstable("forward", without_limit(extreme))
    except Exception:
        return []
    in_forward = unstable("forward" if np.isnan(outputs[0]).any() else of_inf, outputs[0])
    gradient = None if in_forward else gradient_at(extreme, role)
    return in_forward if gradient is None else unstable("backward", gradient)


def without_limit(trial: Trial) -> Array:
    """The output where math.exp gives inf for what is too large: 1 / (1 + inf) is right, inf / inf is not."""
    try:
        with infinite_exp():
            return trial.forward(trial.values)[0]
    except Exception:
        return np.zeros(1)


@contextmanager
def infinite_exp() -> Iterator[None]:
    exp = math.exp

    def exp_or_inf(x: SupportsFloat | SupportsIndex) -> float:
        try:
            return exp(x)
        except OverflowError:
            return math.inf

    math.exp = exp_or_inf
    try:
        yield
    finally:
        math.exp = exp


def gradient_at(trial: Trial, role: str) -> Array | None:
    """The gradient with respect to one input, for an upstream gradient of ones."""
    returned = trial.for_ones()
    gradient = None if returned is None else returned[trial.position_of(role)]
    return gradient if isinstance(gradient, np.ndarray) else None


def confident(trial: Trial, size: float) -> Array:
    """Logits of ±size, sure of a wrong class in the first row, and of the right one in the others."""
    label = trial.variables["label"]
    sure = label.copy()
    sure[0] = np.roll(label[0], 1)
    return size * (2 * sure - 1)


def constant_in_log(trial: Trial) -> list[Finding]:
    """A loss of a confident mistake that stops at −log ε, or a finite one far from the right one."""
    right = 100.0  # the loss of such a row is the difference of its logits
    values = trial.values_with("logits", confident(trial, right / 2))
    try:
        found = float(trial.forward(values)[0].astype(float).sum())
    except Exception:
        return []
    by_sum = trial.form is not None and trial.form.mistake == "forward-wrong.sum"
    if trial.outputs[0].size == 1 and not by_sum:
        found *= trial.sizes["N"]
    if not 0 < found <= 0.95 * right:
        return []
    epsilon, wrong_loss, right_loss = f"{math.exp(-found):.1e}", f"{found:.2f}", f"{right:.2f}"
    words = phrase("log-constant", found=wrong_loss, right=right_loss, epsilon=epsilon)
    slug = "unstable.log-constant"
    return [finding(slug, words, epsilon=epsilon, found=wrong_loss, right_value=right_loss)]


def sudden_overflow(setup: SetUp) -> list[Finding]:
    """Where there is no reference: a result that is moderate up to ±700 and nothing finite at ±1000.

    eˣ alone grows to 10³⁰⁴ before it overflows (at 709.8); what does not grow so has an eˣ inside that does.
    """
    trial = setup.first
    real = [position for position, value in enumerate(trial.values) if is_real(value)]
    if len(real) != 1 or not trial.wants[real[0]] or trial.dtype != np.float64:
        return []
    signs = alternating(trial.values[real[0]])
    try:
        before, beyond = (with_value(trial, real[0], size * signs).outputs[0] for size in (650, LARGE))
    except Exception:
        return []
    moderate = float(abs(before).max()) <= MODERATE  # which nan is not
    return unstable("forward", beyond) if moderate else []


def lost_when_saturated(setup: SetUp) -> list[Finding]:
    """A nan for a gradient at ±100, where forward and its difference are finite: of 0^γ with γ < 1, say.

    Code that an engine runs; hand-written NumPy code is given what the code around it lets through.
    """
    trial = setup.first
    wanted = [i for i, wants in enumerate(trial.wants) if wants]
    if len(wanted) != 1 or trial.dtype != np.float64 or is_numpy(trial):
        return []
    (position,) = wanted
    for sign in (1.0, -1.0):
        large = sign * SATURATED * alternating(trial.values[position])
        at, beside = (with_value(trial, position, size * large) for size in (1.0, 1.01))
        try:
            finite = all(np.isfinite(y).all() for one in (at, beside) for y in one.outputs)
            returned = at.for_ones() if finite else None
        except Exception:
            return []
        gradient = None if returned is None else returned[position]
        if isinstance(gradient, np.ndarray) and np.isnan(gradient).any():
            return [finding("unstable.saturated", phrase("extreme", found="nan", size="±100"), bad="nan")]
    return []


def with_value(trial: Trial, position: int, value: Array) -> Trial:
    return trial.with_values([value if i == position else each for i, each in enumerate(trial.values)])


def at_zero(setup: SetUp) -> tuple[Array, ...]:
    """The output and the gradient at x = 0, nothing where there are none."""
    trial = setup.first
    zero = trial.with_values(trial.values_with("x", 0 * trial.variables["x"]))
    try:
        gradient = gradient_at(zero, "x")
    except Exception:
        return ()
    return () if gradient is None or not gradient.size else (zero.outputs[0], gradient)


def is_finite_at_zero(setup: SetUp) -> list[Finding]:
    if all(np.isfinite(array).all() for array in at_zero(setup)):
        return []
    return [finding("unstable.zero", phrase("extreme", found="nan", size="0"))]


def choice_at_kink(setup: SetUp) -> list[Phrase]:
    """The slope that is taken at a kink is no mistake, but worth a note where torch takes another."""
    slopes = [float(gradient.astype(float).mean()) for gradient in at_zero(setup)[1:]]
    return [phrase("kink", slope=f"{slope:g}") for slope in slopes if slope and not is_finite_at_zero(setup)]
