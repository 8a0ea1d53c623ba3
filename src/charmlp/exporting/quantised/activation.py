"""Activations between layers: from sums y to bytes u, which stand for step · (u − zero).

A sum is shifted to become a byte, or a place in a table: its layer's units are chosen so, and its biases
hold the half that rounds. Of relu and its like that is exact but for rounding; the others are a table with
straight lines between its entries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from charmlp.calculus import Activation
from charmlp.calculus.activations import NEGATIVE_SLOPE
from charmlp.calculus.elements import Array

# What is behind the knee at 0: relu's bytes end there, of others what is below is divided.
STRAIGHT = {"relu": 1, "none": 1, "leaky_relu": round(1 / NEGATIVE_SLOPE)}
INTERVALS, PART_BITS = 128, 7  # of a table, and the bits of a place inside one
STEPS = INTERVALS << PART_BITS
VALUE_BITS = 8  # of a table's entries behind the point
FINE, UNSEEN = 4097, 1024  # places at which a function is looked at; parts of its range that do not count
LEAST_WIDTH = 1.0  # of a table


@dataclass(frozen=True)
class Scale:
    """What bytes stand for: step · (u − zero)."""

    step: float
    zero: float

    @classmethod
    def of(cls, low: float, high: float) -> Scale:
        """The bytes for values from `low` to `high`, and 0 itself."""
        low, high = min(low, 0.0), max(high, 0.0)
        step = (high - low) / 255 or 1.0
        return cls(step, round(-low / step))


@dataclass(frozen=True)
class Straight:
    """u = y >> shift, from 0 to 255; what of y is below `knee` counts as the `divisor`th part."""

    shift: int
    knee: int
    divisor: int

    def __call__(self, sums: Array) -> Array:
        found: Array = np.clip(bent(sums, self.knee, self.divisor) >> self.shift, 0, 255)
        return found


@dataclass(frozen=True)
class Table:
    """u between the entries on both sides of the place y >> shift, in 128ths of an interval.

    entries  129 of them, in 256ths of a byte's steps
    """

    shift: int
    entries: tuple[int, ...]

    def __call__(self, sums: Array) -> Array:
        place = np.clip(sums >> self.shift, 0, STEPS - 1)
        number, part = place >> PART_BITS, place & (2**PART_BITS - 1)
        entries = np.array(self.entries, np.int64)
        between = entries[number] * (2**PART_BITS - part) + entries[number + 1] * part
        found: Array = (between + 2 ** (PART_BITS + VALUE_BITS - 1)) >> (PART_BITS + VALUE_BITS)
        return found


@dataclass(frozen=True)
class Plan:
    """An activation whose layer's units are not chosen yet.

    unit    what of a sum is one step: of the byte, or of the place in a table
    offset  of 0 itself, in such steps
    scale   what its bytes stand for
    entries of a table; none of a straight one, which has a divisor
    """

    unit: float
    offset: float
    scale: Scale
    entries: tuple[int, ...] = ()
    divisor: int = 1

    def at(self, shift: int) -> Straight | Table:
        """With 2ˢ to a step."""
        if self.entries:
            return Table(shift, self.entries)
        return Straight(shift, self.bias(shift) if self.divisor > 1 else 0, self.divisor)

    def bias(self, shift: int) -> int:
        """What is added to a sum: the place of 0, and a half that rounds."""
        return round((self.offset + 0.5) * 2**shift)


def bent(sums: Array, knee: int, divisor: int) -> Array:
    """What is below the knee as the `divisor`th part, rounded towards the knee."""
    return sums if divisor == 1 else np.where(sums < knee, knee - (knee - sums) // divisor, sums)


def plan_activation(activation: Activation, low: float, high: float) -> Plan:
    """The activation of sums that lie from `low` to `high`."""
    if activation.name in STRAIGHT:
        ends = activation(np.array([low, high]))
        scale = Scale.of(float(ends[0]), float(ends[1]))
        return Plan(scale.step, scale.zero, scale, divisor=STRAIGHT[activation.name])
    low, high = curved(activation, min(low, 0.0), max(high, 0.0))
    values = activation(np.linspace(low, high, INTERVALS + 1))
    scale = Scale.of(float(values.min()), float(values.max()))
    entries = np.clip(values / scale.step + scale.zero, 0, 255) * 2**VALUE_BITS
    unit = (high - low) / STEPS
    return Plan(unit, -low / unit, scale, tuple(np.rint(entries).astype(int).tolist()))


def curved(activation: Activation, low: float, high: float) -> tuple[float, float]:
    """Where between `low` and `high` the activation changes: what lies beyond has the value of the ends."""
    places = np.linspace(low, max(high, low + LEAST_WIDTH), FINE)
    values = activation(places)
    unlike = [np.abs(values - end) > np.ptp(values) / UNSEEN for end in (values[0], values[-1])]
    first, last = int(np.argmax(unlike[0])), FINE - 1 - int(np.argmax(unlike[1][::-1]))
    return float(places[max(first - 1, 0)]), float(places[min(last + 1, FINE - 1)])
