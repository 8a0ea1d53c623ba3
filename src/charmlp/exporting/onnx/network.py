"""From grey pictures of any size to the probabilities of the classes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import __version__ as pillow

from charmlp.calculus import activations_behind
from charmlp.calculus.activations import NEGATIVE_SLOPE, SQRT_HALF
from charmlp.exporting.onnx.crop import letter_box
from charmlp.exporting.onnx.graph import DOUBLE, FLOAT, INT, IR_VERSION, OPSET, Graph, Value
from charmlp.exporting.onnx.resize import resized, whole_picture
from charmlp.exporting.rows import Rows
from charmlp.modelfile import Model
from charmlp.version import __version__

# By the names of calculus.ACTIVATIONS. What is not here is refused.
OPERATORS: dict[str, Callable[[Graph, Value], Value]] = {
    "none": lambda g, x: x,
    "sigmoid": lambda g, x: g("Sigmoid", x),
    "tanh": lambda g, x: g("Tanh", x),
    "relu": lambda g, x: g("Relu", x),
    "leaky_relu": lambda g, x: g("LeakyRelu", x, alpha=NEGATIVE_SLOPE),
    "gelu": lambda g, x: x * ((g("Erf", x * SQRT_HALF) + 1.0) * 0.5),
    "silu": lambda g, x: x * g("Sigmoid", x),
}
GREY = "uint8, pictures × height × width: upright grey pictures of one size, 0 black, 255 white"


def onnx_model(model: Model, rows: Sequence[Rows] | None = None) -> onnx.ModelProto:
    """The graph of a model; `rows` are its weights where they have 8 bits."""
    g = Graph()
    pixels = seen(g, Value(g, "grey", np.dtype(np.uint8)), model)
    logits = layers(g, INPUTS[model.preprocessing](pixels, model.norm_size), model, rows)
    probabilities = g("Softmax", logits.to(DOUBLE) / model.temperature, axis=1)
    number = g("ArgMax", probabilities, axis=1, keepdims=0, dtype=INT)
    g.name(probabilities.to(FLOAT), "probabilities")
    g.name(number, "class")
    made = packed(g, len(model.classes))
    helper.set_model_props(made, metadata(model, 32 if rows is None else 8))
    onnx.checker.check_model(made)
    return made


def packed(g: Graph, classes: int) -> onnx.ModelProto:
    """The graph as a file holds it: what goes in, what comes out, which versions it takes."""
    inputs = [helper.make_tensor_value_info("grey", TensorProto.UINT8, ["pictures", "height", "width"])]
    outputs = [
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["pictures", classes]),
        helper.make_tensor_value_info("class", TensorProto.INT64, ["pictures"]),
    ]
    return helper.make_model(
        helper.make_graph(g.nodes, "charmlp", inputs, outputs, g.constants),
        producer_name="charmlp",
        producer_version=__version__,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )


def seen(g: Graph, grey: Value, model: Model) -> Value:
    """The grey pictures as the model sees them: float64 N×height×width (`charmlp.images.read_grey`)."""
    pixels = grey.to(DOUBLE)
    sides = g("Shape", grey, dtype=INT)
    height, width = (g("Gather", sides, np.array(axis)) for axis in (1, 2))
    if model.view.crop == "auto":
        box = letter_box(g, pixels, height, width)
    else:
        box = whole_picture(g, height, width)
    return resized(g, pixels, height, width, model.norm_size, box)


def scaled(pixels: Value) -> Value:
    """x = 2p/255 − 1, float32 N×(H·W) of pixels N×H×W."""
    return pixels.graph("Flatten", pixels, axis=1).to(FLOAT) * (2 / 255) - 1.0


def standardized(pixels: Value) -> Value:
    """x = (p − mean p) / std p."""
    g, x = pixels.graph, pixels.graph("Flatten", pixels, axis=1)
    x = x.to(FLOAT) - mean(x).to(FLOAT)  # rounded as there: it tells where pixels hardly differ
    exact = x.to(DOUBLE)
    deviation = g("Sqrt", mean(exact * exact)).to(FLOAT)
    return x / deviation.at_least(1.0)


def with_light_ink(pixels: Value, size: tuple[int, int]) -> Value:
    """The same, and −x where the border is lighter than the whole."""
    border = np.ones((1, *size))
    border[:, 1:-1, 1:-1] = 0
    around, whole = (pixels * border).sum(1, 2), pixels.sum(1, 2)
    is_dark = around * float(border.size) > whole * border.sum()
    x = standardized(pixels)
    return x.graph("Where", x.graph("Squeeze", is_dark, np.array([2])), x * -1.0, x, dtype=FLOAT)


def mean(x: Value) -> Value:
    """Of each row, N×1."""
    return x.graph("ReduceMean", x, axes=[1])


# By the names of config.PREPROCESSINGS: what `charmlp.images.to_inputs` makes of pixels N×H×W, size H×W.
INPUTS: dict[str, Callable[[Value, tuple[int, int]], Value]] = {
    "scale": lambda pixels, size: scaled(pixels),
    "standardize": lambda pixels, size: standardized(pixels),
    "light_ink": with_light_ink,
}


def layers(g: Graph, x: Value, model: Model, rows: Sequence[Rows] | None) -> Value:
    """Logits N×K of inputs: x Wᵀ + b, and the activation behind."""
    behind = activations_behind(len(model.weights), model.act_type)
    for number, (bias, activation) in enumerate(zip(model.biases, behind, strict=True)):
        name = f"net.{2 * number}"
        if rows is None:
            weight = g.constant(model.weights[number], f"{name}.weight")
        else:
            integers, scales = rows[number]
            scale = g.constant(scales, f"{name}.scale")
            weight = g("DequantizeLinear", g.constant(integers, f"{name}.weight"), scale, dtype=FLOAT, axis=0)
        x = OPERATORS[activation.name](g, g("Gemm", x, weight, g.constant(bias, f"{name}.bias"), transB=1))
    return x


def metadata(model: Model, bits: int) -> dict[str, str]:
    """What the file says of itself, as text or JSON."""
    facts = {
        "classes": list(model.classes),
        "input": GREY,
        "norm_size": model.norm_size,
        "preprocessing": model.preprocessing,
        "crop": model.view.crop,
        "ground": model.view.ground,
        "act_type": model.act_type,
        "temperature": model.temperature,
        "bits": bits,
        "provenance": dict(model.provenance),
        "charmlp": __version__,
        "pillow": pillow,  # whose resize it is
    }
    texts = {
        name: fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False)
        for name, fact in facts.items()
    }
    return {name: text.encode("utf-8", "backslashreplace").decode() for name, text in texts.items()}
