"""ONNX: the whole way from grey pictures of any size to probabilities, as one graph.

    graph.py       a graph as formulas
    resize.py      Pillow's bilinear resize, to the last bit
    crop.py        the letter's box, for models trained with --crop auto
    network.py     inputs, layers, softmax; what the file says of itself
    running.py     the graph run by onnxruntime

Input `grey`: uint8 N×H×W, 0 is black. Outputs `probabilities`, float32 N×K, and `class`, int64 N, the number
of the most probable class. The classes' names are in the metadata under `classes`, as JSON.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.exporting.formats import FULL_PRECISION
from charmlp.exporting.job import Draft, Job, largest_difference
from charmlp.exporting.rows import quantised
from charmlp.recognizer import Recognizer
from charmlp.system.extras import install_command, require_extra
from charmlp.text import shown_path

MOST_BYTES = 2 * 10**9  # of weights; Protocol Buffers have 2 GiB


def check(job: Job) -> None:
    """Refuse where the package is missing, or ONNX cannot say what the model is."""
    require_extra("onnx", "onnx", "an ONNX file")
    from charmlp.exporting.onnx.network import INPUTS, OPERATORS

    act_type, preprocessing = job.model.act_type, job.model.preprocessing
    for what, name, table in (("activation", act_type, OPERATORS), ("preprocessing", preprocessing, INPUTS)):
        if name not in table:
            raise CharmlpError(f"{shown_path(job.out)}: the {what} {name} cannot be said in ONNX")
    if job.model.n_parameters * job.bits // 8 > MOST_BYTES:
        raise CharmlpError(f"{shown_path(job.out)}: the weights take more than the 2 GB that ONNX files hold")


def write(job: Job) -> Draft:
    """The graph, compared with the Recognizer by onnxruntime where that is installed."""
    from charmlp.exporting.onnx.network import onnx_model
    from charmlp.exporting.onnx.running import runner

    model, rows, cost = job.model, None, None
    if job.bits < FULL_PRECISION:
        rows = [quantised(weight) for weight in model.weights]
        model = replace(model, weights=tuple(each.weight for each in rows))
        recognizer = Recognizer(model)
        cost = job.cost(lambda images: recognizer.logits(images).argmax(axis=1))
    content = onnx_model(model, rows).SerializeToString()
    found = runner(content)
    if found is None:
        return Draft(content, f"not compared: onnxruntime is missing: {install_command('onnx')}", cost=cost)
    run, version = found
    difference, count = largest_difference(model, lambda picture: run(picture[np.newaxis])[0][0])
    return Draft(
        content, f"run by onnxruntime {version}, with the model on {count} pictures", difference, cost
    )
