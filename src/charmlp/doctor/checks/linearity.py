"""What a backward pass b does with the upstream gradient g.

A right one is linear: b(2g) = 2 b(g), b(−g) = −b(g), b(g + h) = b(g) + b(h).
"""

from collections.abc import Mapping

import numpy as np

from charmlp.doctor.checks.side_effects import is_random
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.subject import Upstream, is_real
from charmlp.doctor.setups.setup import SetUp, repaired
from charmlp.doctor.setups.trial import is_float32_inside

NOTHING = 1e-12  # of the largest gradient: a bias that a softmax cancels has but rounding
OF_STEPS = 1e-4  # relative: gradients of weights may be differences between these and what a step left
FACTORS = {2.0: "2g", -1.0: "−g", 1e4: "10⁴ g", 1e-5: "10⁻⁵ g"}


def backward_is_linear(setup: SetUp) -> list[Finding]:
    """Ignored, squared or distorted upstream gradients, for each input (dropped where it is explained)."""
    trial = setup.first
    if trial.subject.is_step or is_random(setup) or setup.repaired is None or not setup.observations:
        return []
    gradients = [g for g in setup.repaired.gradients if g is not None]
    single = any(g.dtype != np.float64 or is_float32_inside(g) for g in gradients)  # float32's digits
    tolerance = 1e-4 if single or trial.coarse else 1e-9
    g, h = trial.upstreams[:2]
    upstreams: dict[float | str, Upstream] = {"g": g, "h": h}
    factors = {factor: name for factor, name in FACTORS.items() if factor < 10 or not trial.clips_gradients}
    upstreams |= {factor: tuple(factor * one for one in g) for factor in factors}
    upstreams["g + h"] = tuple(one + two for one, two in zip(g, h, strict=True))
    runs = {name: repaired(trial, upstream) for name, upstream in upstreams.items()}
    found = []
    noise = NOTHING * max((float(np.linalg.norm(one)) for one in gradients), default=0.0)
    for i, gradient in enumerate(setup.repaired.gradients):
        results = {name: None if run is None else run.gradients[i] for name, run in runs.items()}
        there = {name: r for name, r in results.items() if r is not None and np.isfinite(r).all()}
        flat = {name: r.astype(float).reshape(-1) for name, r in there.items()}
        if gradient is not None and len(flat) == len(upstreams) and np.linalg.norm(flat["g"]) > noise:
            slack = OF_STEPS if i in trial.subject.parameters else 0
            found += judge(i, flat, max(tolerance, slack), factors)
    distorted = [f for f in found if f.variant == "other"]
    if distorted and of_upstream_alone(setup):
        return [finding("slope-of-upstream.alone", *distorted[0].evidence, at=distorted[0].position)]
    return found


def of_upstream_alone(setup: SetUp) -> bool:
    """Whether backward gives the same for another input: it has taken grad_output for it."""
    trial = setup.first
    if len(trial.values) > 1 or setup.repaired is None or not is_real(trial.values[0]):
        return False
    other = repaired(trial.with_values([trial.values[0][::-1] * 0.7]), trial.upstreams[0])
    first, second = setup.repaired.gradients[0], None if other is None else other.gradients[0]
    return first is not None and second is not None and np.array_equal(first, second)


def judge(
    position: int, b: Mapping[float | str, Array], tolerance: float, factors: Mapping[float, str]
) -> list[Finding]:
    """`b` are the gradients for g, h, g + h, and g times each of the factors."""

    def same(found: Array, base: Array, factor: float = 1.0, digits: float = tolerance) -> bool:
        return bool(np.linalg.norm(found - factor * base) <= digits * abs(factor) * np.linalg.norm(base))

    base = b["g"]
    if same(b["h"], base) and all(same(b[factor], base) for factor in factors):
        return [finding("cotangent-ignored", phrase("b-same"), at=position, found="1")]
    if same(b[2.0], base, 4) and same(b[-1.0], base):
        ratio = float(np.linalg.norm(b[2.0]) / np.linalg.norm(base))
        return [finding("cotangent-twice", phrase("b-twice", ratio=f"{ratio:.3f}"), at=position, found="g²")]
    broken = []
    for factor, name in factors.items():
        if not same(b[factor], base, factor):
            ratio = float(b[factor] @ base / (base @ base)) / factor
            symbol = name.removesuffix("g").strip()
            broken.append(phrase("b-scaled", g=name, factor=symbol, ratio=f"{ratio:.3g}"))
    if not same(b["g + h"], base + b["h"], digits=10 * tolerance):
        broken.append(phrase("b-sum"))
    return [finding("cotangent-distorted.other", *broken[:2], at=position, found="")] if broken else []
