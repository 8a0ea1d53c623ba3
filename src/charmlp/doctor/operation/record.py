"""What can be seen of one run of an operation, and the conditions under which it runs."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from charmlp.doctor.operation.watch import Call
from charmlp.doctor.words import one_line

Upstream = tuple[Tensor, ...]  # the upstream gradient: ∂L/∂y for each output y


@dataclass
class Record:
    """What one run gave. `gradients` are the engine's, one for each input; `calls` what the Functions did."""

    gradients: list[Tensor | None] | None = None
    again: list[Tensor | None] | None = None  # the gradients of a second backward
    calls: list[Call] = field(default_factory=list)
    error: Exception | None = None
    stage: str = ""  # where the error came from: forward or backward

    @property
    def error_text(self) -> str:
        return one_line(self.error) if self.error is not None else ""


@contextmanager
def quiet_and_seeded() -> Iterator[None]:
    """The target's warnings are not ours, and the user's random numbers stay what they were."""
    numpy_state, state = np.random.get_state(), random.getstate()  # noqa: NPY002 (the target's generator)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]), torch.enable_grad():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(numpy_state)  # noqa: NPY002
            random.setstate(state)


def seed_all(number: int = 0) -> None:
    """One state for every generator that a target may use on the processor."""
    torch.default_generator.manual_seed(number)  # torch.manual_seed is slow: it tells every other device
    np.random.seed(number)  # noqa: NPY002
    random.seed(number)


def leaves_of(values: Sequence[Any], wants: Sequence[bool]) -> list[Any]:
    """Copies of the values; those that want a gradient are leaves."""
    leaves = copies(values)
    for leaf, want in zip(leaves, wants, strict=True):
        if want and isinstance(leaf, Tensor):
            leaf.detach_().requires_grad_(leaf.is_floating_point())
    return leaves


def copies(values: Sequence[Any]) -> list[Any]:
    return [value.clone() if isinstance(value, Tensor) else value for value in values]


def differentiate(
    outputs: Sequence[Tensor], leaves: Sequence[Any], upstream: Upstream, *, retain: bool
) -> list[Tensor | None]:
    """Gradients with respect to the leaves, None for those that the outputs do not depend on."""
    seed_all()
    asked = [leaf for leaf in leaves if isinstance(leaf, Tensor) and leaf.requires_grad]
    usable = [(out, g.clone()) for out, g in zip(outputs, upstream, strict=True) if out.requires_grad]
    if not asked or not usable:
        return [None] * len(leaves)
    outs, grads = zip(*usable, strict=True)
    found = iter(torch.autograd.grad(outs, asked, grads, allow_unused=True, retain_graph=retain))
    return [next(found) if isinstance(leaf, Tensor) and leaf.requires_grad else None for leaf in leaves]
