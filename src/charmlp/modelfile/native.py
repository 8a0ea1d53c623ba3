"""The `.safetensors` format: tensors net.0.weight, net.0.bias, net.2.weight, …; the rest as JSON.

The JSON stands under the key `charmlp` of the file's own header. Its checksum is the SHA-256 of the whole
file, taken with 64 zeros in the checksum's place: no flipped bit anywhere goes unnoticed.

The package `safetensors` writes; reading is ours: it would keep the last of two tensors of one name, overlook
entries that it does not know, and not hand out the header's bytes, over which the checksum goes.
"""

import hashlib
import json
import math
import re
from io import SEEK_END
from typing import Any, BinaryIO

import numpy as np

from charmlp.calculus import ACTIVATIONS
from charmlp.config import View
from charmlp.modelfile.familiarity import pack, unpack
from charmlp.modelfile.model import (
    Model,
    Refused,
    are_whole,
    array_names,
    check_facts,
    check_names,
    check_shapes,
    check_temperature,
    refusing,
    short,
)

FORMAT = 1
KEY = "charmlp"
FACTS = ("classes", "norm_size", "preprocessing", "act_type")
FIELDS = ("format", *FACTS, "hidden_size", "provenance", "checksum")
OLDER_VIEW = {"crop": "none", "ground": "white"}  # of files that do not say it
UNSCALED = 1.0  # the temperature of files that do not say it
NO_CHECKSUM = "0" * 64
MAX_HEADER_BYTES = 16 * 2**20


def write(model: Model) -> bytes:
    """The model with its checksum."""
    from safetensors.numpy import save

    constants = dict(ACTIVATIONS[model.act_type].constants)  # such as a slope
    facts = {
        "format": FORMAT,
        **{name: getattr(model, name) for name in FACTS},
        **model.view._asdict(),
        **({"act_constants": constants} if constants else {}),
        **({"temperature": model.temperature} if model.temperature != UNSCALED else {}),
        **({"familiarity": pack(model.familiarity)} if model.familiarity is not None else {}),
        "hidden_size": model.hidden_size,
        "provenance": dict(model.provenance),
        "checksum": NO_CHECKSUM,
    }
    names = array_names(len(model.arrays), "weight", "bias")
    arrays = [np.ascontiguousarray(array, np.float32) for array in model.arrays]
    text = json.dumps(facts, ensure_ascii=False)
    text = text.encode("utf-8", "backslashreplace").decode()  # in names of folders: bytes that are no text
    content = save(dict(zip(names, arrays, strict=True)), {KEY: text})
    return with_checksum(content, hashlib.sha256(content).hexdigest())


def with_checksum(content: bytes, checksum: str, instead_of: str = NO_CHECKSUM) -> bytes:
    """The file's bytes with one checksum in another's place; the header holds it as JSON inside JSON."""
    before, after = (rf"\"checksum\": \"{value}\"".encode() for value in (instead_of, checksum))
    head, _, tail = content.rpartition(before)
    return head + after + tail


def read(file: BinaryIO) -> Model:
    """The model in a file; nothing large is allocated before the header has been found sound."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    head, table = _header(file, size)
    facts = _facts(table)
    names = _check_tensors(table, size - len(head))
    shapes = [tuple(table[name]["shape"]) for name in names]
    check_shapes(shapes, facts["norm_size"], len(facts["classes"]))
    hidden = [shape[0] for shape in shapes[:-2:2]]
    if facts["hidden_size"] != hidden:
        raise Refused(f"hidden_size is {short(facts['hidden_size'])}, but the tensors say {short(hidden)}")
    numbers = np.empty(size - len(head), np.uint8)
    if file.readinto(numbers) != len(numbers):  # type: ignore[attr-defined]  # typeshed lacks it
        raise Refused("cut off while it was read")
    checksum = hashlib.sha256(with_checksum(head, NO_CHECKSUM, facts["checksum"]))
    checksum.update(numbers.data)
    if checksum.hexdigest() != facts["checksum"]:
        raise Refused("damaged: its checksum does not fit")
    places = [slice(*table[name]["data_offsets"]) for name in names]
    arrays = [numbers[place].view("<f4").reshape(s) for place, s in zip(places, shapes, strict=True)]
    return Model(
        tuple(facts["classes"]), tuple(facts["norm_size"]), facts["preprocessing"], facts["act_type"],
        tuple(arrays[::2]), tuple(arrays[1::2]), facts["provenance"], facts["view"], facts["temperature"],
        facts["familiarity"],
    )  # fmt: skip


def _header(file: BinaryIO, size: int) -> tuple[bytes, dict[str, Any]]:
    """The file's bytes before the tensors, and what they say: tensors by name, and `__metadata__`."""
    start = file.read(8)
    if not start:
        raise Refused("the file is empty; a model is expected")
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > min(size - 8, MAX_HEADER_BYTES):
        if start.startswith((b"PK\3\4", b"\x80")):
            raise Refused("a file of PyTorch by its content, not a .safetensors file")
        raise Refused("not a .safetensors file, or cut off")
    head = start + file.read(length)
    table = _parse(head[8:], "not a .safetensors file, or damaged: its header")
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        raise Refused("not a .safetensors file: its header is not a table of tensors")
    return head, table


def _parse(text: bytes, what: str) -> Any:
    """JSON as `json.loads` reads it, without repeated keys, NaN and infinity, and endless numbers."""
    with refusing(f"{what} cannot be read"):
        return json.loads(
            text.decode("utf-8"), object_pairs_hook=_each_once, parse_int=_whole, parse_constant=_not_finite
        )


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused(f"damaged: {key[:60]!r} is there twice in its header")
        found[key] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise Refused("damaged: a number in its header is too long")
    return int(digits)


def _not_finite(word: str) -> None:
    raise Refused(f"damaged: {word} in its header is not a number")


def _facts(table: dict[str, Any]) -> dict[str, Any]:
    """What the file says about its model, checked; taken out of the header, which keeps the tensors."""
    metadata = table.pop("__metadata__", {})
    if not isinstance(metadata.get(KEY), str):
        raise Refused(f"not a model of charmlp: its header has no text under {KEY!r}")
    text = metadata[KEY].encode("utf-8", "surrogatepass")
    facts = _parse(text, f"what its header says under {KEY!r} (JSON)")
    version = facts.get("format") if isinstance(facts, dict) else None
    if type(version) is not int or version != FORMAT:
        raise Refused(f"format version {short(version)}; this charmlp reads version {FORMAT}")
    constants = facts.pop("act_constants", {})
    view = View(**{name: facts.pop(name, value) for name, value in OLDER_VIEW.items()})
    temperature = facts.pop("temperature", UNSCALED)
    familiarity = facts.pop("familiarity", None)
    check_names("header", "entry", facts, FIELDS)
    check_facts(*(facts[name] for name in FACTS), view=view)
    check_temperature(temperature)
    _check_constants(facts["act_type"], constants)
    if not isinstance(facts["provenance"], dict):
        raise Refused("the provenance is not a table of names and values")
    if not isinstance(facts["checksum"], str) or not re.fullmatch("[0-9a-f]{64}", facts["checksum"]):
        raise Refused("damaged: its checksum does not fit")
    known = None if familiarity is None else unpack(familiarity, facts["norm_size"])
    return facts | {"view": view, "temperature": float(temperature), "familiarity": known}


def _check_constants(act_type: str, stated: Any) -> None:
    """Raise `Refused` where a model was trained with other constants than the activation has here."""
    ours = ACTIVATIONS[act_type].constants
    if not isinstance(stated, dict):
        raise Refused(f"act_constants is {short(stated)}; expected a table of names and values")
    check_names("act_constants", "constant", stated, ours)
    for name, value in ours.items():
        if stated[name] != value:
            raise Refused(f"{name} is {short(stated[name])}; this version computes with {value:g}")


def _check_tensors(table: dict[str, Any], room: int) -> list[str]:
    """The tensors' names by layer; raises where these are not all, float32, end to end in `room` bytes."""
    names = array_names(len(table), "weight", "bias")
    check_names("header", "tensor", table, names)
    for name in names:
        entry = table[name]
        check_names(f"header: {name}", "entry", entry, ("dtype", "shape", "data_offsets"))
        if entry["dtype"] != "F32":
            raise Refused(f"{name}: the numbers are {short(entry['dtype'])}; F32 (float32) is expected")
        for what in ("shape", "data_offsets"):
            if not are_whole(entry[what]) or min(entry[what], default=0) < 0:
                raise Refused(f"{name}: {what} is not a list of whole numbers")
            if len(entry[what]) > 2:
                raise Refused(f"{name}: {what} has more than two numbers")
    place = 0
    for name in sorted(names, key=lambda name: table[name]["data_offsets"]):
        end = place + 4 * math.prod(table[name]["shape"])
        if table[name]["data_offsets"] != [place, end]:
            raise Refused(f"{name}: the file's tensors overlap, leave gaps or are cut off")
        place = end
    if place != room:
        raise Refused(f"damaged or cut off: {room:,} bytes of numbers, where {place:,} are expected")
    return names
