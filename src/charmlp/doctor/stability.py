"""Numbers that overflow: what an operation makes of inputs of ±1000, where the right answer is finite."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.setups import SetUp
from charmlp.doctor.structure import Finding, finding

LARGE = 1000.0
MODERATE = 1e9


def examine_stability(setup: SetUp) -> list[Finding]:
    """Overflow in forward or backward, log(0), and a constant in the logarithm; one finding each at most."""
    if setup.kind in ("sigmoid", "tanh", "softmax"):
        return overflow(setup, extreme_inputs(setup))
    if setup.kind == "cross_entropy":
        return overflow(setup, confident(setup, LARGE)) or constant_in_log(setup)
    if setup.kind is None and len(setup.values) == 1 and setup.dtype == torch.float64:
        return sudden_overflow(setup)
    return []


def main_position(setup: SetUp) -> int:
    """The input that is made large: x or the logits."""
    assert setup.arrangement is not None
    return next(i for i, slot in enumerate(setup.arrangement.slots) if slot.role in ("x", "logits"))


def with_main(setup: SetUp, canonical: Tensor) -> list[Any]:
    assert setup.arrangement is not None
    position = main_position(setup)
    values = list(setup.values)
    values[position] = setup.arrangement.slots[position].actual(canonical).to(setup.dtype)
    return values


def extreme_inputs(setup: SetUp) -> list[Any]:
    """±1000 in every second place."""
    x = setup.roles["x" if "x" in setup.roles else "logits"]
    signs = torch.where(torch.arange(x.numel()).reshape(x.shape) % 2 == 0, 1.0, -1.0)
    return with_main(setup, LARGE * signs.double())


def confident(setup: SetUp, size: float) -> list[Any]:
    """Logits of ±size, sure of a wrong class in the first row, and of the right one in the others."""
    label = setup.roles["label"]
    sure = label.clone()
    sure[0] = label[0].roll(1)
    return with_main(setup, size * (2 * sure - 1))


def overflow(setup: SetUp, values: Sequence[Any]) -> list[Finding]:
    try:
        outputs = setup.forward(values)
    except Exception:
        return []
    y = outputs[0]
    if not torch.isfinite(y).all():
        bad = "nan" if torch.isnan(y).any() else "inf"
        variant = "log-zero" if setup.kind == "cross_entropy" and bad == "inf" else "forward"
        return [
            finding(
                "unstable", variant, evidence=[Phrase("extreme", {"found": bad, "size": "±1000"})], bad=bad
            )
        ]
    extreme = SetUp(
        setup.subject, list(values), setup.sizes, setup.arrangement, setup.kind, None, setup.fillers
    )
    cotangents = tuple(torch.ones_like(out) for out in outputs)
    returned = extreme.returned(extreme.run(cotangents))
    gradient = None if returned is None else returned[main_position(setup)]
    if isinstance(gradient, Tensor) and not torch.isfinite(gradient).all():
        bad = "nan" if torch.isnan(gradient).any() else "inf"
        return [
            finding(
                "unstable", "backward", evidence=[Phrase("extreme", {"found": bad, "size": "±1000"})], bad=bad
            )
        ]
    return []


def sudden_overflow(setup: SetUp) -> list[Finding]:
    """Where there is no reference: a result that is moderate up to ±700 and nothing finite at ±1000.

    eˣ alone grows to 10³⁰⁴ before it overflows (at 709.8); what does not grow so has an eˣ inside that does.
    """
    x = setup.values[0]
    signs = torch.where(torch.arange(x.numel()).reshape(x.shape) % 2 == 0, 1.0, -1.0).to(x.dtype)
    try:
        before, beyond = setup.forward([650 * signs])[0], setup.forward([LARGE * signs])[0]
    except Exception:
        return []
    if (
        not torch.isfinite(before).all()
        or float(before.abs().max()) > MODERATE
        or torch.isfinite(beyond).all()
    ):
        return []
    bad = "nan" if torch.isnan(beyond).any() else "inf"
    return [
        finding("unstable", "forward", evidence=[Phrase("extreme", {"found": bad, "size": "±1000"})], bad=bad)
    ]


def constant_in_log(setup: SetUp) -> list[Finding]:
    """A loss of a confident mistake that stops at −log ε, or a finite one far from the right one."""
    right = 100.0  # the loss of such a row is the difference of its logits
    values = confident(setup, right / 2)
    try:
        found = float(setup.forward(values)[0].double().sum())
        n = setup.sizes["N"] if setup.outputs[0].numel() == 1 and is_mean(setup) else 1
    except Exception:
        return []
    found *= n
    if not math.isfinite(found) or found > 0.95 * right or found <= 0:
        return []
    words = {"found": f"{found:.2f}", "right": f"{right:.2f}", "epsilon": f"{math.exp(-found):.1e}"}
    return [
        finding("unstable", "log-constant", None, [Phrase("log-constant", words)], epsilon=words["epsilon"],
                found=words["found"], right_value=words["right"])
    ]  # fmt: skip


def is_mean(setup: SetUp) -> bool:
    return setup.form is None or setup.form.variant != "sum"


def examine_zero(setup: SetUp) -> tuple[list[Finding], list[Phrase]]:
    """At x = 0: the choice at relu's kink is no mistake, but nan is one."""
    if setup.kind not in ("relu", "sigmoid", "tanh", "identity"):
        return [], []
    values = with_main(setup, torch.zeros_like(setup.roles["x"]))
    zero = SetUp(setup.subject, values, setup.sizes, setup.arrangement, setup.kind, None, setup.fillers)
    try:
        cotangents = tuple(torch.ones_like(y) for y in zero.outputs)
        returned = zero.returned(zero.run(cotangents))
    except Exception:
        return [], []
    gradient = None if returned is None else returned[main_position(setup)]
    if not isinstance(gradient, Tensor) or not gradient.numel():
        return [], []
    if not torch.isfinite(gradient).all() or not torch.isfinite(zero.outputs[0]).all():
        return [finding("unstable", "zero", evidence=[Phrase("extreme", {"found": "nan", "size": "0"})])], []
    slope = float(gradient.double().mean())
    return [], [Phrase("kink", {"slope": f"{slope:g}"})] if setup.kind == "relu" and slope != 0 else []
