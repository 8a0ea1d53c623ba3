"""What a backward pass b does with its cotangent g.

A right one is linear: b(2g) = 2 b(g), b(−g) = −b(g), b(g + h) = b(g) + b(h).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.runs import Cotangents
from charmlp.doctor.structure import Finding, finding

Backward = Callable[[Cotangents], Sequence[Tensor | None]]


def examine_cotangent(
    backward: Backward, draws: Sequence[Cotangents], positions: Sequence[int], tolerance: float
) -> list[Finding]:
    """Ignored, squared or distorted cotangents, for each input."""
    g, h = draws[0], draws[1]
    base, other = backward(g), backward(h)
    by = {factor: backward(scaled(g, factor)) for factor in (2.0, -1.0, 1e4, 1e-5)}
    total = backward(tuple(one + two for one, two in zip(g, h, strict=True)))
    findings = []
    for i in positions:
        results = {factor: gradients[i] for factor, gradients in by.items()}
        findings += judge(i, base[i], other[i], results, total[i], tolerance)
    return findings


def scaled(cotangents: Cotangents, factor: float) -> Cotangents:
    return tuple(factor * g for g in cotangents)


def judge(
    position: int,
    base: Tensor | None,
    other: Tensor | None,
    by: dict[float, Tensor | None],
    total: Tensor | None,
    tolerance: float,
) -> list[Finding]:
    parts = [base, other, total, *by.values()]
    if any(part is None or not torch.isfinite(part).all() for part in parts) or not norm(base):
        return []
    if all(same(by[factor], base, 1, tolerance) for factor in by) and same(other, base, 1, tolerance):
        return [finding("cotangent-ignored", "", position, [Phrase("b-same")], found="1")]
    if same(by[2.0], base, 4, tolerance) and same(by[-1.0], base, 1, tolerance):
        ratio = norm(by[2.0]) / norm(base)
        return [
            finding(
                "cotangent-twice", "", position, [Phrase("b-twice", {"ratio": f"{ratio:.3f}"})], found="g²"
            )
        ]
    broken = []
    for factor, name in ((2.0, "2g"), (-1.0, "−g"), (1e4, "10⁴ g"), (1e-5, "10⁻⁵ g")):
        if not same(by[factor], base, factor, tolerance):
            ratio = projection(by[factor], base) / factor
            broken.append(
                Phrase(
                    "b-scaled", {"g": name, "factor": name.removesuffix("g").strip(), "ratio": f"{ratio:.3g}"}
                )
            )
    assert base is not None and other is not None
    if not same(total, base + other, 1, 10 * tolerance):
        broken.append(Phrase("b-sum"))
    return [finding("cotangent-distorted", "other", position, broken[:2], found="")] if broken else []


def norm(tensor: Tensor | None) -> float:
    return 0.0 if tensor is None else float(tensor.double().norm())


def same(found: Tensor | None, base: Tensor | None, factor: float, tolerance: float) -> bool:
    """Whether found = factor · base, up to a relative error."""
    assert found is not None and base is not None
    difference = (found.double() - factor * base.double()).norm()
    return bool(difference <= tolerance * abs(factor) * base.double().norm())


def projection(found: Tensor | None, base: Tensor | None) -> float:
    """The factor by which found is base, by least squares."""
    assert found is not None and base is not None
    a, b = found.double().reshape(-1), base.double().reshape(-1)
    return float(a @ b / (b @ b))
