"""The operation at one size, with numbers: its own gradients, and the right ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.arrangement import GUESSED, Arrangement, Sizes, random_numbers
from charmlp.doctor.kind import UNKNOWN, Form, Gradient, Kind, Variables
from charmlp.doctor.operation.subject import Record, Subject, Upstream
from charmlp.doctor.setups.numeric import Jacobian, jacobian

# Inputs that need no gradient, where only their names tell
LABEL_NAMES = ("t", "target", "targets", "label", "labels", "y_true", "truth", "gt", "onehot", "one_hot")
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

    @property
    def dtype(self) -> torch.dtype:
        floats = [v.dtype for v in self.values if is_real(v)]
        return floats[0] if floats else torch.float64

    @cached_property
    def coarse(self) -> bool:
        """Whether forward computes in float32, whatever dtype it is given."""
        return self.dtype == torch.float32 or all(map(is_float32_inside, self.outputs))

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

    @cached_property
    def wants(self) -> list[bool]:
        """Which values the loss is differentiated by: tensors of real numbers, but not labels."""
        if self.arrangement is not GUESSED:
            constant = [slot.role.constant for slot in self.arrangement.slots]
        else:
            constant = [self.subject.name_of(i).lower() in LABEL_NAMES for i in range(len(self.values))]
        return [is_real(v) and not c for v, c in zip(self.values, constant, strict=True)]

    def role(self, position: int) -> str:
        return "" if self.arrangement is GUESSED else self.arrangement.slots[position].role.name

    # Its own outputs and gradients

    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Tensor, ...]:
        return self.subject.forward([*values, *self.fillers], seed)

    @cached_property
    def outputs(self) -> tuple[Tensor, ...]:
        return self.forward(self.values)

    @cached_property
    def upstreams(self) -> list[Upstream]:
        """Some upstream gradients: both signs, sizes below and above 1."""
        generator = torch.Generator().manual_seed(17)

        def upstream(y: Tensor, scalar: float) -> Tensor:
            if y.numel() == 1:
                return torch.full_like(y, scalar)
            return (1.2 * random_numbers(y.shape, generator)).to(y.dtype)

        return [tuple(upstream(y, scalar) for y in self.outputs) for scalar in SCALAR_UPSTREAMS]

    @property
    def leaves(self) -> list[Any]:
        """Fresh copies of what the operation is called with; those that want a gradient are leaves."""
        wanted = zip(self.values, self.wants, strict=True)
        leaves = [v.detach().clone().requires_grad_() if wants else v for v, wants in wanted]
        return [*leaves, *self.fillers]

    @cached_property
    def functions(self) -> list[Any]:
        return self.subject.functions(self.leaves)

    def record(self, upstream: Upstream, *, twice: bool = False) -> Record:
        """One run, forward and backward."""
        return self.subject.record(self.leaves, upstream, self.functions, twice=twice)

    def returned(self, result: Record) -> list[Any] | None:
        """The gradients of a run, None where there are none; those of a Function are raw, in any number."""
        gradients = self.subject.gradients(result)
        if gradients is not None and self.subject.function is None:
            return gradients[: len(self.values)]
        return gradients

    # What they should be

    def reference(self, values: Sequence[Any], form: Form) -> Tensor:
        """The output of a form, arranged as this operation's; raises where it takes other inputs."""
        result = form.function({**self.arrangement.variables(values), **form.parameters})
        return self.arrangement.output.actual(result) if result.dim() else result

    @cached_property
    def jacobians(self) -> dict[int, Jacobian]:
        """Numeric Jacobians of the operation's own forward, by the inputs that want a gradient."""
        wanted = [i for i, wants in enumerate(self.wants) if wants]
        return {i: jacobian(self.forward, self.values, i, coarse=self.coarse) for i in wanted}

    def expected(self, position: int, upstream: Upstream) -> Tensor | None:
        """The right gradient with respect to one input, flat; None where there is none.

        The reference's where forward agrees with one, else numeric, at the coordinates that were chosen.
        """
        if self.form is not None:
            return self.by_reference(position, upstream, self.form)
        numeric = self.jacobians.get(position)
        return None if numeric is None else numeric.transposed_times(upstream)

    def by_reference(self, position: int, upstream: Upstream, form: Form) -> Tensor | None:
        if not is_real(self.values[position]):
            return None
        values = doubles(self.values)
        leaf = values[position] = values[position].detach().clone().requires_grad_()
        y = self.reference(values, form)
        if not y.requires_grad:  # the reference does not depend on this input
            return torch.zeros_like(leaf).detach().reshape(-1)
        (gradient,) = torch.autograd.grad(y, leaf, upstream[0].double().reshape(y.shape))
        return gradient.reshape(-1)

    def chosen(self, position: int, gradient: Tensor) -> Tensor:
        """A full gradient, flat, at the coordinates that `expected` has."""
        flat = gradient.detach().double().reshape(-1)
        if self.form is None and position in self.jacobians:
            return flat[self.jacobians[position].coordinates]
        return flat

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
    def canonical_output(self) -> Tensor:
        return self.canonical(self.outputs[0])

    def canonical(self, output: Tensor) -> Tensor:
        """An output, or an upstream gradient, in canonical form."""
        y = output.double()
        return self.arrangement.output.canonical(y, dict(self.variables)) if y.dim() else y

    def gradient_of_kind(self, position: int) -> Gradient:
        """What the kind knows of the gradient with respect to this input."""
        return self.kind.gradients.get(self.role(position), Gradient(""))

    def position_of(self, *roles: str) -> int:
        """The first input that has one of these roles."""
        return next(i for i in range(len(self.values)) if self.role(i) in roles)

    def values_with(self, role: str, canonical: Tensor) -> list[Any]:
        """The values with another one for the input of that role."""
        position = self.position_of(role)
        values = list(self.values)
        values[position] = self.arrangement.slots[position].actual(canonical).to(self.dtype)
        return values

    def with_values(self, values: Sequence[Any]) -> Trial:
        """The same with other numbers; whether forward agrees with its form there is not known."""
        return replace(self, values=values, form=None)

    def for_ones(self) -> list[Any] | None:
        """What backward returns for an upstream gradient of ones."""
        return self.returned(self.record(tuple(torch.ones_like(y) for y in self.outputs)))

    def coefficient(self, position: int) -> float:
        """What stands before the core of the right gradient: 1/N for a mean, say.

        The kind's formulas leave it out, so that a wrong one with the right coefficient has the factor 1.
        """
        core = self.gradient_of_kind(position).core
        if core is None:
            return 1.0
        if self.form is None:  # forward is none that is known: no coefficient can be read off
            return 1.0 / self.sizes["N"] if self.outputs[0].numel() == 1 else 1.0
        upstream = self.upstreams[0]
        expected = self.expected(position, upstream)
        canonical = core(self.variables, self.canonical_output, self.canonical(upstream[0]))
        flat = self.chosen(position, self.arrangement.slots[position].actual(canonical))
        return 1.0 if expected is None else float(expected @ flat / (flat @ flat)) or 1.0


def reference(trial: Trial, form: Form) -> Tensor | None:
    """The output of a form in float64, None where it takes other inputs."""
    try:
        return trial.reference(trial.values, form).double()
    except (ValueError, RuntimeError, KeyError, IndexError):
        return None


def is_real(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


def doubles(values: Sequence[Any]) -> list[Any]:
    return [v.double() if is_real(v) else v for v in values]


def is_float32_inside(tensor: Tensor) -> bool:
    """Whether every number fits into float32, as float64 results do only where they are plain.

    >>> is_float32_inside(torch.tensor([0.1], dtype=torch.float64)), is_float32_inside(torch.tensor([0.1]))
    (False, True)
    """
    numbers = tensor.detach().double()
    plain = (numbers * 1024).frac() == 0  # 0, 1, ½ …: exact in any dtype, tells nothing
    return bool((numbers.float().double() == numbers).all()) and not bool(plain.all())
