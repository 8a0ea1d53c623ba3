"""The gradient doctor: says not only that a gradient is wrong, but which mistake it is (docs/doctor.md).

    from charmlp.doctor import assert_gradients, examine

    examine(MyReLU)                      # an autograd.Function, a function or an nn.Module → Diagnosis
    assert_gradients(MyReLU)             # for tests: AssertionError with the diagnosis

A backward pass on its way to its diagnosis (docs/architecture.md walks it):

    operation/       whatever it is, as one call on a list of arrays, watched as it runs
    setups/          how it takes its inputs, what it is meant to be, and numbers to try it on
    kinds/           one file for each kind of operation: forms, right and wrong gradients, own checks
    checks/          from a set-up to findings; explanation.py says which mistake a wrong gradient is
    merging.py       findings → mistakes      examination.py   all of it in order
    words/           what is said, in English and Chinese      catalogue.py   stable names, numbers, pages
    pages.py         derivations for `--explain`               mathtext.py    their formulas as text
    survey/          what of a file was not examined
    isolation/       the command line's targets, in processes of their own

Torch code needs the extra `torch`, NumPy code nothing. The operation is executed, in this process.
"""

import functools
from collections.abc import Sequence
from typing import Any

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.kinds import names
from charmlp.doctor.mistake import Mistake
from charmlp.errors import UsageError

__all__ = ["Diagnosis", "Mistake", "assert_gradients", "examine"]


def examine(fn: Any, inputs: Sequence[Any] | None = None, kind: str | None = None) -> Diagnosis:
    """Examine an `autograd.Function` (the class or its `apply`), a torch function, a module, or NumPy code.

    NumPy code is a class with a forward and a backward method, one of a pair of functions such as
    `relu_forward` and `relu_backward`, a loss that returns its gradient, or a tuple (forward, backward).

    inputs: the positional arguments of one call; without them, suitable ones are found. Their floating point
    tensors are examined in float64 where the operation takes it. kind: the name of a file in kinds/, such as
    linear, relu or cross_entropy, where it shall not be guessed from name and behaviour.

    Raises `UsageError` for another kind; whatever `fn` does ends in the diagnosis, its verdict "unknown"
    where it could not be examined. Random generators are left as they were.
    """
    from charmlp.doctor.examination import examine_operation
    from charmlp.doctor.operation.numpy_code import written_for

    if kind is not None and kind not in names():
        raise UsageError(f"kind: expected one of {', '.join(names())}, not {kind!r}")
    if inputs is not None and (isinstance(inputs, str) or not isinstance(inputs, Sequence)):
        raise UsageError(f"inputs: expected a list or tuple of arguments, not {type(inputs).__name__}")
    name = name_of(fn[0] if isinstance(fn, tuple) else fn)
    return examine_operation(written_for(fn) or fn, inputs, kind, name, name)


def assert_gradients(fn: Any, inputs: Sequence[Any] | None = None, kind: str | None = None) -> None:
    """Raise `AssertionError` with the diagnosis unless `fn` is healthy; arguments as `examine`."""
    diagnosis = examine(fn, inputs, kind)
    if not diagnosis:
        raise AssertionError(str(diagnosis))


def name_of(fn: Any) -> str:
    """What people call it: the name of a class or function, the class of an instance.

    >>> name_of(name_of), name_of(3)
    ('name_of', 'int')
    """
    owner = getattr(fn, "__self__", None)
    if isinstance(owner, type) and getattr(fn, "__name__", "") == "apply":
        return owner.__name__
    if isinstance(fn, functools.partial):
        return name_of(fn.func)
    return str(getattr(fn, "__name__", type(fn).__name__))
