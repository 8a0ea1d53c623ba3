"""What is wrong beside the gradient: another forward, random numbers, edits of tensors not its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.references import FORMS, Form
from charmlp.doctor.runs import Run
from charmlp.doctor.setups import SetUp
from charmlp.doctor.structure import Finding, argument_names, finding, shape_text
from charmlp.doctor.watch import Call

EDITED = "modified by an inplace operation"  # torch's words for a saved tensor that was written into


def forward_findings(setup: SetUp, form: Form | None, named: bool, notes: list[Phrase]) -> list[Finding]:
    """A forward that is random, or computes something else than its kind says."""
    again, other_seed = setup.forward(setup.values), setup.forward(setup.values, seed_number=1)
    if differ(setup.outputs, again):
        return [finding("random-forward", "unseeded", evidence=[Phrase("two-forwards")])]
    if differ(setup.outputs, other_seed):
        if setup.kind is None:
            notes.append(Phrase("random-note"))
            return []
        return [finding("random-forward", "seeded", evidence=[Phrase("two-seeds")])]
    if setup.kind is None:
        return []
    if form is None:
        return other_forward(setup)
    if not form.right and (named or not form.unless_named):
        return [finding(form.name, form.variant, evidence=difference(setup), found=form.written,
                        right=FORMS[setup.kind][0].written)]  # fmt: skip
    if form is not FORMS[setup.kind][0]:
        notes.append(Phrase("form", {"found": form.written}))
    return []


def other_forward(setup: SetUp) -> list[Finding]:
    """Forward is none that is known for its kind."""
    right = FORMS[setup.kind or ""][0].written
    return [finding("forward-wrong", "other", evidence=difference(setup), right=right)]


def differ(one: Sequence[Tensor], other: Sequence[Tensor]) -> bool:
    return any(a.shape != b.shape or not torch.equal(a, b) for a, b in zip(one, other, strict=True))


def difference(setup: SetUp) -> list[Phrase]:
    """The element where forward and reference differ most."""
    assert setup.kind is not None
    other = SetUp(
        setup.subject, setup.values, setup.sizes, setup.arrangement, setup.kind, FORMS[setup.kind][0]
    )
    try:
        right = other.reference(setup.values).double().reshape(-1)
    except (RuntimeError, ValueError, KeyError):
        return []
    found = setup.outputs[0].double().reshape(-1)
    if found.shape != right.shape:
        return [Phrase("output-shape", {"found": shape_text(setup.outputs[0])})]
    worst = int((found - right).abs().argmax())
    words = {"found": f"{float(found[worst]):.4g}", "right": f"{float(right[worst]):.4g}"}
    value = setup.values[0]
    if len(setup.values) == 1 and value.numel() == found.numel():
        return [Phrase("forward-at", words | {"x": f"{float(value.reshape(-1)[worst]):.4g}"})]
    return [Phrase("forward-gives", words)]


def run_findings(setup: SetUp, result: Run) -> list[Finding]:
    """Edits in place, and a second backward that gives something else."""
    findings = []
    saved = any(call.edited_saved for call in result.calls) or EDITED in result.error_text
    for call in result.calls:
        for position in call.edited_inputs:
            name = input_name(setup, call, position)
            findings.append(
                finding(
                    "edited-in-place", "input", None, [Phrase("edited-input", {"input": name})], input=name
                )
            )
        if call.edited_cotangent:
            findings.append(finding("edited-in-place", "cotangent", evidence=[Phrase("edited-cotangent")]))
    if saved:
        findings.append(finding("saved-edited", evidence=[Phrase("second-backward")]))
    elif result.again is not None and result.gradients is not None and changes(result):
        findings.append(finding("random-forward", "backward", evidence=[Phrase("second-differs")]))
    return [f for i, f in enumerate(findings) if f not in findings[:i]]


def input_name(setup: SetUp, call: Call, position: int) -> str:
    """An input of a Function by its name, and which Function it is where the subject only uses it."""
    names = argument_names(call.function)
    name = names[position] if position < len(names) else f"input {position + 1}"
    return name if setup.subject.function is not None else f"{name} ({call.function.__name__})"


def changes(result: Run) -> bool:
    assert result.gradients is not None and result.again is not None
    pairs = zip(result.gradients, result.again, strict=True)
    return any(a is not None and b is not None and not torch.equal(a, b) for a, b in pairs)
