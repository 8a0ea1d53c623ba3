"""The page's gradients, by node through the bundle, beside those of charmlp.calculus."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.packing import packed
from charmlp.modelfile import Model

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")

STEP = """import { readFileSync } from "node:fs";
import { descended, gradients, lossOf } from "./learning.js";
import { unpack } from "./weights.js";
const { packed, xs, truths, rate, off } = JSON.parse(readFileSync(0, "utf8"));
const model = unpack(packed);
model.layers[0].off = new Set(off);
process.stdout.write(JSON.stringify(xs.map((numbers, i) => {
  const x = Float64Array.from(numbers);
  const found = gradients(model, x, truths[i]);
  const layers = found.layers.map(({ delta, input, below }) => [[...delta], [...input], [...below]]);
  const after = lossOf({ ...model, layers: descended(model, found, rate) }, x, truths[i]);
  return { error: [...found.error], layers, after };
})));
"""


def in_node(script: str, given: dict[str, Any]) -> Any:
    """What a module of tests says of what it is given; it may import the page's modules."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "test.mjs")
        file.write_text(
            bundle("test.js", lambda name: script if name == "test.js" else source(name)), "utf-8"
        )
        done = subprocess.run(
            ["node", str(file)], input=json.dumps(given).encode(), capture_output=True, check=True
        )
    return json.loads(done.stdout)


def steps_in_node(
    model: Model, xs: NDArray[np.float64], truths: list[int], rate: float, off: Collection[int] = ()
) -> Any:
    """Of each input the error, δ, input and ∂L/∂input of each layer, and the loss after a step.

    Units `off` of the first layer are switched off.
    """
    given = {"packed": packed(model, 32), "xs": xs.tolist(), "truths": truths, "rate": rate, "off": list(off)}
    return in_node(STEP, given)


def largest_difference(model: Model, xs: NDArray[np.float64], truths: list[int], found: Any) -> float:
    """How far a gradient of any layer is from that of `charmlp.calculus`, at most."""
    weights, biases = ([each.astype(np.float64) for each in some] for some in (model.weights, model.biases))
    layers = calculus.mlp_layers(xs, weights, biases, model.act_type)
    error = calculus.softmax(layers[-1].y) - np.eye(len(model.classes))[truths]
    deltas = calculus.mlp_gradients(error, layers, weights, model.act_type)
    inputs = [xs, *(layer.y for layer in layers[:-1])]
    differences = []
    for i, step in enumerate(found):
        differences.append(np.abs(step["error"] - error[i]).max())
        for number, (delta, into, below) in enumerate(step["layers"]):
            weight = np.outer(deltas[number][i], inputs[number][i])
            differences.append(np.abs(np.outer(delta, into) - weight).max())  # ∂L/∂W
            differences.append(np.abs(delta - deltas[number][i]).max())  # ∂L/∂b
            differences.append(np.abs(below - deltas[number][i] @ weights[number]).max())  # ∂L/∂x
    return float(max(differences))
