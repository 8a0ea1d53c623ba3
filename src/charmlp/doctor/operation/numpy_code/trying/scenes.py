"""A function whose value is differentiated and one that gives the gradient, with what goes into both.

Parameters of the same name are the same variable. A variable is made anew (a template), or comes from somewhere: a
part of what another function returned, the upstream gradient, another variable.
"""

import copy
import functools
import itertools
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.code import Code, code_of
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place, rate_of, weights
from charmlp.doctor.operation.numpy_code.function import Function, as_arrays, as_tensors
from charmlp.doctor.operation.numpy_code.gradients import base
from charmlp.doctor.operation.numpy_code.instances import Method, bound_to, instance, output_of
from charmlp.doctor.operation.numpy_code.losses import Loss
from charmlp.doctor.operation.numpy_code.names import (
    OUTPUT,
    PREDICTION,
    is_cache,
    is_truth,
    is_upstream,
    of_gradient,
)
from charmlp.doctor.operation.numpy_code.trying.conventions import Convention
from charmlp.doctor.operation.numpy_code.trying.names import DATA, Variable, is_weight, likely
from charmlp.doctor.operation.numpy_code.trying.templates import (
    DOMAINS,
    SCALE,
    Stub,
    Template,
    as_number,
    holder,
    in_domain,
    letters_of,
    made,
    real,
    unique,
    value,
)
from charmlp.doctor.operation.numpy_code.trying.uses import Position, Use, roots_at, uses_of
from charmlp.doctor.operation.numpy_code.updates import EPOCHS, updates_in, watched
from charmlp.doctor.operation.options import is_strength
from charmlp.doctor.operation.source import behind, uses_torch

Key = str
State = Mapping[Key, int]  # which of its choices each variable is; those that are not there are the first
WHOLE = -1  # all that a function returned
LAYERS = 3
HOLDER = re.compile(
    r"weights|biases|layers|params|parameters|ws|bs|thetas|network|net|kernels", re.IGNORECASE
)
RECURRENT = re.compile(r"w_?(hh|aa)|whh|u|w_?rec\w*|\w*_h", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """What a function returned: one part of it, or all (`WHOLE`), or all but its output (`REST`)."""

    function: str
    index: int


REST = -2


@dataclass(frozen=True)
class Upstream:
    """The gradient of one output of the value."""

    output: int = 0


@dataclass(frozen=True)
class Same:
    """Another variable, under another name."""

    key: Key


@dataclass(frozen=True)
class Product:
    """x W, which the gradient's function computes itself, of its data and its weights."""

    data: Key
    weight: Key


@dataclass(frozen=True)
class Node:
    """An object that holds the inputs of the value: what operations of a graph are given."""


Choice = Template | Part | Upstream | Same | Product | Node


class Failure(Exception):
    """A run that did not come to its end: how far it came, and which variables it depends on."""

    def __init__(
        self, progress: tuple[int, ...], roots: frozenset[Key], why: Exception | str, domain: bool = False
    ) -> None:
        super().__init__(str(why))
        self.progress, self.roots, self.why, self.is_of_domain = progress, roots, why, domain


@dataclass(frozen=True)
class Scene:
    """`value` is differentiated, `gradient` its gradient (the same function where one does both).

    `others` are the functions of the module whose results these two may take.
    """

    value: Function
    gradient: Function
    others: Mapping[str, Function] = field(default_factory=dict)
    kind: type | None = None  # of the object whose methods they are

    def places(self, sizes: Sizes) -> tuple[Any, dict[Key, Place]]:
        """An object at these sizes, and where its weights are; made once."""
        known = self.objects
        mark = tuple(sorted(sizes.items()))
        if mark not in known:
            own = instance(self.kind, sizes)  # type: ignore[arg-type]
            known[mark] = own, {key_of(place): place for place in weights(own)}
        return known[mark]

    @cached_property
    def objects(self) -> dict[Any, Any]:
        return {}

    @property
    def is_both(self) -> bool:
        return self.value is self.gradient

    @cached_property
    def uses_torch(self) -> bool:
        return uses_torch(getattr(behind(self.gradient.call), "__globals__", {}))

    @cached_property
    def of_value(self) -> dict[str, Function]:
        """The parameters of the value, and of the functions that may give it some; each with one that has it."""
        found = {name: self.value for name in taken(self.value)}
        for function in self.others.values():
            found |= {name: function for name in taken(function) if name not in found}
        return found

    @cached_property
    def gradient_has_steps(self) -> bool:
        words = re.findall(r"[a-z]+", self.gradient.name.lower())
        return code_with_steps(self.gradient.call) is not None or bool(
            {"step", "update", "train", "fit"} & set(words)
        )

    @cached_property
    def rate(self) -> float:
        """The learning rate that the gradient's function has of its own: a number of its module's."""
        code = code_with_steps(self.gradient.call)
        if code is None or any(RATE.fullmatch(name) for name in taken(self.gradient)):
            return 1.0
        around = code.function.__globals__
        rates = [around.get(n) for n in code.function.__code__.co_names if RATE.fullmatch(n)]
        return next((float(r) for r in rates if isinstance(r, int | float) and r), 1.0)

    # What a variable may be

    @cached_property
    def choices_known(self) -> dict[Key, list[Choice]]:
        return {}

    def choices(self, key: Key, state: State) -> list[Choice]:
        if key not in self.choices_known:
            self.choices_known[key] = list(dict.fromkeys(self.all_choices(key, state)))
        return self.choices_known[key]

    def chosen(self, key: Key, state: State) -> Choice:
        choices = self.choices(key, state)
        parent, _, name = key.rpartition(".")
        are_layers = isinstance(choices[0], Template) and choices[0].holds_others
        if name.isdigit() and (are_layers or DATA.fullmatch(parent)):
            key = f"{parent}.0"  # all are held alike
        return choices[state.get(key, 0)]

    def all_choices(self, key: Key, state: State) -> Iterator[Choice]:
        if "." in key:
            yield from self.of_entry(key)
            return
        of_value = key in taken(self.value)
        if RATE.fullmatch(key) and self.gradient_has_steps and not of_value:
            yield Template("value", value=1.0)
        if not of_value and not (self.is_produced_from(key)):
            yield from self.sources(key)
        else:
            yield from self.parts_called(key)
        yield from self.products(key)
        yield from self.fresh(key)

    def is_produced_from(self, key: Key) -> bool:
        """Whether it is what a function takes that gives the value something, and not the gradient's alone."""
        products = [product for name in taken(self.value) for product in self.products(name)]
        return any(key in taken(f) for f in self.others.values()) or any(
            key in (p.data, p.weight) for p in products
        )

    def parts_called(self, key: Key) -> Iterator[Part]:
        """What other functions return under this name, or as a prediction where one is wanted."""
        for name, function in self.others.items():
            if key in taken(function):
                continue
            if key in function.returns:
                yield Part(name, function.returns.index(key))
            elif is_cache(key) and len(function.returns) > 1:
                yield Part(name, REST)
        meant = PREDICTION.fullmatch(key) or OUTPUT.fullmatch(key)
        if (
            meant
            and not is_truth(key)
            and not is_weight(key)
            and key.lower() not in ("x", "xs", "z", "inputs", "input", "p")
        ):
            for name, function in self.others.items():
                if key not in taken(function) and key not in function.returns:
                    yield Part(name, 0)

    def products(self, key: Key) -> Iterator[Product]:
        """Scores that only the value takes, where the gradient has data and weights."""
        of_gradient = [name for name in taken(self.gradient) if name not in taken(self.value)]
        data = [name for name in of_gradient if DATA.fullmatch(name)]
        weights = [name for name in of_gradient if is_weight(name)]
        is_score = re.fullmatch(r"z|logits?|scores?|h|y_?pred|y_?hat|pred\w*|output", key, re.IGNORECASE)
        if is_score and key not in taken(self.gradient) and len(data) == len(weights) == 1:
            yield Product(data[0], weights[0])

    def sources(self, key: Key) -> Iterator[Choice]:
        """Where a parameter may come from that only the gradient has, the likeliest first."""
        value, lower = self.value, key.lower()
        own = [n for n in value.returns if n]
        if EPOCHS.fullmatch(lower) or lower == "epoch":
            yield Template("value", value=1)
        if key in own and key not in taken(value):
            yield Part(value.name, value.returns.index(key))
        yield from self.parts_called(key)
        meant = base(of_gradient(key))
        outputs = [
            i for i, name in enumerate(value.returns) if name and base(name) == meant and meant != lower
        ]
        upstream = is_upstream(key) or outputs
        if upstream:
            yield from (Upstream(i) for i in (*outputs, 0))
        if is_cache(key) or lower in ("values", "activations", "hidden", "memory", "hs", "zs"):
            yield from (Part(value.name, REST), Part(value.name, WHOLE))
        if lower in ("node", "self", "op", "ctx", "tensor", "parent", "value"):
            yield Node()
        if OUTPUT.fullmatch(key) or PREDICTION.fullmatch(key) or lower in ("ans", "fx", "result"):
            yield Part(value.name, 0)
        others = list(taken(value))
        yield from (Same(name) for name in others if base(name) == base(key))
        if not upstream:
            yield Upstream(0)
        yield from (Part(value.name, 0), Part(value.name, REST))
        yield from (Same(name) for name in others)

    def fresh(self, key: Key) -> Iterator[Choice]:
        """Numbers of its own, or what holds some."""
        use = self.use(key)
        settled = next((f.settled[key] for f in self.functions if key in f.settled), None)
        if settled is not None and not use.is_array:
            yield Template("value", value=as_hashable(settled))
        held = list(holders(key, use))
        is_sure = use.keys or use.prefixes or use.parts or use.entries or HOLDER.fullmatch(key)
        yield from held if is_sure else ()
        if use.picks_updated:
            yield from (value(1), unique("S"))
        if use.is_indexed:
            yield real("1")
        likeliest = likely(self.variable(key), self.names)
        if use.is_changed:  # a parameter that is learnt, whatever its name
            likeliest.sort(key=lambda one: one.kind != "real")
        yield from likeliest[:3]
        yield from held
        yield from likeliest[3:]
        yield holder("list", *range(LAYERS))

    @cached_property
    def functions(self) -> list[Function]:
        return list({id(f): f for f in (self.value, self.gradient, *self.others.values())}.values())

    @cached_property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for f in (self.value, self.gradient) for name in taken(f)))

    def use(self, key: Key) -> Use:
        """How all functions that have this parameter use it."""
        whole = Use()
        for function in self.functions:
            use = uses_of(function.call).get(key)
            if use is None or key not in taken(function):
                continue
            whole.keys += [k for k in use.keys if k not in whole.keys]
            whole.prefixes += [k for k in use.prefixes if k not in whole.prefixes]
            whole.parts = whole.parts or use.parts
            whole.entries += use.entries
            whole.is_walked |= use.is_walked
            whole.is_array |= use.is_array
            whole.is_indexed |= use.is_indexed
            whole.picks_updated |= use.picks_updated
            whole.is_changed |= use.is_changed
            whole.dimensions = whole.dimensions if whole.dimensions is not None else use.dimensions
        return whole

    def variable(self, key: Key) -> Variable:
        """What the name of a variable says: for an entry of a holder, its own name or its place there."""
        if "." not in key:
            return variable_of(key, self.names, self.use(key).dimensions)
        parent, _, name = key.rpartition(".")
        whole = parent.rpartition(".")[2]
        if name.isdigit() and DATA.fullmatch(whole):
            return Variable(key, "x")
        if name.isdigit():
            return Variable(
                key, "b" if whole.lower().startswith(("b", "nabla_b")) else "w", int(name), LAYERS
            )
        if whole.isdigit() and "." in parent:
            return Variable(key, name, int(whole), LAYERS)
        use = self.use(parent.split(".")[0])
        siblings = [*use.keys, *(f"{p}{i}" for p in use.prefixes for i in range(1, LAYERS + 1)), *use.parts]
        return variable_of(name, siblings)

    def of_entry(self, key: Key) -> Iterator[Choice]:
        """What is in a holder: an array, or a tuple of what a layer has."""
        parent, _, name = key.rpartition(".")
        if name.isdigit() and "." not in parent:
            for names in self.use(parent).entries:
                yield holder("tuple", *names)
                yield holder("list", *names)
        variable = self.variable(key)
        yield from likely(variable, [variable.name])

    def by_convention(self, convention: Convention) -> State:
        """Each variable as a convention has it, where it knows one of that name; what is held by others too."""
        state: dict[Key, int] = {}
        waiting = list(self.names) + [n for f in self.others.values() for n in taken(f)]
        while waiting:
            key = waiting.pop(0)
            choices = self.choices(key, state)
            if not isinstance(choices[0], Template):
                continue
            if choices[0].holds_others:
                waiting += [f"{key}.{entry}" for entry in choices[0].keys]
                continue
            wanted = convention.template(self.variable(key))
            if wanted is not None and wanted.kind != "real" and self.use(key).is_changed:
                continue
            if wanted in choices and choices[0].kind not in ("value", "size"):
                state[key] = choices.index(wanted)
        return {key: i for key, i in state.items() if i}

    # Keys that matter

    def keys_of(self, roots: frozenset[str], state: State) -> list[Key]:
        """The variables behind parameters: those that are made, with what they hold, and where they come from."""
        found: dict[Key, None] = {}
        waiting = sorted(roots)
        while waiting:
            key = waiting.pop(0)
            if key in found:
                continue
            found[key] = None
            choice = self.chosen(key, state)
            if isinstance(choice, Part) and choice.function in self.others:
                waiting += taken(self.others[choice.function])
            elif isinstance(choice, Part):
                waiting += taken(self.value)
            elif isinstance(choice, Same):
                waiting.append(choice.key)
            elif isinstance(choice, Product):
                waiting += [choice.data, choice.weight]
            elif isinstance(choice, Template) and choice.holds_others:
                waiting += [f"{key}.{entry}" for entry in choice.keys]
        return list(found)


def taken(function: Function) -> list[str]:
    """The parameters that a function is given something for."""
    strengths = [name for name in function.signature.optional if is_strength(name)]
    truths = [name for name in function.inputs if name not in function.required]
    rates = [name for name in function.signature.optional if RATE.fullmatch(name)]
    return list(dict.fromkeys([*function.required, *truths, *strengths, *rates]))


@functools.lru_cache(maxsize=512)
def code_with_steps(function: Callable[..., Any]) -> Code | None:
    """The code of what takes steps, whose loops over epochs are made once only."""
    code = code_of(function)
    return code if code is not None and updates_in(code.tree) is not None else None


@functools.lru_cache(maxsize=4096)
def drawn(key: Key, template: Template, sizes: tuple[tuple[str, int], ...]) -> Any:
    return made(template, dict(sizes), np.random.default_rng(zlib.crc32(key.encode())))


def as_hashable(settled: Any) -> Any:
    return tuple(sorted(settled.items())) if isinstance(settled, dict) else settled


def variable_of(name: str, names: Sequence[str], dimensions: int | None = None) -> Variable:
    """A variable with its place among those that are called like it, but for a number."""
    is_it: Callable[[str], bool] = (
        is_weight if is_weight(name) else lambda other: other.lower().startswith("b")
    )
    stem = name.rstrip("0123456789")
    alike = [n for n in names if is_it(n) and (n.rstrip("0123456789")[:1].lower() == stem[:1].lower())]
    alike = [n for n in alike if n == name or not RECURRENT.fullmatch(n)]
    alike = (
        [n for n in alike if n[len(n.rstrip("0123456789")) :] or "_" in n or len(n) > 1]
        if len(alike) > 1
        else alike
    )
    if name not in alike:
        return Variable(name, name, dimensions=dimensions)
    return Variable(name, name, alike.index(name), len(alike), dimensions)


def holders(key: Key, use: Use) -> Iterator[Template]:
    """A dict of what is looked up in it, a tuple of what it is unpacked into, a list of what a loop walks through."""
    if use.keys:
        yield holder("dict", *use.keys)
    if use.prefixes:
        yield holder("dict", *(f"{p}{i}" for i in range(1, LAYERS + 1) for p in use.prefixes))
        yield holder("dict", *(f"{p}{i}" for i in range(LAYERS) for p in use.prefixes))
    if use.parts and all(use.parts) and use.dimensions is None:
        yield holder("tuple", *use.parts)
    if use.entries or (use.is_walked and not use.is_array):
        yield holder("list", *range(LAYERS))


class Run:
    """One run of a scene, with its variables as a state says; `leaves` take the place of some numbers."""

    def __init__(
        self, scene: Scene, state: State, sizes: Sizes, leaves: Mapping[Key, Any] | None = None,
        upstream: Sequence[Any] | None = None,
    ) -> None:  # fmt: skip
        self.scene, self.state, self.leaves = scene, state, leaves or {}
        self.sizes = letters_of(sizes)
        self.marked_sizes = tuple(self.sizes.items())
        self.upstream = upstream
        self.own: Any = None
        self.places: dict[Key, Place] = {}
        if scene.kind is not None:
            original, self.places = scene.places(sizes)
            self.own = copy.deepcopy(original)
            for key, place in self.places.items():
                place.put(self.own, self.leaves.get(key, self.of_object(key, original)))
        self.results: dict[str, tuple[Any, ...]] = {}
        self.given: dict[Key, Any] = {}  # what variables were before the gradient was called
        self.calls = 0
        self.waiting: set[Key] = set()

    # Its variables

    def fresh(self, key: Key) -> Any:
        """A variable that is made: numbers, or what holds such."""
        choice = self.scene.chosen(key, self.state)
        if isinstance(choice, Same):
            return self.fresh(choice.key)
        assert isinstance(choice, Template)
        if choice.kind == "dict":
            return {entry: self.fresh(f"{key}.{entry}") for entry in choice.keys}
        if choice.kind in ("list", "tuple"):
            entries = [self.fresh(f"{key}.{entry}") for entry in choice.keys]
            return entries if choice.kind == "list" else tuple(entries)
        if key in self.leaves:
            return copy.copy(self.leaves[key])
        return self.numbers(key, choice)

    def numbers(self, key: Key, template: Template) -> Any:
        found = copy.copy(drawn(key, template, self.marked_sizes))
        domain = DOMAINS[self.state.get(key + "!", 0)]
        return in_domain(found, domain) if template.kind == "real" else found

    def of_object(self, key: Key, original: Any) -> Any:
        """The weights that an object is given here."""
        shape = np.shape(self.places[key].get(original))
        return as_number(SCALE * random_numbers(shape, np.random.default_rng(zlib.crc32(key.encode()))))

    def get(self, key: Key) -> Any:
        if key in self.waiting:
            raise Failure((self.calls,), frozenset([key]), "goes in a circle")
        self.waiting.add(key)
        try:
            return self.found(key)
        finally:
            self.waiting.discard(key)

    def found(self, key: Key) -> Any:
        choice = self.scene.chosen(key, self.state)
        if isinstance(choice, Part):
            return self.part(choice, key)
        if isinstance(choice, Upstream):
            if self.upstream is None or choice.output >= len(self.upstream):
                raise Failure((self.calls,), frozenset([key]), "no such output")
            g = self.upstream[choice.output]
            return np.array(g) if np.ndim(g) else float(g)
        if isinstance(choice, Same):
            return self.get(choice.key)
        if isinstance(choice, Product):
            try:
                return np.matmul(self.get(choice.data), self.get(choice.weight))
            except ValueError as error:
                raise Failure((self.calls,), frozenset([key]), error) from None
        if isinstance(choice, Node):
            inputs = [self.get(name) for name in taken(self.scene.value)]
            return Stub(
                inputs=inputs, parents=inputs, saved_tensors=tuple(inputs), children=inputs, saved=inputs
            )
        return self.fresh(key)

    def part(self, part: Part, key: Key) -> Any:
        if part.function not in self.results:
            if part.function == self.scene.value.name and self.calls_value:
                raise Failure((self.calls,), frozenset([key]), "goes in a circle")
            self.call(self.scene.others[part.function])
        result = self.results[part.function]
        if part.index == WHOLE:
            return result if len(result) > 1 else result[0]
        if part.index == REST:
            rest = result[1:]
            if not rest:
                raise Failure((self.calls,), frozenset([key]), "nothing was kept")
            return rest[0] if len(rest) == 1 else rest
        if part.index >= len(result):
            raise Failure((self.calls,), frozenset([key]), "no such part")
        return result[part.index]

    # Its calls

    calls_value = False

    def call(self, function: Function, *, is_gradient: bool = False) -> Any:
        self.results[function.name] = ()  # whoever needs it while it is computed gets nothing
        arguments = {name: self.get(name) for name in taken(function)}
        if is_gradient:
            self.given = arguments
        try:
            returned = self.run(function, arguments)
        except Failure:
            raise
        except (Exception, SystemExit) as error:
            raise self.failure(function, error) from None
        self.calls += 1
        self.results[function.name] = returned if isinstance(returned, tuple) else (returned,)
        return returned

    def run(self, function: Function, arguments: Mapping[str, Any]) -> Any:
        with ExitStack() as stack:
            if (code := code_with_steps(function.call)) is not None:
                stack.enter_context(watched(code, lambda name, value: value, lambda variables: None))
            if self.own is not None and isinstance(function, Method):
                return output_of(self.own, bound_to(function, self.own)(arguments))
            if not self.scene.uses_torch:
                return function(arguments)
            tensors = {name: as_tensors(value) for name, value in arguments.items()}
            returned = function.call(**tensors)
            for name, tensor in tensors.items():  # what was changed in its place
                if isinstance(arguments[name], np.ndarray):
                    arguments[name][...] = tensor.detach().numpy()
            return as_arrays(returned)

    def failure(self, function: Function, error: BaseException) -> Failure:
        plain = behind(function.call)
        positions = positions_in(error, plain.__code__.co_filename)
        roots = roots_at(plain, positions[0]) if positions else frozenset(taken(function))
        known = roots & set(taken(function)) or taken(function)
        ends = [
            end
            for position in positions
            for end in (position[2:] if isinstance(position, tuple) else (position,))
        ]
        return Failure(
            (self.calls, *ends), frozenset(known), error if isinstance(error, Exception) else str(error)
        )

    # Its value

    def value(self) -> list[Array]:
        """The outputs that are differentiated; raises `Failure` where they are none."""
        scene = self.scene
        self.calls_value = True
        returned = self.call(scene.value)
        roots = frozenset(taken(scene.value))
        if scene.is_both:
            if not isinstance(returned, tuple | list) or len(returned) < 2:
                raise Failure((self.calls,), roots, "no gradient beside the loss")
            loss, self.returned = Loss(scene.value).split(returned)
            outputs = [loss]
        else:
            parts = returned if isinstance(returned, tuple) else (returned,)
            names = scene.value.returns if len(scene.value.returns) == len(parts) else [""] * len(parts)
            outputs = [p for p, n in zip(parts, names, strict=True) if not is_cache(n)] or list(parts[:1])
        found = []
        for one in outputs:
            try:
                found.append(np.asarray(one, float))
            except (TypeError, ValueError):
                break
        if not found:
            raise Failure((self.calls,), roots, "no number")
        if not all(np.isfinite(one).all() for one in found):
            raise Failure((self.calls, 1), roots, "not finite", domain=True)
        return found

    returned: Any = None
    given_back: Any = None  # by the gradient's function

    def gradient(self) -> Any:
        """What the gradient's function returned; `given` is what became of its arguments."""
        return self.returned if self.scene.is_both else self.call(self.scene.gradient, is_gradient=True)


def key_of(place: Place) -> Key:
    """A weight of an object: self.W, self.params.W1, self.weights.0, self.layers.0.W."""
    steps = [
        step for pair in (*place.path, (place.attribute, place.key)) for step in pair if step is not None
    ]
    return ".".join(["self", *(str(step).lstrip("_") for step in steps)])


def positions_in(error: BaseException, file: str) -> list[Position | int]:
    """Where an error came from, in the frames of a file from the outside inwards: an expression, or a line."""
    found: list[Position | int] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == file:
            of_code = getattr(code, "co_positions", None)  # not before Python 3.11
            at = next(itertools.islice(of_code(), trace.tb_lasti // 2, None), None) if of_code else None
            if at is not None and None not in at:
                found.append((at[0], at[2], at[1], at[3]))
            else:
                found.append(trace.tb_lineno)
        trace = trace.tb_next
    return found
