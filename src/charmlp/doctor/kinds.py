"""What an operation is meant to be: said by the user, by its name, or by what its forward computes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch

from charmlp.doctor.arrangements import ARRANGEMENTS, SIZES, Arrangement
from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.references import FORMS, Form, with_constant
from charmlp.doctor.rows import KINDS
from charmlp.doctor.runs import forward, one_line
from charmlp.doctor.setups import SetUp
from charmlp.doctor.structure import shape_text
from charmlp.doctor.subjects import OPTIONS, Build, CannotExamineError, Subject, fill_options

ALIASES = {
    "linear": ("linear", "affine", "dense", "fullyconnected", "fc"),
    "relu": ("relu", "rectifier", "rectify", "rectifiedlinear", "rectifiedlinearunit", "ramp"),
    "sigmoid": ("sigmoid", "logistic", "logisticsigmoid"),
    "tanh": ("tanh", "hyperbolictangent"),
    "identity": ("identity", "none"),
    "softmax": ("softmax",),
    "cross_entropy": ("crossentropy", "softmaxcrossentropy", "crossentropywithlogits", "celoss", "ce",
                      "softmaxloss", "softmaxwithloss", "crossentropysoftmax", "softmaxce", "xent",
                      "softmaxxent"),
    "mse": ("mse", "meansquarederror", "squarederror", "meansquare", "l2"),
}  # fmt: skip
# Words in a name that say nothing about the formula.
FILLING = ("function", "func", "fn", "layer", "module", "op", "my", "custom", "manual", "own", "the",
           "autograd",
           "activation", "act", "loss", "new", "old", "torch", "nn", "hand", "written", "student", "test",
           "wrong", "bad", "good", "broken", "right", "buggy", "fixed", "naive", "simple", "f")  # fmt: skip

CLOSE = 1e-6  # relative: a forward agrees with a reference
CLOSE_FLOAT32 = 1e-4


@dataclass(frozen=True)
class Match:
    """How the operation takes its inputs and which reference it agrees with (None: with none)."""

    kind: str | None
    arrangement: Arrangement | None
    form: Form | None
    dtype: torch.dtype
    named: bool  # the user or the name says the kind
    others: tuple[Arrangement, ...] = ()  # with which forward agrees as well
    misfit: Phrase | None = None  # why the output can be of no such kind


def kind_of_name(name: str) -> str | None:
    """The kind that a name stands for, by its last word.

    >>> [kind_of_name(n) for n in ("MyReLUFunction", "CrossEntropyLoss", "mse_loss", "LeakyReLU", "Op3")]
    ['relu', 'cross_entropy', 'mse', None, None]
    """
    words = re.findall(
        r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", re.sub(r"ReLU|RELU", "Relu", name).replace("LU", "lu")
    )
    spelled = "".join(word.lower() for word in words)
    if "relu6" in name.lower():
        return None
    kept = "".join(word.lower() for word in words if word.lower() not in FILLING)
    for kind, aliases in ALIASES.items():
        if spelled in aliases or kept in aliases or spelled.removesuffix("loss") in aliases:
            return kind
    return None


def recognise(build: Build, name: str, kind: str | None) -> Match:
    """Find out what the operation is; raises `CannotExamineError` where it cannot even be called."""
    claimed = kind or kind_of_name(name)
    dtypes = (torch.float64, torch.float32)
    if claimed is not None:
        order = [claimed] if kind else [claimed, *(k for k in KINDS if k != claimed)]
    else:
        order = list(KINDS)
    for dtype in dtypes:
        best = None
        for candidate in order:
            match = match_kind(build, candidate, dtype, named=candidate == claimed)
            if match is None:
                continue
            if match.form is not None and (match.named or match.form.right or match.form.unless_named):
                return match
            best = best or match
        if best is not None:
            return best
    if kind is not None:
        return misfit(build, kind)
    return recognise_noisy(build) or Match(None, None, None, torch.float64, False)


NOISE = 0.1  # relative size of noise through which a kind can still be recognised
NOISY_KINDS = (
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "linear",
)  # x + noise is a layer of its own, no wrong identity


def recognise_noisy(build: Build) -> Match | None:
    """A kind whose forward comes out with a little random noise, which no such operation has."""
    for kind in NOISY_KINDS:
        arrangement = ARRANGEMENTS[kind][0]
        trial = try_arrangement(build, kind, arrangement, torch.float64, SIZES[0])
        if trial is None or not agrees(trial, FORMS[kind][0], close=NOISE):
            continue
        other = trial.forward(trial.values, seed_number=1)
        if not torch.equal(other[0], trial.outputs[0]):
            return Match(kind, arrangement, None, trial.dtype, True)
    return None


def match_kind(build: Build, kind: str, dtype: torch.dtype, *, named: bool) -> Match | None:
    """The first arrangement with which forward agrees with a form of `kind`; else, the first that runs."""
    right: Match | None = None
    wrong: Match | None = None
    running: Match | None = None
    for arrangement in ARRANGEMENTS[kind]:
        trial = try_arrangement(build, kind, arrangement, dtype, SIZES[0])
        if trial is None:
            continue
        form = agreeing_form(trial, kind)
        match = Match(kind, arrangement, form, trial.dtype, named)
        if form is not None and form.right:
            if right is None and kind != "linear":
                return match
            if right is None:
                right = match
            elif arrangement.output.form == "transposed":  # columns, where the first took it for rows
                right = replace(right, others=(*right.others, arrangement))
        elif form is not None and (named or form.telling) and "N" not in arrangement.sizes:
            wrong = wrong or match
        elif plausible(trial, kind):
            running = running or match
            if kind not in ("linear", "cross_entropy"):
                break  # one row or one column would tell less, and may agree by luck
    return right or wrong or (running if named else None)


def try_arrangement(
    build: Build,
    kind: str,
    arrangement: Arrangement,
    dtype: torch.dtype,
    sizes: Mapping[str, int],
    seed: int = 0,
) -> SetUp | None:
    """The operation with inputs in this arrangement, or None where it does not take them."""
    subject = build(sizes if kind == "linear" else {**sizes, "K": sizes["C"]}, dtype)
    if contradicts(subject, arrangement):
        return None
    fitted = fit_sizes(subject, arrangement, sizes)
    if fitted is None:
        return None
    values = arrangement.draw(fitted, dtype, seed)
    fillers = fill_options(subject, len(values))
    if fillers is None or not enough(subject, kind, len(values)):
        return None
    setup = SetUp(subject, list(values), {**fitted, **arrangement.sizes}, arrangement, kind, None, fillers)
    try:
        outputs = setup.outputs
    except Exception:
        return None
    if not all(torch.isfinite(y).all() for y in outputs):
        return None
    if dtype == torch.float64 and all(y.dtype == torch.float32 for y in outputs):
        return try_arrangement(build, kind, arrangement, torch.float32, sizes, seed)
    return setup


ROLE_NAMES = {
    "x": ("x", "input", "inputs", "inp", "features"),
    "weight": ("w", "weight", "weights", "kernel"),
    "bias": ("b", "bias"),
    "logits": ("logits", "logit", "scores"),
    "label": ("label", "labels", "target", "targets"),
}


def contradicts(subject: Subject, arrangement: Arrangement) -> bool:
    """Whether an input's name says that it is another one than the arrangement takes it for."""
    own = {slot.role for slot in arrangement.slots}
    for position, slot in enumerate(arrangement.slots):
        name = subject.name_of(position).lower().rpartition(".")[2]
        meant = {role for role, names in ROLE_NAMES.items() if name in names and role in own}
        if meant and slot.role not in meant:
            return True
    return False


def failure(build: Build, match: Match, sizes: Mapping[str, int]) -> Exception | None:
    """What forward raises at other sizes with inputs that it takes otherwise, None for nothing."""
    assert match.arrangement is not None and match.kind is not None
    try:
        subject = build(sizes if match.kind == "linear" else {**sizes, "K": sizes["C"]}, match.dtype)
    except CannotExamineError:
        return None
    fitted = fit_sizes(subject, match.arrangement, sizes)
    if fitted is None:
        return None
    values = match.arrangement.draw(fitted, match.dtype, seed=1)
    try:
        forward(subject, [*values, *(fill_options(subject, len(values)) or [])])
    except Exception as error:
        return error
    return None


def fit_sizes(
    subject: Subject, arrangement: Arrangement, sizes: Mapping[str, int]
) -> Mapping[str, int] | None:
    """The sizes, made to fit parameters of fixed shape; None where these are not of this arrangement."""
    fitted = dict(sizes)
    for position, parameter in subject.parameters.items():
        if position >= len(arrangement.slots):
            return None
        slot, shape = arrangement.slots[position], tuple(parameter.shape)
        if slot.role == "weight" and len(shape) == 2:
            fitted["K"], fitted["D"] = shape if slot.form == "plain" else shape[::-1]
        elif slot.role != "bias":
            return None
    for position, parameter in subject.parameters.items():
        slot = arrangement.slots[position]
        if slot.role == "bias" and parameter.shape != slot.actual(torch.zeros(fitted["K"])).shape:
            return None
    if subject.parameters and len(subject.required or ()) != len(arrangement.slots):
        return None
    return fitted


def enough(subject: Subject, kind: str, n_values: int) -> bool:
    """Whether the inputs are all that the formula needs, and what follows them are options.

    An input that nobody knows is an option of a loss (a total, say), but might be the bias of a linear layer.
    """
    extra = (subject.required or ())[n_values:]
    return len(extra) <= 1 and (kind in ("cross_entropy", "mse") or all(name in OPTIONS for name in extra))


def plausible(setup: SetUp, kind: str) -> bool:
    """Whether an output that agrees with no form at least has the shape of one."""
    shapes = []
    for form in FORMS[kind]:
        setup.form = form
        try:
            shapes.append(tuple(setup.reference(setup.values).shape))
        except (ValueError, RuntimeError, KeyError):
            continue
    setup.form = None
    return len(setup.outputs) == 1 and tuple(setup.outputs[0].shape) in [*shapes, (1,)]


def agreeing_form(setup: SetUp, kind: str) -> Form | None:
    """The form whose output is that of the operation, here and for other numbers."""
    for form in forms_of(setup, kind):
        if agrees(setup, form):
            return form
    return None


def forms_of(setup: SetUp, kind: str) -> Iterator[Form]:
    yield from FORMS[kind]
    if kind == "cross_entropy":
        epsilon = constant_in_log(setup)
        if epsilon is not None:
            yield with_constant(epsilon)


def agrees(setup: SetUp, form: Form, close: float | None = None) -> bool:
    """Whether the output is the form's, up to a relative error."""
    if len(setup.outputs) != 1:
        return False
    setup.form = form
    try:
        y = setup.reference(setup.values).double()
    except (ValueError, RuntimeError, KeyError, IndexError):
        return False
    finally:
        setup.form = None
    found = setup.outputs[0].double()
    if found.shape != y.shape and not (found.numel() == y.numel() == 1):
        return False
    if close is None and setup.kind in ("relu", "identity") and not agrees_far_out(setup, form):
        return False
    close = close or (CLOSE if setup.dtype == torch.float64 else CLOSE_FLOAT32)
    return bool((found.reshape(y.shape) - y).abs().max() <= close * y.abs().max().clamp(min=1e-300))


def agrees_far_out(setup: SetUp, form: Form) -> bool:
    """The same at ten times the numbers: what is clipped at 6, say, is neither relu nor identity."""
    values = [10 * value for value in setup.values]
    try:
        found = setup.forward(values)[0].double()
        setup.form = form
        return bool(torch.allclose(found, setup.reference(values).double(), rtol=CLOSE_FLOAT32))
    except Exception:
        return False
    finally:
        setup.form = None


def constant_in_log(setup: SetUp) -> float | None:
    """ε where the loss of a confident mistake stops at −log ε, far below what it should be."""
    logits = setup.arrangement.slots.index(  # type: ignore[union-attr]
        next(slot for slot in setup.arrangement.slots if slot.role == "logits")  # type: ignore[union-attr]
    )
    values = list(setup.values)
    label = setup.roles["label"]
    mistaken = 60.0 * label.roll(1, 1)  # the wrong class is surer by 60: the right loss is 60
    slot = setup.arrangement.slots[logits]  # type: ignore[union-attr]
    values[logits] = slot.actual(mistaken.to(setup.dtype))
    try:
        loss = float(setup.forward(values)[0].double().mean())
    except Exception:
        return None
    if not 0 < loss < 59:
        return None
    return float(torch.exp(torch.tensor(-loss, dtype=torch.float64)))


def misfit(build: Build, kind: str) -> Match:
    """An operation that runs with inputs of its kind, but whose output can be of no such kind.

    Raises `CannotExamineError` where it does not even run.
    """
    subject = build(SIZES[0], torch.float64)
    first_error, outputs = None, None
    for arrangement in ARRANGEMENTS[kind]:
        values = arrangement.draw(SIZES[0], torch.float64, 0)
        fillers = fill_options(subject, len(values))
        if fillers is None or not enough(subject, kind, len(values)):
            continue
        try:
            outputs = forward(subject, [*values, *fillers])
            break
        except Exception as error:
            first_error = first_error or error
    if outputs is None:
        reason = one_line(first_error) if first_error else "takes " + ", ".join(subject.required or ())
        raise CannotExamineError("does-not-fit", kind=kind, reason=reason)
    shape = ", ".join(shape_text(y) for y in outputs)
    finite = all(torch.isfinite(y).all() for y in outputs)
    words = Phrase("output-shape", {"found": shape}) if finite else Phrase("not-finite")
    return Match(kind, None, None, torch.float64, True, misfit=words)
