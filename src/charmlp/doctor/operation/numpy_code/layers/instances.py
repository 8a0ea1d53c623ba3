"""Objects of somebody's classes, ready for a forward pass, and their methods as functions of arrays."""

import ast
import contextlib
import copy
import functools
import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.constructing import OPTIMIZER, PlainDescent, construct, made_layers
from charmlp.doctor.operation.constructor_arguments import guess_argument
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import SAME, Place, numbered, shown, weights
from charmlp.doctor.operation.numpy_code.function import Function, in_doubles
from charmlp.doctor.operation.numpy_code.names import is_truth
from charmlp.doctor.operation.options import Signature, is_flag, signature, usual_option
from charmlp.doctor.operation.own_run import object_as_used, own_objects
from charmlp.doctor.operation.source import (
    behind,
    definition,
    items_of,
    returns_of,
    source_of,
    unpacked_from,
)
from charmlp.doctor.operation.unwritten import is_marked, is_none

# Methods that make the weights
INITIALISERS = (
    "initialize", "initialise", "init_params", "init_weights", "init_parameters", "initialize_parameters",
    "initialize_weights", "build", "setup", "_initialize", "_init_params", "_init_weights", "_build",
    "_initialize_weights", "reset_parameters", "init_param", "init_params_", "init",
)  # fmt: skip
# What a forward that returns nothing leaves on its object
OUTPUTS = (
    "output", "outputs", "out", "y", "a", "activation", "result", "loss", "value", "A", "Z", "z", "y_hat",
)  # fmt: skip


@functools.lru_cache(maxsize=512)
def signature_of(function: Callable[..., Any], skip: int) -> Signature:
    return signature(function, skip)


class Context:
    """What static passes are given to keep arrays in."""

    saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *arrays: Any) -> None:
        self.saved_tensors = self.saved_values = self.saved = arrays

    save = save_for_backward

    def __getattr__(self, name: str) -> Any:
        """What was saved, under whatever name."""
        if name.startswith("saved"):
            return self.saved_tensors
        raise AttributeError(name)


@dataclass(frozen=True)
class Method(Function):
    """A method under its name; `owner` is the object on which it is called, `skip` its own parameters."""

    owner: Any = None
    skip: int = 1
    takes_context: bool = False  # where others have `self`, as torch's Functions

    @cached_property
    def signature(self) -> Signature:
        return signature_of(self.call, self.skip)

    @property
    def bound(self) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self.owner, self.name)
        if not self.takes_context:
            return method
        return functools.partial(method, vars(self.owner).setdefault("_context", Context()))

    @cached_property
    def settled(self) -> dict[str, Any]:
        """Options too: what follows the arrays must be flags. In a loss, p is a prediction."""
        found = dict(super().settled)
        for name in self.required:
            if self.is_option(name) and not is_flag(name) and not self.is_of_loss(name):
                found.setdefault(name, usual_option(name))
        return found

    def is_of_loss(self, name: str) -> bool:
        """Whether an option's name is that of an array here, beside the labels."""
        return len(name) == 1 and any(is_truth(other) for other in self.required if other != name)

    @property
    def taken_apart(self) -> "Method":
        """It with what its only input is unpacked into as its inputs: x0, x1 = inputs; or inputs[0]."""
        (*_, only) = self.required or ("",)
        if len(self.required) != 1:
            return self
        is_tuple = unpacked_from(self.call, only) or items_of(self.call, only)
        return replace(self, bundle=only) if is_tuple else self

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        return tuple(name for name in self.inputs if not is_flag(name))

    @property
    def is_unwritten(self) -> bool:
        """A method that ends with `return None` may have written gradients into arrays before."""
        return super().is_unwritten and not writes_into_arrays(self.call)

    @cached_property
    def flags(self) -> tuple[str, ...]:
        return tuple(name for name in (*self.required, *self.signature.optional) if is_flag(name))


def writes_into_arrays(function: Callable[..., Any]) -> bool:
    """Whether a function changes arrays in their places, and nothing says that there is more to write."""
    tree = definition(function)
    if tree is None or not returns_of(tree) or is_marked(tree, source_of(function)):
        return False
    return any(
        isinstance(node, ast.AugAssign)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript))
        for node in ast.walk(tree)
    )


def method_of(kind: type, name: str) -> Method:
    static = inspect.getattr_static(kind, name)
    is_static = isinstance(static, staticmethod)
    function = static.__func__ if isinstance(static, staticmethod | classmethod) else static
    plain = inspect.unwrap(function)
    first = next(iter(signature(plain, 0).required or ()), "")
    takes_context = is_static and bool(re.fullmatch(r"ctx|context|self", first))
    return Method(name, plain, skip=int(not is_static or takes_context), takes_context=takes_context)


def instance(kind: type, sizes: Sizes, given: Mapping[str, Any] | None = None) -> Any:
    """An object with weights; made by its constructor, by a method for it, or in its first forward.

    Where nothing of that makes one with weights, it is one that its file makes.
    """
    if (used := object_as_used(kind)) is not None:
        return used
    try:
        with in_doubles(getattr(behind(kind.__init__), "__globals__", {})):  # type: ignore[misc]
            own = construct(kind, sizes, arrays=True, given=given)
    except Exception:
        if given or (made := made_by_its_file(kind)) is None:
            raise
        return made
    if not weights(own):
        initialise(own, sizes)
    if not weights(own) and not given:
        made = made_by_its_file(kind) or (assembled(own, sizes) if has_empty_list(own) else None)
        return own if made is None or not weights(made) else made
    if not given and has_lists_of_weights(own) and (made := made_by_its_file(kind)) is not None:
        is_same = attributes_of(made) == attributes_of(own)
        return made if is_same and len(weights(made)) > len(weights(own)) else own
    return own


def has_lists_of_weights(own: Any) -> bool:
    """Whether its weights stand in lists, as many as it is asked for."""
    return any(place.key is not None for place in weights(own))


def attributes_of(own: Any) -> set[str]:
    return {place.attribute for place in weights(own)}


def made_by_its_file(kind: type) -> Any:
    """A copy of an object with weights that the file keeps, or else makes as it is run; None without one."""
    around = vars(sys.modules.get(kind.__module__, inspect))
    kept = [thing for thing in around.values() if type(thing) is kind]
    for one in itertools.chain(kept, own_objects(kind)):
        if weights(one):
            return copy.deepcopy(one)
    return None


def assembled(own: Any, sizes: Sizes) -> Any:
    """A network to which its module's layers are added, by a method that takes one; None without either."""
    adding = [name for name in methods_of(type(own)) if re.match(r"_?(add|append|push)", name)]
    one = next((n for n in adding if len(method_of(type(own), n).required or ()) == 1), None)
    layers = made_layers(type(own), sizes) if one is not None else None
    with contextlib.suppress(Exception):
        for layer in layers or ():
            getattr(own, str(one))(layer)
    return own if layers else None


def has_empty_list(own: Any) -> bool:
    """Whether an object waits for its parts: self.layers = []."""
    return any(value == [] for value in getattr(own, "__dict__", {}).values() if isinstance(value, list))


def initialise(own: Any, sizes: Sizes) -> None:
    """Have an object make its weights, where it has a method for that."""
    if callable(setter := getattr(own, "set_input_shape", None)):
        with contextlib.suppress(Exception):
            setter((sizes["D"],))
    for name in INITIALISERS:
        if not callable(getattr(own, name, None)):
            continue
        with contextlib.suppress(Exception):
            of = signature(inspect.unwrap(getattr(type(own), name)), 1)
            arguments = [
                PlainDescent() if OPTIMIZER.fullmatch(n) else guess_argument(n, sizes)
                for n in of.required or ()
            ]
            getattr(own, name)(*arguments)
            if weights(own):
                return


def made_lazily(own: Any, forward: Method, sizes: Sizes) -> list[Place]:
    """The weights that a first forward makes of attributes that were None."""
    empty = {name for name, value in vars(own).items() if value is None and is_weight_name(name)}
    if not empty or len(forward.arrays) != 1:
        return []
    x = random_numbers((sizes["N"], sizes["D"]), np.random.default_rng(4))
    try:
        bound_to(forward, own)(forward.settled | {forward.arrays[0]: x})
    except Exception:
        return []
    return [place for place in weights(own) if place.attribute in empty]


def is_weight_name(name: str) -> bool:
    stem, _ = numbered(name.strip("_").lower())
    return any(
        re.fullmatch(pattern, stem) for pattern in (*SAME, "params?", "gamma", "beta", "scale", "shift")
    )


def bound_to(method: Method, owner: Any) -> Method:
    """The method of one object."""
    return Method(method.name, method.call, owner=owner, skip=method.skip, takes_context=method.takes_context)


def output_of(own: Any, result: Any) -> Any:
    """What forward returned, or left on the object where it returned nothing."""
    if result is not None and result is not own:
        return result
    found = (shown(getattr(own, name, None)) for name in OUTPUTS)
    return next((value for value in found if isinstance(value, np.ndarray | float)), None)


def returns_nothing(method: Method) -> bool:
    """Whether a method returns nothing, and leaves no gradient with respect to its input on the object."""
    tree = definition(method.call)
    if tree is None or not all(is_none(value) for value in returns_of(tree)):
        return False
    return not re.search(r"self\.(d_?in\w*|d_?x|grad_(input|x)\w*|dX)\b", source_of(method.call))


def methods_of(kind: type) -> Iterator[str]:
    """The names of the methods that somebody wrote, in the order of the source; not those of `object`."""
    seen = set()
    for base_kind in kind.__mro__:
        if base_kind is object:
            continue
        for name, thing in vars(base_kind).items():
            if name not in seen and (
                isinstance(thing, staticmethod | classmethod) or inspect.isfunction(thing)
            ):
                seen.add(name)
                yield name
