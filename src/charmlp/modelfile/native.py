"""The `.safetensors` format: tensors net.0.weight, net.0.bias, net.2.weight, …; the rest as JSON.

The JSON stands under the key `charmlp` of the file's own header. Its checksum is the SHA-256 of the whole
file, taken with 64 zeros in the checksum's place: no flipped bit anywhere goes unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.errors import ModelFileError, printable
from charmlp.files import write_whole
from charmlp.modelfile.model import MAX_PARAMETERS, Model, check_facts, check_shapes, check_values

FORMAT = 1
KEY = "charmlp"
FIELDS = (
    "format",
    "classes",
    "norm_size",
    "preprocessing",
    "act_type",
    "hidden_size",
    "provenance",
    "checksum",
)
NO_CHECKSUM = "0" * 64
MAX_HEADER_BYTES = 16 * 2**20


def write_native(model: Model, path: Path) -> None:
    """Write the model with its checksum."""
    from safetensors.numpy import save

    facts = {
        "format": FORMAT,
        "classes": model.classes,
        "norm_size": model.norm_size,
        "preprocessing": model.preprocessing,
        "act_type": model.act_type,
        "hidden_size": model.hidden_size,
        "provenance": dict(model.provenance),
        "checksum": NO_CHECKSUM,
    }
    tensors = {}
    for layer, (weight, bias) in enumerate(zip(model.weights, model.biases, strict=True)):
        tensors[f"net.{2 * layer}.weight"] = np.ascontiguousarray(weight, np.float32)
        tensors[f"net.{2 * layer}.bias"] = np.ascontiguousarray(bias, np.float32)
    content = save(tensors, {KEY: json.dumps(facts, ensure_ascii=False)})
    write_whole(path, with_checksum(content, hashlib.sha256(content).hexdigest()))


def with_checksum(content: bytes, checksum: str, instead_of: str = NO_CHECKSUM) -> bytes:
    """The file's bytes with one checksum in another's place; the header holds it as JSON inside JSON."""
    before, after = (rf"\"checksum\": \"{value}\"".encode() for value in (instead_of, checksum))
    head, _, tail = content.rpartition(before)
    return head + after + tail


def read_native(path: Path) -> Model:
    """Read and check a model; nothing large is allocated before the header has been found sound."""
    where = printable(path)
    content = _read(path, where)
    header = _header(content, where)
    facts = _facts(header, where)
    checksum = facts["checksum"]
    plain = with_checksum(content, NO_CHECKSUM, str(checksum))
    if hashlib.sha256(plain).hexdigest() != checksum:
        raise ModelFileError(f"{where}: the checksum does not fit: the file is damaged")
    classes, norm_size = facts["classes"], facts["norm_size"]
    check_facts(classes, norm_size, facts["preprocessing"], facts["act_type"], where)
    n_layers = len(header) // 2
    names = [(f"net.{2 * layer}.weight", f"net.{2 * layer}.bias") for layer in range(n_layers)]
    _check_names(header, [name for pair in names for name in pair], where)
    shapes = [(tuple(header[w]["shape"]), tuple(header[b]["shape"])) for w, b in names]
    check_shapes(shapes, norm_size, len(classes), where)
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(content)
    except SafetensorError as error:
        raise ModelFileError(f"{where}: damaged: {printable(error)}") from None
    weights = tuple(tensors[weight] for weight, _ in names)
    biases = tuple(tensors[bias] for _, bias in names)
    check_values(weights, biases, where)
    return Model(
        tuple(classes), tuple(norm_size), facts["preprocessing"], facts["act_type"], weights, biases,
        facts["provenance"],
    )  # fmt: skip


def _read(path: Path, where: str) -> bytes:
    """The bytes of a regular file of a size that can be a model's."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ModelFileError(f"{where}: not a regular file; a model file is expected")
        if status.st_size > 4 * MAX_PARAMETERS + MAX_HEADER_BYTES:
            raise ModelFileError(f"{where}: {status.st_size:,} bytes are more than any model has")
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelFileError(f"{where}: no such file; a model is expected there") from None
    except (OSError, ValueError) as error:
        raise ModelFileError(
            f"{where}: cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from None


def _header(content: bytes, where: str) -> dict[str, Any]:
    """The header's entries: tensors by name, and `__metadata__`."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > min(len(content) - 8, MAX_HEADER_BYTES):
        raise ModelFileError(f"{where}: not a .safetensors file, or cut off")
    try:
        header = json.loads(content[8 : 8 + length].decode("utf-8"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{where}: not a .safetensors file: {printable(error)}") from None
    if not isinstance(header, dict) or not all(isinstance(entry, dict) for entry in header.values()):
        raise ModelFileError(f"{where}: not a .safetensors file: its header is no table of tensors")
    return header


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _facts(header: dict[str, Any], where: str) -> dict[str, Any]:
    """What the file says about its model; taken out of the header, which keeps the tensors."""
    metadata = header.pop("__metadata__", {})
    if KEY not in metadata:
        raise ModelFileError(f"{where}: no model of charmlp: its header has no key {KEY!r}")
    try:
        facts = json.loads(metadata[KEY], object_pairs_hook=_each_once)
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{where}: the header's key {KEY!r} is no JSON: {printable(error)}") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        version = facts.get("format") if isinstance(facts, dict) else None
        raise ModelFileError(f"{where}: format version {version!r}; this charmlp reads version {FORMAT}")
    for name in sorted(set(FIELDS) ^ set(facts)):
        kind = "missing" if name in FIELDS else "unknown"
        raise ModelFileError(
            f"{where}: the header has {'no' if kind == 'missing' else 'an unknown'} entry {name!r}"
        )
    return facts


def _check_names(header: dict[str, Any], names: list[str], where: str) -> None:
    """Raise where the tensors are not exactly `names`, all float32 with a shape."""
    for name in sorted(set(names) ^ set(header)):
        fault = "there is no tensor" if name in names else "unknown tensor"
        raise ModelFileError(f"{where}: {fault} {printable(name)}")
    for name in names:
        dtype, shape = header[name].get("dtype"), header[name].get("shape")
        if dtype != "F32" or not isinstance(shape, list) or not all(type(side) is int for side in shape):
            raise ModelFileError(
                f"{where}: {printable(name)} is {dtype!r} {shape!r}; expected float32 numbers"
            )
