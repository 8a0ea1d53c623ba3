"""Objects of somebody's classes, ready for a forward pass, and their methods as functions of arrays."""

import ast
import contextlib
import copy
import functools
import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.constructing import (
    OPTIMIZER,
    PlainDescent,
    construct,
    guess_argument,
    made_layers,
)
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import (
    RATE,
    SAME,
    Place,
    by_shape,
    gradients_on,
    numbered,
    rate_of,
    same,
    shown,
    weights,
)
from charmlp.doctor.operation.numpy_code.arrays import places as places_on
from charmlp.doctor.operation.numpy_code.function import Function, in_doubles
from charmlp.doctor.operation.numpy_code.gradients import as_one_array, base, by_input, of_one
from charmlp.doctor.operation.numpy_code.names import is_gradient, is_truth, of_gradient
from charmlp.doctor.operation.options import Signature, is_flag, is_option, signature, usual_option
from charmlp.doctor.operation.own_run import own_objects
from charmlp.doctor.operation.source import behind, definition, returns_of, source_of, unpacked_from
from charmlp.doctor.operation.unwritten import is_marked, is_none

# Methods that make the weights, and those that take the step that a backward pass has prepared
INITIALISERS = (
    "initialize", "initialise", "init_params", "init_weights", "init_parameters", "initialize_parameters",
    "initialize_weights", "build", "setup", "_initialize", "_init_params", "_init_weights", "_build",
    "_initialize_weights", "reset_parameters",
)  # fmt: skip
UPDATES = (
    "update", "step", "update_params", "update_weights", "update_parameters", "apply_gradients", "optimize",
    "_update", "apply_grads", "gradient_step", "updateParams",
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
            if is_option(name) and not is_flag(name) and not self.is_of_loss(name):
                found.setdefault(name, usual_option(name))
        return found

    def is_of_loss(self, name: str) -> bool:
        """Whether an option's name is that of an array here, beside the labels."""
        return len(name) == 1 and any(is_truth(other) for other in self.required if other != name)

    @property
    def taken_apart(self) -> "Method":
        """It with what its only input is unpacked into as its inputs: x0, x1 = inputs."""
        (*_, only) = self.required or ("",)
        parts = unpacked_from(self.call, only) if len(self.required) == 1 else []
        return replace(self, bundle=only) if len(parts) > 1 else self

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
    return own


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


@dataclass
class Gathered:
    """The gradients that one call of backward gave, however it did: by input, then by weights."""

    inputs: list[Any]
    weights: list[Any]


def gather(
    own: Any,
    places: Sequence[Place],
    arrays: Mapping[str, Any],
    backward: Method,
    arguments: Mapping[str, Any],
    *,
    prediction: int = 0,
) -> Gathered:
    """Call backward on an object; its gradients are what it returns, leaves there, or updates weights by.

    A single gradient that is returned without a name is that of the input at `prediction`.
    """
    before = {place: np.array(place.get(own), float) for place in places}
    held = {place: np.array(array) for place, array in places_on(own)}
    returned = as_one_array(bound_to(backward, own)(arguments), list(arrays.values()))
    names = [*arrays, *(place.name for place in places)]
    found: list[Any] = [None] * len(names)
    if returned is not None and returned is not own:
        found = sorted_by_input(returned, backward.returns, arrays, places, prediction)
    n = len(arrays)
    gradients = Gathered(found[:n], found[n : len(names)])
    given = any(RATE.fullmatch(name) for name in arguments)
    rate = 1.0 if given else rate_of(own, backward.call)
    kept = gradients_on(own, places, before, rate)
    if any(a is None and b is None for a, b in zip(gradients.weights, kept, strict=True)):
        kept = after_update(own, places, before, kept)
    pairs = zip(gradients.weights, kept, strict=True)
    gradients.weights = by_shape(own, places, held, [b if a is None else a for a, b in pairs])
    if arrays and all(gradient is None for gradient in gradients.inputs):
        gradients.inputs = left_on(own, arrays, prediction)
    return gradients


def after_update(
    own: Any, places: Sequence[Place], before: Mapping[Place, Any], kept: list[Any]
) -> list[Any]:
    """The gradients that a step of the object's own takes, where backward has only prepared it."""
    for name in UPDATES:
        if not callable(getattr(own, name, None)):
            continue
        with contextlib.suppress(Exception):
            method = method_of(type(own), name)
            arguments = {
                n: 1.0 if RATE.fullmatch(n) else PlainDescent() if OPTIMIZER.fullmatch(n) else usual_option(n)
                for n in method.required
            }
            bound_to(method, own)(arguments)
            given = any(RATE.fullmatch(n) for n in method.required)
            found = gradients_on(own, places, before, 1.0 if given else rate_of(own, method.call))
            return [new if old is None else old for old, new in zip(kept, found, strict=True)]
    return kept


def sorted_by_input(
    returned: Any,
    spoken: Sequence[str],
    arrays: Mapping[str, Any],
    places: Sequence[Place],
    prediction: int = 0,
) -> list[Any]:
    """What backward returned, by input and weights; `spoken` are the names in its return statement."""
    names = [*arrays, *(place.name for place in places)]
    returned, spoken = unfolded(returned, spoken, places)
    if isinstance(returned, Mapping):
        found = [of_key(returned, name) for name in names]
        if any(one is not None for one in found):
            return found
    elif not isinstance(returned, tuple | list):
        n = len(arrays)
        meant = of_gradient(spoken[0]) if len(spoken) == 1 and spoken[0] else ""
        whose = [
            i for i, name in enumerate(names) if i >= n and (same(meant, name) or base(meant) == base(name))
        ]
        found = [None] * len(names)
        position: int | None = prediction if n else 0 if len(places) == 1 else None
        if whose and not (n and base(meant) in map(base, arrays)):
            position = whose[0]
        elif n > 1:
            by_shape = of_one(returned, list(arrays), list(arrays.values()), spoken)
            position = next(i for i, one in enumerate(by_shape) if one is not None)
            shapes = [np.shape(value) for value in arrays.values()]
            if shapes[position] == shapes[prediction] and not named(spoken, arrays):
                position = prediction
        if position is not None:
            found[position] = returned
        return found
    return padded(by_input(returned, names, spoken), len(names))


def named(spoken: Sequence[str], arrays: Mapping[str, Any]) -> bool:
    return len(spoken) == 1 and base(of_gradient(spoken[0])) in map(base, arrays)


def padded(found: Sequence[Any], n: int) -> list[Any]:
    return [*found, *[None] * (n - len(found))]


def of_key(returned: Mapping[Any, Any], name: str) -> Any:
    """The entry of a dict of gradients that is of this name."""
    exact = {str(key): value for key, value in returned.items()}
    for key, value in exact.items():
        if of_gradient(key) != key.lower() and same(of_gradient(key), name):
            return value
    return next((value for key, value in exact.items() if same(key, name)), None)


def unfolded(returned: Any, names: Sequence[str], places: Sequence[Place]) -> tuple[Any, Sequence[str]]:
    """Lists of gradients, one for each layer, as `nabla_b` and `nabla_w`: each gradient with its own name."""
    if isinstance(returned, list) and len(returned) == len(places) and len(names) < 2:
        return {place.name: one for place, one in zip(places, returned, strict=True)}, ()
    if isinstance(returned, Mapping):
        lists = {str(key): value for key, value in returned.items() if isinstance(value, list)}
        return (by_lists(lists, places), ()) if lists and len(lists) == len(returned) else (returned, names)
    if not isinstance(returned, tuple | list) or not all(isinstance(one, list) for one in returned):
        return returned, names
    if len(names) != len(returned) or not all(names):
        return returned, names
    return by_lists(dict(zip(names, returned, strict=True)), places), ()


def by_lists(lists: Mapping[str, list[Any]], places: Sequence[Place]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in lists.items():
        whose = [place for place in places if alike(of_gradient(name), place.attribute)]
        found |= {place.name: gradient for place, gradient in zip(whose, one, strict=False)}
    return found


def alike(one: str, other: str) -> bool:
    """Whether two names are those of weights, or both those of biases."""
    one, other = (name.lower().strip("_") for name in (one, other))
    return same(one, other) or same(one.removesuffix("s"), other.removesuffix("s"))


def left_on(own: Any, arrays: Mapping[str, Any], prediction: int) -> list[Any]:
    """The gradients with respect to the inputs that backward left on the object, as `dinputs` or `dx`."""
    found: list[Any] = [None] * len(arrays)
    kept = {
        name: value
        for name, held in vars(own).items()
        if isinstance(value := shown(held), np.ndarray) and is_gradient(name)
    }
    for i, (name, x) in enumerate(arrays.items()):
        wanted = {base(name), *(("x", "input", "z", "pred") if i == prediction else ())}
        for other, value in kept.items():
            plain = other.lower().strip("_")
            if of_gradient(plain) != plain and base(of_gradient(plain)) in wanted:
                found[i] = value
        unnamed = [v for n, v in kept.items() if re.fullmatch(r"_?(grads?|gradient|delta|dout|d)", n)]
        if found[i] is None and i == prediction and len(unnamed) == 1 and unnamed[0].shape == np.shape(x):
            found[i] = unnamed[0]
    return found


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
