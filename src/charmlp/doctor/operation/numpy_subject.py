"""NumPy code as a subject."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.handwritten import HandWritten, Make, Written
from charmlp.doctor.operation.subject import Call, Record, Subject, Upstream, copies, is_real, seed_all
from charmlp.doctor.words import one_line


@dataclass(frozen=True, kw_only=True)
class NumpySubject(Subject):
    """Hand-written NumPy code: there is no engine, every gradient is its own."""

    written: HandWritten

    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Array, ...]:
        seed_all(seed)
        return real_outputs(self.written.run(copies(values))[0])

    def record(self, values: Sequence[Any], wants: Sequence[bool], upstream: Upstream, twice: bool) -> Record:
        result = Record()
        try:
            seed_all()
            given = copies(values)
            outputs, backward = self.written.run(given)
            before = copies([*given, *outputs])
            names = (self.required or ()) + self.optional
            edited = [i for i, pair in enumerate(zip(values, given, strict=True)) if differs(*pair)]
            call = Call(self.written.meant, names, tuple(values), edited)
            result.calls.append(call)
            result.stage = "backward"
            for _ in range(1 + twice):
                g = tuple(copies(upstream))
                seed_all(1)  # a mask that backward draws anew is no edited one
                gradients = tuple(as_array(gradient) for gradient in backward(g))
                call.returned.append(tuple(copies(gradients)))
                call.edited_upstream |= any(map(differs, upstream, g))
            called = [*map(call.name_of, range(len(given))), *["y"] * len(outputs)]
            triples = zip(called, before, (*given, *outputs), strict=True)
            call.edited_later = [name for name, *pair in triples if differs(*pair)]
            result.gradients = list(call.returned[0])
            if twice:
                result.again = list(call.returned[-1])
                result.random = not self.is_tried and self.draws_in_backward(
                    values, upstream, call.returned[0]
                )
        except Exception as error:
            result.error = error
        return result

    def draws_in_backward(self, values: Sequence[Any], upstream: Upstream, first: Sequence[Any]) -> bool:
        """Whether another seed between forward and backward gives other gradients."""
        seed_all()
        _, backward = self.written.run(copies(values))
        seed_all(2)
        other = tuple(as_array(gradient) for gradient in backward(tuple(copies(upstream))))
        return any(map(differs, first, other))

    def gradients(self, result: Record) -> list[Any] | None:
        return result.gradients


def build_numpy(make: Make, thing: Written, sizes: Mapping[str, int], dtype: np.dtype) -> Subject:
    """One reading of NumPy code at given sizes; raises `CannotExamineError` where it cannot be built."""
    try:
        made = make(sizes, dtype)
    except CannotExamineError:
        raise
    except Exception as error:
        reason = one_line(error)
        raise CannotExamineError("cannot-build", name=thing.name, reason=reason) from error
    return replace(of_written(made), code=thing.code)


def of_written(made: HandWritten) -> Subject:
    return NumpySubject(
        made.required, made.optional, made.parameters, made.defaults,
        is_raw=True, meant=made.meant, note=made.note, constants=made.constants, sizes=made.sizes,
        settings=made.settings, is_helper=made.is_helper, is_step=made.is_step,
        arrays=made.arrays, is_tried=made.is_tried, is_other_loss=made.is_other_loss,
        is_guess=made.is_guess, is_implied=made.is_implied,
        reused=None if made.reused is None else of_written(made.reused),
        again=None if made.again is None else of_written(made.again),
        unpenalised=None if made.unpenalised is None else of_written(made.unpenalised),
        scores=None if made.scores is None else functools.partial(build_scores, made.scores),
        conditions=made.conditions, own_losses=made.own_losses,
        written=made,
    )  # fmt: skip


def build_scores(make: Make, sizes: Mapping[str, int], dtype: np.dtype) -> Subject:
    return of_written(make(sizes, dtype))


def real_outputs(outputs: Sequence[Any]) -> tuple[Array, ...]:
    """The arrays of real numbers among the outputs; raises `TypeError` where there is none."""
    arrays = tuple(array for array in map(as_array, outputs) if is_real(array))
    if not arrays:
        kinds = ", ".join(type(output).__name__ for output in outputs)
        raise TypeError(f"forward returned {kinds}, not an array of floating point numbers")
    return arrays


def as_array(value: Any) -> Any:
    """Numbers and lists of numbers as arrays; anything else stays what it is."""
    if isinstance(value, float | int):
        return np.asarray(float(value))
    if isinstance(value, np.generic | list | tuple):
        try:
            return np.asarray(value)
        except ValueError:
            return value
    return value


def differs(before: Any, now: Any) -> bool:
    return isinstance(before, np.ndarray) and not np.array_equal(before, now, equal_nan=is_real(before))
