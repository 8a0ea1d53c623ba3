"""Gradients of relu that no formula of the library explains: what is left is the mask itself."""

from __future__ import annotations

import torch
from torch import Tensor

from charmlp.doctor.diagnosis import Phrase
from charmlp.doctor.naming import Observed
from charmlp.doctor.structure import Finding, finding


def special_findings(observed: Observed, position: int) -> list[Finding]:
    """A wrong mask, recovered as a/g."""
    setup = observed.setup
    if setup.kind != "relu" or setup.arrangement is None:
        return []
    x = setup.values[position].double()
    masks = []
    for cotangents, gradients in zip(observed.draws, observed.gradients, strict=True):
        gradient = gradients[position]
        if gradient is None or gradient.shape != x.shape:
            return []
        masks.append(gradient.double() / cotangents[0].double())
    mask = torch.stack(masks)
    positive, negative = x.expand_as(mask) > 0, x.expand_as(mask) < 0
    slopes = [constant(mask[positive]), constant(mask[negative])]
    if None not in slopes:
        words = {"positive": f"{slopes[0]:.3g}", "negative": f"{slopes[1]:.3g}"}
        return [finding("relu-mask", "slopes", position, [Phrase("slopes", words)], 0.95, **words)]
    rounded = mask.round()
    if bool(((mask - rounded).abs() < 1e-6).all()) and set(rounded.unique().tolist()) <= {0.0, 1.0}:
        kept = float((rounded > 0).double().mean())
        wrong = float((rounded.bool() != positive).double().mean())
        words = {"kept": f"{kept:.0%}", "wrong": f"{wrong:.0%}"}
        return [finding("wrong-mask", "other", position, [Phrase("mask", words)], 0.9)]
    return []


def constant(values: Tensor) -> float | None:
    """The one number that all values are, or None."""
    if not values.numel() or float(values.max() - values.min()) > 1e-6 * max(1.0, float(values.abs().max())):
        return None
    return float(values.mean())
