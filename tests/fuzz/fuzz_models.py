"""Bytes against the readers of model files: any exception but `CharmlpError` is a failure.

    python -m tests.fuzz.fuzz_models -max_total_time=60

needs the extra `fuzz`. `tests/modelfile/test_models_fuzz.py` runs `read_hostile_model` with hypothesis.

A checksum stops bytes that are changed at random, so most inputs are given one that fits: the first byte says
whether the others are a whole file, the text of a header, or the pickle of an archive.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.modelfile import read_model
from tests.fuzz.running import run
from tests.modelfile.making import archive, course_parts, model, native_parts, pack_native, pickle_of

SMALL = model()
FACTS, TABLE, CONTENT = native_parts(SMALL)
STATE, CONFIGS, STORAGES = course_parts(SMALL)
HEADER = json.dumps({"__metadata__": {"charmlp": json.dumps(FACTS)}} | TABLE).encode()
PICKLE = pickle_of(STATE, CONFIGS)
WAYS = ("file.safetensors", "header", "facts", "file.pth", "pickle")
SEEDS = (
    b"\0" + pack_native(FACTS, TABLE, CONTENT),
    b"\1" + HEADER,
    b"\2" + json.dumps(FACTS).encode(),
    b"\3" + archive(PICKLE, STORAGES),
    b"\4" + PICKLE,
)


def read_hostile_model(data: bytes) -> str:
    """Read a model file made of `data`; says whether it was 'read' or 'refused', in one plain line."""
    way = WAYS[data[0] % len(WAYS)] if data else WAYS[0]
    content = whole_file(way, data[1:])
    suffix = ".pth" if way in ("file.pth", "pickle") else ".safetensors"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"m{suffix}"
        path.write_bytes(content)
        try:
            found = read_model(path)
        except CharmlpError as error:
            message = str(error)
            assert message.isprintable() and message.startswith(str(path)) and len(message) < 600, message
            assert "Error" not in message.removeprefix(str(path)), message
            return "refused"
    sizes = found.sizes
    assert sizes[0] == found.norm_size[0] * found.norm_size[1] and sizes[-1] == len(found.classes)
    for array in (*found.weights, *found.biases):
        assert array.dtype == np.float32 and np.isfinite(array).all()
    assert sum(array.nbytes for array in found.weights) <= 4 * len(content)
    return "read"


def whole_file(way: str, data: bytes) -> bytes:
    """A file with right checksums, as far as `data` lets it be one."""
    if way == "header":
        return pack_native(FACTS, TABLE, CONTENT, header=data.decode("utf-8", "replace"))
    if way == "facts":
        return pack_native(data.decode("utf-8", "replace"), TABLE, CONTENT)
    return archive(data, STORAGES) if way == "pickle" else data


if __name__ == "__main__":
    run(read_hostile_model, SEEDS)
