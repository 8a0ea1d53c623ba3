"""The examination with what a file itself calls its code with, as its own run shows."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import SIZES, random_numbers
from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.functions import FLOAT64
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.building import builders
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code.autograd.graph_values import data_of
from charmlp.doctor.operation.numpy_code.trying.examples import lively
from charmlp.doctor.operation.own_run import Call, as_in, own_calls
from charmlp.doctor.operation.subject import Subject, is_real
from charmlp.doctor.plausibility import backward_fails

MOST_ROWS = 6
LEAST_STEPS = 3  # of a sequence
FEW = 16  # numbers, with which a mistake shows by chance only
ASIDE = 0.01  # of what is moved a little

Examine = Callable[[Any, Sequence[Any]], Diagnosis]


def diagnoses_in_use(operation: Any, examine: Examine) -> Iterator[Diagnosis]:
    """The diagnoses with what the file itself calls it with, where that can be examined."""
    for thing, inputs, call in as_used(operation):
        with as_in(call):
            few = few_rows(inputs)
            found = None if few is None else diagnosis_in_use(thing, few, examine)
            if found is None:
                found = diagnosis_in_use(thing, inputs, examine)
        if found is not None:  # these may be of another kind as well
            yield replace(found, notes=(*found.notes, phrase("own-run")))


def set_otherwise(operation: Any, first: Diagnosis) -> Iterator[Call]:
    """Calls in the file's own run of objects with other numbers for settings than were examined first."""
    known = [first.trials[0].subject.settings]
    for function in operation.code if isinstance(operation, Written) else ():
        for call in own_calls(function):
            held = getattr(call.owner, "__dict__", {})
            own = {name: held.get(name, value) for name, value in known[0].items()}
            if own not in known:
                known.append(own)
                yield call


def diagnosis_in_use(thing: Any, inputs: Sequence[Any], examine: Examine) -> Diagnosis | None:
    """None where it cannot be examined with these inputs, or is wrong only where it bends."""
    found = examine(thing, inputs)
    if found.reason is not None and found.reason.key == "flat":  # other numbers may show something
        found = examine(thing, drawn(inputs, 0))
    if found and sum(map(np.size, map(as_value, inputs))) <= FEW:
        others = (examine(thing, drawn(inputs, seed)) for seed in range(2))
        found = next((other for other in others if other.mistakes), found)
    aside = moved(inputs) if found.mistakes else None
    if aside is not None and examine(thing, aside):
        return None
    return None if found.reason is not None or backward_fails(found) else found


def as_used(thing: Any) -> Iterator[tuple[Any, Sequence[Any], Call]]:
    """What the file's own run calls, with which inputs, and the call that it is.

    There is one for each form of them.
    """
    if isinstance(thing, Written):
        yield from numpy_as_used(thing)
    elif "torch" in sys.modules:
        from charmlp.doctor.operation.torch_code import torch_as_used

        yield from torch_as_used(thing)


def numpy_as_used(thing: Written) -> Iterator[tuple[Any, list[Any], Call]]:
    """The arguments of the function that takes all inputs of the first reading."""
    subject = next(subjects(thing), None)
    if subject is None:
        return
    names = subject.required or ()
    wanted = names[: len(names) - len(subject.parameters)]
    for function in reversed(thing.code if wanted else ()):
        calls = [(given_in(call, wanted), call) for call in own_calls(function)]
        if found := [(values, call) for values, call in calls if all(map(is_value, values))]:
            for values, call in found:
                yield thing, [lively(value, seed) for seed, value in enumerate(values)], call
            return


def subjects(thing: Written) -> Iterator[Subject]:
    """It as built with the usual arguments, else with an object of the file's own run."""
    calls = [None, *(call for function in thing.code for call in own_calls(function))]
    for call in calls:
        with suppress(CannotExamineError, IndexError), nullcontext() if call is None else as_in(call):
            yield builders(thing)[0](SIZES[0], FLOAT64)


def given_in(call: Call, names: Sequence[str]) -> list[Any]:
    return [as_value(call.arguments.get(name)) for name in names]


def as_value(argument: Any) -> Any:
    """The numbers of a tensor, of lists or of an object of an engine, as an array; else what it is."""
    torch = sys.modules.get("torch")
    if torch and isinstance(argument, torch.Tensor):
        return argument.detach().numpy()
    if isinstance(argument, list) and argument and all(type(one) is float for one in argument):
        return np.array(argument)
    if isinstance(argument, list) and all(isinstance(one, np.ndarray) for one in argument):
        return as_sequence(argument)
    held = data_of(argument) if hasattr(argument, "__dict__") else None
    return held if isinstance(held, np.ndarray) else argument


def as_sequence(steps: list[np.ndarray]) -> Any:
    """The steps of a sequence as one array; a single one would hide what flows from step to step."""
    if len({one.shape for one in steps}) != 1:
        return steps
    return np.array((LEAST_STEPS * steps)[: max(LEAST_STEPS, len(steps))])


def is_value(argument: Any) -> bool:
    """Whether it can be handed on as one input: no tuple of inputs, no object."""
    return isinstance(argument, np.ndarray | np.generic | float | int | str)


def few_rows(inputs: Sequence[Any]) -> list[Any] | None:
    """The first samples of a large batch; None where it is small."""
    counts = [len(value) for value in inputs if getattr(value, "ndim", 0)]
    if not counts or counts[0] <= MOST_ROWS:
        return None
    return [v[:MOST_ROWS] if getattr(v, "ndim", 0) and len(v) == counts[0] else v for v in inputs]


def drawn(inputs: Sequence[Any], seed: int) -> list[Any]:
    """Other real numbers in the shapes of the inputs."""
    generator = np.random.default_rng(11 + seed)
    return [
        aside(0 * one, generator, 1.0) if np.ndim(as_value(one)) and is_real(as_value(one)) else one
        for one in inputs
    ]


def moved(inputs: Sequence[Any]) -> list[Any] | None:
    """The inputs a little aside, where they are short numbers, at which something may bend; else None."""
    values = [as_value(value) for value in inputs]
    bends = [is_real(value) and np.size(value) and not (4 * value % 1).any() for value in values]
    if not any(bends):
        return None
    generator = np.random.default_rng(7)
    return [aside(one, generator) if bend else one for one, bend in zip(inputs, bends, strict=True)]


def aside(value: Any, generator: np.random.Generator, by: float = ASIDE) -> Any:
    step = by * random_numbers(np.shape(value), generator)
    if isinstance(value, np.ndarray):
        return value + step
    return (value.detach() + value.new_tensor(step)).requires_grad_(value.requires_grad)
