"""A forward pass and its backward pass, or a function and its derivative."""

import ast
import functools
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from charmlp.doctor.mistake import Phrase, phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs
from charmlp.doctor.operation.numpy_code.function import Function, usual
from charmlp.doctor.operation.numpy_code.gradients import (
    as_one_array,
    base,
    by_input,
    is_usual,
    led_through,
    of_one,
    of_sums,
    order_of,
    times,
)
from charmlp.doctor.operation.numpy_code.names import (
    OUTPUT,
    caches_among,
    is_cache,
    is_derivative,
    is_surely_upstream,
    is_truth,
    is_upstream,
    of_gradient,
    prediction_of,
)
from charmlp.doctor.operation.source import averages, returned_parts


@dataclass
class Run:
    """A forward pass that has run."""

    known: Mapping[str, Any]  # its inputs by name
    result: tuple[Any, ...]  # all that it returned
    cache: Any = None
    is_tuple: bool = False  # forward returns its one output as a tuple; upstream gradients come as such, too


def node_of(run: Run) -> Any:
    """What a result is in a graph: a node, with its inputs by the names that people give them."""
    inputs = list(run.known.values())
    value = run.result[0]
    return SimpleNamespace(
        inputs=inputs, parents=inputs, children=inputs, saved_tensors=tuple(inputs), value=value, data=value
    )


DELTAS = ("d", "e", "dl", "da", "dz")  # what a backward pass may call its only argument
NODE = re.compile(r"node|op|tensor|parent|this", re.IGNORECASE)
Source = Callable[[Run, Outputs], Any]  # where an argument of a backward pass comes from


def reading(make: Callable[[], HandWritten]) -> Make:
    """The same at all sizes."""
    return lambda sizes, dtype: make()


@dataclass(frozen=True)
class Binding:
    """One way to call a backward pass: where each argument comes from.

    `led` are the outputs whose upstream gradients it is given: none where it is a plain derivative.
    """

    sources: Mapping[str, Source]
    led: tuple[int, ...]
    note: Phrase | None = None
    is_of_mean: bool = False  # of the mean of the losses that forward returns, one a row
    averages: bool = False  # the gradients of parameters, over the batch


@dataclass(frozen=True)
class Pair:
    """A forward and its backward pass. Where names do not say what backward takes, there are several ways."""

    forward: Function
    backward: Function

    def readings(self) -> tuple[Make, ...]:
        return tuple(reading(functools.partial(self.written, binding)) for binding in self.bindings())

    # What backward takes

    @cached_property
    def takes(self) -> list[str]:
        """The parameters of backward that are given something; an option that forward has as well is."""
        of_forward = set(self.forward.required + self.forward.signature.optional)
        own = self.backward
        optional = own.signature.optional
        upstreams = [] if any(map(is_upstream, own.required)) else [n for n in optional if is_upstream(n)]
        return [*own.required, *(name for name in optional if name in {*upstreams, *of_forward})]

    @cached_property
    def outputs_named(self) -> list[str]:
        return [name.lower() for name in self.forward.returns]

    def bindings(self) -> list[Binding]:
        """The ways to call backward, the likeliest first."""
        sources: dict[str, Source] = {}
        led: list[int] = []
        left: list[str] = []
        for name in self.takes:
            if (source := self.known_source(name)) is not None:
                sources[name] = source
            elif self.is_upstream(name) and (output := self.led_output(name, led)) is not None:
                sources[name] = upstream_of(len(led))
                led.append(output)
            else:
                left.append(name)
        if not led and self.wants_upstream(left):
            sources[left.pop(0)] = upstream_of(0)
            led.append(self.first_output)
        bindings = self.with_left(Binding(sources, tuple(led)), left)
        if led and len(self.arrays) > 1 and averages(self.backward.call):
            note = phrase("layer-averages")
            bindings += [replace(binding, averages=True, note=note) for binding in bindings]
        if not led and self.is_loss and averages(self.backward.call):
            bindings.append(replace(bindings[0], is_of_mean=True, note=phrase("gradient-of-mean")))
        return bindings

    def known_source(self, name: str) -> Source | None:
        """Where an argument comes from whose name is one of forward's, or that of a cache or an option."""
        inputs = {n.lower(): n for n in self.forward.required + self.forward.signature.optional}
        exact = name in self.forward.required + self.forward.signature.optional
        if exact and not self.is_only(name):
            return lambda run, upstream: run.known[name]
        if name in self.forward.returns and name not in self.forward.inputs:
            index = self.forward.returns.index(name)
            return lambda run, upstream: run.result[index] if index < len(run.result) else run.result[0]
        if is_cache(name):
            return lambda run, upstream: run.cache
        if name.lower() in inputs and not is_upstream(name) and not self.is_only(name):
            return lambda run, upstream: run.known[inputs[name.lower()]]
        if NODE.fullmatch(name):
            return lambda run, upstream: node_of(run)
        if (value := self.backward.settled.get(name, usual(name))) is not None:
            return lambda run, upstream: dict(value) if isinstance(value, dict) else value
        return None

    def is_upstream(self, name: str) -> bool:
        """Whether a parameter is called as an upstream gradient is, or as that of an output with a name."""
        meant = of_gradient(name)
        of_output = name[:1] == "g" and name[1:].lower() in self.outputs_named  # gZ_re
        return is_upstream(name) or of_output or (meant != name.lower() and meant in self.outputs_named)

    def is_only(self, name: str) -> bool:
        """Whether a derivative takes only this: the input or the output, whatever its name."""
        return self.arrays_taken == [name] and len(self.arrays) == 1

    @property
    def is_plain_derivative(self) -> bool:
        """Whether backward is a derivative that takes only what forward takes, by the same name."""
        inputs = self.forward.inputs
        return is_derivative(self.backward.name) and all(name in inputs for name in self.arrays_taken)

    @property
    def arrays_taken(self) -> list[str]:
        """What backward takes beside options of forward."""
        options = {*self.forward.optional, *filter(self.forward.is_option, self.forward.inputs)}
        return [name for name in self.takes if name not in options]

    @property
    def arrays(self) -> list[str]:
        """The inputs of forward that are no options."""
        return [n for n in self.forward.inputs if not self.forward.is_option(n)] or list(self.forward.inputs)

    def led_output(self, name: str, led: Sequence[int]) -> int | None:
        """The output whose upstream gradient is called this; None where all have theirs."""
        if self.is_only(name) and is_derivative(self.backward.name) and not is_surely_upstream(name):
            return None  # d_relu(g): a derivative of something called g
        if self.leads_in_order:
            return [i for i, one in enumerate(self.forward.returns) if not is_cache(one)][len(led)]
        exact = [i for i, one in enumerate(self.outputs_named) if name[:1] == "g" and one == name[1:].lower()]
        if exact:
            return exact[0]
        named = self.named_for(name)
        free = [i for i in named if i not in led]
        if free:
            return free[0]
        if led and not any(self.outputs_named):  # return self.o * np.tanh(self.c), self.c
            return next((i for i in range(len(self.outputs_named)) if i not in led), None)
        return None if led else self.first_output

    def named_for(self, name: str) -> list[int]:
        """The outputs that are called as an upstream gradient says."""
        meant = {base(of_gradient(name)), base(re.sub(r"_?next_?", "", of_gradient(name)))}
        return [i for i, output in enumerate(self.outputs_named) if output and base(output) in meant]

    @cached_property
    def leads_in_order(self) -> bool:
        """Whether each of several outputs has an upstream gradient, and names do not say which."""
        upstreams = [name for name in self.takes if self.is_upstream(name)]
        outputs = [name for name in self.forward.returns if not is_cache(name)]
        return len(upstreams) == len(outputs) > 1 and not all(map(self.named_for, upstreams))

    @property
    def first_output(self) -> int:
        return next((i for i, cache in enumerate(caches_among(self.forward.returns)) if not cache), 0)

    def wants_upstream(self, left: Sequence[str]) -> bool:
        """Whether an unknown parameter must be the upstream gradient: a derivative takes fewer."""
        few = len(self.arrays_taken) <= len(self.arrays)
        takes_both = len(left) == 1 and bool(
            OUTPUT.fullmatch(left[0])
        )  # the input by its name, and the output
        is_slope = is_derivative(self.backward.name)
        if not left or (few and is_slope) or (takes_both and (is_slope or self.backward.name == "delta")):
            return False
        if self.is_loss and any(map(is_truth, self.takes)):
            return False
        if len(self.arrays_taken) == 1 and not is_slope:
            return left == self.arrays_taken and left[0] in DELTAS
        return len(self.arrays_taken) > 1

    @property
    def is_loss(self) -> bool:
        return len(self.arrays) >= 2 and any(map(is_truth, self.forward.inputs))

    def with_left(self, binding: Binding, left: Sequence[str]) -> list[Binding]:
        """With the arguments that no name explains: inputs that are left over, or the output."""
        takes_cache = not any(map(is_cache, self.takes)) and not self.is_plain_derivative
        of_labels = self.is_loss and bool(left) and is_truth(left[0])  # they are no cache
        if left and len(self.forward.returns) > 1 and takes_cache and not of_labels:
            kept: Source = lambda run, upstream: run.cache  # noqa: E731
            binding, left = replace(binding, sources={**binding.sources, left[0]: kept}), left[1:]
        if not left:
            return [binding]
        inputs, index = self.arrays, self.first_output
        output: Source = lambda run, upstream: run.result[index]  # noqa: E731
        if len(inputs) != 1:
            given = dict(zip(left, self.matched(left, output), strict=True))
            return [replace(binding, sources={**binding.sources, **given})]
        of_input: Source = lambda run, upstream: run.known[inputs[0]]  # noqa: E731
        sources = {"input": of_input, "output": output}
        is_output = OUTPUT.fullmatch(left[0]) and left[0] not in inputs
        order = ["output", "input"] if is_output else ["input", "output"]
        if is_output and inputs[0] in self.takes:
            order = ["output"]  # it takes both
        return [
            replace(
                binding,
                sources={**binding.sources, **dict.fromkeys(left, sources[which])},
                note=phrase(f"derivative-of-{which}"),
            )
            for which in order
        ]

    def matched(self, left: Sequence[str], output: Source) -> list[Source]:
        """A source for each: an input of that base name, the output, an input that is still free."""
        free = [name for name in self.forward.inputs if name not in self.takes]

        def take(fits: Callable[[str], bool]) -> Source | None:
            name = next(filter(fits, free), None)
            if name is None:
                return None
            free.remove(name)
            return lambda run, upstream: run.known[name]

        found: dict[str, Source] = {}
        for name in left:
            if source := take(lambda other, name=name: base(other) == base(name)):  # type: ignore[misc]
                found[name] = source
        for name in left:
            if name in found:
                continue
            same = take(lambda other, name=name: is_truth(other) == is_truth(name))  # type: ignore[misc]
            if self.is_loss or not OUTPUT.fullmatch(name):
                found[name] = same or take(lambda other: True) or output
            else:
                found[name] = output
        return [found[name] for name in left]

    # Both passes

    @property
    def constants(self) -> list[str]:
        """Inputs of which a derivative gives no gradient, since it is meant of another one."""
        inputs, names = self.forward.inputs, self.backward.returns
        order = order_of(names, inputs)
        if order is not None:
            return [name for i, name in enumerate(inputs) if i not in order]
        if len(names) > 1:
            return []
        return [name for i, name in enumerate(inputs) if i != prediction_of(inputs)]

    @property
    def is_of_bundle(self) -> bool:
        """Whether backward gives the gradients of a network's parameters, and none of its data."""
        entries = self.forward.entries
        if self.is_of_array:
            return True
        return len(entries) > 3 and len(self.backward.returns) == len(entries) < len(self.forward.inputs)

    @property
    def is_of_array(self) -> bool:
        """Whether backward returns one array with a number for each entry: np.array([da, db])."""
        entries, parts = self.forward.entries, returned_parts(self.backward.call)
        lists = [call.args[0] for call in parts if isinstance(call, ast.Call) and call.args]
        return len(entries) > 1 and [len(one.elts) for one in lists if isinstance(one, ast.List)] == [
            len(entries)
        ]

    def written(self, binding: Binding) -> HandWritten:
        is_of_one = len(self.arrays) > 1 and (
            not binding.led or (self.is_loss and len(self.backward.returns) < 2)
        )
        constants = self.constants if is_of_one else ()
        if self.is_of_bundle:
            constants = [name for name in self.forward.inputs if name not in self.forward.entries]

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            known = self.forward.arguments(values)
            result = self.forward(known)
            known = {**self.forward.signature.defaults, **known}
            ran = Run(known, result if isinstance(result, tuple) else (result,))
            outputs = tuple(dict.fromkeys(binding.led)) or (self.first_output,)
            ran.cache = self.cache_of(ran, values, outputs)
            ys = tuple(ran.result[i] for i in outputs if i < len(ran.result)) or ran.result[:1]
            shown = (np.mean(ys[0]),) if binding.is_of_mean else ys
            return shown, lambda upstream: self.gradients(binding, ran, values, upstream, ys)

        return self.forward.written(run, binding.note, constants)

    def cache_of(self, ran: Run, values: Sequence[Any], outputs: Sequence[int]) -> Any:
        """What forward returned for backward; its inputs where it returned nothing but the output."""
        names = self.forward.returns
        if len(names) == len(ran.result) > 1:
            found = list(itertools.compress(ran.result, caches_among(names)))
            if found:
                return found[0]
        rest = [value for i, value in enumerate(ran.result) if i not in outputs]
        held = [value for value in rest if isinstance(value, tuple | list | dict)]
        if len(held) == 1 < len(rest):  # beside other outputs
            return held[0]
        if rest:
            return rest[0] if len(rest) == 1 else tuple(rest)
        return values[0] if len(values) == 1 else tuple(values)

    def gradients(
        self, binding: Binding, ran: Run, values: Sequence[Any], upstream: Outputs, ys: Outputs
    ) -> Sequence[Any]:
        arguments = {name: source(ran, upstream) for name, source in binding.sources.items()}
        returned = as_one_array(self.backward(arguments), values)
        inputs, names = self.forward.inputs, self.backward.returns
        if self.is_of_array and np.shape(returned) == (len(self.forward.entries),):
            by_name = dict(zip(self.forward.entries, returned, strict=True))
            return [times(by_name[name], upstream[0]) if name in by_name else None for name in inputs]
        several = isinstance(returned, tuple | list | dict)
        if several and len(returned) == len(names) and self.is_of_bundle:
            of_entries = by_input(returned, self.forward.entries, names)
            by_name = dict(zip(self.forward.entries, of_entries, strict=False))
            return [by_name.get(name) for name in inputs]
        if binding.led:
            if not several and len(inputs) > 1:
                return of_one(returned, inputs, values, names)
            found = by_input(returned, inputs, names if is_usual(order_of(names, inputs)) else ())
            return of_sums(found, inputs, values, ys[0]) if binding.averages else found
        if len(self.arrays) == 1 and not several:
            return [led_through(returned, upstream[0]), *[None] * (len(inputs) - 1)]
        if not several:
            found = self.of_derivative(returned, inputs, values)
        else:
            found = by_input(returned, inputs, names)
        return [times(gradient, upstream[0]) for gradient in found]

    def of_derivative(self, returned: Any, inputs: Sequence[str], values: Sequence[Any]) -> list[Any]:
        """Of the input that its name says, else of the prediction."""
        if order_of(self.backward.returns, inputs) is not None:
            return of_one(returned, inputs, values, self.backward.returns)
        found: list[Any] = [None] * len(inputs)
        found[prediction_of(inputs)] = returned
        return found


def upstream_of(number: int) -> Source:
    """The upstream gradient of one output; a plain number where that is one."""

    def source(run: Run, upstream: Outputs) -> Any:
        g = upstream[number] if number < len(upstream) else upstream[0]
        given = g if np.ndim(g) else float(g)
        return (given,) if run.is_tuple else given

    return source
