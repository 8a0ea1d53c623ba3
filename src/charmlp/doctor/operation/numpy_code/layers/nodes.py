"""Operations written as nodes of a graph, whose inputs are nodes: values and gradients lie on the nodes."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.constructor_arguments import parameters_of
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Outputs, Sizes, Written
from charmlp.doctor.operation.numpy_code.layers.instances import method_of, methods_of, output_of
from charmlp.doctor.operation.options import is_option, usual_option
from charmlp.doctor.operation.source import source_of

VALUES = ("value", "data", "output", "val", "out")
GRADIENT = ("grad", "gradient", "d")
CONSUMERS = re.compile(r"_?(outbound\w*|consumers?|outputs|output_nodes|children)")


class Leaf:
    """A node that is an input: it has a value, and what others add to its gradient."""

    def __init__(self, value: Any) -> None:
        for name in VALUES:
            setattr(self, name, value)
        for name in GRADIENT:
            setattr(self, name, np.zeros(np.shape(value)))
        self.outbound_nodes: list[Any] = []
        self.consumers: list[Any] = []
        self.outputs: list[Any] = []
        self.children: list[Any] = []
        self.inbound_nodes: list[Any] = []
        self.shape = np.shape(value)


class Consumer:
    """What comes after a node: it holds the upstream gradient of it."""

    def __init__(self, node: Any, upstream: Any) -> None:
        self.gradients = {node: upstream}
        self.grads = self.gradients


def is_node(kind: type) -> bool:
    """Whether forward and backward take nothing, and the constructor takes other nodes."""
    own = set(methods_of(kind))
    if not {"forward", "backward"} <= own:
        return False
    if method_of(kind, "forward").required != () or method_of(kind, "backward").required != ():
        return False
    source = "\n".join(source_of(base) for base in kind.__mro__[:-1])
    return bool(re.search(rf"\w\.({'|'.join(VALUES)})\b", source)) and bool(
        re.search(r"\.(outbound\w*|consumers)\b|self\.\w+(\[\w+\])?\.(grad|gradient)\s*[-+]?=", source)
    )


def of_node(kind: type) -> list[Written]:
    """A kind of node; one without inputs is none."""
    names = tuple(name for name, _ in parameters_of(kind) if not is_option(name))
    if not names or method_of(kind, "forward").is_unwritten:
        return []
    if method_of(kind, "backward").is_unwritten:
        return [Written(kind.__name__, (), phrase("unwritten", method=f"{kind.__name__}.backward"))]

    def make(sizes: Sizes, dtype: np.dtype) -> HandWritten:
        return HandWritten(lambda values: run(kind, names, values), kind.__name__, names)

    return [Written(kind.__name__, (make,))]


def run(kind: type, names: Sequence[str], values: Sequence[Any]) -> tuple[Outputs, Backward]:
    node, _ = forwarded(kind, names, values)
    return (value_of(node),), lambda upstream: backwarded(kind, names, values, upstream[0])


def forwarded(kind: type, names: Sequence[str], values: Sequence[Any]) -> tuple[Any, list[Leaf]]:
    """A node of its own for each run, behind leaves with these values."""
    given = dict(zip(names, [Leaf(np.array(value)) for value in values], strict=True))
    options = {
        name: usual_option(name)
        for name, p in parameters_of(kind)
        if name not in given and p.default is p.empty
    }
    node = kind(**given, **options)
    result = node.forward()
    if value_of(node) is None:
        for name in VALUES:
            setattr(node, name, output_of(node, result))
    return node, list(given.values())


def value_of(node: Any) -> Any:
    return next((value for name in VALUES if (value := getattr(node, name, None)) is not None), None)


def backwarded(kind: type, names: Sequence[str], values: Sequence[Any], upstream: Any) -> list[Any]:
    """Gradients kept for each inbound node in a dict of the node, or added to those nodes."""
    node, leaves = forwarded(kind, names, values)
    g = upstream if np.ndim(upstream) else float(upstream)
    is_asked = False
    for name, held in vars(node).items():
        if CONSUMERS.fullmatch(name) and isinstance(held, list):
            held.append(Consumer(node, g))
            is_asked = True
    for name in GRADIENT:
        if hasattr(node, name) and not callable(getattr(node, name)):
            setattr(node, name, g)
            is_asked = True
    node.backward()
    kept = next(
        (h for h in vars(node).values() if isinstance(h, dict) and any(leaf in h for leaf in leaves)), {}
    )
    found = [kept.get(leaf, added_to(leaf)) for leaf in leaves]
    is_end = not re.search(
        r"outbound|consumers|self\.(grad|gradient)\b", source_of(method_of(kind, "backward").call)
    )
    return [np.asarray(one) * g for one in found] if is_end or not is_asked else found


def added_to(leaf: Leaf) -> Any:
    """The gradient of a leaf, by whichever name a node knows it."""
    each = [getattr(leaf, name) for name in GRADIENT]
    return next((gradient for gradient in each if np.any(gradient)), each[0])
