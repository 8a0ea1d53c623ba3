"""What a backward pass b does with the upstream gradient g.

A right one is linear: b(2g) = 2 b(g), b(−g) = −b(g), b(g + h) = b(g) + b(h).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from charmlp.doctor.checks.forward import is_unseeded
from charmlp.doctor.checks.side_effects import is_random
from charmlp.doctor.finding import Finding, finding
from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.record import Upstream
from charmlp.doctor.setups.observed import repaired
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial, is_float32_inside

FACTORS = {2.0: "2g", -1.0: "−g", 1e4: "10⁴ g", 1e-5: "10⁻⁵ g"}


def backward_is_linear(setup: SetUp) -> list[Finding]:
    """Ignored, squared or distorted upstream gradients, for each input (merging drops what is explained)."""
    trial = setup.first
    if is_unseeded(setup) or is_random(setup) or setup.repaired is None or not setup.observations:
        return []
    gradients = [g for g in setup.repaired.gradients if g is not None]
    single = any(g.dtype != torch.float64 or is_float32_inside(g) for g in gradients)
    tolerance = 1e-4 if single or trial.coarse else 1e-9
    g, h = trial.upstreams[0], trial.upstreams[1]
    base, other = backward(trial, g), backward(trial, h)
    by = {factor: backward(trial, tuple(factor * one for one in g)) for factor in FACTORS}
    total = backward(trial, tuple(one + two for one, two in zip(g, h, strict=True)))
    found = []
    for i, gradient in enumerate(setup.repaired.gradients):
        if gradient is not None:
            results = {factor: given[i] for factor, given in by.items()}
            found += judge(i, base[i], other[i], results, total[i], tolerance)
    return found


def backward(trial: Trial, upstream: Upstream) -> list[Tensor | None]:
    given = repaired(trial, upstream)
    return [None] * len(trial.values) if given is None else given.gradients


def judge(
    position: int,
    base: Tensor | None,
    other: Tensor | None,
    by: Mapping[float, Tensor | None],
    total: Tensor | None,
    tolerance: float,
) -> list[Finding]:
    results = {factor: result for factor, result in by.items() if is_finite(result)}
    if len(results) < len(by) or not (is_finite(base) and is_finite(other) and is_finite(total)):
        return []
    assert base is not None and other is not None and total is not None
    if not norm(base):
        return []

    def is_times(result: Tensor | None, factor: float) -> bool:
        return same(result, base, factor, tolerance)

    if is_times(other, 1) and all(is_times(result, 1) for result in results.values()):
        return [finding("cotangent-ignored", phrase("b-same"), at=position, found="1")]
    if is_times(by[2.0], 4) and is_times(by[-1.0], 1):
        ratio = norm(by[2.0]) / norm(base)
        return [finding("cotangent-twice", phrase("b-twice", ratio=f"{ratio:.3f}"), at=position, found="g²")]
    broken = [
        phrase("b-scaled", g=name, factor=name.removesuffix("g").strip(),
               ratio=f"{projection(by[factor], base) / factor:.3g}")
        for factor, name in FACTORS.items()
        if not is_times(by[factor], factor)
    ]  # fmt: skip
    if not same(total, base + other, 1, 10 * tolerance):
        broken.append(phrase("b-sum"))
    return [finding("cotangent-distorted.other", *broken[:2], at=position, found="")] if broken else []


def is_finite(tensor: Tensor | None) -> bool:
    return tensor is not None and bool(torch.isfinite(tensor).all())


def norm(tensor: Tensor | None) -> float:
    return 0.0 if tensor is None else float(tensor.double().norm())


def same(found: Tensor | None, base: Tensor | None, factor: float, tolerance: float) -> bool:
    """Whether found = factor · base, up to a relative error."""
    assert found is not None and base is not None
    difference = (found.double() - factor * base.double()).norm()
    return bool(difference <= tolerance * abs(factor) * base.double().norm())


def projection(found: Tensor | None, base: Tensor) -> float:
    """The factor by which found is base, by least squares."""
    assert found is not None
    a, b = found.double().reshape(-1), base.double().reshape(-1)
    return float(a @ b / (b @ b))
