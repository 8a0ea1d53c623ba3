"""How an operation may take its inputs: order, orientation, labels as indices or one-hot, one row or many.

The formulas of the doctor are written once, for inputs in their *canonical* form: x: N×D, weight: K×D,
bias: K, logits and targets: N×C. An arrangement says how somebody's operation takes the same numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor import functions
from charmlp.doctor.functions import Array

Sizes = Mapping[str, int]
Variables = dict[str, Array]  # canonical inputs by name

# Primes, all different, so that a factor tells where it comes from.
# H×W pictures with a kernel of R×R and F filters; T queries of S keys and values of E numbers; V words.
SIZES: tuple[Sizes, ...] = (
    {"N": 5, "D": 7, "K": 3, "C": 3, "H": 4, "W": 6, "R": 3, "F": 3, "T": 5, "S": 4, "E": 3, "V": 4},
    {"N": 7, "D": 3, "K": 5, "C": 11, "H": 6, "W": 4, "R": 3, "F": 2, "T": 3, "S": 5, "E": 2, "V": 5},
)

# As many rows as columns: one number a row is spread along the columns there, and nothing raises
SQUARE: tuple[Sizes, ...] = tuple({**SIZES[0], "N": n, "D": n, "K": n, "C": n} for n in (5, 4))


def random_numbers(shape: Sequence[int], generator: np.random.Generator) -> Array:
    """Numbers in ±[0.2, 2], away from kinks, each sign at least once where there are two or more."""
    signs = generator.choice((-1.0, 1.0), size=shape)
    if signs.size > 1:
        signs.flat[0], signs.flat[-1] = -1.0, 1.0
    return np.asarray(signs * generator.uniform(0.2, 2, size=shape))


def random_labels(shape: Sequence[int], generator: np.random.Generator) -> Array:
    """Labels, one-hot, not all of one class where there are two rows."""
    n, c = shape
    labels = (np.arange(n) * (1 + n // c) + generator.integers(c)) % c
    return functions.onehot(generator.permutation(labels), c)


@dataclass(frozen=True)
class Role:
    """What an input is: its canonical shape, a letter for each dimension, and what people call it."""

    name: str
    shape: str
    called: tuple[str, ...] = ()
    constant: bool = False  # no gradient with respect to it is asked for
    values: Callable[[Sequence[int], np.random.Generator], Array] = random_numbers

    @property
    def is_bounded(self) -> bool:
        """Whether a gradient by it is asked for, and it may not be any number: a probability."""
        return not self.constant and self.values is not random_numbers


X = Role("x", "ND", ("x", "input", "inputs", "inp", "features"))
WEIGHT = Role("weight", "KD", ("w", "weight", "weights", "kernel"))
BIAS = Role("bias", "K", ("b", "bias"))
LOGITS = Role("logits", "NC", ("logits", "logit", "scores"))
LABEL = Role("label", "NC", ("label", "labels", "target", "targets"), constant=True, values=random_labels)
PREDICTION = Role(
    "prediction", "NC", ("pred", "prediction", "predictions", "y_pred", "y_hat", "yhat", "output")
)
TARGET = Role("target", "NC", ("target", "targets", "y_true", "label", "labels", "t"), constant=True)
OUTPUT = Role("output", "")


def onehot(labels: Array, v: Variables) -> Array:
    return functions.onehot(labels, v["logits"].shape[1])


# Each form: from canonical, and back to it (differentiable where the input is), given what is known already.
FORMS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Variables], Array]]] = {
    "plain": (lambda t: t, lambda t, v: t),
    "transposed": (lambda t: t.T, lambda t, v: t.T),
    "row": (lambda t: t.reshape(1, -1), lambda t, v: t.reshape(-1)),
    "column": (lambda t: t.reshape(-1, 1), lambda t, v: t.reshape(-1)),
    "flat": (lambda t: t.reshape(-1), lambda t, v: t.reshape(-1, 1)),
    "single": (lambda t: t[0], lambda t, v: t[None]),
    "one number": (lambda t: t.reshape(()), lambda t, v: t.reshape(1, 1)),
    "bits": (lambda t: (t + 1) / 2, lambda t, v: 2 * t - 1),  # 0 and 1 for −1 and 1
    "flat bits": (lambda t: (t.reshape(-1) + 1) / 2, lambda t, v: 2 * t.reshape(-1, 1) - 1),
    "channels": (  # each row a pixel, each column a channel: N×C×2×3 pictures
        lambda t: t.reshape(-1, 2, 3, t.shape[1]).transpose(0, 3, 1, 2),
        lambda t, v: t.transpose(0, 2, 3, 1).reshape(-1, t.shape[1]),
    ),
    "heads": (  # two heads of each example: canonical N are both
        lambda t: t.reshape(-1, 2, *t.shape[1:]),
        lambda t, v: t.reshape(-1, *t.shape[2:]),
    ),
    "heads of tokens": (
        lambda t: t.reshape(-1, 2, *t.shape[1:]).swapaxes(1, 2),
        lambda t, v: t.swapaxes(1, 2).reshape(-1, t.shape[1], t.shape[3]),
    ),
    "image": (lambda t: t[0, 0], lambda t, v: t[None, None]),
    "stack": (lambda t: t[:, 0], lambda t, v: t[:, None]),  # pictures of one channel
    "channels last": (lambda t: t.transpose(0, 2, 3, 1), lambda t, v: t.transpose(0, 3, 1, 2)),
    "filters last": (lambda t: t.transpose(2, 3, 1, 0), lambda t, v: t.transpose(3, 2, 0, 1)),
    "single, channels last": (lambda t: t[0].transpose(1, 2, 0), lambda t, v: t.transpose(2, 0, 1)[None]),
    "after ones": (lambda t: t.reshape(1, 1, 1, -1), lambda t, v: t.reshape(-1)),
    "only": (lambda t: t.reshape(()), lambda t, v: t.reshape(1)),
    "number": (lambda t: t.astype(int), lambda t, v: t),
    "index": (lambda t: t.argmax(1), onehot),
    "index column": (lambda t: t.argmax(1)[:, None], onehot),
    "index single": (lambda t: np.asarray(t[0].argmax()), onehot),
    "index bits": (lambda t: t.reshape(-1).astype(int), lambda t, v: t.reshape(-1, 1).astype(float)),
    "index onehot": (lambda t: t.astype(int), lambda t, v: t.astype(float)),
}


@dataclass(frozen=True)
class Slot:
    """One input: what it is, and the form in which it comes."""

    role: Role
    form: str = "plain"

    @property
    def is_index(self) -> bool:
        return self.form.startswith("index") or self.form == "number"

    def actual(self, canonical: Array) -> Array:
        """A canonical tensor (an input or its gradient) in the form of this slot."""
        return FORMS[self.form][0](canonical)

    def canonical(self, actual: Array, known: Variables) -> Array:
        return FORMS[self.form][1](actual, known)


@dataclass(frozen=True)
class Arrangement:
    """The slots in order, the form of the output, and sizes that differ (`{"N": 1}` for one row only).

    A `second` one is another reading of inputs that an earlier one takes as well: it counts where it alone
    makes the gradients right, such as columns for rows.
    """

    slots: tuple[Slot, ...]
    output: Slot = Slot(OUTPUT)
    sizes: Sizes = field(default_factory=dict)
    second: bool = False

    @property
    def letters(self) -> str:
        return "".join(slot.role.shape for slot in self.slots)

    def random_values(self, sizes: Sizes, dtype: Any, seed: int) -> list[Array]:
        """Numbers of both signs, or labels, for each slot."""
        generator = np.random.default_rng(seed)
        sizes = {**sizes, **self.sizes}
        shapes = [[sizes[letter] for letter in slot.role.shape] for slot in self.slots]
        return [
            slot.actual(np.asarray(slot.role.values(shape, generator), dtype=dtype))
            for slot, shape in zip(self.slots, shapes, strict=True)
        ]

    def variables(self, values: Sequence[Array]) -> Variables:
        """The canonical inputs of somebody's `values`; raises where they do not fit this arrangement."""
        if len(values) != len(self.slots):
            raise ValueError(f"{len(self.slots)} inputs are expected, not {len(values)}")
        known: Variables = {}
        for place, name, canonical in self.in_turn:
            known[name] = canonical(values[place], known)
        self.sizes_of(known)
        return known

    @cached_property
    def in_turn(self) -> list[tuple[int, str, Callable[[Array, Variables], Array]]]:
        """Places, names and ways back to canonical inputs: an index, which needs the classes, last."""
        slots = sorted(enumerate(self.slots), key=lambda pair: pair[1].is_index)
        return [(place, slot.role.name, slot.canonical) for place, slot in slots]

    def sizes_of(self, known: Variables) -> dict[str, int]:
        """The size of each letter; raises `ValueError` where inputs disagree, or have other dimensions."""
        sizes: dict[str, int] = {}
        for slot in self.slots:
            for letter, size in zip(slot.role.shape, known[slot.role.name].shape, strict=True):
                if sizes.setdefault(letter, size) != size:
                    raise ValueError(f"{letter} is {size} and {sizes[letter]}")
        return sizes


GUESSED = Arrangement(())  # the inputs of an operation of which nothing is known


def arrange(
    *inputs: Role | tuple[Role, str], output: str = "plain", second: bool = False, **sizes: int
) -> Arrangement:
    """An arrangement of inputs, each a role or a role with its form."""
    slots = tuple(Slot(*entry) if isinstance(entry, tuple) else Slot(entry) for entry in inputs)
    return Arrangement(slots, Slot(OUTPUT, output), sizes, second)


ELEMENTWISE = (
    arrange(X),
    arrange((X, "flat"), output="flat", D=1),
    arrange((X, "one number"), output="one number", N=1, D=1),
)
