"""Gradients written as NumPy functions: pairs of passes, derivatives, losses that return their gradient."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.mistake import Phrase, phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Written
from charmlp.doctor.operation.numpy_code.gradients import by_input, returned_names, times
from charmlp.doctor.operation.numpy_code.names import CACHE, OUTPUT, is_of_backward, is_upstream, stem_of
from charmlp.doctor.operation.options import Signature, is_option, signature

Function = Callable[..., Any]
Run = Callable[[Sequence[Any]], tuple[Outputs, Backward]]

# Options that come as a dict, and what is in them here.
DICTS: dict[str, Mapping[str, Any]] = {
    "conv": {"stride": 1, "pad": 1},
    "pool": {"pool_height": 2, "pool_width": 2, "stride": 2},
    "bn": {"mode": "train", "eps": 1e-5, "momentum": 0.9},
    "batchnorm": {"mode": "train", "eps": 1e-5, "momentum": 0.9},
    "ln": {"eps": 1e-5},
    "layernorm": {"eps": 1e-5},
    "gn": {"eps": 1e-5},
    "dropout": {"mode": "train", "p": 0.6, "seed": 0},
    "hyper": {"stride": 1, "pad": 1, "f": 2},
    "h": {"stride": 1, "pad": 1, "f": 2},
}
DICT = re.compile(r"(\w+?)_?(param|params|parameters|config|cfg|opts?|options)")
FLAG = re.compile(r"(is_?)?(deriv|derivative|prime|grad|gradient|diff|backward|derive|back)")
LOSS = re.compile(r"\w*(loss|cost|error|err|nll|xent|entropy|objective|obj)\w*|l|j|e", re.IGNORECASE)
GRADIENT = re.compile(r"d\w*|\w*grad\w*|g|delta\w*|nabla\w*", re.IGNORECASE)
PREDICTION = re.compile(r"\w*(pred|hat|out|logit|score|prob|x|z|a|p|q|input)\w*", re.IGNORECASE)
TRUTH = re.compile(r"\w*(true|label|target|truth|gt|onehot|one_hot)\w*|t|y|ys", re.IGNORECASE)


def found(module: ModuleType) -> list[Written]:
    """Pairs, derivatives and losses that the module itself defines, in the order of its functions."""
    own = {name: thing for name, thing in vars(module).items() if is_own(thing, module)}
    taken: set[str] = set()
    written = {}
    for name, function in own.items():
        forward = forward_of(name, own)
        if forward is not None:
            taken |= {name, forward}
            written[name] = of_pair(own[forward], function)
    for name, function in own.items():
        if name in taken:
            continue
        if (flag := flag_of(function)) is not None:
            written[name] = Written(name, readings(Flagged(function, flag).reading))
        elif returns_gradient(function):
            written[name] = Written(name, readings(Loss(function).reading))
    return [written[name] for name in own if name in written]


def is_own(thing: Any, module: ModuleType) -> bool:
    plain = inspect.isfunction(thing) and not inspect.isgeneratorfunction(thing)
    return plain and thing.__module__ == module.__name__


def forward_of(name: str, own: Mapping[str, Function]) -> str | None:
    """The function whose backward pass or derivative has this name."""
    if is_of_backward(name):
        stem = stem_of(name)
        same = [other for other in own if not is_of_backward(other) and stem_of(other) == stem]
        return same[0] if same else None
    rest = name[1:].lstrip("_")
    return rest if name.startswith("d") and rest in own and not is_of_backward(rest) else None


def readings(reading: Callable[[bool], HandWritten], both: bool = True) -> tuple[Make, ...]:
    """A reading of the input, and one of the output."""
    kept = [reading(of_output) for of_output in ((False, True) if both else (False,))]
    return tuple(lambda sizes, dtype, made=made: made for made in kept)


def of_pair(forward: Function, backward: Function) -> Written:
    name, others = forward.__name__, (backward.__name__,)
    takes_upstream = any(map(is_upstream, required(backward))) or len(required(backward)) > len(
        required(forward)
    )
    if takes_upstream:
        pair = Pair(forward, backward)
        return Written(name, readings(pair.reading, both=pair.is_ambiguous), others=others)
    derivative = Derivative(forward, backward)
    return Written(name, readings(derivative.reading, both=derivative.is_of_one), others=others)


def required(function: Function) -> tuple[str, ...]:
    return signature(function, 0).required or ()


@dataclass(frozen=True)
class Forward:
    """A function called with arrays; dicts of options are filled in here."""

    function: Function

    @property
    def signature(self) -> Signature:
        return signature(self.function, 0)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it is given, without dicts of options."""
        return tuple(name for name in self.signature.required or () if fixed(name) is None)

    def __call__(self, values: Sequence[Any]) -> Any:
        given = iter(values)
        dicts = {name: fixed(name) for name in self.signature.required or ()}
        arguments = [next(given) if dicts[name] is None else dicts[name] for name in dicts]
        return self.function(*arguments, *given)

    def written(
        self, run: Callable[[Sequence[Any]], tuple[Outputs, Backward]], note: Phrase | None
    ) -> HandWritten:
        of = self.signature
        return HandWritten(
            run, self.function.__name__, self.inputs, of.optional, defaults=of.defaults, note=note
        )


def fixed(name: str) -> dict[str, Any] | None:
    """The usual options in a dict of this name, a fresh one; None where it is no such dict."""
    of = DICT.fullmatch(name)
    return dict(DICTS[of[1]]) if of and of[1] in DICTS else None


@dataclass(frozen=True)
class Pair:
    """A forward and a backward pass that takes the upstream gradient."""

    forward: Function
    backward: Function

    @property
    def is_ambiguous(self) -> bool:
        """Whether something that backward takes may be the input or the output."""
        run = Forward(self.forward)
        known = {*map(str.lower, run.inputs), *map(str.lower, returned_names(self.forward))}
        others = [n for n in required(self.backward) if not is_upstream(n) and not CACHE.fullmatch(n)]
        return len(run.inputs) == 1 and any(name.lower() not in known for name in others)

    def reading(self, of_output: bool) -> HandWritten:
        forward = Forward(self.forward)
        names = returned_names(self.backward)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            result = forward(values)
            outputs = (result[0],) if isinstance(result, tuple) else (result,)
            known = dict(zip(forward.inputs, values, strict=False)) | kept(self.forward, result)
            cache = cache_of(result, values)

            def backward(upstream: Outputs) -> Sequence[Any]:
                arguments = bound(self.backward, upstream[0], known, cache, outputs[0], of_output)
                return by_input(self.backward(*arguments), forward.inputs, names)

            return outputs, backward

        note = phrase(f"derivative-of-{'output' if of_output else 'input'}") if self.is_ambiguous else None
        return forward.written(run, note)


def kept(forward: Function, result: Any) -> dict[str, Any]:
    """What forward returned beside its output, by the names that it has there."""
    names = returned_names(forward)
    if not isinstance(result, tuple) or len(names) != len(result):
        return {}
    return {name: value for name, value in list(zip(names, result, strict=True))[1:]}


def cache_of(result: Any, values: Sequence[Any]) -> Any:
    """What forward returned for backward; its inputs where it returned nothing but the output."""
    if isinstance(result, tuple) and len(result) > 1:
        return result[1] if len(result) == 2 else result[1:]
    return values[0] if len(values) == 1 else tuple(values)


def bound(
    function: Function, upstream: Any, known: Mapping[str, Any], cache: Any, output: Any, of_output: bool
) -> list[Any]:
    """The arguments of a backward pass, by their names; the first unknown one is the upstream gradient."""
    by_lower = {name.lower(): value for name, value in known.items()}
    arguments: dict[str, Any] = {}
    left = []
    for name in required(function):
        if name in known or (name.lower() in by_lower and not is_upstream(name)):
            arguments[name] = known.get(name, by_lower.get(name.lower()))
        elif is_upstream(name) and not any(value is upstream for value in arguments.values()):
            arguments[name] = upstream
        elif CACHE.fullmatch(name):
            arguments[name] = cache
        elif (options := fixed(name)) is not None:
            arguments[name] = options
        else:
            left.append(name)
    if left and not any(value is upstream for value in arguments.values()):
        arguments[left.pop(0)] = upstream
    first = next(iter(known.values()), None)
    for name in left:
        arguments[name] = output if of_output else first
    return [arguments[name] for name in required(function)]


@dataclass(frozen=True)
class Derivative:
    """A function and its derivative, of the input or of the output; a loss's, of the prediction."""

    forward: Function
    backward: Function

    @property
    def is_of_one(self) -> bool:
        return len(Forward(self.forward).inputs) == 1

    def reading(self, of_output: bool) -> HandWritten:
        forward = Forward(self.forward)
        swapped = (
            self.is_of_one
            and bool(required(self.backward))
            and bool(OUTPUT.fullmatch(required(self.backward)[0]))
        )
        takes_output = of_output != swapped

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            result = forward(values)
            y = result[0] if isinstance(result, tuple) else result

            def backward(upstream: Outputs) -> Sequence[Any]:
                if self.is_of_one:
                    return [led_through(self.backward(y if takes_output else values[0]), upstream[0])]
                gradient = times(self.backward(*self.arguments(forward.inputs, values)), upstream[0])
                gradients: list[Any] = [None] * len(values)
                gradients[prediction_of(forward.inputs)] = gradient
                return gradients

            return (y,), backward

        which = "output" if takes_output else "input"
        return forward.written(run, phrase(f"derivative-of-{which}") if self.is_of_one else None)

    def arguments(self, inputs: Sequence[str], values: Sequence[Any]) -> list[Any]:
        """By name, else by position."""
        known = dict(zip(inputs, values, strict=False))
        names = required(self.backward)
        return [known.get(name, values[min(i, len(values) - 1)]) for i, name in enumerate(names)]


def led_through(derivative: Any, upstream: np.ndarray) -> Any:
    """A slope times the upstream gradient; a Jacobian likewise, of one vector or of each row."""
    if np.ndim(derivative) == np.ndim(upstream) + 1:
        return np.einsum("...ij,...i->...j", derivative, upstream)
    return np.asarray(derivative) * upstream


def prediction_of(inputs: Sequence[str]) -> int:
    """Which input of a loss is the prediction."""
    for i, name in enumerate(inputs):
        if not TRUTH.fullmatch(name) and PREDICTION.fullmatch(name):
            return i
    return next((i for i, name in enumerate(inputs) if not TRUTH.fullmatch(name)), 0)


@dataclass(frozen=True)
class Flagged:
    """One function that gives the derivative where a flag is set."""

    function: Function
    flag: str

    def reading(self, of_output: bool) -> HandWritten:
        forward = Forward(self.function)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            y = forward(values[:1])
            x = y if of_output else values[0]
            return (y,), lambda upstream: [led_through(self.function(x, **{self.flag: True}), upstream[0])]

        note = phrase(f"derivative-of-{'output' if of_output else 'input'}")
        return HandWritten(run, self.function.__name__, forward.inputs, note=note)


def flag_of(function: Function) -> str | None:
    """The name of a flag that asks for the derivative."""
    of = signature(function, 0)
    flags = [name for name, value in of.defaults.items() if value is False and FLAG.fullmatch(name)]
    return flags[0] if flags and len(of.required or ()) == 1 else None


@dataclass(frozen=True)
class Loss:
    """A function that returns a loss and its gradient."""

    function: Function

    def reading(self, of_output: bool) -> HandWritten:
        forward = Forward(self.function)
        names = returned_names(self.function)[1:]

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            loss, *gradients = forward(values)
            inputs = forward.inputs

            def backward(upstream: Outputs) -> Sequence[Any]:
                only = gradients[0] if len(gradients) == 1 else tuple(gradients)
                found = by_input(only, inputs, [] if isinstance(only, Mapping) else names)
                if len(gradients) == 1 and not isinstance(only, Mapping | tuple | list):
                    found = by_shape(only, inputs, values, names)
                return [times(gradient, upstream[0]) for gradient in found]

            return (loss,), backward

        return forward.written(run, None)


def by_shape(gradient: Any, inputs: Sequence[str], values: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """One gradient at the input whose name it has, else whose shape, else at the first."""
    found: list[Any] = [None] * len(inputs)
    whose = by_input(gradient, inputs, names)
    named = next((i for i, one in enumerate(whose) if one is not None), 0) if names else 0
    shapes = [np.shape(value) == np.shape(gradient) for value in values[: len(inputs)]]
    fits = shapes[named] or not any(shapes)
    found[named if fits else shapes.index(True)] = gradient
    return found


def returns_gradient(function: Function) -> bool:
    """Whether a return statement gives a loss and then a gradient."""
    names = returned_names(function)
    needed = [name for name in required(function) if name != "self" and not is_option(name)]
    return (
        1 <= len(needed) <= 4
        and len(names) >= 2
        and bool(LOSS.fullmatch(names[0]))
        and all(GRADIENT.fullmatch(name) for name in names[1:])
    )
