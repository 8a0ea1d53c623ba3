"""The operation at one size, with numbers: its own gradients, and the right ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import GUESSED, Arrangement, Sizes, random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import UNKNOWN, Form, Gradient, Kind, Variables
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import Record, Subject, Upstream, is_real
from charmlp.doctor.setups.numeric import Jacobian, jacobian

# Inputs that need no gradient, where only their names tell
LABEL_NAMES = ("t", "target", "targets", "label", "labels", "y_true", "truth", "gt", "onehot", "one_hot")
# and where it is only likely: y may be labels, or an input as good as x
LABELLED = re.compile(
    r"(y|ys|t|labels?|targets?|y_?true|idx|ind(ex|ices)|ids|gt|classes|truth|one_?hot)", re.IGNORECASE
)
NOTHING = 1e-9  # of the largest derivative
# All gradients are clipped in their places, so that none explodes: that is meant
CLIPS_ALL = re.compile(r"for (\w+) in [\[(][^\n]*[\])]:\s+np\.clip\(\1,[^\n]*out=\1\)")
SMALL = 0.03
SCALAR_UPSTREAMS = (1.7, -0.6, 0.45)


@dataclass(frozen=True, eq=False)
class Trial:
    """`form` is the reference that forward agrees with, None where it agrees with none.

    `fillers` follow the values in the call: options that have no default.
    """

    subject: Subject
    values: Sequence[Any]
    sizes: Sizes = field(default_factory=dict)
    arrangement: Arrangement = GUESSED
    kind: Kind = UNKNOWN
    form: Form | None = None
    fillers: Sequence[Any] = ()
    asked: tuple[bool, ...] | None = None  # of which inputs the user wants a gradient, if that was said
    one_at_a_time: bool = False  # of an upstream gradient only one element is not 0

    @property
    def dtype(self) -> np.dtype:
        floats = [v.dtype for v in self.values if is_real(v)]
        return floats[0] if floats else np.dtype(float)

    @cached_property
    def coarse(self) -> bool:
        """Whether forward computes in float32, whatever dtype it is given."""
        return self.dtype == np.float32 or all(map(is_float32_inside, self.outputs))

    @property
    def tolerance(self) -> float:
        """Largest relative error of a right gradient."""
        if self.coarse:
            return 2e-5 if self.form is not None else 5e-3
        return 1e-6 if self.form is not None else max(1e-6, 3 * self.noise)

    @property
    def noise(self) -> float:
        """How reliable numeric differentiation is here, at worst."""
        return max((j.noise for j in self.jacobians.values()), default=0.0)

    @property
    def noise_seen(self) -> float:
        """The same of what forward depends on: of all else there is nothing but noise."""
        sizes = {i: float(abs(j.matrix).max(initial=0)) for i, j in self.jacobians.items()}
        least = NOTHING * max(sizes.values(), default=0.0)
        return max((j.noise for i, j in self.jacobians.items() if sizes[i] >= least), default=0.0)

    @cached_property
    def wants(self) -> list[bool]:
        """Which values the loss is differentiated by: tensors of real numbers, but not labels."""
        names = [self.subject.name_of(i) for i in range(len(self.values))]
        if self.arrangement is not GUESSED:
            constant = [slot.role.constant for slot in self.arrangement.slots]
        else:
            trained = self.subject.trained
            constant = [name.lower() in LABEL_NAMES and name not in trained for name in names]
        constant = [c or name in self.subject.constants for c, name in zip(constant, names, strict=True)]
        if self.asked is not None:
            constant = [not asked for asked in self.asked] + constant[len(self.asked) :]
        return [is_real(v) and not c for v, c in zip(self.values, constant, strict=True)]

    @cached_property
    def options(self) -> dict[str, float]:
        """The numbers that decide what forward is, by name: options of the call, and those of an object."""
        names = ((self.subject.required or ()) + self.subject.optional)[len(self.values) :]
        given = {**self.subject.defaults, **dict(zip(names, self.fillers, strict=False))}
        numbers = {name: given.get(name) for name in names}
        known = {**self.subject.settings, **numbers}
        numeric = {n: v for n, v in known.items() if isinstance(v, int | float) and not isinstance(v, bool)}
        return {name: float(value) for name, value in numeric.items()}

    def role(self, position: int) -> str:
        return "" if self.arrangement is GUESSED else self.arrangement.slots[position].role.name

    # Its own outputs and gradients

    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Array, ...]:
        return self.subject.forward([*values, *self.fillers], seed)

    @cached_property
    def outputs(self) -> tuple[Array, ...]:
        return self.forward(self.values)

    @cached_property
    def upstreams(self) -> list[Upstream]:
        """Some upstream gradients: both signs, sizes below and above 1; where all are clipped, small ones."""
        generator = np.random.default_rng(17)
        size = SMALL if self.clips_gradients else 1.0

        def upstream(y: Array, scalar: float) -> Array:
            if y.size == 1:
                return np.full_like(y, size * scalar)
            if self.one_at_a_time:
                one = np.arange(y.size) == generator.integers(y.size)
                return (size * scalar * one.reshape(y.shape)).astype(y.dtype)
            return (1.2 * size * random_numbers(y.shape, generator)).astype(y.dtype)

        return [tuple(upstream(y, scalar) for y in self.outputs) for scalar in SCALAR_UPSTREAMS]

    @cached_property
    def clips_gradients(self) -> bool:
        return any(CLIPS_ALL.search(source_of(one)) for one in self.subject.code)

    @cached_property
    def parts(self) -> list[Any]:
        return self.subject.parts([*self.values, *self.fillers], self.wants)

    def record(self, upstream: Upstream, *, twice: bool = False) -> Record:
        """One run, forward and backward."""
        return self.subject.record([*self.values, *self.fillers], self.wants, upstream, twice)

    def returned(self, result: Record) -> list[Any] | None:
        """The gradients of a run, None where there are none; those of a Function are raw, in any number."""
        gradients = self.subject.gradients(result)
        if gradients is not None and not self.subject.counts:
            return gradients[: len(self.values)]
        return gradients

    # What they should be

    def reference(self, values: Sequence[Any], form: Form) -> Array:
        """The output of a form, arranged as this operation's; raises where it takes other inputs."""
        result = form.function({**self.arrangement.variables(values), **form.parameters})
        return self.arrangement.output.actual(result) if np.ndim(result) else np.asarray(result)

    @cached_property
    def jacobians(self) -> dict[int, Jacobian]:
        """Numeric Jacobians of the operation's own forward, by the inputs that want a gradient."""
        wanted = [i for i, wants in enumerate(self.wants) if wants]
        return {i: jacobian(self.forward, self.values, i, coarse=self.coarse) for i in wanted}

    @cached_property
    def reference_jacobians(self) -> dict[int, Jacobian]:
        """The same of the form that forward agrees with, by all inputs of real numbers."""
        assert self.form is not None
        return self.jacobians_of(self.form)

    def jacobians_of(self, form: Form) -> dict[int, Jacobian]:
        values = doubles(self.values)
        positions = [i for i, value in enumerate(values) if is_real(value)]
        return {i: jacobian(lambda v: (self.reference(v, form),), values, i, coarse=False) for i in positions}

    def jacobian_at(self, position: int) -> Jacobian | None:
        """The reference's where forward agrees with one, which is exact to more digits; else its own."""
        return (self.jacobians if self.form is None else self.reference_jacobians).get(position)

    def expected(self, position: int, upstream: Upstream) -> Array | None:
        """The right gradient with respect to one input, at the coordinates that were chosen.

        None where there is none.
        """
        right = self.jacobian_at(position)
        if right is None:
            return None
        return right.transposed_times(upstream if self.form is None else upstream[:1])

    def chosen(self, position: int, gradient: Array) -> Array:
        """A full gradient, flat, at the coordinates that `expected` has."""
        flat = np.ravel(gradient).astype(float)
        right = self.jacobian_at(position)
        return flat if right is None else flat[right.coordinates]

    # In canonical form, as formulas take it

    @property
    def meant(self) -> Form:
        """The form that forward has, or should have."""
        return self.form if self.form is not None and self.form.right else self.kind.right

    @cached_property
    def variables(self) -> Variables:
        """The canonical inputs, and the parameters of the form."""
        return {**self.arrangement.variables(doubles(self.values)), **self.meant.parameters}

    @cached_property
    def canonical_output(self) -> Array:
        return self.canonical(self.outputs[0])

    def canonical(self, output: Array) -> Array:
        """An output, or an upstream gradient, in canonical form."""
        y = output.astype(float)
        return self.arrangement.output.canonical(y, dict(self.variables)) if y.ndim else y

    def gradient_of_kind(self, position: int) -> Gradient:
        """What the kind knows of the gradient with respect to this input."""
        return self.kind.gradients.get(self.role(position), Gradient(""))

    def position_of(self, *roles: str) -> int:
        """The first input that has one of these roles."""
        return next(i for i in range(len(self.values)) if self.role(i) in roles)

    def values_with(self, role: str, canonical: Array) -> list[Any]:
        """The values with another one for the input of that role."""
        position = self.position_of(role)
        values = list(self.values)
        values[position] = self.arrangement.slots[position].actual(canonical).astype(self.dtype)
        return values

    def with_values(self, values: Sequence[Any]) -> Trial:
        """The same with other numbers; whether forward agrees with its form there is not known."""
        return replace(self, values=values, form=None)

    def for_ones(self) -> list[Any] | None:
        """What backward returns for an upstream gradient of ones."""
        return self.returned(self.record(tuple(np.ones_like(y) for y in self.outputs)))

    def coefficient(self, position: int) -> float:
        """What stands before the core of the right gradient: 1/N for a mean, say.

        The kind's formulas leave it out, so that a wrong one with the right coefficient has the factor 1.
        """
        core = self.gradient_of_kind(position).core
        if core is None:
            return 1.0
        if self.form is None:  # forward is none that is known: no coefficient can be read off
            return 1.0 / self.sizes.get("N", 1) if self.outputs[0].size == 1 else 1.0
        upstream = self.upstreams[0]
        expected = self.expected(position, upstream)
        canonical = core(self.variables, self.canonical_output, self.canonical(upstream[0]))
        flat = self.chosen(position, self.arrangement.slots[position].actual(canonical))
        return 1.0 if expected is None else float(expected @ flat / (flat @ flat)) or 1.0


def is_label(name: str) -> bool:
    """Whether an input's name is one that labels have."""
    return LABELLED.fullmatch(name) is not None


def reference(trial: Trial, form: Form) -> Array | None:
    """The output of a form in float64, None where it takes other inputs."""
    try:
        return trial.reference(trial.values, form).astype(float)
    except (ValueError, RuntimeError, KeyError, IndexError):
        return None


def doubles(values: Sequence[Any]) -> list[Any]:
    return [v.astype(float) if is_real(v) else v for v in values]


def is_float32_inside(array: Array) -> bool:
    """Whether every number fits into float32, as float64 results do only where they are plain.

    >>> is_float32_inside(np.array([0.1])), is_float32_inside(np.array([0.1], dtype=np.float32))
    (False, True)
    """
    numbers = array.astype(float)
    plain = (numbers * 1024) % 1 == 0  # 0, 1, ½ …: exact in any dtype, tells nothing
    return bool((numbers.astype(np.float32) == numbers).all()) and not bool(plain.all())
