"""Gradients written as NumPy classes: layers, activations, losses that keep what backward needs."""

import copy
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.mistake import phrase
from charmlp.doctor.operation.constructing import construct
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes, Written
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place, gradients_on, same, weights
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.gradients import by_input, led_through, times
from charmlp.doctor.operation.numpy_code.implied import LOSSES
from charmlp.doctor.operation.numpy_code.losses import returns_gradient
from charmlp.doctor.operation.numpy_code.names import OUTPUT, TRUTH, is_upstream, of_gradient, prediction_of
from charmlp.doctor.operation.options import Signature, signature
from charmlp.doctor.operation.source import returned_names

# Methods in the order in which they are looked for: a layer may have a forward and a `__call__` that uses it.
FORWARD = (
    "forward", "fprop", "forward_pass", "feed_forward", "feedforward", "forward_propagation", "forward_prop",
    "propagate", "calculate", "compute", "loss", "cost", "__call__", "activate", "activation", "function",
    "fn", "func", "f", "apply", "call", "calc", "compute_loss",
)  # fmt: skip
BACKWARD = (
    "backward", "bprop", "backward_pass", "back_prop", "backprop", "backpropagate", "backward_propagation",
    "back_propagation", "backpropagation", "backward_prop",
)  # fmt: skip
DERIVATIVE = (
    "gradient", "grad", "derivative", "deriv", "prime", "df", "d", "delta", "compute_gradient", "gradients",
    "dloss", "loss_prime", "derivate", "diff", "calculate_gradient",
)  # fmt: skip
# One method that returns a loss and its gradient
BOTH = ("loss", "forward", "loss_and_grad", "compute_loss", "cost", "loss_grad", "objective", "__call__")


def found(module: ModuleType) -> list[Written]:
    """The classes of a module that have a forward and a backward method, in its order."""
    own = [thing for thing in vars(module).values() if is_own(thing, module)]
    bases = {base for kind in own for base in kind.__mro__[1:]}
    return [written(kind) for kind in own if methods(kind) and kind not in bases]


def is_own(thing: Any, module: ModuleType) -> bool:
    if not isinstance(thing, type) or thing.__module__ != module.__name__ or issubclass(thing, BaseException):
        return False
    foreign = any(base.__module__.split(".")[0] == "torch" for base in thing.__mro__)
    return not foreign and not {"__add__", "__mul__"} & set(vars(thing))  # that is an engine


def methods(kind: type) -> tuple[str, str] | None:
    """The names of its forward and backward method."""
    forward = [name for name in FORWARD if is_method(kind, name)]
    backward = [name for name in BACKWARD + DERIVATIVE if is_method(kind, name)]
    if forward and backward:
        return forward[0], backward[0]
    both = [
        name
        for name in BOTH
        if is_method(kind, name) and returns_gradient(Function(name, getattr(kind, name)))
    ]
    return (both[0], both[0]) if both else None


def is_method(kind: type, name: str) -> bool:
    """Whether it has such a method by somebody's hand, not by `object`'s."""
    return any(name in vars(base) for base in kind.__mro__[:-1]) and callable(getattr(kind, name))


def written(kind: type) -> Written:
    names = methods(kind)
    assert names is not None
    layer = Layer(kind, *names)
    if layer.target:
        return Written(kind.__name__, tuple(map(layer.maker, range(len(LOSSES)))))
    return Written(kind.__name__, tuple(map(layer.maker, range(1 + layer.is_derivative))))


@dataclass(frozen=True)
class Layer:
    """A class with a forward and a backward method."""

    kind: type
    forward: str
    backward: str

    @property
    def forward_takes(self) -> tuple[str, ...]:
        """What forward is given, and what a loss may be given: the labels."""
        of = self.signature(self.forward)
        labels = [name for name in of.optional if TRUTH.fullmatch(name) and of.defaults[name] is None]
        return (of.required or ()) + tuple(labels)

    @property
    def backward_takes(self) -> tuple[str, ...]:
        return self.signature(self.backward).required or ()

    def signature(self, method: str) -> Signature:
        """What a method is given, without its object."""
        is_static = isinstance(inspect.getattr_static(self.kind, method), staticmethod | classmethod)
        return signature(inspect.unwrap(getattr(self.kind, method)), 0 if is_static else 1)

    @property
    def is_loss(self) -> bool:
        """Whether it is given predictions and what they should be."""
        return len(self.forward_takes) == 2 and any(map(TRUTH.fullmatch, self.forward_takes))

    @property
    def is_derivative(self) -> bool:
        """Whether its gradient is a function of the input or the output, and of no upstream gradient."""
        takes = [name for name in self.backward_takes if not RATE.fullmatch(name)]
        if self.backward not in DERIVATIVE:
            return False
        return len(takes) == 1 and not is_upstream(takes[0]) and len(self.forward_takes) == 1

    @property
    def target(self) -> str:
        """What backward is given and forward is not: what a network's output should be."""
        new = [name for name in self.backward_takes if name not in self.forward_takes]
        return next((name for name in new if TRUTH.fullmatch(name) and not is_upstream(name)), "")

    def maker(self, reading: int) -> Make:
        return lambda sizes, dtype: self.at(sizes, reading)

    def at(self, sizes: Sizes, reading: int) -> HandWritten:
        """An instance as one operation, its weights further inputs; a network's output goes into a loss."""
        original = construct(self.kind, sizes, arrays=True)
        places = weights(original)
        of, inputs = self.signature(self.forward), self.forward_takes
        taken, n = inputs + ((self.target,) if self.target else ()), len(inputs)
        of_output = self.is_derivative and reading != bool(OUTPUT.fullmatch(self.backward_takes[0]))
        loss_text, loss = list(LOSSES.items())[reading if self.target else 0]

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            own = copy.deepcopy(original)
            after = len(taken) + len(places)
            for place, value in zip(places, values[len(taken) : after], strict=True):
                put(own, place, value)
            result = getattr(own, self.forward)(*values[:n], *values[after:])
            y = output_of(own, result)
            known = dict(zip(taken, values, strict=False))
            running = Running(self, own, copy.deepcopy(own), places, known, y, of_output, result)
            return (loss(y, known[self.target]) if self.target else y,), running.backward

        note = None
        if self.target:
            note = phrase("network-loss", loss=loss_text)
        elif self.is_derivative:
            note = phrase("derivative-of-output" if of_output else "derivative-of-input")
        return HandWritten(
            run,
            self.kind.__name__,
            taken + tuple(place.name for place in places),
            () if places else tuple(name for name in of.optional if name not in taken),
            {len(taken) + i: np.array(place.get(original), float) for i, place in enumerate(places)},
            of.defaults,
            note,
        )


@dataclass
class Running:
    """An instance after its forward; `state` is a copy of it, for a backward that updates weights."""

    layer: Layer
    own: Any
    state: Any
    places: Sequence[Place]
    known: Mapping[str, Any]  # forward's inputs by name
    y: Any
    of_output: bool
    result: Any  # what forward returned

    def backward(self, upstream: Outputs) -> Sequence[Any]:
        """What one backward returns, and leaves on the object."""
        g = upstream[0]
        method = getattr(self.own, self.layer.backward)
        if self.layer.is_derivative:
            return [led_through(method(self.y if self.of_output else self.first), g)]
        if self.layer.forward == self.layer.backward:
            _, *returned = self.result
            only = returned[0] if len(returned) == 1 else tuple(returned)
            return [times(one, g) for one in self.of_inputs(only, returned_names(method)[1:])]
        before = {place: np.array(place.get(self.own), float) for place in self.places}
        alone, arguments = self.arguments(g)
        returned = method(**arguments)
        gradients = self.of_inputs(None if returned is self.own else returned, returned_names(method))
        kept = gradients_on(self.own, self.places, before)
        if any((np.asarray(place.get(self.own)) != old).any() for place, old in before.items()):
            self.own = copy.deepcopy(self.state)
        n = len(self.known)
        pairs = zip(gradients[n:], kept, strict=True)
        gradients[n:] = [mine if mine is not None else other for mine, other in pairs]
        return [times(gradient, g) for gradient in gradients] if alone else gradients

    @property
    def first(self) -> Any:
        return next(iter(self.known.values()), None)

    @property
    def prediction(self) -> int:
        return prediction_of(list(self.known)) if len(self.known) > 1 else 0

    def of_inputs(self, returned: Any, names: Sequence[str]) -> list[Any]:
        """The gradients that were returned; that with respect to the input may be left on the object."""
        every = [*self.known, *(place.name for place in self.places)]
        returned, names = unfolded(returned, names, self.places)
        gradients = [] if returned is None else by_input(returned, every, names)
        gradients = [*gradients, *[None] * (len(every) - len(gradients))]
        n = len(self.known)
        if not n:
            return gradients
        if all(gradient is None for gradient in gradients[:n]):
            gradients[self.prediction] = left_on(self.own, list(self.known))
        elif self.layer.is_loss and gradients[self.prediction] is None:
            gradients[:n] = [gradients[0] if i == self.prediction else None for i in range(n)]
        return gradients

    def arguments(self, g: np.ndarray) -> tuple[bool, dict[str, Any]]:
        """The arguments of backward by name, and whether the upstream gradient is none of them.

        A loss's `dout=1` is left out: it is the end of the chain.
        """
        of = self.layer.signature(self.layer.backward)
        upstreams = [name for name in of.optional if is_upstream(name)] if np.ndim(self.y) else []
        takes = [*(of.required or ()), *upstreams]
        truth = self.layer.is_loss and any(map(TRUTH.fullmatch, takes))
        arguments: dict[str, Any] = {}
        used = False
        for name in takes:
            if name in self.known:
                arguments[name] = self.known[name]
            elif truth:
                is_prediction = not TRUTH.fullmatch(name)
                arguments[name] = list(self.known.values())[
                    self.prediction if is_prediction else 1 - self.prediction
                ]
            elif RATE.fullmatch(name):
                arguments[name] = 1.0
            elif self.layer.target:
                missing = not any(value is self.first for value in arguments.values())
                arguments[name] = self.first if missing and not OUTPUT.fullmatch(name) else self.y
            elif not used:
                arguments[name], used = (g if np.ndim(g) else float(g)), True
            else:
                arguments[name] = self.y if OUTPUT.fullmatch(name) else self.first
        return not used, arguments


def output_of(own: Any, result: Any) -> Any:
    """What forward returned, or left on the object where it returned nothing."""
    if result is None or result is own:
        names = ("output", "outputs", "out", "y", "a", "activation", "result", "loss")
        return next(
            (value for name in names if isinstance(value := getattr(own, name, None), np.ndarray)), None
        )
    return result[0] if isinstance(result, tuple) else result


def unfolded(returned: Any, names: Sequence[str], places: Sequence[Place]) -> tuple[Any, Sequence[str]]:
    """Lists of gradients, one for each layer, as `nabla_b` and `nabla_w`: each gradient with its own name."""
    if not isinstance(returned, tuple) or not all(isinstance(one, list) for one in returned):
        return returned, names
    if len(names) != len(returned):
        return returned, names
    found: dict[str, Any] = {}
    for name, one in zip(names, returned, strict=True):
        whose = [place for place in places if same(of_gradient(name), place.attribute)]
        found |= {place.name: gradient for place, gradient in zip(whose, one, strict=False)}
    return found, ()


def put(own: Any, place: Place, value: np.ndarray) -> None:
    """Into the array itself, which may be known by other names as well."""
    array = place.get(own)
    array[...] = value


def left_on(own: Any, inputs: Sequence[str]) -> Any:
    """The gradient with respect to the input that backward left on the object, as `dinputs` or `dx`."""
    wanted = {"inputs", "input", "x", *(name.lower() for name in inputs)}
    for name, value in vars(own).items():
        if (
            isinstance(value, np.ndarray)
            and of_gradient(name) in wanted
            and of_gradient(name) != name.lower()
        ):
            return value
    return None
