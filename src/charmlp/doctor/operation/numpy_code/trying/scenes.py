"""A function whose value is differentiated and one that gives the gradient, with what goes into both."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.arrays import RATE, Place, weights
from charmlp.doctor.operation.numpy_code.layers.instances import instance
from charmlp.doctor.operation.numpy_code.trying.choices import (
    Choice,
    Key,
    Part,
    Product,
    Same,
    code_with_steps,
    key_of,
    taken,
)
from charmlp.doctor.operation.numpy_code.trying.conventions import Convention
from charmlp.doctor.operation.numpy_code.trying.names import DATA
from charmlp.doctor.operation.numpy_code.trying.origins import Origins
from charmlp.doctor.operation.numpy_code.trying.templates import (
    Template,
)
from charmlp.doctor.operation.own_run import own_call
from charmlp.doctor.operation.source import behind, uses_torch

State = Mapping[Key, int]  # which of its choices each variable is; those that are not there are the first


@dataclass(frozen=True)
class Scene(Origins):
    """The two functions with the choices that are made; `kind` is the class whose methods they are."""

    kind: type | None = None
    is_shown: bool = False  # its object is the one that the program itself makes

    def places(self, sizes: Sizes) -> tuple[Any, dict[Key, Place]]:
        """An object at these sizes, and where its weights are; made once."""
        known = self.objects
        mark = tuple(sorted(sizes.items()))
        if mark not in known:
            own = self.object_of_example() if self.is_shown else None
            own = instance(self.kind, sizes) if own is None else own  # type: ignore[arg-type]
            known[mark] = own, {key_of(place): place for place in weights(own)}
        return known[mark]

    def object_of_example(self) -> Any:
        """The object that the program itself calls the methods of."""
        calls = (own_call(function.call) for function in (self.gradient, self.value))
        owners = (call.owner for call in calls if call is not None)
        return next((copy.deepcopy(one) for one in owners if isinstance(one, self.kind or ())), None)

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
    def rate(self) -> float:
        """The learning rate that the gradient's function has of its own: a number of its module's."""
        code = code_with_steps(self.gradient.call)
        if code is None or any(RATE.fullmatch(name) for name in taken(self.gradient)):
            return 1.0
        around = code.function.__globals__
        rates = [around.get(n) for n in code.function.__code__.co_names if RATE.fullmatch(n)]
        return next((float(r) for r in rates if isinstance(r, int | float) and r), 1.0)

    @cached_property
    def choices_known(self) -> dict[Key, list[Choice]]:
        return {}

    def choices(self, key: Key, state: State) -> list[Choice]:
        if key not in self.choices_known:
            self.choices_known[key] = list(dict.fromkeys(self.all_choices(key)))
        return self.choices_known[key]

    def chosen(self, key: Key, state: State) -> Choice:
        choices = self.choices(key, state)
        parent, _, name = key.rpartition(".")
        are_layers = isinstance(choices[0], Template) and choices[0].holds_others
        if name.isdigit() and (are_layers or DATA.fullmatch(parent)):
            key = f"{parent}.0"  # all are held alike
        return choices[state.get(key, 0)]

    def by_convention(self, convention: Convention) -> State:
        """Each variable as a convention has it, where it knows one of that name; entries of holders too."""
        state: dict[Key, int] = {}
        waiting = list(self.names) + [n for f in self.others.values() for n in taken(f)]
        while waiting:
            key = waiting.pop(0)
            choices = self.choices(key, state)
            if not isinstance(choices[0], Template):
                continue
            if choices[0].kind in ("example", "rows"):
                continue
            if choices[0].holds_others:
                waiting += [f"{key}.{entry}" for entry in choices[0].keys]
                continue
            wanted = convention.template(self.variable(key))
            if wanted is not None and wanted.kind != "real" and self.use(key).is_changed:
                continue
            if wanted in choices and (
                choices[0].kind not in ("value", "size")
                or (choices[0].kind == "size" and convention.layout == "numbers")
            ):
                state[key] = choices.index(wanted)
        return {key: i for key, i in state.items() if i}

    def by_example(self) -> State:
        """Each variable as the program itself gives it, where it does."""
        each = {name: self.choices(name, {}) for name in self.names}
        places = {
            name: next((i for i, one in enumerate(choices) if is_example(one)), 0)
            for name, choices in each.items()
        }
        return {name: i for name, i in places.items() if i}

    def keys_of(self, roots: frozenset[str], state: State) -> list[Key]:
        """The variables behind parameters: those that are made, what they hold, and where they come from."""
        found: dict[Key, None] = {}
        places = {name: i for i, name in enumerate((*self.names, *self.of_value))}
        waiting = sorted(
            roots, key=lambda name: (places.get(name, len(places)), name)
        )  # as they are declared
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


def is_example(choice: Choice) -> bool:
    return isinstance(choice, Template) and choice.kind == "example"


def takes_the_same(scene: Scene) -> bool:
    """Whether both take the same inputs, several of them: a loss and its gradient."""
    return len(scene.names) > 1 and taken(scene.value) == taken(scene.gradient)
