"""The course's `.pth`: {'state_dict': {'net.0.W', 'net.0.b', 'net.2.W', …}, 'configs': {…}}, with PyTorch."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.errors import ModelFileError, printable, require_extra
from charmlp.files import write_whole
from charmlp.modelfile.model import Model, check_facts, check_shapes, check_values

CLASSES = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
CONFIGS = ("norm_size", "output_size", "hidden_size", "n_layers", "act_type")


def check_course(path: Path, classes: Sequence[str], preprocessing: str) -> None:
    """Raise `ModelFileError` for a model that the course's layout has no words for."""
    require_extra("torch", "torch", f"{printable(path)}: a .pth file")
    instead = "write a .safetensors file instead"
    if tuple(classes) != CLASSES:
        raise ModelFileError(
            f"{printable(path)}: a .pth file of the course has the classes A-Z only; {instead}"
        )
    if preprocessing != "scale":
        raise ModelFileError(
            f"{printable(path)}: a .pth file of the course has pixels scaled to [-1, 1], "
            f"not {preprocessing!r}; {instead}"
        )


def write_course(model: Model, path: Path) -> None:
    """Write the model so that the course's own program reads it."""
    torch = require_extra("torch", "torch", f"{printable(path)}: a .pth file")
    state = OrderedDict()
    for layer, (weight, bias) in enumerate(zip(model.weights, model.biases, strict=True)):
        state[f"net.{2 * layer}.W"] = torch.tensor(weight, dtype=torch.float32)
        state[f"net.{2 * layer}.b"] = torch.tensor(bias, dtype=torch.float32)
    configs = {
        "norm_size": model.norm_size,
        "output_size": model.output_size,
        "hidden_size": model.hidden_size,
        "n_layers": len(model.weights),
        "act_type": model.act_type,
    }
    content = io.BytesIO()
    torch.save({"state_dict": state, "configs": configs}, content)
    write_whole(path, content.getvalue())


def read_course(path: Path) -> Model:
    """Read a `.pth` of the course; nothing is unpickled into code (`weights_only`)."""
    where = printable(path)
    torch = require_extra("torch", "torch", f"{where}: a .pth file")
    if not path.is_file():
        raise ModelFileError(f"{where}: no such file; a model is expected there")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise ModelFileError(f"{where}: damaged: {printable(damaged)} has a wrong checksum")
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise ModelFileError(f"{where}: holds more than tensors and numbers; it is not read") from None
    except Exception as error:  # torch's reader raises anything at all on damaged files
        raise ModelFileError(f"{where}: not a file of PyTorch, or damaged: {printable(error)}") from None
    state, configs = _parts(found, where)
    n_layers = len(state) // 2
    names = [(f"net.{2 * layer}.W", f"net.{2 * layer}.b") for layer in range(n_layers)]
    for name in sorted({name for pair in names for name in pair} ^ set(state)):
        raise ModelFileError(f"{where}: state_dict: unexpected or missing tensor {printable(name)}")
    norm_size, act_type = configs["norm_size"], configs["act_type"]
    check_facts(CLASSES, norm_size, "scale", act_type, where)
    shapes = [(tuple(state[weight].shape), tuple(state[bias].shape)) for weight, bias in names]
    check_shapes(shapes, norm_size, len(CLASSES), where)
    weights = tuple(_array(state[weight], weight, where) for weight, _ in names)
    biases = tuple(_array(state[bias], bias, where) for _, bias in names)
    check_values(weights, biases, where)
    return Model(CLASSES, tuple(norm_size), "scale", act_type, weights, biases, {"format": "course"})


def _parts(found: Any, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """state_dict and configs, each with the keys of the course's layout."""
    if not isinstance(found, dict) or set(found) != {"state_dict", "configs"}:
        raise ModelFileError(f"{where}: expected a dictionary of 'state_dict' and 'configs', as the course's")
    state, configs = found["state_dict"], found["configs"]
    if not isinstance(state, dict) or not state or not isinstance(configs, dict):
        raise ModelFileError(f"{where}: 'state_dict' and 'configs' must be dictionaries")
    for name in sorted(set(CONFIGS) ^ set(configs)):
        raise ModelFileError(f"{where}: configs: unexpected or missing entry {printable(name)}")
    return state, configs


def _array(tensor: Any, name: str, where: str) -> Any:
    dtype = str(getattr(tensor, "dtype", type(tensor)))
    if dtype not in ("torch.float32", "torch.float64", "torch.float16", "torch.bfloat16"):
        raise ModelFileError(f"{where}: {name} is {dtype}; expected real numbers")
    return np.ascontiguousarray(tensor.detach().float().numpy())
