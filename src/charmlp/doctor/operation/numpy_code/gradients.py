"""What a backward pass of NumPy code returns, sorted by the inputs."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.names import of_gradient


def by_input(returned: Any, inputs: Sequence[str], names: Sequence[str] = ()) -> list[Any]:
    """The gradient of each input, None where none is returned.

    A dict and `names` (of what a return statement returns) say whose each one is; else it is the order.
    """
    if isinstance(returned, Mapping):
        returned, names = list(returned.values()), [str(key) for key in returned]
    elif not isinstance(returned, tuple | list):
        returned = [returned]
    order = order_of(names, inputs) if len(names) == len(returned) else None
    if order is None:
        return [*returned, *[None] * (len(inputs) - len(returned))][: max(len(inputs), len(returned))]
    gradients: list[Any] = [None] * len(inputs)
    for position, gradient in zip(order, returned, strict=True):
        gradients[position] = gradient
    return gradients


def order_of(names: Sequence[str], inputs: Sequence[str]) -> list[int] | None:
    """Whose gradient each name is, where all names tell."""
    plain = [name.lower() for name in inputs]
    meant = [of_gradient(name) for name in names]
    if len(set(meant)) < len(meant) or not set(meant) <= set(plain):
        return None
    return [plain.index(name) for name in meant]


def returned_names(function: Callable[..., Any]) -> list[str]:
    """The names in a function's last return statement, none where it returns anything but names.

    >>> returned_names(lambda g: 2 * g)
    []
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    returns = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value]
    if not returns:
        return []
    last = max(returns, key=lambda value: value.lineno)
    parts = last.elts if isinstance(last, ast.Tuple | ast.List) else [last]
    return [part.id for part in parts if isinstance(part, ast.Name)] if all_names(parts) else []


def all_names(parts: Sequence[ast.expr]) -> bool:
    return all(isinstance(part, ast.Name) for part in parts)


def times(gradient: Any, upstream: np.ndarray) -> Any:
    """A gradient that was returned for an upstream gradient of 1, for another one."""
    if gradient is None:
        return None
    if np.ndim(upstream) == 0 or np.shape(upstream) == np.shape(gradient):
        return np.asarray(gradient) * upstream
    # one loss a row: each row has an upstream gradient of its own
    return np.asarray(gradient) * np.reshape(upstream, (-1, *[1] * (np.ndim(gradient) - 1)))
