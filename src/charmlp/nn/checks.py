"""What the operations refuse, said before anything is computed: their own limits, and torch's errors."""

import warnings

import torch
from torch import Tensor

from charmlp.nn.precision import autocast_dtype


def unsupported(what: str) -> NotImplementedError:
    """The error of a limit of our own, which torch does not have."""
    return NotImplementedError(f"charmlp.nn: {what}")


class HandDerived:
    """What all modules of charmlp.nn are: their gradients are Functions, which TorchScript cannot hold."""

    def __prepare_scriptable__(self) -> None:
        """Called by `torch.jit.script`, which would otherwise fail somewhere inside."""
        raise unsupported(
            f"{type(self).__name__} cannot be scripted, because torch.jit.script does not know "
            "autograd.Function; use torch.compile or torch.export"
        )


def require_dense(operation: str, *tensors: Tensor | None, optional: Tensor | None = None) -> None:
    """Raise `NotImplementedError` unless all are ordinary tensors, `TypeError` for no tensor."""
    for tensor in tensors if optional is None else (*tensors, optional):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"charmlp.nn: {operation}() takes tensors, not {type(tensor).__name__}")
        if tensor.layout != torch.strided or tensor.is_nested or tensor.is_quantized:
            raise unsupported(f"{operation} takes dense tensors, not sparse, nested or quantized")


def require_dense_real(operation: str, *tensors: Tensor | None, optional: Tensor | None = None) -> None:
    """As `require_dense`, and `NotImplementedError` for complex numbers, which have no order and no loss."""
    require_dense(operation, *tensors, optional=optional)
    for tensor in (*tensors, optional):
        if tensor is not None and tensor.is_complex():
            raise unsupported(f"{operation} is derived for real numbers, not {tensor.dtype}")


def require_floating(operation: str, tensor: Tensor) -> None:
    """Raise `NotImplementedError` for whole numbers, which torch does not take here either."""
    if not (tensor.is_floating_point() or tensor.is_complex()):
        raise unsupported(f"{operation} takes floating point numbers, not {tensor.dtype}")


def refuse_inplace(inplace: bool) -> None:
    """Raise `NotImplementedError` for `inplace=True`: no operation here writes into its inputs."""
    if inplace:
        raise unsupported("no operation writes into its input; leave out inplace=True")


def check_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    """Raise `NotImplementedError` for our own limits; shapes that do not fit raise torch's error later."""
    require_dense("linear", input, weight, optional=bias)
    if weight.dim() != 2:
        raise unsupported(f"linear takes a matrix as weight, not shape {list(weight.shape)}")
    if bias is None:
        return
    if bias.shape != weight.shape[:1]:
        raise unsupported(
            f"linear with a weight of shape {list(weight.shape)} takes a bias of shape "
            f"{list(weight.shape[:1])}, not {list(bias.shape)}"
        )
    if bias.dtype != weight.dtype and autocast_dtype(input.device) is None:
        raise unsupported(f"linear takes weight and bias of one dtype, not {weight.dtype} and {bias.dtype}")


def check_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, label_smoothing: float
) -> None:
    """Raise what torch raises for arguments that do not fit, and `NotImplementedError` for our own limits."""
    require_dense_real("cross_entropy", input, target, optional=weight)
    if input.dim() == 0:
        raise IndexError("cross_entropy: the input needs a dimension of classes, but is one number")
    n_classes = input.shape[min(1, input.dim() - 1)]
    if not input.is_floating_point() or n_classes == 0:
        raise unsupported(
            f"cross_entropy takes floating point logits of at least one class, "
            f"not {list(input.shape)} of {input.dtype}"
        )
    if weight is not None and weight.shape != (n_classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {n_classes} classes or no "
            f"classes but got weight tensor of shape: {list(weight.shape)}"
        )
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if target.shape == input.shape:
        check_probabilities(target, ignore_index)
    else:
        check_indices(input, target)
        if weight is not None and weight.dtype != input.dtype and autocast_dtype(input.device) is None:
            raise RuntimeError(f"expected a weight of {input.dtype}, but found {weight.dtype}")
        if weight is not None and weight.requires_grad:
            raise unsupported("cross_entropy of class indices has no gradient with respect to weight")


def check_probabilities(target: Tensor, ignore_index: int) -> None:
    """The errors of a target of the input's shape, which holds probabilities."""
    if not target.is_floating_point():
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {target.dtype}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")


def check_indices(input: Tensor, target: Tensor) -> None:
    """The errors of a target of another shape, which holds class indices."""
    rows = input.shape[:1] + input.shape[2:] if input.dim() > 1 else torch.Size()
    if target.dtype not in (torch.int64, torch.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype}")
    if not rows and target.shape == (1,):
        raise unsupported("cross_entropy of one row takes one number as target, not shape [1]")
    if rows[:1] != target.shape[:1]:
        raise ValueError(
            f"Expected input batch_size {list(rows[:1])} to match target batch_size {list(target.shape[:1])}."
        )
    if rows != target.shape:
        raise RuntimeError(f"Expected target size {list(rows)}, got {list(target.shape)}")


def check_mse_loss(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Raise what torch raises for arguments that do not fit, and warn of shapes that only broadcast."""
    require_dense_real("mse_loss", input, target, optional=weight)
    if not (input.is_floating_point() or target.is_floating_point()):
        raise unsupported(f"mse_loss takes floating point tensors, not {input.dtype}")
    if weight is not None and weight.shape != input.shape:
        raise ValueError("Weights and input must have the same size.")
    if target.shape != input.shape:
        warnings.warn(
            f"mse_loss: the target's size {list(target.shape)} differs from the input's {list(input.shape)}; "
            "one of them is repeated to fit, which is rarely meant",
            stacklevel=3,
        )


def reduction_name(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction; torch's older two arguments, where given, take its place, with torch's warning."""
    if size_average is not None or reduce is not None:
        if reduce is not None and not reduce:
            reduction = "none"
        else:
            reduction = "sum" if size_average is not None and not size_average else "mean"
        warnings.warn(
            f"size_average and reduce are deprecated, please use reduction={reduction!r} instead",
            stacklevel=3,
        )
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction
