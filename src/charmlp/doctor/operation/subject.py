"""The operation under examination, whatever it is: one call on a list of arrays, watched as it runs."""

import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from charmlp.doctor.operation.watch import Call, FunctionClass, functions_behind, watched
from charmlp.doctor.words import one_line

Upstream = tuple[Tensor, ...]  # the upstream gradient: ∂L/∂y for each output y


@dataclass
class Record:
    """What one run gave. `gradients` are the engine's, one for each input; `calls` what the Functions did."""

    gradients: list[Tensor | None] | None = None
    again: list[Tensor | None] | None = None  # the gradients of a second backward
    calls: list[Call] = field(default_factory=list)
    error: Exception | None = None
    stage: str = "forward"  # where the error came from: forward or backward

    @property
    def error_text(self) -> str:
        return one_line(self.error) if self.error is not None else ""


@dataclass(frozen=True)
class Subject:
    """One operation at given sizes.

    `required` are the names of the positional inputs without a default; `optional` those that may follow;
    None where the signature is not known. `parameters` are a module's own, by their position in the call.
    """

    call: Callable[[Sequence[Any]], Any]
    required: tuple[str, ...] | None
    optional: tuple[str, ...] = ()
    parameters: Mapping[int, Tensor] = field(default_factory=dict)
    function: FunctionClass | None = None

    def name_of(self, position: int) -> str:
        names = (self.required or ()) + self.optional
        return names[position] if position < len(names) else f"input {position}"

    def outputs(self, values: Sequence[Any]) -> tuple[Tensor, ...]:
        """Run forward; raises `TypeError` where what it gives is no tensor of real numbers."""
        result = self.call(values)
        results = tuple(result) if isinstance(result, tuple | list) else (result,)
        tensors = tuple(r for r in results if isinstance(r, Tensor) and r.is_floating_point())
        if not tensors:
            kinds = ", ".join(type(r).__name__ for r in results)
            raise TypeError(f"forward returned {kinds}, not a tensor of floating point numbers")
        return tensors

    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Tensor, ...]:
        """The outputs alone, under one state of all random generators; the values stay as they are."""
        seed_all(seed)
        with torch.no_grad():
            return tuple(output.detach().clone() for output in self.outputs(copies(values)))

    def functions(self, leaves: Sequence[Any]) -> list[FunctionClass]:
        """The Functions to watch: its own, or those in the graph of an operation that only uses them."""
        if self.function is not None:
            return [self.function]
        seed_all()
        try:
            return functions_behind(self.outputs(copies(leaves)))
        except Exception:  # it runs only where no gradient is wanted; each run will say so
            return []

    def record(
        self, leaves: Sequence[Any], upstream: Upstream, functions: Sequence[FunctionClass], *, twice: bool
    ) -> Record:
        """Forward and backward, once or twice, under one seed, with everything that can be seen of them."""
        result = Record()
        with watched(functions) as result.calls:
            try:
                seed_all()
                # copies: a target may write into its inputs, which torch refuses for leaves
                outputs = self.outputs(copies(leaves))
                result.stage = "backward"
                result.gradients = differentiate(outputs, leaves, upstream, retain=twice)
                if twice:
                    result.again = differentiate(outputs, leaves, upstream, retain=False)
            except Exception as error:
                result.error = error
        return result

    def gradients(self, result: Record) -> list[Any] | None:
        """The gradients of a run: raw from the Function's own backward, else the engine's."""
        if self.function is None:
            return result.gradients
        calls = [call for call in result.calls if call.function is self.function and call.returned]
        return list(calls[-1].returned[0]) if calls else None


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
