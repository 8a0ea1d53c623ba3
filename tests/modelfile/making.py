"""Small models and their files, byte for byte in our hands; and the course's own program, in our words."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.calculus.familiarity import LOOK, SHAPE, Familiarity, Gaussian
from charmlp.modelfile import Model

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def familiarity(limit: float = 9.0, tenth: float = 4.0) -> Familiarity:
    """Statistics of no letters in particular."""
    shape, look = (Gaussian(np.zeros(n, np.float16), np.eye(n, dtype=np.float16)) for n in (SHAPE, LOOK))
    return Familiarity(shape, look, np.zeros(3), np.ones(3), limit, tenth)


def model(hidden: Sequence[int] = (3,), norm_size: tuple[int, int] = (2, 3), **other: Any) -> Model:
    """A small sound model of the course's kind, with made-up weights."""
    classes = other.pop("classes", LETTERS)
    generator = np.random.default_rng(7)
    sizes = [norm_size[0] * norm_size[1], *hidden, len(classes)]
    weights = [generator.normal(size=(o, i)).astype(np.float32) for i, o in itertools.pairwise(sizes)]
    biases = [generator.normal(size=o).astype(np.float32) for o in sizes[1:]]
    facts = {"preprocessing": "scale", "act_type": "relu", "provenance": {"recipe": "slides", "seed": 7}}
    return Model(classes, norm_size, weights=tuple(weights), biases=tuple(biases), **facts | other)


def same(one: Model, other: Model) -> bool:
    """Whether two models are equal bit for bit, wherever they come from."""
    facts = [
        (m.classes, m.norm_size, m.preprocessing, m.act_type, m.view, m.temperature, m.sizes)
        for m in (one, other)
    ]
    arrays = zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True)
    return facts[0] == facts[1] and all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays)


# ── .safetensors, written by hand ──────────────────────────────────────────────────────────────────────


def native_parts(m: Model) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """What a file says about its model, its table of tensors, and their bytes: to be spoiled, then packed."""
    facts = {
        "format": 1,
        "classes": list(m.classes),
        "norm_size": list(m.norm_size),
        "preprocessing": m.preprocessing,
        "act_type": m.act_type,
        **m.view._asdict(),
        **({"temperature": m.temperature} if m.temperature != 1 else {}),
        "hidden_size": list(m.hidden_size),
        "provenance": dict(m.provenance),
        "checksum": "0" * 64,
    }
    table, content = {}, b""
    for layer, (weight, bias) in enumerate(zip(m.weights, m.biases, strict=True)):
        for kind, array in (("weight", weight), ("bias", bias)):
            offsets = [len(content), len(content) + array.nbytes]
            table[f"net.{2 * layer}.{kind}"] = {
                "dtype": "F32", "shape": list(array.shape), "data_offsets": offsets
            }  # fmt: skip
            content += array.tobytes()
    return facts, table, content


def pack_native(facts: Any, table: Mapping[str, Any], content: bytes, *, header: str | None = None) -> bytes:
    """A .safetensors file with a right checksum, whatever else is wrong with it."""
    text = facts if isinstance(facts, str) else json.dumps(facts)
    header = header or json.dumps({"__metadata__": {"charmlp": text}} | dict(table))
    data = struct.pack("<Q", len(header.encode())) + header.encode() + content
    start, zeros, end = data.rpartition(rb"\"checksum\": \"" + b"0" * 64)
    if not zeros:
        return data
    return start + zeros[:-64] + hashlib.sha256(data).hexdigest().encode() + end


# ── .pth, written by hand ──────────────────────────────────────────────────────────────────────────────


class Pickle:
    """A pickle put together instruction by instruction."""

    def __init__(self) -> None:
        self.data = b"\x80\x02"

    def value(self, value: Any) -> Pickle:
        """Plain values; bytes are instructions to be taken as they are."""
        if isinstance(value, bytes):
            self.data += value
        elif value is None or isinstance(value, bool):
            self.data += {None: b"N", True: b"\x88", False: b"\x89"}[value]
        elif isinstance(value, int):
            self.data += (
                b"\x8a\x08" + struct.pack("<q", value)
                if abs(value) > 2**30
                else b"J" + struct.pack("<i", value)
            )
        elif isinstance(value, float):
            self.data += b"G" + struct.pack(">d", value)
        elif isinstance(value, str):
            text = value.encode()
            self.data += b"X" + struct.pack("<I", len(text)) + text
        elif isinstance(value, dict):
            self.data += b"}("
            for pair in value.items():
                self.value(pair[0]).value(pair[1])
            self.data += b"u"
        else:
            self.data += b"](" if isinstance(value, list) else b"("
            for item in value:
                self.value(item)
            self.data += b"e" if isinstance(value, list) else b"t"
        return self

    def end(self) -> bytes:
        return self.data + b"."


def tensor_of(
    key: str, shape: Sequence[int], *, kind: str = "FloatStorage", numel: int | None = None,
    stride: Sequence[int] | None = None, offset: int = 0, device: str = "cpu",
) -> bytes:  # fmt: skip
    """The instructions that describe a tensor."""
    numel = int(np.prod(shape)) if numel is None else numel
    if stride is None:
        stride = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    part = Pickle().value(b"ctorch._utils\n_rebuild_tensor_v2\n((").value("storage")
    part.value(f"ctorch\n{kind}\n".encode()).value(key).value(device).value(numel).value(b"tQ")
    part.value(offset).value(tuple(shape)).value(tuple(stride)).value(b"\x89ccollections\nOrderedDict\n)RtR")
    return part.data[2:]


def course_parts(m: Model) -> tuple[dict[str, Any], dict[str, Any], list[bytes]]:
    """state_dict as instructions, configs, and the storages: to be spoiled, then packed."""
    state, storages = {}, []
    for layer, pair in enumerate(zip(m.weights, m.biases, strict=True)):
        for name, array in zip("Wb", pair, strict=True):
            state[f"net.{2 * layer}.{name}"] = tensor_of(str(len(storages)), array.shape)
            storages.append(array.tobytes())
    configs = {
        "norm_size": m.norm_size,
        "output_size": m.output_size,
        "hidden_size": m.hidden_size,
        "n_layers": len(m.weights),
        "act_type": m.act_type,
    }
    return state, configs, storages


def pickle_of(state: Any, configs: Any) -> bytes:
    return Pickle().value({"state_dict": state, "configs": configs}).end()


def archive(
    pickle: bytes, storages: Sequence[bytes], more: Mapping[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED, folder: str = "model",
) -> bytes:  # fmt: skip
    """A zip archive as PyTorch writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as zipped:
        zipped.writestr(f"{folder}/data.pkl", pickle)
        for key, content in enumerate(storages):
            zipped.writestr(f"{folder}/data/{key}", content)
        for name, content in (more or {}).items():
            zipped.writestr(name, content)
    return file.getvalue()


# ── the course's program ───────────────────────────────────────────────────────────────────────────────


def save_as_the_course(path: Path, norm_size: tuple[int, int], hidden: Sequence[int], act_type: str) -> Any:
    """What the course's program does: a torch module of net.0, net.2, …, its state saved with its configs."""
    import torch

    class Linear(torch.nn.Module):
        def __init__(self, n_in: int, n_out: int) -> None:
            super().__init__()
            self.W = torch.nn.Parameter(torch.randn(n_out, n_in))
            self.b = torch.nn.Parameter(torch.randn(n_out))

        def forward(self, x: Any) -> Any:
            return x @ self.W.T + self.b

    sizes = [norm_size[0] * norm_size[1], *hidden, 26]
    layers: list[torch.nn.Module] = []
    acts = {
        "relu": torch.nn.ReLU,
        "tanh": torch.nn.Tanh,
        "sigmoid": torch.nn.Sigmoid,
        "none": torch.nn.Identity,
    }
    for n_in, n_out in itertools.pairwise(sizes):
        layers += [Linear(n_in, n_out), acts[act_type]()]

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = torch.nn.Sequential(*layers[:-1])

        def forward(self, x: Any) -> Any:
            return self.net(x)

    net = Net()
    configs = {"norm_size": norm_size, "output_size": 26, "hidden_size": tuple(hidden),
               "n_layers": len(hidden) + 1, "act_type": act_type}  # fmt: skip
    torch.save({"state_dict": net.state_dict(), "configs": configs}, path)
    return net


def load_as_the_course(path: Path) -> Any:
    """The other way round: a net from the configs, then its state, names and all."""
    import torch

    saved = torch.load(path, map_location="cpu", weights_only=True)
    configs = saved["configs"]
    net = save_as_the_course(
        path.with_name("scratch.pth"), configs["norm_size"], configs["hidden_size"], configs["act_type"]
    )
    assert configs["n_layers"] == len(configs["hidden_size"]) + 1 and configs["output_size"] == 26
    net.load_state_dict(saved["state_dict"])
    return net
