"""The `.safetensors` format: tensors net.0.weight, net.0.bias, net.2.weight, …; the rest as JSON.

The JSON stands under the key `charmlp` of the file's own header. Its checksum is the SHA-256 of the whole
file, taken with 64 zeros in the checksum's place: no flipped bit anywhere goes unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from io import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

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
from charmlp.system.files import open_regular, reason_of, write_whole
from charmlp.text import shown_path

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
    where = shown_path(path)
    with open_regular(path, "a model", ModelFileError) as file:
        try:
            return _read(file, where)
        except OSError as error:
            raise ModelFileError(f"{where}: cannot be read: {reason_of(error)}") from None


def _read(file: BinaryIO, where: str) -> Model:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    head, table = _header(file, size, where)
    facts = _facts(table, where)
    classes, norm_size = facts["classes"], facts["norm_size"]
    check_facts(classes, norm_size, facts["preprocessing"], facts["act_type"], where)
    check_layers(len(table) // 2, where)
    names = [f"net.{2 * layer}.{kind}" for layer in range(len(table) // 2) for kind in ("weight", "bias")]
    _check_tensors(table, names, size - len(head), where)
    shapes = [tuple(table[name]["shape"]) for name in names]
    check_shapes(list(zip(shapes[::2], shapes[1::2], strict=True)), norm_size, len(classes), where)
    hidden = [shape[0] for shape in shapes[:-2:2]]
    if facts["hidden_size"] != hidden:
        raise refusal(
            where, f"hidden_size is {short(facts['hidden_size'])}, but the tensors say {short(hidden)}"
        )
    if not isinstance(facts["provenance"], dict):
        raise refusal(where, "the provenance is no table of names and values")
    checksum = hashlib.sha256(with_checksum(head, NO_CHECKSUM, str(facts["checksum"])))
    tensors = {}
    for name in sorted(names, key=lambda name: table[name]["data_offsets"]):
        tensors[name] = np.empty(table[name]["shape"], "<f4")
        content = tensors[name].reshape(-1).view(np.uint8).data
        if file.readinto(content) != len(content):  # type: ignore[attr-defined]  # typeshed lacks it
            raise refusal(where, "cut off while it was read")
        checksum.update(content)
    if checksum.hexdigest() != facts["checksum"]:
        raise refusal(where, "damaged: its checksum does not fit")
    weights, biases = (tuple(tensors[name] for name in names[start::2]) for start in (0, 1))
    check_values(weights, biases, where)
    height, width = norm_size
    return Model(
        tuple(classes), (height, width), facts["preprocessing"], facts["act_type"], weights, biases,
        facts["provenance"],
    )  # fmt: skip


def _header(file: BinaryIO, size: int, where: str) -> tuple[bytes, dict[str, Any]]:
    """The file's bytes before the tensors, and what they say: tensors by name, and `__metadata__`."""
    start = file.read(8)
    if not start:
        raise refusal(where, "the file is empty; a model is expected")
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > min(size - 8, MAX_HEADER_BYTES):
        if start.startswith((b"PK\3\4", b"\x80")):
            raise refusal(where, "a file of PyTorch by its content, not a .safetensors file")
        raise refusal(where, "not a .safetensors file, or cut off")
    head = start + file.read(length)
    try:
        table = _parse(head[8:].decode("utf-8"))
    except (ValueError, RecursionError) as error:
        fault = str(error) if isinstance(error, _Fault) else "its header cannot be read"
        raise refusal(where, f"not a .safetensors file, or damaged: {fault}") from None
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        raise refusal(where, "not a .safetensors file: its header is no table of tensors")
    return head, table


class _Fault(ValueError):
    """What is wrong with a header, in words of ours."""


def _parse(text: str) -> Any:
    """JSON as `json.loads` reads it, without repeated keys, numbers that are none, and endless numbers."""

    def number(digits: str) -> int:
        if len(digits) > 20:
            raise _Fault("a number in its header is too long")
        return int(digits)

    def no_number(word: str) -> None:
        raise _Fault(f"{word} in its header is no number")

    return json.loads(text, object_pairs_hook=_each_once, parse_int=number, parse_constant=no_number)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Fault(f"{key[:60]!r} is there twice in its header")
        found[key] = value
    return found


def _facts(table: dict[str, Any], where: str) -> dict[str, Any]:
    """What the file says about its model; taken out of the header, which keeps the tensors."""
    metadata = table.pop("__metadata__", {})
    if not isinstance(metadata.get(KEY), str):
        raise refusal(where, f"no model of charmlp: its header has no text under {KEY!r}")
    try:
        facts = _parse(metadata[KEY])
    except (ValueError, RecursionError) as error:
        fault = str(error) if isinstance(error, _Fault) else "it is no JSON"
        raise refusal(where, f"what its header says under {KEY!r} cannot be read: {fault}") from None
    version = facts.get("format") if isinstance(facts, dict) else None
    if type(version) is not int or version != FORMAT:
        raise refusal(where, f"format version {short(version)}; this charmlp reads version {FORMAT}")
    for name in FIELDS:
        if name not in facts:
            raise refusal(where, f"the entry {name} is missing in its header")
    for name in facts:
        if name not in FIELDS:
            raise refusal(where, f"unknown entry {name[:60]} in its header")
    return facts


def _check_tensors(table: dict[str, Any], names: Sequence[str], room: int, where: str) -> None:
    """Raise where the tensors are not exactly `names`, float32, one behind the other in `room` bytes."""
    for name in names or ("net.0.weight",):
        if name not in table:
            raise refusal(where, f"the tensor {name} is missing")
    for name in table:
        if name not in names:
            raise refusal(where, f"unknown tensor {name[:60]}")
    for name in names:
        entry = table[name]
        if set(entry) != {"dtype", "shape", "data_offsets"}:
            raise refusal(where, f"{name}: expected are dtype, shape and data_offsets")
        if entry["dtype"] != "F32":
            raise refusal(
                where, f"{name}: the numbers are {short(entry['dtype'])}; F32 (float32) is expected"
            )
        for what in ("shape", "data_offsets"):
            if not isinstance(entry[what], list) or not all(type(n) is int and n >= 0 for n in entry[what]):
                raise refusal(where, f"{name}: {what} is no list of whole numbers")
            if len(entry[what]) > 2:
                raise refusal(where, f"{name}: {what} has more than two numbers")
    place = 0
    for name in sorted(names, key=lambda name: table[name]["data_offsets"]):
        end = place + 4 * math.prod(table[name]["shape"])
        if table[name]["data_offsets"] != [place, end]:
            raise refusal(where, f"{name}: the file's tensors overlap, leave gaps or are cut off")
        place = end
    if place != room:
        raise refusal(where, f"damaged or cut off: {room:,} bytes of numbers, where {place:,} are expected")
