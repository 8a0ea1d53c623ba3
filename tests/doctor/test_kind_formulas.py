"""Each kind's own formulas as NumPy code: right forms are healthy, each wrong gradient is named."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from charmlp.doctor.arrangement import SIZES, Arrangement
from charmlp.doctor.kind import Form, Kind, Wrong
from charmlp.doctor.kinds import kinds, rms_norm, swish
from tests.doctor.written import examined, written, wrong_gradient
from tests.sampling import one_in

# Kinds of pictures, tokens and batches, and of drawn masks, whose formulas depend on more than this file has
ELSEWHERE = {
    "activated_linear", "attention", "average_pool", "batch_norm", "bias_addition", "convolution", "dropout",
    "embedding", "layer_norm", "linear", "max_pool", "row_max", "scale_and_shift",
}  # fmt: skip
KINDS = {name: kind for name, kind in kinds().items() if name not in ELSEWHERE}


def made(kind: str, number: float) -> Form:
    """A kind's form with a parameter: what its `form`, or `forms`, makes of a number."""
    module = importlib.import_module(f"charmlp.doctor.kinds.{kind}")
    form: Form = module.form(number) if hasattr(module, "form") else module.forms(number)[0]
    return form


# Where wrong formulas differ only with a parameter that is not the usual one
PARAMETERS = {
    "elu": 0.3, "exponentiation": 4, "huber": 1.5, "l2_normalisation": 0.4, "l2_penalty": 0.3, "softmax": 1.7,
    "softplus": 1.5, "swish": 1.5,
}  # fmt: skip
FORMS = {
    name: made(name, PARAMETERS[name]) if name in PARAMETERS else kind.right for name, kind in KINDS.items()
}
# The form that a role, or a mistake, is of, where that is not the kind's own
OTHER_FORMS = {
    ("swish", "beta"): swish.OF_LEARNED,
    ("rms_norm", "path-forgotten.added"): rms_norm.with_epsilon_outside(0.3),
}
# Right for this form, and wrong for another one
RIGHT_HERE = {("gelu", "Φ(x) + x φ(x)")}


def arrangement_with(kind: Kind, role: str) -> Arrangement:
    return next(a for a in kind.arrangements if role in [slot.role.name for slot in a.slots])


def mistakes() -> Iterator[Any]:
    """Every wrong gradient; of those of one kind with the same mistake, all but the first are `full`."""
    met = set()
    for name, kind in KINDS.items():
        for role, gradient in kind.gradients.items():
            for number, wrong in enumerate(gradient.wrong):
                mark = name, wrong.mistake
                heavy = [pytest.mark.full] if mark in met else []
                met.add(mark)
                yield pytest.param(name, role, wrong, id=f"{name}-{role}-{number}", marks=heavy)


@pytest.mark.parametrize(("name", "role", "wrong"), one_in(3, mistakes()))
def test_each_wrong_gradient_is_wrong_and_named(name: str, role: str, wrong: Wrong) -> None:
    kind = KINDS[name]
    form = OTHER_FORMS.get((name, role), OTHER_FORMS.get((name, wrong.mistake), FORMS[name]))
    arrangement = arrangement_with(kind, role)
    same = (name, str(wrong.written)) in RIGHT_HERE
    found = examined(written(kind, form, arrangement, (role, wrong)), name)
    said = {mistake.name for mistake in found.mistakes} - {"unstable"}
    expected = set() if same else {wrong.mistake.partition(".")[0]}
    assert said == expected, found
    if same:
        return
    # rows spread along the columns raise unless there are as many columns
    sizes = kind.square_sizes[0] if wrong.mistake == "path-forgotten.axis" else SIZES[1]
    values = arrangement.random_values(sizes, float, 1)
    position = [slot.role.name for slot in arrangement.slots].index(role)
    y = np.asarray(form.function({**arrangement.variables(values), **form.parameters}))
    g = np.asarray(np.random.default_rng(3).normal(size=np.shape(y) if y.ndim else ()))
    g = arrangement.output.actual(g) if y.ndim else g
    gradient, right = wrong_gradient(kind, form, arrangement, position, wrong, values, g)
    assert gradient.shape == right.shape
    assert not np.allclose(gradient, right, rtol=1e-3, atol=1e-6), "is right"


def right_forms() -> Iterator[Any]:
    for name, kind in KINDS.items():
        for number, form in enumerate([*kind.forms, FORMS[name]]):
            if form.right:
                yield pytest.param(name, form, id=f"{name}-{number}")


# The same operation under two names: either is right
SAME = {"binary_cross_entropy": "bce_with_logits", "swish": "silu"}


@pytest.mark.parametrize(("name", "form"), one_in(4, right_forms()))
def test_right_forms_are_healthy_with_a_name_and_without(name: str, form: Form) -> None:
    kind = KINDS[name]
    arrangements = {tuple(sorted(s.role.name for s in a.slots)): a for a in kind.arrangements[::-1]}
    for roles, arrangement in arrangements.items():
        if set(roles) & set(form.parameters):
            continue
        code = written(kind, form, arrangement)
        named, free = examined(code, name), examined(code, None)
        assert (named.verdict, named.kind) == ("healthy", name), named
        assert free.verdict == "healthy", free
        assert free.kind in (name, SAME.get(name)), free


def wrong_forms() -> Iterator[Any]:
    for name, kind in KINDS.items():
        for number, form in enumerate(kind.forms):
            if not form.right:
                yield pytest.param(name, form, id=f"{name}-{number}")


@pytest.mark.parametrize(("name", "form"), one_in(2, wrong_forms()))
def test_wrong_forms_are_named_where_the_kind_is_said(name: str, form: Form) -> None:
    kind = KINDS[name]
    arrangement = kind.arrangements[-1 if name == "binary_cross_entropy" else 0]  # the logits
    found = examined(written(kind, form, arrangement), name)
    is_choice = form.unless_named and kind.is_loss  # a sum, or a half, whose gradient is right for that
    assert [m.name for m in found.mistakes] == ([] if is_choice else [form.mistake.partition(".")[0]]), found
    assert not is_choice or "form" in {note.key for note in found.notes}
