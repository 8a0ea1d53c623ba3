"""The operation under examination, whatever it is: one call on a list of arrays, watched as it runs."""

import random
import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Phrase
from charmlp.doctor.words import one_line

Upstream = tuple[Array, ...]  # the upstream gradient: ∂L/∂y for each output y


@dataclass
class Call:
    """One run of somebody's backward: what its forward took, what it returned, and what they edited."""

    name: str  # of the Function
    input_names: tuple[str, ...] = ()
    inputs: tuple[Any, ...] = ()
    edited_inputs: list[int] = field(default_factory=list)  # by forward, without saying so
    edited_later: list[str] = field(default_factory=list)  # by backward: what forward was given, and gave
    returned: list[tuple[Any, ...]] = field(default_factory=list)  # one entry for each run of backward
    edited_upstream: bool = False
    edited_saved: bool = False

    def name_of(self, position: int) -> str:
        """What forward calls an argument."""
        known = position < len(self.input_names)
        return self.input_names[position] if known else f"input {position + 1}"


@dataclass
class Record:
    """What one run gave. `gradients` are the engine's, by input; `calls` what the code itself did."""

    gradients: list[Array | None] | None = None
    again: list[Array | None] | None = None  # the gradients of a second backward
    calls: list[Call] = field(default_factory=list)
    error: Exception | None = None
    stage: str = "forward"  # where the error came from: forward or backward
    random: bool = False  # whether backward draws random numbers of its own, as far as that is looked at

    @property
    def error_text(self) -> str:
        return one_line(self.error) if self.error is not None else ""


@dataclass(frozen=True)
class Subject(ABC):
    """One operation at given sizes; a framework's own kind of subject says how it runs.

    `required` are the names of the positional inputs without a default; `optional` those that may follow, and
    `defaults` what these are; None where the signature is not known. `parameters` are an object's own arrays,
    by their position in the call. Where it `is_raw`, gradients are what its own backward returned, before an
    engine can repair them; where it `counts`, there must be one for each input.
    """

    required: tuple[str, ...] | None
    optional: tuple[str, ...] = ()
    parameters: Mapping[int, Array] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    is_raw: bool = False
    counts: bool = False
    meant: str = ""  # the name that says what it is meant to be, where its own does not
    note: Phrase | None = None  # which reading of the code this is
    unregistered: tuple[str, ...] = ()  # attributes of a module whose weights no optimizer would see
    activation: str = ""  # what an MLP is asked for between its layers
    loss_softmaxes_again: bool = False  # a module's own loss takes its probabilities for logits
    constants: tuple[str, ...] = ()  # inputs of which no gradient is asked
    arrays: tuple[str, ...] = ()  # inputs that are arrays, though named as options may be
    trained: tuple[str, ...] = ()  # inputs that are tensors with a gradient, though named as options may be
    sizes: Mapping[str, int] = field(default_factory=dict)  # N and C, where no input tells
    numbers: Mapping[str, float] = field(default_factory=dict)  # inputs that the code takes for numbers
    switches: tuple[str, ...] = ()  # inputs that the code only asks whether they are true
    settings: Mapping[str, float] = field(default_factory=dict)  # numbers that an object was made with
    # The shapes of what the file's own run calls it with, None for what is no array of real numbers
    own_shapes: Callable[[], Sequence[tuple[int, ...] | None]] | None = None
    unpenalised: "Subject | None" = None  # the same with a penalty's strength of 0
    is_helper: bool = False  # a method that its class uses, which decides what goes into it
    is_step: bool = False  # its gradients are what weights are changed by
    is_other_loss: bool = False  # its loss is one of several that its gradients may be of
    is_tried: bool = False  # its forward, its gradients and their inputs were found by trying
    is_guess: bool = False  # and no name says that they belong together
    is_implied: bool = False  # it computes no loss: a usual one of what it computes is taken
    reused: "Subject | None" = None  # the same with one value in two places
    again: "Subject | None" = None  # the same, its gradients set to 0 and backward called a second time
    scores: "Build | None" = None  # a loss of x W as one of its scores x W
    # Its losses with the data that the file itself hands over, and the largest number in these
    own_losses: Callable[[], tuple[Sequence[float], float]] | None = None
    # On inputs, as the code says in words
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forward_source: str = ""  # where forward is none of these
    forward_code: tuple[Callable[..., Any], ...] = ()  # those of forward, where they are others
    is_library: bool = False  # an engine's own, which nobody doubts
    code: tuple[Callable[..., Any], ...] = ()  # the functions whose statements compute the gradients

    def name_of(self, position: int) -> str:
        names = (self.required or ()) + self.optional
        return names[position] if position < len(names) else f"input {position}"

    @abstractmethod
    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Array, ...]:
        """The outputs alone, under one state of all random generators; the values stay as they are."""

    @abstractmethod
    def record(self, values: Sequence[Any], wants: Sequence[bool], upstream: Upstream, twice: bool) -> Record:
        """Forward and backward, once or twice, under one seed, with everything that can be seen of them."""

    @abstractmethod
    def gradients(self, result: Record) -> list[Any] | None:
        """The gradients of a run: raw from its own backward, else the engine's."""

    def led_through(
        self, values: Sequence[Any], stand_in: str, residue: bool, cuts_first: bool
    ) -> "Subject | None":
        """It, near these values, with something that has a slope for each rounding or sign of forward."""
        return None

    def parts(self, values: Sequence[Any], wants: Sequence[bool]) -> list[Any]:
        """The hand-written operations that it is composed of and that can be examined alone."""
        return []


Build = Callable[[Mapping[str, int], np.dtype], Subject]  # at given sizes, for arrays of a dtype


@contextmanager
def quiet_and_seeded() -> Iterator[None]:
    """The target's warnings are not ours, and the user's random numbers stay what they were."""
    numpy_state, state = np.random.get_state(), random.getstate()  # noqa: NPY002 (the target's generator)
    with warnings.catch_warnings(), np.errstate(all="ignore"), ExitStack() as stack:
        warnings.simplefilter("ignore")
        if torch := sys.modules.get("torch"):
            stack.enter_context(torch.random.fork_rng(devices=[]))
            stack.enter_context(torch.enable_grad())
        try:
            yield
        finally:
            np.random.set_state(numpy_state)  # noqa: NPY002
            random.setstate(state)


def seed_all(number: int = 0) -> None:
    """One state for every generator that a target may use on the processor."""
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(number)  # torch.manual_seed is slow: it tells every other device
    np.random.seed(number)  # noqa: NPY002
    random.seed(number)


def is_real(value: Any) -> bool:
    """Whether it is an array of floating point numbers."""
    return isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.floating)


def copies(values: Sequence[Any]) -> list[Any]:
    return [value.copy() if isinstance(value, np.ndarray) else value for value in values]
