"""Gradients of rectifiers that no formula explains: what is left is the mask itself."""

import numpy as np

from charmlp.doctor.checks.explanation import words_of_meant
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import Observed
from charmlp.doctor.setups.trial import Trial


def recovered_mask(observed: Observed, position: int) -> list[Finding]:
    """A wrong mask, recovered as a/g: two slopes, or 0 and 1 in other places."""
    trial = observed.trial
    x = trial.values[position].astype(float)
    gradients = [by_input[position] for by_input in observed.gradients]
    there = [g.astype(float) for g in gradients if g is not None and g.shape == x.shape]
    if len(there) < len(gradients):
        return []
    mask = np.stack(
        [g / upstream[0].astype(float) for g, upstream in zip(there, trial.upstreams, strict=True)]
    )
    slopes = two_slopes(mask, x)
    meant = words_of_meant(trial, position)
    if slopes is not None:
        words = {"positive": slopes[0], "negative": slopes[1]}
        values = {**words, **meant, **right_slopes(trial, position)}
        return [
            finding("relu-mask.slopes", phrase("slopes", **words), at=position, confidence=0.95, **values)
        ]
    right = np.broadcast_to(x, mask.shape) > 0
    rounded = mask.round()
    threshold = half_space(mask > mask.mean(), x) if has_two_values(mask) else None
    if threshold is not None:
        evidence = phrase("threshold", threshold=threshold)
        found = f"g · [x > {threshold}]"
        return [finding("wrong-threshold", evidence, at=position, found=found, **meant)]
    if bool((abs(mask - rounded) < 1e-6).all()) and bool(np.isin(rounded, (0, 1)).all()):
        kept, wrong = (float(where.mean()) for where in (rounded > 0, (rounded > 0) != right))
        evidence = phrase("mask", kept=f"{kept:.0%}", wrong=f"{wrong:.0%}")
        return [finding("wrong-mask.other", evidence, at=position, confidence=0.9, **meant)]
    return []


def has_two_values(mask: Array) -> bool:
    """Whether a mask is two slopes, wherever each is taken."""
    return len(np.unique(mask.round(6))) == 2


def half_space(mask: Array, x: Array) -> str | None:
    """The threshold c, between two of the inputs, if the mask is [x > c]."""
    everywhere = np.broadcast_to(x, mask.shape)
    open_, shut = everywhere[mask], everywhere[~mask]
    if not open_.size or not shut.size or open_.min() <= shut.max():
        return None
    return f"{(open_.min() + shut.max()) / 2:.1g}"


def two_slopes(mask: Array, x: Array) -> tuple[str, str] | None:
    """The slopes where x > 0 and where x < 0, if each is one number."""
    slopes = [constant(mask[np.broadcast_to(side, mask.shape)]) for side in (x > 0, x < 0)]
    return None if None in slopes else (f"{slopes[0]:.3g}", f"{slopes[1]:.3g}")


def right_slopes(trial: Trial, position: int) -> dict[str, str]:
    """The slopes of the form that is meant: its Jacobian's diagonal."""
    right = trial.jacobians_of(trial.meant)[position]
    diagonal = right.matrix[np.arange(len(right.coordinates)), right.coordinates]
    found = two_slopes(diagonal, trial.values[position].reshape(-1)[right.coordinates])
    return {} if found is None else {"right_positive": found[0], "right_negative": found[1]}


def constant(values: Array) -> float | None:
    """The one number that all values are, or None."""
    if not values.size or float(values.max() - values.min()) > 1e-6 * max(1.0, float(abs(values).max())):
        return None
    return float(values.mean())
