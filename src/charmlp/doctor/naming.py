"""The name of a wrong gradient: the library of wrong formulas, ranked by residual, and the constant factors.

A gradient is explained as  factor · formula(distortion(g)):  the right formula or a wrong one, the cotangent
as it is or distorted, and a factor that is a product of sizes, 2 and −1. The explanation with the fewest
mistakes wins; it must hold in every set-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.factors import Factor, explain
from charmlp.doctor.formulas import CORE, DISTORTIONS, LIBRARY, RIGHT, Distortion, Formula, Wrong
from charmlp.doctor.runs import Cotangents
from charmlp.doctor.setups import SetUp
from charmlp.doctor.structure import Finding, cosine, finding

LETTERS = {"linear": "NDK", "mse": "NCM"}


@dataclass(frozen=True, eq=False)
class Observed:
    """The gradients of one set-up for each draw of cotangents, in the shapes of the inputs."""

    setup: SetUp
    draws: Sequence[Cotangents]
    gradients: Sequence[Sequence[Tensor | None]]
    cache: dict[int, Tensor | None] = field(default_factory=dict)

    def stacked(self, position: int) -> Tensor | None:
        """The gradients by one input for all draws, one after the other."""
        if position not in self.cache:
            self.cache[position] = self.stack(position)
        return self.cache[position]

    def tolerance(self, position: int) -> float:
        """Largest relative error that is none, given the digits of the gradient's dtype."""
        gradient = self.gradients[0][position]
        if gradient is None or not gradient.is_floating_point():
            return self.setup.tolerance
        return max(self.setup.tolerance, 4 * torch.finfo(gradient.dtype).eps)

    def stack(self, position: int) -> Tensor | None:
        parts = [by_input[position] for by_input in self.gradients]
        if any(part is None for part in parts):
            return None
        return torch.cat([self.setup.chosen(position, part) for part in parts if part is not None])


@dataclass(frozen=True)
class Candidate:
    """An explanation but for its factor."""

    wrong: Wrong | None = None
    distortion: Distortion | None = None

    @property
    def mistakes(self) -> int:
        return (self.wrong is not None) + (self.distortion is not None)

    def gradient(self, setup: SetUp, position: int, draws: Sequence[Cotangents]) -> Tensor | None:
        """What this explanation gives for all draws, without its factor; None where it cannot be."""
        parts = []
        for cotangents in draws:
            if self.distortion is not None:
                cotangents = tuple(self.distortion.function(g) for g in cotangents)
            part = self.one(setup, position, cotangents)
            if part is None:
                return None
            parts.append(part)
        return torch.cat(parts)

    def one(self, setup: SetUp, position: int, cotangents: Cotangents) -> Tensor | None:
        if self.wrong is None:
            return setup.expected(position, cotangents)
        assert setup.arrangement is not None
        slot = setup.arrangement.slots[position]
        try:
            g = setup.canonical_cotangent(cotangents)
            canonical = self.wrong.function(setup.roles, setup.canonical_output, g)
            if canonical.shape != setup.roles[slot.role].shape:
                return None
            return loss_scale(setup, position) * setup.chosen(position, slot.actual(canonical))
        except (RuntimeError, IndexError):
            return None


def loss_scale(setup: SetUp, position: int) -> float:
    """What stands before q − y* or y − y* in the right gradient: 1/N for a mean over the batch, say.

    The library leaves it out, so that a wrong formula with the right coefficient has the factor 1.
    """
    core = CORE.get((setup.kind or "", setup.role(position)))
    if core is None or setup.arrangement is None:
        return 1.0
    if position not in setup.scales:
        setup.scales[position] = coefficient(setup, position, core)
    return setup.scales[position]


def coefficient(setup: SetUp, position: int, core: Formula) -> float:
    if setup.form is None or setup.arrangement is None:  # forward is none of ours: no coefficient can be read
        return 1.0 / setup.sizes["N"] if setup.outputs[0].numel() == 1 else 1.0
    cotangents = setup.cotangents[0]
    expected = setup.expected(position, cotangents)
    canonical = core(setup.roles, setup.canonical_output, setup.canonical_cotangent(cotangents))
    flat = setup.chosen(position, setup.arrangement.slots[position].actual(canonical))
    return 1.0 if expected is None else float(expected @ flat / (flat @ flat)) or 1.0


@dataclass(frozen=True)
class Explanation:
    candidate: Candidate
    factor: Factor | None  # None: a constant that no size explains
    ratios: tuple[float, ...]
    residual: float

    @property
    def mistakes(self) -> float:
        return self.candidate.mistakes + (1.5 if self.factor is None else self.factor.mistakes)


def candidates(setup: SetUp, position: int) -> Iterator[Candidate]:
    yield Candidate()
    library = LIBRARY.get((setup.kind or "", setup.role(position)), [])
    for distortion in DISTORTIONS:
        yield Candidate(None, distortion)
    for wrong in library:
        yield Candidate(wrong)
    for wrong in library:
        for distortion in DISTORTIONS:
            yield Candidate(wrong, distortion)


def relative_error(observed: Observed, position: int) -> float | None:
    """‖a − n‖ / ‖n‖ over all draws, None where there is nothing to compare."""
    a = observed.stacked(position)
    n = Candidate().gradient(observed.setup, position, observed.draws)
    if a is None or n is None or a.shape != n.shape:
        return None
    if not torch.isfinite(a).all():
        return float("inf")
    scale = float(n.norm())
    return float((a - n).norm()) / scale if scale > 0 else float(a.norm())


def explanations(observations: Sequence[Observed], position: int) -> list[Explanation]:
    """The explanations with the fewest mistakes; several where they cannot be told apart, none if unknown."""
    found = []
    for candidate in candidates(observations[0].setup, position):
        fits = [fit(observed, position, candidate) for observed in observations]
        ratios = tuple(ratio for ratio, residual in fits if ratio is not None)
        if len(ratios) < len(fits) or any(ratio == 0 for ratio in ratios):
            continue
        residual = max(residual for _, residual in fits)
        sizes = [observed.setup.sizes for observed in observations]
        letters = letters_of(observations[0].setup)
        factors: list[Factor | None] = list(explain(ratios, [with_m(s) for s in sizes], letters))
        if not factors and max(ratios) - min(ratios) < 1e-6 * abs(ratios[0]):
            factors = [None]  # the same constant everywhere
        found += [Explanation(candidate, factor, ratios, residual) for factor in factors]
    fewest = min((explanation.mistakes for explanation in found), default=0)
    return distinct([e for e in found if e.mistakes == fewest])


def distinct(found: Sequence[Explanation]) -> list[Explanation]:
    """Without those that say the same in other words, such as two wrong formulas of one name."""
    kept: dict[Any, Explanation] = {}
    for e in found:
        wrong, distortion = e.candidate.wrong, e.candidate.distortion
        key = (wrong and wrong.name, distortion and distortion.name, e.factor)
        kept.setdefault(key, e)
    return list(kept.values())


def fit(observed: Observed, position: int, candidate: Candidate) -> tuple[float | None, float]:
    """The factor by least squares and the relative residual; None where the candidate does not fit."""
    a = observed.stacked(position)
    formula = candidate.gradient(observed.setup, position, observed.draws)
    if a is None or formula is None or a.shape != formula.shape:
        return None, 1.0
    square, scale = float(formula @ formula), float(a.norm())
    if square == 0 or scale == 0 or not torch.isfinite(a).all():
        return None, 1.0
    ratio = float(a @ formula) / square
    residual = float((a - ratio * formula).norm()) / scale
    return (ratio, residual) if residual <= observed.tolerance(position) else (None, residual)


def letters_of(setup: SetUp) -> str:
    return LETTERS.get(setup.kind or "", "NC" if "C" in setup.sizes else "N")


def with_m(sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes with M, the number of elements of a prediction."""
    return {**sizes, "M": sizes.get("N", 1) * sizes.get("C", 1)}


# From explanations to findings


def findings_of(observations: Sequence[Observed], position: int, e: Explanation) -> list[Finding]:
    """Each mistake of one explanation."""
    setup = observations[0].setup
    found = []
    alone = e.mistakes == 1
    error = relative_error(observations[0], position)
    confidence = 0.99 if e.mistakes <= 1 else 0.9
    # What is mere rounding is not told in figures, which would differ from machine to machine.
    words = {"residual": f"{e.residual:.0e}", "error": f"{error or 0:.2g}"}
    fits = Phrase("fits-exactly" if e.residual < 1e-9 else "fits", words)
    if e.candidate.wrong is not None:
        wrong = e.candidate.wrong
        right = RIGHT.get((setup.kind or "", setup.role(position)), "")
        found.append(
            finding(wrong.name, wrong.variant, position, [fits], confidence, found=wrong.found, right=right)
        )
    if e.candidate.distortion is not None:
        distortion = e.candidate.distortion
        found.append(
            finding(distortion.name, distortion.variant, position,
                    [Phrase("distorted", {"found": distortion.written}), fits] if alone else
                    [Phrase("distorted", {"found": distortion.written})],
                    confidence, found=distortion.written)
        )  # fmt: skip
    if e.factor is None:
        ratio = f"{e.ratios[0]:.4g}"
        found.append(
            finding("constant-factor", "", position, [ratio_phrase(e, observations)], 0.8, factor=ratio)
        )
    else:
        evidence = [ratio_phrase(e, observations)]
        found += [
            finding(name, variant, position, evidence, confidence, **values)
            for name, variant, values in causes(setup, e.factor)
        ]
    return found


def causes(setup: SetUp, factor: Factor) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The mistakes behind a factor."""
    loss = all(y.numel() == 1 for y in setup.outputs)
    if factor.sign < 0:
        yield "sign-flipped", "", {}
    if abs(factor.twos) == 1:
        yield "factor-two", "twice" if factor.twos > 0 else "half", {}
    elif factor.twos:
        yield "constant-factor", "", {"factor": f"{2.0**factor.twos:g}"}
    for letter, exponent in factor.exponents:
        if letter == "N" and exponent < 0:
            by_sum = setup.form is not None and setup.form.variant == "sum"
            yield "extra-mean", ("sum" if by_sum else "") if loss else "layer", {}
        elif letter == "M" and exponent < 0:
            yield "extra-mean", "elements", {}
        elif letter == "N" and loss:
            yield "missing-mean", "", {}
        elif letter == "M":
            yield "missing-mean", "elements", {}
        elif letter == "C" and loss:
            yield "wrong-divisor", "" if exponent < 0 else "missing", {}
        else:
            text = letter if exponent > 0 else f"1/{letter}"
            yield "constant-factor", "size", {"factor": text, "letter": letter}


def ratio_phrase(e: Explanation, observations: Sequence[Observed]) -> Phrase:
    """The ratio analytic/right in each set-up."""
    letters = [letter for letter, _ in e.factor.exponents] if e.factor is not None else []
    values = {}
    for number, (ratio, observed) in enumerate(zip(e.ratios, observations, strict=True), 1):
        sizes = with_m(observed.setup.sizes)
        values[f"r{number}"] = f"{ratio:.3f}" if abs(ratio) >= 0.1 else f"{ratio:.5f}"
        values[f"w{number}"] = ", ".join(f"{spelled(s)} = {sizes[s]}" for s in letters)
    return Phrase(f"ratio-{len(observations)}" if letters else "ratio", values)


def spelled(letter: str) -> str:
    return "N·C" if letter == "M" else letter


def describe(observed: Observed, position: int) -> list[Phrase]:
    """What can be said of a wrong gradient that nothing explains: size, angle, row sums, where it errs."""
    a = observed.stacked(position)
    n = Candidate().gradient(observed.setup, position, observed.draws)
    error = relative_error(observed, position)
    if a is None or n is None or error is None or not torch.isfinite(a).all():
        return []
    alpha = float(a @ n / (n @ n)) if float(n @ n) > 0 else float("nan")
    phrases = [
        Phrase("error", {"error": f"{error:.2g}", "alpha": f"{alpha:.3f}", "cosine": f"{cosine(a, n):.3f}"})
    ]
    wrong = (a - n).abs() > 1e-6 * n.abs().max()
    place = where(observed, position, wrong)
    if place is not None:
        phrases.append(place)
    return phrases


def where(observed: Observed, position: int, wrong: Tensor) -> Phrase | None:
    """The region that holds all errors, if it has a name."""
    setup = observed.setup
    value = setup.values[position]
    if wrong.numel() != value.numel() * len(observed.draws) or wrong.all():
        return None
    x = setup.chosen(position, value).repeat(len(observed.draws))
    regions = {"negative": x < 0, "positive": x > 0}
    if setup.kind == "cross_entropy" and setup.role(position) == "logits":
        slot = next(s for s in setup.arrangement.slots if s.role == "logits") if setup.arrangement else None
        if slot is not None:
            labels = slot.actual(setup.roles["label"]).reshape(-1).repeat(len(observed.draws)) > 0
            regions |= {"targets": labels, "others": ~labels}
    for name, region in regions.items():
        if not wrong[~region].any():
            return Phrase(f"where-{name}")
    return Phrase("where-share", {"share": f"{float(wrong.double().mean()):.0%}"})
