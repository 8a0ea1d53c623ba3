"""Ours beside torch's: run both on copies of the same arguments and compare values and gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

Operation = Callable[..., Any]


def twin(value: Any) -> Any:
    """A copy of nested arguments; each tensor is a leaf of its own, as differentiable as the original."""
    return tree_map(copy_tensor, value)


def copy_tensor(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    return value.detach().clone().requires_grad_(value.requires_grad)


def values_and_gradients(
    operation: Operation, arguments: Any, parameters: Sequence[Tensor] = ()
) -> tuple[Tensor, list[Tensor | None]]:
    """operation(*args, **kwargs), and its gradients for a random cotangent, the same for twins."""
    args, kwargs = arguments
    output = operation(*args, **kwargs)
    leaves = [leaf for leaf in (*tree_leaves(arguments), *parameters) if isinstance(leaf, Tensor)]
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if not output.requires_grad:
        return output, []
    generator = torch.Generator().manual_seed(len(wanted))
    cotangent = torch.randn(output.shape, generator=generator, dtype=torch.float64).to(output.dtype)
    return output.detach(), list(torch.autograd.grad(output, wanted, cotangent, allow_unused=True))


def assert_same(ours: Any, torchs: Any, **tolerances: float) -> None:
    """Equal structure, shapes, dtypes and (nan like nan) values."""
    torch.testing.assert_close(ours, torchs, equal_nan=True, **tolerances)


def assert_twins(ours: Operation, torchs: Operation, *args: Any, **kwargs: Any) -> None:
    """`ours` and `torchs` give the same values and gradients on copies of the arguments."""
    arguments = (args, kwargs)
    assert_same(values_and_gradients(ours, twin(arguments)), values_and_gradients(torchs, twin(arguments)))
