"""The operation under examination, whatever it is: one call on a list of arrays, watched as it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.operation.record import Record, Upstream, copies, differentiate, leaves_of, seed_all
from charmlp.doctor.operation.watch import FunctionClass, functions_behind, watched


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

    def functions(self, values: Sequence[Any], wants: Sequence[bool]) -> list[FunctionClass]:
        """The Functions to watch: its own, or those in the graph of an operation that only uses them."""
        if self.function is not None:
            return [self.function]
        seed_all()
        try:
            return functions_behind(self.outputs(copies(leaves_of(values, wants))))
        except Exception:  # it runs only where no gradient is wanted; each run will say so
            return []

    def record(
        self,
        values: Sequence[Any],
        wants: Sequence[bool],
        upstream: Upstream,
        functions: Sequence[FunctionClass],
        *,
        twice: bool = False,
    ) -> Record:
        """Forward and backward, once or twice, under one seed, with everything that can be seen of them."""
        leaves = leaves_of(values, wants)
        # Not the leaves themselves: a target may write into its inputs, which torch refuses for leaves.
        inputs = copies(leaves)
        result = Record(stage="forward")
        with watched(functions) as result.calls:
            try:
                seed_all()
                outputs = self.outputs(inputs)
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
