"""The parts of a header with weights of 32 bits: floats, without a library of mathematics."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from charmlp.calculus import activations_behind
from charmlp.exporting.c.header import Parts, defined_for_ink, in_chunks
from charmlp.exporting.c.text import array, numbers, part, real
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer

INPUTS = {"scale": ["scale32"], "standardize": ["standardize32"], "light_ink": ["standardize32", "ink"]}


def float_parts(model: Model, picture: NDArray[np.uint8]) -> Parts:
    """What computes the model itself; `picture` is that of the self-test."""
    hidden, widest = max(model.hidden_size, default=0), max(model.sizes[:-1])
    constants, steps = weights_and_steps(model)
    pixels = model.input_size
    arrays = f"    uint8_t pixels[{pixels}];\n    float values[{widest}];\n"
    arrays += f"    float sums[{hidden}];\n" if hidden else ""
    first = ["net_resize(grey, height, width, pixels);", "net_inputs(pixels, values);"]
    if model.preprocessing == "light_ink":
        first += ["if (net_has_dark_ink(pixels))", f"    for (k = 0; k < {pixels}; k++)"]
        first += ["        values[k] = -values[k];"]
    return Parts(
        score="float",
        probability="float",
        meaning="logits",
        defined="\n".join(defined_for_ink(model.norm_size)) if model.preprocessing == "light_ink" else "",
        weights=part("floats")
        + "\n"
        + "\n".join(array("float", name, values) for name, values in constants.items()),
        constants=4 * sum(map(len, constants.values())),
        functions="\n".join(part(name) for name in functions(model)),
        arrays=arrays + ("    int k;\n" if any("for (k" in step for step in [*first, *steps]) else ""),
        ram=pixels + 4 * (widest + hidden),
        steps="".join(f"    {step}\n" for step in [*first, *steps]),
        behind=probabilities(model) + "\n" + self_test(model, picture),
    )


def weights_and_steps(model: Model) -> tuple[dict[str, list[str]], list[str]]:
    """The constant arrays by name, and the statements that read them, layer by layer."""
    constants, steps = dict[str, list[str]](), list[str]()
    behind = activations_behind(len(model.weights), model.act_type)
    layers = zip(model.weights, model.biases, behind, strict=True)
    for number, (weight, bias, activation) in enumerate(layers, 1):
        is_last, (count, size) = number == len(model.weights), weight.shape
        found, read = ("scores", "scores") if is_last else ("sums", "values")
        packed = np.hstack([weight, bias[:, np.newaxis]]).astype(np.float32)
        for name, first, rows in in_chunks(packed, f"net_rows_{number}"):
            constants[name] = list(map(real, rows.ravel().tolist()))
            steps.append(f"net_layer(values, {size}, NET_AT({name}), {len(rows)}, {found} + {first});")
        if not is_last or activation.name != "none":
            steps += [f"for (k = 0; k < {count}; k++)", f"    {read}[k] = net_f({found}[k]);"]
    return constants, steps


def functions(model: Model) -> list[str]:
    """The parts that its layers are computed with."""
    inputs = INPUTS[model.preprocessing]
    behind = activations_behind(len(model.weights), model.act_type)
    is_used = len(behind) > 1 or behind[0].name != "none"
    exponential = ["exp32"] if needs_exp(model) else []
    return [*exponential, *inputs, "layer32", *([f"{model.act_type}32"] if is_used else [])]


def needs_exp(model: Model) -> bool:
    """Whether its activation calls the header's own eˣ."""
    return "net_exp" in part(f"{model.act_type}32")


def probabilities(model: Model) -> str:
    exponential = "" if needs_exp(model) else part("exp32") + "\n"
    return part("softmax32", exp=exponential, temperature=real(model.temperature))


def self_test(model: Model, picture: NDArray[np.uint8]) -> str:
    recognizer = Recognizer(uncropped(model))
    scores = recognizer.logits(recognizer.grey(picture)[np.newaxis])[0]
    return part(
        "selftest32",
        size=picture.size,
        height=picture.shape[0],
        width=picture.shape[1],
        picture=numbers(picture.ravel()),
        scores=numbers(map(real, scores.tolist())),
    )


def uncropped(model: Model) -> Model:
    """The model as the header is: it takes the picture as it comes (docs/export-c.md)."""
    return dataclasses.replace(model, view=model.view._replace(crop="none"))
