"""The gradient doctor: says not only that a gradient is wrong, but which mistake it is (docs/doctor.md).

    from charmlp.doctor import assert_gradients, examine

    examine(MyReLU)                      # an autograd.Function, a function or an nn.Module → Diagnosis
    assert_gradients(MyReLU)             # for tests: AssertionError with the diagnosis

From what goes in to what is said:

    subjects.py       the operation as one call on a list of tensors
    arrangements.py   how it may take its inputs
    references.py     right forwards     kinds.py  what it is meant to be
    runs.py, watch.py one run, with the raw return value of backward     numeric.py  numeric differentiation
    setups.py         one set-up: inputs, right gradients, own gradients     generic.py  without a kind
    structure.py      count, None, shapes, dtypes     behaviour.py  random forward, edits in place
    algebra.py        linear in the cotangent?        stability.py  overflow
    formulas.py       the library of wrong gradients  factors.py, naming.py, special.py  which of them it is
    examination.py    all of it in order              merging.py  findings → mistakes
    rows.py, words/   names, pages and sentences      diagnosis.py, report.py, figure.py  what is shown
    targets.py, worker.py, runner.py                  the command line's targets, in a process of their own

Examining needs the extra `torch`. The operation is executed, in this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from charmlp.doctor.diagnosis import Diagnosis, Mistake
from charmlp.doctor.rows import KINDS
from charmlp.errors import UsageError
from charmlp.system.extras import require_extra

__all__ = ["Diagnosis", "Mistake", "assert_gradients", "examine"]


def examine(fn: Any, inputs: Sequence[Any] | None = None, kind: str | None = None) -> Diagnosis:
    """Examine an `autograd.Function` (the class or its `apply`), a function or an `nn.Module`.

    inputs: the positional arguments of one call; without them, suitable ones are found. Their floating point
    tensors are examined in float64 where the operation takes it. kind: one of linear, relu, sigmoid, tanh,
    identity, softmax, cross_entropy, mse, where it shall not be guessed from name and behaviour.

    Raises `UsageError` for another kind; whatever `fn` does ends in the diagnosis, its verdict "unknown"
    where it could not be examined. Random generators are left as they were.
    """
    require_extra("torch", "torch", "the gradient doctor")
    from charmlp.doctor.examination import examine_operation

    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind: expected one of {', '.join(KINDS)}, not {kind!r}")
    if inputs is not None and (isinstance(inputs, str) or not isinstance(inputs, Sequence)):
        raise UsageError(f"inputs: expected a list or tuple of arguments, not {type(inputs).__name__}")
    name = name_of(fn)
    return examine_operation(fn, inputs, kind, name, name)


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
    if isinstance(getattr(fn, "func", None), object) and hasattr(fn, "keywords"):  # functools.partial
        return name_of(fn.func)
    return str(getattr(fn, "__name__", type(fn).__name__))
