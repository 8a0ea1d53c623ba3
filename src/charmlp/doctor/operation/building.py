"""Subjects made of what people hand over, whatever it is written with. Only torch code needs torch."""

import functools
import sys
from typing import Any

from charmlp.doctor.mistake import CannotExamineError, NotWrittenError
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_subject import build_numpy
from charmlp.doctor.operation.source import uses_torch
from charmlp.doctor.operation.subject import Build


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


def framework_of(thing: Any) -> str:
    """What it is written with: "numpy" or "torch"."""
    return "numpy" if isinstance(thing, Written) or not may_be_torch(thing) else "torch"


def may_be_torch(thing: Any) -> bool:
    """Whether something may be torch code: where nothing beside it is torch's, a function is NumPy's."""
    around = getattr(thing, "__globals__", None)
    return "torch" in sys.modules if around is None else uses_torch(around)
