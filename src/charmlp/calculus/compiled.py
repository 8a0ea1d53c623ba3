"""The table of activations in compiled code. Importing this file imports Numba.

A compiled function takes an entry of the table as an argument, and is compiled for that entry, with the
table's own formulas in it:

    y[i] = value(activation, x[i], real)
    gradient[i] = input_gradient(activation, gradient[i], saved[i], real)

An entry that the table does not have cannot be compiled, so that nothing is trained as something else.
"""

import functools
import math
from typing import Any

from numba import types
from numba.extending import (
    NativeValue,
    models,
    overload,
    register_jitable,
    register_model,
    typeof_impl,
    unbox,
)

from charmlp.calculus.activations import ACTIVATIONS, Activation
from charmlp.calculus.elements import erfc, maximum, scaled, where
from charmlp.system.compiling import OPTIONS, part_of_compiled


class ActivationType(types.Type):
    """The type of one entry of the table, for Numba."""

    def __init__(self, activation: str) -> None:
        self.activation = activation
        super().__init__(f"activation {activation}")


@typeof_impl.register(Activation)
def type_of(activation: Activation, context: Any) -> ActivationType:
    if ACTIVATIONS.get(activation.name) is not activation:
        raise KeyError(f"the table of activations has no such {activation.name!r}")
    return type_named(activation.name)


@functools.cache  # asked in every call
def type_named(activation: str) -> ActivationType:
    return ActivationType(activation)


register_model(ActivationType)(models.OpaqueModel)  # all there is to know of it is its type


@unbox(ActivationType)
def unbox_activation(kind: ActivationType, activation: Any, context: Any) -> NativeValue:
    return NativeValue(context.context.get_dummy_value())


# What the functions of Python mean in compiled code. Numba compares signatures: none has annotations.


@overload(where, jit_options=OPTIONS, inline="always")
def compiled_where(condition, then, otherwise):
    return lambda condition, then, otherwise: then if condition else otherwise


@overload(maximum, jit_options=OPTIONS, inline="always")
def compiled_maximum(x, least):
    return lambda x, least: least if x <= least else x


@overload(scaled, jit_options=OPTIONS, inline="always")
def compiled_scaled(x, factor, out):
    return lambda x, factor, out: x * factor


@overload(erfc, jit_options=OPTIONS)
def compiled_erfc(x):
    return lambda x: math.erfc(x)


for entry in ACTIVATIONS.values():  # a formula may call another one
    for formula in (entry.forward, entry.backward):
        register_jitable(**OPTIONS)(formula)


def value(activation: Activation, x: Any, real: Any) -> Any:
    """y = f(x)."""
    return activation.forward(x, real)


def input_gradient(activation: Activation, gradient: Any, saved: Any, real: Any) -> Any:
    """∂L/∂x from ∂L/∂y and what the activation saves, x or y."""
    return activation.backward(gradient, saved, real)


@overload(value, jit_options=OPTIONS)
def compiled_value(activation, x, real):
    formula = part_of_compiled(ACTIVATIONS[activation.activation].forward)
    return lambda activation, x, real: formula(x, real)


@overload(input_gradient, jit_options=OPTIONS)
def compiled_input_gradient(activation, gradient, saved, real):
    formula = part_of_compiled(ACTIVATIONS[activation.activation].backward)
    return lambda activation, gradient, saved, real: formula(gradient, saved, real)
