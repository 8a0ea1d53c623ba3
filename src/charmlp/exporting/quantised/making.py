"""Of a model, and grey letters that show how large its units become, the integer model.

The sums y of a layer are multiples of a unit c. So is the scale of each of its rows, of what a sum of bytes
times weights stands for: the multiplier, of one byte, makes one of the other without an error.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.errors import CharmlpError
from charmlp.exporting.quantised import rows
from charmlp.exporting.quantised.activation import STRAIGHT, Plan, Scale, plan_activation
from charmlp.exporting.quantised.deviation import Deviation
from charmlp.exporting.quantised.network import IntegerLayer, IntegerModel
from charmlp.exporting.quantised.softmax import Softmax
from charmlp.images import to_inputs
from charmlp.modelfile import Model

MOST_INPUTS = 2**16 - 1  # of a layer: times 255 · 127 they fit into an int32
MOST_SUM, MOST_MULTIPLIER = 2**31 - 1, 255
MOST_UP, MOST_SHIFT = 8, 24  # bits
LARGE_SUM = 26  # bits: what is larger is divided, so that there is room for multipliers
STANDARDISED = ("standardize", "light_ink")
PIXELS = Scale(2 / 255, 127.5)  # in [−1, 1]


@dataclass(frozen=True)
class Reading:
    """What the sums of bytes times weights are to a layer.

    scale   what a sum's unit, divided, stands for; `zero` is that of the bytes
    down    what sums times `up` are divided by; `None`: the deviation, and then
    longest how large the quotient is at most, times ‖weights‖; else 0: the bytes say it
    """

    scale: Scale
    down: int | None
    longest: float = 0.0


def check_quantisable(model: Model) -> None:
    """Raise `CharmlpError` where a model has no integer form."""
    if model.preprocessing not in ("scale", *STANDARDISED):
        raise CharmlpError(f"the preprocessing {model.preprocessing} has no integer form")
    most = max(model.sizes[:-1])
    if most > MOST_INPUTS:
        raise CharmlpError(
            f"a layer has {most:,} inputs; with 8 or 4 bits at most {MOST_INPUTS:,}: --bits 32"
        )
    if len(model.weights) == 1 and model.act_type not in STRAIGHT:
        raise CharmlpError(f"{model.act_type} behind the only layer has no integer form: --bits 32")


def quantise(model: Model, bits: int, letters: NDArray[np.uint8]) -> IntegerModel:
    """The model with weights of so many bits; `letters`, N×H×W, show what its units' values are.

    Raises `CharmlpError` where it has no integer form.
    """
    check_quantisable(model)
    deviation = Deviation.of(model.input_size) if model.preprocessing in STANDARDISED else None
    up = 1 if deviation is None else largest_factor(max(model.sizes[:-1]), bits)
    layers, scale, fraction = list[IntegerLayer](), PIXELS, 0
    plans = plan_layers(model, letters)
    for number, (weight, bias) in enumerate(zip(model.weights, model.biases, strict=True)):
        reading = read_bytes(scale, weight.shape[1], bits, up)
        if number == 0 and deviation is not None:
            reading = read_standardised(deviation, up)
        plan = plans[number] if number < len(plans) else None
        layer, shift = make_layer(weight.astype(np.float64), bias.astype(np.float64), bits, reading, plan)
        layers.append(layer)
        if plan is None:
            fraction = shift
        else:
            scale = plan.scale
    behind = calculus.activations_behind(len(model.weights), model.act_type)[-1].name
    return IntegerModel(
        classes=model.classes,
        norm_size=model.norm_size,
        bits=bits,
        up=up,
        deviation=deviation,
        inverts=model.preprocessing == "light_ink",
        layers=tuple(layers),
        fraction=fraction,
        divisor=0 if behind == "relu" else STRAIGHT[behind],
        softmax=Softmax.of(fraction, model.temperature),
    )


def plan_layers(model: Model, letters: NDArray[np.uint8]) -> list[Plan]:
    """The activations behind all layers but the last, for sums as large as those of the letters."""
    x: Array = to_inputs(letters, model.preprocessing)
    found = calculus.mlp_layers(x, model.weights, model.biases, model.act_type)
    behind = calculus.activations_behind(len(model.weights), model.act_type)
    return [
        plan_activation(activation, float(layer.z.min()), float(layer.z.max()))
        for activation, layer in zip(behind[:-1], found[:-1], strict=True)
    ]


def worst_sum(size: int, bits: int) -> int:
    """The largest sum of so many bytes times weights that there can be."""
    return 255 * size * rows.levels(bits)


def largest_factor(size: int, bits: int) -> int:
    """The power of two that the sums of a layer of that size can be multiplied with."""
    return 1 << min(MOST_UP, (MOST_SUM // worst_sum(size, bits)).bit_length() - 1)


def read_bytes(scale: Scale, size: int, bits: int, up: int) -> Reading:
    """Sums of bytes of a known scale."""
    divided = max(0, worst_sum(size, bits).bit_length() - LARGE_SUM)
    return Reading(Scale(scale.step * 2**divided, scale.zero / 2**divided), up << divided)


def read_standardised(deviation: Deviation, up: int) -> Reading:
    """Sums of pixels that are divided by σ in 2⁻ʰ: of ‖(p − mean p)/σ‖ = √D."""
    step = 2.0**deviation.bits / up
    return Reading(Scale(step, 0), None, math.sqrt(deviation.size) / step / deviation.least)


def make_layer(
    weight: Array, bias: Array, bits: int, reading: Reading, plan: Plan | None
) -> tuple[IntegerLayer, int]:
    """A layer, and the bits of a step of its sums: with as small a unit as its numbers leave room for.

    Without a plan, a step is a logit of 1. Raises `CharmlpError` where there is no room.
    """
    if reading.down is None:
        weight = rows.centred(weight)
    scales, step = rows.best_scales(weight, bits)[:, 0], 1.0 if plan is None else plan.unit
    finest = math.floor(math.log2(step * MOST_MULTIPLIER / (scales.max() * reading.scale.step)))
    for shift in range(min(finest, MOST_SHIFT), -1, -1):
        unit = step / 2**shift
        layer = layer_of(weight, bias, bits, reading, unit, scales)
        if plan is not None:
            layer = dataclasses.replace(
                layer, biases=layer.biases + plan.bias(shift), activation=plan.at(shift)
            )
        if largest(layer, reading) <= MOST_SUM:
            return layer, shift
    raise CharmlpError("the weights are so large that no integers stand for what they add up to: --bits 32")


def layer_of(
    weight: Array, bias: Array, bits: int, reading: Reading, unit: float, scales: Array
) -> IntegerLayer:
    """The layer whose sums are multiples of a unit, with scales as near to those wanted as can be."""
    multipliers = np.clip(np.rint(scales * reading.scale.step / unit), 1, MOST_MULTIPLIER)
    scale = (multipliers * unit / reading.scale.step)[:, np.newaxis]
    round_rows = rows.balanced if reading.down is None else rows.rounded
    whole = round_rows(weight, scale, bits)
    biases = np.rint(bias / unit - reading.scale.zero * whole.sum(axis=1) * multipliers)
    return IntegerLayer(
        whole.astype(np.int8), multipliers.astype(np.int64), biases.astype(np.int64), reading.down, None
    )


def largest(layer: IntegerLayer, reading: Reading) -> int:
    """How large a sum of the layer is at most, whatever is read."""
    weights = layer.weights.astype(np.float64)
    if layer.down is None:
        quotients = np.linalg.norm(weights, axis=1) * reading.longest
    else:
        quotients = 255 * np.maximum(np.maximum(weights, 0).sum(axis=1), np.maximum(-weights, 0).sum(axis=1))
    return int((quotients * layer.multipliers + np.abs(layer.biases)).max())
