"""The parts of a header with weights of 8 or 4 bits: no float, and no number of 64 bits, anywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from charmlp.exporting.c.header import Parts, defined_for_ink, in_chunks
from charmlp.exporting.c.text import array, numbers, part
from charmlp.exporting.quantised import IntegerModel
from charmlp.exporting.quantised.activation import Straight, Table
from charmlp.exporting.quantised.packing import packed_rows
from charmlp.exporting.quantised.softmax import POWERS


def integer_parts(model: IntegerModel, picture: NDArray[np.uint8]) -> Parts:
    """What computes the integer model; `picture` is that of the self-test."""
    hidden, widest = max(model.sizes[1:-1], default=0), max(model.sizes[:-1])
    values = widest + widest % 2
    arrays = f"    uint8_t values[{values}];\n" + (f"    int32_t sums[{hidden}];\n" if hidden else "")
    constants, steps = weights_and_steps(model)
    return Parts(
        score="int32_t",
        probability="uint16_t",
        meaning="logits, of which NET_ONE are 1",
        defined=defined(model),
        weights="\n".join(array("uint8_t", name, values) for name, values in constants.items()),
        constants=sum(map(len, constants.values())),
        functions="\n".join(part(name) for name in functions(model)),
        arrays=arrays + ("    int k;\n" if model.divisor != 1 else ""),
        ram=values + 4 * hidden,
        steps="".join(f"    {step}\n" for step in ["net_resize(grey, height, width, values);", *steps]),
        behind=probabilities(model) + "\n" + self_test(model, picture),
    )


def weights_and_steps(model: IntegerModel) -> tuple[dict[str, NDArray[np.uint8]], list[str]]:
    """The constant arrays by name, and the statements that read them, layer by layer."""
    constants, steps = dict[str, NDArray[np.uint8]](), list[str]()
    for number, layer in enumerate(model.layers, 1):
        size, found = layer.weights.shape[1], "scores" if layer.activation is None else "sums"
        down = layer.down if layer.down is not None else deviation_of(model)
        if size % 2 and model.bits == 4:
            steps.append(f"values[{size}] = 0; /* so that there are two for each byte of weights */")
            size += 1
        for name, first, rows in in_chunks(packed_rows(layer, model.bits), f"net_rows_{number}"):
            constants[name] = rows.ravel()
            steps.append(
                f"net_layer(values, {size}, NET_AT({name}), {len(rows)}, {down}, {found} + {first});"
            )
        behind, count = layer.activation, len(layer.weights)
        if isinstance(behind, Table):
            constants[f"net_table_{number}"] = np.array(behind.entries, ">u2").view(np.uint8)
            steps.append(f"net_activate(sums, {count}, {behind.shift}, NET_AT(net_table_{number}), values);")
        elif isinstance(behind, Straight):
            knee = f"{behind.knee}, " if behind.divisor > 1 else ""
            steps.append(f"net_activate(sums, {count}, {behind.shift}, {knee}values);")
    if model.divisor != 1:
        steps += [
            "for (k = 0; k < NET_CLASSES; k++)",
            "    if (scores[k] < 0)",
            f"        scores[k] {'/' if model.divisor else '*'}= {model.divisor};",
        ]
    return constants, steps


def deviation_of(model: IntegerModel) -> str:
    """The expression for the image's deviation."""
    dark = "net_has_dark_ink(values) ? -net_deviation(values) : "
    return f"{dark if model.inverts else ''}net_deviation(values)"


def functions(model: IntegerModel) -> list[str]:
    """The parts that its layers are computed with."""
    found = [] if model.deviation is None else ["deviation"]
    found += ["ink"] if model.inverts else []
    found.append(f"layer{model.bits}")
    behind = model.layers[0].activation
    if isinstance(behind, Table):
        found.append("table")
    elif isinstance(behind, Straight):
        found.append("bent" if behind.divisor > 1 else "straight")
    return found


def defined(model: IntegerModel) -> str:
    """The constants of the functions."""
    values = {"NET_ONE": f"{2**model.fraction} /* of a score: a logit of 1 */"}
    inner = {"NET_UP": model.up}
    if model.deviation is not None:
        inner |= {"NET_NUMERATOR": model.deviation.numerator, "NET_DENOMINATOR": model.deviation.denominator}
    behind = model.layers[0].activation
    if isinstance(behind, Straight) and behind.divisor > 1:
        inner["NET_DIVISOR"] = behind.divisor
    lines = [f"#define {name} {value}" for name, value in {**values, **inner}.items()]
    return "\n".join([*lines, *(defined_for_ink(model.norm_size) if model.inverts else [])])


def probabilities(model: IntegerModel) -> str:
    softmax = model.softmax
    return part(
        "softmax",
        powers=", ".join(map(str, POWERS)),
        drop=softmax.drop,
        limit=f"{softmax.limit}u",
        multiplier=f"{softmax.multiplier}u",
        shift=softmax.shift,
    )


def self_test(model: IntegerModel, picture: NDArray[np.uint8]) -> str:
    scores = model.scores_of(picture).astype(">i4").view(np.uint8)
    return part(
        "selftest",
        size=picture.size,
        height=picture.shape[0],
        width=picture.shape[1],
        picture=numbers(picture.ravel()),
        scores=numbers(scores),
    )
