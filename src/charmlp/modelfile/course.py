"""The course's `.pth`: {'state_dict': {'net.0.W', 'net.0.b', 'net.2.W', …}, 'configs': {…}}.

PyTorch writes it; reading it needs none.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from charmlp.errors import ModelFileError
from charmlp.modelfile.model import (
    Model,
    check_facts,
    check_layers,
    check_shapes,
    check_values,
    refusal,
    short,
)
from charmlp.modelfile.pickles import Refused, Tensor
from charmlp.modelfile.torchfile import ITEM_BYTES, TorchFile, open_torch_file
from charmlp.system.extras import require_extra
from charmlp.system.files import open_regular, reason_of, write_whole
from charmlp.text import printable, shown_path

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
    """Read and check a model; nothing in the file is executed, and PyTorch is not needed."""
    where = shown_path(path)
    with open_regular(path, "a model", ModelFileError) as file:
        try:
            return _model(open_torch_file(file), where)
        except Refused as reason:
            raise ModelFileError(f"{where}: {printable(reason)}") from None
        except OSError as error:
            raise ModelFileError(f"{where}: cannot be read: {reason_of(error)}") from None


def _model(saved: TorchFile, where: str) -> Model:
    state, configs = _parts(saved.value)
    n_layers = max(1, len(state) // 2)
    check_layers(n_layers, where)
    names = [(f"net.{2 * layer}.W", f"net.{2 * layer}.b") for layer in range(n_layers)]
    _check_keys("state_dict", state, [name for pair in names for name in pair])
    for name, tensor in state.items():
        if not isinstance(tensor, Tensor):
            raise Refused(f"{name} is no tensor")
        if tensor.storage.dtype not in ITEM_BYTES:
            raise Refused(f"{name} holds numbers of type {tensor.storage.dtype}; real ones are expected")
    check_facts(CLASSES, configs["norm_size"], "scale", configs["act_type"], where)
    shapes = [(state[weight].shape, state[bias].shape) for weight, bias in names]
    check_shapes(shapes, configs["norm_size"], len(CLASSES), where)
    check_configs(configs, tuple(weight[0] for weight, _ in shapes), where)
    saved.check_room(list(state.values()))
    weights = tuple(saved.array(state[weight]) for weight, _ in names)
    biases = tuple(saved.array(state[bias]) for _, bias in names)
    check_values(weights, biases, where)
    height, width = configs["norm_size"]
    return Model(
        CLASSES, (height, width), "scale", configs["act_type"], weights, biases, {"format": "course"}
    )


def _parts(found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """state_dict and configs, each with the keys of the course's layout."""
    expected = "expected are 'state_dict' and 'configs', as the course's program saves them"
    if not isinstance(found, dict):
        raise Refused(f"holds no dictionary; {expected}")
    if set(found) != {"state_dict", "configs"}:
        raise Refused(f"holds {_listed(found)}; {expected}")
    state, configs = found["state_dict"], found["configs"]
    if not isinstance(state, dict) or not isinstance(configs, dict):
        raise Refused("'state_dict' and 'configs' must be dictionaries")
    _check_keys("configs", configs, CONFIGS)
    return state, configs


def _listed(table: dict[Any, Any]) -> str:
    """The first keys of a dictionary, for messages."""
    keys = ", ".join(repr(str(key)[:40]) for key in list(table)[:3])
    return f"{keys} and {len(table) - 3:,} more" if len(table) > 3 else keys or "nothing"


def _check_keys(what: str, table: dict[Any, Any], expected: Sequence[str]) -> None:
    """Raise `Refused` for the first key that is missing or unknown."""
    for name in expected:
        if name not in table:
            raise Refused(f"{what}: the entry {name} is missing")
    for name in table:
        if name not in expected:
            raise Refused(f"{what}: unknown entry {str(name)[:60]}")


def check_configs(configs: dict[str, Any], sizes_out: tuple[int, ...], where: str) -> None:
    """Raise `ModelFileError` where configs say something else than the tensors, whose sizes are given."""
    hidden = configs["hidden_size"]
    if not isinstance(hidden, list | tuple) or not all(type(size) is int for size in hidden):
        raise refusal(where, "configs: hidden_size is no list of whole numbers")
    stated: dict[str, tuple[Any, Any]] = {
        "n_layers": (configs["n_layers"], len(sizes_out)),
        "output_size": (configs["output_size"], sizes_out[-1]),
    }
    if len(sizes_out) > 1:  # without a hidden layer the course's program leaves its default there
        stated["hidden_size"] = (tuple(hidden), sizes_out[:-1])
    for name, (said, found) in stated.items():
        if type(said) is not type(found) or said != found:
            raise refusal(where, f"configs: {name} is {short(said)}, but the tensors say {short(found)}")
