"""Layers, activations and losses written as classes, whose objects keep what backward needs."""

import copy
import functools
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.constructing import OPTIMIZER, PlainDescent
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place, restore, weights
from charmlp.doctor.operation.numpy_code.gradients import led_through, times
from charmlp.doctor.operation.numpy_code.layers import penalties
from charmlp.doctor.operation.numpy_code.layers.gathering import Gathered, gather
from charmlp.doctor.operation.numpy_code.layers.instances import (
    Method,
    bound_to,
    instance,
    made_lazily,
    method_of,
    methods_of,
    output_of,
    returns_nothing,
)
from charmlp.doctor.operation.numpy_code.names import (
    OUTPUT,
    is_cache,
    is_derivative,
    is_gradient,
    is_truth,
    is_upstream,
    prediction_of,
)
from charmlp.doctor.operation.numpy_code.passes import Binding, Pair, Run, Source, upstream_of
from charmlp.doctor.operation.options import is_flag, usual_option
from charmlp.doctor.operation.source import source_of

KEEPS_GRADIENT = re.compile(r"self\.\w*[gG]rad\w*(\[[^]]*\])?\s*[+-]?=[^=]")
# What a method that makes an input for so many rows is given
COUNT = re.compile(
    r"(n|num|number)_?(of_)?(rows|samples|examples)|(batch_?)?size|n|m|batch|rows", re.IGNORECASE
)
# What an array that a loss's forward left on the object may be called: the prediction that backward takes
OUTPUTS = ("output", "outputs", "out", "y", "probs", "softmax_output", "y_pred", "p", "a")


@dataclass
class Ran(Run):
    """A forward pass of an object that has run."""

    own: Any = None


class Input(np.ndarray):
    """An array that is what an object keeps of its inputs, be it asked for the array or for its `data`.

    Of an output a framework keeps a weak reference, which is called.
    """

    def __call__(self) -> "Input":
        return self

    @property
    def data(self) -> Any:
        return np.asarray(self)

    value = array = data


def keep_inputs(own: Any, values: Sequence[Any]) -> None:
    """What the `__call__` of a framework's base class keeps of the inputs, where forward does not."""
    if not isinstance(own, dict) and getattr(own, "inputs", None) is None and hasattr(own, "__dict__"):
        own.inputs = [
            np.array(value).view(Input) if isinstance(value, np.ndarray) else value for value in values
        ]


def keep_outputs(own: Any, outputs: Sequence[Any]) -> None:
    """What such a `__call__` keeps besides, of one input and of the outputs."""
    if any("__call__" in vars(base) for base in type(own).__mro__[1:-1]) and getattr(own, "inputs", None):
        kept = [np.asarray(value).view(Input) for value in outputs]
        for name, value in (("outputs", kept), ("output", kept[0]), ("input", own.inputs[0])):
            if getattr(own, name, None) is None:
                setattr(own, name, value)


REGIONS = re.compile(
    r"rois?|(b|bounding_?)?box(es)?|proposals?"
)  # where features are read, not what is learnt


@dataclass
class Passes:
    """The backward passes after one forward: each finds the object as forward and earlier ones left it."""

    layer: "Layer"
    binding: Binding
    ran: Ran
    given: Mapping[str, Any]
    places: Sequence[Place]
    used: Any = None  # the object that an earlier backward has used
    first: Sequence[Any] = ()

    def backward(self, upstream: Outputs) -> Sequence[Any]:
        """Weights and gradients are as before, unless backward adds up only some of the gradients."""
        if self.used is not None:
            try:
                return self.again(upstream)
            except Exception:  # it may have thrown away what it needed
                if self.edits_what_forward_kept():
                    return [np.full(np.shape(gradient), np.nan) for gradient in self.first]
        self.used = copy.deepcopy(self.ran.own)
        self.first = self.gradients(upstream, self.used)
        return self.first

    def edits_what_forward_kept(self) -> bool:
        """Whether backward has written into an array, no gradient, that forward left on the object."""
        before, now = (getattr(own, "__dict__", {}) for own in (self.ran.own, self.used))
        weights = {place.name for place in self.places}
        return any(
            isinstance(kept, np.ndarray)
            and not (name in weights or is_gradient(name))
            and name in now
            and np.shape(now[name]) == kept.shape
            and not np.array_equal(kept, now[name])
            for name, kept in before.items()
        )

    def again(self, upstream: Outputs) -> Sequence[Any]:
        adding = copy.deepcopy(self.used)
        for place in self.places:
            place.put(adding, np.array(place.get(self.ran.own)))
        restore(self.used, self.ran.own, self.places)
        fresh, added = self.gradients(upstream, self.used), self.gradients(upstream, adding)
        each = list(zip(self.first, fresh, added, strict=True))
        adds_up = [adds(*three) for three in each[len(self.given) :]]
        of_inputs = any(adds(*three) for three in each[: len(self.given)])
        return added if of_inputs or (any(adds_up) and not all(adds_up)) else fresh

    def gradients(self, upstream: Outputs, own: Any) -> Sequence[Any]:
        return self.layer.gradients_of(self.binding, self.ran, self.given, self.places, upstream, own)


def adds(old: Any, new: Any, both: Any) -> bool:
    """Whether a second backward adds its gradient to that of the first."""
    if any(one is None for one in (old, new, both)) or not np.shape(old) == np.shape(new) == np.shape(both):
        return False
    return not np.allclose(new, both) and np.allclose(np.add(old, new), both)


@dataclass(frozen=True)
class Layer(Pair):
    """The forward and the backward method of a class, or one method and its derivative."""

    forward: Method
    backward: Method
    kind: type = object
    given: Mapping[str, Any] = field(default_factory=dict)  # arguments of the constructor that are settled
    name: str = ""  # of a method among others

    def readings(self) -> tuple[Make, ...]:
        return tuple(functools.partial(self.at, binding) for binding in self.bindings())

    # What backward takes

    @cached_property
    def takes(self) -> list[str]:
        """A loss's `dout=1` is left out: it is the end of the chain. A learning rate is always given."""
        optional = self.backward.signature.optional
        rates = [name for name in optional if RATE.fullmatch(name)]
        taken = [n for n in super().takes if not (self.is_loss and n in optional and is_upstream(n))]
        return list(dict.fromkeys([*taken, *rates]))

    @property
    def arrays(self) -> list[str]:
        return [name for name in self.forward.arrays if name not in self.makers]

    @cached_property
    def makers(self) -> dict[str, Method]:
        """Methods that make one of the inputs, such as a mask, for so many rows: get_memo(num_rows)."""
        own = {name: method_of(self.kind, name) for name in methods_of(self.kind)}
        found = {
            name: method
            for name in self.forward.arrays
            for called, method in own.items()
            if re.fullmatch(rf"_?(get|make|sample|draw|new|create|generate)_?{re.escape(name)}", called)
            if len(method.required) == 1 and COUNT.fullmatch(method.required[0])
        }
        return found if len(found) < len(self.forward.arrays) else {}

    @property
    def arrays_taken(self) -> list[str]:
        return [name for name in super().arrays_taken if self.plain_source(name) is None]

    def is_upstream(self, name: str) -> bool:
        return super().is_upstream(name) or bool(re.fullmatch(r"d_?[LJEC]_?d_?\w+|dE_?d\w+", name))

    def known_source(self, name: str) -> Source | None:
        return self.plain_source(name) or super().known_source(name)

    def plain_source(self, name: str) -> Source | None:
        """Where an argument comes from that is no array: a learning rate, an optimizer, a flag."""
        if name in self.forward.arrays:
            return None
        if RATE.fullmatch(name):
            return lambda run, upstream: 1.0
        if OPTIMIZER.fullmatch(name):
            return lambda run, upstream: PlainDescent()
        if self.backward.is_option(name) and not is_upstream(name) and not OUTPUT.fullmatch(name):
            return lambda run, upstream: run.known.get(name, usual_option(name))
        return None

    def bindings(self) -> list[Binding]:
        found = super().bindings()
        taken = [name for name in self.takes if self.plain_source(name) is None and not is_cache(name)]
        if self.is_loss and (unknown := [name for name in taken if not is_truth(name)]):
            if len(unknown) == 1 and len(taken) == 2:
                return self.of_prediction(unknown[0], found)
        elif not any(one.led for one in found) and len(taken) == 1 and not is_derivative(self.backward.name):
            led = replace(
                found[0], sources={**found[0].sources, taken[0]: upstream_of(0)}, led=(self.first_output,),
                note=None,
            )  # fmt: skip
            if taken[0] not in self.arrays and not OUTPUT.fullmatch(taken[0]):
                return [led]  # a backward pass is given the upstream gradient, whatever it calls it
            return [*found, led] if taken[0] in self.arrays and not self.keeps_cache else [led, *found]
        return found

    @property
    def keeps_cache(self) -> bool:
        """Whether backward reads what forward left on the object."""
        return bool(re.search(r"=[^=\n]*self\.|return[^\n]*self\.", source_of(self.backward.call)))

    def of_prediction(self, name: str, found: list[Binding]) -> list[Binding]:
        """What a loss's backward takes beside the labels: the prediction, what its forward made of it, or the
        upstream gradient."""
        prediction = self.arrays[self.prediction]

        def output(run: Run, upstream: Outputs) -> Any:
            own = run.own if isinstance(run, Ran) else None
            kept = [getattr(own, attribute, None) for attribute in OUTPUTS]
            return next((value for value in kept if isinstance(value, np.ndarray) and value.ndim), None)

        own: Source = lambda run, upstream: run.known[prediction]  # noqa: E731
        keeps = re.search(rf"self\.({'|'.join(OUTPUTS)})\s*=", source_of(self.forward.call))
        ways = [
            replace(found[0], sources={**found[0].sources, name: source}, led=(), note=None)
            for source in ((output, own) if keeps else (own,))
        ]
        led = [one for one in found if one.led]
        return [*led, *ways] if led and re.match(r"d_?out|grad|upstream", name) else [*ways, *led]

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """Those that backward asks for as well: else it is that of training."""
        known = {*self.backward.required, *self.backward.signature.optional}
        return tuple(name for name in self.forward.flags if name in known)

    def held_flags(self, own: Any) -> tuple[str, ...]:
        """The same of what the object holds, instead of being given it: self.training."""
        asked = source_of(self.backward.call)
        return tuple(
            name
            for name, value in getattr(own, "__dict__", {}).items()
            if isinstance(value, bool) and is_flag(name) and re.search(rf"\bself\.{name}\b", asked)
        )

    @property
    def prediction(self) -> int:
        """Which input a single gradient is of; a memo that a method of its own makes has none."""
        if self.is_loss:
            return prediction_of(self.arrays)
        return next((i for i, name in enumerate(self.arrays) if not is_cache(name)), 0)

    # Both passes

    def at(self, binding: Binding, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        """An object of the class as one operation; its weights are further inputs."""
        original = instance(self.kind, sizes, self.given)
        places = [] if self.name else weights(original) or made_lazily(original, self.forward, sizes)
        arrays, held = tuple(self.arrays), self.held_flags(original)
        flags = (*self.flags, *held)
        n = len(arrays)
        others = () if places else tuple(x for x in self.forward.optional if not is_flag(x))

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            own = copy.deepcopy(original)
            for place, value in zip(places, values[n : n + len(places)], strict=True):
                place.put(own, value)
            rest = dict(zip((*flags, *others), values[n + len(places) :], strict=False))
            given = dict(zip(arrays, values, strict=False))
            for name in held:
                setattr(own, name, rest.get(name, getattr(own, name)))
            known = {name: usual_option(name) for name in self.forward.flags}
            known |= self.forward.settled | given | rest
            known |= {
                name: bound_to(one, own)({one.required[0]: len(values[0])})
                for name, one in self.makers.items()
            }
            if self.forward.bundle:
                known[self.forward.bundle] = tuple(values[:n])
            result = output_of(own, bound_to(self.forward, own)(known))
            keep_inputs(own, values[:n])
            keep_outputs(own, result if isinstance(result, tuple) else (result,))
            known = {**self.forward.signature.defaults, **known}
            is_tuple = bool(self.forward.bundle) and isinstance(result, tuple) and len(result) == 1
            ran = Ran(known, result if isinstance(result, tuple) else (result,), own=own, is_tuple=is_tuple)
            outputs = tuple(dict.fromkeys(binding.led)) or (self.first_output,)
            ran.cache = self.cache_of(ran, values[:n], outputs)
            ys = tuple(ran.result[i] for i in outputs if i < len(ran.result)) or ran.result[:1]
            shown = (np.mean(ys[0]),) if binding.is_of_mean else ys
            passes = Passes(self, binding, ran, given, places)
            rest_of_gradients = [None] * (len(values) - n - len(places))  # of flags and other options
            return shown, lambda upstream: [*passes.backward(upstream), *rest_of_gradients]

        generator = np.random.default_rng(6)
        parameters = {
            n + i: random_numbers(np.shape(place.get(original)), generator).astype(dtype)
            for i, place in enumerate(places)
        }
        return HandWritten(
            run,
            self.name or "_".join([self.kind.__name__, *map(str, self.given.values())]),
            tuple(self.shown(name) for name in arrays) + tuple(place.name for place in places),
            (*flags, *others),
            parameters,
            {
                name: self.forward.signature.defaults.get(name, usual_option(name))
                for name in (*flags, *others)
            },
            binding.note,
            constants=tuple(self.shown(name) for name in self.constant_inputs(places, binding)),
            is_helper=bool(self.name),
            settings={name: held for name, held in vars(original).items() if type(held) in (int, float)},
            arrays=self.forward.arrays_by_company,
        )

    def shown(self, name: str) -> str:
        """The name of an input; one that is an option's elsewhere says here that it is a prediction."""
        return "y_pred" if self.forward.is_option(name) and self.is_loss else name

    def constant_inputs(self, places: Sequence[Place], binding: Binding) -> list[str]:
        """Inputs of which backward gives no gradient, and need not: labels, and those of a first layer."""
        kept = [name for name in self.arrays if is_cache(name) and name in self.takes]
        if kept and len(kept) < len(self.arrays):
            return kept
        if places and returns_nothing(self.backward):
            return list(self.arrays)
        if self.is_loss and len(self.backward.returns) < 2:
            return [name for i, name in enumerate(self.arrays) if i != self.prediction]
        if len(self.arrays) > 1 and not binding.led and self.is_of_one:
            return [name for i, name in enumerate(self.arrays) if i != self.prediction]
        if len(self.arrays) > 1 and not binding.led:
            return [name for name in self.constants if name in self.arrays]
        return [name for name in self.arrays if REGIONS.fullmatch(name)]

    @property
    def is_of_one(self) -> bool:
        """Whether a method takes what forward takes, and returns a single gradient."""
        return set(self.backward.arrays) == set(self.forward.arrays) and len(self.backward.returns) == 1

    def gradients_of(
        self,
        binding: Binding,
        ran: Ran,
        given: Mapping[str, Any],
        places: Sequence[Place],
        upstream: Outputs,
        own: Any,
    ) -> Sequence[Any]:
        """What one backward of an object gives."""
        ran = replace(ran, own=own)
        arguments = {name: source(ran, upstream) for name, source in binding.sources.items()}
        for method in self.further:
            bound_to(method, own)(arguments)
        if binding.led and (names := penalties.strengths(own, *self.sources)):
            weights_now = [place.get(own) for place in places]

            def gradients(holder: Any) -> Sequence[Any]:
                of_it = gather(holder, places, given, self.backward, arguments, prediction=self.prediction)
                return [*of_it.inputs, *of_it.weights]

            return penalties.unpenalised(
                own, names, weights_now, gradients, source_of(sys.modules.get(self.kind.__module__))
            )
        found = gather(own, places, given, self.backward, arguments, prediction=self.prediction)
        if binding.led:
            return [*found.inputs, *found.weights]
        return self.times(found, upstream[0], len(given))

    @cached_property
    def sources(self) -> tuple[str, str]:
        """Those of forward and backward."""
        return source_of(self.forward.call), source_of(self.backward.call)

    @cached_property
    def further(self) -> list[Method]:
        """Other methods that take what backward takes, and leave gradients of weights: accGradParameters."""
        own = [method_of(self.kind, name) for name in methods_of(self.kind)]
        passes = (self.forward.name, self.backward.name)
        called = set(re.findall(r"self\.(\w+)\(", source_of(self.backward.call)))
        others = [one for one in own if one.name not in (*passes, *called)]
        others = [one for one in others if one.required == self.backward.required]
        return [
            one for one in others
            if self.backward.required and returns_nothing(one) and not returns_nothing(self.backward)
            if KEEPS_GRADIENT.search(source_of(one.call))
        ]  # fmt: skip

    def times(self, found: Gathered, upstream: np.ndarray, n: int) -> list[Any]:
        """A derivative, or the gradient of a loss, led through by the chain rule."""
        if n == 1 and not found.weights and found.inputs[0] is not None:
            return [led_through(found.inputs[0], upstream)]
        return [times(gradient, upstream) for gradient in (*found.inputs, *found.weights)]
