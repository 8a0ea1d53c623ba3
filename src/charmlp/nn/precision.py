"""Which dtype an operation computes in: its inputs', but for `torch.autocast` and losses of 16 bits."""

import functools

import torch
from torch import Tensor

# Asked for once: torch.compile before 2.13 cannot look into the question, and would break its graph there.
WITH_AUTOCAST = frozenset(
    kind
    for kind in ("cpu", "cuda", "mps", "xpu", "hpu", "mtia", "maia")
    if torch.amp.is_autocast_available(kind)
)


def autocast_dtype(device: torch.device) -> torch.dtype | None:
    """The dtype that `torch.autocast` asks of products on this device; None outside of it."""
    if device.type in WITH_AUTOCAST and torch.is_autocast_enabled(device.type):
        return torch.get_autocast_dtype(device.type)
    return None


def autocast(*tensors: Tensor | None) -> tuple[Tensor | None, ...]:
    """The tensors as `torch.autocast`, where it is on, passes them to a product: float64 and others stay."""
    dtype = autocast_dtype(next(tensor.device for tensor in tensors if tensor is not None))
    if dtype is None:
        return tensors
    casts = (torch.float32, torch.float16, torch.bfloat16)
    return tuple(x.to(dtype) if x is not None and x.dtype in casts else x for x in tensors)


def loss_dtypes(*tensors: Tensor | None) -> tuple[torch.dtype, torch.dtype]:
    """The dtype to compute a loss of these tensors in, and the dtype of the result.

    The result has what the tensors promote to. The computation has at least 32 bits, because a sum over a
    batch soon leaves float16, whose largest number is 65504; in `torch.autocast` the result has so as well.
    """
    given = [tensor for tensor in tensors if tensor is not None]
    result = functools.reduce(torch.promote_types, (tensor.dtype for tensor in given))
    wide = torch.promote_types(result, torch.float32)
    return wide, result if autocast_dtype(given[0].device) is None else wide
