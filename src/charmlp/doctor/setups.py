"""One set-up of an examination: the operation with numbers, its right gradients and its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.arrangements import Arrangement, Roles, draw
from charmlp.doctor.numeric import Jacobian, jacobian
from charmlp.doctor.references import Form
from charmlp.doctor.runs import Cotangents, Run, find_functions, forward, run
from charmlp.doctor.subjects import Subject
from charmlp.doctor.watch import FunctionClass

N_DRAWS = 3
# Inputs that need no gradient, where only their names tell
LABEL_NAMES = ("t", "target", "targets", "label", "labels", "y_true", "truth", "gt", "onehot", "one_hot")
SCALAR_COTANGENTS = (1.7, -0.6, 0.45)


@dataclass
class SetUp:
    """`form` is the reference that forward agrees with, None where it agrees with none.

    `fillers` follow the values in the call: options that have no default.
    """

    subject: Subject
    values: list[Any]
    sizes: Mapping[str, int]
    arrangement: Arrangement | None = None
    kind: str | None = None
    form: Form | None = None
    fillers: Sequence[Any] = ()
    scales: dict[int, float] = field(default_factory=dict)  # naming.loss_scale by position

    @property
    def dtype(self) -> torch.dtype:
        floats = [v.dtype for v in self.values if isinstance(v, Tensor) and v.is_floating_point()]
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
        return [
            isinstance(v, Tensor) and v.is_floating_point() and self.slot_wants(i)
            for i, v in enumerate(self.values)
        ]

    def slot_wants(self, position: int) -> bool:
        if self.arrangement is None:
            return self.subject.name_of(position).lower() not in LABEL_NAMES
        return self.arrangement.slots[position].wants_gradient

    def role(self, position: int) -> str:
        return "" if self.arrangement is None else self.arrangement.slots[position].role

    @cached_property
    def functions(self) -> list[FunctionClass]:
        return find_functions(self.subject, [*self.values, *self.fillers], [*self.wants, *self.no_wants])

    @property
    def no_wants(self) -> list[bool]:
        return [False] * len(self.fillers)

    def forward(self, values: Sequence[Any], seed_number: int = 0) -> tuple[Tensor, ...]:
        return forward(self.subject, [*values, *self.fillers], seed_number)

    @cached_property
    def outputs(self) -> tuple[Tensor, ...]:
        return self.forward(self.values)

    @cached_property
    def cotangents(self) -> list[Cotangents]:
        """Draws of ∂L/∂y: both signs, sizes below and above 1."""
        generator = torch.Generator().manual_seed(17)
        draws = []
        for number in range(N_DRAWS):
            draws.append(
                tuple(
                    torch.full(y.shape, SCALAR_COTANGENTS[number], dtype=y.dtype)
                    if y.numel() == 1
                    else (1.2 * draw(y.shape, generator)).to(y.dtype)
                    for y in self.outputs
                )
            )
        return draws

    def run(self, cotangents: Cotangents, *, twice: bool = False) -> Run:
        values, wants = [*self.values, *self.fillers], [*self.wants, *self.no_wants]
        return run(self.subject, values, wants, cotangents, self.functions, twice=twice)

    def returned(self, result: Run) -> list[Any] | None:
        """The gradients of a run: raw from the Function's own backward, else the engine's."""
        if self.subject.function is None:
            return None if result.gradients is None else result.gradients[: len(self.values)]
        calls = [call for call in result.calls if call.function is self.subject.function and call.returned]
        return list(calls[-1].returned[0]) if calls else None

    # The right gradients

    def reference(self, values: Sequence[Any]) -> Tensor:
        """The reference's output in the form of this arrangement."""
        assert self.arrangement is not None and self.form is not None
        result = self.form.function(self.arrangement.roles(values))
        return self.arrangement.output.actual(result) if result.dim() else result

    @cached_property
    def jacobians(self) -> dict[int, Jacobian]:
        """Numeric Jacobians by the inputs that want a gradient, of the operation's own forward."""
        return {
            i: jacobian(self.forward, self.values, i, coarse=self.coarse)
            for i, wanted in enumerate(self.wants)
            if wanted
        }

    def expected(self, position: int, cotangents: Cotangents) -> Tensor | None:
        """The right gradient by one input: the reference's where forward agrees with one, else numeric.

        None where there is no gradient by this input. Flat; where numeric, at the chosen coordinates.
        """
        if self.form is not None:
            return self.by_reference(position, cotangents)
        if position not in self.jacobians:
            return None
        return self.jacobians[position].transposed_times(cotangents)

    def by_reference(self, position: int, cotangents: Cotangents) -> Tensor | None:
        value = self.values[position]
        if not (isinstance(value, Tensor) and value.is_floating_point()):
            return None
        leaf = value.detach().double().requires_grad_()
        others = [v.double() if isinstance(v, Tensor) and v.is_floating_point() else v for v in self.values]
        y = self.reference([*others[:position], leaf, *others[position + 1 :]])
        if not y.requires_grad:  # the reference does not depend on this input
            return torch.zeros_like(leaf).detach().reshape(-1)
        (gradient,) = torch.autograd.grad(y, leaf, cotangents[0].double().reshape(y.shape))
        return gradient.reshape(-1)

    def chosen(self, position: int, gradient: Tensor) -> Tensor:
        """A full gradient, flat, at the coordinates that `expected` has."""
        flat = gradient.detach().double().reshape(-1)
        if self.form is None and position in self.jacobians:
            return flat[self.jacobians[position].coordinates]
        return flat

    @cached_property
    def roles(self) -> Roles:
        assert self.arrangement is not None
        values = [v.double() if isinstance(v, Tensor) and v.is_floating_point() else v for v in self.values]
        return self.arrangement.roles(values)

    @cached_property
    def canonical_output(self) -> Tensor:
        assert self.arrangement is not None
        y = self.outputs[0].double()
        return self.arrangement.output.canonical(y, self.roles) if y.dim() else y

    def canonical_cotangent(self, cotangents: Cotangents) -> Tensor:
        assert self.arrangement is not None
        g = cotangents[0].double()
        return self.arrangement.output.canonical(g, self.roles) if g.dim() else g


def is_float32_inside(tensor: Tensor) -> bool:
    """Whether every number fits into float32, as float64 results do only where they are plain.

    >>> is_float32_inside(torch.tensor([0.1], dtype=torch.float64)), is_float32_inside(torch.tensor([0.1]))
    (False, True)
    """
    numbers = tensor.detach().double()
    plain = (numbers * 1024).frac() == 0  # 0, 1, ½ …: exact in any dtype, tells nothing
    return bool((numbers.float().double() == numbers).all()) and not bool(plain.all())
