"""Layers whose gradients are attributes of torch's tensors, as in fastai's course: inp.g = … self.out.g."""

import copy
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.arrays import is_tensor
from charmlp.doctor.operation.numpy_code.function import as_arrays, as_tensors, in_doubles
from charmlp.doctor.operation.numpy_code.layers.instances import Method, instance
from charmlp.doctor.operation.source import behind, source_of, uses_torch

SET = re.compile(r"\w\.(g|grad)\s*[-+]?=[^=]")
READ = re.compile(r"\w\.(g|grad)\b(?!\s*[-+]?=[^=])")


def is_attached(kind: type, backward: Method) -> bool:
    """Whether it goes back from its output's own gradient, and leaves those of its inputs on these."""
    around = getattr(behind(backward.call), "__globals__", {})
    source = "\n".join(source_of(base) for base in kind.__mro__[:-1])
    return uses_torch(around) and not backward.arrays and bool(SET.search(source) and READ.search(source))


def of_attached(kind: type, forward: Method, backward: Method, sizes: Sizes, dtype: np.dtype) -> HandWritten:
    original = instance(kind, sizes)
    held = {name: value for name, value in vars(original).items() if is_weight(value)}
    generator = np.random.default_rng(4)
    parameters = [random_numbers(np.shape(value), generator).astype(dtype) for value in held.values()]
    names = forward.arrays
    attribute = attribute_of(kind)
    around: dict[str, Any] = behind(backward.call).__globals__

    def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
        def ran() -> tuple[Any, list[Any], Any]:
            own, tensors = copy.deepcopy(original), [as_tensors(value) for value in values]
            for name, tensor in zip(held, tensors[len(names) :], strict=True):
                setattr(own, name, tensor)
            call = own if "__call__" in methods(kind) else getattr(own, forward.name)
            return own, tensors, call(*tensors[: len(names)])

        def back(upstream: Outputs) -> Sequence[Any]:
            with in_doubles(around):
                own, tensors, out = ran()
                setattr(out, attribute, as_tensors(upstream[0]))
                getattr(own, backward.name)()
                return [as_arrays(getattr(tensor, attribute, None)) for tensor in tensors]

        with in_doubles(around):
            return (np.asarray(as_arrays(ran()[2])),), back

    return HandWritten(
        run, kind.__name__, (*names, *held), parameters={len(names) + i: p for i, p in enumerate(parameters)}
    )


def is_weight(value: Any) -> bool:
    return is_tensor(value) or isinstance(value, np.ndarray)


def attribute_of(kind: type) -> str:
    """What gradients are called on their tensors."""
    found = SET.search("\n".join(source_of(base) for base in kind.__mro__[:-1]))
    return found[1] if found else "g"


def methods(kind: type) -> set[str]:
    return {name for base in kind.__mro__[:-1] for name in vars(base)}
