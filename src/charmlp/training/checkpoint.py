"""A checkpoint: the one file from which a training goes on with the same bits, also in another folder.

Tensors in `.safetensors`: the arrays of the state. The rest is JSON under one key of the file's own header:
the state's numbers, the settings, the data. A checksum goes over both.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig, from_toml, to_toml
from charmlp.errors import CharmlpError
from charmlp.system.files import check_regular, write_whole
from charmlp.text import shown_path
from charmlp.training.state import TrainingState
from charmlp.version import __version__

FORMAT = "charmlp checkpoint 1"  # the key, so that a file of another form says that it is one


@dataclass(frozen=True)
class Checkpoint:
    """A training's state, and what it is the state of.

    config   its settings, with the number of epochs settled
    given    as data, the entries of `data.json`
    letters  checksums of what was trained on, by its name for people
    wishes   what else the run was to do, such as another place for its model; no bit depends on it
    version  of charmlp
    """

    state: TrainingState
    config: TrainingConfig
    given: Mapping[str, Any]
    letters: Mapping[str, str]
    wishes: Mapping[str, Any]
    version: str = __version__

    def write(self, path: Path) -> None:
        """Write it to the disk itself, whole or not at all; raises `CharmlpError`."""
        write_whole(path, self.content())

    def content(self) -> bytes:
        """The bytes of the file."""
        from safetensors.numpy import save

        arrays, facts = self.state.pack()
        arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        text = json.dumps(
            {
                "state": facts,
                "settings": to_toml(self.config),
                "given": dict(self.given),
                "letters": dict(self.letters),
                "wishes": dict(self.wishes),
                "charmlp": self.version,
            }
        )
        total = checksum(text.encode(), *described(arrays))
        return save(arrays, {FORMAT: text, "checksum": total})

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """The checkpoint in a file; raises `CharmlpError` where it is none, or damaged."""
        from safetensors import SafetensorError, safe_open

        check_regular(path, "a checkpoint", CharmlpError)
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
        except (SafetensorError, OSError) as error:
            raise CharmlpError(f"{shown_path(path)}: damaged, or no checkpoint: {error}") from None
        foreign = CharmlpError(f"{shown_path(path)}: no checkpoint, or of another version of charmlp")
        if FORMAT not in metadata:
            raise foreign
        text = metadata[FORMAT]
        if metadata.get("checksum") != checksum(text.encode(), *described(arrays)):
            raise CharmlpError(f"{shown_path(path)}: damaged: its checksum does not fit")
        try:
            facts = json.loads(text)
            state = TrainingState.unpack(arrays, facts["state"])
            config = from_toml(facts["settings"], shown_path(path))
            return cls(state, config, *(facts[name] for name in ("given", "letters", "wishes", "charmlp")))
        except (AttributeError, LookupError, TypeError, ValueError):  # whole, but of another make
            raise foreign from None


def described(arrays: Mapping[str, Array]) -> Iterator[Array | bytes]:
    """Each array behind what it is, in the order of their names."""
    for name, array in sorted(arrays.items()):
        yield f"{name} {array.dtype} {array.shape}".encode()
        yield array


def checksum(*parts: Array | bytes) -> str:
    """CRC-32 of all bytes: what a disk or a careless program changes shows."""
    found = 0
    for part in parts:
        found = zlib.crc32(part if isinstance(part, bytes) else np.ascontiguousarray(part).data, found)
    return f"{found:08x}"
