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
from charmlp.exporting.onnx.quantising import Rows
from charmlp.exporting.onnx.resize import resized, whole_picture
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
    grey = Value(g, "grey", np.dtype(np.uint8))
    x = to_inputs(g, seen(g, grey, model), model.preprocessing)
    logits = layers(g, x, model, rows)
    probabilities = g("Softmax", logits.to(DOUBLE) / model.temperature, axis=1)
    number = g("ArgMax", probabilities, axis=1, keepdims=0, dtype=INT)
    for value, name in ((probabilities.to(FLOAT), "probabilities"), (number, "class")):
        g.nodes.append(helper.make_node("Identity", [value.name], [name]))
    count = len(model.classes)
    graph = helper.make_graph(
        g.nodes,
        "charmlp",
        [helper.make_tensor_value_info("grey", TensorProto.UINT8, ["pictures", "height", "width"])],
        [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["pictures", count]),
            helper.make_tensor_value_info("class", TensorProto.INT64, ["pictures"]),
        ],
        g.constants,
    )
    made = helper.make_model(
        graph,
        producer_name="charmlp",
        producer_version=__version__,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(made, metadata(model, 32 if rows is None else 8))
    onnx.checker.check_model(made)
    return made


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


def to_inputs(g: Graph, pixels: Value, preprocessing: str) -> Value:
    """float32 N×(H·W) of pixels N×H×W (`charmlp.images.to_inputs`)."""
    x = g("Flatten", pixels, axis=1)
    if preprocessing == "scale":
        return x.to(FLOAT) * (2 / 255) - 1.0
    x = x.to(FLOAT) - mean(x).to(FLOAT)  # rounded as there: it tells where pixels hardly differ
    exact = x.to(DOUBLE)
    deviation = g("Sqrt", mean(exact * exact)).to(FLOAT)
    return x / deviation.at_least(1.0)


def mean(x: Value) -> Value:
    """Of each row, N×1."""
    return x.graph("ReduceMean", x, axes=[1])


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
