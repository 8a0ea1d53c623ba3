"""Where each variable of a function and its gradient may come from: one of its own, or somebody's result.

Parameters of the same name are the same variable. A variable is made anew (a template), or comes from
somewhere: a part of what another function returned, the upstream gradient, another variable.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.descent.updates import EPOCHS
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.gradients import base
from charmlp.doctor.operation.numpy_code.names import (
    OUTPUT,
    PREDICTION,
    is_cache,
    is_truth,
    is_upstream,
    is_weight,
    of_gradient,
    words_of,
)
from charmlp.doctor.operation.numpy_code.trying.choices import (
    HOLDER,
    LAYERS,
    REST,
    WHOLE,
    Choice,
    Key,
    Node,
    Part,
    Product,
    Same,
    Upstream,
    as_hashable,
    code_with_steps,
    holders,
    taken,
    variable_of,
)
from charmlp.doctor.operation.numpy_code.trying.examples import arguments_of, real_arrays
from charmlp.doctor.operation.numpy_code.trying.names import DATA, Variable, likely
from charmlp.doctor.operation.numpy_code.trying.templates import (
    Template,
    holder,
    real,
    rows,
    unique,
    value,
)
from charmlp.doctor.operation.numpy_code.trying.uses import Use, uses_of
from charmlp.doctor.operation.source import behind


@dataclass(frozen=True)
class Origins:
    """`value` is differentiated, `gradient` its gradient (the same function where one does both).

    `others` are the functions of the module whose results these two may take.
    """

    value: Function
    gradient: Function
    others: Mapping[str, Function] = field(default_factory=dict)

    @cached_property
    def of_value(self) -> dict[str, Function]:
        """The parameters of the value and of functions that may give it some, each with one that has it."""
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
            whole.is_rate |= use.is_rate
            around: Mapping[str, Any] = getattr(behind(function.call), "__globals__", {})
            arrays = [around[name] for name in use.picks_of if name in around and np.ndim(around[name])]
            whole.rows = max([whole.rows, *map(len, arrays)])
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

    def all_choices(self, key: Key) -> Iterator[Choice]:
        if "." in key:
            yield from self.of_entry(key)
            return
        of_value = key in taken(self.value)
        if (count := self.use(key).rows) and not of_value:
            yield rows(count)
        is_rate = RATE.fullmatch(key) or self.use(key).is_rate
        if is_rate and self.gradient_has_steps and not of_value:
            yield Template("value", value=1.0)
        if not of_value and not (self.is_produced_from(key)):
            yield from self.sources(key)
        else:
            yield from self.same_data(key)
            yield from self.parts_called(key)
        yield from self.products(key)
        yield from self.of_example(key, of_value)
        yield from self.fresh(key)

    def of_example(self, key: Key, of_value: bool) -> Iterator[Template]:
        """What the program itself calls one of the functions with; not what depends on other variables."""
        examples = (arguments_of(f).get(key) for f in self.functions if key in taken(f))
        example = next((one for one in examples if one is not None), None)
        if example is not None and (of_value or not any(real_arrays(example.value, key))):
            yield Template("example", value=example)

    def is_produced_from(self, key: Key) -> bool:
        """Whether a function takes it that gives the value something: then it is not the gradient's alone."""
        products = [product for name in taken(self.value) for product in self.products(name)]
        return any(key in taken(f) for f in self.others.values()) or any(
            key in (p.data, p.weight) for p in products
        )

    def same_data(self, key: Key) -> Iterator[Same]:
        """The gradient's data, which a forward pass calls otherwise: features for x."""
        if key not in self.names and DATA.fullmatch(key):
            yield from (Same(name) for name in taken(self.gradient) if DATA.fullmatch(name))

    def parts_called(self, key: Key) -> Iterator[Part]:
        """What other functions return under this name, or as a prediction where one is wanted."""
        for name, function in self.others.items():
            if key in taken(function):
                continue
            if key in words_of(name):  # output_formula gives the output
                yield Part(name, 0)
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
        is_given_back = key in self.gradient.returns and self.gradient_has_steps  # a parameter
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
        if not upstream and not is_truth(key) and not is_given_back:  # labels are no upstream gradient
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

    def of_entry(self, key: Key) -> Iterator[Choice]:
        """What is in a holder: an array, or a tuple of what a layer has."""
        parent, _, name = key.rpartition(".")
        if name.isdigit() and "." not in parent:
            for names in self.use(parent).entries:
                yield holder("tuple", *names)
                yield holder("list", *names)
        variable = self.variable(key)
        yield from likely(variable, [variable.name])
