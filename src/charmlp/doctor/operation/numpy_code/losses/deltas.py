"""A cost class whose `delta` is the gradient at a network's last layer: by z, of a = σ(z), say."""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.functions import sigmoid, softmax
from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.layers.instances import Method, bound_to, instance
from charmlp.doctor.operation.numpy_code.names import is_truth, prediction_of

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"σ(z)": sigmoid, "softmax(z)": softmax, "tanh z": np.tanh}


@dataclass(frozen=True)
class Delta:
    """The loss of an activation's output a, and the `delta`, which may be given z as well."""

    kind: type
    cost: Method
    delta: Method

    def readings(self) -> tuple[Make, ...]:
        """One for each activation that the module has; for each usual one where it has none."""
        around = inspect.getmodule(self.kind)
        own = [
            text
            for text, function in ACTIVATIONS.items()
            if inspect.isfunction(getattr(around, function.__name__, None))
        ]
        return tuple(functools.partial(self.at, text) for text in own or ACTIVATIONS)

    def at(self, activation: str, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        own = instance(self.kind, sizes)
        cost, delta = bound_to(self.cost, own), bound_to(self.delta, own)
        names = cost.arrays
        output = names[prediction_of(names)]
        truth = next(name for name in names if is_truth(name))

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            z, target = values
            known = {output: ACTIVATIONS[activation](z), truth: target}
            loss = np.asarray(cost(known))

            def backward(upstream: Outputs) -> Sequence[Any]:
                return [
                    times(delta({name: known.get(name, z) for name in delta.required}), upstream[0]),
                    None,
                ]

            return (loss,), backward

        note = phrase("delta-of-logit", input=output, activation=activation)
        return HandWritten(run, self.kind.__name__, ("z", truth), note=note, constants=(truth,))


def delta_of(kind: type, cost: Method, delta: Method) -> Delta | None:
    """None where a method called delta is that of something else."""
    names = set(cost.arrays)
    more = set(delta.required) - names
    is_pair = len(names) == 2 and any(map(is_truth, names))
    return Delta(kind, cost, delta) if is_pair and names <= set(delta.required) and len(more) < 2 else None
