"""Gradients of rectifiers that no formula explains: what is left is the mask itself."""

import torch
from torch import Tensor

from charmlp.doctor.checks.explanation import words_of_meant
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import Observed
from charmlp.doctor.setups.trial import Trial


def recovered_mask(observed: Observed, position: int) -> list[Finding]:
    """A wrong mask, recovered as a/g: two slopes, or 0 and 1 in other places."""
    trial = observed.trial
    x = trial.values[position].double()
    gradients = [by_input[position] for by_input in observed.gradients]
    there = [g.double() for g in gradients if g is not None and g.shape == x.shape]
    if len(there) < len(gradients):
        return []
    mask = torch.stack([g / upstream[0].double() for g, upstream in zip(there, trial.upstreams, strict=True)])
    slopes = two_slopes(mask, x)
    meant = words_of_meant(trial, position)
    if slopes is not None:
        words = {"positive": slopes[0], "negative": slopes[1]}
        values = {**words, **meant, **right_slopes(trial, position)}
        return [
            finding("relu-mask.slopes", phrase("slopes", **words), at=position, confidence=0.95, **values)
        ]
    right = x.expand_as(mask) > 0
    rounded = mask.round()
    if bool(((mask - rounded).abs() < 1e-6).all()) and set(rounded.unique().tolist()) <= {0.0, 1.0}:
        kept, wrong = (float(where.double().mean()) for where in (rounded > 0, rounded.bool() != right))
        evidence = phrase("mask", kept=f"{kept:.0%}", wrong=f"{wrong:.0%}")
        return [finding("wrong-mask.other", evidence, at=position, confidence=0.9, **meant)]
    return []


def two_slopes(mask: Tensor, x: Tensor) -> tuple[str, str] | None:
    """The slopes where x > 0 and where x < 0, if each is one number."""
    slopes = [constant(mask[side.expand_as(mask)]) for side in (x > 0, x < 0)]
    return None if None in slopes else (f"{slopes[0]:.3g}", f"{slopes[1]:.3g}")


def right_slopes(trial: Trial, position: int) -> dict[str, str]:
    upstream, x = trial.upstreams[0], trial.values[position].double()
    gradient = trial.by_reference(position, upstream, trial.meant)
    assert gradient is not None
    right = two_slopes(gradient.reshape(x.shape) / upstream[0].double(), x)
    return {} if right is None else {"right_positive": right[0], "right_negative": right[1]}


def constant(values: Tensor) -> float | None:
    """The one number that all values are, or None."""
    if not values.numel() or float(values.max() - values.min()) > 1e-6 * max(1.0, float(values.abs().max())):
        return None
    return float(values.mean())
