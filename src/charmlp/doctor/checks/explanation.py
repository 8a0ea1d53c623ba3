"""What a wrong gradient is: the kind's wrong formulas, ranked by residual, and the constant factors.

A gradient is explained as  factor · formula(distortion(g)):  the right formula or a wrong one, the upstream
gradient g as it is or distorted, and a factor that is a product of sizes, 2 and −1. The explanation with the
fewest mistakes wins; it must hold in every trial.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from charmlp.doctor.checks.factors import Factor, factors_of
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Wrong, filled
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.setups.setup import Observed, joined
from charmlp.doctor.setups.trial import Trial


@dataclass(frozen=True)
class Distortion:
    """What a backward pass does to the upstream gradient before it uses it."""

    mistake: str
    written: str
    function: Callable[[Array], Array]


DISTORTIONS = (
    Distortion("cotangent-ignored", "1", np.ones_like),
    Distortion("cotangent-twice", "g²", lambda g: g * g),
    Distortion("cotangent-distorted.positive", "g · [g > 0]", lambda g: g.clip(min=0)),
    Distortion("cotangent-distorted.positive", "g · [g < 0]", lambda g: g.clip(max=0)),
    Distortion("cotangent-distorted.abs", "|g|", np.abs),
    Distortion("cotangent-distorted.clamp", "clamp(g, −1, 1)", lambda g: g.clip(-1, 1)),
    Distortion("cotangent-distorted.sign", "sign(g)", np.sign),
    Distortion("cotangent-distorted.mask", "[g > 0]", lambda g: (g > 0).astype(g.dtype)),
    Distortion("cotangent-distorted.power", "g³", lambda g: g**3),
    Distortion("cotangent-distorted.collapsed", "the mean of g", lambda g: np.full_like(g, g.mean())),
)


@dataclass(frozen=True)
class Explanation:
    wrong: Wrong | None  # None: the right formula
    distortion: Distortion | None  # None: the upstream gradient as it is
    factor: Factor | None  # None: a constant that no size explains
    ratios: tuple[float, ...]
    residual: float

    @property
    def mistakes(self) -> float:
        of_factor = 1.5 if self.factor is None else self.factor.mistakes
        return (self.wrong is not None) + (self.distortion is not None) + of_factor


def explanations(observations: Sequence[Observed], position: int) -> list[Explanation]:
    """The explanations with the fewest mistakes; several where they cannot be told apart, none if unknown."""
    trials = [observed.trial for observed in observations]
    sizes = [with_elements(trial) for trial in trials]
    letters = trials[0].kind.factors or ("NC" if "C" in sizes[0] else "N")  # what a factor may come from
    letters = "".join(letter for letter in letters if all(letter in of for of in sizes))
    pairs = itertools.product((None, *trials[0].gradient_of_kind(position).wrong), (None, *DISTORTIONS))
    found = []
    for wrong, distortion in sorted(pairs, key=lambda pair: -pair.count(None)):
        tried = (fit(observed, position, wrong, distortion) for observed in observations)
        fits = [fitting for fitting in itertools.takewhile(bool, tried) if fitting]
        if len(fits) < len(observations):
            continue
        ratios, residuals = (tuple(column) for column in zip(*fits, strict=True))
        factors: list[Factor | None] = list(factors_of(ratios, sizes, letters))
        if not factors and max(ratios) - min(ratios) < 1e-6 * abs(ratios[0]):
            factors = [None]  # the same constant everywhere
        found += [Explanation(wrong, distortion, factor, ratios, max(residuals)) for factor in factors]
    fewest = min((explanation.mistakes for explanation in found), default=0)
    return distinct([e for e in found if e.mistakes == fewest])


def distinct(found: Sequence[Explanation]) -> list[Explanation]:
    """Without those that say the same in other words, such as two wrong formulas of one name."""
    kept: dict[Any, Explanation] = {}
    for e in found:
        parts = (e.wrong, e.distortion)
        kept.setdefault((e.factor, *(part and part.mistake.partition(".")[0] for part in parts)), e)
    return list(kept.values())


def gradient(
    trial: Trial, position: int, g: tuple[Array, ...], wrong: Wrong | None, distortion: Distortion | None
) -> Array | None:
    """What a right or wrong formula makes of an upstream gradient, flat; None where it cannot be."""
    if distortion is not None:
        g = tuple(map(distortion.function, g))
    if wrong is None:
        return trial.expected(position, g)
    slot = trial.arrangement.slots[position]
    try:
        canonical = wrong.function(trial.variables, trial.canonical_output, trial.canonical(g[0]))
        if canonical.shape != trial.variables[slot.role.name].shape:
            return None
        return trial.coefficient(position) * trial.chosen(position, slot.actual(canonical))
    except (RuntimeError, IndexError, ValueError):
        return None


def fit(
    observed: Observed, position: int, wrong: Wrong | None, distortion: Distortion | None
) -> tuple[float, float] | None:
    """The factor by least squares and the relative residual; None where the formula does not fit."""
    trial, a = observed.trial, observed.analytic[position]
    formula = joined(gradient(trial, position, g, wrong, distortion) for g in trial.upstreams)
    if a is None or formula is None or a.shape != formula.shape:
        return None
    square, scale = float(formula @ formula), float(np.linalg.norm(a))
    if square == 0 or scale == 0 or not np.isfinite(a).all():
        return None
    ratio = float(a @ formula) / square
    residual = float(np.linalg.norm(a - ratio * formula)) / scale
    return (ratio, residual) if ratio and residual <= observed.tolerance(position) else None


def with_elements(trial: Trial) -> Mapping[str, int]:
    """The sizes with M, the number of elements of a prediction."""
    return {**trial.sizes, "M": trial.sizes.get("N", 1) * trial.sizes.get("C", 1)}


# From explanations to findings


def explained(observations: Sequence[Observed], position: int) -> list[Finding]:
    """The mistakes in the gradient with respect to one input, none where no explanation is known."""
    ways = [findings_of(observations, position, e) for e in explanations(observations, position)]
    if len(ways) < 2 or any(len(way) > 1 for way in ways):
        return ways[0] if ways else []
    only, *others = (found for way in ways for found in way)
    alternatives = [Finding(other.name, other.variant, values=other.values) for other in others]
    return [replace(only, values={**only.values, "or": alternatives}, confidence=1 / len(ways))]


def findings_of(observations: Sequence[Observed], position: int, e: Explanation) -> list[Finding]:
    """Each mistake of one explanation."""
    trial = observations[0].trial
    confidence = 0.99 if e.mistakes <= 1 else 0.9
    # What is mere rounding is not given in figures, which would differ from machine to machine.
    error = observations[0].relative_error(position) or 0
    key = "fits-exactly" if e.residual < 1e-9 else "fits"
    fits = phrase(key, residual=f"{e.residual:.0e}", error=f"{error:.2g}")
    found = []
    if e.wrong is not None:
        words = {"found": filled(e.wrong.written, trial.variables), **words_of_meant(trial, position)}
        found.append(finding(e.wrong.mistake, fits, at=position, confidence=confidence, **words))
    if e.distortion is not None:
        shown = e.distortion.written
        evidence = [phrase("distorted", found=shown), *([fits] if e.mistakes == 1 else [])]
        found.append(
            finding(e.distortion.mistake, *evidence, at=position, confidence=confidence, found=shown)
        )
    ratio = ratio_phrase(e, observations)
    if e.factor is None:
        constant = f"{e.ratios[0]:.4g}"
        option = option_behind(trial, e.ratios[0])
        if option:
            words = {"option": option, "factor": constant}
            return [*found, finding("scale-forgotten.option", ratio, at=position, confidence=0.9, **words)]
        return [*found, finding("constant-factor", ratio, at=position, confidence=0.8, factor=constant)]
    known = causes(trial, e.factor)
    return found + [finding(name, ratio, at=position, confidence=confidence, **v) for name, v in known]


def option_behind(trial: Trial, ratio: float) -> str:
    """The option that a constant factor comes from: as it is, inverted, or as 1 − p; empty for none."""
    for name, value in {**constants_of(trial), **trial.options}.items():
        if value in (0, 1):
            continue
        scales = [value, 1 - value, abs(value) ** 0.5]
        if any(abs(ratio - s) < 1e-6 * abs(s) or abs(ratio * s - 1) < 1e-6 for s in scales if s):
            return name
    return ""


def constants_of(trial: Trial) -> dict[str, float]:
    """The numbers that stand in the code, but for 1, 2 and ½, which any formula may have."""
    found = re.findall(r"(?<![\w.])\d+\.?\d*(?:[eE][-+]?\d+)?", "\n".join(map(source_of, trial.subject.code)))
    return {text: float(text) for text in found if float(text) not in (0.0, 0.5, 1.0, 2.0)}


def words_of_meant(trial: Trial, position: int) -> dict[str, Any]:
    """What is right: forward, gradient, and the gradient without its g."""
    right = filled(trial.gradient_of_kind(position).right, trial.variables)
    return {"forward": trial.meant.text, "right": right, "derivative": filled(right, {}, without="g · ")}


def causes(trial: Trial, factor: Factor) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mistakes behind a factor of this trial's gradient."""
    loss = all(y.size == 1 for y in trial.outputs)
    by_sum = trial.form is not None and trial.form.mistake == "forward-wrong.sum"
    return mistakes_of(factor, loss=loss, by_sum=by_sum)


def mistakes_of(factor: Factor, *, loss: bool, by_sum: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mistakes behind a factor, with what fills their words: of a `loss`, or of a layer below one."""
    if factor.sign < 0:
        yield "sign-flipped", {}
    if abs(factor.twos) == 1:
        yield "factor-two.twice" if factor.twos > 0 else "factor-two.half", {}
    elif factor.twos:
        yield "constant-factor", {"factor": f"{2.0**factor.twos:g}"}
    for letter, exponent in factor.exponents:
        if letter == "N" and exponent < 0:
            yield ("extra-mean.sum" if by_sum else "extra-mean") if loss else "extra-mean.layer", {}
        elif letter == "M":
            yield "extra-mean.elements" if exponent < 0 else "missing-mean.elements", {}
        elif letter == "N" and loss:
            yield "missing-mean", {}
        elif letter == "C" and loss:
            yield "wrong-divisor" if exponent < 0 else "wrong-divisor.missing", {}
        else:
            text = letter if exponent > 0 else f"1/{letter}"
            yield "constant-factor.size", {"factor": text, "letter": letter}


def ratio_phrase(e: Explanation, observations: Sequence[Observed]) -> Phrase:
    """The ratio analytic/right in each trial."""
    letters = [letter for letter, _ in e.factor.exponents] if e.factor is not None else []
    values = {}
    for number, (ratio, observed) in enumerate(zip(e.ratios, observations, strict=True), 1):
        sizes = with_elements(observed.trial)
        values[f"r{number}"] = f"{ratio:.3f}" if abs(ratio) >= 0.1 else f"{ratio:.5f}"
        values[f"w{number}"] = ", ".join(f"{'N·C' if s == 'M' else s} = {sizes[s]}" for s in letters)
    return phrase(f"ratio-{len(observations)}" if letters else "ratio", **values)
