"""The course's `.pth`: {'state_dict': {'net.0.W', 'net.0.b', 'net.2.W', …}, 'configs': {…}}.

PyTorch writes it; reading it does without.
"""

import io
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, BinaryIO

from charmlp.config import View
from charmlp.modelfile.model import (
    Model,
    Refused,
    are_whole,
    array_names,
    check_choice,
    check_facts,
    check_names,
    check_shapes,
    short,
)
from charmlp.modelfile.pickles import Tensor
from charmlp.modelfile.torchfile import REAL_DTYPES, open_torch_file, read_tensors

CLASSES = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
PREPROCESSING = "scale"
ACTIVATIONS = ("none", "sigmoid", "tanh", "relu")  # those of the course; others may need constants as well
CONFIGS = ("norm_size", "output_size", "hidden_size", "n_layers", "act_type")


def check(classes: Sequence[str], preprocessing: str, act_type: str, view: View) -> None:
    """Raise `Refused` for a model that the course's layout has no words for."""
    only, instead = "a .pth file of the course has", "write a .safetensors file instead"
    if tuple(classes) != CLASSES:
        raise Refused(f"{only} the classes A-Z only; {instead}")
    if preprocessing != PREPROCESSING:
        raise Refused(f"{only} pixels scaled to [-1, 1], not {preprocessing!r}; {instead}")
    if view.crop != "none":
        raise Refused(f"{only} whole pictures, not --crop {view.crop}; {instead}")
    if act_type not in ACTIVATIONS:
        raise Refused(f"{only} the activations {', '.join(ACTIVATIONS)}, not {act_type!r}; {instead}")


def write(model: Model) -> bytes:
    """The model as the course's own program reads it."""
    import torch

    names = array_names(len(model.arrays), "W", "b")
    tensors = [torch.tensor(array, dtype=torch.float32) for array in model.arrays]
    state = OrderedDict(zip(names, tensors, strict=True))
    layers = len(model.weights)
    configs = {name: layers if name == "n_layers" else getattr(model, name) for name in CONFIGS}
    content = io.BytesIO()
    torch.save({"state_dict": state, "configs": configs}, content)
    return content.getvalue()


def read(file: BinaryIO) -> Model:
    """The model in a file; nothing in it is executed. Raises `Refused`."""
    value, read_numbers = open_torch_file(file)
    state, configs = _parts(value)
    names = array_names(max(2, len(state)), "W", "b")
    check_names("state_dict", "entry", state, names)
    for name, tensor in state.items():
        if not isinstance(tensor, Tensor):
            raise Refused(f"{name} is not a tensor")
        if tensor.storage.dtype not in REAL_DTYPES:
            raise Refused(f"{name} holds numbers of type {tensor.storage.dtype}; expected real ones")
    norm_size, act_type = configs["norm_size"], configs["act_type"]
    check_choice("activation", act_type, ACTIVATIONS)
    check_facts(CLASSES, norm_size, PREPROCESSING, act_type)
    tensors = [state[name] for name in names]
    check_shapes([tensor.shape for tensor in tensors], norm_size, len(CLASSES))
    _check_configs(configs, tuple(weight.shape[0] for weight in tensors[::2]))
    arrays = read_tensors(tensors, read_numbers)
    weights, biases, provenance = tuple(arrays[::2]), tuple(arrays[1::2]), {"format": "course"}
    return Model(CLASSES, tuple(norm_size), PREPROCESSING, act_type, weights, biases, provenance)


def _parts(found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """state_dict and configs, each with the keys of the course's layout."""
    expected = "expected 'state_dict' and 'configs', as the course's program saves them"
    if not isinstance(found, dict):
        raise Refused(f"does not hold a dictionary; {expected}")
    if set(found) != {"state_dict", "configs"}:
        raise Refused(f"holds {_listed(found)}; {expected}")
    state, configs = found["state_dict"], found["configs"]
    if not isinstance(state, dict) or not isinstance(configs, dict):
        raise Refused("'state_dict' and 'configs' must be dictionaries")
    check_names("configs", "entry", configs, CONFIGS)
    return state, configs


def _listed(table: dict[Any, Any]) -> str:
    """The first keys of a dictionary, for messages."""
    keys = ", ".join(repr(str(key)[:40]) for key in list(table)[:3])
    return f"{keys} and {len(table) - 3:,} more" if len(table) > 3 else keys or "nothing"


def _check_configs(configs: dict[str, Any], sizes_out: tuple[int, ...]) -> None:
    """Raise `Refused` where configs say something else than the tensors, whose sizes are given."""
    hidden = configs["hidden_size"]
    if not are_whole(hidden):
        raise Refused("configs: hidden_size is not a list of whole numbers")
    found: dict[str, Any] = {"n_layers": len(sizes_out), "output_size": sizes_out[-1]}
    if len(sizes_out) > 1:  # without a hidden layer the course's program leaves its default there
        found["hidden_size"] = sizes_out[:-1]
    for name, value in found.items():
        said = tuple(hidden) if name == "hidden_size" else configs[name]
        if type(said) is not type(value) or said != value:
            raise Refused(f"configs: {name} is {short(said)}, but the tensors say {short(value)}")
