"""One run of an operation, forward and backward, with everything that can be seen of it."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from charmlp.doctor.operation.watch import Call, FunctionClass, functions_behind, watched
from charmlp.doctor.words import one_line

Upstream = tuple[Tensor, ...]  # the upstream gradient: ∂L/∂y for each output y
Outputs = Callable[[Sequence[Any]], tuple[Tensor, ...]]  # forward: inputs → outputs


@dataclass
class Record:
    """What one run gave. `gradients` are the engine's, one for each input; `calls` what the Functions did."""

    outputs: tuple[Tensor, ...] = ()
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


def seed(number: int = 0) -> None:
    """One state for every generator that a target may use on the processor."""
    torch.default_generator.manual_seed(number)  # torch.manual_seed is slow: it tells every other device
    np.random.seed(number)  # noqa: NPY002
    random.seed(number)


def leaves_of(values: Sequence[Any], wants: Sequence[bool]) -> list[Any]:
    """Copies of the values; those that want a gradient are leaves."""
    return [
        value.detach().clone().requires_grad_(value.is_floating_point() and want)
        if isinstance(value, Tensor)
        else value
        for value, want in zip(values, wants, strict=True)
    ]


def forward(outputs_of: Outputs, values: Sequence[Any], seed_number: int = 0) -> tuple[Tensor, ...]:
    """The outputs alone; the values stay as they are, whatever the target does to its inputs."""
    seed(seed_number)
    with torch.no_grad():
        outputs = outputs_of([v.clone() if isinstance(v, Tensor) else v for v in values])
    return tuple(output.detach().clone() for output in outputs)


def record(
    outputs_of: Outputs,
    values: Sequence[Any],
    wants: Sequence[bool],
    upstream: Upstream,
    functions: Sequence[FunctionClass],
    *,
    twice: bool = False,
) -> Record:
    """Forward and backward, once or twice, under one seed."""
    leaves = leaves_of(values, wants)
    # Not the leaves themselves: a target may write into its inputs, which torch refuses for leaves.
    inputs = [leaf.clone() if isinstance(leaf, Tensor) else leaf for leaf in leaves]
    result = Record()
    with watched(functions) as result.calls:
        result.stage = "forward"
        try:
            seed()
            outputs = outputs_of(inputs)
            result.outputs = tuple(output.detach().clone() for output in outputs)
            result.stage = "backward"
            result.gradients = differentiate(outputs, leaves, upstream, retain=twice)
            if twice:
                result.again = differentiate(outputs, leaves, upstream, retain=False)
        except Exception as error:
            result.error = error
    return result


def differentiate(
    outputs: Sequence[Tensor], leaves: Sequence[Any], upstream: Upstream, *, retain: bool
) -> list[Tensor | None]:
    """Gradients with respect to the leaves, None for those that the outputs do not depend on."""
    seed()
    asked = [leaf for leaf in leaves if isinstance(leaf, Tensor) and leaf.requires_grad]
    usable = [(out, g.clone()) for out, g in zip(outputs, upstream, strict=True) if out.requires_grad]
    if not asked or not usable:
        return [None] * len(leaves)
    found = iter(
        torch.autograd.grad(
            [out for out, _ in usable],
            asked,
            [g for _, g in usable],
            allow_unused=True,
            retain_graph=retain,
        )
    )
    return [next(found) if isinstance(leaf, Tensor) and leaf.requires_grad else None for leaf in leaves]


def find_functions(outputs_of: Outputs, values: Sequence[Any], wants: Sequence[bool]) -> list[FunctionClass]:
    """The Functions in the graph of an operation that only uses them."""
    leaves = leaves_of(values, wants)
    seed()
    try:
        outputs = outputs_of([leaf.clone() if isinstance(leaf, Tensor) else leaf for leaf in leaves])
    except Exception:  # it runs only where no gradient is wanted; each run will say so
        return []
    return functions_behind(outputs)
