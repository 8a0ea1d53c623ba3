"""PyTorch's two kinds of file, read without PyTorch: the zip archive of today, and that before version 1.6.

    archive   model/data.pkl, a pickle; model/data/0, model/data/1, …, the numbers of its storages
    before    five pickles, the fourth of them the value; then each storage's size and numbers

No number is read before the caller has seen what there is.
"""

from __future__ import annotations

import io
import math
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from charmlp.modelfile.pickles import Refused, Storage, Tensor, read_pickle

MAX_PICKLE_BYTES = 2**18  # a hundred layers take some 40,000
MAX_ENTRIES = 1000
PIECE = 2**20
BEFORE_1_6 = re.compile(  # a pickle, perhaps in a frame, of PyTorch's number
    rb"\x80[\2-\5](?:\x95.{8})?\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\.", re.DOTALL
)
ITEM_BYTES = {"float32": 4, "float64": 8, "float16": 2, "bfloat16": 2}


@dataclass
class TorchFile:
    """An open file: the value that was saved, in which `Tensor` stands for tensors, and their numbers."""

    value: Any
    size: int
    byteorder: str
    _fill: Callable[[Storage, NDArray[np.uint8]], None]
    _read: dict[str, NDArray[Any]] = field(default_factory=dict)

    def check_room(self, tensors: Sequence[Tensor]) -> None:
        """Raise `Refused` where tensors have more elements than the storages that they view."""
        elements = sum(math.prod(tensor.shape) for tensor in tensors)
        stored = sum({tensor.storage.key: tensor.storage.size for tensor in tensors}.values())
        if elements > stored:
            raise Refused(f"tensors of {elements:,} numbers in all, of which the file holds {stored:,}")

    def array(self, tensor: Tensor) -> NDArray[np.float32]:
        """The numbers of a tensor, as float32; raises `Refused` where they are not all there."""
        numbers = self._numbers(tensor.storage)
        last = tensor.offset + sum(
            (side - 1) * step for side, step in zip(tensor.shape, tensor.stride, strict=True)
        )
        if math.prod(tensor.shape) > len(numbers) or last >= len(numbers):
            raise Refused("a tensor reaches beyond the numbers that the file holds for it")
        view = np.lib.stride_tricks.as_strided(
            numbers[tensor.offset :],
            tensor.shape,
            [step * numbers.itemsize for step in tensor.stride],
            writeable=False,
        )
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, which is refused later
            return np.ascontiguousarray(view, np.float32)

    def _numbers(self, storage: Storage) -> NDArray[Any]:
        """All numbers of a storage, read once."""
        if storage.key not in self._read:
            length = storage.size * item_bytes(storage)
            if not 0 <= length <= self.size:
                raise Refused(f"promises {length:,} bytes of numbers in a file of {self.size:,}")
            content = np.empty(length, np.uint8)
            self._fill(storage, content)
            kind = "uint16" if storage.dtype == "bfloat16" else storage.dtype
            numbers = content.view(np.dtype(kind).newbyteorder("<" if self.byteorder == "little" else ">"))
            if storage.dtype == "bfloat16":  # the upper half of a float32
                numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
            self._read[storage.key] = numbers
        return self._read[storage.key]


def item_bytes(storage: Storage) -> int:
    """Bytes of one element; raises `Refused` for what are no real numbers."""
    if storage.dtype not in ITEM_BYTES:
        raise Refused(f"holds numbers of the type {storage.dtype}; real numbers, as float32, are expected")
    return ITEM_BYTES[storage.dtype]


def fill(file: IO[bytes], content: NDArray[np.uint8]) -> None:
    """Read exactly as many bytes as there is room for; the end of an archive's entry checks its checksum."""
    for start in range(0, len(content), PIECE):
        piece = file.read(min(PIECE, len(content) - start))
        content[start : start + len(piece)] = np.frombuffer(piece, np.uint8)
        if len(piece) < min(PIECE, len(content) - start):
            raise Refused("cut off: numbers are missing at its end")


def open_torch_file(file: BinaryIO) -> TorchFile:
    """Read what a file saved by PyTorch says it holds; raises `Refused`, which says what it is instead."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    start = file.read(512)
    if start.startswith(b"PK\3\4"):
        return _archive(file, size)
    if BEFORE_1_6.match(start):
        return _before_1_6(file, size)
    if not start:
        raise Refused("the file is empty; a model is expected")
    if start[8:9] == b"{":
        raise Refused("a .safetensors file by its content; give it that ending")
    if start[257:262] == b"ustar":
        raise Refused("a file of PyTorch 0.1, which is not read; save it again with a newer PyTorch")
    if start[:1] == b"\x80":
        raise Refused("a plain pickle, which could run anything; it is not read")
    raise Refused("not a file of PyTorch")


class _Bounded:
    """A file of which no large piece can be asked for, whatever an archive's directory says."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(PIECE + 1 if size < 0 else min(size, PIECE + 1))
        if len(content) > PIECE:
            raise Refused("damaged: the archive's directory cannot be that large")
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _archive(file: BinaryIO, size: int) -> TorchFile:
    with _faults("the archive"):
        archive = zipfile.ZipFile(_Bounded(file))
        folder = _check_entries(archive, size)
        value = read_pickle(io.BytesIO(archive.read(f"{folder}/data.pkl")))
        byteorder = "little"
        if f"{folder}/byteorder" in archive.namelist():
            byteorder = archive.read(f"{folder}/byteorder").decode("ascii")
    if byteorder not in ("little", "big"):
        raise Refused("damaged: it does not say in which order its bytes are")

    def read(storage: Storage, content: NDArray[np.uint8]) -> None:
        name = f"{folder}/data/{storage.key}"
        if name not in archive.namelist():
            raise Refused(f"the archive has no entry {name[:60]}")
        if archive.getinfo(name).file_size != len(content):
            raise Refused(f"the archive's entry {name[:60]} has not the size that its tensor needs")
        with _faults(f"the archive's entry {name[:60]}"), archive.open(name) as entry:
            fill(entry, content)

    return TorchFile(value, size, byteorder, read)


def _check_entries(archive: zipfile.ZipFile, size: int) -> str:
    """The archive's one folder; raises `Refused` for what PyTorch does not write."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) > MAX_ENTRIES:
        raise Refused(f"an archive of {len(names):,} entries; at most {MAX_ENTRIES:,} are read")
    if twice := {name for name in names if names.count(name) > 1}:
        raise Refused(f"the archive's entry {min(twice)[:60]} is there twice")
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise Refused("a compressed or encrypted archive, which PyTorch does not write")
    if sum(entry.file_size for entry in entries) > size:
        raise Refused("damaged: the archive's entries are larger than the file")
    folders = {name.partition("/")[0] for name in names}
    if len(folders) != 1 or f"{min(folders)}/data.pkl" not in names:
        raise Refused("an archive, but none of PyTorch: it has no data.pkl")
    folder = min(folders)
    if f"{folder}/constants.pkl" in names or any(name.startswith(f"{folder}/code/") for name in names):
        raise Refused("a TorchScript program, which is not run; save the model's state_dict instead")
    if archive.getinfo(f"{folder}/data.pkl").file_size > MAX_PICKLE_BYTES:
        raise Refused("more is saved in it than a model's tensors: its table of contents is too long")
    if f"{folder}/byteorder" in names and archive.getinfo(f"{folder}/byteorder").file_size > 10:
        raise Refused("damaged: it does not say in which order its bytes are")
    return folder


@contextmanager
def _faults(what: str) -> Iterator[None]:
    """Whatever zipfile raises on a damaged archive, which is anything at all, as `Refused`."""
    try:
        yield
    except Refused:
        raise
    except Exception:
        raise Refused(f"damaged: {what} cannot be read, or its checksum is wrong") from None


def _before_1_6(file: BinaryIO, size: int) -> TorchFile:
    file.seek(0)
    head = io.BytesIO(file.read(2 * MAX_PICKLE_BYTES))
    storages: dict[str, Storage] = {}
    _, protocol, system, value, keys = (read_pickle(head, storages) for _ in range(5))
    if protocol != 1001 or not isinstance(system, dict) or not isinstance(keys, list):
        raise Refused("damaged, or a variety of PyTorch's old files that is not known")
    places, place = {}, head.tell()
    for key in keys:  # each storage's number of elements, in eight bytes, then the elements
        if key not in storages or key in places:
            raise Refused("damaged: its list of tensors does not fit its tensors")
        places[key] = place + 8
        place += 8 + item_bytes(storages[key]) * storages[key].size
    if place != size:
        raise Refused(f"damaged or cut off: {size:,} bytes where its tensors take {place:,}")

    def read(storage: Storage, content: NDArray[np.uint8]) -> None:
        if storage.key not in places:
            raise Refused("damaged: its list of tensors does not fit its tensors")
        file.seek(places[storage.key] - 8)
        if file.read(8) != struct.pack("<q", storage.size):
            raise Refused("damaged: its tensors have other sizes than it says")
        fill(file, content)

    byteorder = "big" if system.get("little_endian") is False else "little"
    return TorchFile(value, size, byteorder, read)
