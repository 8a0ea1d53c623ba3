"""NumPy code with a backward pass, however it is written, as one operation: outputs and a backward."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charmlp.doctor.mistake import Phrase

Outputs = tuple[np.ndarray, ...]
Backward = Callable[[Outputs], Sequence[Any]]  # upstream gradients → what the code returns, by input


@dataclass(frozen=True)
class HandWritten:
    """One operation of somebody's NumPy code, at given sizes.

    `run(values)` calls forward with copies that it may keep, and returns the outputs and a `backward`.
    `backward(upstream)` calls theirs and returns its gradients, one for each value, raw as they come (None
    where there is none); it may be called twice. Both raise whatever the code raises. Where the code has no
    upstream gradient (a loss that returns its gradient with it, a derivative), `backward` multiplies by it.

    `required` are the names of the positional inputs without a default, `optional` those that may follow;
    `parameters` are an object's own arrays, as further inputs, by their position in the call. `meant` is the
    name that says what it is meant to be. `note` says which reading of the code this is, if it has several.
    """

    run: Callable[[Sequence[Any]], tuple[Outputs, Backward]]
    meant: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    parameters: Mapping[int, np.ndarray] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)  # of the optional inputs
    note: Phrase | None = None
    constants: tuple[str, ...] = ()  # inputs that it gives no gradient of, and need not
    sizes: Mapping[str, int] = field(default_factory=dict)  # N and C, where the data are no inputs
    settings: Mapping[str, float] = field(default_factory=dict)  # numbers that an object was made with
    unpenalised: "HandWritten | None" = None  # the same loss with a penalty's strength of 0
    is_helper: bool = False  # a method that its class uses, which decides what goes into it
    is_step: bool = False  # its gradients are what weights are changed by: there is no upstream gradient
    is_other_loss: bool = False  # a gradient of a loss that fits less well than another one
    is_tried: bool = False  # what belongs together, and with which inputs, was found by trying
    is_guess: bool = False  # and no name says that it belongs together
    is_implied: bool = False  # it computes no loss: a usual one of what it computes is taken
    reused: "HandWritten | None" = None  # the same with one value in two places, whose gradients must add up
    again: "HandWritten | None" = None  # the same, its gradients set to 0 and backward called a second time
    scores: "Make | None" = None  # a loss of x W as one of its scores x W
    # Its losses with the data that the file itself hands over, and the largest number in these
    own_losses: Callable[[], tuple[Sequence[float], float]] | None = None
    arrays: tuple[str, ...] = ()  # inputs that are arrays, though named as options may be
    # On inputs, as the code says in words
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)


Sizes = Mapping[str, int]
Make = Callable[[Sizes, np.dtype], HandWritten]


@dataclass(frozen=True)
class Written:
    """What a module holds under `name`: one piece of code and its readings, the likeliest first.

    A derivative may be meant of x or of y, a layer for rows or for columns: that reading counts that makes it
    right, else the first. `make` builds it at given sizes (an object's constructor may want them).
    """

    name: str
    readings: tuple[Make, ...]
    unwritten: Phrase | None = None  # where its backward (or forward) is an empty body
    others: tuple[str, ...] = ()  # other names by which it is asked for, such as that of its backward
    code: tuple[Callable[..., Any], ...] = ()  # the functions that it is, that of its backward first
    otherwise: tuple[
        Make, ...
    ] = ()  # readings with other settings than its defaults, which may hide mistakes
    is_half: bool = False  # one half of a pair whose other half is not there
    last: tuple[Make, ...] = ()  # readings that count only where no other can be examined
    other_losses: tuple[Make, ...] = ()  # where it computes none: those that its gradients may be of as well
    is_class: bool = False  # with forward and backward: two methods that belong together
