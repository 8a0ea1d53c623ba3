"""PyTorch's two kinds of file, read without PyTorch: the zip archive of today, and that before version 1.6.

    archive   model/data.pkl, a pickle; model/data/0, model/data/1, …, the numbers of its storages
    before    five pickles, the fourth of them the value; then each storage's size and numbers

No number is read before the caller has seen what there is.
"""

import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from charmlp.modelfile.model import Refused, refusing
from charmlp.modelfile.pickles import Storage, Tensor, read_pickle

MAX_PICKLE_BYTES = 2**18  # a hundred layers take some 40,000
MAX_ENTRIES = 1000
MAX_DIRECTORY_BYTES = 2**20
BEFORE_1_6 = re.compile(  # a pickle, perhaps in a frame, of PyTorch's number
    rb"\x80[\2-\5](?:\x95.{8})?\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\.", re.DOTALL
)
REAL_DTYPES = ("float32", "float64", "float16", "bfloat16")
Read = Callable[[Storage], NDArray[Any]]  # gives the numbers of a storage, or raises `Refused`


def read_tensors(tensors: Sequence[Tensor], read: Read) -> list[NDArray[np.float32]]:
    """The numbers of tensors, as float32; raises `Refused` where the file does not hold as many."""
    storages = dict.fromkeys(tensor.storage for tensor in tensors)
    elements = sum(tensor.n_elements for tensor in tensors)
    stored = sum(storage.size for storage in storages)
    if elements > stored:
        raise Refused(f"tensors of {elements:,} numbers in all, of which the file holds {stored:,}")
    for tensor in tensors:
        steps = zip(tensor.shape, tensor.stride, strict=True)
        last = tensor.offset + sum((side - 1) * step for side, step in steps)
        if max(tensor.n_elements, last + 1) > tensor.storage.size:
            raise Refused("a tensor reaches beyond the numbers that the file holds for it")
    numbers = {storage: read(storage) for storage in storages}
    return [_view(tensor, numbers[tensor.storage]) for tensor in tensors]


def _view(tensor: Tensor, numbers: NDArray[Any]) -> NDArray[np.float32]:
    strides = [step * numbers.itemsize for step in tensor.stride]
    view = np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides, writeable=False)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, which is refused later
        return np.ascontiguousarray(view, np.float32)


def _numbers(content: bytes, dtype: str, is_big_endian: bool) -> NDArray[Any]:
    order: Literal["<", ">"] = ">" if is_big_endian else "<"
    if dtype == "bfloat16":  # the upper half of a float32
        return (np.frombuffer(content, f"{order}u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(content, np.dtype(dtype).newbyteorder(order))


def open_torch_file(file: BinaryIO) -> tuple[Any, Read]:
    """The value that PyTorch saved, in which `Tensor` stands for tensors, and the reader of their numbers.

    Raises `Refused`, which says what a file is instead.
    """
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


def _archive(file: BinaryIO, size: int) -> tuple[Any, Read]:
    with refusing("damaged: the archive cannot be read, or its checksum is wrong"):
        bounded = _Bounded(file, MAX_DIRECTORY_BYTES)
        archive = zipfile.ZipFile(bounded)
        bounded.limit = size
        sizes = _checked_entries(archive, size)
        folder = min(sizes).partition("/")[0]
        value = read_pickle(io.BytesIO(archive.read(f"{folder}/data.pkl")))
        order = f"{folder}/byteorder"
        byteorder = archive.read(order) if order in sizes else b"little"
    if byteorder not in (b"little", b"big"):
        raise Refused("damaged: it does not say in which order its bytes are")

    def read(storage: Storage) -> NDArray[Any]:
        name = f"{folder}/data/{storage.key}"
        if name not in sizes:
            raise Refused(f"the archive has no entry {name[:60]}")
        if sizes[name] != storage.n_bytes:
            needed = f"where its tensor needs {storage.n_bytes:,}"
            raise Refused(f"the archive's entry {name[:60]} has {sizes[name]:,} bytes, {needed}")
        with refusing(f"damaged: the archive's entry {name[:60]} cannot be read, or its checksum is wrong"):
            return _numbers(archive.read(name), storage.dtype, byteorder == b"big")

    return value, read


def _checked_entries(archive: zipfile.ZipFile, size: int) -> dict[str, int]:
    """The sizes of the archive's entries; raises `Refused` for what PyTorch does not write."""
    entries = archive.infolist()
    sizes = {entry.filename: entry.file_size for entry in entries}
    if len(entries) > MAX_ENTRIES:
        raise Refused(f"an archive of {len(entries):,} entries; at most {MAX_ENTRIES:,} are read")
    name, count = Counter(entry.filename for entry in entries).most_common(1)[0]
    if count > 1:
        raise Refused(f"the archive's entry {name[:60]} is there twice")
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise Refused("a compressed or encrypted archive, which PyTorch does not write")
    if sum(sizes.values()) > size:
        raise Refused("damaged: the archive's entries are larger than the file")
    folder = name.partition("/")[0]
    if f"{folder}/data.pkl" not in sizes or not all(name.startswith(f"{folder}/") for name in sizes):
        raise Refused("an archive, but not one of PyTorch: it has no data.pkl")
    if f"{folder}/constants.pkl" in sizes or any(name.startswith(f"{folder}/code/") for name in sizes):
        raise Refused("a TorchScript program, which is not run; save the model's state_dict instead")
    if sizes[f"{folder}/data.pkl"] > MAX_PICKLE_BYTES:
        raise Refused("more is saved in it than a model's tensors: its table of contents is too long")
    return sizes


class _Bounded:
    """A file of which at most `limit` bytes are read at once, whatever an archive's directory says."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self.limit = limit

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(self.limit + 1 if size < 0 else min(size, self.limit + 1))
        if len(content) > self.limit:
            raise Refused("damaged: the archive's directory cannot be that large")
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _before_1_6(file: BinaryIO, size: int) -> tuple[Any, Read]:
    file.seek(0)
    head = io.BytesIO(file.read(2 * MAX_PICKLE_BYTES))
    storages: dict[str, Storage] = {}
    _, protocol, system, value, keys = (read_pickle(head, storages) for _ in range(5))
    if protocol != 1001 or not isinstance(system, dict) or not isinstance(keys, list):
        raise Refused("damaged, or a variety of PyTorch's old files that is not known")
    wrong = "damaged: its list of tensors does not fit its tensors"
    places, place = {}, head.tell()
    for key in keys:  # each storage's number of elements, in eight bytes, then the elements
        if type(key) is not str or key not in storages or key in places:
            raise Refused(wrong)
        places[key] = place
        place += 8 + storages[key].n_bytes
    if place != size:
        raise Refused(f"damaged or cut off: {size:,} bytes where its tensors take {place:,}")

    def read(storage: Storage) -> NDArray[Any]:
        if storage.key not in places:
            raise Refused(wrong)
        file.seek(places[storage.key])
        if file.read(8) != struct.pack("<q", storage.size):
            raise Refused("damaged: its tensors have other sizes than it says")
        content = file.read(storage.n_bytes)
        if len(content) < storage.n_bytes:
            raise Refused("cut off while it was read")
        return _numbers(content, storage.dtype, system.get("little_endian") is False)

    return value, read
