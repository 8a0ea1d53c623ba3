"""One run of a scene: its variables made, its functions called; what it fails over, where it fails."""

import copy
import functools
import itertools
import zlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.descent.watching import watched
from charmlp.doctor.operation.numpy_code.function import Function, as_arrays, as_number, as_tensors
from charmlp.doctor.operation.numpy_code.layers.instances import Method, bound_to, output_of
from charmlp.doctor.operation.numpy_code.losses.with_gradient import Loss
from charmlp.doctor.operation.numpy_code.names import (
    is_cache,
)
from charmlp.doctor.operation.numpy_code.trying.choices import (
    REST,
    WHOLE,
    Key,
    Node,
    Part,
    Product,
    Same,
    Upstream,
    code_with_steps,
    taken,
)
from charmlp.doctor.operation.numpy_code.trying.examples import with_leaves
from charmlp.doctor.operation.numpy_code.trying.scenes import Scene, State
from charmlp.doctor.operation.numpy_code.trying.templates import (
    DOMAINS,
    SCALE,
    Stub,
    Template,
    in_domain,
    letters_of,
    made,
)
from charmlp.doctor.operation.numpy_code.trying.uses import Position, roots_at
from charmlp.doctor.operation.source import behind

if TYPE_CHECKING:
    from charmlp.doctor.operation.numpy_code.arrays import Place


class Failure(Exception):
    """A run that did not come to its end: how far it came, and which variables it depends on."""

    def __init__(
        self, progress: tuple[int, ...], roots: frozenset[Key], why: Exception | str, domain: bool = False
    ) -> None:
        super().__init__(str(why))
        self.progress, self.roots, self.why, self.is_of_domain = progress, roots, why, domain


@functools.lru_cache(maxsize=4096)
def drawn(key: Key, template: Template, sizes: tuple[tuple[str, int], ...]) -> Any:
    return made(template, dict(sizes), np.random.default_rng(zlib.crc32(key.encode())))


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
        self.doubled: Key | None = None  # a number or an array that is twice as large as it would be

    # Its variables

    def fresh(self, key: Key) -> Any:
        """A variable that is made: numbers, or what holds such."""
        choice = self.scene.chosen(key, self.state)
        if isinstance(choice, Same):
            return self.fresh(choice.key)
        assert isinstance(choice, Template)
        if choice.kind == "example":
            return with_leaves(choice.value.value, key, self.leaves)
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
        domain = (*DOMAINS, "binary")[self.state.get(key + "!", 0)]
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
            found = self.found(key)
            return 2 * found if key == self.doubled and isinstance(found, float | np.ndarray) else found
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
            except (ValueError, RuntimeError) as error:
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
                returned = bound_to(function, self.own)(arguments)
                is_pass = function is not self.scene.gradient or self.scene.is_both
                return output_of(self.own, returned) if is_pass else returned
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


def positions_in(error: BaseException, file: str) -> list[Position | int]:
    """Where an error came from, in the frames of a file, the outer ones first: an expression, or a line."""
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
