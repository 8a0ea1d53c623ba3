"""What a backward pass of NumPy code returns: sorted by the inputs, and led through the chain rule."""

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.names import is_parameter, of_gradient


def by_input(returned: Any, inputs: Sequence[str], names: Sequence[str] = ()) -> list[Any]:
    """The gradient of each input, None where none is returned.

    A dict, or `names` (of what a return statement returns), says whose each one is; else it is the order.
    """
    if isinstance(returned, Mapping):
        return from_dict(returned, inputs)
    if not isinstance(returned, tuple | list):
        returned = [returned]
    order = order_of(names, inputs) if len(names) == len(returned) else None
    if order is None:
        return [*returned, *[None] * (len(inputs) - len(returned))]
    gradients: list[Any] = [None] * len(inputs)
    for position, gradient in zip(order, returned, strict=True):
        if position is not None:
            gradients[position] = gradient
    return gradients


def as_one_array(returned: Any, values: Sequence[Any]) -> Any:
    """What was returned, as an array where it is a list of numbers in the shape of one of the inputs."""
    if not isinstance(returned, list) or not returned:
        return returned
    try:
        array = np.asarray(returned, float)
    except (TypeError, ValueError):
        return returned
    return array if any(np.shape(value) == array.shape for value in values) else returned


def from_dict(returned: Mapping[Any, Any], inputs: Sequence[str]) -> list[Any]:
    """Those of a dict by its keys, such as dW or W; what is of no input (dZ1) is left out."""
    whose = {str(key): value for key, value in returned.items()}
    exact = {key.lower(): value for key, value in whose.items()}
    meant = {of_gradient(key): value for key, value in whose.items() if of_gradient(key) != key.lower()}
    found = [meant.get(name.lower(), exact.get(name.lower())) for name in inputs]
    if all(one is None for one in found) and len(whose) == len(inputs):
        return list(whose.values())
    return found


def order_of(names: Sequence[str], inputs: Sequence[str]) -> list[int | None] | None:
    """Whose gradient each name is, None where the names do not tell.

    Those that name no input are of the inputs that are left, in their order, and None beyond them.
    """
    plain = [base(name) for name in inputs]
    meant = [base(of_gradient(name)) if name and of_gradient(name) != name.lower() else "" for name in names]
    known = [name for name in meant if name in plain]
    if not known or len(set(known)) < len(known):
        return None
    left = iter([i for i, name in enumerate(plain) if name not in known])
    return [plain.index(name) if name in plain else next(left, None) for name in meant]


def is_usual(order: Sequence[int | None] | None) -> bool:
    """Whether it is an order in which people return gradients on purpose: the weights' before the input's.

    >>> is_usual([1, 2, 0]), is_usual([2, 1, 0]), is_usual([1, 0, 2])
    (True, True, False)
    """
    if order is None or None in order:
        return True
    plain = sorted(i for i in order if i is not None)
    usual = [plain[turn:] + plain[:turn] for turn in range(len(plain))] + [plain[::-1]]
    return list(order) in usual


@functools.lru_cache(maxsize=4096)  # asked in every run of a search
def base(name: str) -> str:
    """A name without what says which layer it comes from.

    >>> base("A_prev"), base("prev_h"), base("W_1"), base("inputs"), base("bias")
    ('a', 'h', 'w1', 'x', 'b')
    """
    plain = re.sub(r"^(prev|in)_|_(prev|in)$", "", name.lower()).replace("_", "")
    for usual, other in SYNONYMS.items():
        if re.fullmatch(other, plain):
            return usual
    return plain


SYNONYMS = {"x": "inputs?|inp?|aprev", "w": "weights?|kernel", "b": "bias|biases"}


def of_one(gradient: Any, inputs: Sequence[str], values: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """A single gradient at the input whose name it has, else whose shape, else at the first."""
    found: list[Any] = [None] * len(inputs)
    order = order_of(names, inputs) if len(names) == 1 else None
    shapes = [np.shape(value) == np.shape(gradient) for value in values[: len(inputs)]]
    position = order[0] if order is not None else None
    if position is None:
        position = shapes.index(True) if True in shapes else 0
    found[position] = gradient
    return found


def of_sums(gradients: Sequence[Any], inputs: Sequence[str], values: Sequence[Any], output: Any) -> list[Any]:
    """The gradients of a layer that averages those of its parameters over the batch, without that 1/N."""
    own = [i for i, name in enumerate(inputs) if is_parameter(name) and np.ndim(values[i])]
    shape = np.shape(output)
    for axis in (0, -1) if own and shape else ():
        if all(np.shape(values[i])[axis] != shape[axis] for i in own):
            return [g * shape[axis] if i in own and g is not None else g for i, g in enumerate(gradients)]
    return list(gradients)


def times(gradient: Any, upstream: np.ndarray) -> Any:
    """A gradient that was returned for an upstream gradient of 1, for another one."""
    if gradient is None:
        return None
    if np.ndim(upstream) == 0 or np.shape(upstream) == np.shape(gradient):
        return np.asarray(gradient) * upstream
    if np.size(upstream) == 1:
        return np.asarray(gradient) * np.ravel(upstream)[0]
    # one loss a row: each row has an upstream gradient of its own
    return np.asarray(gradient) * np.reshape(upstream, (-1, *[1] * (np.ndim(gradient) - 1)))


def led_through(derivative: Any, upstream: np.ndarray) -> Any:
    """A slope times the upstream gradient; a Jacobian likewise, of one vector or of each row."""
    shape = np.shape(derivative)
    if len(shape) == np.ndim(upstream) + 1 and np.ndim(upstream) and shape[-1] == shape[-2]:
        return np.einsum("...ij,...i->...j", derivative, upstream)
    if len(shape) == np.ndim(upstream) == 2 and shape[0] == shape[1] == max(
        np.shape(upstream)
    ) > 1 in np.shape(upstream):
        return np.reshape(np.asarray(derivative).T @ np.ravel(upstream), np.shape(upstream))
    return np.asarray(derivative) * upstream
