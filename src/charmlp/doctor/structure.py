"""What the raw return value of backward tells before any number is looked at: count, None, shapes, dtypes.

`repair` brings the gradients into the shapes of their inputs, and says what it had to mend.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.runs import Cotangents
from charmlp.doctor.setups import SetUp
from charmlp.doctor.subjects import signature
from charmlp.doctor.watch import Call, FunctionClass, has_setup_context

SIMILAR = 0.999  # cosine from which two gradients count as the same up to a factor


@dataclass(frozen=True)
class Finding:
    """A mistake in the gradient of one input (None: in all), not yet merged with those of other inputs."""

    name: str
    variant: str = ""
    position: int | None = None
    values: tuple[tuple[str, Any], ...] = ()
    evidence: tuple[Phrase, ...] = ()
    confidence: float = 1.0


def finding(
    name: str, variant: str = "", position: int | None = None, evidence: Sequence[Phrase] = (),
    confidence: float = 1.0,
    **values: Any,
) -> Finding:  # fmt: skip
    return Finding(name, variant, position, tuple(values.items()), tuple(evidence), confidence)


def shape_text(tensor: Any) -> str:
    if not isinstance(tensor, Tensor):
        return "None" if tensor is None else type(tensor).__name__
    return "(" + ", ".join(map(str, tensor.shape)) + ("," if tensor.dim() == 1 else "") + ")"


@dataclass
class Repaired:
    """Gradients in the shapes of their inputs (None: none, or beyond repair), and what was mended."""

    gradients: list[Tensor | None]
    findings: list[Finding]
    broken: list[int]  # positions whose shape tells nothing


def repair(setup: SetUp, returned: Sequence[Any], cotangents: Cotangents) -> Repaired:
    values = setup.values
    gradients = [g if isinstance(g, Tensor) else None for g in returned]
    findings = []
    counted = count_finding(setup, returned)
    gradients += [None] * (len(values) - len(gradients))
    order = wrong_order(setup, gradients, cotangents)
    if order is not None:
        shapes = ", ".join(shape_text(g) for g in returned)
        expected = ", ".join(shape_text(v) for v in values)
        findings.append(
            finding("wrong-order", evidence=[Phrase("shapes", {"found": shapes, "expected": expected})])
        )
        gradients = [None if source is None else gradients[source] for source in order]
    elif counted is not None:
        findings.append(counted)
    mended: list[Tensor | None] = []
    broken = []
    for position, value in enumerate(values):
        gradient = gradients[position]
        if gradient is None or not isinstance(value, Tensor):
            if counted is None and is_missed(setup, position, cotangents):
                findings.append(finding("missing-gradient", "none", position))
            mended.append(None)
            continue
        if gradient.shape == value.shape:
            mended.append(gradient)
            continue
        fitted, found = mend_shape(setup, position, gradient, cotangents)
        findings += found
        mended.append(fitted)
        if fitted is None and not found:
            broken.append(position)
    return Repaired(mended, findings, broken)


def count_finding(setup: SetUp, returned: Sequence[Any]) -> Finding | None:
    """A Function must return one gradient for each input of forward; what follows must be None."""
    if setup.subject.function is None:
        return None
    n = len(setup.values) + len(setup.fillers)
    surplus = returned[n:]
    if len(returned) >= n and all(g is None for g in surplus):
        return None
    if len(returned) == 1 and isinstance(returned[0], list):
        return finding("missing-gradient", "list", evidence=[Phrase("list", {"count": len(returned[0])})])
    return finding(
        "missing-gradient", "count", evidence=[Phrase("count", {"found": len(returned), "expected": n})]
    )


def is_missed(setup: SetUp, position: int, cotangents: Cotangents) -> bool:
    """Whether an input without a gradient needs one."""
    if not setup.wants[position]:
        return False
    expected = setup.expected(position, cotangents)
    return expected is not None and expected.numel() > 0 and bool(expected.abs().max() > 0)


def wrong_order(
    setup: SetUp, gradients: Sequence[Tensor | None], cotangents: Cotangents
) -> list[int | None] | None:
    """Where each input's gradient was found, if they are all there but in another order."""
    n = len(setup.values)
    wanted = [i for i in range(n) if setup.wants[i]]
    given = [i for i in range(n) if gradients[i] is not None]
    if not wanted or not len(wanted) <= len(given) <= 5:
        return None
    in_shape = all(i in given and fits(gradients[i], setup.values[i]) for i in wanted)
    if in_shape and all(alike(setup, i, gradients[i], cotangents) for i in wanted):
        return None
    for order in itertools.permutations(given, len(wanted)):
        pairs = list(zip(wanted, order, strict=True))
        if list(order) == wanted or not all(fits(gradients[k], setup.values[i]) for i, k in pairs):
            continue
        right = sum(alike(setup, i, gradients[k], cotangents) for i, k in pairs)
        if right == len(pairs) or (not in_shape and 2 * right >= len(pairs)):
            found: list[int | None] = [None] * n
            for i, k in pairs:
                found[i] = k
            return found
    return None


def fits(gradient: Tensor | None, value: Any) -> bool:
    return gradient is not None and isinstance(value, Tensor) and gradient.shape == value.shape


def alike(setup: SetUp, position: int, gradient: Tensor | None, cotangents: Cotangents) -> bool:
    """Whether a gradient is the expected one up to a factor."""
    expected = setup.expected(position, cotangents)
    if expected is None or gradient is None:
        return False
    return abs(cosine(setup.chosen(position, gradient), expected)) > SIMILAR


def cosine(a: Tensor, n: Tensor) -> float:
    """0 where one of them is nothing but zeros."""
    product = float(a.norm() * n.norm())
    return float(a @ n) / product if product > 0 else 0.0


def mend_shape(
    setup: SetUp, position: int, gradient: Tensor, cotangents: Cotangents
) -> tuple[Tensor | None, list[Finding]]:
    """A gradient of the wrong shape, mended where it is known what happened."""
    value = setup.values[position]
    shapes = Phrase(
        "shape",
        {
            "input": setup.subject.name_of(position),
            "found": shape_text(gradient),
            "expected": shape_text(value),
        },
    )
    if gradient.dim() == 2 and gradient.shape == value.shape[::-1]:
        return gradient.T, [finding("weight-transposed", "", position, [shapes])]
    reduced = sum_to(gradient, value.shape)
    if reduced is not None and gradient.numel() == value.numel():
        return reduced, [finding("batch-not-summed", "keepdim", position, [shapes])]
    if reduced is not None:
        return reduced, [finding("batch-not-summed", "", position, [shapes])]
    if setup.role(position) == "bias" and len(cotangents) == 1 and cotangents[0].dim() == 2:
        g = setup.canonical_cotangent(cotangents)
        candidates = {"axis": g.sum(1), "all": g.sum(), "one-row": g[0]}
        for variant, candidate in candidates.items():
            flat = gradient.double().reshape(-1)
            if flat.numel() == candidate.numel() and abs(cosine(flat, candidate.reshape(-1))) > SIMILAR:
                return None, [finding("batch-not-summed", variant, position, [shapes])]
    if gradient.numel() == value.numel():
        reshaped = gradient.reshape(value.shape)
        if alike(setup, position, reshaped, cotangents):
            return reshaped, [finding("batch-not-summed", "keepdim", position, [shapes])]
    return None, []


def sum_to(gradient: Tensor, shape: torch.Size) -> Tensor | None:
    """What the engine makes of a gradient that has broadcast dimensions too many."""
    try:
        return gradient.sum_to_size(shape)
    except RuntimeError:
        return None


def inner_findings(calls: Sequence[Call]) -> list[Finding]:
    """Wrong shapes and dtypes from a Function inside the operation, which the engine mends silently."""
    findings = []
    for call in calls:
        names = argument_names(call.function)
        for position, (gradient, value) in enumerate(zip(first_of(call.returned), call.inputs, strict=False)):
            if not isinstance(gradient, Tensor) or not isinstance(value, Tensor):
                continue
            name = names[position] if position < len(names) else f"input {position + 1}"
            words = {"input": name, "found": shape_text(gradient), "expected": shape_text(value)}
            if gradient.shape != value.shape and sum_to(gradient, value.shape) is not None:
                variant = "keepdim" if gradient.numel() == value.numel() else ""
                findings.append(
                    finding("batch-not-summed", variant, None, [Phrase("shape", words)], inputs=name)
                )
            if value.is_floating_point() and gradient.dtype != value.dtype:
                words |= {"found": dtype_text(gradient), "expected": dtype_text(value)}
                findings.append(
                    finding("wrong-dtype", "returned", None, [Phrase("dtype", words)], inputs=name)
                )
    return findings


def argument_names(function: FunctionClass) -> tuple[str, ...]:
    required, optional = signature(function.forward, 0 if has_setup_context(function) else 1)
    return (required or ()) + optional


def first_of(returned: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return returned[0] if returned else ()


def dtype_text(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def dtype_findings(setup: SetUp, returned: Sequence[Any]) -> list[Finding]:
    """Gradients in another dtype than their inputs."""
    findings = []
    for position, (gradient, value) in enumerate(zip(returned, setup.values, strict=False)):
        if isinstance(gradient, Tensor) and setup.wants[position] and gradient.dtype != value.dtype:
            words = {
                "input": setup.subject.name_of(position),
                "found": dtype_text(gradient),
                "expected": dtype_text(value),
            }
            findings.append(finding("wrong-dtype", "returned", position, [Phrase("dtype", words)]))
    return findings
