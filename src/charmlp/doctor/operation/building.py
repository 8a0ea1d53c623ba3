"""Subjects made of what people hand over, whatever it is written with. Only torch code needs torch."""

import functools
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import SIZES, random_numbers
from charmlp.doctor.functions import FLOAT64
from charmlp.doctor.mistake import CannotExamineError, NotWrittenError
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_subject import build_numpy
from charmlp.doctor.operation.own_run import own_call
from charmlp.doctor.operation.source import uses_torch
from charmlp.doctor.operation.subject import Build, is_real

MOST_ROWS = 6
ASIDE = 0.01  # of what is moved a little


def builders(thing: Any) -> list[Build]:
    """How to make a subject of each reading of `thing`, the likeliest first.

    Raises `CannotExamineError` for what is none.
    """
    if isinstance(thing, Written):
        if thing.unwritten is not None:
            raise NotWrittenError(thing.unwritten.key, **thing.unwritten.values)
        return [functools.partial(build_numpy, make, thing) for make in thing.readings]
    if callable(thing) and not may_be_torch(thing):
        raise CannotExamineError("no-backward", name=getattr(thing, "__name__", type(thing).__name__))
    if "torch" in sys.modules:
        from charmlp.doctor.operation.torch_code import torch_builder

        return [torch_builder(thing)]
    raise CannotExamineError("not-a-target", thing=type(thing).__name__)


def last_builders(thing: Any) -> list[Build]:
    """Of readings that count only where no other can be examined."""
    if not isinstance(thing, Written):
        return []
    return [functools.partial(build_numpy, make, thing) for make in thing.last]


def builders_otherwise(thing: Any) -> list[Build]:
    """Of an object made with other settings than its defaults: a slope of 1 hides that it was forgotten."""
    if not isinstance(thing, Written):
        return []
    return [functools.partial(build_numpy, make, thing) for make in thing.otherwise]


def builders_of_other_losses(thing: Any) -> list[Build]:
    """Of what computes no loss itself: as the gradients of others than the one that fits best."""
    if not isinstance(thing, Written):
        return []
    return [functools.partial(build_numpy, make, thing) for make in thing.other_losses]


def as_used(thing: Any) -> Iterator[tuple[Any, Sequence[Any]]]:
    """What the file's own run calls, and with which inputs: a few rows of them, then all."""
    if isinstance(thing, Written):
        found = numpy_as_used(thing)
    elif "torch" in sys.modules:
        from charmlp.doctor.operation.torch_code import torch_as_used

        found = torch_as_used(thing)
    else:
        return
    if found is not None:
        own, inputs = found
        yield from ((own, each) for each in (few_rows(inputs), inputs) if each is not None)


def numpy_as_used(thing: Written) -> tuple[Any, list[Any]] | None:
    """The arguments of the function that takes all inputs of the first reading."""
    from charmlp.doctor.operation.numpy_code.trying.examples import lively

    try:
        subject = builders(thing)[0](SIZES[0], FLOAT64)
    except (CannotExamineError, IndexError):
        return None
    names = subject.required or ()
    wanted = names[: len(names) - len(subject.parameters)]
    if not wanted:
        return None
    for function in reversed(thing.code):
        call = own_call(function)
        given = {} if call is None else {name: as_value(call.arguments.get(name)) for name in wanted}
        if given and all(map(is_value, given.values())):
            return thing, [lively(given[name], seed) for seed, name in enumerate(wanted)]
    return None


def as_value(argument: Any) -> Any:
    """The numbers of a tensor, as an array; anything else as it is."""
    torch = sys.modules.get("torch")
    return argument.detach().numpy() if torch and isinstance(argument, torch.Tensor) else argument


def is_value(argument: Any) -> bool:
    """Whether it can be handed on as one input: no tuple of inputs, no object."""
    return isinstance(argument, np.ndarray | np.generic | float | int | str)


def few_rows(inputs: Sequence[Any]) -> list[Any] | None:
    """The first samples of a large batch; None where it is small."""
    counts = [len(value) for value in inputs if getattr(value, "ndim", 0)]
    if not counts or counts[0] <= MOST_ROWS:
        return None
    return [v[:MOST_ROWS] if getattr(v, "ndim", 0) and len(v) == counts[0] else v for v in inputs]


def moved(inputs: Sequence[Any]) -> list[Any] | None:
    """The inputs a little aside, where they are short numbers, at which something may bend; else None."""
    values = [as_value(value) for value in inputs]
    bends = [is_real(value) and np.size(value) and not (4 * value % 1).any() for value in values]
    if not any(bends):
        return None
    generator = np.random.default_rng(7)
    return [aside(one, generator) if bend else one for one, bend in zip(inputs, bends, strict=True)]


def aside(value: Any, generator: np.random.Generator) -> Any:
    by = ASIDE * random_numbers(np.shape(value), generator)
    if isinstance(value, np.ndarray):
        return value + by
    return (value.detach() + value.new_tensor(by)).requires_grad_(value.requires_grad)


def framework_of(thing: Any) -> str:
    """What it is written with: "numpy" or "torch"."""
    return "numpy" if isinstance(thing, Written) or not may_be_torch(thing) else "torch"


def may_be_torch(thing: Any) -> bool:
    """Whether something may be torch code: where nothing beside it is torch's, a function is NumPy's."""
    around = getattr(thing, "__globals__", None)
    return "torch" in sys.modules if around is None else uses_torch(around)
